"""An outbox with the real messenger behind it, in this process: chats and deliveries are laid into a fresh database.

Shared by the benchmarks of sending; measures nothing itself.
"""

import asyncio
import contextlib
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from benchmarks.telegram import FIRST_CHAT, Stand
from bot.chat.application import build_bot
from bot.chat.sender import TelegramMessenger
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Limits, Pacing
from bot.delivery.paying import Purse
from bot.logs import set_up_logs
from bot.model.account import Account
from bot.model.delivery import Lane, Op, State
from bot.model.post import Post
from bot.store import accounts, deliveries, posts, schema
from bot.store import tables as t
from bot.store.database import Database
from bot.store.fingerprint import fingerprint

#: Rows in one INSERT.
CHUNK = 5000
TEXT = "受强降雨影响，京港澳高速杜家坎附近积水严重，请过往车辆绕行，注意安全。" * 3
WEIBO = Account("weibo", "1288915263", "平安北京", "https://weibo.com/u/1288915263", language="zh", utc_offset=480)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@contextlib.contextmanager
def logging_to_a_file() -> Iterator[None]:
    """The log is written as the program writes it, for it costs time, but not into the figures."""
    with tempfile.TemporaryFile("w", encoding="utf-8") as file, contextlib.redirect_stderr(file):
        set_up_logs("json")
        yield


@dataclass(slots=True)
class Sending:
    """A database, and the outbox on it."""

    db: Database
    outbox: Outbox
    posts: int = 0

    async def queue(self, chats: int, each: int = 1, lane: Lane = Lane.ROUTINE, first: int = 0) -> None:
        """Queue ``each`` new posts for so many chats (from the ``first``-th on), post by post."""
        async with self.db.begin() as conn:
            account_id = await accounts.upsert(conn, WEIBO, now())
            for _ in range(each):
                self.posts += 1
                ext = f"{self.posts}"
                post = Post(
                    "weibo", WEIBO.key, ext, f"{TEXT}（{ext}）", f"https://weibo.com/x/{ext}", published=now()
                )
                post_id = await posts.add(conn, account_id, post, fingerprint(post), now(), why_not="", root_id=None)
                for start in range(first, first + chats, CHUNK):
                    rows = [
                        _row(number + 1, post_id, lane) for number in range(start, min(start + CHUNK, first + chats))
                    ]
                    await conn.execute(insert(t.deliveries), rows)
        self.outbox.wake()

    async def waiting(self) -> int:
        """How many are not settled yet."""
        async with self.db.read() as conn:
            counted = await deliveries.counts(conn)
        return sum(counted.get(state, 0) for state in deliveries.WAITING)

    async def until_settled(self, patience: float, most: int = 0) -> None:
        """Wait until at most ``most`` are left."""
        async with asyncio.timeout(patience):
            while await self.waiting() > most:
                await asyncio.sleep(1.0)


@asynccontextmanager
async def sending(
    stand: Stand, chats: int, limits: Limits, *, stars: int = 0, at_once: int | None = None, url: str = ""
) -> AsyncIterator[Sending]:
    """An outbox that is not running yet, and ``chats`` private chats."""
    with tempfile.TemporaryDirectory() as folder:
        url = url or f"sqlite+aiosqlite:///{Path(folder) / 'tocsin.db'}"
        await schema.upgrade(url)
        db = await Database.open(url)
        pacing = Pacing(time.monotonic, limits)
        at_once = at_once or limits.at_once
        bot = build_bot(stand.token, stand.url, connections=at_once)
        await bot.initialize()
        purse = Purse(db, now, stars, frozenset(Lane)) if stars else None
        outbox = Outbox(
            db,
            TelegramMessenger(bot),
            clock=now,
            rng=random.Random(1),
            pacing=pacing,
            purse=purse,
            at_once=at_once,
        )
        try:
            async with db.begin() as conn:
                for start in range(0, chats, CHUNK):
                    rows = [_chat(number) for number in range(start, min(start + CHUNK, chats))]
                    await conn.execute(insert(t.chats), rows)
            yield Sending(db, outbox)
        finally:
            await bot.shutdown()
            await db.close()


def _chat(number: int) -> dict[str, object]:
    return {
        "id": number + 1,
        "telegram_id": FIRST_CHAT + number,
        "kind": "private",
        "title": "",
        "language": "en",
        "created_at": now(),
    }


def _row(chat_id: int, post_id: int, lane: Lane) -> dict[str, object]:
    moment = now()
    return {
        "chat_id": chat_id,
        "post_id": post_id,
        "revision": 1,
        "op": Op.SEND.value,
        "state": State.QUEUED.value,
        "lane": int(lane),
        "queued_at": moment,
        "not_before": moment,
    }
