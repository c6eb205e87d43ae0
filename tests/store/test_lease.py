"""A lease held by a living process: taken, kept, lost, and taken over from a dead one, by two clocks that may differ."""

import asyncio
import sys
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.store import database, leases
from bot.store import lease as lease_module
from bot.store.database import Database
from bot.store.holder import Holder, is_dead, shown, this_process
from bot.store.lease import DATABASE_FAULTS, LATE_SECONDS, LEASE_SECONDS, RENEW_SECONDS, WATCH_SECONDS, Lease

#: What a takeover may take in all after a death on another machine.
TAKEOVER_SECONDS = 15


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(lease_module, "WATCH_SECONDS", 0.01)


@pytest.fixture
def hold(db, clock):
    """Makes a lease on the held clock; ``own`` is how far the process's own clock is ahead of the database's."""

    def make(holder, *, of=None, own=0.0):
        async def moment(_conn):
            return clock()

        return Lease(of or db, "poll", moment=moment, seconds=lambda: clock().timestamp() + own, holder=holder)

    return make


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def stopped(task: asyncio.Task) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def row(db):
    async with db.read() as conn:
        found = (await conn.execute(text("SELECT holder, fence FROM leases WHERE name = 'poll'"))).one_or_none()
    return None if found is None else tuple(found)


def test_a_death_on_another_machine_is_made_good_within_fifteen_seconds_and_a_slow_write_loses_nothing():
    assert LEASE_SECONDS + WATCH_SECONDS < TAKEOVER_SECONDS - 1
    assert 3 * RENEW_SECONDS + LATE_SECONDS <= LEASE_SECONDS


async def test_one_that_is_free_is_taken_and_given_back(hold):
    first, other = hold("a"), hold("b")
    assert (first.held, first.fence) == (False, None)
    await first.take()
    assert (first.held, first.fence) == (True, 1)
    await first.release()
    assert not first.held
    await asyncio.wait_for(other.take(), 5)
    assert other.fence == 2


async def test_a_second_process_waits_and_says_for_whom_until_the_first_gives_it_back(hold, second, capsys):
    first, other = hold("tower/1a:77:5"), hold("b", of=second)
    await first.take()
    waiting = asyncio.create_task(other.take())
    await until(lambda: other.waiting_for)
    assert other.waiting_for == "process 77 on tower"
    await asyncio.sleep(0.05)  # some more looks: it is said once
    said = capsys.readouterr().out
    assert said.count("waiting: another process does this") == 1
    assert "process 77 on tower" in said
    assert not waiting.done()
    await first.release()
    await asyncio.wait_for(waiting, 5)
    assert (other.held, other.waiting_for) == (True, "")
    assert "taken over" in capsys.readouterr().out


async def test_looking_takes_no_lock_so_a_waiting_process_holds_up_nobody(hold, db, second):
    await hold("a").take()
    other = hold("b", of=second)
    async with db.begin() as conn:
        assert await leases.holds(conn, "poll", "a", 1)
        async with asyncio.timeout(2):  # less than SQLite's own patience
            assert not await other._taken()


async def test_one_whose_holder_fell_silent_on_another_machine_is_taken_when_it_has_run_out_and_not_before(
    hold, second, clock
):
    await hold("far/away:1:1").take()
    other = hold("b", of=second)
    waiting = asyncio.create_task(other.take())
    await until(lambda: other.waiting_for)
    clock.advance(LEASE_SECONDS - 0.1)
    await asyncio.sleep(0.05)
    assert not waiting.done()
    clock.advance(0.1)
    await asyncio.wait_for(waiting, 5)
    assert other.fence == 2


async def test_without_renewal_it_is_not_held_any_longer_even_before_the_database_is_asked(hold, clock):
    lease = hold("a")
    await lease.take()
    clock.advance(LEASE_SECONDS - 0.1)
    assert lease.held
    assert lease.left == pytest.approx(0.1)
    clock.advance(0.1)
    assert not lease.held
    assert (lease.fence, lease.left) == (None, 0)


@pytest.mark.parametrize("own", [-86_400.0, 86_400.0])
async def test_a_machine_whose_clock_is_a_day_off_holds_it_for_just_as_long(hold, second, clock, own):
    lease, other = hold("off/x:1:1", own=own), hold("b", of=second, own=-own)
    await lease.take()
    assert lease.left == LEASE_SECONDS
    clock.advance(LEASE_SECONDS - 1)
    assert lease.held
    assert not await other._taken()
    clock.advance(1)
    assert not lease.held
    assert await other._taken()


@pytest.mark.postgres
async def test_on_postgresql_the_servers_clock_counts_and_not_ours(db, clock):
    if db.backend != "postgresql":
        async with db.read() as conn:
            assert await leases.moment(conn, clock) == clock()
        return
    async with db.begin() as conn:
        now = await leases.moment(conn, clock)
        later = await leases.moment(conn, clock)
        server = (await conn.execute(text("SELECT clock_timestamp()"))).scalar_one()
    assert now < later < server  # it goes on within a transaction
    assert server - now < timedelta(minutes=1)


async def test_while_it_is_kept_it_stays_held(hold, clock):
    lease = hold("a")
    await lease.take()
    keeping = asyncio.create_task(lease.keep())
    for _ in range(3):
        clock.advance(LEASE_SECONDS - 1)
        await until(lambda: lease.left == LEASE_SECONDS)
    await stopped(keeping)
    assert lease.fence == 1


async def test_a_frozen_process_that_nobody_missed_goes_on_under_the_same_fence(hold, db, clock):
    lease = hold("a")
    await lease.take()
    clock.advance(30)
    assert not lease.held
    keeping = asyncio.create_task(lease.keep())
    await until(lambda: lease.held)
    assert not keeping.done()
    await stopped(keeping)
    assert await row(db) == ("a", 1)


async def test_a_frozen_process_that_was_replaced_stops_keeping_and_says_so(hold, db, second, clock, capsys):
    lease, other = hold("far/x:1:1"), hold("b", of=second)
    await lease.take()
    clock.advance(30)
    await other.take()
    await asyncio.wait_for(lease.keep(), 5)
    assert (lease.held, lease.fence) == (False, None)
    assert "another process took the lease over" in capsys.readouterr().out
    await lease.release()
    assert await row(db) == ("b", 2)


async def test_a_transaction_of_a_process_that_was_replaced_is_refused_and_the_loss_noticed_at_once(
    hold, db, second, clock, monkeypatch
):
    lease, other = hold("far/x:1:1"), hold("b", of=second)
    await lease.take()
    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 60)
    keeping = asyncio.create_task(lease.keep())
    await asyncio.sleep(0)
    async with db.begin() as conn:
        assert await lease.guards(conn)
    clock.advance(LEASE_SECONDS)
    await other.take()
    async with db.begin() as conn:
        assert not await lease.guards(conn)
    await asyncio.wait_for(keeping, 5)
    async with second.begin() as conn:
        assert await other.guards(conn)


async def test_nobody_takes_it_over_while_a_transaction_that_it_guards_is_open(hold, db, second, clock):
    lease, other = hold("far/x:1:1"), hold("b", of=second)
    await lease.take()
    async with db.begin() as conn:
        assert await lease.guards(conn)
        clock.advance(LEASE_SECONDS)
        taking = asyncio.create_task(other.take())
        await asyncio.sleep(0.2)
        assert not taking.done()
    await asyncio.wait_for(taking, 10)
    assert other.fence == 2


@pytest.mark.postgres
async def test_a_process_frozen_inside_a_transaction_holds_up_its_successor_for_less_than_a_lease(
    postgres_url, clock, monkeypatch
):
    assert database.FROZEN_MS / 1000 < LEASE_SECONDS
    monkeypatch.setattr(database, "FROZEN_MS", 300)

    async def moment(_conn):
        return clock()

    frozen, awake = await Database.open(postgres_url), await Database.open(postgres_url)
    try:
        leased = [
            Lease(db, "poll", moment=moment, seconds=lambda: clock().timestamp(), holder=holder)
            for db, holder in ((frozen, "far/x:1:1"), (awake, "b"))
        ]
        await leased[0].take()

        async def stand_still():
            async with frozen.begin() as conn:
                assert await leased[0].guards(conn)
                clock.advance(LEASE_SECONDS)
                await asyncio.wait_for(leased[1].take(), 5)
                await leased[0].guards(conn)

        with pytest.raises(DATABASE_FAULTS):
            await stand_still()
        assert leased[1].fence == 2
    finally:
        await frozen.close()
        await awake.close()


async def test_a_database_that_is_away_loses_nothing_but_time(hold, clock, monkeypatch, capsys):
    lease = hold("a")
    real, away = leases.renew, True

    async def stumble(*given):
        if away:
            raise OperationalError("UPDATE", {}, OSError("gone"))
        return await real(*given)

    monkeypatch.setattr(leases, "renew", stumble)
    await lease.take()
    keeping = asyncio.create_task(lease.keep())
    clock.advance(LEASE_SECONDS)
    await asyncio.sleep(0.1)
    assert (lease.held, keeping.done()) == (False, False)
    away = False
    await until(lambda: lease.held)
    await stopped(keeping)
    assert lease.fence == 1
    assert capsys.readouterr().out.count("the database does not take a lease's renewal") == 1


async def test_a_database_that_is_away_when_it_is_wanted_is_waited_for(hold, monkeypatch):
    lease = hold("a")
    real, refusals = leases.holder_of, 3

    async def stumble(*given):
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise OSError("connection refused")
        return await real(*given)

    monkeypatch.setattr(leases, "holder_of", stumble)
    await asyncio.wait_for(lease.take(), 5)
    assert (lease.held, refusals) == (True, 0)


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


async def test_the_lease_of_a_killed_process_is_taken_at_once(hold):
    process, name = await sleeper()
    await hold(name).take()
    other = hold("")
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


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tower/1a2b3c4d:77:9000", "process 77 on tower"),
        ("a/-:1:-", "process 1 on a"),
        ("x", "x"),
        ("", ""),
        ("::", "::"),
    ],
)
def test_a_holder_is_shown_as_a_process_on_a_machine(name, words):
    assert shown(name) == words
