"""Work under a lease: begun when it is had, stopped when it is lost, begun again, and given back at its end."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy.exc import OperationalError

from bot import holding
from bot.delivery.face import TokenLostError
from bot.holding import steady_seconds, under_lease, while_held
from bot.store import lease as lease_module
from bot.store import leases
from bot.store.lease import LEASE_SECONDS, Lease


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(lease_module, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(holding, "WATCH_SECONDS", 0.01)


@pytest.fixture
def lease(db, clock):
    async def moment(_conn):
        return clock()

    return Lease(db, "send", moment=moment, seconds=lambda: clock().timestamp(), holder="far/x:1:1")


class Work:
    """Runs until told; remembers how often it was begun and stopped."""

    def __init__(self):
        self.begun = self.stopped = 0
        self.end = asyncio.Event()

    async def __call__(self):
        self.begun += 1
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def stop(task):
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def take_away(db, clock):
    """As another process does when the lease ran out."""
    async with db.begin() as conn:
        return await leases.take_over(conn, "send", "far/x:1:1", "b", clock(), LEASE_SECONDS)


async def holder(db, clock):
    async with db.read() as conn:
        return await leases.holder_of(conn, "send", clock())


async def test_the_work_is_done_under_the_lease_which_is_given_back_after_it(db, clock, lease):
    work = Work()
    running = asyncio.create_task(under_lease(lease, work))
    await until(lambda: work.begun)
    assert await holder(db, clock) == "far/x:1:1"
    work.end.set()
    await asyncio.wait_for(running, 5)
    assert await holder(db, clock) is None
    assert work.stopped == 0


async def test_while_another_process_has_it_the_work_is_not_begun(db, clock, lease):
    async with db.begin() as conn:
        await leases.acquire(conn, "send", "far/other:2:2", clock(), LEASE_SECONDS)
    work = Work()
    running = asyncio.create_task(under_lease(lease, work))
    await until(lambda: lease.waiting_for)
    assert work.begun == 0
    await stop(running)
    assert await holder(db, clock) == "far/other:2:2"


async def test_a_lease_that_was_lost_stops_the_work_which_begins_again_with_the_next_one(db, clock, lease):
    work = Work()
    running = asyncio.create_task(under_lease(lease, work))
    await until(lambda: work.begun)
    assert await take_away(db, clock) == 2
    await until(lambda: work.stopped)
    assert not running.done()
    assert await holder(db, clock) == "b"
    clock.advance(LEASE_SECONDS)
    # the clock may have jumped while the lease was being asked for; then it lapses at once, and is asked for again
    await until(lambda: work.begun > 1 and lease.fence is not None)
    assert lease.fence >= 3
    await stop(running)
    assert await holder(db, clock) is None


async def test_what_the_work_raises_is_handed_on_and_the_lease_given_back(db, clock, lease):
    async def fail():
        raise TokenLostError("Unauthorized")

    with pytest.raises(TokenLostError):
        await under_lease(lease, fail)
    assert await holder(db, clock) is None


async def test_a_database_that_stumbles_when_the_work_begins_is_no_end(lease):
    tries = 0

    async def stumble():
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OperationalError("SELECT", {}, OSError("database is locked"))

    await asyncio.wait_for(under_lease(lease, stumble), 5)
    assert tries == 3


async def test_what_must_be_surely_held_rests_when_it_is_not_with_no_word_from_the_database_and_goes_on_later(
    db, clock
):
    jumped = 0.0

    async def moment(_conn):
        return clock()

    lease = Lease(db, "send", moment=moment, seconds=lambda: steady_seconds() + jumped, holder="x")
    await lease.take()
    jumped = lease.left - 0.2
    work = Work()
    running = asyncio.create_task(while_held(lease, work))
    await until(lambda: work.stopped)
    assert (lease.held, work.begun) == (False, 1)
    assert await lease._renewed()
    await until(lambda: work.begun == 2)
    work.end.set()
    await asyncio.wait_for(running, 5)
