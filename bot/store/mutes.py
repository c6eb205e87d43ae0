"""Muted events: which chat and topic wants to hear no more of what, how grave it was then, and until when.

An event is all that the posts with one root tell of, and what other accounts' posts tell of the same (``happenings``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, Select, delete, func, not_, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op, State
from bot.model.post import Post
from bot.store.codec import post_from_json
from bot.store.inserting import insert_into
from bot.store.tables import deliveries, happenings, mutes, posts, revisions

#: A storm is over or warned of anew by then; a mute that nobody remembers must not keep the next one back.
LASTS = timedelta(days=3)
#: Mutes of one chat and topic: as many as /muted can list; the one that ends first makes room.
MOST = 20
#: Events that tell of one happening, and values in one IN (…).
_EVENTS, _CHUNK = 50, 500
#: ``deliveries.error`` of what waited when its event was muted.
MUTED = "its event was muted here"
#: Beginnings of ``deliveries.notice`` of what a mute does not hold back: the end of something, and what was raised.
_STILL_COMES = ('{"phrase": "message.lifted_before"', '{"phrase": "message.raised"')


@dataclass(frozen=True, slots=True)
class Gravity:
    """How grave an event was when it was muted."""

    lane: Lane
    #: ``Severity.rank``.
    rank: int


@dataclass(frozen=True, slots=True)
class Muted:
    """A muted event, by its first post as that stands now."""

    root_id: int
    post: Post
    until: datetime


async def mute(
    conn: AsyncConnection, chat_id: int, thread_id: int, post_id: int, gravity: Gravity, now: datetime
) -> datetime:
    """Mute the event of a post in a chat (our id) and topic, and settle what waits of it there; gives until when.

    What waits and is graver, or says that something is over, stays. Done again, it lasts from now on. Raises
    LookupError when there is no such post.
    """
    roots = await roots_of(conn, post_id)
    until = now + LASTS
    values = {"lane": int(gravity.lane), "rank": gravity.rank, "until": until}
    statement = insert_into(conn, mutes).values(chat_id=chat_id, thread_id=thread_id, root_id=roots[0], **values)
    key = ["chat_id", "thread_id", "root_id"]
    await conn.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
    await _make_room(conn, chat_id, thread_id)
    d = deliveries.c
    waits = (
        d.chat_id == chat_id,
        d.thread_id == thread_id,
        d.state.in_([State.QUEUED.value, State.DEFERRED.value]),
        d.parts == "[]",
        d.maybe_repeat.is_(False),
        *_kept_back(roots, gravity),
    )
    await conn.execute(update(deliveries).where(*waits).values(**_skipped(MUTED, now)))
    return until


async def settle_summed(
    conn: AsyncConnection, chat_id: int, thread_id: int, delivery_ids: Sequence[int], now: datetime
) -> None:
    """Settle those of these deliveries whose event is muted by now in a chat and topic. A summary that is about to be
    sent lists them: when the event was muted, they did not wait any more.
    """
    m = mutes.c
    here = (m.chat_id == chat_id, m.thread_id == thread_id, m.until > now)
    muted = (await conn.execute(select(m.root_id, m.lane, m.rank).where(*here).limit(MOST))).all()
    for root_id, lane, rank in muted:
        which = _kept_back(await roots_of(conn, root_id), Gravity(Lane(lane), rank))
        await _settle(conn, delivery_ids, MUTED, now, *which)


async def settle_muted(conn: AsyncConnection, delivery_ids: Sequence[int], why: str, now: datetime) -> int:
    """Settle these deliveries, which a summary lists that is about to be sent: what they tell of is muted. Gives how
    many were.
    """
    return await _settle(conn, delivery_ids, why, now)


async def not_settled(conn: AsyncConnection, delivery_ids: Sequence[int]) -> list[int]:
    """Those of these deliveries that a summary is still to tell of, in their order."""
    d = deliveries.c
    out: set[int] = set()
    for start in range(0, len(delivery_ids), _CHUNK):
        some = d.id.in_(delivery_ids[start : start + _CHUNK])
        out.update((await conn.execute(select(d.id).where(some, d.state == State.SKIPPED.value))).scalars())
    return [each for each in delivery_ids if each not in out]


async def unmute(conn: AsyncConnection, chat_id: int, thread_id: int, post_id: int) -> bool:
    """Take it back, whichever post of the event is named. False: it was not muted."""
    try:
        roots = await roots_of(conn, post_id)
    except LookupError:
        return False
    mine = (mutes.c.chat_id == chat_id, mutes.c.thread_id == thread_id, mutes.c.root_id.in_(_posts_of(roots)))
    return (await conn.execute(delete(mutes).where(*mine))).rowcount > 0


async def of_place(conn: AsyncConnection, chat_id: int, thread_id: int, now: datetime) -> list[Muted]:
    """What is muted in a chat and topic, what ends first at the front."""
    m = mutes.c
    found = (
        select(m.root_id, revisions.c.content, m.until)
        .join_from(mutes, posts, posts.c.id == m.root_id)
        .join(revisions, (revisions.c.post_id == posts.c.id) & (revisions.c.number == posts.c.revision))
        .where(m.chat_id == chat_id, m.thread_id == thread_id, m.until > now)
        .order_by(m.until, m.root_id)
        .limit(MOST)
    )
    return [Muted(root_id, post_from_json(text), until) for root_id, text, until in await conn.execute(found)]


async def of_chats(conn: AsyncConnection, chat_ids: Sequence[int], now: datetime) -> set[tuple[int, int, int]]:
    """What is muted in these chats: chat, topic, root."""
    m = mutes.c
    found: set[tuple[int, int, int]] = set()
    for start in range(0, len(chat_ids), _CHUNK):
        some = m.chat_id.in_(chat_ids[start : start + _CHUNK])
        rows = await conn.execute(select(m.chat_id, m.thread_id, m.root_id).where(some, m.until > now))
        found.update((chat_id, thread_id, root_id) for chat_id, thread_id, root_id in rows)
    return found


async def muted_roots(conn: AsyncConnection, post_id: int, now: datetime) -> tuple[int, ...]:
    """The roots by which anybody muted the event of a post; a chat's row of ``mutes`` names one of them."""
    if (await conn.execute(select(mutes.c.root_id).where(mutes.c.until > now).limit(1))).first() is None:
        return ()
    event = _posts_of(await roots_of(conn, post_id))
    found = select(mutes.c.root_id).distinct().where(mutes.c.until > now, mutes.c.root_id.in_(event)).limit(_CHUNK)
    return tuple(sorted((await conn.execute(found)).scalars()))


async def event_posts(conn: AsyncConnection, post_id: int, limit: int) -> list[int]:
    """The newest posts of the event of a post, at most ``limit``, newest first."""
    event = _posts_of(await roots_of(conn, post_id))
    newest = select(posts.c.id).where(posts.c.id.in_(event)).order_by(posts.c.id.desc()).limit(limit)
    return list((await conn.execute(newest)).scalars())


async def roots_of(conn: AsyncConnection, post_id: int) -> list[int]:
    """The roots of a post's event: its own first, then those of other accounts' posts about the same.

    Raises LookupError when there is no such post.
    """
    root = func.coalesce(posts.c.root_id, posts.c.id)
    own = (await conn.execute(select(root).where(posts.c.id == post_id))).scalar()
    if own is None:
        msg = f"there is no post {post_id}"
        raise LookupError(msg)
    ids = (await conn.execute(_posts_of([own]).limit(_CHUNK))).scalars().all()
    told = select(happenings.c.first_id).distinct().where(happenings.c.post_id.in_(ids)).limit(_EVENTS)
    firsts = (await conn.execute(told)).scalars().all()
    others = (
        select(root)
        .distinct()
        .join_from(posts, happenings, happenings.c.post_id == posts.c.id)
        .where(happenings.c.first_id.in_(firsts), root != own)
        .limit(_EVENTS)
    )
    return [own, *sorted((await conn.execute(others)).scalars())]


async def purge(conn: AsyncConnection, now: datetime) -> int:
    """Throw away what is over; gives how many."""
    return (await conn.execute(delete(mutes).where(mutes.c.until <= now))).rowcount


def _kept_back(roots: Sequence[int], gravity: Gravity) -> tuple[ColumnElement[bool], ...]:
    """What a mute keeps from ringing: posts of the event that are no graver and say of nothing that it is over."""
    d = deliveries.c
    return (
        d.post_id.in_(_posts_of(roots)),
        d.op == Op.SEND.value,
        d.lane >= int(gravity.lane),
        d.severity <= gravity.rank,
        not_(or_(*(d.notice.startswith(beginning) for beginning in _STILL_COMES))),
    )


def _skipped(why: str, now: datetime) -> dict[str, object]:
    return {"state": State.SKIPPED.value, "settled_at": now, "error": why}


async def _settle(
    conn: AsyncConnection, delivery_ids: Sequence[int], why: str, now: datetime, *which: ColumnElement[bool]
) -> int:
    """Of what was put into a summary: it is in none, and was not sent."""
    d, settled = deliveries.c, 0
    for start in range(0, len(delivery_ids), _CHUNK):
        some = (d.id.in_(delivery_ids[start : start + _CHUNK]), d.state == State.EXPIRED.value, d.parts == "[]")
        values = _skipped(why, now) | {"folded_into": None}
        settled += (await conn.execute(update(deliveries).where(*some, *which).values(**values))).rowcount
    return settled


async def _make_room(conn: AsyncConnection, chat_id: int, thread_id: int) -> None:
    m = mutes.c
    here = (m.chat_id == chat_id, m.thread_id == thread_id)
    ending = select(m.root_id).where(*here).order_by(m.until.desc(), m.root_id.desc()).offset(MOST).limit(_CHUNK)
    over = list((await conn.execute(ending)).scalars())
    if over:
        await conn.execute(delete(mutes).where(*here, m.root_id.in_(over)))


def _posts_of(roots: Iterable[int]) -> "CompoundSelect[int]":
    """Every post with one of these roots. In two halves: of an OR over both columns PostgreSQL reads the whole table."""
    some = list(roots)
    first: Select[int] = select(posts.c.id).where(posts.c.id.in_(some))
    return union_all(first, select(posts.c.id).where(posts.c.root_id.in_(some)))
