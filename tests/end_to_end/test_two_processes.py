"""Two programs with one token and one database: one waits, says so, and takes over; nothing is lost, nothing said twice
but what says so; a process that was frozen meanwhile sends nothing more.
"""

import asyncio
import contextlib
import re
import signal
import socket
import sqlite3
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from outboxes import queue_posts
from processes import Program, sends_here, waits
from sqlalchemy import update

from bot.demo.botapi.faults import Act, Fault, When
from bot.store import deliveries
from bot.store.database import Database
from bot.store.lease import LEASE_SECONDS
from bot.store.tables import leases

READERS, EACH = 8, 8
#: The promise: whatever the first one died of, and wherever.
TAKEOVER_SECONDS = 15.0


class Now:
    """The wall clock, which the tests' helpers want to move; they may not."""

    def __call__(self):
        return datetime.now(UTC) - timedelta(minutes=1)

    def advance(self, seconds):
        pass


@pytest.fixture
async def two(whole, tmp_path):
    """Two programs; whatever runs at the end is killed."""
    environment = {**whole.environment, "TOCSIN_MESSAGES_PER_SECOND": "12"}
    # two names, so that the logs are told apart
    made = [Program(environment, tmp_path / name / "log") for name in ("first", "second")]
    for program in made:
        program._log.parent.mkdir()
    yield made
    for program in made:
        await program.kill()


@pytest.fixture
async def readers(whole):
    return [whole.telegram.world.add_user(f"Reader {n}").id for n in range(READERS)]


async def queue(whole, readers, db, number=EACH):
    for reader in readers:
        await queue_posts(db, Now(), number, telegram_id=reader, text="编号{n:03d}。")


async def both_up(two):
    first, second = two
    await first.start()
    await first.stands(sends_here)
    await second.start()
    return await second.stands(waits)


def said(whole, readers):
    """(reader, number, marked as a possible repeat) of every message, in order."""
    found = []
    for reader in readers:
        for words in whole.texts(reader):
            number = re.search(r"编号(\d{3})", words)
            if number:
                found.append((reader, int(number[1]), "may be a repeat" in words))
    return found


async def until(whole, condition, seconds=60.0):
    await whole.telegram.wait_for(condition, seconds)


async def settled(db, seconds=60.0):
    async with asyncio.timeout(seconds):
        while True:
            async with db.read() as conn:
                counted = await deliveries.counts(conn)
            if not any(counted.get(state) for state in deliveries.WAITING):
                return counted
            await asyncio.sleep(0.1)


def nothing_lost_nothing_twice(whole, readers, each=EACH):
    found = said(whole, readers)
    assert {(reader, number) for reader, number, _ in found} == {(r, n) for r in readers for n in range(1, each + 1)}
    unmarked = Counter((reader, number) for reader, number, marked in found if not marked)
    assert {place: count for place, count in unmarked.items() if count > 1} == {}
    for reader in readers:
        numbers = [number for who, number, _ in found if who == reader]
        assert numbers == sorted(numbers)


async def test_the_second_waits_says_so_and_takes_over_when_the_first_is_killed(db_url, whole, two, readers):
    first, second = two
    health = await both_up(two)
    assert f"process {first.process.pid} on {socket.gethostname()}" == health["sending"]["waiting_for"]
    assert "waiting: another process does this" in second.log
    assert f"process {first.process.pid} on" in second.log
    # answers come late: at the kill there are messages that Telegram has and nobody wrote down
    whole.telegram.state.faults.add(Fault(Act.DELAY, When.AFTER, "sendMessage", times=None, seconds=0.3))
    db = await Database.open(db_url)
    try:
        await queue(whole, readers, db)
        await until(whole, lambda: len(said(whole, readers)) >= READERS * EACH // 4)
        await first.kill()
        killed, before = time.monotonic(), len(said(whole, readers))
        await until(whole, lambda: len(said(whole, readers)) > before, TAKEOVER_SECONDS)
        took = time.monotonic() - killed
        await settled(db)
    finally:
        await db.close()
    nothing_lost_nothing_twice(whole, readers)
    assert any(marked for _, _, marked in said(whole, readers))
    assert "taken over" in second.log
    # only one of them ever listened
    assert not whole.telegram.violations
    assert whole.telegram.state.errors[409] == 0
    print(f"taken over {took:.1f} s after kill -9 on the same machine")  # shown by pytest -rP


async def test_a_holder_that_died_on_another_machine_is_followed_within_fifteen_seconds(db_url, whole, two, readers):
    first, second = two
    await both_up(two)
    db = await Database.open(db_url)
    try:
        await first.kill()
        killed = time.monotonic()
        async with db.begin() as conn:
            await conn.execute(update(leases).values(holder="far-away/0a1b2c3d:77:9000"))
        await queue(whole, readers, db, 1)
        await second.stands(lambda _, health: health["sending"]["waiting_for"] == "process 77 on far-away")
        await until(whole, lambda: said(whole, readers), TAKEOVER_SECONDS)
        took = time.monotonic() - killed
        await settled(db)
    finally:
        await db.close()
    nothing_lost_nothing_twice(whole, readers, 1)
    assert took > LEASE_SECONDS / 2  # it did run out; nobody was asked whether it lives
    print(f"taken over {took:.1f} s after a death on another machine")  # shown by pytest -rP


def can_be_written(db_url):
    """A process frozen in the middle of writing keeps SQLite's one lock: then nobody writes, and nobody takes over."""
    if not db_url.startswith("sqlite"):
        return True
    with contextlib.closing(sqlite3.connect(db_url.partition("///")[2], timeout=0.2, isolation_level=None)) as db:
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        db.execute("ROLLBACK")
    return True


async def freeze(program, db_url):
    for _ in range(50):
        program.signal(signal.SIGSTOP)
        if await asyncio.to_thread(can_be_written, db_url):
            return
        program.signal(signal.SIGCONT)
        await asyncio.sleep(0.05)
    raise AssertionError("it always writes")


async def test_a_frozen_holder_whose_lease_ran_out_sends_nothing_when_it_wakes_and_waits_again(
    db_url, whole, two, readers
):
    first, second = two
    await both_up(two)
    whole.telegram.state.faults.add(Fault(Act.DELAY, When.AFTER, "sendMessage", times=None, seconds=0.3))
    db = await Database.open(db_url)
    try:
        await queue(whole, readers, db)
        await until(whole, lambda: len(said(whole, readers)) >= READERS * EACH // 4)
        await freeze(first, db_url)
        frozen, before = time.monotonic(), len(said(whole, readers))
        # what had left may still arrive
        await until(whole, lambda: "taken over" in second.log or len(said(whole, readers)) > before + 20, 30)
        took = time.monotonic() - frozen
        await settled(db)
        counted = said(whole, readers)
        first.signal(signal.SIGCONT)
        await first.says("another process took the lease over", times=2)
        health = await first.stands(waits)
        assert health["sending"]["waiting_for"].startswith(f"process {second.process.pid} on")
        assert said(whole, readers) == counted
        nothing_lost_nothing_twice(whole, readers)
        # it is none the worse for it
        whole.telegram.state.faults.clear()
        await second.kill()
        await queue(whole, readers[:1], db, 1)
        await until(whole, lambda: len(said(whole, readers)) == len(counted) + 1, TAKEOVER_SECONDS)
        assert said(whole, readers[:1])[-1] == (readers[0], 1, False)
    finally:
        await db.close()
    print(f"taken over {took:.1f} s after the holder was frozen")  # shown by pytest -rP
