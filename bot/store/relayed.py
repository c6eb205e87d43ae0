"""Posts of all accounts that may be shown to who looks for them: what chats were told of, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.posts import CHUNK, FIRST_LOOK
from bot.store.tables import posts, revisions


@dataclass(frozen=True, slots=True)
class Relayed:
    """A post that chats were told of, or that stood on an account's page at the first look, without its words."""

    post_id: int
    account_id: int
    revision: int
    #: "current" or "cancelled".
    state: str


async def newest(conn: AsyncConnection, limit: int) -> list[Relayed]:
    """Give the newest posts of all accounts that stand or were lifted, by when they were seen first, newest first. Of
    all posts the newest ``4 * limit`` are looked at: tests and what was updated since count as well.
    """
    p = posts.c
    last = (await conn.execute(select(func.max(p.id)))).scalar() or 0
    found = (
        select(p.id, p.account_id, p.revision, p.state)
        .where(p.id > last - 4 * limit, p.state.in_(("current", "cancelled")), p.why_not.in_(("", FIRST_LOOK)))
        .order_by(p.id.desc())
        .limit(limit)
    )
    return [Relayed(*row) for row in await conn.execute(found)]


async def contents(conn: AsyncConnection, post_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Give the current revision of these posts, by number and as JSON (``codec.post_from_json``)."""
    found: dict[int, tuple[int, str]] = {}
    for start in range(0, len(post_ids), CHUNK):
        rows = (
            select(posts.c.id, revisions.c.number, revisions.c.content)
            .join_from(
                posts, revisions, (revisions.c.post_id == posts.c.id) & (revisions.c.number == posts.c.revision)
            )
            .where(posts.c.id.in_(post_ids[start : start + CHUNK]))
        )
        found.update({post_id: (number, text) for post_id, number, text in await conn.execute(rows)})
    return found
