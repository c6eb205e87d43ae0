"""The commands: each reads its settings, hands them to the part that does the work, and makes errors one line."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot import __version__
from bot.cli_catalogue import catalogue_app
from bot.cli_chats import chats_app
from bot.cli_model import model_app
from bot.cli_outbox import outbox_app
from bot.cli_read import read_command
from bot.cli_stats import stats
from bot.cli_translate import translate
from bot.prompt import FAILED, WRONG_CALL
from bot.prompt import fail as _fail
from bot.prompt import finish as _finish
from bot.prompt import set_up_logs as _set_up_logs
from bot.prompt import settings as _settings
from bot.settings import Settings

app = typer.Typer(
    help="Tocsin relays official alerts (Weibo, feeds, CAP) to Telegram chats.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
db_app = typer.Typer(help="The database's tables: bring them up to date, or say which version they are.")
app.add_typer(db_app, name="db", no_args_is_help=True)
app.add_typer(outbox_app, name="outbox", no_args_is_help=True)
app.add_typer(chats_app, name="chats", no_args_is_help=True)
app.add_typer(catalogue_app, name="catalogue", no_args_is_help=True)
app.add_typer(model_app, name="model", no_args_is_help=True)
app.command()(stats)
app.command()(translate)
app.command("read")(read_command)


def main() -> None:
    """Run the command line."""
    app()


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"tocsin {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Options that stand before the command."""


@app.command()
def run() -> None:
    """Watch the accounts and relay to Telegram until stopped (Ctrl-C or SIGTERM).

    Ends with status 3 when Telegram refuses the bot's token; nothing is dropped then.
    """
    settings = _settings()
    if not settings.telegram_token.get_secret_value():
        _fail("TOCSIN_TELEGRAM_TOKEN is not set. Ask @BotFather for a token and put it into .env.", WRONG_CALL)
    _set_up_logs(settings)
    from bot.ending import ServiceError
    from bot.heap import settle
    from bot.service import Service

    settle()
    try:
        asyncio.run(Service(settings).run())
    except ServiceError as error:
        _fail(str(error), error.exit_status)
    except KeyboardInterrupt:
        raise typer.Exit from None


@app.command()
def demo(
    speed: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Story minutes for each second of yours (the day has 780).")
    ] = 6.0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the chat page; 0 takes a free one.")] = 8012,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the chat page in the browser.")] = True,
    database: Annotated[
        str, typer.Option(help="Keep the demo's database at this URL instead of throwing it away.")
    ] = "",
) -> None:
    """Replay the storm of 21 July 2012 on this machine: no token, no network. Stop it with Ctrl-C."""
    import logging

    from bot.demo.running import DemoError, DemoOptions, run_demo
    from bot.logs import set_up_logs

    set_up_logs("console", level=logging.WARNING)  # the page is what a visitor looks at
    options = DemoOptions(speed=speed, port=port, open_browser=open_browser, database_url=database)
    try:
        asyncio.run(run_demo(options, say=typer.echo))
    except DemoError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit from None


@app.command()
def check() -> None:
    """Try everything that `run` needs, and say of each part whether it works and what to do."""
    settings = _settings()
    from bot.checking import run_checks

    _set_up_logs(settings, quiet=True)
    if not _finish(run_checks(settings)):
        raise typer.Exit(FAILED)


@app.command()
def fetch(
    what: Annotated[str, typer.Argument(metavar="URL_OR_ACCOUNT", help="A link, a Weibo number or @name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    kind: Annotated[
        str, typer.Option(help="Kind of source (weibo, feed, cap, nws …); found out when not given.")
    ] = "",
    saved: Annotated[
        Path | None, typer.Option("--from", help="Read this saved answer instead of asking the site.", metavar="FILE")
    ] = None,
) -> None:
    """Show what would be relayed from an account or address. Nothing is stored or sent."""
    if not what and saved is None:
        _fail("Say what to fetch: a link, a Weibo number, @name, or --kind KIND --from FILE.", WRONG_CALL)
    settings = _settings()
    _set_up_logs(settings, quiet=True)
    from bot.peeking import PeekError, peek

    try:
        for line in _finish(peek(settings, what, kind=kind, saved=saved, as_json=as_json)):
            typer.echo(line)
    except PeekError as error:
        _fail(str(error))


@db_app.command()
def upgrade() -> None:
    """Bring the tables up to date; safe to run again."""
    _finish(_upgrade(_settings()))


@db_app.command()
def current() -> None:
    """Say which version the tables are, and whether that is the newest."""
    _finish(_current(_settings()))


async def _upgrade(settings: Settings) -> None:
    from bot.store import schema

    url = settings.database_url.get_secret_value()
    before = await schema.current(url)
    await schema.upgrade(url)
    after = await schema.current(url)
    typer.echo(f"The tables are at {after} already." if before == after else f"The tables are at {after} now.")


async def _current(settings: Settings) -> None:
    from bot.store import schema

    now = await schema.current(settings.database_url.get_secret_value())
    if now is None:
        typer.echo("There are no tables yet. Run: tocsin db upgrade")
    elif now == schema.head():
        typer.echo(f"{now} (the newest)")
    else:
        typer.echo(f"{now} (the newest is {schema.head()}). Run: tocsin db upgrade")
