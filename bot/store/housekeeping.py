"""What is thrown away by and by, so that the database does not grow for ever: old posts, settled notices, old buttons,
rests of hosts, accounts that nobody follows.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import choices, conversations, deliveries, forgetting, mutes, site_state, translations, trimming
from bot.store.database import Database

#: Posts and notices are kept this long. Feeds' entries older than 30 days are no news, so none comes back as one.
KEPT = timedelta(days=90)
#: What is left of a chat that was forgotten is empty; no request of it can be on its way after a day.
FORGOTTEN_KEPT = timedelta(days=1)
#: A host's rest lasts a day at most; a week leaves room to look into it.
RESTS_KEPT = timedelta(days=7)


async def tidy(db: Database, now: datetime) -> int:
    """Throw away what nobody needs any more, in short transactions; gives the number of rows."""
    gone = await _trim_posts(db, now)
    gone += await _in_pieces(db, lambda conn: deliveries.trim(conn, now - KEPT), deliveries.TRIMMED)
    async with db.begin() as conn:
        gone += await choices.purge(conn, now)
        gone += await mutes.purge(conn, now)
        gone += await conversations.purge(conn, now)
        gone += await forgetting.purge(conn, now - FORGOTTEN_KEPT)
        gone += await translations.trim(conn, now - KEPT)
        gone += await site_state.purge(conn, now - RESTS_KEPT)
    return gone + await _forget_accounts(db, now)


async def _trim_posts(db: Database, now: datetime) -> int:
    gone = 0
    while True:
        async with db.read() as conn:
            old = await trimming.old_posts(conn, now - KEPT, now)
        if not old:
            return gone
        await _in_pieces(db, partial(trimming.delete_deliveries, post_ids=old), trimming.ROWS)
        async with db.begin() as conn:
            trimmed = await trimming.trim(conn, now - KEPT, now)
        gone += trimmed
        if trimmed < trimming.AT_ONCE:
            return gone


async def _forget_accounts(db: Database, now: datetime) -> int:
    gone = 0
    while True:
        async with db.begin() as conn:
            accounts = await trimming.let_go(conn, now - KEPT)
        if not accounts:
            return gone
        while True:
            async with db.read() as conn:
                posts = await trimming.posts_of(conn, accounts)
            if not posts:
                break
            await _in_pieces(db, partial(trimming.delete_deliveries, post_ids=posts), trimming.ROWS)
            async with db.begin() as conn:
                await trimming.delete_posts(conn, posts)
        async with db.begin() as conn:
            forgotten = await trimming.forget_accounts(conn, now - KEPT)
        gone += forgotten
        if forgotten < trimming.ACCOUNTS_AT_ONCE:
            return gone


async def _in_pieces(db: Database, piece: Callable[[AsyncConnection], Awaitable[int]], full: int) -> int:
    """Delete by transactions of ``full`` rows until one finds fewer."""
    gone = 0
    while True:
        async with db.begin() as conn:
            some = await piece(conn)
        gone += some
        if some < full:
            return gone
