"""Messages that Telegram is paid for, counted by day before they go."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.inserting import insert_into
from bot.store.tables import paid_messages


async def reserve(conn: AsyncConnection, day: str, wanted: int, most: int) -> int:
    """Reserve up to ``wanted`` messages of a UTC day's ``most``; gives how many there were left to reserve."""
    await conn.execute(insert_into(conn, paid_messages).values(day=day, messages=0).on_conflict_do_nothing())
    # locks the row, so that two processes cannot both take the rest
    await conn.execute(
        update(paid_messages).where(paid_messages.c.day == day).values(messages=paid_messages.c.messages)
    )
    spent = await reserved(conn, day)
    got = max(0, min(wanted, most - spent))
    await conn.execute(update(paid_messages).where(paid_messages.c.day == day).values(messages=spent + got))
    return got


async def reserved(conn: AsyncConnection, day: str) -> int:
    """How many messages of a day were reserved."""
    found = await conn.execute(select(paid_messages.c.messages).where(paid_messages.c.day == day))
    return found.scalar_one_or_none() or 0
