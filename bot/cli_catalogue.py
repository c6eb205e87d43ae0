"""``tocsin catalogue``: official lists that can be followed, brought in and found."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.prompt import FAILED, fail, finish, set_up_logs, settings
from bot.settings import Settings

catalogue_app = typer.Typer(
    help="Official lists that can be followed: bring in the lists of IFRC and WMO, find an entry."
)


@catalogue_app.command()
def refresh(
    ifrc: Annotated[
        str, typer.Option(help="Another address, or a file, of IFRC's list.", metavar="URL_OR_FILE")
    ] = "",
    wmo: Annotated[str, typer.Option(help="Another address, or a file, of WMO's list.", metavar="URL_OR_FILE")] = "",
) -> None:
    """Bring in the CAP feeds that IFRC and WMO list. A list that cannot be read leaves its entries as they were."""
    chosen = settings()
    set_up_logs(chosen, quiet=True)
    if not finish(_refresh(chosen, {"ifrc": ifrc, "wmo": wmo})):
        raise typer.Exit(FAILED)


@catalogue_app.command()
def find(
    words: Annotated[
        list[str],
        typer.Argument(
            help="What it is and where, in any language: wetter österreich. A code of ISO 3166 (DEU) does too."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Find entries by words, as /find does; the last column is what to send to /subscribe."""
    path = Path(settings().catalogue)
    from bot.catalogue import keeping
    from bot.catalogue.entries import CatalogueError, row_of
    from bot.catalogue.searching import search

    try:
        catalogue = keeping.everything(path)
    except CatalogueError as error:
        fail(str(error))
    found = search(catalogue, " ".join(words), len(catalogue.entries))
    if not found:
        fail("Nothing of that name is in the catalogue. Bring in the world's lists with: tocsin catalogue refresh")
    for entry in found:
        if as_json:
            typer.echo(json.dumps(row_of(entry), ensure_ascii=False))
            continue
        mark = "" if entry.confirmed else "  (not confirmed)"
        for ref in entry.accounts:
            typer.echo(f"{entry.shown_name('en')}  [{ref.kind}]  {ref.named}{mark}")


async def _refresh(chosen: Settings, instead: dict[str, str]) -> bool:
    from bot.catalogue.entries import CatalogueError
    from bot.catalogue.lists import ADDRESSES
    from bot.catalogue.refreshing import refresh as bring_in
    from bot.outside import ForgetfulKeep, open_outside

    lists: dict[str, str | Path] = {}
    for name, address in ADDRESSES.items():
        place = instead[name] or address
        lists[name] = place if "://" in place else Path(place)
    async with open_outside(chosen, ForgetfulKeep()) as outside:
        try:
            reports = await bring_in(outside.fetcher, outside.sources, Path(chosen.catalogue), lists)
        except CatalogueError as error:
            fail(str(error))
    for report in reports:
        if report.trouble:
            typer.echo(f"{report.name}: not read, its {report.entries} entries stay as they were. {report.trouble}")
        else:
            typer.echo(f"{report.name}: {report.entries} lists, {report.new} of them new; {report.gone} are gone.")
    return all(not report.trouble for report in reports)
