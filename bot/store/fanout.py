"""From one revision to its deliveries for any number of chats: INSERT … SELECT, so that no row ever passes through here.

All of it happens in the caller's transaction, with the revision itself (design rule 1). On SQLite, which has one writer,
senders wait for that transaction: a fan-out to 100,000 chats keeps them for some two seconds, in which no message leaves.
Answers that come in meanwhile wait in memory and are written next; the event loop and readers go on. On PostgreSQL
senders go on beside it, but for the rows that are taken back or renewed (``queued``).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, exists, func, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op, State
from bot.store import chat_places
from bot.store.inserting import insert_into
from bot.store.tables import chats, deliveries, mutes, subscriptions

#: Rows written by one statement: far more would take PostgreSQL longer than the driver waits for an answer
#: (``database.COMMAND_S``).
AT_ONCE = 20_000

#: Why a queued alert was not sent when something newer about its event came first. Its chat hears of that instead.
OVERTAKEN = "updated before it was sent"


@dataclass(frozen=True, slots=True)
class Hush:
    """By which roots anybody muted the event (``mutes.muted_roots``), and how grave what comes now is: a mute holds
    unless that is graver than it was, by its lane or its severity's rank.
    """

    roots: tuple[int, ...]
    lane: Lane
    rank: int


@dataclass(frozen=True, slots=True)
class Word:
    """What all deliveries of one fan-out have in common. Columns' meanings: ``tables.deliveries``."""

    op: Op
    lane: Lane
    post_id: int | None = None
    revision: int = 0
    silent: bool = False
    notice: str = ""
    expires_at: datetime | None = None
    #: None: nobody muted its event, or it comes all the same.
    hush: Hush | None = None
    severity: int = 0


@dataclass(frozen=True, slots=True)
class Near:
    """Chats and topics by the places that they set (``store.chat_places``)."""

    #: False: those that set none.
    set_one: bool
    #: Those that set one with one of these keys; None: whichever.
    keys: Sequence[str] | None = None


class Knows(Enum):
    """How sure it is that a chat knows a post."""

    #: At least one message arrived, be it the one that names it among what was missed.
    SHOWN = "shown"
    #: Shown; or being sent, or its answer was lost, or the sum of what was missed is on its way.
    PERHAPS = "perhaps"
    #: Not shown for sure, yet it may be; or it waits, or would wait had nothing newer overtaken it in the queue.
    CONCERNED = "concerned"


async def to_subscribers(
    conn: AsyncConnection,
    account_id: int,
    word: Word,
    now: datetime,
    *,
    keys: Sequence[str] | None = None,
    anew: bool = False,
    near: Near | None = None,
) -> int:
    """Queue for each chat and topic that follows the account; the oldest of its subscriptions speaks for a place.

    ``keys``: only for wishes with these keys ("" is the wish for everything). ``anew``: not where an earlier version of
    the post is known or awaited. ``near``: only chats that are there. Paused chats are left out, and those that muted its
    event. Gives the number of new rows.
    """
    s, c = subscriptions.c, chats.c
    which = [s.account_id == account_id]
    if keys is not None:
        which.append(s.words_key.in_(keys))
    if near is not None:
        somewhere = chat_places.is_in(s.chat_id, s.thread_id, near.keys)
        which.append(somewhere if near.set_one else ~somewhere)
    queued = 0
    for some in await in_pieces(conn, s.chat_id, which):
        places = (
            select(*_columns(word, now, s.chat_id, s.thread_id, func.min(s.id)))
            .join_from(subscriptions, chats, c.id == s.chat_id)
            .where(*which, *some, c.state == "active")
            .group_by(s.chat_id, s.thread_id)
        )
        if anew:
            places = places.where(~_has_or_awaits(subscriptions, word))
        if word.hush is not None:
            places = places.where(~_mutes(subscriptions, word.hush, now))
        queued += await _insert(conn, places, Twice.OLDEST_SPEAKS)
    return queued


async def to_holders(
    conn: AsyncConnection,
    post_ids: Sequence[int],
    word: Word,
    now: datetime,
    *,
    knows: Knows,
    followers_of: int | None = None,
    muted: bool = False,
) -> int:
    """Queue for each chat and topic that knows one of these posts so well: once, whichever of them it is.

    ``followers_of``: only where something still follows this account, whatever its words. ``muted``: only where its
    event is muted; else only where it is not. Paused chats are left out.
    """
    d = deliveries.alias("held")
    which = [d.c.post_id.in_(post_ids), d.c.op == Op.SEND.value, _known(d, knows)]
    if word.hush is not None:
        which.append(_mutes(d, word.hush, now) if muted else ~_mutes(d, word.hush, now))
    elif muted:
        return 0
    speaker: Any = func.min(d.c.subscription_id)
    if followers_of is not None:
        which.append(exists().where(*_follows(d, followers_of)))
        speaker = select(func.min(subscriptions.c.id)).where(*_follows(d, followers_of)).scalar_subquery()
    queued = 0
    for some in await in_pieces(conn, d.c.chat_id, which):
        places = (
            select(*_columns(word, now, d.c.chat_id, d.c.thread_id, speaker))
            .join_from(d, chats, chats.c.id == d.c.chat_id)
            .where(*which, *some, chats.c.state == "active")
            .group_by(d.c.chat_id, d.c.thread_id)
        )
        queued += await _insert(conn, places, Twice.FIRST_STANDS)
    return queued


async def to_copies(
    conn: AsyncConnection,
    word: Word,
    now: datetime,
    *,
    followers_of: int | None = None,
    strangers_to: int | None = None,
    muted: bool | None = None,
) -> int:
    """Queue a change of what was said, for each chat and topic that has, or may have, the post of ``word``.

    It goes in the lane of the copy where that is faster, so that it does not come long after it. ``followers_of`` and
    ``strangers_to``: only where something (nothing) follows this account any more. ``muted``: only where its event is
    (not) muted; None: wherever. A change that was queued for another reason is made anew with the newer words. Paused
    chats are left out.
    """
    d = deliveries.alias("held")
    which = [d.c.post_id == word.post_id, d.c.op == Op.SEND.value, _known(d, Knows.PERHAPS)]
    if followers_of is not None:
        which.append(exists().where(*_follows(d, followers_of)))
    if strangers_to is not None:
        which.append(~exists().where(*_follows(d, strangers_to)))
    if word.hush is not None and muted is not None:
        which.append(_mutes(d, word.hush, now) if muted else ~_mutes(d, word.hush, now))
    elif muted:
        return 0
    faster = func.min(d.c.lane)
    lane = case((faster < int(word.lane), faster), else_=int(word.lane))
    queued = 0
    for some in await in_pieces(conn, d.c.chat_id, which):
        places = (
            select(*_columns(word, now, d.c.chat_id, d.c.thread_id, func.min(d.c.subscription_id), lane))
            .join_from(d, chats, chats.c.id == d.c.chat_id)
            .where(*which, *some, chats.c.state == "active")
            .group_by(d.c.chat_id, d.c.thread_id)
        )
        queued += await _insert(conn, places, Twice.NEWEST_WORDS)
    return queued


# ------------------------------------------------------------------ what a chat knows of a post


#: Nothing was tried yet: it waits for its turn, or for a digest.
TO_COME = (State.QUEUED.value, State.DEFERRED.value)
_IN_DOUBT = (State.SENDING.value, State.UNSURE.value, State.HELD.value)


def _known(d: FromClause, knows: Knows) -> ColumnElement[bool]:
    shown = d.c.parts != "[]"
    doubt = or_(d.c.state.in_(_IN_DOUBT), d.c.maybe_repeat.is_(True), d.c.folded_into.is_not(None))
    overtaken = and_(d.c.state == State.SKIPPED.value, d.c.error == OVERTAKEN)
    match knows:
        case Knows.SHOWN:
            return shown
        case Knows.PERHAPS:
            return or_(shown, doubt)
        case Knows.CONCERNED:
            return and_(~shown, or_(doubt, overtaken, d.c.state.in_(TO_COME)))


def _has_or_awaits(place: FromClause, word: Word) -> ColumnElement[bool]:
    """The place knows an earlier version of the post or waits for it."""
    d = deliveries.alias("had")
    return exists().where(
        d.c.chat_id == place.c.chat_id,
        d.c.thread_id == place.c.thread_id,
        d.c.post_id == word.post_id,
        d.c.revision != word.revision,
        d.c.op == Op.SEND.value,
        or_(_known(d, Knows.PERHAPS), _known(d, Knows.CONCERNED)),
    )


def _follows(d: FromClause, account_id: int) -> tuple[ColumnElement[bool], ...]:
    """Subscriptions of a delivery's place to this account."""
    s = subscriptions.c
    return s.chat_id == d.c.chat_id, s.thread_id == d.c.thread_id, s.account_id == account_id


def _mutes(place: FromClause, hush: Hush, now: datetime) -> ColumnElement[bool]:
    """The place muted the event, and what comes is not graver than what it muted."""
    m = mutes.c
    return exists().where(
        m.chat_id == place.c.chat_id,
        m.thread_id == place.c.thread_id,
        m.root_id.in_(hush.roots),
        m.until > now,
        m.lane <= int(hush.lane),
        m.rank >= hush.rank,
    )


# ------------------------------------------------------------------ writing

_NAMES = (
    "chat_id",
    "thread_id",
    "subscription_id",
    "lane",
    "post_id",
    "revision",
    "op",
    "state",
    "silent",
    "notice",
    "queued_at",
    "not_before",
    "expires_at",
    "severity",
)
_KEY = ("chat_id", "thread_id", "post_id", "revision", "op")


class Twice(Enum):
    """What happens where the same delivery is there already."""

    FIRST_STANDS = "first stands"
    #: Two wishes of one place: the older one speaks for it.
    OLDEST_SPEAKS = "oldest speaks"
    #: A message changed already is changed once more.
    NEWEST_WORDS = "newest words"


def _columns(
    word: Word, now: datetime, chat_id: Any, thread_id: Any, speaker: Any, lane: Any = None
) -> list[ColumnElement[Any]]:
    """In the order of ``_NAMES``."""
    same = {
        "post_id": word.post_id,
        "revision": word.revision,
        "op": word.op.value,
        "state": State.QUEUED.value,
        "silent": word.silent,
        "notice": word.notice,
        "queued_at": now,
        "not_before": now,
        "expires_at": word.expires_at,
        "severity": word.severity,
    }
    lane = literal(int(word.lane), deliveries.c.lane.type) if lane is None else lane
    return [chat_id, thread_id, speaker, lane, *(literal(same[n], deliveries.c[n].type) for n in _NAMES[4:])]


async def _insert(conn: AsyncConnection, places: Select[Any], twice: Twice) -> int:
    statement = insert_into(conn, deliveries).from_select(_NAMES, places.order_by("chat_id", "thread_id"))
    given, there = statement.excluded, deliveries.c
    match twice:
        case Twice.FIRST_STANDS:
            statement = statement.on_conflict_do_nothing()
        case Twice.OLDEST_SPEAKS:
            older = there.subscription_id > given.subscription_id
            speaks = {"subscription_id": given.subscription_id}
            statement = statement.on_conflict_do_update(index_elements=_KEY, set_=speaks, where=older)
        case Twice.NEWEST_WORDS:
            anew = {"state": State.QUEUED.value, "parts": "[]", "maybe_repeat": False, "attempts": 0, "error": ""}
            anew |= {
                name: given[name] for name in ("lane", "silent", "notice", "queued_at", "not_before", "severity")
            }
            anew["settled_at"] = null()
            other = there.notice != given.notice
            statement = statement.on_conflict_do_update(index_elements=_KEY, set_=anew, where=other)
    return (await conn.execute(statement, execution_options={"preserve_rowcount": True})).rowcount


async def in_pieces(
    conn: AsyncConnection, chat_id: ColumnElement[int], which: Sequence[ColumnElement[bool]]
) -> list[list[ColumnElement[bool]]]:
    """Conditions that part what ``which`` selects, by chat, into pieces of about ``AT_ONCE`` rows."""
    number = func.row_number().over(order_by=chat_id).label("number")
    rows = select(chat_id.label("chat_id"), number).where(*which).subquery("numbered")
    ends = select(rows.c.chat_id).where(rows.c.number % AT_ONCE == 0).distinct().order_by(rows.c.chat_id)
    borders = [None, *(await conn.execute(ends)).scalars(), None]
    return [
        ([] if after is None else [chat_id > after]) + ([] if upto is None else [chat_id <= upto])
        for after, upto in itertools.pairwise(borders)
    ]
