"""CPU of a poll that is answered 304, and memory of a watched account, with the program's own watcher and fetcher.

The feeds are served by another process; CPU is ``time.process_time`` of this one, all threads, with everything that
watching costs beside the request (the schedule, writing quiet polls down, reading the list of accounts again).
"""

import asyncio
import contextlib
import gc
import logging
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psutil

from benchmarks.feed_server import FeedServer, feed_server
from benchmarks.figures import Figure, read_options, show
from bot.logs import set_up_logs
from bot.model.account import Account
from bot.model.subscription import ChatKind
from bot.outside import now_utc, open_outside
from bot.settings import load_settings
from bot.sources.face import Source
from bot.store import accounts, chats, schema, subscriptions
from bot.store.database import Database
from bot.store.site_state import SiteKeep
from bot.watching.watcher import Watcher

CPU_GOAL_MS = 1.5
MEMORY_GOAL_KIB = 20.0
#: Accounts that are watched before memory is first looked at: by then every library is loaded and every pool full.
WARM = 50
#: Nothing here takes so long, unless something is broken.
PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    feeds: int
    #: Seconds between two polls of a feed in the fast runs; they only make the run short.
    every_s: float
    #: Polls of each feed that are measured.
    rounds: int
    #: Seconds at the pace of the real program; 0 leaves it out.
    slow_s: float


FULL = Size(feeds=1000, every_s=5.0, rounds=5, slow_s=60.0)
QUICK = Size(feeds=100, every_s=1.0, rounds=3, slow_s=0.0)


@dataclass(frozen=True, slots=True)
class Bench:
    """A database, the feed source on the guarded fetcher, and the server that it asks."""

    db: Database
    source: Source
    server: FeedServer

    async def subscribe(self, first: int, count: int) -> None:
        """Let a chat follow so many feeds."""
        now = now_utc()
        async with self.db.begin() as conn:
            chat = await chats.ensure(conn, 1, ChatKind.PRIVATE, "", now, "en")
            for number in range(first, first + count):
                url = f"{self.server.url}{number}"
                account_id = await accounts.upsert(conn, Account("feed", url, f"通报{number}", url), now)
                await accounts.ensure_watch(conn, account_id, now, self.source.pace.default)
                await subscriptions.add(conn, chat, 0, account_id, (), "", None, now)

    @asynccontextmanager
    async def watching(self, every_s: float | None) -> AsyncIterator[Watcher]:
        """Watch while the block runs."""
        watcher = Watcher(self.db, {"feed": self.source}, clock=now_utc, rng=random.Random(1), poll_seconds=every_s)
        running = asyncio.create_task(watcher.run())
        try:
            yield watcher
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that the server counts."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await asyncio.sleep(0.05)

    async def seen(self, feeds: int) -> None:
        """Wait until so many feeds were read in whole and each was then asked once more."""
        tally = self.server.tally
        await self.until(lambda: tally.whole.value >= feeds)
        before = tally.unchanged.value
        await self.until(lambda: tally.unchanged.value >= before + 2 * feeds)

    async def check(self) -> None:
        """See that the program took every answer for what it was: a poll that fails would be cheap."""
        async with self.db.read() as conn:
            ends = {(watch.outcome, watch.failures) for watch in await accounts.watched(conn)}
        if ends != {("nothing_new", 0)}:
            raise RuntimeError(f"The polls did not all end as “nothing new”: {ends}")

    async def spread(self, over_s: float) -> None:
        """Lay the next polls of all feeds evenly over the time, as they lie after a while."""
        async with self.db.begin() as conn:
            watched = await accounts.watched(conn)
            for place, watch in enumerate(watched):
                at = now_utc() + timedelta(seconds=over_s * place / len(watched))
                await accounts.save_watch(conn, replace(watch, next_poll_at=at, interval_s=over_s))


@asynccontextmanager
async def open_bench(folder: str, server: FeedServer) -> AsyncIterator[Bench]:
    """Build the parts as the service does."""
    url = f"sqlite+aiosqlite:///{Path(folder, 'bench.db')}"
    settings = load_settings(
        _env_file=None, telegram_token="", site_gap_seconds=0.0, allowed_private_hosts=frozenset({"127.0.0.1"})
    )
    await schema.upgrade(url)
    db = await Database.open(url)
    try:
        async with open_outside(settings, SiteKeep(db, now_utc)) as outside:
            yield Bench(db, outside.sources["feed"], server)
    finally:
        await db.close()


def memory_kib() -> float:
    gc.collect()
    return psutil.Process().memory_info().rss / 1024


async def cpu_ms_per_poll(bench: Bench, *, polls_wanted: int = 0, seconds: float = 0.0) -> float:
    """Measure for so long, and until so many polls were answered; only 304 may come meanwhile."""
    tally = bench.server.tally
    whole, unchanged, began = tally.whole.value, tally.unchanged.value, time.process_time()
    await asyncio.sleep(seconds)  # in one piece: looking at the tally costs too
    await bench.until(lambda: tally.unchanged.value - unchanged >= max(1, polls_wanted))
    spent, polls = time.process_time() - began, tally.unchanged.value - unchanged
    if tally.whole.value != whole:
        raise RuntimeError("A feed was sent in whole while polls answered 304 were measured.")
    return spent * 1000 / polls


async def measure(size: Size) -> list[Figure]:
    """Run everything; gives the figures."""
    set_up_logs("console", level=logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, feed_server() as server:
        async with open_bench(folder, server) as bench:
            return await _measure(bench, size)


async def _measure(bench: Bench, size: Size) -> list[Figure]:
    total = WARM + size.feeds
    wanted = size.rounds * total
    closing = bench.server.tally.closing
    await bench.subscribe(0, WARM)
    async with bench.watching(size.every_s) as watcher:
        await bench.seen(WARM)
        before = memory_kib()
        await bench.subscribe(WARM, size.feeds)
        watcher.nudge()
        await bench.seen(total)
        kept = await cpu_ms_per_poll(bench, polls_wanted=wanted)
        grown = (memory_kib() - before) / size.feeds
        closing.value = 1
        await asyncio.sleep(size.every_s)  # the connections that were kept are closed by their next answer
        fresh = await cpu_ms_per_poll(bench, polls_wanted=wanted)
    await bench.check()
    named = "CPU of a poll answered 304"
    figures = [
        Figure(f"{named}, connection kept", kept, "ms", CPU_GOAL_MS),
        Figure(f"{named}, a new connection each", fresh, "ms", CPU_GOAL_MS),
    ]
    if size.slow_s:
        slow = await _at_the_real_pace(bench, size.slow_s)
        figures.append(Figure(f"{named}, a new connection, at the default pace", slow, "ms", CPU_GOAL_MS))
    return [*figures, Figure("memory for each account (growth of RSS)", grown, "KiB", MEMORY_GOAL_KIB)]


async def _at_the_real_pace(bench: Bench, seconds: float) -> float:
    """Few polls a second: what is done by the clock and not by the poll falls on fewer of them."""
    await bench.spread(bench.source.pace.default)
    async with bench.watching(None):
        return await cpu_ms_per_poll(bench, seconds=seconds)


def main() -> None:
    """Measure and print."""
    options = read_options("CPU of a poll answered 304, and memory for each watched account.")
    show(asyncio.run(measure(QUICK if options.quick else FULL)), as_json=options.json)


if __name__ == "__main__":
    main()
