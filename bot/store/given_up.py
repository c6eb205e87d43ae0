"""Deliveries as an operator looks at them: what was given up, held or waits, with its chat, its post and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op, State
from bot.store.tables import chats, deliveries, posts

#: Values in one IN (…), far below what either database takes.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery. Columns' meanings: ``tables``."""

    id: int
    state: State
    op: Op
    lane: Lane
    telegram_id: int
    title: str
    thread_id: int
    queued_at: datetime
    settled_at: datetime | None
    retries: int
    lost_answers: int
    unknown_errors: int
    error: str
    notice: str
    #: "active" or "paused".
    chat_state: str
    paused_reason: str
    post_id: int | None
    post_url: str | None
    #: "current", "withdrawn", "superseded" or "cancelled"; None for a word of the bot's own.
    post_state: str | None


async def newest(conn: AsyncConnection, state: State, since: datetime | None, limit: int) -> list[Row]:
    """Deliveries in a state, newest first; ``since`` leaves out what was settled before."""
    statement = _ROWS.where(deliveries.c.state == state.value)
    if since is not None:
        statement = statement.where(deliveries.c.settled_at >= since)
    return [_row(row) for row in await conn.execute(statement.order_by(deliveries.c.id.desc()).limit(limit))]


async def numbers(conn: AsyncConnection, state: State, since: datetime | None, after: int, limit: int) -> list[int]:
    """Ids of deliveries in a state, oldest first, by pages: ``after`` is the last id of the page before."""
    statement = select(deliveries.c.id).where(deliveries.c.state == state.value, deliveries.c.id > after)
    if since is not None:
        statement = statement.where(deliveries.c.settled_at >= since)
    return list((await conn.execute(statement.order_by(deliveries.c.id).limit(limit))).scalars())


async def by_id(conn: AsyncConnection, delivery_ids: Sequence[int]) -> dict[int, Row]:
    """Deliveries by id; those that are gone are left out."""
    found: dict[int, Row] = {}
    for start in range(0, len(delivery_ids), _CHUNK):
        statement = _ROWS.where(deliveries.c.id.in_(delivery_ids[start : start + _CHUNK]))
        found |= {row.id: _row(row) for row in await conn.execute(statement)}
    return found


async def counts(
    conn: AsyncConnection, states: Sequence[State], since: datetime | None = None
) -> Mapping[State, int]:
    """How many deliveries are in each of these states, zeros included."""
    statement = select(deliveries.c.state, func.count()).where(deliveries.c.state.in_([s.value for s in states]))
    if since is not None:
        statement = statement.where(deliveries.c.settled_at >= since)
    found = {State(state): number for state, number in await conn.execute(statement.group_by(deliveries.c.state))}
    return {state: found.get(state, 0) for state in states}


_D = deliveries.c
_ROWS: Select[Any] = select(
    _D.id,
    _D.state,
    _D.op,
    _D.lane,
    chats.c.telegram_id,
    chats.c.title,
    _D.thread_id,
    _D.queued_at,
    _D.settled_at,
    _D.retries,
    _D.lost_answers,
    _D.unknown_errors,
    _D.error,
    _D.notice,
    chats.c.state,
    chats.c.paused_reason,
    _D.post_id,
    posts.c.url,
    posts.c.state,
).select_from(
    deliveries.join(chats, chats.c.id == deliveries.c.chat_id).outerjoin(posts, posts.c.id == deliveries.c.post_id)
)


def _row(row: Any) -> Row:
    number, state, op, lane, *rest = row
    return Row(number, State(state), Op(op), Lane(lane), *rest)
