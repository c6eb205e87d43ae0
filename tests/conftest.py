"""What every folder of tests may use: a clock that can be set, and a migrated database on both engines."""

import logging
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.store import schema
from bot.store.database import Database
from bot.store.tables import metadata

POSTGRES = os.environ.get("TOCSIN_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
#: In CI nothing may be left out quietly.
IN_CI = bool(os.environ.get("CI"))
#: Ends every other connection to the database, and waits for it, milliseconds.
END_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


#: As structlog writes when nobody has set it up, but with tracebacks as Python writes them: colouring one with all its
#: local values takes longer than most tests.
PLAINLY = [
    *structlog.get_config()["processors"][:-1],
    structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
]


@dataclass
class Clock:
    """Aware UTC time that stands still until it is moved."""

    now: datetime = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def _log_as_it_was(monkeypatch) -> Iterator[None]:
    """A command that runs in this process sets up the log for itself, for good: tests after it look for theirs in vain."""
    structlog.configure(processors=PLAINLY[:])
    configure, root = structlog.configure, logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(structlog, "configure", lambda **how: configure(**how | {"cache_logger_on_first_use": False}))
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
async def migrated_file(tmp_path_factory) -> Path:
    """A SQLite file with all tables, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    await schema.upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
async def postgres_database() -> AsyncIterator[AsyncEngine]:
    """A PostgreSQL database of this run's own; each test finds it empty (making one for each test takes far longer)."""
    name = f"tocsin_test_{uuid.uuid4().hex[:12]}"
    admin = create_async_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        async with admin.connect() as conn:
            await conn.execute(text(f'CREATE DATABASE "{name}"'))
            # it need not outlive the server's machine, only the programs that are killed: nobody waits for the disk
            await conn.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    except OSError:
        await admin.dispose()
        if IN_CI:
            raise
        pytest.skip(f"no PostgreSQL at {POSTGRES} (set TOCSIN_TEST_POSTGRES)")
    engine = create_async_engine(database_named(name), isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    yield engine
    await engine.dispose()
    async with admin.connect() as conn:
        await conn.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    await admin.dispose()


def database_named(name: str) -> str:
    """The URL of another database on the test server."""
    return f"{POSTGRES.rpartition('/')[0]}/{name}"


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "tocsin.db"
    shutil.copy(migrated_file, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def postgres_url(postgres_database: AsyncEngine) -> str:
    url = postgres_database.url.render_as_string(hide_password=False)
    async with postgres_database.connect() as conn:
        # whoever the test before left behind must not write any more
        await conn.execute(END_OTHERS)
        if await conn.scalar(text("SELECT to_regclass('alembic_version')")) is not None:
            version = await conn.scalar(text("SELECT version_num FROM alembic_version"))
            if version == schema.HEAD:
                for table in reversed(metadata.sorted_tables):
                    await conn.execute(delete(table))
                return url
        await conn.execute(text("DROP SCHEMA public CASCADE"))
        await conn.execute(text("CREATE SCHEMA public"))
    await schema.upgrade(url)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def db_url(request) -> Iterator[str]:
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def db(db_url: str) -> AsyncIterator[Database]:
    """An open, migrated, empty database; the test runs once on each engine."""
    database = await Database.open(db_url)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_db(sqlite_url: str) -> AsyncIterator[Database]:
    database = await Database.open(sqlite_url)
    yield database
    await database.close()
