"""Leases: one holder at a time, a fence that grows, and races that one wins."""

import asyncio
from datetime import timedelta

from bot.store import leases


async def acquire(db, holder: str, clock, seconds: float = 15.0) -> int | None:
    async with db.begin() as conn:
        return await leases.acquire(conn, "poll", holder, clock(), seconds)


async def test_a_free_lease_is_taken_and_a_held_one_is_not(db, clock):
    assert await acquire(db, "a", clock) == 1
    assert await acquire(db, "b", clock) is None
    async with db.read() as conn:
        assert await leases.holder_of(conn, "poll", clock()) == "a"
        assert await leases.holder_of(conn, "send", clock()) is None


async def test_its_holder_may_take_it_again_without_a_new_fence(db, clock):
    assert await acquire(db, "a", clock) == 1
    clock.advance(10)
    assert await acquire(db, "a", clock) == 1
    clock.advance(10)
    assert await acquire(db, "b", clock) is None


async def test_a_lease_that_ran_out_goes_to_the_next_with_a_higher_fence(db, clock):
    await acquire(db, "a", clock)
    clock.advance(15)
    async with db.read() as conn:
        assert await leases.holder_of(conn, "poll", clock()) is None
    assert await acquire(db, "b", clock) == 2
    async with db.begin() as conn:
        assert not await leases.renew(conn, "poll", "a", 1, clock(), 15)
        assert not await leases.holds(conn, "poll", "a", 1)
        assert await leases.holds(conn, "poll", "b", 2)


async def test_one_that_let_it_run_out_gets_a_new_fence_for_itself_too(db, clock):
    await acquire(db, "a", clock)
    clock.advance(15)
    assert await acquire(db, "a", clock) == 2


async def test_renewing_keeps_it(db, clock):
    await acquire(db, "a", clock)
    for _ in range(4):
        clock.advance(10)
        async with db.begin() as conn:
            assert await leases.renew(conn, "poll", "a", 1, clock(), 15)
    assert await acquire(db, "b", clock) is None


async def test_a_late_renewal_is_good_while_nobody_else_took_it(db, clock):
    await acquire(db, "a", clock)
    clock.advance(60)
    async with db.begin() as conn:
        assert await leases.renew(conn, "poll", "a", 1, clock(), 15)
    assert await acquire(db, "b", clock) is None


async def test_what_was_given_back_is_free_at_once_and_the_fence_goes_on(db, clock):
    await acquire(db, "a", clock)
    async with db.begin() as conn:
        await leases.release(conn, "poll", "a", 1, clock())
    assert await acquire(db, "b", clock) == 2


async def test_one_that_lost_it_cannot_give_it_back(db, clock):
    await acquire(db, "a", clock)
    clock.advance(20)
    await acquire(db, "b", clock)
    async with db.begin() as conn:
        await leases.release(conn, "poll", "a", 1, clock())
        assert await leases.holder_of(conn, "poll", clock()) == "b"


async def test_from_a_holder_known_to_be_dead_it_is_taken_before_it_runs_out(db, clock):
    await acquire(db, "a", clock)
    async with db.begin() as conn:
        assert await leases.take_over(conn, "poll", "a", "b", clock(), 15) == 2
        assert await leases.take_over(conn, "poll", "a", "c", clock(), 15) is None
        assert await leases.holder_of(conn, "poll", clock()) == "b"


async def test_of_many_that_race_for_a_free_lease_one_gets_it(db, second, clock):
    fences = await asyncio.gather(*(acquire(each, f"{n}", clock) for n in range(10) for each in (db, second)))
    assert sorted({fence for fence in fences if fence is not None}) == [1]
    async with db.read() as conn:
        winner = await leases.holder_of(conn, "poll", clock())
    assert {str(n // 2) for n, fence in enumerate(fences) if fence == 1} == {winner}


async def test_of_many_that_race_for_a_lease_that_ran_out_one_gets_it(db, second, clock):
    await acquire(db, "gone", clock)
    clock.advance(60)
    racers = [(each, f"{name}{n}") for n in range(10) for name, each in (("x", db), ("y", second))]
    fences = await asyncio.gather(*(acquire(each, holder, clock) for each, holder in racers))
    assert [fence for fence in fences if fence is not None] == [2]


async def test_fences_never_repeat_however_often_it_changes_hands(db, second, clock):
    seen = []
    for n in range(12):
        seen.append(await acquire((db, second)[n % 2], f"h{n}", clock))
        if n % 3 == 0:
            async with db.begin() as conn:
                await leases.release(conn, "poll", f"h{n}", seen[-1], clock())
        else:
            clock.now += timedelta(seconds=16)
    assert seen == list(range(1, 13))
