"""A watched account with subscribers, the recorder and the outbox behind it, on both databases."""

import random
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Limits, Pacing
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.sources.face import Posts
from bot.store import accounts, chats, subscriptions
from bot.store.accounts import Watch
from bot.watching.recording import Recorder

sys.path.append(str(Path(__file__).parents[1]))
from scripted import ScriptedMessenger, ScriptedSource, account

UNLIMITED = Limits(bot_messages=10_000, private_gap=0.0, private_burst=1000, group_messages=10_000)


@dataclass
class Town:
    """One account, its watch, and everything from the recorder to the chats."""

    db: object
    clock: object
    source: ScriptedSource
    messenger: ScriptedMessenger
    recorder: Recorder
    watch: Watch
    queued: int = 0

    async def subscribe(self, telegram_id: int, *words: str, thread_id: int = 0, language: str = "en") -> None:
        async with self.db.begin() as conn:
            chat = await chats.ensure(conn, telegram_id, ChatKind.PRIVATE, "", self.clock(), language)
            key = "\n".join(words)
            await subscriptions.add(conn, chat, thread_id, self.watch.account_id, words, key, None, self.clock())

    async def see(self, *posts: Post, withdrawals: bool = False) -> None:
        outcome = Posts(tuple(posts))
        self.watch = await self.recorder.record(
            self.source.pace, self.watch, outcome, ids_may_churn=self.source.ids_may_churn
        )
        if withdrawals:
            await self.recorder.withdrawals(self.source, self.watch, outcome)

    async def deliver(self) -> None:
        """Everything that is due, by the real outbox."""
        outbox = self.outbox()
        import asyncio

        async with asyncio.timeout(20):
            running = asyncio.ensure_future(outbox.run())
            try:
                while await self.waiting():
                    if running.done():
                        running.result()
                    await asyncio.sleep(0.01)
            finally:
                running.cancel()
                await asyncio.wait({running})

    def outbox(self) -> Outbox:
        pacing = Pacing(lambda: self.clock().timestamp(), UNLIMITED)
        return Outbox(self.db, self.messenger, clock=self.clock, rng=random.Random(1), pacing=pacing)

    async def queued_for(self, telegram_id: int) -> int:
        """Rows that were ever queued for a chat."""
        from sqlalchemy import text

        found = "SELECT count(*) FROM deliveries d JOIN chats c ON c.id = d.chat_id WHERE c.telegram_id = :chat"
        async with self.db.read() as conn:
            return (await conn.execute(text(found), {"chat": telegram_id})).scalar_one()

    async def waiting(self) -> int:
        from sqlalchemy import text

        async with self.db.read() as conn:
            rows = await conn.execute(
                text("SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending', 'unsure')")
            )
            return rows.scalar_one()

    def post(self, number: int, text: str = "", **changes) -> Post:
        made = Post(
            kind="weibo",
            account=self.watch.account.key,
            id=str(5_000_000_000_000_000 + number),
            text=text or f"第{number}条：请注意安全",
            url=f"https://weibo.com/1288915263/p{number}",
            published=self.clock() + timedelta(minutes=number),
            utc_offset=480,
            author="平安北京",
        )
        return replace(made, **changes)


@pytest.fixture
async def town(db, clock) -> Town:
    source, messenger = ScriptedSource(), ScriptedMessenger()
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, account(), clock())
        await accounts.ensure_watch(conn, account_id, clock(), source.pace.default)
        watch = await accounts.watch_of(conn, account_id)
    made = Town(db, clock, source, messenger, None, watch)

    def count() -> None:
        made.queued += 1

    made.recorder = Recorder(db, clock, random.Random(1), count)
    return made
