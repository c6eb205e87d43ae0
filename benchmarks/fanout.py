"""How long one revision takes to be matched and queued for 100,000 chats, and how long the event loop stands still by it.

PostgreSQL is measured where TOCSIN_TEST_POSTGRES (or 127.0.0.1:5432) answers, in a database of the benchmark's own.
"""

import asyncio
import contextlib
import os
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.figures import Figure, read_options, show
from bot.heap import settle
from bot.model.account import Account
from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post
from bot.store import accounts, schema
from bot.store.accounts import Watch
from bot.store.database import Database
from bot.store.fingerprint import fingerprints
from bot.watching.foreseeing import foresee
from bot.watching.intake import Taken, take_in

POSTGRES = os.environ.get("TOCSIN_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
CHATS, QUICK_CHATS = 100_000, 500
#: Every so many-th chat asks for words; there are so many different wishes, and each of them occurs in the alert.
WITH_WORDS, WISHES = 5, 1000
#: The issue's goals for a new alert; what changes it writes up to twice the rows.
SECONDS, HOLD_MS, CHANGE_SECONDS = 5.0, 50.0, 10.0
#: Ours: memory must not grow with the number of chats.
MEGABYTES = 50.0
#: ru_maxrss counts KiB on Linux and bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
NOW = datetime(2026, 7, 21, 4, tzinfo=UTC)
OFFICE = Account("cap", "https://example.org/cap.xml", "Weather office", "https://example.org/")

_NUMBERS = {
    "sqlite": "WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < :chats)",
    "postgresql": "WITH g AS (SELECT generate_series(1, :chats) AS n)",
}
_CHATS = """
    INSERT INTO chats (id, telegram_id, kind, title, language, state, paused_reason, created_at)
    {numbers} SELECT n, n, 'private', '', 'en', 'active', '', '2026-07-01 00:00:00' FROM g"""
_SUBSCRIPTIONS = """
    INSERT INTO subscriptions (chat_id, thread_id, account_id, words, words_key, created_at)
    {numbers} SELECT n, 0, :account,
        CASE WHEN n % :nth = 0 THEN '["road", "place' || (n % :wishes) || '"]' ELSE '[]' END,
        CASE WHEN n % :nth = 0 THEN 'place' || (n % :wishes) || chr(10) || 'road' ELSE '' END,
        '2026-07-01 00:00:00' FROM g"""
_ARRIVED = """
    UPDATE deliveries SET state = 'sent', rendered_revision = revision,
        parts = '[{"message_ids":[1],"form":"text"}]' WHERE state = 'queued'"""


@dataclass
class Holds:
    """How long the loop stood still at most."""

    longest: float = 0.0


@contextlib.asynccontextmanager
async def watching_the_loop() -> AsyncIterator[Holds]:
    """Wake every millisecond, and note by how much each waking came late."""
    holds = Holds()

    async def wake() -> None:
        while True:
            asleep = time.perf_counter()
            await asyncio.sleep(0.001)
            holds.longest = max(holds.longest, time.perf_counter() - asleep - 0.001)

    task = asyncio.create_task(wake())
    await asyncio.sleep(0.05)
    holds.longest = 0.0
    try:
        yield holds
    finally:
        task.cancel()
        await asyncio.wait({task})


def alert(number: int, severity: Severity, msg_type: MsgType, note: str = "") -> Post:
    """A warning in which every wish occurs; each but the first refers to the one before it."""
    sent = NOW + timedelta(minutes=number)
    places = " ".join(f"place{n}" for n in range(WISHES))
    wording = Wording("en", event="Rainstorm", headline=f"Rainstorm {note}", description=f"road {places}")
    hazard = Hazard(
        Urgency.IMMEDIATE, severity, Certainty.LIKELY, (wording,), areas=(Area("Fangshan"),),
        expires=sent + timedelta(hours=6),
    )  # fmt: skip
    meaning = Alert("office", f"A{number}", sent, sent.isoformat(), Status.ACTUAL, msg_type, Scope.PUBLIC, (hazard,))
    return Post(
        "cap", OFFICE.key, f"office,A{number},{sent.isoformat()}", f"Heavy rain {note}", f"https://example.org/{number}",
        title=f"Rainstorm {number}", published=sent, alert=meaning, aliases=(f"office,A{number}",),
        supersedes=(f"office,A{number - 1}",) if number > 1 else (),
    )  # fmt: skip


async def fill(db: Database, chats: int) -> Watch:
    """An account with a watch, and its subscribers, by SQL alone."""
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, OFFICE, NOW)
        await accounts.ensure_watch(conn, account_id, NOW, 60.0)
        values = {"chats": chats, "account": account_id, "nth": WITH_WORDS, "wishes": WISHES}
        for statement in (_CHATS, _SUBSCRIPTIONS):
            sql = statement.format(numbers=_NUMBERS[db.backend])
            if db.backend == "sqlite":
                sql = sql.replace("chr(10)", "char(10)")
            await conn.execute(text(sql), {name: value for name, value in values.items() if f":{name}" in sql})
        if db.backend == "postgresql":
            await conn.execute(text("ANALYZE"))
        watch = await accounts.watch_of(conn, account_id)
    if watch is None:
        raise LookupError("the watch that was just made is not there")
    return replace(watch, baseline_at=NOW, baseline_floor=NOW, last_ok_at=NOW)


async def measure(name: str, db: Database, chats: int) -> list[Figure]:
    """A new alert, an edit that raises it, an update that raises it further, and its cancel."""
    watch = await fill(db, chats)
    found: list[Figure] = []
    holds: list[float] = []
    steps: tuple[tuple[str, Post, int], ...] = (
        ("new alert", alert(1, Severity.MODERATE, MsgType.ALERT), 1),
        ("edit", alert(1, Severity.SEVERE, MsgType.ALERT, "is near"), 1),
        ("update", alert(2, Severity.EXTREME, MsgType.UPDATE), 2),
        ("cancel", alert(3, Severity.EXTREME, MsgType.CANCEL), 2),
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for step, post, rows in steps:
        taken, seconds, hold = await timed(lambda post=post: take(db, watch, post))  # type: ignore[misc]
        if taken.queued != rows * chats:
            raise ValueError(f"{step}: {taken.queued} deliveries were queued, not {rows * chats}")
        goal = SECONDS if step == "new alert" else CHANGE_SECONDS
        found.append(Figure(f"{name}: {step} for {chats} chats, {rows * chats} rows", seconds, "s", goal))
        holds.append(hold)
        async with db.begin() as conn:
            await conn.execute(text(_ARRIVED))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * RSS_UNIT / 1e6
    found.append(Figure(f"{name}: longest hold of the loop", max(holds) * 1000, "ms", HOLD_MS))
    return [*found, Figure(f"{name}: memory above that before", grown, "MB", MEGABYTES)]


async def take(db: Database, watch: Watch, post: Post) -> Taken:
    """One page with one post, as the recorder takes it in: wishes are matched before the transaction."""
    now, prints = NOW + timedelta(minutes=5), await asyncio.to_thread(fingerprints, [post])
    foreseen = await foresee(db, watch, [post], prints, now, ids_may_churn=False)
    async with db.begin() as conn:
        return await take_in(conn, watch, [post], now, ids_may_churn=False, prints=prints, foreseen=foreseen)


async def timed(act: Callable[[], Awaitable[Taken]]) -> tuple[Taken, float, float]:
    """What it gives, its seconds, and the longest hold of the loop meanwhile."""
    async with watching_the_loop() as holds:
        began = time.perf_counter()
        taken = await act()
        return taken, time.perf_counter() - began, holds.longest


async def on_sqlite(chats: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'fanout.db'}"
        await schema.upgrade(url)
        db = await Database.open(url)
        try:
            return await measure("SQLite", db, chats)
        finally:
            await db.close()


async def on_postgresql(chats: int) -> list[Figure]:
    name = f"tocsin_fanout_{uuid.uuid4().hex[:12]}"
    server = create_async_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        async with server.connect() as conn:
            await conn.execute(text(f'CREATE DATABASE "{name}"'))
    except (OSError, SQLAlchemyError):
        await server.dispose()
        return []
    try:
        url = f"{POSTGRES.rpartition('/')[0]}/{name}"
        await schema.upgrade(url)
        db = await Database.open(url)
        try:
            return await measure("PostgreSQL", db, chats)
        finally:
            await db.close()
    finally:
        async with server.connect() as conn:
            await conn.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        await server.dispose()


def figures(chats: int) -> Iterator[list[Figure]]:
    """One database after the other."""
    yield asyncio.run(on_sqlite(chats))
    yield asyncio.run(on_postgresql(chats))


def main() -> None:
    """Measure and print."""
    options = read_options("Fan-out of one revision to many chats.")
    settle()
    for found in figures(QUICK_CHATS if options.quick else CHATS):
        show(found, as_json=options.json)


if __name__ == "__main__":
    main()
