"""The outbox as rows: queueing them, and what chats were shown by them. What is next stands in ``waiting``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import FOREIGN, Lane, Op, SentPart, State
from bot.store.tables import deliveries, posts

#: States in which something is still to be done.
WAITING = (State.QUEUED, State.UNSURE, State.SENDING)
#: Values in one IN (…), far below what either database takes.
_CHUNK = 500
#: Notices forgotten in one transaction: it is to stay short.
TRIMMED = 5000
#: ``parts`` of what another bot sent, see ``bots``.
FOREIGN_PARTS = f'[{{"message_ids":[],"form":"{FOREIGN}"}}]'


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
    maybe_repeat: bool
    #: The language whose words it does not show yet, "" when nothing is owed.
    owed: str = ""
    #: What it says on top of the post, as JSON, "" for nothing.
    notice: str = ""


#: Deliveries of a chat in which a message is looked for.
LOOKED_THROUGH = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """A post as a message said it."""

    post_id: int
    revision: int


# ------------------------------------------------------------------ queueing


async def enqueue_one(conn: AsyncConnection, draft: Draft, now: datetime) -> int:
    """Queue one and give its id. Raises IntegrityError for one that is queued already."""
    return int((await conn.execute(insert(deliveries).returning(deliveries.c.id), _row(draft, now))).scalar_one())


async def has_notice(conn: AsyncConnection, chat_id: int, notice: str) -> bool:
    """Tell whether a chat was, or will be, told just this (settled notices are kept for three months)."""
    found = select(deliveries.c.id).where(
        deliveries.c.chat_id == chat_id, deliveries.c.op == Op.NOTICE.value, deliveries.c.notice == notice
    )
    return (await conn.execute(found.limit(1))).first() is not None


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


# ------------------------------------------------------------------ what chats were shown


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


async def threads_of_post(conn: AsyncConnection, chat_id: int, post_id: int) -> list[int]:
    """The topics (0: none) of a chat that got a post, or may have got it: a button can be pressed before Telegram's
    answer is written down.
    """
    d = deliveries.c
    there = or_(d.parts != "[]", d.state.in_([State.SENDING.value, State.UNSURE.value]))
    got = (d.chat_id == chat_id, d.post_id == post_id, d.op == Op.SEND.value, there)
    return list((await conn.execute(select(d.thread_id).distinct().where(*got).order_by(d.thread_id))).scalars())


async def of_message(conn: AsyncConnection, chat_id: int, message_id: int) -> Said | None:
    """Which post a message of ours said in this chat; None for one that said none, or is not known (any more). The last
    ``LOOKED_THROUGH`` deliveries that arrived in the chat are looked through.
    """
    d = deliveries.c
    arrived = (
        select(d.post_id, d.revision, d.rendered_revision, d.parts)
        .where(d.chat_id == chat_id, d.state.in_([state.value for state in State]), d.parts != "[]")
        .order_by(d.id.desc())
        .limit(LOOKED_THROUGH)
    )
    for row in await conn.execute(arrived):
        if any(message_id in part["message_ids"] for part in json.loads(row.parts)):
            return None if row.post_id is None else Said(row.post_id, row.rendered_revision or row.revision)
    return None


async def has_relatives(conn: AsyncConnection, post_id: int, root_id: int) -> bool:
    """Tell whether other posts belong to the event of this one: most posts stand alone."""
    if root_id != post_id:
        return True
    return (await conn.execute(select(posts.c.id).where(posts.c.root_id == root_id).limit(1))).first() is not None


async def is_in_doubt(conn: AsyncConnection, chat_id: int, thread_id: int, post_id: int, root_id: int) -> bool:
    """Tell whether the chat may have a message of this event that nobody knows of: its answer was lost."""
    found = (
        select(deliveries.c.id)
        .join(posts, posts.c.id == deliveries.c.post_id)
        .where(
            deliveries.c.chat_id == chat_id,
            deliveries.c.thread_id == thread_id,
            deliveries.c.op == Op.SEND.value,
            or_(
                deliveries.c.state.in_([State.HELD.value, State.UNSURE.value]),
                deliveries.c.maybe_repeat.is_(True),
                deliveries.c.parts == FOREIGN_PARTS,
            ),
            posts.c.id != post_id,
            or_(posts.c.id == root_id, posts.c.root_id == root_id),
        )
        .limit(1)
    )
    return (await conn.execute(found)).first() is not None


async def last_mark(conn: AsyncConnection, chat_id: int, thread_id: int, post_id: int) -> str:
    """The words with which this post was marked last in this chat and topic (``notice``), "" when it never was."""
    d = deliveries.c
    here = (d.chat_id == chat_id, d.thread_id == thread_id, d.post_id == post_id, d.op == Op.MARK.value)
    found = select(d.notice).where(*here).order_by(d.queued_at.desc(), d.id.desc()).limit(1)
    return (await conn.execute(found)).scalar_one_or_none() or ""


@dataclass(frozen=True, slots=True)
class Missed:
    """A delivery that was not rung, as a sum names it."""

    post_id: int
    account_id: int
    revision: int
    #: The post's state ("withdrawn", "cancelled", …).
    state: str
    published_at: datetime
    expires_at: datetime | None
    #: ``Severity.rank``.
    severity: int
    lane: Lane
    delivery_id: int


async def missed(conn: AsyncConnection, delivery_ids: Sequence[int]) -> list[Missed]:
    """The posts of these deliveries, newest first."""
    found: list[Missed] = []
    for start in range(0, len(delivery_ids), _CHUNK):
        rows = await conn.execute(
            select(
                posts.c.id,
                posts.c.account_id,
                posts.c.revision,
                posts.c.state,
                posts.c.published_at,
                deliveries.c.expires_at,
                deliveries.c.severity,
                deliveries.c.lane,
                deliveries.c.id.label("delivery_id"),
            )
            .join(posts, posts.c.id == deliveries.c.post_id)
            .where(deliveries.c.id.in_(delivery_ids[start : start + _CHUNK]))
        )
        found += [Missed(*row[:-2], Lane(row.lane), row.delivery_id) for row in rows]
    return sorted(found, key=lambda each: (each.published_at, each.post_id), reverse=True)


async def event_messages(
    conn: AsyncConnection, chat_ids: Sequence[int], post_id: int, root_id: int
) -> dict[tuple[int, int], int]:
    """The first message that each of these chats got about an event, by chat and topic, to hang the next one below it."""
    found: dict[tuple[int, int], int] = {}
    for start in range(0, len(chat_ids), _CHUNK):
        rows = await conn.execute(
            select(deliveries.c.chat_id, deliveries.c.thread_id, deliveries.c.parts)
            .join(posts, posts.c.id == deliveries.c.post_id)
            .where(
                deliveries.c.chat_id.in_(chat_ids[start : start + _CHUNK]),
                deliveries.c.op == Op.SEND.value,
                deliveries.c.parts != "[]",
                posts.c.id != post_id,
                or_(posts.c.id == root_id, posts.c.root_id == root_id),
            )
            .order_by(deliveries.c.id)
        )
        for chat_id, thread_id, parts in rows:
            first = next((m for part in parts_from_json(parts) for m in part.message_ids), None)
            if first is not None:
                found.setdefault((chat_id, thread_id), first)
    return found


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
    """Forget the bot's own notices that were settled long ago (those of posts go with their posts), at most ``TRIMMED``,
    and give how many; call it again while it gives ``TRIMMED``.
    """
    old = deliveries.c.post_id.is_(None) & (deliveries.c.settled_at < before)
    piece = select(deliveries.c.id).where(old).limit(TRIMMED)
    return (await conn.execute(delete(deliveries).where(deliveries.c.id.in_(piece)))).rowcount


async def _count(conn: AsyncConnection, where: ColumnElement[bool]) -> int:
    return (await conn.execute(select(func.count()).select_from(deliveries).where(where))).scalar_one()


# ------------------------------------------------------------------ rows to types


def parts_to_json(parts: Sequence[SentPart]) -> str:
    """As kept in ``deliveries.parts``; the empty list is spelt ``[]``, which queries rely on."""
    return json.dumps([{"message_ids": list(p.message_ids), "form": p.form} for p in parts], separators=(",", ":"))


def parts_from_json(text: str) -> tuple[SentPart, ...]:
    """The reverse of ``parts_to_json``."""
    return tuple(SentPart(tuple(p["message_ids"]), p["form"]) for p in json.loads(text))


def ids_to_json(ids: Sequence[int]) -> str | None:
    """As kept in ``deliveries.held_for``."""
    return json.dumps(list(ids), separators=(",", ":")) if ids else None


def ids_from_json(text: str | None) -> tuple[int, ...]:
    """The reverse of ``ids_to_json``."""
    return tuple(json.loads(text)) if text else ()


def _sends() -> Select[int, int, int, int, str, int, int | None, str, datetime, bool, str, str]:
    d = deliveries.c
    return select(
        d.id,
        d.chat_id,
        d.thread_id,
        d.post_id,
        d.state,
        d.lane,
        d.rendered_revision,
        d.parts,
        d.not_before,
        d.maybe_repeat,
        d.owed,
        d.notice,
    )


def _send_row(row: Row[int, int, int, int, str, int, int | None, str, datetime, bool, str, str]) -> SendRow:
    delivery_id, chat_id, thread_id, post_id, state, lane, rendered, parts, not_before, maybe_repeat, *said = row
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
        maybe_repeat,
        *said,
    )
