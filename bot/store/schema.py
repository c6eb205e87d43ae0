"""Bringing a database to this version's tables and back. Alembic is loaded only when it has something to do."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from bot.store.database import Database, DatabaseError

if TYPE_CHECKING:
    from alembic.config import Config

#: The newest revision in migrations/versions. Written down so that starting need not load Alembic; a test compares.
HEAD = "0014"

#: An arbitrary number of ours: two processes that upgrade at once take turns by PostgreSQL's advisory lock.
_TURN = 0x70C514


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision, all of it in one transaction. Raises DatabaseError."""

    def run(config: "Config") -> None:
        from alembic import command

        command.upgrade(config, revision)

    await _migrate(url, run)


async def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision ("base": no tables at all). Raises DatabaseError."""

    def run(config: "Config") -> None:
        from alembic import command

        command.downgrade(config, revision)

    await _migrate(url, run)


async def current(url: str) -> str | None:
    """Give the revision that the database is at, None when it has no tables yet. Raises DatabaseError."""
    db = await Database.open(url)
    try:
        return await version(db)
    finally:
        await db.close()


def head() -> str:
    """Give the revision that this version of the program needs."""
    return HEAD


async def version(db: Database) -> str | None:
    """Give the revision that an open database is at, None when it has no tables yet."""
    async with db.read() as conn:
        if not await conn.run_sync(lambda sync: sync.dialect.has_table(sync, "alembic_version")):
            return None
        found: str | None = (await conn.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
        return found


async def is_current(db: Database) -> bool:
    """Tell whether the database has the tables that this version of the program needs."""
    return await version(db) == HEAD


async def _migrate(url: str, run: Callable[["Config"], None]) -> None:
    from alembic.util import CommandError

    db = await Database.open(url)

    def in_connection(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        run(config)

    try:
        # reading the migrations from disk takes longer than the loop may stand still
        await asyncio.to_thread(_load)
        async with db.begin() as conn:
            if db.backend == "postgresql":
                await conn.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
            await conn.run_sync(in_connection)
    except CommandError as error:
        # "Can't locate revision": the database was made by a newer version
        msg = f"The {db.shown} cannot be brought there ({error}): install the Tocsin that made it, or a newer one."
        raise DatabaseError(msg) from None
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        msg = f"The {db.shown} could not be changed ({cause}): nothing was changed; mend that and try again."
        raise DatabaseError(msg) from None
    finally:
        await db.close()


def _load() -> None:
    import alembic.command
    import alembic.runtime.migration  # noqa: F401 - loaded here so that nothing is loaded in the loop


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    place = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", place.replace("%", "%%"))
    return config
