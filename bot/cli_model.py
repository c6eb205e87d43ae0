"""``tocsin model``: models for translating on this machine, brought in and listed."""

from pathlib import Path
from typing import Annotated

import typer

from bot.prompt import fail, settings

model_app = typer.Typer(help="Models for translating on this machine (extra tocsin[offline]).")


@model_app.command()
def install(
    what: Annotated[
        str, typer.Argument(metavar="PATH_OR_URL", help="An .argosmodel, or an OPUS model for CTranslate2.")
    ],
    source: Annotated[str, typer.Option("--from", help="From which language, where the package does not say.")] = "",
    target: Annotated[str, typer.Option("--to", help="To which language, where the package does not say.")] = "",
) -> None:
    """Unpack a model, check it, let it translate a sentence, and keep it when that went well."""
    folder = Path(settings().offline_models)
    from bot.language import models
    from bot.language.unpacking import PackageError

    try:
        report = models.install(what, folder, source=source, target=target, say=typer.echo)
    except PackageError as error:
        fail(str(error))
    typer.echo(f"{report.sample}\n→ {report.answer}")
    pair = f"{report.model.source} to {report.model.target}"
    typer.echo(f"Installed for {pair}. Put offline into TOCSIN_TRANSLATORS to use it.")


@model_app.command("list")
def list_models() -> None:
    """Show which models are installed."""
    folder = Path(settings().offline_models)
    from bot.language.engines.offline import installed

    for model in installed(folder):
        typer.echo(f"{model.source} to {model.target}  {model.kind}  {model.folder}")
