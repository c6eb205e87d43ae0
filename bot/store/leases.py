"""Who may poll and who may send, across processes: leases that run out, each change of holder with a higher fence."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.inserting import insert_into
from bot.store.tables import leases


async def moment(conn: AsyncConnection, clock: Callable[[], datetime]) -> datetime:
    """The time by which leases run out: the server's own on PostgreSQL, so that machines whose clocks differ agree on it;
    on SQLite, a file of one machine, that machine's (``clock``).
    """
    if conn.dialect.name != "postgresql":
        return clock()
    # not now(): that stands still from the transaction's first statement on
    found: datetime = (await conn.execute(select(func.clock_timestamp()))).scalar_one()
    return found


async def acquire(conn: AsyncConnection, name: str, holder: str, now: datetime, seconds: float) -> int | None:
    """Take the lease when it is free, has run out, or is this holder's already; give its fence, None when another one
    holds it. One statement, so two that race cannot both get it.

    ``holder`` is unique to a process; ``now`` is what ``moment`` gives.
    """
    expires_at = now + timedelta(seconds=seconds)
    statement = insert_into(conn, leases).values(name=name, holder=holder, fence=1, expires_at=expires_at)
    same = (leases.c.holder == holder) & (leases.c.expires_at > now)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "holder": holder,
            "fence": case((same, leases.c.fence), else_=leases.c.fence + 1),
            "expires_at": expires_at,
        },
        where=(leases.c.expires_at <= now) | (leases.c.holder == holder),
    )
    fence = (await conn.execute(statement.returning(leases.c.fence))).scalar_one_or_none()
    return None if fence is None else int(fence)


async def take_over(
    conn: AsyncConnection, name: str, dead: str, holder: str, now: datetime, seconds: float
) -> int | None:
    """Take the lease from a holder that is known to be dead, before it runs out; None when it changed hands meanwhile."""
    expires_at = now + timedelta(seconds=seconds)
    changed = update(leases).where(leases.c.name == name, leases.c.holder == dead)
    changed = changed.values(holder=holder, fence=leases.c.fence + 1, expires_at=expires_at)
    fence = (await conn.execute(changed.returning(leases.c.fence))).scalar_one_or_none()
    return None if fence is None else int(fence)


async def renew(conn: AsyncConnection, name: str, holder: str, fence: int, now: datetime, seconds: float) -> bool:
    """Keep it for longer. False when somebody else took it meanwhile: stop what it guards at once."""
    mine = (leases.c.name == name) & (leases.c.holder == holder) & (leases.c.fence == fence)
    done = await conn.execute(update(leases).where(mine).values(expires_at=now + timedelta(seconds=seconds)))
    return done.rowcount == 1


async def release(conn: AsyncConnection, name: str, holder: str, fence: int, now: datetime) -> None:
    """Give it back. The row stays, for the fence must go on growing."""
    mine = (leases.c.name == name) & (leases.c.holder == holder) & (leases.c.fence == fence)
    await conn.execute(update(leases).where(mine).values(expires_at=now))


async def holds(conn: AsyncConnection, name: str, holder: str, fence: int) -> bool:
    """Tell whether nobody else has taken it since, and see to it that nobody does before this transaction has ended.

    On PostgreSQL the row is locked FOR SHARE: a takeover's UPDATE waits for the commit, and one that came first is seen
    (the row is read again after waiting for it, and bears another fence). On SQLite a transaction that writes is alone.
    """
    mine = (leases.c.name == name) & (leases.c.holder == holder) & (leases.c.fence == fence)
    statement = select(leases.c.name).where(mine).with_for_update(read=True)
    return (await conn.execute(statement)).first() is not None


async def holder_of(conn: AsyncConnection, name: str, now: datetime) -> str | None:
    """Who holds it now; None when nobody does."""
    held = select(leases.c.holder).where(leases.c.name == name, leases.c.expires_at > now)
    return (await conn.execute(held)).scalar_one_or_none()
