"""What readers wrote to those who run the bot, and where an answer to it goes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Op
from bot.store.deliveries import parts_from_json
from bot.store.storable import storable
from bot.store.tables import chats, deliveries, reports


@dataclass(frozen=True, slots=True)
class Report:
    """``chat_id`` is ours, of the reader; ``beginning`` is how the report began."""

    chat_id: int
    thread_id: int
    beginning: str


async def add(
    conn: AsyncConnection,
    chat_id: int,
    thread_id: int,
    message_id: int,
    delivery_id: int,
    beginning: str,
    now: datetime,
) -> None:
    """Keep which notice took a reader's message to the operators. Raises IntegrityError for one that is kept already."""
    values = {
        "chat_id": chat_id,
        "thread_id": thread_id,
        "message_id": message_id,
        "delivery_id": delivery_id,
        "beginning": storable(beginning),
        "made_at": now,
    }
    await conn.execute(insert(reports).values(values))


async def is_kept(conn: AsyncConnection, chat_id: int, message_id: int) -> bool:
    """Tell whether this message of the chat (our id) was taken to the operators."""
    found = select(reports.c.id).where(reports.c.chat_id == chat_id, reports.c.message_id == message_id)
    return (await conn.execute(found)).first() is not None


async def count(conn: AsyncConnection, chat_id: int, since: datetime) -> int:
    """How many a chat (our id) wrote since then."""
    mine = (reports.c.chat_id == chat_id, reports.c.made_at >= since)
    return int((await conn.execute(select(func.count()).select_from(reports).where(*mine))).scalar_one())


async def behind(conn: AsyncConnection, operators_chat: int, message_id: int) -> Report | None:
    """The report that a message in the operators' chat (Telegram's id) brought, None when it brought none."""
    found = (
        select(reports.c.chat_id, reports.c.thread_id, reports.c.beginning, deliveries.c.parts)
        .join(deliveries, deliveries.c.id == reports.c.delivery_id)
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .where(*_may_be(operators_chat, message_id))
    )
    for *report, parts in await conn.execute(found):
        if _is_one_of(message_id, parts):
            return Report(*report)
    return None


async def was_taken_back(conn: AsyncConnection, operators_chat: int, message_id: int) -> bool:
    """Tell whether a message in the operators' chat brought a report whose reader had everything deleted since."""
    found = (
        select(deliveries.c.parts)
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .where(*_may_be(operators_chat, message_id), deliveries.c.op == Op.NOTICE.value, deliveries.c.notice == "")
    )
    return any(_is_one_of(message_id, parts) for parts in (await conn.execute(found)).scalars())


def _may_be(operators_chat: int, message_id: int) -> tuple[ColumnElement[bool], ...]:
    """A long report comes in two messages; a digit too many is sorted out by ``_is_one_of``."""
    return chats.c.telegram_id == operators_chat, deliveries.c.parts.contains(str(message_id))


def _is_one_of(message_id: int, parts: str) -> bool:
    return any(message_id in part.message_ids for part in parts_from_json(parts))
