"""The places of all chats, kept ready between posts beside the database, which alone says who set which; and what a post's
ground comes to for them.

At each use the places that were set since the last one are read. Those that nobody has any more stay for some hours: no row
of the database answers to them. A transaction of PostgreSQL may show a row some time after the moment that it bears, so
the last minutes are read again each time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.geo.china import Units
from bot.matching.grounds import NOWHERE, Grounds, grounds_of
from bot.matching.nearness import PlaceIndex, new_units
from bot.model.post import Post
from bot.model.reading import Reading
from bot.store import chat_places
from bot.store.database import Database

#: Far longer than a transaction that sets a place lasts, and than the clocks of two machines differ.
OVERLAP = timedelta(minutes=5)
#: Then all are read anew, and those that nobody has are gone.
KEPT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Near:
    """For whom a post is meant. ``met``: keys of the places that it touches; ``proved``: it is meant for no other."""

    met: frozenset[str]
    proved: bool
    grounds: Grounds = NOWHERE


class Places:
    """The places as they stood when they were read last."""

    def __init__(self, index: PlaceIndex, read_at: datetime) -> None:
        self._index = index
        self._read_at = read_at

    def __len__(self) -> int:
        return len(self._index)

    def near(self, post: Post, reading: Reading | None) -> Near:
        """What a post comes to. In a thread."""
        grounds = grounds_of(post, reading)
        return Near(frozenset(self._index.met(grounds)), grounds.proved, grounds)

    async def brought_up(self, conn: AsyncConnection, near: Near) -> Near:
        """The same with the places that were set since, as this transaction sees them."""
        newer = [
            each for each in await chat_places.since(conn, self._read_at - OVERLAP) if each.key not in self._index
        ]
        if not newer:
            return near
        await asyncio.to_thread(self._index.add, newer)
        met = await asyncio.to_thread(self._index.met, near.grounds)
        return Near(frozenset(met), near.proved, near.grounds)


class Nearing:
    """Holds the places of all chats."""

    def __init__(self, clock: Callable[[], datetime], units: Units | None = None) -> None:
        self._clock = clock
        self._units = units or new_units()
        self._index: PlaceIndex | None = None
        self._all_read_at = self._read_at = clock()
        self._reading = asyncio.Lock()

    async def of(self, db: Database) -> Places:
        """The places as they stand in the database now."""
        async with self._reading:
            now = self._clock()
            if self._index is None or now - self._all_read_at > KEPT:
                self._index, self._all_read_at = await self._all(db), now
            else:
                async with db.read() as conn:
                    newer = await chat_places.since(conn, self._read_at - OVERLAP)
                if newer:
                    await asyncio.to_thread(self._index.add, newer)
            self._read_at = now
            return Places(self._index, now)

    async def _all(self, db: Database) -> PlaceIndex:
        index, after = PlaceIndex(self._units), ""
        while True:
            async with db.read() as conn:
                some = await chat_places.page(conn, after)
            await asyncio.to_thread(index.add, some)
            if len(some) < chat_places.PAGE:
                return index
            after = some[-1].key
