"""The sending half under its lease: a process that lost it sends and writes nothing, and its successor doubts what it left."""

import asyncio
import random
from dataclasses import dataclass

import pytest
from outboxes import READER, UNLIMITED, make, queue_posts
from scripted import ScriptedMessenger
from sqlalchemy import select

from bot.chat.line import Line
from bot.delivery import outbox as outbox_module
from bot.delivery.face import FloodError, NotSentError, Part, Styled
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.model.delivery import SentPart, State
from bot.model.place import ChatPlace
from bot.model.subscription import ChatKind, Target
from bot.sending import MARGIN_SECONDS, FencedMessenger, HeedingMessenger, Sending
from bot.settings import load_settings
from bot.store import bots, chat_places, chats, deliveries
from bot.store.database import Database
from bot.store.lease import LEASE_SECONDS, Lease
from bot.store.tables import deliveries as table


@pytest.fixture
async def second(db_url):
    other = await Database.open(db_url)
    yield other
    await other.close()


@pytest.fixture
def lease_of(clock):
    def make(db, holder):
        async def moment(_conn):
            return clock()

        return Lease(db, "send", moment=moment, seconds=lambda: clock().timestamp(), holder=holder)

    return make


@dataclass
class Process:
    """A lease, and an outbox that sends under it."""

    lease: Lease
    messenger: ScriptedMessenger
    outbox: Outbox


@pytest.fixture
def process(clock, lease_of):
    def make(db, holder, messenger):
        lease = lease_of(db, holder)
        outbox = Outbox(
            db,
            FencedMessenger(messenger, lease, Line(clock)),
            clock=clock,
            rng=random.Random(1),
            pacing=Pacing(lambda: clock().timestamp(), UNLIMITED),
            guard=lease.guards,
        )
        return Process(lease, messenger, outbox)

    return make


async def states(db):
    async with db.read() as conn:
        return list((await conn.execute(select(table.c.state).order_by(table.c.id))).scalars())


async def until(condition):
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.005)


PART = Part(Styled("hello"))


async def test_a_request_goes_only_while_the_lease_is_surely_ours(db, clock, lease_of):
    lease, messenger, line = lease_of(db, "a"), ScriptedMessenger(), Line(clock)
    fenced = FencedMessenger(messenger, lease, line)
    with pytest.raises(NotSentError):
        await fenced.send(Target(READER), PART)
    await lease.take()
    clock.advance(LEASE_SECONDS - MARGIN_SECONDS)
    sent = await fenced.send(Target(READER), PART)
    await fenced.edit(Target(READER), sent, PART)
    await fenced.reach(Target(READER))
    assert line.answered_at == clock()
    # what leaves now could arrive when another one sends already
    clock.advance(0.1)
    for request in (
        fenced.send(Target(READER), PART),
        fenced.edit(Target(READER), SentPart((1,), "text"), PART),
        fenced.reach(Target(READER)),
    ):
        with pytest.raises(NotSentError):
            await request
    assert (len(messenger.messages), len(messenger.reached), len(messenger.messages[0].edits)) == (1, 1, 1)


async def test_a_frozen_process_that_was_replaced_sends_none_of_its_stale_intents_and_its_successor_says_them_marked(
    db, second, clock, process
):
    """Frozen after the first message was accepted and before its answer was written; the second one was only meant."""
    chats = ScriptedMessenger()
    old, new = process(db, "far/x:1:1", chats), process(second, "b", chats)
    frozen, woken = asyncio.Event(), asyncio.Event()
    real = chats.send

    async def freeze(*given, **more):
        sent = await real(*given, **more)
        if not frozen.is_set():
            frozen.set()
            await woken.wait()
        return sent

    chats.send = freeze
    await queue_posts(db, clock, 2)
    await old.lease.take()
    working = asyncio.ensure_future(old.outbox.run())
    await asyncio.wait_for(frozen.wait(), 10)
    clock.advance(30)
    await asyncio.wait_for(new.lease.take(), 10)
    succeeding = asyncio.ensure_future(new.outbox.run())

    async def all_sent():
        return await states(second) == ["sent", "sent"]

    await until(all_sent)
    woken.set()

    async def noticed():
        return old.outbox._idle

    await until(noticed)
    texts = chats.texts(READER)
    assert ["may be a repeat" in words for words in texts] == [False, True, False]
    assert [words.split("第")[1][0] for words in texts] == ["1", "1", "2"]
    # more comes: only the new one sends it
    await queue_posts(db, clock, 1, text="第三")
    old.outbox.wake()
    new.outbox.wake()

    async def third():
        return await states(second) == ["sent", "sent", "sent"]

    await until(third)
    assert len(chats.texts(READER)) == 4
    for outbox, task in ((old.outbox, working), (new.outbox, succeeding)):
        outbox.finish()
        await asyncio.wait_for(task, 10)


async def test_one_that_was_replaced_before_it_began_does_not_doubt_what_the_other_has_on_its_way(
    db, second, clock, process
):
    messenger = ScriptedMessenger()
    old, new = process(db, "far/x:1:1", ScriptedMessenger()), process(second, "b", messenger)
    await old.lease.take()
    clock.advance(LEASE_SECONDS)
    await new.lease.take()
    asked, answered = asyncio.Event(), asyncio.Event()
    real = messenger.send

    async def slowly(*given, **more):
        asked.set()
        await answered.wait()
        return await real(*given, **more)

    messenger.send = slowly
    await queue_posts(db, clock, 1)
    succeeding = asyncio.ensure_future(new.outbox.run())
    await asyncio.wait_for(asked.wait(), 10)
    late = asyncio.ensure_future(old.outbox.run())

    async def idle():
        return old.outbox._idle

    await until(idle)
    assert await states(db) == ["sending"]
    answered.set()

    async def sent():
        return await states(db) == ["sent"]

    await until(sent)
    assert "may be a repeat" not in messenger.texts(READER)[0]
    for outbox, task in ((old.outbox, late), (new.outbox, succeeding)):
        outbox.finish()
        await asyncio.wait_for(task, 10)


# ------------------------------------------------------------------ what answers to commands meet


@pytest.mark.parametrize("restarted", [False, True], ids=["the same process", "killed and begun anew"])
@pytest.mark.parametrize("edits", [False, True], ids=["a message", "an edit"])
async def test_after_a_429_to_an_answer_alerts_to_that_chat_rest_their_time_and_others_go(
    db, clock, edits, restarted, monkeypatch
):
    monkeypatch.setattr(outbox_module, "NET_SECONDS", 0.02)  # the clock is moved by hand
    other, tries = READER + 1, []

    class Telegram(ScriptedMessenger):
        async def send(self, target, part, **how):
            tries.append((target.chat_id, clock().timestamp()))
            return await super().send(target, part, **how)

    def refuse(_what):
        raise FloodError(30)

    messenger = Telegram()
    outbox = make(db, clock, messenger)
    working = asyncio.ensure_future(outbox.run())
    answers = HeedingMessenger(ScriptedMessenger(), outbox)
    sent = await answers.send(Target(READER), PART)
    answers.messenger.before = refuse
    asked_at = clock().timestamp()
    with pytest.raises(FloodError):
        await (answers.edit(Target(READER), sent, PART) if edits else answers.send(Target(READER), PART))
    await queue_posts(db, clock, 1)
    await queue_posts(db, clock, 1, telegram_id=other)
    outbox.wake()

    async def other_has_it():
        return sorted(await states(db)) == ["queued", "sent"]

    await until(other_has_it)
    if restarted:
        working.cancel()
        await asyncio.wait({working})
        outbox = make(db, clock, messenger)
        working = asyncio.ensure_future(outbox.run())

    async def both_have_it():
        clock.advance(0.5)
        async with db.read() as conn:
            return await deliveries.counts(conn) == {State.SENT: 2}

    await until(both_have_it)
    outbox.finish()
    await asyncio.wait_for(working, 10)
    assert [chat for chat, _ in tries] == [other, READER]
    assert tries[-1][1] - asked_at >= 30


# ------------------------------------------------------------------ another bot


def sending_of(db, lease, clock, token):
    settings = load_settings(_env_file=None, telegram_token=token)
    return Sending(settings, db, lease, Line(clock), None, None, None, clock, random.Random(1))


async def parts(db):
    async with db.read() as conn:
        return list((await conn.execute(select(table.c.parts).order_by(table.c.id))).scalars())


async def sent_by_first_bot(db, clock, lease_of, process):
    messenger = ScriptedMessenger()
    one = process(db, "a", messenger)
    await one.lease.take()
    await sending_of(db, one.lease, clock, "111:first-bot")._disown_if_other_bot()
    await queue_posts(db, clock, 3)
    working = asyncio.ensure_future(one.outbox.run())

    async def sent():
        return await states(db) == ["sent"] * 3

    await until(sent)
    one.outbox.finish()
    await working
    return one.lease


async def test_with_the_same_bot_the_message_ids_stay(db, clock, lease_of, process):
    lease = await sent_by_first_bot(db, clock, lease_of, process)
    before = await parts(db)
    await sending_of(db, lease, clock, "111:first-bot-new-token")._disown_if_other_bot()
    assert await parts(db) == before


async def test_with_another_bot_they_are_forgotten_however_many_there_are_and_only_by_the_holder(
    db, clock, lease_of, process, monkeypatch
):
    monkeypatch.setattr(bots, "CHUNK", 2)
    lease = await sent_by_first_bot(db, clock, lease_of, process)
    before = await parts(db)
    await sending_of(db, lease_of(db, "nobody"), clock, "222:other-bot")._disown_if_other_bot()
    assert await parts(db) == before
    await sending_of(db, lease, clock, "222:other-bot")._disown_if_other_bot()
    assert await parts(db) == ['[{"message_ids":[],"form":"foreign"}]'] * 3
    async with db.read() as conn:
        assert await bots.sending(conn) == "222"


async def test_a_map_may_show_the_points_of_its_own_topic_and_no_unit(db, clock):
    async with db.begin() as conn:
        chat = await chats.ensure(conn, -100500, ChatKind.SUPERGROUP, "", clock(), "en")
        for thread, place in (
            (0, ChatPlace("a", 1.0, 2.0, 10.0)),
            (7, ChatPlace("b", 3.0, 4.0, 10.0)),
            (7, ChatPlace("北京市", 39.9, 116.3, 191.0, ("北京市",))),
            (7, ChatPlace("c", 5.0, 6.0, 10.0)),
        ):
            await chat_places.add(conn, chat, thread, place, clock())
    sending = sending_of(db, None, clock, "111:first-bot")
    assert await sending._points_of(chat, 7) == [(3.0, 4.0), (5.0, 6.0)]
    assert await sending._points_of(chat, 0) == [(1.0, 2.0)]
    assert await sending._points_of(chat, 8) == []
