"""Messages that list several posts, a line each: which deliveries one stands for, as it is asked about in its chat."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import LISTED, State
from bot.store import coverages
from bot.store.deliveries import LOOKED_THROUGH
from bot.store.tables import deliveries

#: Values in one IN (…), far below what either database takes.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Summary:
    """``notice``: what the message was made of, "" when that is not known any more; ``listed``: ids of deliveries."""

    notice: str
    listed: tuple[int, ...]


async def of_message(conn: AsyncConnection, chat_id: int, message_id: int) -> Summary | None:
    """What a message of ours lists in this chat; None for one that lists nothing, or is not known (any more). As many
    deliveries are looked through as by ``deliveries.of_message``.
    """
    d = deliveries.c
    arrived = (
        select(d.id, d.post_id, d.notice, d.parts)
        .where(d.chat_id == chat_id, d.state.in_([state.value for state in State]), d.parts != "[]")
        .order_by(d.id.desc())
        .limit(LOOKED_THROUGH)
    )
    there = [(row, _form(row.parts, message_id)) for row in await conn.execute(arrived)]
    notices = [row for row, form in there if form is not None and row.post_id is None]
    if not notices:
        listed = [row.id for row, form in there if form == LISTED]
        return Summary("", tuple(listed)) if listed else None
    named = [each for row in notices for each in await _named(conn, row.notice)]
    listed = await _told(conn, list(dict.fromkeys(named)))
    return Summary(notices[0].notice, tuple(listed)) if listed else None


def _form(parts: str, message_id: int) -> str | None:
    """What this message is to a delivery with these parts, None where it is none of its messages."""
    return next((part["form"] for part in json.loads(parts) if message_id in part["message_ids"]), None)


async def _named(conn: AsyncConnection, notice: str) -> list[int]:
    says = json.loads(notice) if notice else {}
    live = says.get("live")
    if live is None:
        return list(says.get("listed", ()))
    root = await coverages.root(conn, live["root"]) if "root" in live else None
    return list(root.listed if root is not None else live.get("listed", ()))


async def _told(conn: AsyncConnection, delivery_ids: list[int]) -> list[int]:
    """Those that were told of so and in no other way, in their order."""
    d = deliveries.c
    told: set[int] = set()
    for start in range(0, len(delivery_ids), _CHUNK):
        some = d.id.in_(delivery_ids[start : start + _CHUNK])
        told.update((await conn.execute(select(d.id).where(some, d.state == State.EXPIRED.value))).scalars())
    return [each for each in delivery_ids if each in told]
