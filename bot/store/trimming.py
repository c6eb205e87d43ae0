"""Housekeeping: posts that nobody needs any more are deleted, a bounded number at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Exists, Row, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import State
from bot.store.tables import accounts, deliveries, posts, subscriptions, watches

#: A cancel is remembered at least this long, for the alert it cancels may come later.
TOMBSTONE_DAYS = 7

#: The newest posts of an account stay whatever their age: its page may still list them.
KEPT_EACH = 500

#: Posts deleted in one call, so that one transaction stays short.
AT_ONCE = 1000

#: Accounts deleted in one call.
ACCOUNTS_AT_ONCE = 20

#: Deliveries deleted in one transaction, some tens of milliseconds: one post may have a hundred thousand.
ROWS = 5000

#: Values in one IN (…): SQLite before 3.32 takes at most 999 variables in a statement.
CHUNK = 500

#: Deliveries that still have something to do.
_OPEN = (State.QUEUED.value, State.SENDING.value, State.UNSURE.value, State.DEFERRED.value)


async def trim(conn: AsyncConnection, before: datetime, now: datetime) -> int:
    """Delete posts that were written and first seen before ``before``, at most ``AT_ONCE``, and give how many; call
    it again while it gives ``AT_ONCE``.

    The newest ``KEPT_EACH`` of each account stay, so does what still has something to deliver, and ``before`` is
    never less than ``TOMBSTONE_DAYS`` ago. Where posts went, the account's ``baseline_floor`` rises to the newest of them:
    should the site list them again, they are older than the floor and no news.
    """
    trimmed = 0
    for account_id, old in await _old_posts(conn, before, now):
        await _raise_floor(conn, account_id, old[-1].published_at)
        await delete_posts(conn, [row.id for row in old])
        trimmed += len(old)
    return trimmed


async def old_posts(conn: AsyncConnection, before: datetime, now: datetime) -> list[int]:
    """Which posts ``trim`` would delete now. Their deliveries are to be deleted first, in pieces: ``delete_deliveries``."""
    return [row.id for _, old in await _old_posts(conn, before, now) for row in old]


async def delete_deliveries(conn: AsyncConnection, post_ids: Sequence[int]) -> int:
    """Delete deliveries of these posts, at most ``ROWS``, and give how many; call it again while it gives ``ROWS``."""
    gone = 0
    for start in range(0, len(post_ids), CHUNK):
        some = deliveries.c.post_id.in_(post_ids[start : start + CHUNK]) & deliveries.c.state.not_in(_OPEN)
        piece = select(deliveries.c.id).where(some).limit(ROWS - gone)
        gone += (await conn.execute(delete(deliveries).where(deliveries.c.id.in_(piece)))).rowcount
        if gone >= ROWS:
            break
    return gone


async def delete_posts(conn: AsyncConnection, post_ids: Sequence[int]) -> None:
    """Delete posts with what hangs on them, but for those of which something waits to be delivered."""
    for start in range(0, len(post_ids), CHUNK):
        await conn.execute(delete(posts).where(posts.c.id.in_(post_ids[start : start + CHUNK]), ~_waits()))


async def _old_posts(
    conn: AsyncConnection, before: datetime, now: datetime
) -> list[tuple[int, Sequence[Row[int, datetime]]]]:
    """By account, oldest first."""
    before = min(before, now - timedelta(days=TOMBSTONE_DAYS))
    found, left = [], AT_ONCE
    for account_id in (await conn.execute(select(accounts.c.id))).scalars().all():
        old = await _old_posts_of(conn, account_id, before, left)
        if old:
            found.append((account_id, old))
            left -= len(old)
        if left <= 0:
            break
    return found


async def _old_posts_of(
    conn: AsyncConnection, account_id: int, before: datetime, most: int
) -> Sequence[Row[int, datetime]]:
    of_account = select(posts.c.published_at).where(posts.c.account_id == account_id)
    kept_from = (
        await conn.execute(of_account.order_by(posts.c.published_at.desc()).offset(KEPT_EACH - 1).limit(1))
    ).scalar_one_or_none()
    if kept_from is None:
        return ()
    old = (
        select(posts.c.id, posts.c.published_at)
        .where(
            posts.c.account_id == account_id,
            posts.c.published_at < min(kept_from, before),
            posts.c.first_seen_at < before,
            ~_waits(),
        )
        .order_by(posts.c.published_at)
        .limit(most)
    )
    return (await conn.execute(old)).all()


def _waits() -> Exists:
    return exists().where(deliveries.c.post_id == posts.c.id, deliveries.c.state.in_(_OPEN))


async def _raise_floor(conn: AsyncConnection, account_id: int, floor: datetime) -> None:
    lower = (watches.c.baseline_floor.is_(None)) | (watches.c.baseline_floor < floor)
    await conn.execute(update(watches).where(watches.c.account_id == account_id, lower).values(baseline_floor=floor))


async def forget_accounts(conn: AsyncConnection, before: datetime) -> int:
    """Delete accounts that nobody follows and that were neither made nor polled since ``before``, with their posts, at
    most ``ACCOUNTS_AT_ONCE``, and give how many. Put back buttons end long before (``choices``). What they have is to be
    deleted first, in pieces: ``let_go``, ``posts_of``.
    """
    ids = await _forgotten(conn, before)
    if ids:
        await conn.execute(delete(accounts).where(accounts.c.id.in_(ids)))
    return len(ids)


async def let_go(conn: AsyncConnection, before: datetime) -> list[int]:
    """Give the accounts that ``forget_accounts`` would delete now. Whoever follows one of them from now on begins with a
    first look: posts of it that are deleted must not come back as news.
    """
    ids = await _forgotten(conn, before)
    if ids:
        await conn.execute(update(watches).where(watches.c.account_id.in_(ids)).values(baseline_at=None))
    return ids


async def posts_of(conn: AsyncConnection, account_ids: Sequence[int]) -> list[int]:
    """The first ``AT_ONCE`` posts of accounts of which nothing waits to be delivered."""
    found = select(posts.c.id).where(posts.c.account_id.in_(account_ids), ~_waits()).limit(AT_ONCE)
    return list((await conn.execute(found)).scalars())


async def _forgotten(conn: AsyncConnection, before: datetime) -> list[int]:
    followed = exists().where(subscriptions.c.account_id == accounts.c.id)
    polled = exists().where(watches.c.account_id == accounts.c.id, watches.c.last_poll_at >= before)
    waiting = (
        exists()
        .where(posts.c.account_id == accounts.c.id, posts.c.id == deliveries.c.post_id, deliveries.c.state.in_(_OPEN))
        .correlate(accounts)
    )
    old = (
        select(accounts.c.id)
        .where(accounts.c.created_at < before, ~followed, ~polled, ~waiting)
        .order_by(accounts.c.id)
        .limit(ACCOUNTS_AT_ONCE)
    )
    return list((await conn.execute(old)).scalars())
