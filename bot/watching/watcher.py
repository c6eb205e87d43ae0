"""The scheduler: keeps every watched account's next look, polls what is due, and writes down how each poll ended."""

import asyncio
import contextlib
import heapq
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.model.account import Account
from bot.model.reason import Cause, Reason
from bot.sources.face import Broken, Hub, Outcome, Pace, Posts, Refused, Source
from bot.store import accounts as account_store
from bot.store.accounts import Watch
from bot.store.database import Database
from bot.watching.freshness import freshness
from bot.watching.recording import Recorder
from bot.watching.schedule import with_override
from bot.watching.weigher import Weigher

log = structlog.get_logger(__name__)

#: The list of accounts is read again at least this often (another process may have added one), seconds.
RELOAD_SECONDS = 30.0
#: Quiet polls are written together after at most this long, seconds: losing them costs one early look each, and
#: a transaction for the three or four of one second would cost more than the polls.
FLUSH_SECONDS = 5.0
#: When the poller's lease or the list is not to be had: tried again after this, seconds.
RETRY_SECONDS = 1.0
#: How often blindness is judged, seconds; promises are minutes to hours.
SWEEP_SECONDS = 15.0


@dataclass(slots=True)
class _Slot:
    """One kind of source: how it is asked, and how many of its accounts are being asked now."""

    source: Source
    pace: Pace
    free: asyncio.Semaphore


class Watcher:
    """Polls the accounts that somebody subscribed to. ``run`` is one task of the service's group."""

    def __init__(
        self,
        db: Database,
        sources: Mapping[str, Source],
        *,
        clock: Callable[[], datetime],
        rng: random.Random,
        poll_seconds: float | None = None,
        queued: Callable[[], None] = lambda: None,
        may_poll: Callable[[str], bool] = lambda _kind: True,
        weigher: Weigher | None = None,
        one_event: bool = True,
        offered: Callable[[Account, Hub | None], None] = lambda _account, _hub: None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._slots: dict[str, _Slot] = {}
        for kind, source in sources.items():
            pace = with_override(source.pace, poll_seconds)
            self._slots[kind] = _Slot(source, pace, asyncio.Semaphore(pace.at_once))
        self._may_poll = may_poll
        self._recorder = Recorder(db, clock, rng, queued, weigher, one_event=one_event)
        self._offered = offered
        self._read_once = False
        #: Accounts that a hub told of while they were being polled.
        self._hurried: set[int] = set()
        self._watches: dict[int, Watch] = {}
        self._heap: list[tuple[datetime, int]] = []
        #: Accounts whose poll was started; of these, those whose turn with the site has come.
        self._polling: set[int] = set()
        self._asking: set[int] = set()
        #: Held while the subscribers of one account are told that it is blind, and while a rest of one is written: what
        #: began meanwhile would not know of it, and nobody would be told that the source is back.
        self._telling = asyncio.Lock()
        self._watching_since: datetime | None = None
        self._woken = asyncio.Event()
        self._list_changed = True
        self._tasks: asyncio.TaskGroup | None = None

    def nudge(self) -> None:
        """The list of accounts changed: read it again now."""
        self._list_changed = True
        self._woken.set()

    def hurry(self, kind: str, key: str) -> None:
        """Somebody says that this account has news: look at once, as far as its floor and a running rest allow."""
        watch = next((w for w in self._watches.values() if (w.account.kind, w.account.key) == (kind, key)), None)
        if watch is None or watch.state != "active" or watch.outcome == "refused":
            return
        if watch.account_id in self._polling:  # it may have been read just before the news
            self._hurried.add(watch.account_id)
            return
        at = self._soonest(watch)
        if at < watch.next_poll_at:
            self._watches[watch.account_id] = replace(watch, next_poll_at=at)
            self._heap = [due for due in self._heap if due[1] != watch.account_id]
            heapq.heapify(self._heap)
            heapq.heappush(self._heap, (at, watch.account_id))
            self._woken.set()

    def _soonest(self, watch: Watch) -> datetime:
        """When its kind's floor allows the next look, also where the operator fixed a longer interval."""
        now, slot = self._clock(), self._slots.get(watch.account.kind)
        if watch.last_poll_at is None or slot is None:
            return now
        return max(now, watch.last_poll_at + timedelta(seconds=min(slot.pace.floor, slot.source.pace.floor)))

    def watched(self) -> list[Account] | None:
        """The accounts that are watched; None while the list was not read yet."""
        return [watch.account for watch in self._watches.values()] if self._read_once else None

    def pace_of(self, kind: str) -> Pace:
        """The pace in force for a kind."""
        return self._slots[kind].pace

    def promise_of(self, kind: str) -> float:
        """For how many seconds a kind may be out of sight; 0 for a kind that nobody here watches."""
        slot = self._slots.get(kind)
        return slot.pace.promise if slot is not None else 0.0

    async def run(self) -> None:
        """Poll for ever. Ends only by cancellation; what was seen by then is in the database."""
        self._watching_since = self._clock()
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tasks.create_task(self._dispatch(), name="dispatch")
                tasks.create_task(self._every(FLUSH_SECONDS, self._recorder.flush), name="flush quiet polls")
                tasks.create_task(self._every(SWEEP_SECONDS, self._sweep), name="judge freshness")
        finally:
            self._tasks = None
            await asyncio.shield(self._recorder.flush())

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await act()
            except Exception:  # a supervisor's loop: one bad turn must not end the watch
                log.exception("watching: a periodic task failed and is tried again", seconds=seconds)

    async def _dispatch(self) -> None:
        next_reload = self._clock()
        while True:
            self._woken.clear()
            try:
                if self._list_changed or self._clock() >= next_reload:
                    self._list_changed = False
                    await self._reload()
                    next_reload = self._clock() + timedelta(seconds=RELOAD_SECONDS)
                wait = self._start_due()
            except Exception:  # a supervisor's loop: a database that is away now may be back in a second
                log.exception("watching: could not read the list of accounts; tried again")
                wait, self._list_changed = RETRY_SECONDS, True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(wait, RELOAD_SECONDS)):
                    await self._woken.wait()

    async def _reload(self) -> None:
        """Read the list; an account polled right now keeps what it is about to write."""
        async with self._db.read() as conn:
            listed = {watch.account_id: watch for watch in await account_store.watched(conn)}
        for account_id, watch in listed.items():
            known = self._watches.get(account_id)
            if known is not None and self._newer_here(known, watch):
                listed[account_id] = known
        self._watches = listed
        self._read_once = True
        due = {account_id: w.next_poll_at for account_id, w in listed.items() if account_id not in self._polling}
        self._heap = [(at, account_id) for account_id, at in due.items()]
        heapq.heapify(self._heap)

    def _newer_here(self, known: Watch, listed: Watch) -> bool:
        """True when this process knows more of an account than the database did when it was read, or just as much."""
        if known.account_id in self._polling or self._recorder.is_pending(known.account_id):
            return True
        # a poll that was written down while the list was being read is not in it: due by the list, it was just done
        if known.last_poll_at is None or listed.last_poll_at is None:
            return listed.last_poll_at is None
        return known.last_poll_at >= listed.last_poll_at

    def _start_due(self) -> float:
        """Start a poll for everything that is due; gives the seconds until the next one."""
        now = self._clock()
        while self._heap and self._heap[0][0] <= now:
            _, account_id = heapq.heappop(self._heap)
            watch = self._watches.get(account_id)
            if watch is None or account_id in self._polling or watch.state != "active" or self._tasks is None:
                continue
            if watch.next_poll_at > now:  # put off since, as when its whole site rests: that time is in the heap too
                continue
            slot = self._slots.get(watch.account.kind)
            if slot is None or not self._may_poll(watch.account.kind):
                heapq.heappush(self._heap, (now + timedelta(seconds=RETRY_SECONDS), account_id))
                continue
            self._polling.add(account_id)
            self._tasks.create_task(self._poll(slot, watch), name=f"poll {watch.account.kind}")
        if not self._heap:
            return RELOAD_SECONDS
        return max(0.0, (self._heap[0][0] - now).total_seconds())

    async def _poll(self, slot: _Slot, watch: Watch) -> None:
        try:
            async with slot.free:
                # its subscribers may have been told, while it waited for its turn, that nobody looks at it
                async with self._telling:
                    watch = self._watches.get(watch.account_id, watch)
                    self._asking.add(watch.account_id)
                outcome = await _asked(slot.source, watch)
                churn = slot.source.ids_may_churn
                after = await self._recorder.record(slot.pace, watch, outcome, ids_may_churn=churn)
                if isinstance(outcome, Posts) and watch.baseline_at is not None:
                    await self._recorder.withdrawals(slot.source, after, outcome)
            if isinstance(outcome, Posts):
                self._offered(after.account, outcome.hub)
            self._keep(after)
            if isinstance(outcome, Refused) and outcome.site_wide:
                await self._rest_site(watch, outcome)
        except Exception:  # a supervisor's loop: whatever one account does, the others go on
            log.exception(
                "what a poll brought could not be written down; tried again",
                kind=watch.account.kind,
                account=watch.account.key,
            )
            wait = timedelta(seconds=slot.pace.default)
            self._keep(replace(watch, next_poll_at=self._clock() + wait, failures=watch.failures + 1))
        finally:
            self._polling.discard(watch.account_id)
            self._asking.discard(watch.account_id)

    def _keep(self, watch: Watch) -> None:
        hurried = watch.account_id in self._hurried
        self._hurried.discard(watch.account_id)
        if watch.account_id not in self._watches:  # unsubscribed meanwhile
            return
        if hurried and watch.outcome != "refused":
            watch = replace(watch, next_poll_at=min(watch.next_poll_at, self._soonest(watch)))
        self._watches[watch.account_id] = watch
        heapq.heappush(self._heap, (watch.next_poll_at, watch.account_id))
        if self._heap[0][1] == watch.account_id:  # it is the next one: the dispatcher's sleep is too long now
            self._woken.set()

    async def _rest_site(self, refused_by: Watch, outcome: Refused) -> None:
        """The whole site wants rest: every account of the kind waits, and says why."""
        others = [
            account_id
            for account_id, watch in self._watches.items()
            if watch.account.kind == refused_by.account.kind and account_id != refused_by.account_id
        ]
        for account_id in others:
            async with self._telling:
                watch = self._watches.get(account_id)
                if watch is not None and account_id not in self._polling and watch.next_poll_at < outcome.until:
                    for rested in await self._recorder.rest([watch], outcome):
                        self._keep(rested)

    async def _sweep(self) -> None:
        """Tell subscribers of sources that went blind, once each."""
        for account_id in list(self._watches):
            if self._blind_since(account_id) is None:
                continue
            async with self._telling:
                # it may have been seen while those before it were told
                since = self._blind_since(account_id)
                if since is not None:
                    told = await self._recorder.tell_blind(self._watches[account_id], since)
                    self._watches[account_id] = told

    def _blind_since(self, account_id: int) -> datetime | None:
        """Since when an account is blind whose subscribers were not told yet; None for any other."""
        watch = self._watches.get(account_id)
        slot = self._slots.get(watch.account.kind) if watch is not None else None
        if watch is None or slot is None or watch.blind_told_at is not None or account_id in self._asking:
            return None
        state = freshness(watch, slot.pace, self._clock(), self._watching_since)
        return state.since if state.blind else None


async def _asked(source: Source, watch: Watch) -> Outcome:
    """What the site says. A fault of our own is an outcome too: it is written down, and never looks like quiet."""
    try:
        return await source.poll(watch.account, watch.memory or {})
    except Exception as error:  # part of the supervisor's loop: a source's slip is told like any other trouble
        log.exception("a poll failed by a fault of our own", kind=watch.account.kind, account=watch.account.key)
        why = f"The program failed while reading this source ({type(error).__name__})."
        advice = "Report it with what the log says; the source is asked again by itself."
        return Broken(why, advice, reason=Reason(Cause.FAULT))
