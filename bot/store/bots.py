"""Which bot's messages the database speaks of. Another bot cannot edit them: their ids mean other messages to it."""

import json
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import FOREIGN, Op, SentPart, State
from bot.store.deliveries import FOREIGN_PARTS, parts_from_json, parts_to_json
from bot.store.inserting import insert_into
from bot.store.tables import deliveries, site_state

#: Where the bot's id is kept.
_SITE, _NAME = "telegram-bot", "sending"
#: Deliveries looked at in one transaction.
CHUNK = 5000


async def sending(conn: AsyncConnection) -> str | None:
    """The id of the bot that sent last, None when none is known."""
    kept = select(site_state.c.value).where(site_state.c.site == _SITE, site_state.c.name == _NAME)
    text = (await conn.execute(kept)).scalar_one_or_none()
    return None if text is None else str(json.loads(text))


async def note(conn: AsyncConnection, bot_id: str, now: datetime) -> None:
    """From now on this bot sends."""
    changed = {"value": json.dumps(bot_id), "updated_at": now}
    statement = insert_into(conn, site_state).values(site=_SITE, name=_NAME, **changed)
    await conn.execute(statement.on_conflict_do_update(index_elements=["site", "name"], set_=changed))


async def span(conn: AsyncConnection) -> tuple[int, int]:
    """The least and the greatest id of a delivery, (1, 0) when there is none."""
    # apart, so that either is one look into the key
    first = (await conn.execute(select(func.min(deliveries.c.id)))).scalar_one()
    last = (await conn.execute(select(func.max(deliveries.c.id)))).scalar_one()
    return (1, 0) if first is None else (first, last)


async def disown(conn: AsyncConnection, after: int) -> int:
    """Forget the message ids of the ``CHUNK`` deliveries behind this id: they stay as told, by another bot. How many
    there were. Done again, it changes nothing.
    """
    d = deliveries
    here = (d.c.id > after) & (d.c.id <= after + CHUNK) & (d.c.parts != "[]") & (d.c.parts != FOREIGN_PARTS)
    # a post that waits with a part of it sent goes on where it stood: the number of its parts counts
    begun = [State.QUEUED.value, State.UNSURE.value, State.SENDING.value]
    rows = (await conn.execute(select(d.c.id, d.c.op, d.c.parts).where(here, d.c.state.in_(begun)))).all()
    for delivery_id, op, text in rows:
        parts = [SentPart((), FOREIGN) for _ in parts_from_json(text)] if op == Op.SEND.value else []
        await conn.execute(update(d).where(d.c.id == delivery_id).values(parts=parts_to_json(parts)))
    done = await conn.execute(update(d).where(here, d.c.state.not_in(begun)).values(parts=FOREIGN_PARTS))
    return done.rowcount + len(rows)
