"""What the last run promised and did not live to say is asked for after the next start, however much it is."""

import asyncio
from datetime import timedelta

import pytest
from outboxes import make, queue_posts
from scripted import ScriptedMessenger
from sqlalchemy import delete, insert, select
from structlog.testing import capture_logs

from bot.delivery import owing
from bot.delivery.interpreting import Interpreter
from bot.model.delivery import Lane, SentPart, State
from bot.model.translation import Translation
from bot.model.words import Words
from bot.reading import reader
from bot.store import deliveries, renditions
from bot.store.tables import deliveries as table
from bot.store.tables import renditions as kept
from bot.store.tables import revisions

FREE = "请市民注意安全，尽量减少外出，看好老人孩子。"


class Engine:
    """A translator that notes how many texts it is at."""

    def __init__(self):
        self.now = self.most = 0

    async def may(self, source, target):
        return True

    async def translate(self, text, source, target):
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        return Translation("Take care.", source, target, "deepl", "", None)


@pytest.fixture(scope="module", autouse=True)
async def _warm():
    await asyncio.to_thread(reader.warm)


async def promise(db, clock, count, asked_at):
    """So many messages that stand in chats without their words, as a run that died left them."""
    messenger = ScriptedMessenger()
    for chat in range(1, count + 1):
        await queue_posts(db, clock, 1, telegram_id=chat, lanes=(Lane.URGENT,), text=f"{FREE}{chat}")
        await messenger.send(None, _Part)
    async with db.begin() as conn:
        rows = (await conn.execute(select(table).order_by(table.c.id))).all()
        for number, row in enumerate(rows, 1):
            shown = deliveries.parts_to_json([SentPart((number,), "text")])
            sent = {"state": "sent", "parts": shown, "owed": "en", "rendered_revision": 1, "settled_at": clock()}
            await conn.execute(table.update().where(table.c.id == row.id).values(sent))
            bell = renditions.to_json(Words(promised=True))
            place = {"post_id": row.post_id, "revision": 1, "language": "en"}
            await conn.execute(insert(kept).values(**place, asked_at=asked_at, bell=bell, words=""))
    return messenger


class _Part:
    media = ()

    class styled:  # noqa: N801 - stands for an instance
        text = "A translation follows."


async def waiting(db):
    async with db.read() as conn:
        counted = await deliveries.counts(conn)
    return any(counted.get(state) for state in deliveries.WAITING)


async def run(db, clock, messenger, done):
    engine = Engine()
    interpreter = Interpreter(engine)
    running = asyncio.ensure_future(make(db, clock, messenger, interpreter=interpreter).run())
    try:
        async with asyncio.timeout(20):
            while not done() or await waiting(db):
                clock.advance(0.05)
                await asyncio.sleep(0.005)
    finally:
        running.cancel()
        await asyncio.wait({running})
        await interpreter.aclose()
    return engine


async def test_everything_that_is_owed_is_asked_for_by_pages(db, clock, monkeypatch):
    monkeypatch.setattr(renditions, "OWED_AT_ONCE", 2)
    messenger = await promise(db, clock, 7, clock())
    engine = await run(db, clock, messenger, lambda: all(message.edits for message in messenger.messages))
    assert all("Take care." in message.text for message in messenger.messages)
    assert engine.most <= 2
    async with db.read() as conn:
        assert {row.owed for row in await conn.execute(select(table).where(table.c.op == "send"))} == {""}


async def test_what_cannot_be_asked_for_is_counted(db, clock):
    messenger = await promise(db, clock, 3, clock())
    async with db.begin() as conn:
        last = (await conn.execute(select(table.c.post_id).order_by(table.c.id.desc()))).scalars().first()
        await conn.execute(delete(revisions).where(revisions.c.post_id == last))
    with capture_logs() as logs:
        await run(db, clock, messenger, lambda: any("gone" in entry["event"] for entry in logs))
    assert [entry["count"] for entry in logs if "gone" in entry["event"]] == [1]


async def test_what_is_given_up_is_counted(db, clock):
    messenger = await promise(db, clock, 3, clock() - owing.OWED_FOR - timedelta(hours=1))
    with capture_logs() as logs:
        await run(db, clock, messenger, lambda: any("a day ago" in entry["event"] for entry in logs))
    assert [entry["count"] for entry in logs if "a day ago" in entry["event"]] == [3]
    assert not any(message.edits for message in messenger.messages)


async def test_a_database_that_is_away_at_the_start_is_asked_again(db, clock, monkeypatch):
    monkeypatch.setattr(owing, "_PAUSE", 0.01)
    messenger = await promise(db, clock, 1, clock())
    real, broken = renditions.owing, []

    async def once(*given):
        if not broken:
            broken.append(given)
            raise OSError("the server restarts")
        return await real(*given)

    monkeypatch.setattr(renditions, "owing", once)
    await run(db, clock, messenger, lambda: messenger.messages[0].edits)
    assert broken


async def test_an_outbox_that_finishes_does_not_wait_for_what_is_owed(db, clock):
    messenger = await promise(db, clock, 1, clock())
    engine = Engine()
    engine.translate = lambda *_given: asyncio.sleep(100)
    interpreter = Interpreter(engine)
    outbox = make(db, clock, messenger, interpreter=interpreter)
    running = asyncio.ensure_future(outbox.run())
    async with asyncio.timeout(10):
        while not interpreter._works:
            await asyncio.sleep(0.005)
        outbox.finish()
        await running
    await interpreter.aclose()
    async with db.read() as conn:
        assert (await deliveries.counts(conn)) == {State.SENT: 1}
