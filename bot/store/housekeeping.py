"""What is thrown away by and by, so that the database does not grow for ever: old posts, settled notices, old buttons."""

from datetime import datetime, timedelta

from bot.store import choices, deliveries, trimming
from bot.store.database import Database

#: Posts and notices are kept this long. Feeds' entries older than 30 days are no news, so none comes back as one.
KEPT = timedelta(days=90)


async def tidy(db: Database, now: datetime) -> int:
    """Throw away what nobody needs any more, in short transactions; gives the number of rows."""
    gone = 0
    while True:
        async with db.begin() as conn:
            trimmed = await trimming.trim(conn, now - KEPT, now)
        gone += trimmed
        if trimmed < trimming.AT_ONCE:
            break
    async with db.begin() as conn:
        gone += await deliveries.trim(conn, now - KEPT)
        gone += await choices.purge(conn, now)
    return gone
