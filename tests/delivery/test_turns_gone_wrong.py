"""A turn that is cut in the middle, held up by another writer, or short of requests: nothing stands still for it."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from outboxes import UNLIMITED, make, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot.delivery import deciding
from bot.delivery import outbox as outbox_module
from bot.delivery.face import LostAnswerError
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Limits, Pacing
from bot.delivery.paying import Purse
from bot.model.delivery import Lane, State
from bot.store import settling
from bot.store.database import Database
from bot.store.tables import chats
from bot.store.tables import deliveries as table

TIGHT = Limits(bot_messages=1, bot_window=1000.0, paid_messages=1000, private_gap=0.0)


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def at_work(outbox):
    running = asyncio.ensure_future(outbox.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait({running})


@pytest.mark.parametrize("doubted", [False, True])
async def test_an_intent_that_was_committed_without_our_hearing_of_it_is_carried_out(db, clock, monkeypatch, doubted):
    monkeypatch.setattr(outbox_module, "DATABASE_PAUSE", 0.01)
    real_begin, real_claim, cut = db.begin, settling.claim, []

    async def claim(conn, claims, now):
        await real_claim(conn, claims, now)
        if claims and not cut:
            cut.append(conn)

    @contextlib.asynccontextmanager
    async def begin():
        async with real_begin() as conn:
            yield conn
        if conn in cut:
            cut[:] = [None]
            raise OperationalError("COMMIT", {}, OSError("the connection was closed"))

    monkeypatch.setattr(settling, "claim", claim)
    monkeypatch.setattr(db, "begin", begin)
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 2)
    if doubted:
        async with real_begin() as conn:
            await conn.execute(
                table.update().where(table.c.revision == 1).values(state="unsure", maybe_repeat=True, attempts=1)
            )
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 2}
    assert cut == [None]
    assert len(messenger.messages) == 2
    # what was never in doubt bears no mark
    assert ["may be a repeat" in shown.text for shown in messenger.messages] == [doubted] * 2


@pytest.mark.postgres
async def test_a_delivery_that_another_writer_holds_lets_those_behind_it_pass(postgres_url, clock):
    db = await Database.open(postgres_url)
    try:
        messenger = ScriptedMessenger()
        await queue_posts(db, clock, 1, telegram_id=1)
        await queue_posts(db, clock, 1, telegram_id=2)
        async with db.begin() as conn:
            await conn.execute(select(table).order_by(table.c.id).limit(1).with_for_update())
            async with at_work(make(db, clock, messenger, at_once=1)):
                await until(lambda: messenger.messages)
        assert [shown.target.chat_id for shown in messenger.messages] == [2]
    finally:
        await db.close()


async def test_what_may_not_be_paid_for_does_not_keep_the_loop_spinning(db, clock, monkeypatch):
    messenger = ScriptedMessenger()
    for chat in range(1, 6):
        await queue_posts(db, clock, 1, telegram_id=chat, lanes=(Lane.ROUTINE,))
    monkeypatch.setattr(outbox_module, "NET_SECONDS", 5.0)
    outbox = make(db, clock, messenger, limits=TIGHT, purse=Purse(db, clock, 100, frozenset((Lane.EXTREME,))))
    turns = Counter()
    real = outbox._turn

    async def turn(tasks):
        turns["all"] += 1
        return await real(tasks)

    outbox._turn = turn
    async with at_work(outbox):
        await until(lambda: messenger.messages)
        await asyncio.sleep(0.2)
    assert turns["all"] < 20


async def test_an_urgent_text_does_not_wait_behind_pictures_that_hold_every_request(db, clock):
    slow, let_go = [], asyncio.Event()

    class Slow(ScriptedMessenger):
        async def send(self, target, part, **how):
            if "slow" in part.styled.text:
                slow.append(target)
                await let_go.wait()
            return await super().send(target, part, **how)

    messenger = Slow()
    for chat in range(1, 13):
        await queue_posts(db, clock, 1, telegram_id=chat, text="slow")
    outbox = make(db, clock, messenger, at_once=8)
    async with at_work(outbox):
        await until(lambda: len(slow) >= 6)
        await queue_posts(db, clock, 1, telegram_id=100, lanes=(Lane.URGENT,))
        outbox.wake()
        await until(lambda: messenger.messages)
        await queue_posts(db, clock, 1, telegram_id=101, lanes=(Lane.EXTREME,))
        outbox.wake()
        await until(lambda: len(messenger.messages) == 2)
        assert [shown.target.chat_id for shown in messenger.messages] == [100, 101]
        let_go.set()
        await until(lambda: len(messenger.messages) == 14)


async def test_a_clock_that_is_put_back_holds_up_nothing_that_rests(db, clock):
    messenger = ScriptedMessenger()
    lost = iter([LostAnswerError("")])

    def lose_once(_what):
        for error in lost:
            raise error

    messenger.after = lose_once
    await queue_posts(db, clock, 2)
    pacing = Pacing(time.monotonic, UNLIMITED)
    async with at_work(Outbox(db, messenger, clock=clock, rng=random.Random(1), pacing=pacing)):
        await until(lambda: messenger.messages)
        clock.advance(-86400)
        await until(lambda: len(messenger.messages) == 3)
    assert [("may be a repeat" in shown.text) for shown in messenger.messages] == [False, True, False]


async def test_chats_that_rest_take_no_room_from_those_that_may_be_written_to(db, clock, monkeypatch):
    monkeypatch.setattr(outbox_module, "PAGE", 5)
    monkeypatch.setattr(outbox_module, "READY", 10)
    messenger = ScriptedMessenger()
    for chat in range(1, 31):
        await queue_posts(db, clock, 1, telegram_id=chat)
    async with db.begin() as conn:
        resting = select(chats.c.id).where(chats.c.telegram_id <= 25)
        later = clock() + timedelta(seconds=300)
        await conn.execute(table.update().where(table.c.chat_id.in_(resting)).values(not_before=later))
    async with at_work(make(db, clock, messenger)):
        await until(lambda: len(messenger.messages) == 5)
    assert sorted(shown.target.chat_id for shown in messenger.messages) == [26, 27, 28, 29, 30]


async def test_what_a_clock_that_was_ahead_has_put_off_goes_out_after_a_restart(db, clock):
    messenger = ScriptedMessenger()
    clock.advance(86400)
    await queue_posts(db, clock, 2)
    clock.advance(-86400)
    async with at_work(make(db, clock, messenger)):
        await until(lambda: len(messenger.messages) == 2)


async def test_a_delivery_that_the_database_refuses_is_put_aside_and_holds_up_no_other(db, clock, monkeypatch):
    monkeypatch.setattr(outbox_module, "DATABASE_PAUSE", 0.01)
    real = deciding.plan

    async def plan(shelf, delivery, says, now):
        if delivery.telegram_id == 1:
            await shelf.conn.execute(text("SELECT nothing FROM nowhere"))
        return await real(shelf, delivery, says, now)

    monkeypatch.setattr(deciding, "plan", plan)
    messenger = ScriptedMessenger()
    for chat in range(1, 4):
        await queue_posts(db, clock, 1, telegram_id=chat)
    outbox = make(db, clock, messenger)
    running = asyncio.ensure_future(outbox.run())
    await until(lambda: len(messenger.messages) == 2)
    outbox.finish()
    await asyncio.wait_for(running, 20)
    assert sorted(shown.target.chat_id for shown in messenger.messages) == [2, 3]
    async with db.read() as conn:
        rows = (await conn.execute(select(table.c.state, table.c.error).order_by(table.c.id))).all()
    assert (rows[0].state, "fault" in rows[0].error) == ("queued", True)
    # mended, it goes out
    monkeypatch.setattr(deciding, "plan", real)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 3}
