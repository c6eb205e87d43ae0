"""What waits in the outbox: the first of each chat and lane, and everything that is needed to carry deliveries out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op, SentPart, State
from bot.store.deliveries import WAITING, ids_from_json, parts_from_json
from bot.store.tables import chats, deliveries, posts, topics

#: States of what may be tried now; SENDING waits for its answer.
TRIABLE = (State.UNSURE, State.QUEUED)
#: Values in one IN (…), far below what either database takes.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Head:
    """First of what waits for one chat in one lane."""

    delivery_id: int
    chat_id: int
    telegram_id: int
    lane: Lane
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery with what is needed of its chat and its post to carry it out. Columns' meanings: ``tables``."""

    id: int
    chat_id: int
    telegram_id: int
    chat_state: str
    paused_reason: str
    language: str
    #: The chat's own patience in seconds, None for the program's.
    old_routine_s: int | None
    old_urgent_s: int | None
    #: The chat wants the agency's own words before their translation.
    original_first: bool
    thread_id: int
    op: Op
    state: State
    lane: Lane
    silent: bool
    notice: str
    attempts: int
    queued_at: datetime
    not_before: datetime
    expires_at: datetime | None
    claimed_at: datetime | None
    rendered_revision: int | None
    parts: tuple[SentPart, ...]
    maybe_repeat: bool
    retries: int
    lost_answers: int
    repeats: int
    unknown_errors: int
    arrived_at: datetime | None
    owed: str
    error: str
    severity: int
    subscription_id: int | None
    revision: int
    post_id: int | None
    account_id: int | None
    post_revision: int
    #: The post's state ("current", "withdrawn", …), None for a word of the bot's own.
    post_state: str | None
    root_id: int | None
    #: Since when its post may have been seen by anybody (see ``tables.posts``), None for a word of the bot's own.
    news_at: datetime | None
    #: ``ChatKind``.
    chat_kind: str
    #: Its first message went out without a sound.
    hushed: bool
    #: Kept back by the manners of these subscriptions.
    held_for: tuple[int, ...]


async def heads(conn: AsyncConnection, state: State, lane: Lane, after: int, limit: int) -> list[Head]:
    """The first waiting delivery of each chat in a lane, where that one is in ``state``; oldest first, by pages.

    ``after`` is the last delivery id of the page before. Rows that are not yet due are given too: their chat waits
    with them, since order is kept.
    """
    which = {"state": state.value, "lane": int(lane), "after": after, "most": limit}
    return [_head(row) for row in await conn.execute(_HEADS, which)]


async def heads_of(conn: AsyncConnection, chat_ids: Sequence[int]) -> list[Head]:
    """What is first now in each lane of these chats."""
    found: list[Head] = []
    for start in range(0, len(chat_ids), _CHUNK):
        first = (
            select(func.min(deliveries.c.id))
            .where(
                deliveries.c.chat_id.in_(chat_ids[start : start + _CHUNK]),
                deliveries.c.state.in_([state.value for state in TRIABLE]),
            )
            .group_by(deliveries.c.chat_id, deliveries.c.lane)
        )
        ids = (await conn.execute(first)).scalars().all()
        if ids:
            found += [_head(row) for row in await conn.execute(_heads().where(deliveries.c.id.in_(ids)))]
    return found


async def load(conn: AsyncConnection, delivery_ids: Sequence[int]) -> list[Delivery]:
    """Deliveries by id, kept from other writers until the transaction ends; those that another one holds just now, or
    that are gone, are left out.
    """
    loaded: list[Delivery] = []
    for start in range(0, len(delivery_ids), _CHUNK):
        statement = _LOAD.where(deliveries.c.id.in_(delivery_ids[start : start + _CHUNK]))
        loaded += [_delivery(row) for row in await conn.execute(statement)]
    return loaded


async def stale_sends(
    conn: AsyncConnection,
    chat_id: int,
    thread_id: int,
    before: Sequence[tuple[Lane, datetime]],
    now: datetime,
    limit: int,
) -> list[Delivery]:
    """Untried SENDs of a chat and topic that are no news any more: past their end, or (by lane) news before a moment."""
    d = deliveries.c
    old = [(d.lane == int(lane)) & (posts.c.news_at < moment) for lane, moment in before]
    statement = _LOAD.where(
        d.chat_id == chat_id,
        d.state == State.QUEUED.value,
        d.thread_id == thread_id,
        d.op == Op.SEND.value,
        d.parts == "[]",
        or_(d.expires_at <= now, *old),
    )
    return [_delivery(row) for row in await conn.execute(statement.order_by(d.id).limit(limit))]


async def waiting_sum(conn: AsyncConnection, chat_id: int, thread_id: int) -> Delivery | None:
    """The notice that sums up what a chat and topic has missed, while nothing of it has been sent; the newest of them."""
    d = deliveries.c
    statement = _LOAD.where(
        d.chat_id == chat_id,
        d.state == State.QUEUED.value,
        d.thread_id == thread_id,
        d.op == Op.NOTICE.value,
        d.parts == "[]",
        d.maybe_repeat.is_(False),
        d.notice.startswith('{"listed"'),
    )
    row = (await conn.execute(statement.order_by(d.id.desc()).limit(1))).first()
    return None if row is None else _delivery(row)


def _heads() -> Select[Any]:
    d = deliveries
    return select(d.c.id, d.c.chat_id, chats.c.telegram_id, d.c.lane, d.c.not_before).join(
        chats, chats.c.id == d.c.chat_id
    )


def _head(row: Sequence[Any]) -> Head:
    delivery_id, chat_id, telegram_id, lane, not_before = row
    return Head(delivery_id, chat_id, telegram_id, Lane(lane), not_before)


def _heads_query() -> Select[Any]:
    d, earlier = deliveries, deliveries.alias("earlier")
    # one probe of (chat_id, state, lane, id) for each waiting state, so that the index alone answers
    first = [
        ~exists().where(
            earlier.c.chat_id == d.c.chat_id,
            earlier.c.state == waiting.value,
            earlier.c.lane == d.c.lane,
            earlier.c.id < d.c.id,
        )
        for waiting in WAITING
    ]
    mine = (d.c.state == bindparam("state"), d.c.lane == bindparam("lane"), d.c.id > bindparam("after"))
    return _heads().where(*mine, *first).order_by(d.c.id).limit(bindparam("most", type_=Integer))


#: Written once: an outbox that looks for what is due asks it many times a second.
_HEADS = _heads_query()
#: Asked for row by row: joined, PostgreSQL would rather read all topics for a hundred deliveries.
_TOPICS = (
    select(topics.c.language)
    .where(topics.c.chat_id == deliveries.c.chat_id, topics.c.thread_id == deliveries.c.thread_id)
    .scalar_subquery()
)
#: In the order of ``Delivery``.
_LOAD = (
    select(
        deliveries.c.id,
        deliveries.c.chat_id,
        chats.c.telegram_id,
        chats.c.state,
        chats.c.paused_reason,
        func.coalesce(_TOPICS, chats.c.language),
        chats.c.old_routine_s,
        chats.c.old_urgent_s,
        chats.c.original_first,
        deliveries.c.thread_id,
        deliveries.c.op,
        deliveries.c.state,
        deliveries.c.lane,
        deliveries.c.silent,
        deliveries.c.notice,
        deliveries.c.attempts,
        deliveries.c.queued_at,
        deliveries.c.not_before,
        deliveries.c.expires_at,
        deliveries.c.claimed_at,
        deliveries.c.rendered_revision,
        deliveries.c.parts,
        deliveries.c.maybe_repeat,
        deliveries.c.retries,
        deliveries.c.lost_answers,
        deliveries.c.repeats,
        deliveries.c.unknown_errors,
        deliveries.c.arrived_at,
        deliveries.c.owed,
        deliveries.c.error,
        deliveries.c.severity,
        deliveries.c.subscription_id,
        deliveries.c.revision,
        deliveries.c.post_id,
        posts.c.account_id,
        func.coalesce(posts.c.revision, 0),
        posts.c.state,
        posts.c.root_id,
        posts.c.news_at,
        chats.c.kind,
        deliveries.c.hushed,
        deliveries.c.held_for,
    )
    .select_from(
        deliveries.join(chats, chats.c.id == deliveries.c.chat_id).outerjoin(
            posts, posts.c.id == deliveries.c.post_id
        )
    )
    # SQLite has one writer anyway and knows no such clause
    .with_for_update(of=deliveries, skip_locked=True)
)

_COLUMNS = tuple(Delivery.__dataclass_fields__)
_OP, _STATE, _LANE, _PARTS, _HELD_FOR = (
    _COLUMNS.index(name) for name in ("op", "state", "lane", "parts", "held_for")
)


def _delivery(row: Sequence[Any]) -> Delivery:
    values = list(row)
    values[_OP], values[_STATE], values[_LANE] = Op(row[_OP]), State(row[_STATE]), Lane(row[_LANE])
    values[_PARTS] = parts_from_json(row[_PARTS])
    values[_HELD_FOR] = ids_from_json(row[_HELD_FOR])
    return Delivery(*values)
