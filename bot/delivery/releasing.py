"""Digests of what was kept back by a chat's manners: when they are due and what they list.

What is due is settled as told, and the notice that lists it is queued, in one transaction: nothing is lost by a kill, and
a clock that is set back repeats nothing.
"""

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.judging import change
from bot.delivery.kept import is_past
from bot.delivery.manners import WHY_DIGEST, WHY_MOST, digest_at, free_from, rank_of
from bot.model.alert import Severity
from bot.model.delivery import Lane, Op, State
from bot.model.manners import Effective, Manners, Own, Way, effective
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
    due = await deferred.due_at(conn, place, now, MOST)
    return await _settle(conn, place, await manner_store.of_place(conn, *place), due, _due, now)


async def settle_on(conn: AsyncConnection, place: Place, wanted: Manners, now: datetime) -> int:
    """These manners hold in a place from now on, or a subscription's own have changed, in the caller's transaction; gives
    how many posts that need not wait any more are on their way, as a digest.
    """
    await manner_store.save(conn, *place, wanted)
    held, after = await deferred.held(conn, place, 0, MOST)
    count = 0
    while after:
        count += await _settle(conn, place, wanted, held, _due_anew, now)
        held, after = await deferred.held(conn, place, after, MOST)
    return count


async def _settle(
    conn: AsyncConnection,
    place: Place,
    manners: Manners,
    held: Sequence[Delivery],
    due_of: Callable[[Delivery, Effective, datetime], datetime],
    now: datetime,
) -> int:
    """Let go what need not wait by ``due_of``; what must waits until then."""
    own = await manner_store.own_of(conn, place, {number for each in held for number in each.held_for})
    holds = {each.id: _holds(manners, own, each) for each in held}
    due = {each.id: min(due_of(each, by, now) for by in holds[each.id]) for each in held}
    ready = [each for each in held if due[each.id] <= now and each.op is Op.SEND]
    # words of the bot's own say when what they tell of was, and come as themselves
    words = [each for each in held if due[each.id] <= now and each.op is not Op.SEND]
    later = [each for each in held if now < due[each.id] != each.not_before]
    changes = [
        change(each, State.DEFERRED, now, was=each.state, not_before=due[each.id], error=each.error) for each in later
    ]
    changes += [change(each, State.QUEUED, now, was=each.state) for each in words]
    if ready:
        notice_id = await deliveries.enqueue_one(conn, _draft(place, ready, holds, now), now)
        changes += [
            change(each, State.EXPIRED, now, was=each.state, error=each.error, folded_into=notice_id)
            for each in ready
        ]
    await settling.change(conn, changes)
    return len(ready)


def _due(each: Delivery, by: Effective, now: datetime) -> datetime:
    """When it may come whose digest is due."""
    return free_from(by, now, rank_of(each.severity, each.lane))


def _due_anew(each: Delivery, by: Effective, now: datetime) -> datetime:
    """When it is due by manners that may be others than those that it waits by."""
    # of several that keep it, the reason that is written is that of the soonest: another may keep it for its digest
    summed_up = each.error in {WHY_DIGEST, WHY_MOST} or len(each.held_for) > 1
    sums_up = (
        by.telling.way not in {Way.ONCE, Way.SILENT} and rank_of(each.severity, each.lane) < Severity.SEVERE.rank
    )
    return digest_at(by, now) if summed_up and sums_up and each.not_before > now else _due(each, by, now)


def _holds(manners: Manners, own: Mapping[tuple[int, int], Own], each: Delivery) -> list[Effective]:
    """By what it waits: the subscriptions that keep it, as far as they are there; else the place."""
    by = [(each.account_id, one) for one in each.held_for if each.account_id is not None]
    return [effective(manners, own[one]) for one in by if one in own] or [effective(manners)]


def _draft(place: Place, ready: Sequence[Delivery], holds: Mapping[int, Sequence[Effective]], now: datetime) -> Draft:
    """One sound for what may still matter; what is over makes none."""
    standing = [each for each in ready if not is_past(each.post_state, each.expires_at, now)]
    lane = min((each.lane for each in standing), default=Lane.ROUTINE)
    loud = any(one.telling.way is not Way.SILENT for each in standing for one in holds[each.id])
    silent = not (loud or lane is Lane.EXTREME)
    notice = json.dumps({"kept": len(ready), "listed": [each.id for each in ready]})
    return Draft(place[0], Op.NOTICE, lane, place[1], silent=silent, notice=notice)
