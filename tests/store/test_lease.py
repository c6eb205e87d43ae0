"""A lease held by a living process: taken, kept, lost, and taken over from a dead one."""

import asyncio
import sys
from contextlib import suppress

import pytest

from bot.store import lease as lease_module
from bot.store import leases
from bot.store.holder import Holder, is_dead, this_process
from bot.store.lease import LEASE_SECONDS, RENEW_SECONDS, Lease


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(lease_module, "WATCH_SECONDS", 0.01)


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def stopped(task: asyncio.Task) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_it_is_renewed_at_least_twice_before_it_runs_out():
    assert RENEW_SECONDS * 3 <= LEASE_SECONDS


async def test_one_that_is_free_is_taken_and_given_back(db, clock):
    first, other = Lease(db, "poll", clock, "a"), Lease(db, "poll", clock, "b")
    assert not first.held
    assert first.fence is None
    await first.take()
    assert (first.held, first.fence) == (True, 1)
    await first.release()
    assert not first.held
    await asyncio.wait_for(other.take(), 5)
    assert other.fence == 2


async def test_a_second_process_waits_until_the_first_gives_it_back(db, second, clock):
    first, other = Lease(db, "poll", clock, "a"), Lease(second, "poll", clock, "b")
    await first.take()
    waiting = asyncio.create_task(other.take())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await first.release()
    await asyncio.wait_for(waiting, 5)
    assert other.held


async def test_without_renewal_it_is_not_held_any_longer_even_before_the_database_is_asked(db, clock):
    lease = Lease(db, "poll", clock, "a")
    await lease.take()
    clock.advance(LEASE_SECONDS - 0.1)
    assert lease.held
    clock.advance(0.1)
    assert not lease.held
    assert lease.fence is None


async def test_while_it_is_kept_it_stays_held(db, clock):
    lease = Lease(db, "poll", clock, "a")
    await lease.take()
    keeping = asyncio.create_task(lease.keep(lambda: None))
    for _ in range(3):
        clock.advance(LEASE_SECONDS - 1)
        await until(lambda: lease._renewed_at == clock())
        assert lease.held
    await stopped(keeping)
    assert lease.fence == 1


async def test_one_that_was_lost_says_so_and_is_taken_again_when_it_is_free(db, clock):
    lease = Lease(db, "poll", clock, "a")
    await lease.take()
    async with db.begin() as conn:
        await leases.take_over(conn, "poll", "a", "b", clock(), LEASE_SECONDS)
    lost = asyncio.Event()
    keeping = asyncio.create_task(lease.keep(lost.set))
    await asyncio.wait_for(lost.wait(), 5)
    assert not lease.held
    clock.advance(LEASE_SECONDS)
    await until(lambda: lease.held)
    assert lease.fence == 3
    await stopped(keeping)


# ------------------------------------------------------------------ who lives


async def sleeper() -> tuple[asyncio.subprocess.Process, str]:
    program = "from bot.store.holder import this_process; print(this_process(), flush=True); input()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    name = await asyncio.wait_for(process.stdout.readline(), 30)
    return process, name.decode().strip()


async def test_a_process_that_runs_is_not_dead_and_one_that_was_killed_is(db, clock):
    process, name = await sleeper()
    assert not is_dead(name)
    process.kill()
    await process.communicate()
    assert is_dead(name)


async def test_the_lease_of_a_killed_process_is_taken_at_once(db, clock):
    process, name = await sleeper()
    await Lease(db, "poll", clock, name).take()
    other = Lease(db, "poll", clock)
    waiting = asyncio.create_task(other.take())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    process.kill()
    await process.communicate()
    await asyncio.wait_for(waiting, 5)
    assert other.fence == 2


def test_this_process_lives():
    assert not is_dead(str(this_process()))


def test_a_number_that_was_given_to_another_process_since_is_dead():
    me = this_process()
    assert is_dead(str(Holder(me.machine, me.pid, "1")))


@pytest.mark.parametrize("name", ["", "x", ":", "::", "other-host/boot:1:2", "a:b:c:d"])
def test_of_a_stranger_nobody_can_tell(name):
    assert not is_dead(name)
