"""How peers lost messages after they had seen them (1 to 3, 5, 6, 9 to 11, 13, 15); none of it can happen here."""

import asyncio

import pytest
from outboxes import READER, make, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import select

from bot.chat.application import build_bot
from bot.chat.sender import TelegramMessenger
from bot.delivery import face
from bot.delivery.pacing import Limits
from bot.delivery.rendering import render
from bot.demo.botapi import BotApiServer
from bot.locales import phrases
from bot.model.account import Account
from bot.model.alert import Severity
from bot.model.delivery import Lane, State
from bot.model.post import Post, Revision, RevisionKind
from bot.model.subscription import Target
from bot.store import accounts as account_store
from bot.store import chats, subscriptions
from bot.store.tables import chats as chat_table
from bot.store.tables import deliveries as table

GROUP, SUPERGROUP = -5, -1005
CHATS = (1001, 1002, 1003, 1004, 1005)


class KilledError(BaseException):
    """The process ends here."""


def numbers(messenger, chat=READER):
    return [int(text.split("第")[1].split("条")[0]) for text in messenger.texts(chat) if "第" in text]


async def test_lost_01_seen_before_sent_a_crash_in_between_loses_it_for_no_chat(town):
    """RSStT, bison, flowerss, rssbot, NodeRSSBot and miniflux save "seen", then send from memory."""
    for chat in CHATS:
        await town.subscribe(chat)
    await town.see()
    await town.see(town.post(1))
    seen = 0

    def die_at_the_third(_what):
        nonlocal seen
        seen += 1
        if seen == 3:
            raise KilledError

    town.messenger.before = die_at_the_third
    with pytest.raises(BaseException) as died:  # noqa: PT011 - the kill itself, bare or in a group
        await town.deliver()
    assert "KilledError" in repr(died.value)
    town.messenger.before = lambda _what: None
    await town.restart()
    await town.see(town.post(1))
    await town.deliver()
    assert {chat: numbers(town.messenger, chat)[:1] for chat in CHATS} == {chat: [1] for chat in CHATS}


async def test_lost_01_seen_before_sent_killed_within_the_writing_it_was_not_seen(town, monkeypatch):
    """RSStT, bison, flowerss, rssbot, NodeRSSBot and miniflux save "seen", then send from memory."""
    await town.subscribe(READER)
    await town.see()
    real = account_store.save_watch

    async def die(*_args):
        raise KilledError

    monkeypatch.setattr(account_store, "save_watch", die)
    with pytest.raises(KilledError):
        await town.see(town.post(1))
    monkeypatch.setattr(account_store, "save_watch", real)
    assert await town.rows() == []
    await town.restart()
    await town.see(town.post(1))
    await town.deliver()
    assert numbers(town.messenger) == [1]


async def test_lost_02_give_up_on_flood_twenty_refusals_drop_nothing(sqlite_db, clock):
    """RSStT logs "Msg dropped due to too many flood control retries" after two tries."""
    messenger = ScriptedMessenger()
    floods = iter([face.FloodError(7)] * 20)

    def flood(_what):
        for error in floods:
            raise error

    messenger.before = flood
    await queue_posts(sqlite_db, clock, 2)
    assert await run_until_quiet(sqlite_db, clock, messenger) == {State.SENT: 2}
    assert numbers(messenger) == [1, 2]
    async with sqlite_db.read() as conn:
        assert (await conn.execute(select(table.c.retries).order_by(table.c.id))).scalars().all() == [20, 0]


async def test_lost_03_timeout_of_the_fan_out_a_slow_group_gets_all_however_long_it_takes(sqlite_db, clock):
    """RSStT cancels a feed's sendings after 600 s: at 20 a minute no more than 200 messages fit (here: at 2, 20)."""
    messenger = ScriptedMessenger()
    sent_at = []
    messenger.after = lambda _what: sent_at.append(clock().timestamp())
    await queue_posts(sqlite_db, clock, 22, telegram_id=GROUP)
    running = asyncio.ensure_future(make(sqlite_db, clock, messenger, limits=Limits(group_messages=2)).run())
    try:
        async with asyncio.timeout(20):
            while len(messenger.messages) < 22:
                clock.advance(2)
                await asyncio.sleep(0.004)
    finally:
        running.cancel()
        await asyncio.wait({running})
    assert numbers(messenger, GROUP) == list(range(1, 23))
    assert sent_at[-1] - sent_at[0] >= 600


ONCE = {
    "flood": face.FloodError(3),
    "never left": face.NotSentError("connection refused"),
    "lost answer": face.LostAnswerError("timed out"),
    "unknown": face.UnknownError("Bad Request: NEW_KIND"),
    "migrated": face.MigratedError(2001),
    "own fault": RuntimeError("a fault of ours"),
}


@pytest.mark.parametrize("error", ONCE.values(), ids=ONCE.keys())
async def test_lost_05_swallowed_error_is_never_counted_as_success_what_may_pass_is_tried_again(
    sqlite_db, clock, error
):
    """bison's sender catches the error, and its queue takes the message for sent."""
    messenger = ScriptedMessenger()
    errors = iter([error])

    def fail_once(_what):
        for each in errors:
            raise each

    messenger.before = fail_once
    await queue_posts(sqlite_db, clock, 1)
    assert await run_until_quiet(sqlite_db, clock, messenger) == {State.SENT: 1}
    assert len(messenger.messages) == 1


FOR_GOOD = {
    "blocked": face.BlockedError("Forbidden: bot was blocked by the user"),
    "rejected": face.RejectedError("Bad Request: message is too long"),
}


@pytest.mark.parametrize("error", FOR_GOOD.values(), ids=FOR_GOOD.keys())
async def test_lost_05_swallowed_error_what_cannot_be_sent_says_why(sqlite_db, clock, error):
    """bison's sender catches the error, and its queue takes the message for sent."""
    messenger = ScriptedMessenger()

    def fail(_what):
        raise error

    messenger.before = fail
    await queue_posts(sqlite_db, clock, 1)
    assert await run_until_quiet(sqlite_db, clock, messenger) == {State.FAILED: 1}
    async with sqlite_db.read() as conn:
        assert (await conn.execute(select(table.c.error))).scalars().all() == [str(error)]


@pytest.mark.parametrize("error", [RuntimeError("a fault of ours"), *FOR_GOOD.values()], ids=repr)
async def test_lost_06_one_bad_recipient_does_not_stop_the_others(town, error):
    """rssbot returns out of the loop over subscribers at the first error that it does not expect."""
    for chat in CHATS:
        await town.subscribe(chat)
    await town.see()
    await town.see(town.post(1), town.post(2))

    def refuse_one(what):
        if what[1].chat_id == CHATS[0]:
            raise error

    town.messenger.before = refuse_one
    running = asyncio.ensure_future(town.deliver())
    async with asyncio.timeout(20):
        while any(numbers(town.messenger, chat) != [1, 2] for chat in CHATS[1:]):
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running})


async def test_lost_06_one_bad_post_does_not_end_the_broadcast_of_the_next(town):
    """flowerss returns at a template's error, and nobody further gets anything."""
    for chat in CHATS:
        await town.subscribe(chat)
    await town.see()
    await town.see(town.post(1), town.post(2))

    def refuse_the_first(what):
        if "第1条" in what[2].styled.text:
            raise face.RejectedError("Bad Request: odd")

    town.messenger.before = refuse_the_first
    await town.deliver()
    assert {chat: numbers(town.messenger, chat) for chat in CHATS} == {chat: [2] for chat in CHATS}
    assert sorted(row.state for row in await town.rows()) == ["failed"] * 5 + ["sent"] * 5


async def test_lost_09_migration_read_as_a_ban_the_group_keeps_its_wishes_and_gets_the_very_message(town):
    """el_monitorro deletes the chat and its subscriptions; BoKKeR moves it and drops the message that found out."""
    await town.subscribe(GROUP)
    await town.see()
    await town.see(town.post(1))

    def moved(what):
        if what[1].chat_id == GROUP:
            raise face.MigratedError(SUPERGROUP)

    town.messenger.before = moved
    await town.deliver()
    await town.see(town.post(1), town.post(2))
    await town.deliver()
    assert numbers(town.messenger, SUPERGROUP) == [1, 2]
    async with town.db.read() as conn:
        chat = await chats.get(conn, SUPERGROUP)
        assert len(await subscriptions.of_chat(conn, chat.id, None)) == 1
        assert await chats.get(conn, GROUP) is None


async def test_lost_09_a_closed_topic_read_as_a_ban_goes_to_the_general_one_and_the_wish_stays(town):
    """RSStT unsubscribes the whole chat when one of its topics is closed."""
    await town.subscribe(SUPERGROUP, thread_id=7)
    await town.see()
    await town.see(town.post(1))

    def closed(what):
        if what[1].thread_id == 7:
            raise face.TopicGoneError("TOPIC_CLOSED")

    town.messenger.before = closed
    await town.deliver()
    said = [message for message in town.messenger.messages if "第1条" in message.text]
    assert [message.target for message in said] == [Target(SUPERGROUP, 0)]
    async with town.db.read() as conn:
        chat = await chats.get(conn, SUPERGROUP)
        assert (chat.paused, len(await subscriptions.of_chat(conn, chat.id, 7))) == (False, 1)


async def test_lost_09_one_failed_sending_read_as_a_ban_does_not_shut_the_chat(town):
    """covidbot disables a user after one message that failed for any reason."""
    await town.subscribe(READER)
    await town.see()
    await town.see(town.post(1))
    errors = iter([face.RejectedError("Bad Request: odd")] * 2)

    def refuse(_what):
        for error in errors:
            raise error

    town.messenger.before = refuse
    await town.deliver()
    await town.see(town.post(1), town.post(2))
    await town.deliver()
    assert numbers(town.messenger)[-1] == 2
    async with town.db.read() as conn:
        assert (await conn.execute(select(chat_table.c.state))).scalars().all() == ["active"]


async def test_lost_10_unescaped_html_in_a_title_arrives_as_it_is_written():
    """miniflux puts the title into HTML unescaped: a literal "<" gives 400, and the message is lost."""
    title, text = "Level <3> & rising </b>", "5 < 6 & <i>not italic [x](y) *no* _markdown_"
    account = Account("feed", "k", "Office <b>", "https://office.example/")
    post = Post("feed", "k", "1", text, "https://office.example/1", title=title)
    async with BotApiServer() as server:
        reader = server.world.add_user("Reader").id
        async with build_bot(server.token, server.url) as bot:
            rendered = render(Revision(post, RevisionKind.NEW, 1), account, phrases("en"))
            for part in rendered.parts:
                await TelegramMessenger(bot).send(Target(reader, 0), part)
        # an invisible joiner keeps "/b" from being a command
        said = server.world.texts(reader)[0].replace("\u2060", "")
        assert server.violations == {}
    assert title in said
    assert text in said
    assert "Office <b>" in said


async def test_lost_11_head_of_line_blocking_a_chat_that_must_wait_holds_up_nobody(sqlite_db, clock):
    """bison sends one message in 1.5 s to whomever; BoKKeR stops every chat for a minute at one 429."""
    messenger = ScriptedMessenger()
    sent_at = {}
    others = [2000 + n for n in range(200)]
    await queue_posts(sqlite_db, clock, 1)
    for chat in others:
        await queue_posts(sqlite_db, clock, 1, telegram_id=chat)
    floods = iter([face.FloodError(60)])
    began = clock().timestamp()

    def flood(what):
        if what[1].chat_id == READER:
            for error in floods:
                raise error
        sent_at[what[1].chat_id] = clock().timestamp() - began

    messenger.before = flood
    running = asyncio.ensure_future(make(sqlite_db, clock, messenger).run())
    try:
        async with asyncio.timeout(20):
            while len(messenger.messages) < 200:  # the clock stands still: nobody waits for anything
                await asyncio.sleep(0.005)
            assert set(sent_at) == set(others)
            while len(messenger.messages) < 201:
                clock.advance(1)
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.wait({running})
    assert max(sent_at[chat] for chat in others) == 0
    assert sent_at[READER] >= 60


async def test_lost_13_cooldowns_on_alerts_each_alert_and_each_rise_of_level_rings(town):
    """AccessiWeather's polls, cooldowns and limits, one upon the other, held an alert for up to 1 h 40 min."""
    await town.subscribe(READER)
    await town.see()
    before = town.clock()
    for page in ([town.alert(1)], [town.alert(2)], [town.alert(3, Severity.EXTREME, replaces=2)]):
        await town.see(*page)
        await town.deliver()
    assert [message.text.count("notice") and message.silent for message in town.messenger.messages] == [False] * 3
    assert (town.clock() - before).total_seconds() < 10


async def test_lost_15_overload_local_messages_in_front_do_not_delay_the_alert_for_life(sqlite_db, clock):
    """Germany, 10 September 2020: 52 local messages queued in front, NINA 20 to 30 minutes late."""
    messenger = ScriptedMessenger()
    for n in range(52):
        await queue_posts(sqlite_db, clock, 1, telegram_id=2000 + n)
    await queue_posts(sqlite_db, clock, 1, lanes=(Lane.EXTREME,))
    await run_until_quiet(sqlite_db, clock, messenger, at_once=1)
    assert messenger.messages[0].target.chat_id == READER
    assert len(messenger.messages) == 53


async def test_lost_15_overload_an_alert_that_was_lifted_meanwhile_does_not_ring_after_the_all_clear(town):
    """Germany, 10 September 2020: NINA's alarm came after the all-clear."""
    await town.subscribe(READER)
    await town.see()
    await town.see(town.alert(1, Severity.EXTREME))
    await town.see(town.alert(2, replaces=1, cancels=True))
    await town.deliver()
    assert town.messenger.messages == []
