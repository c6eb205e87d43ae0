"""A new wish of a chat: the subscription and, for an account that nobody watched, its first look."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.matching.parsing import read_back
from bot.matching.tree import key_of
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.model.subscription import MOST_SUBSCRIPTIONS, ChatForgottenError, Followed, TooManySubscriptionsError, Wish
from bot.sources.face import Broken, Hub, NothingNew, Outcome, Posts, Refused, Source
from bot.store import accounts as account_store
from bot.store import chats, subscriptions
from bot.store import posts as post_store
from bot.store.accounts import Watch
from bot.store.database import Database
from bot.store.fingerprint import fingerprints
from bot.store.forgetting import FORGOTTEN
from bot.watching.intake import take_in

log = structlog.get_logger(__name__)

#: How long somebody is kept waiting for the first look. Weibo's is five requests 6 to 12 s apart at most, behind
#: whatever stands in its queue; what takes longer is looked at in the background.
FIRST_LOOK_SECONDS = 90.0
#: Posts of a preview: what a filter is tried on.
SHOWN = 50
#: A look for a preview is good for the first look of a wish so long, for so many accounts: what is written meanwhile is
#: seen by the next poll, and rings.
LOOK_KEPT, LOOKS_KEPT = timedelta(minutes=10), 32
_DAWN = datetime.min.replace(tzinfo=UTC)


class Following:
    """Grants wishes."""

    def __init__(
        self,
        db: Database,
        sources: Mapping[str, Source],
        clock: Callable[[], datetime],
        interval_of: Callable[[str], float],
        nudge: Callable[[], None],
        first_look_seconds: float = FIRST_LOOK_SECONDS,
        offered: Callable[[Account, Hub | None], None] = lambda _account, _hub: None,
    ) -> None:
        self._db = db
        self._sources = sources
        self._clock = clock
        self._interval_of = interval_of
        self._nudge = nudge
        self._first_look_seconds = first_look_seconds
        self._offered = offered
        self._looks: dict[tuple[str, str], tuple[datetime, Posts]] = {}

    async def preview(self, account: Account) -> tuple[Post, ...]:
        """The newest posts of an account, newest first, before anybody here follows it; none where they cannot be had.

        The site is asked only for an account that nobody watches, and not again when it is followed soon after.
        """
        async with self._db.read() as conn:
            stored = await account_store.by_key(conn, account.kind, account.key)
            if stored is not None and await self._is_watched(conn, stored.id):
                return tuple(await post_store.latest(conn, stored.id, SHOWN))
        looked = self._kept_look(account)
        if looked is None:
            outcome = await self._look(account)
            if not isinstance(outcome, Posts):
                return ()
            looked = outcome
            self._looks[account.kind, account.key] = (self._clock(), looked)
        while len(self._looks) > LOOKS_KEPT:
            del self._looks[next(iter(self._looks))]
        return tuple(sorted(looked.posts, key=lambda post: post.published or _DAWN, reverse=True)[:SHOWN])

    def _kept_look(self, account: Account) -> Posts | None:
        """The look that a preview took just before."""
        at, looked = self._looks.get((account.kind, account.key), (_DAWN, None))
        return looked if self._clock() - at < LOOK_KEPT else None

    async def follow(self, wish: Wish) -> Followed:
        """Subscribe. An account without subscribers is looked at first, so that its past does not ring as news.

        Raises TooManySubscriptionsError, ChatForgottenError.
        """
        known = await self._watched(wish)
        outcome: Outcome | None = None
        if known is None:
            outcome = self._kept_look(wish.account) or await self._look(wish.account)
            self._looks.pop((wish.account.kind, wish.account.key), None)
        posts = outcome.posts if isinstance(outcome, Posts) else ()
        prints = await asyncio.to_thread(fingerprints, posts) if posts else {}
        async with self._db.begin() as conn:
            granted = await self._grant(conn, wish, outcome, prints)
        self._nudge()
        if isinstance(outcome, Posts):
            self._offered(wish.account, outcome.hub)
        return granted

    async def _look(self, account: Account) -> Outcome:
        """Poll within the time that somebody may be kept waiting. What is cut short is not lost: nothing was stored."""
        try:
            async with asyncio.timeout(self._first_look_seconds):
                return await self._sources[account.kind].poll(account, {})
        except TimeoutError:
            why = f"It did not answer within {self._first_look_seconds:g} seconds."
            return Broken(why, "Nothing needs doing: it is looked at again by itself.", reason=Reason(Cause.SLOW))

    async def _watched(self, wish: Wish) -> int | None:
        """The account's id when it is watched for somebody and its first look is taken."""
        account = wish.account
        async with self._db.read() as conn:
            # nobody waits for a site, and no site is asked, for what would not be granted
            await self._check_room(conn, wish)
            stored = await account_store.by_key(conn, account.kind, account.key)
            return stored.id if stored is not None and await self._is_watched(conn, stored.id) else None

    async def _is_watched(self, conn: AsyncConnection, account_id: int) -> bool:
        """For somebody, and its first look is taken."""
        if not await subscriptions.count_of_account(conn, account_id):
            return False
        watch = await account_store.watch_of(conn, account_id)
        return watch is not None and watch.baseline_at is not None

    async def _check_room(self, conn: AsyncConnection, wish: Wish) -> None:
        if await subscriptions.count_of_chat(conn, wish.chat_id) < MOST_SUBSCRIPTIONS:
            return
        stored = await account_store.by_key(conn, wish.account.kind, wish.account.key)
        listed = await subscriptions.of_chat(conn, wish.chat_id, wish.thread_id) if stored else []
        key = key_of(read_back(wish.asked))
        if not any(
            each.account_id == stored.id and key_of(read_back(each.filter)) == key for each in listed if stored
        ):
            raise TooManySubscriptionsError

    async def _grant(
        self, conn: AsyncConnection, wish: Wish, outcome: Outcome | None, prints: Mapping[str, str]
    ) -> Followed:
        now = self._clock()
        chat = await chats.by_id(conn, wish.chat_id)
        if chat is None or chat.state == FORGOTTEN:
            raise ChatForgottenError
        account_id = await account_store.upsert(conn, wish.account, now)
        interval = self._interval_of(wish.account.kind)
        await account_store.ensure_watch(conn, account_id, now + timedelta(seconds=interval), interval)
        nobody_watched = not await subscriptions.count_of_account(conn, account_id)
        subscription_id, created = await subscriptions.add(
            conn,
            wish.chat_id,
            wish.thread_id,
            account_id,
            wish.words,
            key_of(read_back(wish.asked)),
            wish.user_id,
            now,
            wish.filter,
        )
        if created and await subscriptions.count_of_chat(conn, wish.chat_id) > MOST_SUBSCRIPTIONS:
            raise TooManySubscriptionsError
        problem: Reason | None = None
        watch = await account_store.watch_of(conn, account_id)
        if outcome is not None and watch is not None and (nobody_watched or watch.baseline_at is None):
            problem = await self._first_look(conn, watch, outcome, prints, now)
        newest = await post_store.latest(conn, account_id, 1)
        account = outcome.account if isinstance(outcome, Posts) and outcome.account else wish.account
        return Followed(subscription_id, created, account, newest[0] if newest else None, problem)

    async def _first_look(
        self, conn: AsyncConnection, watch: Watch, outcome: Outcome, prints: Mapping[str, str], now: datetime
    ) -> Reason | None:
        interval = self._interval_of(watch.account.kind)
        unseen = replace(watch, baseline_at=None, baseline_floor=None, state="active", interval_s=interval)
        match outcome:
            case Posts():
                churn = self._sources[watch.account.kind].ids_may_churn
                taken = await take_in(conn, unseen, outcome.posts, now, ids_may_churn=churn, prints=prints)
                seen = replace(
                    unseen, baseline_at=now, baseline_floor=taken.floor, outcome="posts", problem="",
                    advice="; ".join(outcome.notes), reason=outcome.lacking.to_json() if outcome.lacking else "",
                    failures=0, memory=dict(outcome.memory), last_poll_at=now,
                    last_ok_at=now, next_poll_at=now + timedelta(seconds=interval), blind_told_at=None,
                )  # fmt: skip
                if outcome.account is not None:
                    await account_store.upsert(conn, outcome.account, now)
                await account_store.save_watch(conn, seen)
                return outcome.lacking
            case Refused(until=until):
                await account_store.save_watch(conn, _failed(unseen, outcome, now, until))
                return outcome.reason
            case Broken(reason=reason):
                # who was merely slow is looked at again at once, now that nobody is kept waiting
                again = now if reason.cause is Cause.SLOW else now + timedelta(seconds=interval)
                await account_store.save_watch(conn, _failed(unseen, outcome, now, again))
                return reason
            case NothingNew():
                # nothing was asked conditionally, so a site that says this is confused; the next poll will tell
                await account_store.save_watch(conn, replace(unseen, next_poll_at=now))
                return None


def _failed(watch: Watch, outcome: Refused | Broken, now: datetime, again: datetime) -> Watch:
    log.warning(
        "a first look failed",
        kind=watch.account.kind,
        account=watch.account.key,
        why=outcome.why,
        advice=outcome.advice,
    )
    return replace(
        watch,
        outcome="refused" if isinstance(outcome, Refused) else "broken",
        problem=outcome.why,
        advice=outcome.advice,
        reason=outcome.reason.to_json(),
        failures=1,
        last_poll_at=now,
        next_poll_at=again,
    )
