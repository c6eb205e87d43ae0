"""`tocsin chats`: the chats and what they follow, out as a file and in from one."""

from pathlib import Path
from typing import Annotated

import typer

from bot import prompt

chats_app = typer.Typer(help="The chats and what they follow, as a file: to carry on with another bot or database.")


@chats_app.command("export")
def export_chats(
    output: Annotated[
        Path | None, typer.Option(help="Write to this file, whole or not at all.", metavar="FILE", dir_okay=False)
    ] = None,
) -> None:
    """Print every chat with all that it follows, one JSON object a line; `tocsin chats import` reads it."""
    settings = prompt.settings()
    from bot.carrying import FileError
    from bot.carrying import export_chats as export

    try:
        written = prompt.finish(export(settings, output, typer.echo))
    except FileError as error:
        prompt.fail(str(error))
    if output is not None:
        typer.echo(f"{written} chats are in {output}.")


@chats_app.command("import")
def import_chats(file: Annotated[Path, typer.Argument(metavar="FILE", help="What `chats export` wrote.")]) -> None:
    """Read chats and what they follow into the database: all of it or nothing. What is there already stays as it is."""
    settings = prompt.settings()
    from bot.carrying import FileError
    from bot.carrying import import_chats as take_in
    from bot.outside import now_utc

    try:
        done = prompt.finish(take_in(settings, file, now_utc))
    except FileError as error:
        prompt.fail(str(error))
    new = done.new
    typer.echo(f"{done.read} chats were read: {new.chats} are new here, and {new.wishes} subscriptions.")
    if new.paused:
        typer.echo(f"{new.paused} private chats wait until their person presses Start at this bot.")
        typer.echo("Groups and channels have to add it.")
