"""The language of a forum's topic, where somebody chose one for it; any other topic has its chat's."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.inserting import insert_into
from bot.store.tables import topics


async def language(conn: AsyncConnection, chat_id: int, thread_id: int) -> str:
    """The topic's own language (BCP 47); "" where it has its chat's (our id)."""
    found = select(topics.c.language).where(*_at(chat_id, thread_id))
    return str((await conn.execute(found)).scalar_one_or_none() or "") if thread_id else ""


async def set_language(conn: AsyncConnection, chat_id: int, thread_id: int, tag: str) -> None:
    """Give a topic a language of its own; "" takes it back."""
    if not tag:
        await conn.execute(delete(topics).where(*_at(chat_id, thread_id)))
        return
    row = {"chat_id": chat_id, "thread_id": thread_id, "language": tag}
    statement = insert_into(conn, topics).values(row)
    await conn.execute(
        statement.on_conflict_do_update(index_elements=["chat_id", "thread_id"], set_={"language": tag})
    )


async def of_chats(conn: AsyncConnection, chat_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """The topics with a language of their own, by chat (our ids), in order."""
    t = topics.c
    found = select(t.chat_id, t.thread_id, t.language).where(t.chat_id.in_(chat_ids)).order_by(t.chat_id, t.thread_id)
    told: dict[int, list[tuple[int, str]]] = {}
    for chat_id, thread_id, tag in await conn.execute(found):
        told.setdefault(chat_id, []).append((thread_id, tag))
    return told


def _at(chat_id: int, thread_id: int) -> tuple[ColumnElement[bool], ...]:
    return topics.c.chat_id == chat_id, topics.c.thread_id == thread_id
