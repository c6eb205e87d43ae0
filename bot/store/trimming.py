"""Housekeeping: posts that nobody needs any more are deleted, a bounded number at a time."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import State
from bot.store.tables import accounts, deliveries, posts, subscriptions, watches

#: A cancel is remembered at least this long, for the alert it cancels may come later.
TOMBSTONE_DAYS = 7

#: The newest posts of an account stay whatever their age: its page may still list them.
KEPT_EACH = 500

#: Posts deleted in one call, so that one transaction stays short.
AT_ONCE = 1000

#: Accounts deleted in one call, each with up to some hundred posts.
ACCOUNTS_AT_ONCE = 20

#: Values in one IN (…): SQLite before 3.32 takes at most 999 variables in a statement.
CHUNK = 500

#: Deliveries that still have something to do.
_OPEN = (State.QUEUED.value, State.SENDING.value, State.UNSURE.value)


async def trim(conn: AsyncConnection, before: datetime, now: datetime) -> int:
    """Delete posts that were written and first seen before ``before``, at most ``AT_ONCE``, and give how many; call
    it again while it gives ``AT_ONCE``.

    The newest ``KEPT_EACH`` of each account stay, so does what still has something to deliver, and ``before`` is
    never less than ``TOMBSTONE_DAYS`` ago. Where posts went, the account's ``baseline_floor`` rises to the newest of them:
    should the site list them again, they are older than the floor and no news.
    """
    before = min(before, now - timedelta(days=TOMBSTONE_DAYS))
    trimmed = 0
    for account_id in (await conn.execute(select(accounts.c.id))).scalars().all():
        trimmed += await _trim_account(conn, account_id, before, AT_ONCE - trimmed)
        if trimmed >= AT_ONCE:
            break
    return trimmed


async def _trim_account(conn: AsyncConnection, account_id: int, before: datetime, most: int) -> int:
    of_account = select(posts.c.published_at).where(posts.c.account_id == account_id)
    kept_from = (
        await conn.execute(of_account.order_by(posts.c.published_at.desc()).offset(KEPT_EACH - 1).limit(1))
    ).scalar_one_or_none()
    if kept_from is None:
        return 0
    waiting = exists().where(deliveries.c.post_id == posts.c.id, deliveries.c.state.in_(_OPEN))
    old = (
        select(posts.c.id, posts.c.published_at)
        .where(
            posts.c.account_id == account_id,
            posts.c.published_at < min(kept_from, before),
            posts.c.first_seen_at < before,
            ~waiting,
        )
        .order_by(posts.c.published_at)
        .limit(most)
    )
    gone = (await conn.execute(old)).all()
    if not gone:
        return 0
    await _raise_floor(conn, account_id, gone[-1].published_at)
    ids = [row.id for row in gone]
    for start in range(0, len(ids), CHUNK):
        await conn.execute(delete(posts).where(posts.c.id.in_(ids[start : start + CHUNK])))
    return len(ids)


async def _raise_floor(conn: AsyncConnection, account_id: int, floor: datetime) -> None:
    lower = (watches.c.baseline_floor.is_(None)) | (watches.c.baseline_floor < floor)
    await conn.execute(update(watches).where(watches.c.account_id == account_id, lower).values(baseline_floor=floor))


async def forget_accounts(conn: AsyncConnection, before: datetime) -> int:
    """Delete accounts that nobody follows and that were neither made nor polled since ``before``, with their posts, at
    most ``ACCOUNTS_AT_ONCE``, and give how many. Put back buttons end long before (``choices``).
    """
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
    ids = (await conn.execute(old)).scalars().all()
    if ids:
        await conn.execute(delete(accounts).where(accounts.c.id.in_(ids)))
    return len(ids)
