"""The outbox as rows: queueing, claiming by compare-and-set, keeping what arrived, settling. No sending here."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op, SentPart, State
from bot.store.inserting import insert_into
from bot.store.tables import chats, deliveries, posts

#: States in which something is still to be done.
WAITING = (State.QUEUED, State.UNSURE, State.SENDING)
#: Rows in one INSERT: 14 values each stay far below the 32,766 of SQLite and the 32,767 of PostgreSQL.
_CHUNK = 1000
#: Longest reason that is kept.
_ERROR_LIMIT = 500
#: Where the rests that Telegram asked for are kept in ``site_state``.
_SITE = "telegram"


@dataclass(frozen=True, slots=True)
class Draft:
    """A delivery to queue. ``chat_id`` is ours (``chats.id``); ``post_id`` None for a word of the bot's own."""

    chat_id: int
    op: Op
    lane: Lane
    thread_id: int = 0
    post_id: int | None = None
    revision: int = 0
    silent: bool = False
    #: JSON {"phrase": key, "values": {...}, "reply": bool} for NOTICE and MARK.
    notice: str = ""
    subscription_id: int | None = None
    expires_at: datetime | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """First of what waits for one chat in one lane."""

    delivery_id: int
    chat_id: int
    telegram_id: int
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery with what is needed of its chat and its post to carry it out."""

    id: int
    chat_id: int
    telegram_id: int
    chat_state: str
    paused_reason: str
    language: str
    thread_id: int
    op: Op
    state: State
    lane: Lane
    silent: bool
    notice: str
    attempts: int
    queued_at: datetime
    expires_at: datetime | None
    rendered_revision: int | None
    parts: tuple[SentPart, ...]
    maybe_repeat: bool
    revision: int
    post_id: int | None
    account_id: int | None
    post_revision: int
    root_id: int | None


@dataclass(frozen=True, slots=True)
class SendRow:
    """The delivery that said a post in a chat, as edits and marks need it."""

    delivery_id: int
    chat_id: int
    thread_id: int
    post_id: int
    state: State
    lane: Lane
    rendered_revision: int | None
    parts: tuple[SentPart, ...]
    not_before: datetime


# ------------------------------------------------------------------ queueing


async def enqueue(conn: AsyncConnection, drafts: Iterable[Draft], now: datetime) -> int:
    """Queue what is not queued yet (same chat, topic, post, revision and op); gives the number of new rows."""
    pending = iter(drafts)
    added = 0
    statement = insert_into(conn, deliveries).on_conflict_do_nothing().returning(deliveries.c.id)
    while chunk := [_row(draft, now) for draft in islice(pending, _CHUNK)]:
        added += len((await conn.execute(statement, chunk)).all())
    return added


def _row(draft: Draft, now: datetime) -> dict[str, object]:
    return {
        "chat_id": draft.chat_id,
        "thread_id": draft.thread_id,
        "post_id": draft.post_id,
        "revision": draft.revision,
        "op": draft.op.value,
        "state": State.QUEUED.value,
        "lane": int(draft.lane),
        "silent": draft.silent,
        "notice": draft.notice,
        "subscription_id": draft.subscription_id,
        "queued_at": now,
        "not_before": draft.not_before or now,
        "expires_at": draft.expires_at,
    }


# ------------------------------------------------------------------ what is next


async def heads(conn: AsyncConnection, state: State, lane: Lane, after: int, limit: int) -> list[Head]:
    """The first waiting delivery of each chat in a lane, where that one is in ``state``; oldest first, by pages.

    ``after`` is the last delivery id of the page before. Rows that are not yet due are given too: their chat waits
    with them, since order is kept.
    """
    return [Head(*row) for row in await conn.execute(heads_query(state, lane, after, limit))]


def heads_query(state: State, lane: Lane, after: int, limit: int) -> Select[int, int, int, datetime]:
    """The statement behind ``heads``; public so that a test can look at its plan."""
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
    return (
        select(d.c.id, d.c.chat_id, chats.c.telegram_id, d.c.not_before)
        .join(chats, chats.c.id == d.c.chat_id)
        .where(d.c.state == state.value, d.c.lane == int(lane), d.c.id > after, *first)
        .order_by(d.c.id)
        .limit(limit)
    )


async def load(conn: AsyncConnection, delivery_id: int) -> Delivery | None:
    """One delivery with its chat and post, None when it is gone (its chat or post was deleted)."""
    d, c, p = deliveries.c, chats.c, posts.c
    row = (
        await conn.execute(
            select(
                d.id,
                d.chat_id,
                c.telegram_id,
                c.state.label("chat_state"),
                c.paused_reason,
                c.language,
                d.thread_id,
                d.op,
                d.state,
                d.lane,
                d.silent,
                d.notice,
                d.attempts,
                d.queued_at,
                d.expires_at,
                d.rendered_revision,
                d.parts,
                d.maybe_repeat,
                d.revision,
                d.post_id,
                p.account_id,
                func.coalesce(p.revision, 0).label("post_revision"),
                p.root_id,
            )
            .select_from(deliveries.join(chats, c.id == d.chat_id).outerjoin(posts, p.id == d.post_id))
            .where(d.id == delivery_id)
        )
    ).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to a row's names
    values |= {
        "op": Op(row.op),
        "state": State(row.state),
        "lane": Lane(row.lane),
        "parts": parts_from_json(row.parts),
    }
    return Delivery(**values)


async def send_of(conn: AsyncConnection, chat_id: int, thread_id: int, post_id: int) -> SendRow | None:
    """The delivery that said (or will say) this post in this chat and topic."""
    found = await conn.execute(
        _sends().where(
            deliveries.c.chat_id == chat_id,
            deliveries.c.thread_id == thread_id,
            deliveries.c.post_id == post_id,
            deliveries.c.op == Op.SEND.value,
        )
    )
    # a post is queued once for a chat; were there two, the one that got furthest is meant
    rows = sorted(map(_send_row, found), key=lambda row: (bool(row.parts), row.delivery_id))
    return rows[-1] if rows else None


async def sends_of(conn: AsyncConnection, post_ids: Sequence[int]) -> list[SendRow]:
    """Every delivery that says one of these posts, in any chat."""
    rows: list[SendRow] = []
    for start in range(0, len(post_ids), _CHUNK):
        some = post_ids[start : start + _CHUNK]
        found = await conn.execute(
            _sends().where(deliveries.c.post_id.in_(some), deliveries.c.op == Op.SEND.value).order_by(deliveries.c.id)
        )
        rows += map(_send_row, found)
    return rows


async def event_message(
    conn: AsyncConnection, chat_id: int, thread_id: int, post_id: int, root_id: int
) -> int | None:
    """The first message that the chat got about an event, to hang the next one below it."""
    found = await conn.execute(
        select(deliveries.c.parts)
        .join(posts, posts.c.id == deliveries.c.post_id)
        .where(
            deliveries.c.chat_id == chat_id,
            deliveries.c.thread_id == thread_id,
            deliveries.c.op == Op.SEND.value,
            deliveries.c.parts != "[]",
            posts.c.id != post_id,
            or_(posts.c.id == root_id, posts.c.root_id == root_id),
        )
        .order_by(deliveries.c.id)
        .limit(1)
    )
    parts = parts_from_json(found.scalar_one_or_none() or "[]")
    return parts[0].message_ids[0] if parts else None


# ------------------------------------------------------------------ looking at the whole


async def waiting_of_chat(conn: AsyncConnection, chat_id: int) -> int:
    """How many deliveries wait for this chat."""
    return await _count(
        conn, and_(deliveries.c.chat_id == chat_id, deliveries.c.state.in_([s.value for s in WAITING]))
    )


async def counts(conn: AsyncConnection) -> dict[State, int]:
    """How many deliveries stand where."""
    found = await conn.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return {State(state): number for state, number in found}


async def trim(conn: AsyncConnection, before: datetime) -> int:
    """Forget the bot's own notices that were settled long ago (those of posts go with their posts)."""
    done = await conn.execute(
        delete(deliveries).where(deliveries.c.post_id.is_(None), deliveries.c.settled_at < before)
    )
    return done.rowcount


async def _count(conn: AsyncConnection, where: ColumnElement[bool]) -> int:
    return (await conn.execute(select(func.count()).select_from(deliveries).where(where))).scalar_one()


# ------------------------------------------------------------------ rows to types


def parts_to_json(parts: Sequence[SentPart]) -> str:
    """As kept in ``deliveries.parts``; the empty list is spelt ``[]``, which queries rely on."""
    return json.dumps([{"message_ids": list(p.message_ids), "form": p.form} for p in parts], separators=(",", ":"))


def parts_from_json(text: str) -> tuple[SentPart, ...]:
    """The reverse of ``parts_to_json``."""
    return tuple(SentPart(tuple(p["message_ids"]), p["form"]) for p in json.loads(text))


def _sends() -> Select[int, int, int, int, str, int, int | None, str, datetime]:
    d = deliveries.c
    return select(
        d.id, d.chat_id, d.thread_id, d.post_id, d.state, d.lane, d.rendered_revision, d.parts, d.not_before
    )


def _send_row(row: Row[int, int, int, int, str, int, int | None, str, datetime]) -> SendRow:
    delivery_id, chat_id, thread_id, post_id, state, lane, rendered, parts, not_before = row
    return SendRow(
        delivery_id,
        chat_id,
        thread_id,
        post_id,
        State(state),
        Lane(lane),
        rendered,
        parts_from_json(parts),
        not_before,
    )
