"""Taking back deliveries that no chat has seen anything of yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Op, State
from bot.store.tables import deliveries


async def withdraw_queued(conn: AsyncConnection, post_ids: Sequence[int], now: datetime, reason: str) -> int:
    """Settle as SKIPPED every SEND of these posts that was never tried: its alert was lifted or removed meanwhile.

    One that is being sent, or whose answer was lost, stays: the chat may have it, and must be told of the lifting.
    """
    done = await conn.execute(
        update(deliveries)
        .where(
            deliveries.c.post_id.in_(post_ids),
            deliveries.c.op == Op.SEND.value,
            deliveries.c.state == State.QUEUED.value,
            deliveries.c.parts == "[]",
            deliveries.c.maybe_repeat.is_(False),
        )
        .values(state=State.SKIPPED.value, settled_at=now, error=reason)
    )
    return done.rowcount
