"""How the whole stands, read for the health page: what waits and whether it moves, and how the watch goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, State
from bot.store.deliveries import WAITING
from bot.store.tables import accounts, deliveries, subscriptions, watches
from bot.store.waiting import TRIABLE


@dataclass(frozen=True, slots=True)
class Watched:
    """How the watch goes, over the accounts that somebody subscribed to."""

    accounts: int
    #: Not seen for longer than promised; their subscribers were told.
    blind: int
    #: The last poll failed.
    failing: int
    #: Should have been looked at before the moment that was asked for.
    overdue: int
    last_poll_at: datetime | None


async def waiting_by_lane(conn: AsyncConnection) -> dict[Lane, int]:
    """How many deliveries wait in each lane, those on their way included."""
    d = deliveries.c
    counted = select(d.lane, func.count()).where(d.state.in_([state.value for state in WAITING])).group_by(d.lane)
    found = {Lane(lane): number for lane, number in await conn.execute(counted)}
    return {lane: found.get(lane, 0) for lane in Lane}


async def oldest_due(
    conn: AsyncConnection, lanes: Sequence[Lane], now: datetime, suspect: datetime
) -> datetime | None:
    """Since when the oldest delivery in these lanes could have gone; None when none could.

    One that waits since before ``suspect`` is looked at more closely: what waits behind another one of its chat that is
    not due yet (its chat was told to rest) has a reason to, and does not count.
    """
    d, other = deliveries, deliveries.alias("other")
    due_since = case((d.c.not_before > d.c.queued_at, d.c.not_before), else_=d.c.queued_at)
    states = [state.value for state in TRIABLE]
    # no ORDER BY id LIMIT 1: PostgreSQL would walk through all that was ever sent
    oldest = select(func.min(due_since)).where(
        d.c.state.in_(states), d.c.lane.in_([int(lane) for lane in lanes]), d.c.not_before <= now
    )
    found: datetime | None = (await conn.execute(oldest)).scalar_one()
    if found is None or found > suspect:
        return found
    held_up = exists().where(
        other.c.chat_id == d.c.chat_id,
        other.c.state.in_(states),
        other.c.lane == d.c.lane,
        other.c.not_before > now,
    )
    free: datetime | None = (await conn.execute(oldest.where(~held_up))).scalar_one()
    return free


async def last_settled(conn: AsyncConnection, lanes: Sequence[Lane], after: datetime) -> datetime | None:
    """When something of these lanes was last sent (or otherwise settled), if that was after the moment given."""
    d = deliveries.c
    found = (
        select(d.settled_at)
        .where(d.settled_at > after, d.lane.in_([int(lane) for lane in lanes]), d.state != State.EXPIRED.value)
        .order_by(d.settled_at.desc())
        .limit(1)
    )
    return (await conn.execute(found)).scalar_one_or_none()


async def watched(conn: AsyncConnection, overdue_before: datetime) -> Watched:
    """The watch in five numbers."""
    w = watches.c
    wanted = exists().where(subscriptions.c.account_id == w.account_id)

    found = select(
        func.count(),
        _many(w.blind_told_at.is_not(None)),
        _many(w.failures > 0),
        _many((w.next_poll_at < overdue_before) & (w.state == "active")),
        func.max(w.last_poll_at),
    ).where(wanted)
    row = (await conn.execute(found)).one()
    return Watched(int(row[0]), int(row[1]), int(row[2]), int(row[3]), row[4])


async def blind_names(conn: AsyncConnection, limit: int) -> list[str]:
    """Names of accounts that cannot be seen, those that have been so for longest first."""
    found = (
        select(accounts.c.name)
        .join(watches, watches.c.account_id == accounts.c.id)
        .where(watches.c.blind_told_at.is_not(None), exists().where(subscriptions.c.account_id == accounts.c.id))
        .order_by(watches.c.blind_told_at)
        .limit(limit)
    )
    return list((await conn.execute(found)).scalars())


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows are so."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
