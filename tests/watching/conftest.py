"""A watched account with subscribers, the recorder and the outbox behind it, on both databases."""

import asyncio
import random
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from bot.delivery import outbox
from bot.delivery.deciding import Policy
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Limits, Pacing
from bot.matching.parsing import parse
from bot.matching.tree import key_of, written
from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post
from bot.model.subscription import ChatKind, Target
from bot.sources.face import Posts
from bot.store import accounts, chats, subscriptions
from bot.store.accounts import Watch
from bot.store.tables import deliveries
from bot.watching.recording import Recorder

sys.path.append(str(Path(__file__).parents[1]))
from scripted import ScriptedMessenger, ScriptedSource, Shown, account

UNLIMITED = Limits(bot_messages=10_000, private_gap=0.0, private_burst=1000, group_messages=10_000)
#: When a test's clock begins; the same post is the same whenever it is read.
MORNING = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)


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
        kind = ChatKind.PRIVATE if telegram_id > 0 else ChatKind.SUPERGROUP
        async with self.db.begin() as conn:
            chat = await chats.ensure(conn, telegram_id, kind, "", self.clock(), language)
            key = "\n".join(words)
            await subscriptions.add(conn, chat, thread_id, self.watch.account_id, words, key, None, self.clock())

    async def ask(self, telegram_id: int, filter_text: str) -> None:
        """Subscribe with a filter of the filter language."""
        tree = parse(filter_text)
        async with self.db.begin() as conn:
            chat = await chats.ensure(conn, telegram_id, ChatKind.PRIVATE, "", self.clock(), "en")
            await subscriptions.add(
                conn, chat, 0, self.watch.account_id, (), key_of(tree), None, self.clock(), written(tree)
            )

    async def restart(self) -> None:
        """As after a crash: what the recorder held in memory is gone."""
        self.recorder = Recorder(self.db, self.clock, random.Random(1), lambda: None)

    async def unsubscribe(self, telegram_id: int, thread_id: int = 0) -> None:
        async with self.db.begin() as conn:
            chat = await chats.get(conn, telegram_id)
            for each in await subscriptions.of_chat(conn, chat.id, thread_id):
                await subscriptions.remove(conn, each.subscription_id, chat.id)

    async def see(self, *posts: Post, withdrawals: bool = False) -> None:
        outcome = Posts(tuple(posts))
        self.watch = await self.recorder.record(
            self.source.pace, self.watch, outcome, ids_may_churn=self.source.ids_may_churn
        )
        if withdrawals:
            await self.recorder.withdrawals(self.source, self.watch, outcome)

    async def deliver(self, policy: Policy | None = None) -> None:
        """Everything that is due, by the real outbox; the clock goes on, so that waits end."""
        async with asyncio.timeout(20):
            running = asyncio.ensure_future(self.outbox(policy).run())
            try:
                while await self.waiting():
                    if running.done():
                        running.result()
                    await asyncio.sleep(0.01)
                    self.clock.advance(1)
            finally:
                running.cancel()
                await asyncio.wait({running})

    def outbox(self, policy: Policy | None = None) -> Outbox:
        pacing = Pacing(lambda: self.clock().timestamp(), UNLIMITED)
        return Outbox(
            self.db, self.messenger, clock=self.clock, rng=random.Random(1), pacing=pacing, policy=policy or Policy()
        )

    async def queued_for(self, telegram_id: int) -> int:
        """Rows that were ever queued for a chat."""
        found = "SELECT count(*) FROM deliveries d JOIN chats c ON c.id = d.chat_id WHERE c.telegram_id = :chat"
        async with self.db.read() as conn:
            return (await conn.execute(text(found), {"chat": telegram_id})).scalar_one()

    async def waiting(self) -> int:
        found = "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending', 'unsure')"
        async with self.db.read() as conn:
            return (await conn.execute(text(found))).scalar_one()

    async def stand(self, **values) -> None:
        """Every delivery that is queued stands so, as if a sender had been at work."""
        async with self.db.begin() as conn:
            await conn.execute(update(deliveries).where(deliveries.c.state == "queued").values(**values))

    def shown(self, telegram_id: int, thread_id: int = 0) -> list[Shown]:
        """What a chat and topic shows now, oldest first."""
        return [m for m in self.messenger.messages if m.target == Target(telegram_id, thread_id)]

    def post(self, number: int, text: str = "", **changes) -> Post:
        made = Post(
            kind="weibo",
            account=self.watch.account.key,
            id=str(5_000_000_000_000_000 + number),
            text=text or f"第{number}条：请注意安全",
            url=f"https://weibo.com/1288915263/p{number}",
            published=MORNING + timedelta(minutes=number),
            utc_offset=480,
            author="平安北京",
        )
        return replace(made, **changes)

    def cap(
        self, number, msg_type=MsgType.ALERT, severity=Severity.MODERATE, supersedes=(), *, status=Status.ACTUAL,
        parameters=(), words="", event="Rainstorm", **changes,
    ) -> Post:  # fmt: skip
        """An alert with fields; ``number`` orders them in time."""
        sent = MORNING + timedelta(minutes=number)
        described = words or f"Heavy rain, notice {number}"
        wording = Wording("en", event=event, headline=f"Rainstorm {number}", description=described)
        hazard = Hazard(
            Urgency.IMMEDIATE, severity, Certainty.LIKELY, (wording,), areas=(Area("Fangshan"),),
            expires=sent + timedelta(hours=6), parameters=parameters,
        )  # fmt: skip
        alert = Alert("office", f"A{number}", sent, sent.isoformat(), status, msg_type, Scope.PUBLIC, (hazard,))
        made = self.post(
            number,
            f"Heavy rain, notice {number}",
            id=f"office,A{number},{sent.isoformat()}",
            aliases=(f"office,A{number}",),
            title=f"Rainstorm {number}",
            alert=alert,
            supersedes=supersedes,
            published=sent,
        )
        return replace(made, **changes)

    def update(self, number, severity, *of: int, **changes) -> Post:
        """It updates the alerts of these numbers."""
        return self.cap(number, MsgType.UPDATE, severity, tuple(f"office,A{n}" for n in of), **changes)

    def cancel(self, number, *of: int, **changes) -> Post:
        """It cancels the alerts of these numbers."""
        return self.cap(number, MsgType.CANCEL, supersedes=tuple(f"office,A{n}" for n in of), **changes)


@pytest.fixture(autouse=True)
def _look_often(monkeypatch):
    """The clock is moved by hand, so real seconds must not be waited for."""
    monkeypatch.setattr(outbox, "NET_SECONDS", 0.02)


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
