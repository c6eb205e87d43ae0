"""What waits for a digest of its chat: where it is due, what it is, and how many there are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Op, State
from bot.store import waiting
from bot.store.manners import Place
from bot.store.tables import chats, deliveries
from bot.store.waiting import Delivery

#: Spelt out: a value that is handed over would not let SQLite use the index of just these rows.
_DEFERRED = deliveries.c.state == literal_column(f"'{State.DEFERRED.value}'")


async def due(conn: AsyncConnection, now: datetime, limit: int) -> list[Place]:
    """Places of active chats in which a digest is due, the longest due first."""
    d = deliveries.c
    found = (
        select(d.chat_id, d.thread_id)
        .join_from(deliveries, chats, chats.c.id == d.chat_id)
        .where(_DEFERRED, d.not_before <= now, chats.c.state == "active")
        .group_by(d.chat_id, d.thread_id)
        .order_by(func.min(d.not_before), d.chat_id, d.thread_id)
    )
    return [(row.chat_id, row.thread_id) for row in await conn.execute(found.limit(limit))]


async def due_at(conn: AsyncConnection, place: Place, now: datetime, limit: int) -> list[Delivery]:
    """What is due in a place, oldest first, kept from other writers until the transaction ends."""
    found, _ = await _load(conn, place, deliveries.c.not_before <= now, limit)
    return found


async def held(conn: AsyncConnection, place: Place, after: int, limit: int) -> tuple[list[Delivery], int]:
    """All that waits in a place behind this id, oldest first, kept from other writers until the transaction ends; and the
    id to go on from (0: there are no more), for what another one holds just now is left out.
    """
    return await _load(conn, place, deliveries.c.id > after, limit)


async def _load(
    conn: AsyncConnection, place: Place, which: ColumnElement[bool], limit: int
) -> tuple[list[Delivery], int]:
    d = deliveries.c
    chat_id, thread_id = place
    here = (d.chat_id == chat_id, d.thread_id == thread_id, _DEFERRED, which)
    ids = (await conn.execute(select(d.id).where(*here).order_by(d.id).limit(limit))).scalars().all()
    return sorted(await waiting.load(conn, ids), key=lambda each: each.id), ids[-1] if ids else 0


async def count(conn: AsyncConnection, place: Place) -> int:
    """How many posts wait for a digest in a place."""
    chat_id, thread_id = place
    here = (deliveries.c.chat_id == chat_id, deliveries.c.thread_id == thread_id, _DEFERRED)
    return int((await conn.execute(select(func.count()).select_from(deliveries).where(*here))).scalar_one())


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a post in a place: its delivery's state, why, and when a digest is due that it waits for."""

    state: State
    why: str
    due_at: datetime


async def fate(conn: AsyncConnection, place: Place, post_id: int) -> Fate | None:
    """What became of a post in a place, None where it was never to be sent there."""
    chat_id, thread_id = place
    d = deliveries.c
    here = (d.post_id == post_id, d.op == Op.SEND.value, d.chat_id == chat_id, d.thread_id == thread_id)
    newest = select(d.state, d.error, d.not_before).where(*here).order_by(d.id.desc()).limit(1)
    row = (await conn.execute(newest)).first()
    return None if row is None else Fate(State(row.state), row.error, row.not_before)
