"""What is thrown away by and by, so that the database does not grow for ever: old posts, settled notices, old buttons,
rests of hosts, accounts that nobody follows.
"""

from datetime import datetime, timedelta

from bot.store import choices, deliveries, site_state, translations, trimming
from bot.store.database import Database

#: Posts and notices are kept this long. Feeds' entries older than 30 days are no news, so none comes back as one.
KEPT = timedelta(days=90)


#: A host's rest lasts a day at most; a week leaves room to look into it.
RESTS_KEPT = timedelta(days=7)


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
        gone += await translations.trim(conn, now - KEPT)
        gone += await site_state.purge(conn, now - RESTS_KEPT)
    while True:
        async with db.begin() as conn:
            forgotten = await trimming.forget_accounts(conn, now - KEPT)
        gone += forgotten
        if forgotten < trimming.ACCOUNTS_AT_ONCE:
            break
    return gone
