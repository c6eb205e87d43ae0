"""Work that only the holder of a lease does: begun when it is had, stopped when it is lost, begun again after that."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.store.lease import DATABASE_FAULTS, WATCH_SECONDS, Lease

log = structlog.get_logger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]


def steady_seconds() -> float:
    """Seconds that also pass while the machine sleeps, where the system counts them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


async def under_lease(lease: Lease, work: Work) -> None:
    """Wait for the lease and do the work to its end; wait for it again when another process took it over meanwhile.

    The lease is given back at the end, after the work has stopped. What the work raises is handed on, but for a database
    that cannot be had just then: that is waited out.
    """
    try:
        while True:
            await lease.take()
            if await _held_to_the_end(lease, work):
                return
            await asyncio.sleep(WATCH_SECONDS)
    finally:
        await asyncio.shield(lease.release())


async def _held_to_the_end(lease: Lease, work: Work) -> bool:
    """One time of holding it; True when the work came to its end."""
    working, keeping = asyncio.ensure_future(work()), asyncio.ensure_future(lease.keep())
    try:
        await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return _ended(working)
        keeping.result()
        return False
    finally:
        await stop_all(working, keeping)


def _ended(working: "asyncio.Future[None]") -> bool:
    error = working.exception()
    if error is None:
        return True
    if isinstance(error, DATABASE_FAULTS):
        why = str(error)[:200] if isinstance(error, SQLAlchemyError) else type(error).__name__
        log.error("the database did not let the work begin; tried again", why=why)
        return False
    raise error


async def while_held(lease: Lease, work: Work) -> None:
    """Within the work under a lease, what must rest whenever it is not *surely* held: also while the database is away.

    Returns when the work ends by itself.
    """
    while True:
        while not lease.held:
            await asyncio.sleep(WATCH_SECONDS / 2)
        working, lapsing = asyncio.ensure_future(work()), asyncio.ensure_future(_lapse(lease))
        try:
            await asyncio.wait({working, lapsing}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
                return
        finally:
            await stop_all(working, lapsing)


async def _lapse(lease: Lease) -> None:
    while (left := lease.left) > 0:
        await asyncio.sleep(left)


async def stop_all(*tasks: "asyncio.Future[None]") -> None:
    """Cancel them and wait until they are down; what they raised before that is for whoever asked them."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
