"""Digests of what was kept back by a chat's manners: when they are due and what they list.

What is due is settled as told, and the notice that lists it is queued, in one transaction: nothing is lost by a kill, and
a clock that is set back repeats nothing.
"""

import json
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.judging import change
from bot.delivery.kept import is_past
from bot.delivery.manners import WHY_DIGEST, WHY_MOST, WHY_PAUSE, WHY_QUIET, free_from, rank_of
from bot.model.delivery import Lane, Op, State
from bot.model.manners import Manners, Way
from bot.store import deferred, deliveries, settling
from bot.store import manners as manner_store
from bot.store.database import Database
from bot.store.deliveries import Draft
from bot.store.manners import Place
from bot.store.waiting import Delivery

log = structlog.get_logger(__name__)

#: Places looked after in one look, and posts that one digest takes; what is more comes with the next look.
AT_ONCE, MOST = 500, 2000
Guard = Callable[[AsyncConnection], Coroutine[Any, Any, bool]]


class Releasing:
    """Looks for digests that are due."""

    def __init__(self, db: Database, *, queued: Callable[[], None], guard: Guard | None = None) -> None:
        self._db = db
        self._queued = queued
        self._guard = guard

    async def look(self, now: datetime) -> None:
        """One look."""
        async with self._db.read() as conn:
            places = await deferred.due(conn, now, AT_ONCE)
        for place in places:
            async with self._db.begin() as conn:
                if self._guard is not None and not await self._guard(conn):
                    return
                count = await release(conn, place, now)
            if count:
                self._queued()
                log.info("a digest of what was kept back is on its way", chat=place[0], count=count)


async def release(conn: AsyncConnection, place: Place, now: datetime) -> int:
    """Queue the digest of what is due in a place, in the caller's transaction; gives how many posts it lists. What may
    still not come (the manners were changed) waits on.
    """
    manners = await manner_store.of_place(conn, *place)
    due = await deferred.due_at(conn, place, now, MOST)
    free = {each.id: free_from(manners, now, rank_of(each.severity, each.lane)) for each in due}
    ready = [each for each in due if free[each.id] <= now and each.op is Op.SEND]
    # words of the bot's own say when what they tell of was, and come as themselves
    words = [each for each in due if free[each.id] <= now and each.op is not Op.SEND]
    later = [each for each in due if free[each.id] > now]
    changes = [
        change(each, State.DEFERRED, now, was=each.state, not_before=free[each.id], error=each.error)
        for each in later
    ]
    changes += [change(each, State.QUEUED, now, was=each.state) for each in words]
    if ready:
        notice_id = await deliveries.enqueue_one(conn, _draft(place, manners, ready, now), now)
        changes += [
            change(each, State.EXPIRED, now, was=each.state, error=each.error, folded_into=notice_id)
            for each in ready
        ]
    await settling.change(conn, changes)
    return len(ready)


async def settle_on(
    conn: AsyncConnection, place: Place, before: Manners, wanted: Manners, now: datetime, *, ways: bool = False
) -> int:
    """Other manners hold in a place from now on, in the caller's transaction; gives how many posts that need not wait any
    more are on their way, as one digest. ``ways``: that of a single subscription has changed, too.
    """
    await manner_store.save(conn, *place, wanted)
    reasons = [WHY_PAUSE, WHY_QUIET]
    if ways or before.telling != wanted.telling:
        reasons += [WHY_DIGEST, WHY_MOST]
    await deferred.look_anew(conn, place, reasons, now)
    return await release(conn, place, now)


def _draft(place: Place, manners: Manners, ready: Sequence[Delivery], now: datetime) -> Draft:
    """One sound for what may still matter; what is over makes none."""
    standing = [each for each in ready if not is_past(each.post_state, each.expires_at, now)]
    lane = min((each.lane for each in standing), default=Lane.ROUTINE)
    silent = not standing or (manners.telling.way is Way.SILENT and lane is not Lane.EXTREME)
    notice = json.dumps({"kept": len(ready), "listed": [each.id for each in ready]})
    return Draft(place[0], Op.NOTICE, lane, place[1], silent=silent, notice=notice)
