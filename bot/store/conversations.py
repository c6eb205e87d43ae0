"""What somebody was asked in a chat and topic, so that their next words there are understood, through any restart."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.inserting import insert_into
from bot.store.tables import conversations

#: An hour: long enough to look something up, short enough that words said later are not taken for an answer.
GOOD_FOR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody in a chat (our id) and topic; ``user_id`` is Telegram's, 0 for whoever writes in a channel."""

    chat_id: int
    thread_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked. ``question_id`` is the message that asks, 0 while it is on its way."""

    step: str
    payload: Mapping[str, Any]
    question_id: int


async def put(conn: AsyncConnection, who: Who, asked: Conversation, now: datetime) -> None:
    """Remember what somebody was asked, in place of what they were asked before."""
    values = {
        "step": asked.step,
        "payload": json.dumps(asked.payload),
        "question_id": asked.question_id,
        "expires_at": now + timedelta(seconds=GOOD_FOR_S),
    }
    key = {"chat_id": who.chat_id, "thread_id": who.thread_id, "user_id": who.user_id}
    statement = insert_into(conn, conversations).values(**key, **values)
    await conn.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


async def get(conn: AsyncConnection, who: Who, now: datetime) -> Conversation | None:
    """What somebody was asked and has not answered; None for nothing, or too long ago."""
    asked = select(conversations.c.step, conversations.c.payload, conversations.c.question_id)
    row = (await conn.execute(asked.where(*_of(who), conversations.c.expires_at > now))).first()
    return None if row is None else Conversation(row[0], json.loads(row[1]), row[2])


async def by_question(
    conn: AsyncConnection, chat_id: int, thread_id: int, question_id: int, now: datetime
) -> Conversation | None:
    """What a message asks, whomever it asks."""
    c = conversations.c
    place = (c.chat_id == chat_id, c.thread_id == thread_id, c.question_id == question_id, c.expires_at > now)
    row = (await conn.execute(select(c.step, c.payload, c.question_id).where(*place))).first()
    return None if row is None else Conversation(row[0], json.loads(row[1]), row[2])


async def end(conn: AsyncConnection, who: Who) -> bool:
    """Nothing is asked any more. True when something was."""
    return (await conn.execute(delete(conversations).where(*_of(who)))).rowcount > 0


async def purge(conn: AsyncConnection, now: datetime) -> int:
    """Forget what was never answered; give how many."""
    return (await conn.execute(delete(conversations).where(conversations.c.expires_at <= now))).rowcount


def _of(who: Who) -> tuple[ColumnElement[bool], ...]:
    c = conversations.c
    return (c.chat_id == who.chat_id, c.thread_id == who.thread_id, c.user_id == who.user_id)
