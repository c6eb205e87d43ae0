"""What every command at the prompt does alike: settings, logs, running its work, and errors as one line."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from bot.settings import Settings, SettingsError, load_settings, secrets

if TYPE_CHECKING:
    from bot.store.database import Database

#: Exit codes: 1 the work failed, 2 the settings or the command line are wrong (as shells and typer use them). `run` ends
#: with 3 when Telegram refuses the bot's token (``ending.TokenRefusedError``).
FAILED, WRONG_CALL = 1, 2

T = TypeVar("T")

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_AGO = re.compile(r"(\d{1,5})([mhd])")


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; a database that cannot be had is one line."""
    from bot.store.database import DatabaseError

    try:
        return asyncio.run(work)
    except DatabaseError as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(FAILED) from None


@asynccontextmanager
async def database(chosen: Settings) -> AsyncIterator["Database"]:
    """The database for a command beside a running service. Raises DatabaseError when its tables are another version's."""
    from bot.store import schema
    from bot.store.database import Database, DatabaseError

    db = await Database.open(chosen.database_url.get_secret_value())
    try:
        if not await schema.is_current(db):
            raise DatabaseError("The tables are not those of this version. Run: tocsin db upgrade")
        yield db
    finally:
        await db.close()


def settings() -> Settings:
    """The settings, or the one line that says which is wrong."""
    try:
        return load_settings()
    except SettingsError as error:
        fail(str(error), WRONG_CALL)


def set_up_logs(chosen: Settings, *, quiet: bool = False) -> None:
    """Logs on stderr, without the secrets; ``quiet``: errors alone."""
    import logging

    from bot import logs

    cookie = chosen.weibo_cookie.get_secret_value()
    blanked = [*secrets(chosen), *(part.partition("=")[2] for part in cookie.split(";"))]
    logs.set_up_logs(chosen.log_format, blanked, logging.ERROR if quiet else logging.INFO)


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """One line on stderr, and out."""
    sys.stderr.write(f"tocsin: {sentence}\n")
    raise typer.Exit(code)


def since(text: str, now: datetime) -> datetime | None:
    """The moment that "90m", "6h", "2d" ago or an ISO date and time (UTC where it says no zone) means; None for ""."""
    if not text.strip():
        return None
    ago = _AGO.fullmatch(text.strip().lower())
    if ago:
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        fail("--since takes 90m, 6h or 2d (so long ago), or a moment such as 2026-07-21T11:51.", WRONG_CALL)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
