"""A watched account with subscribers, the recorder and the outbox behind it: from a page to the chats."""

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta

from outboxes import UNLIMITED
from scripted import ScriptedMessenger, ScriptedSource, account
from sqlalchemy import select

from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.sources.face import Posts
from bot.store import accounts, chats, deliveries, subscriptions
from bot.store.accounts import Watch
from bot.store.database import Database
from bot.store.tables import deliveries as table
from bot.watching.recording import Recorder


@dataclass
class Town:
    """One account, its watch, and everything from the recorder to the chats. ``open_town`` makes it."""

    db: Database
    clock: object
    watch: Watch
    source: ScriptedSource = field(default_factory=ScriptedSource)
    messenger: ScriptedMessenger = field(default_factory=ScriptedMessenger)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.db, self.clock, random.Random(1), lambda: None)

    async def restart(self) -> None:
        """As after a crash: all that is known is what lies in the database."""
        self.recorder = Recorder(self.db, self.clock, random.Random(1), lambda: None)
        async with self.db.read() as conn:
            self.watch = await accounts.watch_of(conn, self.watch.account_id)

    async def subscribe(self, telegram_id: int, *words: str, thread_id: int = 0) -> None:
        kind = ChatKind.PRIVATE if telegram_id > 0 else ChatKind.GROUP
        async with self.db.begin() as conn:
            chat = await chats.ensure(conn, telegram_id, kind, "", self.clock(), "en")
            key = "\n".join(words)
            await subscriptions.add(conn, chat, thread_id, self.watch.account_id, words, key, None, self.clock())

    async def see(self, *posts: Post, withdrawals: bool = False) -> None:
        """A poll that found these posts."""
        outcome = Posts(tuple(posts))
        churn = self.source.ids_may_churn
        self.watch = await self.recorder.record(self.source.pace, self.watch, outcome, ids_may_churn=churn)
        if withdrawals:
            await self.recorder.withdrawals(self.source, self.watch, outcome)

    async def deliver(self) -> None:
        """Everything that waits, by the real outbox; the clock goes on so that waits end."""
        pacing = Pacing(lambda: self.clock().timestamp(), UNLIMITED)
        outbox = Outbox(self.db, self.messenger, clock=self.clock, rng=random.Random(1), pacing=pacing)
        running = asyncio.ensure_future(outbox.run())
        try:
            async with asyncio.timeout(20):
                while await self.waiting():
                    if running.done():
                        running.result()
                    await asyncio.sleep(0.01)
                    self.clock.advance(0.1)
        finally:
            running.cancel()
            await asyncio.wait({running})

    async def waiting(self) -> int:
        """Deliveries that are not settled."""
        async with self.db.read() as conn:
            counted = await deliveries.counts(conn)
        return sum(counted.get(state, 0) for state in deliveries.WAITING)

    async def rows(self) -> list:
        """Every delivery there ever was."""
        async with self.db.read() as conn:
            return list((await conn.execute(select(table).order_by(table.c.id))).all())

    def post(self, number: int, text: str = "", **changes) -> Post:
        """The account's ``number``-th post, a minute after the one before."""
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

    def alert(
        self, number: int, severity: Severity = Severity.MODERATE, *, replaces: int = 0, cancels: bool = False
    ) -> Post:
        """An alert with fields; one that ``replaces`` another updates or cancels it."""
        sent = self.clock() + timedelta(minutes=number)
        said = f"Heavy rain, notice {number}"
        wording = Wording("en", event="Rainstorm", headline=f"Rainstorm {number}", description=said)
        hazard = Hazard(
            Urgency.IMMEDIATE,
            severity,
            Certainty.LIKELY,
            (wording,),
            areas=(Area("Fangshan"),),
            expires=sent + timedelta(hours=6),
        )
        kind = MsgType.CANCEL if cancels else MsgType.UPDATE if replaces else MsgType.ALERT
        alert = Alert("office", f"A{number}", sent, sent.isoformat(), Status.ACTUAL, kind, Scope.PUBLIC, (hazard,))
        return self.post(
            number,
            said,
            id=f"office,A{number},{sent.isoformat()}",
            aliases=(f"office,A{number}",),
            title=f"Rainstorm {number}",
            alert=alert,
            supersedes=(f"office,A{replaces}",) if replaces else (),
            published=sent,
        )


async def open_town(db: Database, clock) -> Town:
    """A town whose account is watched and was not looked at yet."""
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, account(), clock())
        await accounts.ensure_watch(conn, account_id, clock(), ScriptedSource.pace.default)
        watch = await accounts.watch_of(conn, account_id)
    return Town(db, clock, watch)
