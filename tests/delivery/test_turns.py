"""A turn of the outbox: what the fence, a database that stumbles, a fault of ours and a closed topic do to it."""

import asyncio

import pytest
from outboxes import READER, enqueue, make, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from bot.delivery import outbox as outbox_module
from bot.delivery import picking, planning
from bot.delivery.face import RejectedError, TopicGoneError
from bot.delivery.pacing import EVERY_CHAT, Limits
from bot.model.delivery import Lane, Op, State
from bot.model.subscription import ChatKind
from bot.store import chats, deliveries, settling
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as table
from bot.store.waiting import Head


async def states(db):
    async with db.read() as conn:
        return list((await conn.execute(select(table.c.state).order_by(table.c.id))).scalars())


async def until(condition):
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.005)


async def test_a_process_whose_lease_was_taken_over_begins_nothing_and_writes_nothing(db, clock):
    messenger = ScriptedMessenger()
    ours = True

    async def guard(_conn):
        return ours

    def lose_the_lease(_what):
        nonlocal ours
        ours = False

    messenger.after = lose_the_lease
    await queue_posts(db, clock, 3)
    working = make(db, clock, messenger, guard=guard)
    running = asyncio.ensure_future(working.run())

    async def idle():
        return working._idle

    await until(idle)
    # the first went out under the lease; its answer is not ours to write any more: the new holder doubts it
    assert await states(db) == ["sending", "queued", "queued"]
    assert len(messenger.messages) == 1
    assert not running.done()
    working.finish()
    await asyncio.wait_for(running, 10)
    assert await states(db) == ["sending", "queued", "queued"]


async def test_what_telegram_has_taken_is_written_down_when_the_database_is_back(db, clock, monkeypatch):
    monkeypatch.setattr(outbox_module, "DATABASE_PAUSE", 0.01)
    messenger = ScriptedMessenger()
    real, refusals = settling.change, 3

    async def stumble(conn, changes):
        nonlocal refusals
        if changes and refusals:
            refusals -= 1
            raise OperationalError("UPDATE", {}, OSError("database is locked"))
        await real(conn, changes)

    monkeypatch.setattr(settling, "change", stumble)
    await queue_posts(db, clock, 3)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 3}
    assert refusals == 0
    assert len(messenger.messages) == 3


async def test_a_delivery_that_cannot_be_prepared_is_given_up_visibly_and_holds_up_nobody(db, clock, monkeypatch):
    messenger = ScriptedMessenger()
    real = planning.plan

    async def break_for_one(shelf, delivery, says, now):
        if delivery.telegram_id == READER:
            raise ZeroDivisionError
        return await real(shelf, delivery, says, now)

    monkeypatch.setattr("bot.delivery.deciding.plan", break_for_one)
    await queue_posts(db, clock, 1)
    await queue_posts(db, clock, 2, telegram_id=2002)
    assert await run_until_quiet(db, clock, messenger) == {State.FAILED: 1, State.SENT: 2}
    async with db.read() as conn:
        error = (await conn.execute(select(table.c.error).where(table.c.state == "failed"))).scalar_one()
    assert "fault of Tocsin's own" in error


async def test_a_messenger_that_breaks_leaves_a_doubt_and_holds_up_nobody(db, clock):
    messenger = ScriptedMessenger()
    broken = iter([ZeroDivisionError()])

    def break_once(what):
        if what[1].chat_id == READER:
            for error in broken:
                raise error

    messenger.after = break_once
    await queue_posts(db, clock, 1)
    await queue_posts(db, clock, 1, telegram_id=2002)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 2}
    assert len(messenger.texts(READER)) == 2
    assert "may be a repeat" in messenger.texts(READER)[1]


async def test_a_closed_topic_falls_back_to_the_general_one_and_its_administrators_are_told_once(db, clock):
    messenger = ScriptedMessenger()

    def closed(what):
        if what[1].thread_id:
            raise TopicGoneError("Bad Request: TOPIC_CLOSED")

    messenger.before = closed
    await queue_posts(db, clock, 3, telegram_id=-1001)
    async with db.begin() as conn:
        await conn.execute(table.update().values(thread_id=55))
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 4}
    assert all(message.target.thread_id == 0 for message in messenger.messages)
    texts = messenger.texts(-1001)
    assert [("第" in text) for text in texts].count(True) == 3
    told = [text for text in texts if "Administrators" in text]
    assert len(told) == 1
    assert "closed or gone" in told[0]


async def test_a_thousand_chats_are_served_from_an_outbox_that_knows_few_at_a_time(db, clock, monkeypatch):
    monkeypatch.setattr(outbox_module, "PAGE", 20)
    monkeypatch.setattr(outbox_module, "KNOWN", 60)
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 2)
    (first, _) = await _ids(db)
    async with db.begin() as conn:
        for number in range(300):
            chat = await _chat(conn, 5000 + number, clock)
            row = (await conn.execute(select(table).where(table.c.id == first))).one()
            draft = deliveries.Draft(chat, deliveries.Op.SEND, Lane.ROUTINE, post_id=row.post_id, revision=1)
            await enqueue(conn, [draft], clock())
    working = make(db, clock, messenger)
    most = 0

    def count(_what):
        nonlocal most
        most = max(most, len(working._backlog))

    messenger.before = count
    running = asyncio.ensure_future(working.run())

    async def all_sent():
        clock.advance(1)
        return len(messenger.messages) == 302

    await until(all_sent)
    working.finish()
    await asyncio.wait_for(running, 10)
    assert set(await states(db)) == {"sent"}
    assert most <= 60 + 20


async def _ids(db):
    async with db.read() as conn:
        return list((await conn.execute(select(table.c.id).order_by(table.c.id))).scalars())


async def _chat(conn, telegram_id, clock):
    from bot.model.subscription import ChatKind
    from bot.store import chats

    return await chats.ensure(conn, telegram_id, ChatKind.PRIVATE, "", clock(), "en")


@pytest.mark.parametrize("formatted", [True, False])
async def test_a_second_request_waits_for_its_own_turn(db, clock, formatted):
    """The fall-back is a message too: at full rate it must not be the one that is refused with 429."""
    messenger = ScriptedMessenger()
    if formatted:

        def dislike_spans(what):
            if what[2].styled.spans:
                raise RejectedError("Bad Request: can't parse entities")

        messenger.before = dislike_spans
    await queue_posts(db, clock, 1)
    working = make(db, clock, messenger)
    turns = []
    further_turn = working._pacing.further_turn

    async def counted(chat_id):
        turns.append(chat_id)
        await further_turn(chat_id)

    working._requesting._turn = counted
    running = asyncio.ensure_future(working.run())

    async def sent():
        return await states(db) == ["sent"]

    await until(sent)
    working.finish()
    await asyncio.wait_for(running, 10)
    assert turns == ([READER] if formatted else [])


async def test_a_rest_that_begins_between_the_intent_and_the_slot_is_kept(db, clock, monkeypatch):
    """The intent is on the disk and its slot near when Telegram says 429 to somebody else: it must not leave."""
    # the fourth intent is written as soon as the window is full, and has its slot two seconds later
    monkeypatch.setattr(picking, "AHEAD_SECONDS", 5.0)
    messenger = ScriptedMessenger()
    for reader in range(4):
        await queue_posts(db, clock, 1, telegram_id=READER + reader)
    working = make(db, clock, messenger, limits=Limits(bot_messages=3, bot_window=2.0))
    running = asyncio.ensure_future(working.run())
    try:

        async def intended():
            return await states(db) == ["sent", "sent", "sent", "sending"]

        await until(intended)
        working._pacing.rest(EVERY_CHAT, 30)

        async def put_back():
            return (await states(db))[3] == "queued"

        await until(put_back)
        async with db.read() as conn:
            row = (await conn.execute(select(table).order_by(table.c.id.desc()))).first()
        assert (row.not_before - clock()).total_seconds() == pytest.approx(30, abs=0.1)
        assert (row.retries, len(messenger.messages)) == (0, 3)
    finally:
        running.cancel()
        await asyncio.wait({running})


@pytest.mark.parametrize("op", [Op.EDIT, Op.MARK])
@pytest.mark.parametrize("unsure", [False, True], ids=["queued", "unsure"])
async def test_a_change_that_stands_before_its_message_in_the_lane_lets_it_pass(db, clock, op, unsure):
    """So it can be when two chats were merged."""
    told = '{"phrase": "message.withdrawn", "reply": true}'
    async with db.begin() as conn:
        chat_id = await chats.ensure(conn, READER, ChatKind.PRIVATE, "", clock(), "en")
        change = await deliveries.enqueue_one(
            conn, Draft(chat_id, op, Lane.ROUTINE, revision=1, notice=told), clock()
        )
    await queue_posts(db, clock, 2)
    async with db.begin() as conn:
        post_id = (await conn.execute(select(func.min(table.c.post_id)))).scalar_one()
        first = (table.c.post_id == post_id) & (table.c.op == Op.SEND.value)
        if unsure:
            await conn.execute(update(table).where(first).values(state="unsure", maybe_repeat=True, attempts=1))
        await conn.execute(update(table).where(table.c.id == change).values(post_id=post_id))
    messenger = ScriptedMessenger()
    counted = await run_until_quiet(db, clock, messenger)
    assert not any(counted.get(state) for state in (State.FAILED, State.HELD))
    texts = messenger.texts(READER)
    assert sum("第1条" in text for text in texts) == 1
    assert sum("第2条" in text for text in texts) == 1


async def test_a_head_whose_chat_was_merged_into_another_does_not_go_beside_that_ones(db, clock):
    inside = most = 0

    class Slow(ScriptedMessenger):
        async def send(self, *given, **how):
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.05)
            inside -= 1
            return await super().send(*given, **how)

    await queue_posts(db, clock, 2)
    messenger = Slow()
    outbox = make(db, clock, messenger)
    async with db.read() as conn:
        second = (await conn.execute(select(func.max(table.c.id)))).scalar_one()
    outbox._backlog.add([Head(second, 999, READER, Lane.ROUTINE, clock())], clock())
    running = asyncio.ensure_future(outbox.run())

    async def sent():
        return await states(db) == ["sent", "sent"]

    await until(sent)
    outbox.finish()
    await asyncio.wait_for(running, 10)
    assert most == 1
    assert ["第1条" in text for text in messenger.texts(READER)] == [True, False]
