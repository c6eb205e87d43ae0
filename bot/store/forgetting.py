"""Everything of one chat, shown before it goes, and gone when the chat says so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Table, cast, delete, func, literal, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Op, State
from bot.store.tables import (
    chat_places,
    chats,
    choices,
    deliveries,
    manners,
    metadata,
    mutes,
    reports,
    subscriptions,
)

#: ``chats.state`` of what is left for a day; no request of it can be on its way by then.
FORGOTTEN = "forgotten"
#: A forgotten chat's number, so that the true one is free at once: no chat of Telegram has more than 52 bits.
_NOBODY = -(2**60)
#: Why a notice without words is not said.
TAKEN_BACK = "what it said was taken back"
#: Values in one IN (…), far below what either database takes.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Holding:
    """What is kept of a chat, counted."""

    subscriptions: int
    #: Messages that the bot sent there, or is about to.
    messages: int
    #: What its readers wrote to those who run the bot.
    reports: int
    #: Events that are muted there.
    mutes: int
    #: Places that were set.
    places: int = 0
    #: Topics that are told in a way of their own.
    manners: int = 0


async def held(conn: AsyncConnection, chat_id: int) -> Holding:
    """Count what is kept of a chat (our id)."""

    async def count(table: Table) -> int:
        mine = select(func.count()).select_from(table).where(table.c.chat_id == chat_id)
        return int((await conn.execute(mine)).scalar_one())

    tables = (subscriptions, deliveries, reports, mutes, chat_places, manners)
    counted = [await count(table) for table in tables]
    return Holding(*counted)


async def forget(conn: AsyncConnection, chat_id: int, now: datetime) -> bool:
    """Delete everything of a chat (our id). False: there is no such chat.

    Its number and the rows of messages that may be on their way just now stay for a day (see ``purge``), empty and
    nobody's: SQLite gives the id of a deleted last row again, and an answer would be written to a stranger.
    """
    telegram_id = (await conn.execute(select(chats.c.telegram_id).where(chats.c.id == chat_id))).scalar_one_or_none()
    if telegram_id is None:
        return False
    await _take_back_words(conn, chat_id, now)
    for table in _of_chats():
        if table is not deliveries:
            await conn.execute(delete(table).where(_chat_of(table) == chat_id))
    await conn.execute(delete(choices).where(choices.c.telegram_id == telegram_id))
    d = deliveries.c
    newest = select(func.max(d.id)).scalar_subquery()
    await conn.execute(delete(deliveries).where(d.chat_id == chat_id, d.state != State.SENDING.value, d.id < newest))
    await conn.execute(update(deliveries).where(d.chat_id == chat_id).values(**_emptied(now)))
    nobody = {"telegram_id": _NOBODY - chat_id, "kind": "private", "state": FORGOTTEN, "created_at": now}
    await conn.execute(update(chats).where(chats.c.id == chat_id).values({**_as_at_first(chats), **nobody}))
    return True


async def purge(conn: AsyncConnection, before: datetime) -> int:
    """Delete what is left of chats forgotten before then; gives how many."""
    old = (chats.c.state == FORGOTTEN) & (chats.c.created_at < before)
    return (await conn.execute(delete(chats).where(old))).rowcount


async def _take_back_words(conn: AsyncConnection, chat_id: int, now: datetime) -> None:
    """What its readers wrote lies in notices of the operators' chat, which are not this chat's. One that is on its way
    just now arrives or does not; without its words it is not said again.
    """
    mine = select(reports.c.delivery_id).where(reports.c.chat_id == chat_id)
    theirs = (await conn.execute(mine)).scalars().all()
    d = deliveries.c
    for start in range(0, len(theirs), _CHUNK):
        some = d.id.in_(theirs[start : start + _CHUNK])
        waiting = some & d.state.in_([State.QUEUED.value, State.UNSURE.value])
        ended = {"state": State.SKIPPED.value, "error": TAKEN_BACK, "settled_at": now}
        await conn.execute(update(deliveries).where(waiting).values(ended))
        await conn.execute(update(deliveries).where(some).values(notice=""))


def _of_chats() -> list[Table]:
    """Every table whose rows belong to a chat: one that comes later is not forgotten here."""
    return [
        table for table in metadata.tables.values() if any(key.column.table is chats for key in table.foreign_keys)
    ]


def _chat_of(table: Table) -> ColumnElement[int]:
    return next(key.parent for key in table.foreign_keys if key.column.table is chats)


def _as_at_first(table: Table) -> dict[str, object]:
    """Every column but the key as a new row has it, those without a default left out: one that comes later, too."""
    return {column.name: _default(column) for column in table.c if not column.primary_key and _has_default(column)}


def _has_default(column: Column[Any]) -> bool:
    return column.nullable or column.default is not None or column.server_default is not None


def _default(column: Column[Any]) -> object:
    default: Any = column.default if column.default is not None else column.server_default
    if default is None:
        return null()
    # the database's own is SQL, or a text that it reads as the column's type
    is_text = column.default is None and isinstance(default.arg, str)
    return cast(literal(default.arg, String), column.type) if is_text else default.arg


def _emptied(now: datetime) -> dict[str, object]:
    return {
        "post_id": None,
        "thread_id": 0,
        "op": Op.NOTICE.value,
        "state": State.SKIPPED.value,
        "notice": "",
        "parts": "[]",
        "error": "",
        "subscription_id": None,
        "settled_at": now,
    }
