"""What the readers of one language were shown of one version of a post: when it was asked for, said first, said at last."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Op, State
from bot.model.words import Fact, Piece, PieceKind, Short, Words
from bot.store.inserting import insert_into
from bot.store.tables import chats, deliveries, renditions

#: Post, revision, language (a tag that the bot speaks).
Place = tuple[int, int, str]
#: Rows that are still owed words, looked at at a time after a start.
OWED_AT_ONCE = 100
_KEY = ("chat_id", "thread_id", "post_id", "revision", "op")


@dataclass(frozen=True, slots=True)
class Rendition:
    """``bell`` is what went out while the translation was not there, ``words`` what stands in the end; None: not yet."""

    asked_at: datetime
    bell: Words | None = None
    words: Words | None = None


async def find(conn: AsyncConnection, place: Place) -> Rendition | None:
    """What is kept of it."""
    r = renditions.c
    row = (await conn.execute(select(r.asked_at, r.bell, r.words).where(*_at(place)))).first()
    return None if row is None else Rendition(row.asked_at, from_json(row.bell), from_json(row.words))


async def ask(conn: AsyncConnection, place: Place, now: datetime) -> None:
    """The words were asked for first now; another time it changes nothing."""
    post_id, revision, language = place
    values = {"post_id": post_id, "revision": revision, "language": language, "asked_at": now}
    await conn.execute(insert_into(conn, renditions).values(**values, bell="", words="").on_conflict_do_nothing())


async def ring(conn: AsyncConnection, place: Place, bell: Words) -> None:
    """So it goes out without waiting any longer."""
    await conn.execute(update(renditions).where(*_at(place)).values(bell=to_json(bell)))


async def say(conn: AsyncConnection, place: Place, words: Words, now: datetime) -> None:
    """So it stands from now on, for every reader of the language."""
    await ask(conn, place, now)
    await conn.execute(update(renditions).where(*_at(place)).values(words=to_json(words)))


@dataclass(frozen=True, slots=True)
class Owed:
    """What was asked for at that moment."""

    asked_at: datetime
    place: Place


async def owing(conn: AsyncConnection, since: datetime, after: Owed | None = None) -> list[Owed]:
    """What was asked for since then and never said, oldest first: whoever asked may have died over it. By pages: ``after``
    is the last one of the page before.
    """
    r = renditions.c
    found = select(r.asked_at, r.post_id, r.revision, r.language).where(r.words == "", r.asked_at >= since)
    if after is not None:
        post_id, revision, language = after.place
        later = (r.post_id > post_id) | (
            (r.post_id == post_id) & ((r.revision > revision) | ((r.revision == revision) & (r.language > language)))
        )
        found = found.where(
            r.asked_at >= after.asked_at, (r.asked_at > after.asked_at) | ((r.asked_at == after.asked_at) & later)
        )
    rows = await conn.execute(found.order_by(r.asked_at, r.post_id, r.revision, r.language).limit(OWED_AT_ONCE))
    return [Owed(asked_at, (post_id, revision, language)) for asked_at, post_id, revision, language in rows]


async def given_up(conn: AsyncConnection, since: datetime, before: datetime) -> int:
    """How many of the words asked for in that time were never said, though a reader has the post without them."""
    r = renditions.c
    unsaid = (r.words == "", r.bell != "", r.asked_at >= since, r.asked_at < before)
    return int((await conn.execute(select(func.count()).select_from(renditions).where(*unsaid))).scalar_one())


async def pay(conn: AsyncConnection, place: Place, now: datetime) -> int:
    """Queue an edit, without a sound, for every message of this post that promised these words; gives their number."""
    post_id, revision, language = place
    d = deliveries.alias("owing")
    which = [d.c.post_id == post_id, d.c.op == Op.SEND.value, d.c.owed == language]
    return await _queue(conn, d, [*which, chats.c.state == "active"], revision, "", now)


async def anew(conn: AsyncConnection, chat_id: int, post_id: int, now: datetime) -> int:
    """Queue the same for what one chat (our id) has of a post, or may have: it wants to see it the other way round. A
    button can be pressed before Telegram's answer is written down.
    """
    d = deliveries.alias("shown")
    there = or_(d.c.parts != "[]", d.c.state.in_([State.SENDING.value, State.UNSURE.value]))
    which = [d.c.chat_id == chat_id, d.c.post_id == post_id, d.c.op == Op.SEND.value, there]
    return await _queue(conn, d, which, func.coalesce(d.c.rendered_revision, d.c.revision), TURNED, now)


#: ``deliveries.notice`` of an edit that is done whatever is owed.
TURNED = '{"turned":true}'


async def _queue(conn: AsyncConnection, d: Any, which: list[Any], revision: Any, notice: str, now: datetime) -> int:
    same = {
        "op": Op.WORDS.value,
        "state": State.QUEUED.value,
        "silent": True,
        "notice": notice,
        "queued_at": now,
        "not_before": now,
    }
    column = deliveries.c
    revision = literal(revision, column.revision.type) if isinstance(revision, int) else revision
    places = (
        select(
            d.c.chat_id, d.c.thread_id, d.c.post_id, revision, d.c.lane,
            *(literal(value, column[name].type) for name, value in same.items()),
        )
        .join_from(d, chats, chats.c.id == d.c.chat_id)
        .where(*which)
    )  # fmt: skip
    names = ["chat_id", "thread_id", "post_id", "revision", "lane", *same]
    statement = insert_into(conn, deliveries).from_select(names, places)
    given = statement.excluded
    again: dict[str, Any] = {name: given[name] for name in ("state", "lane", "silent", "queued_at", "not_before")}
    # what was turned round and is paid for too is done for either reason
    again["notice"] = case((given.notice == "", column.notice), else_=given.notice)
    again |= {"parts": "[]", "maybe_repeat": False, "attempts": 0, "error": "", "settled_at": null()}
    statement = statement.on_conflict_do_update(index_elements=_KEY, set_=again)
    return (await conn.execute(statement, execution_options={"preserve_rowcount": True})).rowcount


def _at(place: Place) -> tuple[Any, ...]:
    post_id, revision, language = place
    r = renditions.c
    return r.post_id == post_id, r.revision == revision, r.language == language


# ------------------------------------------------------------------ words as JSON


def to_json(words: Words) -> str:
    """As kept."""
    return json.dumps(
        {
            "sign": words.sign,
            "headline": words.headline,
            "facts": [list(fact) for fact in words.facts],
            "translation": [[piece.kind.value, piece.text] for piece in words.translation],
            "by": list(words.by),
            "why": words.why,
            "promised": words.promised,
            "short": [words.short.text, words.short.by] if words.short else None,
        },
        ensure_ascii=False,
    )


def from_json(text: str) -> Words | None:
    """The reverse; None for ""."""
    if not text:
        return None
    kept = json.loads(text)
    short = kept.get("short")
    return Words(
        kept["sign"],
        kept["headline"],
        tuple((Fact(name), value) for name, value in kept["facts"]),
        tuple(Piece(PieceKind(kind), said) for kind, said in kept["translation"]),
        tuple(kept["by"]),
        kept["why"],
        kept["promised"],
        Short(*short) if short else None,
    )
