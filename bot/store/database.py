"""The way in: opening the database, one writer at a time, readers beside it. No query stands here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

FORMS = "sqlite+aiosqlite:///path/to/tocsin.db or postgresql+asyncpg://user:password@host/name"

#: How long a SQLite writer waits for another process (`tocsin db upgrade` beside `tocsin run`).
BUSY_MS = 5_000
#: Seconds. A query of ours takes milliseconds; a server that does not answer must not hold the house.
CONNECT_S = 10.0
COMMAND_S = 30.0
#: PostgreSQL ends a transaction that stands still for so long: a process frozen in the middle of one, or on a machine
#: that lost its power, must not hold on to what another one has to take over (less than a lease lasts).
FROZEN_MS = 10_000
#: Readers beside the writer. Each is a thread on SQLite and a server process on PostgreSQL.
READERS = 3
#: Seconds that closing waits for those who still hold a connection: they need milliseconds, and a program that stops
#: has little time.
CLOSING_S = 5.0
#: Statement for statement the widest transaction is well under a thousand different texts.
STATEMENTS_CACHED = 400


#: SQLSTATE of deadlock_detected and serialization_failure.
_DEADLOCKS = frozenset(("40P01", "40001"))


class DatabaseError(Exception):
    """The database cannot be used. The message is one sentence that says what to do, without the password."""


class Database:
    """An open database.

    ``begin`` gives one write transaction, ``read`` a connection that only reads. On SQLite writers queue on a lock of
    this process and then take the file's write lock at once (BEGIN IMMEDIATE), so that no transaction fails half-way
    because another one wrote first.
    """

    def __init__(self, url: URL, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._url = url
        self._writer = writer
        self._reader = reader
        self._lock: asyncio.Lock | None = asyncio.Lock() if url.get_backend_name() == "sqlite" else None
        self._writing: asyncio.Task[Any] | None = None
        self._held = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = asyncio.Event()

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Open and try it. The tables need not be there yet (see ``schema``). Raises DatabaseError."""
        parsed = parse_url(url)
        if parsed.get_backend_name() == "sqlite":
            _check_path(parsed)
            writer, reader = _sqlite_engines(parsed)
        else:
            writer, reader = _postgresql_engines(parsed)
        database = cls(parsed, writer, reader)
        try:
            async with reader.connect() as conn:
                await conn.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TypeError, ValueError) as error:
            await database.close()
            raise DatabaseError(_why_not_open(parsed, error)) from None
        except BaseException:  # also when cancelled: nothing stays open
            await database.close()
            raise
        return database

    @property
    def backend(self) -> str:
        """Give "sqlite" or "postgresql"."""
        return self._url.get_backend_name()

    @property
    def shown(self) -> str:
        """Name the database for people, without the password."""
        return shown(self._url)

    @property
    def engines(self) -> tuple[AsyncEngine, ...]:
        """The engines behind it, for whoever listens to their events (the plans' test does)."""
        return (self._writer, self._reader) if self._lock is not None else (self._writer,)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Give one write transaction: committed on leaving, rolled back on any exception (cancelling too)."""
        if self._lock is None:
            async with self._holding(), self._writer.begin() as conn:
                yield conn
            return
        task = asyncio.current_task()
        if self._writing is not None and self._writing is task:
            msg = "a write transaction was begun inside another one of the same task: it would wait for itself"
            raise RuntimeError(msg)
        async with self._lock:
            self._writing = task
            try:
                async with self._holding(), self._writer.begin() as conn:
                    yield conn
            finally:
                self._writing = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection for reading; each statement sees what was committed when it began."""
        async with self._holding(), self._reader.connect() as conn:
            yield conn

    async def close(self) -> None:
        """Close every connection; from now on none is given. Who still holds one has a little time to give it back, and
        closes behind itself when it takes longer: a pool forgets what it has lent when it is disposed of.
        """
        self._closing.set()
        try:
            async with asyncio.timeout(CLOSING_S):
                await self._idle.wait()
        except TimeoutError:
            return
        await self._dispose()

    @asynccontextmanager
    async def _holding(self) -> AsyncIterator[None]:
        if self._closing.is_set():
            msg = "the database was closed: nothing can be read or written any more"
            raise RuntimeError(msg)
        self._held += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._held -= 1
            if not self._held:
                self._idle.set()
                if self._closing.is_set():
                    await self._dispose()

    async def _dispose(self) -> None:
        await self._writer.dispose()
        if self._lock is not None:
            await self._reader.dispose()


def is_deadlock(error: DBAPIError) -> bool:
    """Tell whether PostgreSQL ended a transaction because it and another one waited for each other: nothing of it was
    written, and it may go well the next time. SQLite has one writer and knows no such thing.
    """
    return getattr(error.orig, "sqlstate", None) in _DEADLOCKS


def parse_url(url: str) -> URL:
    """Read TOCSIN_DATABASE_URL; bare ``sqlite:`` and ``postgresql:`` mean our drivers. Raises DatabaseError."""
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, NoSuchModuleError, ValueError):
        msg = f"TOCSIN_DATABASE_URL is no database URL: write {FORMS}."
        raise DatabaseError(msg) from None
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    drivername = drivers.get(parsed.drivername, parsed.drivername)
    if drivername not in drivers.values():
        msg = f"TOCSIN_DATABASE_URL asks for {parsed.drivername}, which Tocsin cannot use: write {FORMS}."
        raise DatabaseError(msg)
    parsed = parsed.set(drivername=drivername)
    if drivername.startswith("sqlite") and (
        parsed.database in {None, "", ":memory:"} or parsed.query.get("mode") == "memory"
    ):
        msg = "TOCSIN_DATABASE_URL names no file, and a database in memory forgets: write sqlite+aiosqlite:///tocsin.db."
        raise DatabaseError(msg)
    return parsed


def shown(url: URL) -> str:
    """Name a database for people: the file, or server and database; never user, password or options."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite file {url.database}"
    return f"PostgreSQL database {url.database or url.username or ''} at {url.host or 'localhost'}:{url.port or 5432}"


def _check_path(url: URL) -> None:
    path = Path(url.database or "")
    if path.is_dir():
        msg = f"TOCSIN_DATABASE_URL names {path}, which is a directory: name a file in it."
        raise DatabaseError(msg)
    if not path.parent.is_dir():
        msg = f"The directory {path.parent} of the database is missing: make it, or change TOCSIN_DATABASE_URL."
        raise DatabaseError(msg)


def _sqlite_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    # isolation_level None: the driver begins nothing by itself, we say BEGIN IMMEDIATE where a transaction writes
    shared: dict[str, Any] = {
        "hide_parameters": True,  # they may hold cookies, and errors go to the log
        "connect_args": {"isolation_level": None, "timeout": BUSY_MS / 1000},
        "query_cache_size": STATEMENTS_CACHED,
    }
    writer = create_async_engine(url, pool_size=1, max_overflow=0, **shared)
    reader = create_async_engine(url, pool_size=READERS, max_overflow=READERS, **shared)

    def on_connect(query_only: bool) -> Any:
        def listener(connection: Any, _record: object) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode = WAL")
            # FULL: every commit is on the disk before it is acted upon. NORMAL would survive kill -9 as well, but a
            # power cut could take back the last seconds: a "subscribed" already answered, a message marked as sent.
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            if query_only:
                cursor.execute("PRAGMA query_only = ON")
            cursor.close()

        return listener

    event.listen(writer.sync_engine, "connect", on_connect(query_only=False))
    event.listen(reader.sync_engine, "connect", on_connect(query_only=True))

    def begin_immediate(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(writer.sync_engine, "begin", begin_immediate)
    return writer, reader


def _postgresql_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    query = dict(url.query)
    if "sslmode" in query:  # libpq's name for what asyncpg calls ssl
        query["ssl"] = query.pop("sslmode")
    writer = create_async_engine(
        url.set(query=query),
        pool_size=5,
        max_overflow=5,
        # a server restarted in the night must not fail the first transaction of the morning
        pool_pre_ping=True,
        hide_parameters=True,
        query_cache_size=STATEMENTS_CACHED,
        connect_args={
            "timeout": CONNECT_S,
            "command_timeout": COMMAND_S,
            # compiling short queries to machine code costs more than running them
            "server_settings": {
                "application_name": "tocsin",
                "jit": "off",
                "idle_in_transaction_session_timeout": str(FROZEN_MS),
            },
        },
    )
    # single statements: no BEGIN and ROLLBACK around each read
    return writer, writer.execution_options(isolation_level="AUTOCOMMIT")


def _why_not_open(url: URL, error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    why = str(cause).splitlines()[0].strip() if str(cause).strip() else type(cause).__name__
    if url.password:
        why = why.replace(str(url.password), "***")
    advice = "see that the file is a SQLite database and that this user may write to it and to its directory"
    if url.get_backend_name() != "sqlite":
        advice = "see that the server runs and that TOCSIN_DATABASE_URL has the right host, user, password and name"
    return f"Cannot open the {shown(url)} ({why.rstrip('.')}): {advice}."
