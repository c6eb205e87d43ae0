"""Digests that chats get by themselves: after many posts at once, once a day, of what was kept back (``releasing``). Queued
as notices, so that what was told is written in the transaction in which it is queued: none is lost, none comes twice.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.briefing import brief, lines_told
from bot.delivery.hours import next_time, offset_of
from bot.delivery.manners import paused_until
from bot.delivery.releasing import Releasing
from bot.delivery.situations import Overview, Situations
from bot.model.delivery import Lane, Op
from bot.model.manners import effective
from bot.model.situation import Briefing, Line, Occasion
from bot.reading.situation import compare
from bot.store import briefings, deliveries, manners, subscriptions
from bot.store.briefings import BEGINNING, Burst, Kind, Stored
from bot.store.codec import CodecError, briefing_to_json, lines_from_json, lines_to_json
from bot.store.database import Database
from bot.store.deliveries import Draft

log = structlog.get_logger(__name__)

#: A burst: so many posts within an hour, one every seven minutes. A reader of one agency on a usual day gets fewer; on
#: 21 July 2012 the police account alone wrote thirty in half a day, with eight and more in its worst hours.
BURST_POSTS, BURST_SPAN = 8, timedelta(hours=1)
#: It is over when nothing came for so long, or when the last hour had fewer posts than make one.
QUIET = timedelta(minutes=15)
#: While it lasts, a digest at most so often.
EVERY = timedelta(hours=1)
#: Days' digests that are due are looked for this often, seconds; bursts (a sum over the last hour) this often.
LOOK_SECONDS, BURSTS_SECONDS = 60.0, 300.0
#: Digests made in one look, and chats with a burst that are looked after.
AT_ONCE, MOST_BURSTS = 500, 20_000
#: A day's digest looks back so far when there was none before it.
_DAY = timedelta(days=1)
#: What a database that is down or busy raises.
_FAULTS = (SQLAlchemyError, OSError)

Guard = Callable[[AsyncConnection], Coroutine[Any, Any, bool]]
#: What a place follows: account and filter of each subscription.
_Follows = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """A digest, and what stands by it."""

    briefing: Briefing
    standing: Sequence[Line]
    #: A reader learns something by it.
    news: bool


class Briefer:
    """``run`` is a task of the process that sends."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Callable[[], datetime],
        queued: Callable[[], None] = lambda: None,
        guard: Guard | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queued = queued
        self._guard = guard
        self._situations = Situations(db)
        self._releasing = Releasing(db, queued=queued, guard=guard)
        #: Overviews of this look: many chats follow the same.
        self._seen: dict[_Follows, Overview] = {}
        self._bursts_at: datetime | None = None

    async def run(self) -> None:
        """Look for what is due until cancelled."""
        while True:
            try:
                await self.look()
            except _FAULTS as error:
                log.warning("digests could not be made just now; tried again", why=str(error)[:200])
            except Exception:  # a supervisor's loop: a fault here must not stop the sending beside it
                log.exception("digests failed by a fault of our own; tried again")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """One look: days' digests that are due, and bursts now and then."""
        now = self._clock()
        await self._releasing.look(now)
        self._seen.clear()
        async with self._db.read() as conn:
            due = await briefings.due(conn, Kind.DAY, now, AT_ONCE)
        for stored in due:
            await self._day(stored)
        if self._bursts_at is None or now >= self._bursts_at:
            self._bursts_at = now + timedelta(seconds=BURSTS_SECONDS)
            await self._bursts(now)
        self._seen.clear()

    # ---------------------------------------------------------------- once a day

    async def _day(self, stored: Stored) -> None:
        now = self._clock()
        if stored.hour is None:
            return
        async with self._db.read() as conn:
            wanted = await manners.of_place(conn, stored.chat_id, stored.thread_id)
        if (free := paused_until(effective(wanted), 0, now)) is not None:
            # what changed meanwhile is told then
            async with self._db.begin() as conn:
                await briefings.put_off(conn, stored, free)
            return
        again = next_time(stored.hour, stored.zone, now)
        made = await self._make(stored, Occasion.DAY, stored.told_at or now - _DAY, now)
        await self._tell(stored, made, now, again)

    # ---------------------------------------------------------------- many at once

    async def _bursts(self, now: datetime) -> None:
        async with self._db.read() as conn:
            found = await briefings.bursts(conn, now - BURST_SPAN, BURST_POSTS, MOST_BURSTS)
            under_way = await briefings.due(conn, Kind.BURST, now, AT_ONCE)
        bursts = {(burst.chat_id, burst.thread_id): burst for burst in found}
        for stored in under_way:
            await self._look_after(stored, bursts.pop((stored.chat_id, stored.thread_id), None))
        if len(under_way) == AT_ONCE:  # more of them than are looked after at once: those that were, come last
            async with self._db.begin() as conn:
                await briefings.put_behind(conn, under_way, now)
        for burst in bursts.values():
            await self._begin(burst, now)

    async def _begin(self, burst: Burst, now: datetime) -> None:
        """Posts that one digest told of begin no other."""
        async with self._db.read() as conn:
            stored = await briefings.get(conn, burst.chat_id, burst.thread_id, Kind.BURST)
            if stored is not None and stored.ended_at is not None and stored.ended_at > now - BURST_SPAN:
                since = await briefings.arrived(conn, burst.chat_id, burst.thread_id, stored.ended_at)
                if since < BURST_POSTS:
                    return
        if stored is None or stored.due_at is None:
            async with self._db.begin() as conn:
                if await self._may(conn):
                    await briefings.begin_burst(conn, burst.chat_id, burst.thread_id, now)

    async def _look_after(self, stored: Stored, burst: Burst | None) -> None:
        now = self._clock()
        over = burst is None or now - burst.last > QUIET
        began = stored.began_at or now
        last = began if stored.told_at is None else max(began, stored.told_at)
        if not over and now - last < EVERY:
            return
        made = await self._make(stored, Occasion.BURST, stored.told_at or began - BURST_SPAN, now)
        if made is not None and made.news:
            await self._tell(stored, made, now, now)
        elif not over:
            return
        if over:
            async with self._db.begin() as conn:
                if await self._may(conn):
                    await briefings.end_burst(conn, stored.chat_id, stored.thread_id, now)

    # ---------------------------------------------------------------- both

    async def _make(self, stored: Stored, occasion: Occasion, since: datetime, now: datetime) -> _Made | None:
        async with self._db.read() as conn:
            listed = await subscriptions.of_chat(conn, stored.chat_id, stored.thread_id)
        if not listed:
            return None
        follows = tuple(sorted((entry.account_id, entry.filter) for entry in listed))
        overview = self._seen.get(follows)
        if overview is None:
            overview = self._seen[follows] = await self._situations.overview(listed, now)
        changes = compare(overview.situation, _before(stored), since)
        standing = overview.situation.standing
        offset = offset_of(stored.zone, now) if stored.zone else None
        return _Made(brief(occasion, overview, changes, now, since, offset), standing, changes.any)

    async def _tell(self, stored: Stored, made: _Made | None, now: datetime, again: datetime) -> None:
        """Queue it and write what it tells, in one transaction; nothing when another look was faster."""
        lines = lines_to_json(lines_told(made.standing)) if made is not None else ""
        async with self._db.begin() as conn:
            if not await self._may(conn):
                return
            if made is None:
                await briefings.put_off(conn, stored, again)
                return
            if await briefings.waits(conn, stored.chat_id, stored.thread_id):
                return  # the chat rests; the one that waits comes first, and this one is made anew after it
            if not await briefings.told(conn, stored, lines, now, again):
                return
            notice = f"{BEGINNING}: {briefing_to_json(made.briefing)}}}"
            draft = Draft(stored.chat_id, Op.NOTICE, Lane.ROUTINE, stored.thread_id, silent=True, notice=notice)
            await deliveries.enqueue_one(conn, draft, now)
        self._queued()
        log.info("a digest is on its way", chat=stored.chat_id, kind=stored.kind.value)

    async def _may(self, conn: AsyncConnection) -> bool:
        return self._guard is None or await self._guard(conn)


def _before(stored: Stored) -> tuple[Line, ...] | None:
    """What stood when it was told last; None when it never was."""
    if not stored.told:
        return None
    try:
        return lines_from_json(stored.told)
    except CodecError:
        return None  # of a newer version, gone back from
