"""What /stats of a busy day costs the service: 300,000 deliveries counted beside a running event loop, on SQLite."""

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from benchmarks.figures import Figure, read_options, show
from bot.model.account import Account
from bot.model.delivery import Op, State
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, figures, posts, schema
from bot.store.database import Database
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries

DELIVERIES, POSTS, KINDS = 300_000, 1_000, ("weibo", "feed", "cap")
QUICK = 3_000
NOW = datetime(2026, 7, 21, 12, tzinfo=UTC)
#: Rows in one INSERT.
CHUNK = 5_000
#: The loop may be held so long (milliseconds), and an operator waits so long (seconds).
HOLD_GOAL, ANSWER_GOAL = 50.0, 10.0


async def fill(db: Database, count: int) -> None:
    rng = random.Random(1)
    async with db.begin() as conn:
        made = [await _post(conn, number, rng) for number in range(POSTS if count > POSTS else 10)]
        chat_ids = [
            await chats.ensure(conn, number + 1, ChatKind.PRIVATE, "", NOW)
            for number in range(-(-count // len(made)))
        ]
    for start in range(0, count, CHUNK):
        rows = []
        for number in range(start, min(count, start + CHUNK)):
            post_id, seen = made[number % len(made)]
            queued = seen + timedelta(seconds=rng.uniform(0, 2))
            arrived = queued + timedelta(seconds=rng.expovariate(1 / 60))
            row = {"chat_id": chat_ids[number // len(made)], "post_id": post_id, "revision": 1, "lane": number % 3}
            row |= {"op": Op.SEND.value, "state": State.SENT.value, "queued_at": queued, "not_before": queued}
            rows.append(row | {"arrived_at": arrived, "settled_at": arrived})
        async with db.begin() as conn:
            await conn.execute(insert(deliveries), rows)


async def _post(conn, number: int, rng: random.Random) -> tuple[int, datetime]:
    account = Account(KINDS[number % 3], str(number % 50), f"office {number % 50}", "https://example.org/")
    account_id = await accounts.upsert(conn, account, NOW)
    seen = NOW - timedelta(hours=rng.uniform(1, 20))
    written = seen - timedelta(seconds=rng.expovariate(1 / 60))
    post = Post(account.kind, account.key, str(number), "text", f"https://example.org/{number}", published=written)
    return await posts.add(conn, account_id, post, fingerprint(post), seen, why_not="", root_id=None), seen


async def held_while(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Seconds that the work took, and the longest time for which nothing else got its turn (milliseconds)."""
    longest, done = 0.0, False

    async def watch() -> None:
        nonlocal longest
        last = time.perf_counter()
        while not done:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last - 0.001), now

    watching = asyncio.ensure_future(watch())
    await asyncio.sleep(0.05)
    begun = time.perf_counter()
    await work()
    took = time.perf_counter() - begun
    done = True
    await watching
    return took, longest * 1000


async def measure(count: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'stats.db'}"
        await schema.upgrade(url)
        db = await Database.open(url)
        try:
            await fill(db, count)

            async def ask() -> None:
                async with db.read() as conn:
                    found = await figures.figures(conn, NOW - timedelta(days=1), NOW + timedelta(hours=1))
                if found.settled.get(State.SENT) != count:
                    raise AssertionError(f"{found.settled} is not {count}")

            first = await held_while(ask)
            again = await held_while(ask)
        finally:
            await db.close()
    label = f"/stats of {count:,} deliveries"
    return [
        Figure(f"{label}, the first time", first[0], "s", ANSWER_GOAL),
        Figure(f"{label}, once more", again[0], "s", ANSWER_GOAL),
        Figure("event loop held meanwhile, the first time", first[1], "ms", HOLD_GOAL),
        Figure("event loop held meanwhile, once more", again[1], "ms", HOLD_GOAL),
    ]


def main() -> None:
    options = read_options(__doc__)
    show(asyncio.run(measure(QUICK if options.quick else DELIVERIES)), as_json=options.json)


if __name__ == "__main__":
    main()
