"""Holding a lease while this process lives: one poller, one sender for a bot, however many processes run.

Two clocks judge it, and they need not agree. When a lease has run out for *others* is read off the database's clock
(``leases.moment``). Until when *this* process may act is counted by its own steady clock from before it asked for the
renewal: so it stops before anybody else may begin, whatever the machines' clocks say, and also after it was frozen.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import leases
from bot.store.database import Database
from bot.store.holder import is_dead, shown, this_process

log = structlog.get_logger(__name__)

#: A holder that did not renew for this long has lost it, seconds: takeover after a death on another machine.
LEASE_SECONDS = 12.0
#: Renewed four times in that span, so that a slow write or two lose nothing.
RENEW_SECONDS = 3.0
#: While another holds it: how often to look, seconds.
WATCH_SECONDS = 1.0
#: What a renewal may take that comes too late already (the process was frozen): nobody else may have noticed.
LATE_SECONDS = 2.0
#: What a database that is down or busy raises; OSError comes from the PostgreSQL driver's connecting.
DATABASE_FAULTS = (SQLAlchemyError, OSError)

Moment = Callable[[AsyncConnection], Awaitable[datetime]]


class Lease:
    """One lease. ``held`` is true from taking it until it could not be renewed in time.

    ``moment`` gives the database's time, ``seconds`` a steady clock of this machine.
    """

    def __init__(
        self, db: Database, name: str, *, moment: Moment, seconds: Callable[[], float], holder: str = ""
    ) -> None:
        self._db = db
        self._name = name
        self._moment = moment
        self._seconds = seconds
        self._holder = holder or str(this_process())
        self._fence: int | None = None
        self._until = 0.0
        self._doubted = asyncio.Event()
        #: Who has it while we wait for it, in words; "" when we have it or nobody is known to.
        self.waiting_for = ""
        self._database_told = False

    @property
    def fence(self) -> int | None:
        """The fencing number of the lease held, None when not held."""
        return self._fence if self.held else None

    @property
    def held(self) -> bool:
        """True while this process may act."""
        return self.left > 0

    @property
    def left(self) -> float:
        """Seconds for which it is surely ours, 0 when it is not."""
        return max(0.0, self._until - self._seconds()) if self._fence is not None else 0.0

    async def guards(self, conn: AsyncConnection) -> bool:
        """Inside a transaction that writes: may it be committed? If so, nobody takes the lease before it is."""
        if self._fence is not None and await leases.holds(conn, self._name, self._holder, self._fence):
            return True
        self._doubted.set()
        return False

    async def take(self) -> None:
        """Wait until the lease is ours; says so once when somebody else has it, and when the database is away."""
        while True:
            try:
                if await self._taken():
                    self._database_told = False
                    return
            except DATABASE_FAULTS as error:
                self._tell_database(error)
            await asyncio.sleep(WATCH_SECONDS)

    async def keep(self) -> None:
        """Renew it for as long as nobody else takes it; returns when somebody has.

        A database that is away makes ``held`` false in time; whether the lease is lost is known when it is back.
        """
        while True:
            try:
                async with asyncio.timeout(RENEW_SECONDS if self.held else WATCH_SECONDS):
                    await self._doubted.wait()
            except TimeoutError:
                pass
            try:
                async with asyncio.timeout(max(self.left, LATE_SECONDS)):
                    kept = await self._renewed()
            except DATABASE_FAULTS as error:  # a time-out is an OSError
                self._tell_database(error)
                continue
            self._database_told = False
            if not kept:
                log.warning(
                    "another process took the lease over while this one did not renew it; this one waits again",
                    lease=self._name,
                )
                return

    async def release(self) -> None:
        """Give it back, so that another process need not wait."""
        if self._fence is None:
            return
        fence, self._fence = self._fence, None
        try:
            async with self._db.begin() as conn:
                await leases.release(conn, self._name, self._holder, fence, await self._moment(conn))
        except DATABASE_FAULTS as error:
            log.warning("a lease could not be given back; it runs out by itself", lease=self._name, why=_why(error))

    async def _taken(self) -> bool:
        started = self._seconds()
        # looking takes no lock: it must hold up neither the holder's turns nor, on SQLite, anybody's writing
        async with self._db.read() as conn:
            other = await leases.holder_of(conn, self._name, await self._moment(conn))
        dead = other is not None and other != self._holder and is_dead(other)
        if other is not None and other != self._holder and not dead:
            self._wait_for(other)
            return False
        async with self._db.begin() as conn:
            now = await self._moment(conn)
            if dead and other is not None:
                fence = await leases.take_over(conn, self._name, other, self._holder, now, LEASE_SECONDS)
            else:
                fence = await leases.acquire(conn, self._name, self._holder, now, LEASE_SECONDS)
        if fence is None:
            return False
        if self.waiting_for:
            log.warning("taken over", lease=self._name, fence=fence, was=self.waiting_for)
        self._fence, self._until, self.waiting_for = fence, started + LEASE_SECONDS, ""
        self._doubted.clear()
        return True

    def _wait_for(self, other: str) -> None:
        who = shown(other)
        if self.waiting_for != who:
            log.warning(
                "waiting: another process does this with the same database; "
                "this one takes over when that one ends or is not heard of for 12 seconds",
                lease=self._name,
                holder=who,
            )
        self.waiting_for = who

    async def _renewed(self) -> bool:
        fence, started = self._fence, self._seconds()
        if fence is None:
            return False
        self._doubted.clear()
        async with self._db.begin() as conn:
            kept = await leases.renew(conn, self._name, self._holder, fence, await self._moment(conn), LEASE_SECONDS)
        if kept:
            self._until = started + LEASE_SECONDS
        else:
            self._fence = None
        return kept

    def _tell_database(self, error: BaseException) -> None:
        """Once for each time that it is away."""
        if not self._database_told:
            log.warning(
                "the database does not take a lease's renewal; tried again", lease=self._name, why=_why(error)
            )
        self._database_told = True


def _why(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:200]
