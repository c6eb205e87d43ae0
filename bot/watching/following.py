"""A new wish of a chat: the subscription and, for an account that nobody watched, its first look."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.matching.words import words_key
from bot.model.account import Account
from bot.model.subscription import Followed, Wish
from bot.sources.face import Broken, NothingNew, Outcome, Posts, Refused, Source
from bot.store import accounts as account_store
from bot.store import posts as post_store
from bot.store import subscriptions
from bot.store.accounts import Watch
from bot.store.database import Database
from bot.watching.intake import take_in

log = structlog.get_logger(__name__)


class Following:
    """Grants wishes."""

    def __init__(
        self,
        db: Database,
        sources: Mapping[str, Source],
        clock: Callable[[], datetime],
        interval_of: Callable[[str], float],
        nudge: Callable[[], None],
    ) -> None:
        self._db = db
        self._sources = sources
        self._clock = clock
        self._interval_of = interval_of
        self._nudge = nudge

    async def follow(self, wish: Wish) -> Followed:
        """Subscribe. An account without subscribers is looked at first, so that its past does not ring as news."""
        known = await self._watched(wish.account)
        outcome: Outcome | None = None
        if known is None:
            outcome = await self._sources[wish.account.kind].poll(wish.account, {})
        async with self._db.begin() as conn:
            granted = await self._grant(conn, wish, outcome)
        self._nudge()
        return granted

    async def _watched(self, account: Account) -> int | None:
        """The account's id when it is watched for somebody and its first look is taken."""
        async with self._db.read() as conn:
            stored = await account_store.by_key(conn, account.kind, account.key)
            if stored is None or not await subscriptions.count_of_account(conn, stored.id):
                return None
            watch = await account_store.watch_of(conn, stored.id)
            return stored.id if watch is not None and watch.baseline_at is not None else None

    async def _grant(self, conn: AsyncConnection, wish: Wish, outcome: Outcome | None) -> Followed:
        now = self._clock()
        account_id = await account_store.upsert(conn, wish.account, now)
        interval = self._interval_of(wish.account.kind)
        await account_store.ensure_watch(conn, account_id, now + timedelta(seconds=interval), interval)
        nobody_watched = not await subscriptions.count_of_account(conn, account_id)
        subscription_id, created = await subscriptions.add(
            conn, wish.chat_id, wish.thread_id, account_id, wish.words, words_key(wish.words), wish.user_id, now
        )
        problem = ""
        watch = await account_store.watch_of(conn, account_id)
        if outcome is not None and watch is not None and (nobody_watched or watch.baseline_at is None):
            problem = await self._first_look(conn, watch, outcome, now)
        newest = await post_store.latest(conn, account_id, 1)
        account = outcome.account if isinstance(outcome, Posts) and outcome.account else wish.account
        return Followed(subscription_id, created, account, newest[0] if newest else None, problem)

    async def _first_look(self, conn: AsyncConnection, watch: Watch, outcome: Outcome, now: datetime) -> str:
        interval = self._interval_of(watch.account.kind)
        unseen = replace(watch, baseline_at=None, baseline_floor=None, state="active", interval_s=interval)
        match outcome:
            case Posts():
                churn = self._sources[watch.account.kind].ids_may_churn
                taken = await take_in(conn, unseen, outcome.posts, now, ids_may_churn=churn)
                seen = replace(
                    unseen, baseline_at=now, baseline_floor=taken.floor, outcome="posts", problem="",
                    advice="; ".join(outcome.notes), failures=0, memory=dict(outcome.memory), last_poll_at=now,
                    last_ok_at=now, next_poll_at=now + timedelta(seconds=interval), blind_told_at=None,
                )  # fmt: skip
                if outcome.account is not None:
                    await account_store.upsert(conn, outcome.account, now)
                await account_store.save_watch(conn, seen)
                return ""
            case Refused(why=why, advice=advice, until=until):
                waiting = replace(
                    unseen, outcome="refused", problem=why, advice=advice, failures=1, last_poll_at=now,
                    next_poll_at=until,
                )  # fmt: skip
                await account_store.save_watch(conn, waiting)
                return why
            case Broken(why=why, advice=advice):
                waiting = replace(
                    unseen, outcome="broken", problem=why, advice=advice, failures=1, last_poll_at=now,
                    next_poll_at=now + timedelta(seconds=interval),
                )  # fmt: skip
                await account_store.save_watch(conn, waiting)
                return why
            case NothingNew():
                # nothing was asked conditionally, so a site that says this is confused; the next poll will tell
                await account_store.save_watch(conn, replace(unseen, next_poll_at=now))
                return ""
