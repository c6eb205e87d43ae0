"""Words and the turns of the outbox: a turn waits for them once, and what is known of them is never ahead of the database."""

import asyncio
import threading

import pytest
from outboxes import make, queue_posts
from scripted import ScriptedMessenger, account
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.delivery import interpreting
from bot.delivery import outbox as outbox_module
from bot.delivery.interpreting import Interpreter, Work
from bot.locales import phrases
from bot.model.delivery import Lane, Op, State
from bot.model.post import Post, Revision, RevisionKind
from bot.model.translation import Translation
from bot.reading import reader
from bot.store import deliveries, settling
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as table
from bot.store.tables import renditions as kept

#: No grammar reads it, so only an engine can say it.
FREE = "请市民注意安全，尽量减少外出，看好老人孩子。"


class Engine:
    """A translator that says something else each time."""

    def __init__(self, *, promises=False):
        self.asked, self.promises, self.free = 0, promises, asyncio.Event()
        self.free.set()

    async def may(self, source, target):
        return self.promises

    async def translate(self, text, source, target):
        self.asked += 1
        await self.free.wait()
        return Translation(f"Take care, said {self.asked}.", source, target, "deepl", "", None)


@pytest.fixture(scope="module", autouse=True)
async def _warm():
    await asyncio.to_thread(reader.warm)


@pytest.fixture
async def run(db, clock):
    """Starts outboxes; each ends as kill -9 ends it."""
    begun = []

    def start(messenger, engine=None):
        interpreter = Interpreter(engine)
        start.interpreters.append(interpreter)
        outbox = make(db, clock, messenger, interpreter=interpreter)
        begun.append((asyncio.ensure_future(outbox.run()), interpreter))
        return outbox

    start.interpreters = []
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


async def test_what_a_turn_that_failed_had_found_out_is_found_out_anew(db, clock, run, monkeypatch):
    """Else words go out that no row keeps, and the next reader of the language gets others."""
    monkeypatch.setattr(outbox_module, "DATABASE_PAUSE", 0.01)
    broken, real = [], settling.claim

    async def claim(conn, claims, now):
        if claims and not broken:
            broken.append(claims)
            raise OperationalError("UPDATE", {}, OSError("the disk is full"))
        await real(conn, claims, now)

    monkeypatch.setattr(settling, "claim", claim)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    messenger = ScriptedMessenger()
    run(messenger, Engine())
    assert await settled(db, clock) == {State.SENT: 1}
    assert broken
    async with db.read() as conn:
        words = (await conn.execute(select(kept.c.words))).scalars().all()
    assert [("said 1" in each) for each in words] == [True]
    assert "said 1" in messenger.messages[0].text


async def test_a_mark_that_brings_the_words_pays_what_was_owed(db, clock, run):
    """The words stand by then: another edit would change nothing."""
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    messenger = ScriptedMessenger()
    outbox = run(messenger, Engine())
    await settled(db, clock)
    async with db.begin() as conn:
        await conn.execute(table.update().values(owed="en"))
        (row,) = (await conn.execute(select(table))).all()
        mark = Draft(
            row.chat_id,
            Op.MARK,
            Lane.URGENT,
            post_id=row.post_id,
            revision=1,
            notice='{"phrase":"message.withdrawn"}',
        )
        await deliveries.enqueue_one(conn, mark, clock())
    outbox.wake()
    assert await settled(db, clock) == {State.SENT: 2}
    assert "said 1" in messenger.messages[0].text
    async with db.read() as conn:
        assert set((await conn.execute(select(table.c.owed))).scalars()) == {""}


async def test_words_that_no_longer_lie_with_the_interpreter_when_their_turn_comes_are_said_all_the_same(
    db, clock, run, monkeypatch
):
    """Others asked for so much meanwhile that finished work made room."""
    monkeypatch.setattr(interpreting, "KEPT", 1)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    messenger, engine = ScriptedMessenger(), Engine(promises=True)
    engine.free.clear()
    run(messenger, engine)
    interpreter = run.interpreters[-1]
    real = interpreter.finished

    def finished(place, *words):
        real(place, *words)
        for number in range(3):
            post = Post("weibo", account().key, str(number), f"{FREE}{number}", "https://a.example/")
            interpreter.ask(None, Revision(post, 1, RevisionKind.NEW), account(), phrases("en"))

    interpreter.finished = finished
    async with asyncio.timeout(10):
        while not messenger.messages:
            clock.advance(0.1)
            await asyncio.sleep(0.005)
        assert "A translation follows." in messenger.messages[0].text
        engine.free.set()
        while not messenger.messages[0].edits:
            clock.advance(0.1)
            await asyncio.sleep(0.005)
    assert "said" in messenger.messages[0].text
