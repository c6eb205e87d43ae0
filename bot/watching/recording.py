"""How a poll ended, into the database: posts, their deliveries and the state of the watch in one transaction."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.reason import Reason
from bot.sources.face import Broken, NothingNew, Outcome, Pace, Posts, Presence, Refused, Source
from bot.store import accounts as account_store
from bot.store.accounts import Watch
from bot.store.database import Database, is_deadlock
from bot.store.fingerprint import fingerprints
from bot.store.posts import KnownPost
from bot.watching import freshness
from bot.watching.foreseeing import foresee
from bot.watching.intake import Taken, take_in, withdraw
from bot.watching.nearing import Nearing
from bot.watching.schedule import after_failure, jittered, next_interval
from bot.watching.weigher import Weigher
from bot.watching.wishing import Wishing
from bot.watching.withdrawal import ASKED_PER_POLL, Asked, missing

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: Times that a revision is written which PostgreSQL would not take because of a deadlock, and the growing pause between.
TRIES, PAUSE_SECONDS = 4, (0.05, 0.15)
#: Accounts of a site that rested start again spread over this many seconds, not all at once.
AFTER_REST_SPREAD = 60.0


class Recorder:
    """Writes outcomes. Quiet polls (nothing new, all well) are gathered and written together."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        rng: random.Random,
        queued: Callable[[], None],
        weigher: Weigher | None = None,
        *,
        one_event: bool = True,
    ) -> None:
        self._db = db
        self._clock = clock
        self._rng = rng
        self._queued = queued
        self._quiet: dict[int, Watch] = {}
        #: Of these, those whose source remembers something else than what is written.
        self._remembering: set[int] = set()
        self._asked = Asked()
        self._weigher = weigher
        self._wishing = Wishing()
        self._nearing = Nearing(clock)
        self._one_event = one_event

    def is_pending(self, account_id: int) -> bool:
        """True while a quiet poll of this account waits to be written."""
        return account_id in self._quiet

    async def record(self, pace: Pace, watch: Watch, outcome: Outcome, *, ids_may_churn: bool) -> Watch:
        """Write an outcome; gives the watch as it stands afterwards."""
        now = self._clock()
        match outcome:
            case Posts():
                return await self._posts(pace, watch, outcome, now, ids_may_churn=ids_may_churn)
            case NothingNew():
                return await self._nothing_new(pace, watch, outcome, now)
            case Refused():
                return await self._refused(watch, outcome, now)
            case Broken():
                return await self._broken(pace, watch, outcome, now)

    async def flush(self) -> None:
        """Write the gathered quiet polls."""
        if not self._quiet:
            return
        rows = [
            (w.account_id, w.next_poll_at, w.last_ok_at or w.next_poll_at, w.interval_s, w.outcome)
            for w in self._quiet.values()
        ]
        memories = {w.account_id: w.memory for w in self._quiet.values() if w.account_id in self._remembering}
        self._quiet, self._remembering = {}, set()
        async with self._db.begin() as conn:
            await account_store.save_quiet(conn, rows, memories)

    async def _posts(self, pace: Pace, watch: Watch, outcome: Posts, now: datetime, *, ids_may_churn: bool) -> Watch:
        prints = await asyncio.to_thread(fingerprints, outcome.posts)
        foreseen = await foresee(
            self._db,
            watch,
            outcome.posts,
            prints,
            now,
            ids_may_churn=ids_may_churn,
            wishing=self._wishing,
            weigher=self._weigher,
            nearing=self._nearing,
        )
        if foreseen.settled and not foreseen.counted and self._as_before(watch, outcome):
            after = replace(self._well(pace, watch, outcome, now, news=False), outcome="posts")
            if after.memory != watch.memory:
                self._remembering.add(watch.account_id)
            self._quiet[watch.account_id] = after
            return after
        self._no_longer_quiet(watch)

        async def write(conn: AsyncConnection) -> tuple[Watch, Taken, list[str]]:
            # before what it wrote meanwhile, which comes below that
            await self._tell_back(conn, watch, now)
            taken = await take_in(
                conn,
                watch,
                outcome.posts,
                now,
                ids_may_churn=ids_may_churn,
                prints=prints,
                foreseen=foreseen,
                one_event=self._one_event,
            )
            notes = [*outcome.notes, *taken.notes]
            return await self._stands(conn, pace, watch, outcome, taken, notes, now), taken, notes

        after, taken, notes = await self._in_one_transaction(write)
        self._report(watch, taken, notes, first_look=watch.baseline_at is None)
        if taken.queued or watch.blind_told_at is not None:
            self._queued()
        return after

    async def _stands(
        self,
        conn: AsyncConnection,
        pace: Pace,
        watch: Watch,
        outcome: Posts,
        taken: Taken,
        notes: Sequence[str],
        now: datetime,
    ) -> Watch:
        """How the account stands after its posts were taken in; that is written down."""
        first_look = watch.baseline_at is None
        after = self._well(pace, watch, outcome, now, news=taken.news and not first_look)
        if first_look:
            after = replace(after, baseline_at=now, baseline_floor=taken.floor)
        elif taken.news:
            after = replace(after, last_post_at=now)
        after = replace(after, outcome="posts", advice="; ".join(notes), reason=_told(outcome.lacking))
        if outcome.account is not None and outcome.account != watch.account:
            self._log_rename(watch, outcome)
            await account_store.upsert(conn, outcome.account, now)
            after = replace(after, account=outcome.account)
        after = replace(after, blind_told_at=None)
        await account_store.save_watch(conn, after)
        return after

    def _as_before(self, watch: Watch, outcome: Posts) -> bool:
        """True when nothing but its posts could be worth writing down, and the account was well before."""
        same_account = outcome.account is None or outcome.account == watch.account
        well = watch.failures == 0 and watch.blind_told_at is None and watch.baseline_at is not None
        return well and same_account and not outcome.notes and _told(outcome.lacking) == watch.reason

    def _no_longer_quiet(self, watch: Watch) -> None:
        """What waits to be written of it is written otherwise."""
        self._quiet.pop(watch.account_id, None)
        self._remembering.discard(watch.account_id)

    async def _in_one_transaction(self, write: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do it; again from the beginning when PostgreSQL ended it to undo a deadlock. A revision changes rows that a
        turn of the outbox may hold just then, and an alert must not wait for the next poll because of that.
        """
        left = TRIES
        while True:
            left -= 1
            try:
                async with self._db.begin() as conn:
                    return await write(conn)
            except DBAPIError as error:
                if not left or not is_deadlock(error):
                    raise
                log.warning("a revision and a sending waited for each other; written again", tries_left=left)
            await asyncio.sleep((TRIES - left) * self._rng.uniform(*PAUSE_SECONDS))

    async def _nothing_new(self, pace: Pace, watch: Watch, outcome: NothingNew, now: datetime) -> Watch:
        after = self._well(pace, watch, outcome, now, news=False)
        after = replace(after, outcome="nothing_new", reason=_told(outcome.lacking))
        unchanged = after.memory == watch.memory and after.reason == watch.reason
        if watch.failures == 0 and watch.blind_told_at is None and unchanged:
            self._quiet[watch.account_id] = after
            return after
        self._no_longer_quiet(watch)
        async with self._db.begin() as conn:
            await self._tell_back(conn, watch, now)
            after = replace(after, blind_told_at=None)
            await account_store.save_watch(conn, after)
        if watch.blind_told_at is not None:
            self._queued()
        return after

    async def _refused(self, watch: Watch, outcome: Refused, now: datetime) -> Watch:
        log.warning(
            "a site refused", kind=watch.account.kind, account=watch.account.key, why=outcome.why,
            until=outcome.until.isoformat(timespec="seconds"), advice=outcome.advice,
        )  # fmt: skip
        spread = timedelta(seconds=self._rng.uniform(0, AFTER_REST_SPREAD)) if outcome.site_wide else timedelta(0)
        after = _failed(watch, outcome, now)
        after = replace(after, next_poll_at=max(outcome.until, now + timedelta(seconds=1)) + spread)
        return await self._save(after, outcome.memory)

    async def _broken(self, pace: Pace, watch: Watch, outcome: Broken, now: datetime) -> Watch:
        log.warning(
            "a source is broken", kind=watch.account.kind, account=watch.account.key, why=outcome.why,
            advice=outcome.advice, failures=watch.failures + 1,
        )  # fmt: skip
        after = _failed(watch, outcome, now)
        wait = after_failure(pace, after.failures, self._rng, lasting=outcome.lasting)
        after = replace(after, next_poll_at=now + timedelta(seconds=wait))
        if not outcome.gone:
            return await self._save(after, outcome.memory)
        self._no_longer_quiet(watch)
        after = replace(after, state="gone", blind_told_at=now)
        async with self._db.begin() as conn:
            await account_store.save_watch(conn, after)
            await freshness.tell_gone(conn, after, now)
        self._queued()
        return after

    async def rest(self, watches: Sequence[Watch], outcome: Refused) -> list[Watch]:
        """The site wants rest: write for each of its accounts that it waits, and why."""
        now = self._clock()
        return [await self._refused_quietly(watch, outcome, now) for watch in watches]

    async def _refused_quietly(self, watch: Watch, outcome: Refused, now: datetime) -> Watch:
        spread = timedelta(seconds=self._rng.uniform(0, AFTER_REST_SPREAD))
        after = _failed(watch, outcome, now)
        # the failures of one account are not those of its neighbours; it only rests with them
        after = replace(after, next_poll_at=outcome.until + spread, last_poll_at=watch.last_poll_at)
        return await self._save(after, None)

    async def tell_blind(self, watch: Watch, since: datetime) -> Watch:
        """Tell the subscribers that this source has gone blind, and remember that they were told. Nothing is said where
        another process, which polled meanwhile, has told them or sees it.
        """
        now = self._clock()
        self._no_longer_quiet(watch)
        after = replace(watch, blind_told_at=now)
        async with self._db.begin() as conn:
            stored = await account_store.watch_of(conn, watch.account_id)
            if stored is not None and _knows_better(stored, since):
                return stored
            told = await freshness.tell_blind(conn, watch, since, now)
            await account_store.save_watch(conn, after)
        log.warning("a source is blind; its subscribers are told", account=watch.account.key, told=told)
        self._queued()
        return after

    async def withdrawals(self, source: Source, watch: Watch, outcome: Posts) -> None:
        """Ask the site about relayed posts that vanished from the page, and record what it says is deleted."""
        async with self._db.read() as conn:
            gone = await missing(conn, watch.account_id, outcome.posts)
        # those of which the site cannot say anything must not stand before the others for ever
        for known in [known for known in gone if self._asked.may(known, self._clock())][:ASKED_PER_POLL]:
            presence = await source.confirm(watch.account, known.ext_id)
            self._asked.answered(known, presence, self._clock())
            if presence is Presence.DELETED:
                await self._withdraw(watch, known)

    async def _withdraw(self, watch: Watch, known: KnownPost) -> None:
        queued = await self._in_one_transaction(lambda conn: withdraw(conn, watch.account_id, known, self._clock()))
        log.info("a post was withdrawn", kind=watch.account.kind, account=watch.account.key, post=known.ext_id)
        if queued:
            self._queued()

    def _well(self, pace: Pace, watch: Watch, outcome: Posts | NothingNew, now: datetime, *, news: bool) -> Watch:
        """The watch after a good answer."""
        last_post_at = now if news else watch.last_post_at
        interval = next_interval(pace, watch.interval_s, news=news, last_post_at=last_post_at, now=now)
        hint = outcome.memory.get("hint_s")
        wanted = max(interval, hint) if isinstance(hint, int | float) and pace.floor < pace.ceiling else interval
        wait = jittered(wanted, pace.floor, self._rng)
        return replace(
            watch,
            next_poll_at=now + timedelta(seconds=wait),
            interval_s=interval,
            last_poll_at=now,
            last_ok_at=now,
            problem="",
            advice="",
            failures=0,
            memory=dict(outcome.memory),
        )

    async def _save(self, after: Watch, memory: object) -> Watch:
        self._no_longer_quiet(after)
        if isinstance(memory, dict):
            after = replace(after, memory=memory)
        async with self._db.begin() as conn:
            await account_store.save_watch(conn, after)
        return after

    async def _tell_back(self, conn: AsyncConnection, before: Watch, now: datetime) -> None:
        """Where the subscribers were told that it is blind: since when it was is said as it was then."""
        if before.blind_told_at is not None:
            since = before.last_ok_at or before.baseline_at or before.blind_told_at
            await freshness.tell_back(conn, before, since, now)

    def _log_rename(self, watch: Watch, outcome: Posts) -> None:
        if outcome.account is not None and outcome.account.name != watch.account.name:
            log.warning(
                "an account changed its name", account=watch.account.key, before=watch.account.name,
                now=outcome.account.name, advice="check that it is still the body it was",
            )  # fmt: skip

    def _report(self, watch: Watch, taken: Taken, notes: Sequence[str], *, first_look: bool) -> None:
        for note in notes:
            log.warning("an oddity in a source", kind=watch.account.kind, account=watch.account.key, note=note)
        if taken.news:
            log.info(
                "first look" if first_look else "news", kind=watch.account.kind, account=watch.account.key,
                new=taken.new, edited=taken.edited, queued=taken.queued,
            )  # fmt: skip


def _knows_better(stored: Watch, since: datetime) -> bool:
    """Its subscribers were told already, or it was seen after that moment."""
    return stored.blind_told_at is not None or (stored.last_ok_at is not None and stored.last_ok_at > since)


def _failed(watch: Watch, outcome: Refused | Broken, now: datetime) -> Watch:
    return replace(
        watch,
        last_poll_at=now,
        outcome="refused" if isinstance(outcome, Refused) else "broken",
        problem=outcome.why,
        advice=outcome.advice,
        reason=outcome.reason.to_json(),
        failures=watch.failures + 1,
    )


def _told(lacking: Reason | None) -> str:
    return lacking.to_json() if lacking is not None else ""
