"""The rests that Telegram asked for (429), kept so that a restart does not end them early."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.inserting import insert_into
from bot.store.tables import site_state

#: Where they are kept in ``site_state``.
_SITE = "telegram"
#: Names in one IN (…), far below what either database takes.
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Rest:
    """A chat (Telegram's id; 0: the whole bot) is not to be written to before ``until``; so it was asked at ``asked_at``."""

    telegram_id: int
    until: datetime
    asked_at: datetime


async def save(conn: AsyncConnection, resting: Sequence[Rest]) -> None:
    """Keep rests across a restart. A longer one that is kept already stays."""
    for each in resting:
        # all of one length and in UTC, so that the database can tell the later one
        value = json.dumps(each.until.astimezone(UTC).isoformat(timespec="microseconds"))
        row = insert_into(conn, site_state).values(
            site=_SITE, name=str(each.telegram_id), value=value, updated_at=each.asked_at
        )
        await conn.execute(
            row.on_conflict_do_update(
                index_elements=["site", "name"],
                set_={"value": row.excluded.value, "updated_at": row.excluded.updated_at},
                where=site_state.c.value < row.excluded.value,
            )
        )


async def rests(conn: AsyncConnection, now: datetime) -> dict[int, datetime]:
    """The rests that still hold, by Telegram's chat id; those that are over are forgotten. One that was written by a clock
    that is ahead of this one lasts from now on for as long as it was meant to.
    """
    columns = (site_state.c.name, site_state.c.value, site_state.c.updated_at)
    found = await conn.execute(select(*columns).where(site_state.c.site == _SITE))
    kept: dict[int, datetime] = {}
    for name, value, written in found:
        until = datetime.fromisoformat(json.loads(value))
        kept[int(name)] = until if written <= now else now + (until - written)
    over = [str(chat) for chat, until in kept.items() if until <= now]
    for start in range(0, len(over), _CHUNK):
        some = over[start : start + _CHUNK]
        await conn.execute(delete(site_state).where(site_state.c.site == _SITE, site_state.c.name.in_(some)))
    return {chat: until for chat, until in kept.items() if until > now}
