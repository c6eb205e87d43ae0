"""First the bell, then the words: an alert whose translation is not there in time goes out all the same, and is edited
when it comes; whatever hangs, dies or lies meanwhile.
"""

import asyncio
import contextlib
import random
from datetime import timedelta

import pytest
from outboxes import UNLIMITED, enqueue, queue_posts
from scripted import ScriptedMessenger
from sqlalchemy import select

from bot.delivery.face import LostAnswerError
from bot.delivery.interpreting import Interpreter
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.delivery.rendering import ORDER
from bot.delivery.returning import welcome_back
from bot.model.delivery import Lane, Op, State
from bot.model.translation import Summary, Translation, Untranslated, Why
from bot.reading import reader
from bot.store import chats, deliveries, renditions
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as table
from bot.store.tables import renditions as kept

#: No grammar reads it, so only an engine can say it.
FREE = "请市民注意安全，尽量减少外出，看好老人孩子。"
SAID = "Please take care, go out as little as you can, and look after the old and the young."
FORMULA = "北京市气象台发布暴雨橙色预警信号。"
READER, OTHER = 1001, 2002
#: Long enough to be summed up; its two facts are an extract.
HARM = "截至19时，已有3人死亡、12人受伤。"
STORY = "这座城市的老居民对这样的雨并不陌生，老人们常说起山谷里的风和灯光。"
LONG = f"{HARM}{STORY * 40}"
SUMMED = "By 19:00, 3 people had died and 12 were injured."
SUMMARY = f"In short:\n{SUMMED}\nSummary by openai"
EXTRACT = f"In short:\n{HARM}"


class Engines:
    """A translator whose answers come when the test lets them."""

    def __init__(self, answer=SAID, *, hangs=False, may=True):
        self.answer, self.may_translate = answer, may
        self.asked = []
        self.free = asyncio.Event()
        if not hangs:
            self.free.set()

    async def may(self, source, target):
        return self.may_translate

    async def translate(self, text, source, target):
        self.asked.append((text, source, target))
        await self.free.wait()
        if isinstance(self.answer, Why):
            return Untranslated(self.answer)
        return Translation(self.answer, source, target, "deepl", "", None)


class Model:
    """A summariser whose answers come when the test lets them."""

    def __init__(self, answer=SUMMED, *, hangs=False):
        self.answer, self.asked, self.free = answer, [], asyncio.Event()
        if not hangs:
            self.free.set()

    async def summarise(self, text, source, target):
        self.asked.append((text, source, target))
        await self.free.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return (
            self.answer
            if isinstance(self.answer, Untranslated)
            else Summary(self.answer, source, target, "openai", "small", None)
        )


class Running:
    """An outbox at work; ``until`` moves the clock, ``ends`` stops it as kill -9 does."""

    def __init__(self, db, clock, messenger, engines, model=None):
        self.db, self.clock, self.messenger = db, clock, messenger
        self.interpreter = Interpreter(engines, model)
        pacing = Pacing(lambda: clock().timestamp(), UNLIMITED)
        self.outbox = Outbox(
            db, messenger, clock=clock, rng=random.Random(1), pacing=pacing, interpreter=self.interpreter
        )
        self.task = asyncio.ensure_future(self.outbox.run())

    async def until(self, condition, step=0.0):
        async with asyncio.timeout(20):
            while not condition():
                if self.task.done():
                    self.task.result()
                self.clock.advance(step)
                await asyncio.sleep(0.005)

    async def settled(self):
        async with asyncio.timeout(20):
            while True:
                async with self.db.read() as conn:
                    counted = await deliveries.counts(conn)
                if not any(counted.get(state) for state in deliveries.WAITING):
                    return counted
                self.clock.advance(0.2)
                await asyncio.sleep(0.005)

    async def ends(self):
        self.task.cancel()
        await asyncio.wait({self.task})
        await self.interpreter.aclose()


@pytest.fixture(scope="module", autouse=True)
async def _warm():
    """The grammar is compiled once for the process; here it is not the matter."""
    await asyncio.to_thread(reader.warm)


@pytest.fixture
async def run(db, clock):
    async with contextlib.AsyncExitStack() as stack:

        def start(messenger, engines, model=None):
            running = Running(db, clock, messenger, engines, model)
            stack.push_async_callback(running.ends)
            return running

        yield start


def texts(messenger, chat=READER):
    return messenger.texts(chat)


async def test_words_that_are_there_in_time_go_out_with_the_alert(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, engines)
    await running.until(lambda: engines.asked)
    assert not messenger.messages
    engines.free.set()
    assert await running.settled() == {State.SENT: 1}
    (message,) = messenger.messages
    assert SAID in message.text
    assert FREE in message.text
    assert "Machine translation: deepl" in message.text
    assert message.text.index(SAID) < message.text.index(FREE)
    assert not message.edits


@pytest.mark.parametrize(("lane", "patience"), [(Lane.EXTREME, 2.0), (Lane.URGENT, 2.0), (Lane.ROUTINE, 20.0)])
async def test_it_does_not_wait_longer_than_its_lane_allows_and_is_edited_when_the_words_come(
    db, clock, run, lane, patience
):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True)
    await queue_posts(db, clock, 1, lanes=(lane,), text=FREE)
    running = run(messenger, engines)
    async with db.read() as conn:
        assert (await conn.execute(select(table.c.owed))).scalars().all() == [""]
    await running.until(lambda: engines.asked)
    asked = await asked_at(db)
    clock.now = asked + timedelta(seconds=patience - 0.1)
    for _ in range(30):
        await asyncio.sleep(0.005)
    assert not messenger.messages
    clock.now = asked + timedelta(seconds=patience)
    await running.until(lambda: messenger.messages)
    (message,) = messenger.messages
    assert "A translation follows." in message.text
    assert FREE in message.text
    engines.free.set()
    await running.until(lambda: message.edits, step=0.1)
    assert await running.settled() == {State.SENT: 2}
    assert SAID in message.text
    assert "follows" not in message.text
    assert len(messenger.messages) == 1
    async with db.read() as conn:
        assert (await conn.execute(select(table.c.owed))).scalars().all() == ["", ""]


async def asked_at(db):
    async with asyncio.timeout(10):
        while True:
            async with db.read() as conn:
                found = (await conn.execute(select(kept.c.asked_at))).scalar_one_or_none()
            if found is not None:
                return found
            await asyncio.sleep(0.005)


async def test_what_does_not_wait_passes_by_what_does(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True)
    await queue_posts(db, clock, 1, telegram_id=READER, lanes=(Lane.ROUTINE,), text=FREE)
    await queue_posts(db, clock, 1, telegram_id=OTHER, lanes=(Lane.ROUTINE,), text=FORMULA)
    await queue_posts(db, clock, 1, telegram_id=READER, lanes=(Lane.URGENT,), text=FORMULA)
    running = run(messenger, engines)
    await running.until(lambda: len(messenger.messages) == 2)
    assert {message.target.chat_id for message in messenger.messages} == {READER, OTHER}
    assert all(FORMULA in message.text for message in messenger.messages)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Why.UNRELIABLE, "could not be translated reliably"),
        (Why.UNAVAILABLE, "No translation can be had just now"),
        (Why.NO_ENGINE, "There is no translation of this"),
    ],
)
async def test_where_no_translation_comes_the_original_says_so(db, clock, run, why, words):
    messenger, engines = ScriptedMessenger(), Engines(why)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, engines)
    assert await running.settled() == {State.SENT: 1}
    (message,) = messenger.messages
    assert FREE in message.text
    assert words in message.text
    assert "follows" not in message.text


async def test_a_promise_that_is_not_kept_is_taken_back(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines(Why.UNRELIABLE, hangs=True)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, engines)
    await running.until(lambda: messenger.messages, step=0.1)
    assert "A translation follows." in messenger.messages[0].text
    engines.free.set()
    await running.until(lambda: messenger.messages[0].edits, step=0.1)
    assert "could not be translated reliably" in messenger.messages[0].text


async def test_nothing_is_promised_where_no_engine_may_translate(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True, may=False)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, engines)
    await running.until(lambda: messenger.messages, step=0.1)
    assert FREE in messenger.messages[0].text
    assert "follows" not in messenger.messages[0].text


async def test_the_phrasebook_needs_no_engine_and_no_waiting(db, clock, run):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, lanes=(Lane.ROUTINE,), text=FORMULA)
    started = clock()
    running = run(messenger, None)
    await running.until(lambda: messenger.messages)
    assert clock() == started
    text = messenger.messages[0].text
    assert text.startswith("🟠 Warning: rainstorm, orange · Issued · Beijing Meteorological Observatory\n")
    assert "Translated by Tocsin’s phrasebook" in text
    assert FORMULA in text


async def test_a_reader_of_the_original_language_sees_no_translation(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines()
    seen = []
    messenger.before = lambda what: seen.append(what[2])
    await queue_posts(db, clock, 1, lanes=(Lane.ROUTINE,), text=FREE)
    async with db.begin() as conn:
        await chats.set_language(conn, READER, "zh-Hant")
    running = run(messenger, engines)
    assert await running.settled() == {State.SENT: 1}
    (message,) = messenger.messages
    assert not engines.asked
    assert message.text.count(FREE) == 1
    assert "翻譯" not in message.text
    assert "原文" not in message.text.replace("原文（", "").replace("原文 (", "")
    assert not [button for row in seen[0].buttons for button in row if button.data.startswith(ORDER)]


async def test_many_readers_cost_one_call_for_each_language(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines()
    await queue_posts(db, clock, 1, telegram_id=1, lanes=(Lane.URGENT,), text=FREE)
    async with db.begin() as conn:
        post_id = (await conn.execute(select(table.c.post_id))).scalar_one()
        drafts = []
        for reader in range(2, 42):
            language = "de" if reader % 2 else "en"
            chat = await chats.ensure(conn, reader, chats.ChatKind.PRIVATE, "", clock(), language)
            drafts.append(Draft(chat, Op.SEND, Lane.URGENT, post_id=post_id, revision=1))
        await enqueue(conn, drafts, clock())
    running = run(messenger, engines)
    assert await running.settled() == {State.SENT: 41}
    assert sorted(target for _, _, target in engines.asked) == ["de", "en"]
    assert all(SAID in message.text for message in messenger.messages)


async def test_killed_between_the_bell_and_the_words_the_next_run_still_brings_them(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    first = run(messenger, engines)
    await first.until(lambda: messenger.messages, step=0.1)
    await first.settled()
    await first.ends()
    assert not messenger.messages[0].edits
    second = run(messenger, Engines())
    await second.until(lambda: messenger.messages[0].edits, step=0.1)
    await second.settled()
    assert SAID in messenger.messages[0].text
    assert len(messenger.messages) == 1


async def test_killed_while_the_bell_was_on_its_way_the_repeat_has_its_words_and_says_that_it_may_be_one(
    db, clock, run
):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    first = run(messenger, engines)
    dies = asyncio.Event()

    def die(what):
        dies.set()
        first.task.cancel()
        raise LostAnswerError("the process is gone")

    messenger.after = die
    await first.until(dies.is_set, step=0.1)
    await first.ends()
    messenger.after = lambda _what: None
    second = run(messenger, Engines())
    await second.until(lambda: len(messenger.messages) == 2, step=0.1)
    await second.settled()
    assert messenger.messages[1].text.startswith("This may be a repeat")
    assert SAID in messenger.messages[1].text


async def test_a_restart_does_not_wait_anew(db, clock, run):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, lanes=(Lane.ROUTINE,), text=FREE)
    first = run(messenger, Engines(hangs=True))
    asked = await asked_at(db)
    await first.ends()
    clock.now = asked + timedelta(seconds=20)
    run(messenger, Engines(hangs=True))
    async with asyncio.timeout(10):
        while not messenger.messages:
            await asyncio.sleep(0.005)
    assert "A translation follows." in messenger.messages[0].text


async def test_the_edit_keeps_the_word_that_it_may_be_a_repeat(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True)
    lost = iter([True])

    def lose(what):
        if what[0] == "send" and next(lost, False):
            raise LostAnswerError("connection reset")

    messenger.after = lose
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, engines)
    await running.until(lambda: len(messenger.messages) == 2, step=0.2)
    engines.free.set()
    await running.until(lambda: messenger.messages[1].edits, step=0.2)
    await running.settled()
    repeat = messenger.messages[1].text
    assert repeat.startswith("This may be a repeat")
    assert SAID in repeat


async def test_a_long_post_that_began_without_its_words_ends_without_them_and_is_edited_whole(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines("word " * 1200, hangs=True)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE * 300)

    def come(what):
        if what[0] == "send":
            engines.free.set()  # while its first message is on its way

    messenger.before = come
    running = run(messenger, engines)
    await running.until(lambda: any(message.edits for message in messenger.messages), step=0.2)
    await running.settled()
    first_shown = [message.edits[0] if message.edits else message.text for message in messenger.messages]
    assert "".join(first_shown).count(FREE) >= 299
    shown = " ".join(message.text for message in messenger.messages)
    assert shown.count("word ") + shown.count("word\n") == 1200
    assert "follows" not in shown


async def test_an_edit_of_the_agency_goes_out_first_too(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines()
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, engines)
    await running.settled()
    engines.free.clear()
    await revise(db, clock, FREE + "今晚注意。", Op.EDIT)
    running.outbox.wake()
    await running.until(lambda: len(messenger.messages[0].edits) == 1, step=0.1)
    assert "今晚注意" in messenger.messages[0].text
    assert "A translation follows." in messenger.messages[0].text
    engines.answer = SAID + " Tonight."
    engines.free.set()
    await running.until(lambda: len(messenger.messages[0].edits) == 2, step=0.1)
    assert SAID + " Tonight." in messenger.messages[0].text


async def revise(db, clock, text, op):
    from dataclasses import replace

    from bot.model.post import RevisionKind
    from bot.store import posts

    async with db.begin() as conn:
        post_id, chat_id = (await conn.execute(select(table.c.post_id, table.c.chat_id))).one()
        post = (await posts.revision(conn, post_id, 1)).post
        number = await posts.revise(conn, post_id, replace(post, text=text), "f2", RevisionKind.EDITED, clock())
        draft = Draft(chat_id, op, Lane.URGENT, post_id=post_id, revision=number or 2)
        await enqueue(conn, [draft], clock())


async def test_the_button_turns_the_message_round(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines()
    parts = []
    messenger.before = lambda what: parts.append(what[2])
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, engines)
    await running.settled()
    async with db.begin() as conn:
        chat = await chats.get(conn, READER)
        post_id = (await conn.execute(select(table.c.post_id))).scalar_one()
        assert parts[0].buttons[0][0].data == f"or:1:{post_id}"
        await chats.set_order(conn, READER, original_first=True)
        assert await renditions.anew(conn, chat.id, post_id, clock()) == 1
    running.outbox.wake_for_old()
    await running.until(lambda: messenger.messages[0].edits)
    text = messenger.messages[0].text
    assert text.index(FREE) < text.index(SAID)
    assert parts[1].buttons[0][0].data == f"or:0:{post_id}"
    await running.settled()
    # pressed once more, the same row does it once more
    async with db.begin() as conn:
        await chats.set_order(conn, READER, original_first=False)
        await renditions.anew(conn, chat.id, post_id, clock())
    running.outbox.wake_for_old()
    await running.until(lambda: len(messenger.messages[0].edits) == 2)
    assert messenger.messages[0].text.index(SAID) < messenger.messages[0].text.index(FREE)


class Slow(ScriptedMessenger):
    """Shows a message at once; its answer is on its way until it is let go."""

    def __init__(self):
        super().__init__()
        self.shown, self.answered = asyncio.Event(), asyncio.Event()

    async def send(self, *args, **kwargs):
        sent = await super().send(*args, **kwargs)
        self.shown.set()
        await self.answered.wait()
        return sent


async def test_a_press_before_the_arrival_is_written_turns_the_message_round_after_it(db, clock, run):
    messenger = Slow()
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, Engines())
    async with asyncio.timeout(20):
        await messenger.shown.wait()
    async with db.begin() as conn:
        chat = await chats.get(conn, READER)
        post_id = (await conn.execute(select(table.c.post_id))).scalar_one()
        await chats.set_order(conn, READER, original_first=True)
        assert await renditions.anew(conn, chat.id, post_id, clock()) == 1
    running.outbox.wake_for_old()
    messenger.answered.set()
    await running.until(lambda: messenger.messages[0].edits, step=0.1)
    [message] = messenger.messages
    assert message.text.index(FREE) < message.text.index(SAID)


async def test_a_turn_that_is_not_written_forgets_nothing_that_is_owed(db, clock, run, monkeypatch):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    monkeypatch.setattr("bot.delivery.outbox.DATABASE_PAUSE", 0.01)
    running = run(messenger, engines)
    await running.until(lambda: messenger.messages, step=0.1)
    broken = iter([True])
    real = renditions.pay

    async def fail_once(conn, place, now):
        queued = await real(conn, place, now)
        if next(broken, False):
            raise OSError("the disk is full")
        return queued

    monkeypatch.setattr(renditions, "pay", fail_once)
    engines.free.set()
    await running.until(lambda: messenger.messages[0].edits, step=0.1)
    assert SAID in messenger.messages[0].text


async def test_a_chat_that_is_let_in_again_gets_the_words_that_came_meanwhile(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, engines)
    await running.until(lambda: messenger.messages, step=0.1)
    await running.settled()
    async with db.begin() as conn:
        await chats.pause(conn, READER, "blocked")
    engines.free.set()
    async with asyncio.timeout(10):
        while not await said(db):
            await asyncio.sleep(0.01)
    assert await running.settled() == {State.SENT: 1}
    async with db.begin() as conn:
        await welcome_back(conn, READER, clock())
    running.outbox.wake()
    await running.until(lambda: messenger.messages[0].edits, step=0.1)
    assert SAID in messenger.messages[0].text


async def said(db):
    async with db.read() as conn:
        return (await conn.execute(select(kept.c.words))).scalar_one()


# ------------------------------------------------------------------ a model's summary of a long post


async def queue_long(db, clock, language, lane=Lane.URGENT):
    await queue_posts(db, clock, 1, lanes=(lane,), text=LONG)
    async with db.begin() as conn:
        await chats.set_language(conn, READER, language)


def whole(messenger):
    return "\n".join(message.text for message in messenger.messages)


async def test_a_summary_that_is_there_in_time_goes_out_with_the_translation(db, clock, run):
    messenger, model = ScriptedMessenger(), Model()
    await queue_long(db, clock, "en")
    running = run(messenger, Engines(), model)
    assert await running.settled() == {State.SENT: 1}
    assert model.asked == [(LONG, "zh-Hans", "en")]
    text = whole(messenger)
    assert text.index(SUMMARY) < text.index(SAID) < text.index(HARM)
    assert EXTRACT not in text
    assert not any(message.edits for message in messenger.messages)


async def test_a_reader_of_the_posts_own_language_gets_a_summary_too(db, clock, run):
    messenger, engines, model = ScriptedMessenger(), Engines(), Model("截至19时，3人死亡、12人受伤。")
    await queue_long(db, clock, "zh-Hans")
    running = run(messenger, engines, model)
    assert await running.settled() == {State.SENT: 1}
    assert not engines.asked
    assert model.asked == [(LONG, "zh-Hans", "zh-Hans")]
    assert "截至19时，3人死亡、12人受伤。" in whole(messenger)
    assert "openai" in whole(messenger)


@pytest.mark.parametrize(("lane", "patience"), [(Lane.URGENT, 2.0), (Lane.ROUTINE, 20.0)])
async def test_a_summary_that_hangs_holds_up_no_translation_and_is_edited_in_when_it_comes(
    db, clock, run, lane, patience
):
    messenger, engines, model = ScriptedMessenger(), Engines(), Model(hangs=True)
    await queue_long(db, clock, "en", lane)
    running = run(messenger, engines, model)
    asked = await asked_at(db)
    await running.until(lambda: engines.asked and model.asked)
    clock.now = asked + timedelta(seconds=patience - 0.1)
    for _ in range(30):
        await asyncio.sleep(0.005)
    assert not messenger.messages
    clock.now = asked + timedelta(seconds=patience)
    await running.until(lambda: messenger.messages)
    # the bell has the translation already, and promises none
    assert SAID in whole(messenger)
    assert "In short" not in whole(messenger)
    assert "follows" not in whole(messenger)
    model.free.set()
    await running.until(lambda: messenger.messages[0].edits, step=0.1)
    await running.settled()
    assert SUMMARY in whole(messenger)
    assert SAID in whole(messenger)
    async with db.read() as conn:
        assert set((await conn.execute(select(table.c.owed))).scalars()) == {""}


async def test_a_translation_that_hangs_holds_up_no_summary(db, clock, run):
    messenger, engines, model = ScriptedMessenger(), Engines(hangs=True), Model()
    await queue_long(db, clock, "en")
    running = run(messenger, engines, model)
    await running.until(lambda: messenger.messages, step=0.1)
    assert SUMMARY in whole(messenger)
    assert "A translation follows." in whole(messenger)
    engines.free.set()
    await running.until(lambda: any(message.edits for message in messenger.messages), step=0.1)
    await running.settled()
    assert SUMMARY in whole(messenger)
    assert SAID in whole(messenger)


@pytest.mark.parametrize(
    "answer",
    [Untranslated(Why.UNRELIABLE), Untranslated(Why.UNAVAILABLE), ZeroDivisionError(), "long " * 400],
    ids=str,
)
async def test_where_no_summary_can_be_shown_the_agencys_own_sentences_are(db, clock, run, answer):
    messenger, engines, model = ScriptedMessenger(), Engines(), Model(answer)
    await queue_long(db, clock, "zh-Hans")
    running = run(messenger, engines, model)
    assert await running.settled() == {State.SENT: 1}
    assert HARM + " …" in whole(messenger)
    assert "openai" not in whole(messenger)
    assert "long" not in whole(messenger)


async def test_a_short_post_is_summed_up_by_nobody(db, clock, run):
    messenger, model = ScriptedMessenger(), Model()
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, Engines(), model)
    await running.settled()
    assert not model.asked
    assert SAID in whole(messenger)


async def test_a_summary_survives_a_kill_and_is_not_asked_for_again(db, clock, run):
    messenger, model = ScriptedMessenger(), Model()
    await queue_long(db, clock, "zh-Hans")
    first = run(messenger, None, model)
    await first.settled()
    await first.ends()
    async with db.read() as conn:
        assert SUMMED in (await conn.execute(select(kept.c.words))).scalar_one()
    async with db.begin() as conn:
        chat = await chats.ensure(conn, OTHER, chats.ChatKind.PRIVATE, "", clock(), "zh-Hans")
        post_id = (await conn.execute(select(table.c.post_id))).scalar_one()
        await enqueue(conn, [Draft(chat, Op.SEND, Lane.URGENT, post_id=post_id, revision=1)], clock())
    again = Model()
    second = run(messenger, None, again)
    await second.until(lambda: texts(messenger, OTHER), step=0.1)
    assert SUMMED in "\n".join(texts(messenger, OTHER))
    assert not again.asked


async def test_a_clock_that_was_set_back_makes_nobody_wait_longer(db, clock, run):
    messenger, engines = ScriptedMessenger(), Engines(hangs=True)
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,), text=FREE)
    running = run(messenger, engines)
    await running.until(lambda: engines.asked)
    asked = await asked_at(db)
    clock.advance(-30)
    # by the new clock it had two seconds from when that was noticed
    await running.until(lambda: messenger.messages or clock() > asked, step=0.1)
    assert messenger.messages
    assert clock() < asked - timedelta(seconds=20)
