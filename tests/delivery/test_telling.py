"""Words and the turns of the outbox: a turn waits for them once, and what is known of them is never ahead of the database."""

import asyncio
import threading

import pytest
from outboxes import make, queue_posts
from scripted import ScriptedMessenger
from sqlalchemy import func, select

from bot.delivery import interpreting
from bot.delivery.interpreting import Interpreter, Work
from bot.model.delivery import Lane, State
from bot.reading import reader
from bot.store import deliveries
from bot.store.tables import renditions as kept

#: No grammar reads it, so only an engine can say it.
FREE = "请市民注意安全，尽量减少外出，看好老人孩子。"


@pytest.fixture(scope="module", autouse=True)
async def _warm():
    await asyncio.to_thread(reader.warm)


@pytest.fixture
async def run(db, clock):
    """Starts outboxes; each ends as kill -9 ends it."""
    begun = []

    def start(messenger, engine=None):
        interpreter = Interpreter(engine)
        outbox = make(db, clock, messenger, interpreter=interpreter)
        begun.append((asyncio.ensure_future(outbox.run()), interpreter))
        return outbox

    yield start
    for task, interpreter in begun:
        task.cancel()
        await asyncio.wait({task})
        await interpreter.aclose()


async def settled(db, clock):
    async with asyncio.timeout(20):
        while True:
            async with db.read() as conn:
                counted = await deliveries.counts(conn)
            if not any(counted.get(state) for state in deliveries.WAITING):
                return counted
            clock.advance(0.2)
            await asyncio.sleep(0.005)


async def places(db):
    async with db.read() as conn:
        return (await conn.execute(select(func.count()).select_from(kept))).scalar_one()


async def test_a_turn_waits_once_however_many_of_its_posts_are_not_read_yet(db, clock, run, monkeypatch):
    waits, reading = [], threading.Event()
    real_soon, real_prove = Work.soon, interpreting.prove

    async def soon(work, seconds):
        waits.append(seconds)
        await real_soon(work, seconds)

    def prove(*given):
        reading.wait(20)
        return real_prove(*given)

    monkeypatch.setattr(Work, "soon", soon)
    monkeypatch.setattr(interpreting, "prove", prove)
    for chat in range(1, 11):
        await queue_posts(db, clock, 1, telegram_id=chat, lanes=(Lane.URGENT,), text=FREE)
    messenger = ScriptedMessenger()
    run(messenger)
    try:
        async with asyncio.timeout(10):
            while await places(db) < 10:
                await asyncio.sleep(0.005)
        assert len(waits) == 1
    finally:
        reading.set()
    assert await settled(db, clock) == {State.SENT: 10}
    assert len(messenger.messages) == 10
