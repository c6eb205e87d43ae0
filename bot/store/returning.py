"""What a chat that was paused shows, against what is true by now: the changes that it missed are queued, once it is back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, exists, literal, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op, State
from bot.store.inserting import insert_into
from bot.store.tables import deliveries, posts

#: What was said longer ago, or before so many other messages, is history and stays as it is.
LOOKED_BACK, MESSAGES = timedelta(days=30), 1000
_KEY = ("chat_id", "thread_id", "post_id", "revision", "op")


async def put_right(conn: AsyncConnection, chat_id: int, marks: Mapping[str, tuple[str, str]], now: datetime) -> int:
    """Queue an edit for each message of a chat (our id) that shows an earlier version of its post, and a mark for each
    whose post was superseded, lifted or removed since; without a sound or a reply. Gives the number of rows.

    ``marks``: a post's state to the phrase by which such a mark is known, and to its whole notice.
    """
    d, p = _said(chat_id, now - LOOKED_BACK), posts
    older = (d.c.rendered_revision < p.c.revision) & (p.c.state != "withdrawn")
    queued = await _queue(conn, d, Op.EDIT, "", [older], now)
    for state, (phrase, notice) in marks.items():
        m = deliveries.alias("marked")
        is_marked = exists().where(
            m.c.chat_id == d.c.chat_id,
            m.c.thread_id == d.c.thread_id,
            m.c.post_id == d.c.post_id,
            m.c.op == Op.MARK.value,
            m.c.state != State.FAILED.value,
            m.c.notice.contains(phrase, autoescape=True),
        )
        queued += await _queue(conn, d, Op.MARK, notice, [p.c.state == state, ~is_marked], now)
    # the translation of what it was shown without may have come meanwhile
    return queued + await _queue(conn, d, Op.WORDS, "", [d.c.owed != ""], now)


def _said(chat_id: int, since: datetime) -> Subquery:
    d = deliveries.c
    which = (d.chat_id == chat_id, d.op == Op.SEND.value, d.parts != "[]", d.queued_at >= since)
    newest = (
        select(d.chat_id, d.thread_id, d.post_id, d.rendered_revision, d.owed).where(*which).order_by(d.id.desc())
    )
    return newest.limit(MESSAGES).subquery("said")


async def _queue(
    conn: AsyncConnection, d: Any, op: Op, notice: str, which: list[ColumnElement[bool]], now: datetime
) -> int:
    same = {
        "op": op.value,
        "state": State.QUEUED.value,
        "lane": int(Lane.ROUTINE),
        "silent": True,
        "notice": notice,
        "queued_at": now,
        "not_before": now,
    }
    places = (
        select(
            d.c.chat_id,
            d.c.thread_id,
            d.c.post_id,
            posts.c.revision,
            *(literal(value, deliveries.c[name].type) for name, value in same.items()),
        )
        .join_from(d, posts, posts.c.id == d.c.post_id)
        .where(*which)
        .distinct()
    )
    statement = insert_into(conn, deliveries).from_select(
        ["chat_id", "thread_id", "post_id", "revision", *same], places
    )
    given = statement.excluded
    anew: dict[str, Any] = {
        name: given[name] for name in ("state", "lane", "silent", "notice", "queued_at", "not_before")
    }
    anew |= {"parts": "[]", "maybe_repeat": False, "attempts": 0, "error": "", "settled_at": null()}
    # what failed while the chat was away is made anew
    statement = statement.on_conflict_do_update(index_elements=_KEY, set_=anew, where=deliveries.c.state != "queued")
    return (await conn.execute(statement, execution_options={"preserve_rowcount": True})).rowcount
