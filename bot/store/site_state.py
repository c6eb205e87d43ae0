"""What is kept for a whole site (visitor cookies, a rest until): the database behind fetching's ``Keep``."""

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.inserting import insert_into
from bot.store.tables import site_state

#: A host name has at most 253 characters (RFC 1035); PostgreSQL holds the column to this.
LONGEST_SITE = 255


#: What fetching keeps for each host that ever refused. What a source keeps for itself (cookies) has no such end.
_REST = "rest"


async def purge(conn: AsyncConnection, before: datetime) -> int:
    """Forget the rests of hosts last written before ``before``, which must be longer ago than any rest lasts (24 h):
    a host that is asked no more would be remembered for ever. Gives the number of rows.
    """
    old = delete(site_state).where(site_state.c.name == _REST, site_state.c.updated_at < before)
    return (await conn.execute(old)).rowcount


class SiteKeep:
    """Small JSON values kept for a site across restarts."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    async def load(self, site: str, name: str) -> object | None:
        """Give the value, None when there is none."""
        site = site[:LONGEST_SITE]
        kept = select(site_state.c.value).where(site_state.c.site == site, site_state.c.name == name)
        async with self._db.read() as conn:
            text = (await conn.execute(kept)).scalar_one_or_none()
        return None if text is None else json.loads(text)

    async def save(self, site: str, name: str, value: object) -> None:
        """Keep the value; None forgets it."""
        site = site[:LONGEST_SITE]
        async with self._db.begin() as conn:
            if value is None:
                gone = delete(site_state).where(site_state.c.site == site, site_state.c.name == name)
                await conn.execute(gone)
                return
            changed = {"value": json.dumps(value), "updated_at": self._clock()}
            statement = insert_into(conn, site_state).values(site=site, name=name, **changed)
            await conn.execute(statement.on_conflict_do_update(index_elements=["site", "name"], set_=changed))
