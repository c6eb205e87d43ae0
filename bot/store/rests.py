"""The rests that Telegram asked for (429), kept so that a restart does not end them early."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.inserting import insert_into
from bot.store.tables import site_state

#: Where they are kept in ``site_state``.
_SITE = "telegram"
#: Telegram's real rests are below a day; a longer one was asked for by a server, or written by a clock, that is wrong.
LONGEST_REST = timedelta(days=1)
#: Names in one IN (…), far below what either database takes.
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Rest:
    """A chat (Telegram's id; 0: the whole bot) is not to be written to before ``until``; so it was asked at ``asked_at``."""

    telegram_id: int
    until: datetime
    asked_at: datetime


async def save(conn: AsyncConnection, resting: Sequence[Rest]) -> None:
    """Keep rests across a restart. A longer one that is kept already stays, unless it was written by a clock that was
    ahead: then the two cannot be told apart, and the newer one holds.
    """
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
                where=or_(site_state.c.value < row.excluded.value, site_state.c.updated_at > row.excluded.updated_at),
            )
        )


async def rests(conn: AsyncConnection, now: datetime) -> dict[int, datetime]:
    """The rests that still hold, by Telegram's chat id; those that are over are forgotten. One that was written by a clock
    that is ahead of this one lasts from now on for as long as it was meant to; none lasts longer than ``LONGEST_REST``.
    """
    columns = (site_state.c.name, site_state.c.value, site_state.c.updated_at)
    found = await conn.execute(select(*columns).where(site_state.c.site == _SITE))
    kept: dict[int, datetime] = {}
    for name, value, written in found:
        until = datetime.fromisoformat(json.loads(value))
        kept[int(name)] = min(written, now) + min(until - written, LONGEST_REST)
    over = [str(chat) for chat, until in kept.items() if until <= now]
    for start in range(0, len(over), _CHUNK):
        some = over[start : start + _CHUNK]
        await conn.execute(delete(site_state).where(site_state.c.site == _SITE, site_state.c.name.in_(some)))
    return {chat: until for chat, until in kept.items() if until > now}
