"""Posts about one event: all of them name the first one as their root, below which a chat's replies hang."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import posts

#: Posts of one event that are looked at, and values in one IN (…): SQLite before 3.32 takes at most 999 variables.
CHUNK = 400


async def of_event(conn: AsyncConnection, root_id: int) -> list[int]:
    """Give the ids of the first post and of the newest ``CHUNK`` others of an event."""
    later = select(posts.c.id).where(posts.c.root_id == root_id).order_by(posts.c.id.desc()).limit(CHUNK)
    return [root_id, *(await conn.execute(later)).scalars()]


async def join_events(conn: AsyncConnection, root_ids: Sequence[int], into: int) -> None:
    """Make the events that began with these posts part of another one."""
    for start in range(0, len(root_ids), CHUNK):
        some = root_ids[start : start + CHUNK]
        same = or_(posts.c.id.in_(some), posts.c.root_id.in_(some))
        await conn.execute(update(posts).where(same).values(root_id=into))
