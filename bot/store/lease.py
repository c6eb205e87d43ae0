"""Holding a lease while this process lives: one poller for a kind, one sender for a bot, however many processes run."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.store import leases
from bot.store.database import Database
from bot.store.holder import is_dead, this_process

log = structlog.get_logger(__name__)

#: A holder that did not renew for this long has lost it, seconds. Takeover after a death on another machine.
LEASE_SECONDS = 15.0
#: Renewed three times in that span, so that one slow write loses nothing.
RENEW_SECONDS = 5.0
#: While another holds it: how often to look, seconds.
WATCH_SECONDS = 1.0


class Lease:
    """One lease. ``held`` is true from taking it until it could not be renewed in time."""

    def __init__(self, db: Database, name: str, clock: Callable[[], datetime], holder: str = "") -> None:
        self._db = db
        self._name = name
        self._clock = clock
        self._holder = holder or str(this_process())
        self._fence: int | None = None
        self._renewed_at: datetime | None = None
        self._waiting_told = False

    @property
    def fence(self) -> int | None:
        """The fencing number of the lease held, None when not held."""
        return self._fence if self.held else None

    @property
    def held(self) -> bool:
        """True while this process may act."""
        if self._fence is None or self._renewed_at is None:
            return False
        return (self._clock() - self._renewed_at).total_seconds() < LEASE_SECONDS

    async def take(self) -> None:
        """Wait until the lease is ours; says so once when somebody else has it."""
        while not await self._try():
            await asyncio.sleep(WATCH_SECONDS)

    async def keep(self, lost: Callable[[], None]) -> None:
        """Renew for ever. When it is lost to another, call ``lost`` and take it again."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                renewed = await self._renew()
            except SQLAlchemyError as error:
                log.warning("a lease could not be renewed; tried again", lease=self._name, why=str(error)[:200])
                continue
            if not renewed:
                log.warning("a lease was lost to another process", lease=self._name)
                lost()
                await self.take()

    async def release(self) -> None:
        """Give it back, so that another process need not wait."""
        if self._fence is None:
            return
        async with self._db.begin() as conn:
            await leases.release(conn, self._name, self._holder, self._fence, self._clock())
        self._fence = None

    async def _try(self) -> bool:
        now = self._clock()
        async with self._db.begin() as conn:
            other = await leases.holder_of(conn, self._name, now)
            if other is not None and other != self._holder and is_dead(other):
                fence = await leases.take_over(conn, self._name, other, self._holder, now, LEASE_SECONDS)
            else:
                fence = await leases.acquire(conn, self._name, self._holder, now, LEASE_SECONDS)
        if fence is None:
            if not self._waiting_told:
                log.warning(
                    "waiting: another process holds the lease", lease=self._name, holder=other or "another process"
                )
                self._waiting_told = True
            return False
        self._fence, self._renewed_at, self._waiting_told = fence, now, False
        return True

    async def _renew(self) -> bool:
        if self._fence is None:
            return False
        now = self._clock()
        async with self._db.begin() as conn:
            kept = await leases.renew(conn, self._name, self._holder, self._fence, now, LEASE_SECONDS)
        if kept:
            self._renewed_at = now
        else:
            self._fence = None
        return kept
