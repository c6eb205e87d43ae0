"""Digests that chats get by themselves: when each is due, what it told last; and the posts that they are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Op, State
from bot.store.deliveries import WAITING
from bot.store.inserting import insert_into
from bot.store.tables import briefings, chats, deliveries, posts, revisions

#: Values in one IN (…), far below what either database takes.
_CHUNK = 500
#: What the notice of a digest begins with.
BEGINNING = '{"briefing"'


class Kind(StrEnum):
    """Which digest."""

    BURST = "burst"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Stored:
    """One digest of a chat and topic as it stands; the columns' meanings: ``tables.briefings``."""

    chat_id: int
    thread_id: int
    kind: Kind
    hour: int | None
    zone: str
    due_at: datetime | None
    began_at: datetime | None
    told_at: datetime | None
    ended_at: datetime | None
    told: str


@dataclass(frozen=True, slots=True)
class Burst:
    """Many posts that arrived in a chat and topic within a while, and when the last of them did."""

    chat_id: int
    thread_id: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A post with its newest version, as JSON (``codec.post_from_json``)."""

    post_id: int
    account_id: int
    revision: int
    state: str
    seen_at: datetime
    #: When its newest version was seen.
    changed_at: datetime
    content: str


async def recent(conn: AsyncConnection, account_ids: Sequence[int], since: datetime, most: int) -> list[Kept]:
    """The newest posts of these accounts that were published since then, at most so many, in no order."""
    ids: list[tuple[datetime, int]] = []
    for start in range(0, len(account_ids), _CHUNK):
        some = posts.c.account_id.in_(account_ids[start : start + _CHUNK]) & (posts.c.published_at >= since)
        newest = select(posts.c.published_at, posts.c.id).where(some).order_by(posts.c.published_at.desc())
        ids += [(at, post_id) for at, post_id in await conn.execute(newest.limit(most))]
    wanted = [post_id for _, post_id in sorted(ids, reverse=True)[:most]]
    found: list[Kept] = []
    for start in range(0, len(wanted), _CHUNK):
        rows = (
            select(
                posts.c.id,
                posts.c.account_id,
                posts.c.revision,
                posts.c.state,
                posts.c.first_seen_at,
                revisions.c.seen_at,
                revisions.c.content,
            )
            .join_from(
                posts, revisions, (revisions.c.post_id == posts.c.id) & (revisions.c.number == posts.c.revision)
            )
            .where(posts.c.id.in_(wanted[start : start + _CHUNK]))
        )
        found += [Kept(*row) for row in await conn.execute(rows)]
    return found


async def bursts(conn: AsyncConnection, since: datetime, least: int, limit: int) -> list[Burst]:
    """Chats (not paused) and topics in which at least so many posts arrived since then, the most first."""
    d = deliveries.c
    found = (
        select(d.chat_id, d.thread_id, func.max(d.arrived_at))
        .join_from(deliveries, chats, chats.c.id == d.chat_id)
        .where(*_arrived(since), chats.c.state == "active")
        .group_by(d.chat_id, d.thread_id)
        .having(func.count() >= least)
        .order_by(func.count().desc(), d.chat_id)
        .limit(limit)
    )
    return [Burst(*row) for row in await conn.execute(found)]


async def arrived(conn: AsyncConnection, chat_id: int, thread_id: int, since: datetime) -> int:
    """How many posts arrived in a chat and topic since then."""
    d = deliveries.c
    here = (d.chat_id == chat_id, d.thread_id == thread_id)
    return (
        await conn.execute(select(func.count()).select_from(deliveries).where(*_arrived(since), *here))
    ).scalar_one()


def _arrived(since: datetime) -> tuple[Any, ...]:
    d = deliveries.c
    return d.settled_at > since, d.op == Op.SEND.value, d.state == State.SENT.value, d.arrived_at > since


async def waits(conn: AsyncConnection, chat_id: int, thread_id: int) -> bool:
    """Tell whether a digest for this chat and topic is on its way: a second one would overtake nothing and repeat much."""
    d = deliveries.c
    found = select(d.id).where(
        d.chat_id == chat_id,
        d.state.in_([state.value for state in WAITING]),
        d.thread_id == thread_id,
        d.op == Op.NOTICE.value,
        d.notice.startswith(BEGINNING),
    )
    return (await conn.execute(found.limit(1))).first() is not None


async def due(conn: AsyncConnection, kind: Kind, now: datetime, limit: int) -> list[Stored]:
    """Digests of active chats that are due, the longest due first."""
    b = briefings.c
    found = (
        select(briefings)
        .join(chats, chats.c.id == b.chat_id)
        .where(b.due_at <= now, b.kind == kind.value, chats.c.state == "active")
        .order_by(b.due_at, b.chat_id, b.thread_id)
    )
    return [_stored(row) for row in await conn.execute(found.limit(limit))]


async def get(conn: AsyncConnection, chat_id: int, thread_id: int, kind: Kind) -> Stored | None:
    """The digest of a chat (our id) and topic, None when it has none."""
    row = (await conn.execute(select(briefings).where(*_here(chat_id, thread_id, kind)))).first()
    return None if row is None else _stored(row)


async def set_day(
    conn: AsyncConnection, chat_id: int, thread_id: int, hour: int, zone: str, due_at: datetime
) -> None:
    """Give a chat and topic its digest of the day at this hour; what it was told last stays known."""
    values = {"hour": hour, "zone": zone, "due_at": due_at}
    row = {"chat_id": chat_id, "thread_id": thread_id, "kind": Kind.DAY.value, **values}
    await _put(conn, row, values)


async def begin_burst(conn: AsyncConnection, chat_id: int, thread_id: int, now: datetime) -> None:
    """Look after the posts of a chat and topic until they are fewer; what it was told last stays known."""
    values = {"due_at": now, "began_at": now}
    await _put(conn, {"chat_id": chat_id, "thread_id": thread_id, "kind": Kind.BURST.value, **values}, values)


async def end_burst(conn: AsyncConnection, chat_id: int, thread_id: int, now: datetime) -> None:
    """The burst is over."""
    changed = update(briefings).where(*_here(chat_id, thread_id, Kind.BURST))
    await conn.execute(changed.values(due_at=None, ended_at=now))


async def told(conn: AsyncConnection, stored: Stored, lines: str, now: datetime, due_at: datetime | None) -> bool:
    """Write what a chat is told, in the transaction in which it is queued. False: it is not as it was any more (another
    process was faster, the hour was changed), and nothing was written.
    """
    b = briefings.c
    as_it_was = (b.due_at == stored.due_at, b.told_at.is_not_distinct_from(stored.told_at))
    changed = update(briefings).where(*_here(stored.chat_id, stored.thread_id, stored.kind), *as_it_was)
    return (await conn.execute(changed.values(told=lines, told_at=now, due_at=due_at))).rowcount > 0


async def put_off(conn: AsyncConnection, stored: Stored, due_at: datetime) -> None:
    """Look at a digest again at that time."""
    changed = update(briefings).where(*_here(stored.chat_id, stored.thread_id, stored.kind))
    await conn.execute(changed.values(due_at=due_at))


async def put_behind(conn: AsyncConnection, looked_after: Sequence[Stored], now: datetime) -> None:
    """Let bursts that were looked after, and are not over, be the last of those that are due."""
    b = briefings.c
    changed = update(briefings).where(*_here_bound(), b.due_at.is_not(None)).values(due_at=now)
    rows = [{"chat": e.chat_id, "thread": e.thread_id, "which": Kind.BURST.value} for e in looked_after]
    if rows:
        await conn.execute(changed, rows)


def _here_bound() -> tuple[Any, ...]:
    b = briefings.c
    return b.chat_id == bindparam("chat"), b.thread_id == bindparam("thread"), b.kind == bindparam("which")


async def drop_day(conn: AsyncConnection, chat_id: int, thread_id: int) -> bool:
    """Give a chat and topic no digest of the day any more. True when it had one."""
    gone = delete(briefings).where(*_here(chat_id, thread_id, Kind.DAY))
    return (await conn.execute(gone)).rowcount > 0


def _here(chat_id: int, thread_id: int, kind: Kind) -> tuple[Any, ...]:
    b = briefings.c
    return b.chat_id == chat_id, b.thread_id == thread_id, b.kind == kind.value


async def _put(conn: AsyncConnection, row: dict[str, Any], values: dict[str, Any]) -> None:
    statement = insert_into(conn, briefings).values(row)
    await conn.execute(statement.on_conflict_do_update(index_elements=["chat_id", "thread_id", "kind"], set_=values))


def _stored(row: Sequence[Any]) -> Stored:
    chat_id, thread_id, kind, *rest = row
    return Stored(chat_id, thread_id, Kind(kind), *rest)
