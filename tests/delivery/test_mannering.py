"""What was kept back by quiet hours, a pause or a digest: in the database, never lost, told once and without lies."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from mannered import said, states, to, wants, wish
from outboxes import READER, make, queue_posts, run_until_quiet
from scripted import ScriptedMessenger, account
from sqlalchemy import select, update

from bot.delivery import readings
from bot.delivery.briefer import Briefer
from bot.delivery.releasing import release
from bot.model.alert import Severity
from bot.model.delivery import Lane, Op, State
from bot.model.manners import Manners, Pause, Quiet, Telling, Way
from bot.reading import reader
from bot.store import accounts, briefings, chats, deferred, deliveries, fanout, manners, mutes, queued
from bot.store.deliveries import Draft
from bot.store.fanout import Knows, Word
from bot.store.mutes import Gravity
from bot.store.tables import deliveries as table
from bot.store.tables import posts as posts_table

HOUR = 3600


@pytest.fixture(scope="module", autouse=True)
async def _warm():
    await asyncio.to_thread(reader.warm)


NIGHT = Manners("UTC", quiet=Quiet(22 * 60, 7 * 60))


async def test_what_comes_in_quiet_hours_comes_when_they_end_as_one_message_that_rings_once(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, NIGHT)
    to(clock, 23)
    await queue_posts(db, clock, 30, text="北京市气象台发布暴雨黄色预警信号。第{n}条")
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 30}
    assert messenger.messages == []
    briefer = Briefer(db, clock=clock)
    await briefer.look()
    assert {row.state for row in await states(db)} == {"deferred"}
    to(clock, 7)
    await briefer.look()
    await briefer.look()
    assert (await run_until_quiet(db, clock, messenger))[State.EXPIRED] == 30
    assert [message.silent for message in messenger.messages] == [False, *[True] * (len(messenger.messages) - 1)]
    whole = "\n".join(messenger.texts(READER))
    assert whole.startswith("What was held back\nPosts that came meanwhile: 30")
    assert whole.count("rainstorm, yellow") == 30
    # the time at which it was published, by the agency's clock
    assert "07:00 UTC+8" in whole
    async with db.read() as conn:
        told = (await conn.execute(select(table.c.parts, table.c.folded_into).where(table.c.op == "send"))).all()
    assert all("listed" in row.parts and row.folded_into for row in told)


@pytest.mark.parametrize("severity", [Severity.SEVERE, Severity.EXTREME])
async def test_what_is_grave_enough_rings_at_night(db, clock, severity):
    messenger = ScriptedMessenger()
    await wants(db, clock, NIGHT)
    to(clock, 23)
    lane = Lane.EXTREME if severity is Severity.EXTREME else Lane.URGENT
    await queue_posts(db, clock, 1, lanes=(lane,))
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 1}
    assert not messenger.messages[0].silent


async def test_old_news_limits_do_not_make_nothing_of_what_the_night_kept(db, clock):
    """Routine news is old after six hours; what was held for nine is told all the same, as what was held back."""
    messenger = ScriptedMessenger()
    await wants(db, clock, NIGHT)
    to(clock, 22, 5)
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    to(clock, 7, 1)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    assert "What was held back" in messenger.texts(READER)[0]


@pytest.mark.parametrize("how", ["cancelled", "withdrawn", "ended"])
async def test_what_is_over_by_the_end_of_the_night_is_named_as_over_and_makes_no_sound(db, clock, how):
    messenger = ScriptedMessenger()
    await wants(db, clock, NIGHT)
    to(clock, 23)
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    async with db.begin() as conn:
        if how == "ended":
            await conn.execute(update(table).values(expires_at=clock() + timedelta(hours=1)))
        else:
            await conn.execute(update(posts_table).values(state=how))
    to(clock, 7)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    (message,) = messenger.messages
    assert message.silent
    assert "✅" in message.text
    assert {"cancelled": "(lifted)", "withdrawn": "(removed by the agency)", "ended": "(over)"}[how] in message.text


async def test_a_lift_of_what_is_held_back_comes_nowhere_and_the_digest_says_it(db, clock):
    await wants(db, clock, NIGHT)
    to(clock, 23)
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, ScriptedMessenger())
    _, posts = await said(db)
    async with db.begin() as conn:
        assert await queued.settle(conn, posts, clock(), "lifted", deferred=False) == 0
        word = Word(Op.SEND, Lane.ROUTINE, posts[0], 2)
        assert await fanout.to_holders(conn, posts, word, clock(), knows=Knows.PERHAPS) == 0
    assert [row.state for row in await states(db)] == ["deferred"]


async def test_a_newer_message_takes_the_place_of_one_that_is_held_back(db, clock):
    await wants(db, clock, NIGHT)
    to(clock, 23)
    await queue_posts(db, clock, 2)
    [first, _], [post, _] = await said(db)
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.id == first).values(state=State.DEFERRED.value))
        assert await queued.settle(conn, [post], clock(), fanout.OVERTAKEN) == 1
    assert [row.state for row in await states(db)] == ["skipped", "queued"]


async def test_an_event_that_is_muted_while_it_is_held_back_is_not_named(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, NIGHT)
    to(clock, 23)
    await queue_posts(db, clock, 2, text="第{n}条")
    await queue_posts(db, clock, 1, text="第三条")
    await run_until_quiet(db, clock, messenger)
    [_, second, third], [_, muted, graver] = await said(db)
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.id == third).values(severity=Severity.MODERATE.rank))
        for post_id in (muted, graver):
            await mutes.mute(conn, chat, 0, post_id, Gravity(Lane.ROUTINE, Severity.MINOR.rank), clock())
    to(clock, 7)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    [text] = messenger.texts(READER)
    assert ("第1条" in text, "第2条" in text, "第三条" in text) == (True, False, True)
    async with db.read() as conn:
        why = (await conn.execute(select(table.c.error).where(table.c.id == second))).scalar_one()
    assert why == mutes.MUTED


async def test_what_rose_while_it_was_held_back_is_decided_about_anew(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, NIGHT)
    to(clock, 23)
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    _, [post] = await said(db)
    async with db.begin() as conn:
        word = Word(Op.SEND, Lane.EXTREME, post, 1, severity=Severity.EXTREME.rank)
        assert await queued.renew(conn, word, clock(), rings=True) == 1
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 1}
    assert not messenger.messages[0].silent


async def test_a_change_of_what_the_chat_has_comes_at_night_without_a_sound(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    await wants(db, clock, NIGHT)
    to(clock, 23)
    told = '{"phrase": "message.withdrawn", "values": {}, "reply": "message.withdrawn_reply"}'
    _, [post] = await said(db)
    async with db.begin() as conn:
        word = Word(Op.MARK, Lane.ROUTINE, post, 1, notice=told)
        assert await fanout.to_copies(conn, word, clock()) == 1
    await run_until_quiet(db, clock, messenger)
    assert [message.silent for message in messenger.messages] == [False, True]
    assert messenger.messages[0].edits


async def test_a_pause_keeps_everything_but_what_is_extreme_and_its_end_brings_it(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(hours=2))))
    await queue_posts(db, clock, 3, lanes=(Lane.ROUTINE, Lane.URGENT, Lane.EXTREME))
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 2, State.SENT: 1}
    clock.advance(2 * HOUR)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    assert len(messenger.messages) == 2
    assert "Posts that came meanwhile: 2" in messenger.texts(READER)[1]


async def test_a_pause_without_exception_keeps_even_that(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(hours=2), whole=True)))
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 1}


async def test_a_pause_that_is_ended_early_brings_what_waits_at_once(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(days=30))))
    await queue_posts(db, clock, 2)
    await run_until_quiet(db, clock, messenger)
    await wants(db, clock, Manners("UTC"))
    await run_until_quiet(db, clock, messenger)
    assert "Posts that came meanwhile: 2" in messenger.texts(READER)[0]
    async with db.read() as conn:
        assert await deferred.count(conn, (chat, 0)) == 0


async def test_a_pause_that_is_ended_at_night_leaves_it_to_the_morning(db, clock):
    messenger = ScriptedMessenger()
    to(clock, 21)
    await wants(db, clock, replace(NIGHT, pause=Pause(clock() + timedelta(days=30))))
    await queue_posts(db, clock, 2)
    await run_until_quiet(db, clock, messenger)
    to(clock, 23)
    await wants(db, clock, NIGHT)
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 2}
    due = {row.not_before for row in await states(db)}
    assert {(each.hour, each.minute) for each in due} == {(7, 0)}


async def test_silent_is_silent_but_for_what_is_extreme(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", Telling(Way.SILENT)))
    await queue_posts(db, clock, 3, lanes=(Lane.ROUTINE, Lane.URGENT, Lane.EXTREME))
    await run_until_quiet(db, clock, messenger)
    assert sorted(message.silent for message in messenger.messages) == [False, True, True]


@pytest.mark.parametrize("way", [Telling(Way.HOURLY), Telling(Way.DAILY, 9 * 60)])
async def test_a_digest_comes_once_at_its_time_also_when_nobody_ran_then_or_the_clock_was_set_back(db, clock, way):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", way))
    to(clock, 8, 10)
    await queue_posts(db, clock, 2, lanes=(Lane.ROUTINE, Lane.URGENT))
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 1, State.SENT: 1}
    # down at nine
    to(clock, 11)
    for _ in range(3):
        await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    clock.advance(-3 * HOUR)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    clock.advance(4 * HOUR)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    assert len(messenger.messages) == 2
    assert "Posts that came meanwhile: 1" in messenger.texts(READER)[1]


async def test_so_many_a_day_ring_and_the_rest_comes_as_one_message(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", Telling(Way.MOST, 20 * 60, 2)))
    to(clock, 8)
    await queue_posts(db, clock, 5)
    await queue_posts(db, clock, 2, lanes=(Lane.URGENT,))
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 4, State.DEFERRED: 3}
    to(clock, 20)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    assert "Posts that came meanwhile: 3" in messenger.texts(READER)[-1]
    to(clock, 8)
    await queue_posts(db, clock, 1)
    assert (await run_until_quiet(db, clock, messenger))[State.SENT] == 6


async def test_a_subscriptions_own_way_goes_before_the_chats_and_of_two_that_found_it_the_louder(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", Telling(Way.DAILY, 0)))
    await wish(db, clock, chat, "暴雨", Telling(Way.ONCE))
    await wish(db, clock, chat, "", Telling(Way.SILENT))
    await queue_posts(db, clock, 1, text="今日有暴雨")
    await queue_posts(db, clock, 1, text="早安")
    await run_until_quiet(db, clock, messenger)
    assert [("暴雨" in message.text, message.silent) for message in messenger.messages] == [
        (True, False),
        (False, True),
    ]


async def test_a_subscription_without_a_way_of_its_own_is_as_the_chat_and_may_be_the_louder_one(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC"))
    await wish(db, clock, chat, "", None)
    await wish(db, clock, chat, "暴雨", Telling(Way.DAILY, 0))
    await queue_posts(db, clock, 1, text="今日有暴雨")
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 1}


async def test_a_muted_hazard_does_not_come_unless_it_is_extreme_and_what_is_not_known_comes(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", muted=("hazard:rainstorm",)))
    await queue_posts(db, clock, 1, text="北京市气象台发布暴雨黄色预警信号。")
    await queue_posts(db, clock, 1, text="北京市气象台发布大风黄色预警信号。")
    await queue_posts(db, clock, 1, text="早安")
    await queue_posts(db, clock, 1, text="北京市气象台发布暴雨红色预警信号。", lanes=(Lane.EXTREME,))
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 3, State.SKIPPED: 1}
    assert [row.error for row in await states(db) if row.state == "skipped"] == ["its hazard is muted in this chat"]


@pytest.fixture
def stuck(monkeypatch):
    """Reading does not end until the test does."""
    free, real = threading.Event(), reader.read
    monkeypatch.setattr(readings, "PATIENCE", 0.05)
    monkeypatch.setattr(reader, "read", lambda *given, **more: (free.wait(20), real(*given, **more))[1])
    yield
    free.set()


async def test_a_post_whose_reading_does_not_end_holds_nobody_up_and_comes(db, clock, stuck):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", muted=("hazard:rainstorm",)))
    await queue_posts(db, clock, 3, text="北京市气象台发布暴雨黄色预警信号。第{n}条")
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 3}


async def test_a_digest_names_posts_whose_reading_does_not_end_by_their_words(db, clock, stuck):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", Telling(Way.HOURLY)))
    await queue_posts(db, clock, 3, text="北京市气象台发布暴雨黄色预警信号。第{n}条")
    await run_until_quiet(db, clock, messenger)
    clock.advance(HOUR)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    [text] = messenger.texts(READER)
    assert all(f"第{n}条" in text for n in (1, 2, 3))


@pytest.mark.parametrize("way", [Telling(), Telling(Way.HOURLY)], ids=["at once", "digest"])
async def test_right_after_a_start_they_wait_for_the_reader(db, clock, monkeypatch, way):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", way, muted=("hazard:rainstorm",)))
    cold, made_ready = [True], []
    monkeypatch.setattr(reader, "is_warm", lambda: not cold[0])

    def warm():
        made_ready.append(True)
        cold[0] = False

    monkeypatch.setattr(reader, "warm", warm)
    await queue_posts(db, clock, 1, text="北京市气象台发布大风黄色预警信号。")
    await queue_posts(db, clock, 1, text="北京市气象台发布暴雨黄色预警信号。")
    assert State.SKIPPED in await run_until_quiet(db, clock, messenger)
    assert made_ready == [True]
    if way.way is Way.HOURLY:
        clock.advance(HOUR)
        await Briefer(db, clock=clock).look()
        cold[0] = True
        await run_until_quiet(db, clock, messenger)
    [text] = messenger.texts(READER)
    assert ("gale" in text.lower() or "wind" in text.lower()) or way.way is Way.ONCE
    assert "暴雨" not in text


async def test_each_topic_has_its_own_manners(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(days=1))), thread_id=5)
    await queue_posts(db, clock, 2)
    [_, second], _ = await said(db)
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.id == second).values(thread_id=5))
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 1, State.DEFERRED: 1}


async def test_manners_that_cannot_be_heeded_let_everything_through(db, clock, monkeypatch):
    messenger = ScriptedMessenger()
    await wants(db, clock, NIGHT)

    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr("bot.delivery.mannering.rule", broken)
    to(clock, 23)
    await queue_posts(db, clock, 1)
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 1}


class KilledError(BaseException):
    """The process ends here."""


async def test_killed_while_the_digest_is_made_or_sent_nothing_is_lost(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, NIGHT)
    to(clock, 23)
    await queue_posts(db, clock, 5)
    await run_until_quiet(db, clock, messenger)
    to(clock, 7)

    async def killed_before_the_commit():
        async with db.begin() as conn:
            assert await release(conn, (chat, 0), clock()) == 5
            raise KilledError

    with pytest.raises(KilledError):
        await killed_before_the_commit()
    assert {row.state for row in await states(db)} == {"deferred"}
    await Briefer(db, clock=clock).look()

    def kill(_what):
        raise KilledError

    messenger.before = kill  # at the request
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - the kill itself, bare or in a group
        await asyncio.wait_for(make(db, clock, messenger).run(), 10)
    assert "KilledError" in repr(caught.value)
    messenger.before = lambda _what: None
    await run_until_quiet(db, clock, messenger)
    (message,) = messenger.messages
    assert "Posts that came meanwhile: 5" in message.text
    assert [message.text.count(f"第{n}条") for n in range(1, 6)] == [1] * 5


async def test_a_chat_that_cannot_be_reached_gets_its_digest_when_it_is_back(db, clock):
    chat = await wants(db, clock, NIGHT)
    to(clock, 23)
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, ScriptedMessenger())
    to(clock, 7)
    async with db.begin() as conn:
        await chats.pause(conn, READER, "blocked")
    await Briefer(db, clock=clock).look()
    assert [row.state for row in await states(db)] == ["deferred"]
    async with db.begin() as conn:
        await chats.resume(conn, READER)
    await Briefer(db, clock=clock).look()
    assert [row.op for row in await states(db)] == ["send", "notice"]
    async with db.read() as conn:
        assert await deferred.count(conn, (chat, 0)) == 0


async def test_a_group_that_becomes_a_supergroup_takes_its_manners_along(db, clock):
    async with db.begin() as conn:
        old = await chats.ensure(conn, -1, chats.ChatKind.GROUP, "", clock())
        new = await chats.ensure(conn, -2, chats.ChatKind.SUPERGROUP, "", clock())
        await manners.save(conn, old, 0, NIGHT)
        await chats.migrate(conn, -1, -2)
        assert await manners.of_place(conn, new, 0) == NIGHT


async def test_in_a_pause_the_bots_own_words_wait_and_come_as_themselves(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(hours=2))))
    await queue_posts(db, clock, 1)
    word = '{"phrase": "notice.topic_gone", "values": {}}'
    async with db.begin() as conn:
        await deliveries.enqueue_one(conn, Draft(chat, Op.NOTICE, Lane.ROUTINE, notice=word), clock())
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 2}
    clock.advance(3 * HOUR)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    assert ["topic" in text for text in messenger.texts(READER)] == [True, False]
    assert "Posts that came meanwhile: 1" in messenger.texts(READER)[1]


async def test_the_days_summary_waits_for_the_end_of_a_pause(db, clock):
    messenger = ScriptedMessenger()
    to(clock, 7, 30)
    chat = await wants(db, clock, Manners("UTC"))
    await wish(db, clock, chat, "", None)
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, account(), clock())
        await accounts.ensure_watch(conn, account_id, clock(), 60.0)
        await briefings.set_day(conn, chat, 0, 8, "UTC", clock() + timedelta(minutes=30))
    await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(hours=2))))
    to(clock, 8, 1)
    await Briefer(db, clock=clock).look()
    assert await states(db) == []
    to(clock, 9, 31)
    await Briefer(db, clock=clock).look()
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    assert len(messenger.messages) == 1
    assert "The day in short" in messenger.texts(READER)[0]


async def test_what_goes_on_with_an_event_that_the_chat_has_comes_at_once_and_a_daily_digest_makes_it_silent(
    db, clock
):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    await wants(db, clock, Manners("UTC", Telling(Way.DAILY, 0)))
    await queue_posts(db, clock, 2)
    _, [first, second, _] = await said(db)
    async with db.begin() as conn:
        await conn.execute(update(posts_table).where(posts_table.c.id == second).values(root_id=first))
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 2, State.DEFERRED: 1}
    assert [message.silent for message in messenger.messages] == [False, True]
    assert messenger.messages[1].reply_to == messenger.messages[0].id


async def test_an_update_that_was_queued_without_a_sound_comes_in_a_pause_as_such(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(hours=2), whole=True)))
    await queue_posts(db, clock, 1)
    async with db.begin() as conn:
        await conn.execute(update(table).values(silent=True))
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 1}
    assert messenger.messages[0].silent


async def test_what_is_graver_stands_first_in_the_digest(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(hours=2))))
    await queue_posts(db, clock, 3)
    [_, second, _], _ = await said(db)
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.id == second).values(severity=3))
    await run_until_quiet(db, clock, messenger)
    clock.advance(3 * HOUR)
    await Briefer(db, clock=clock).look()
    await run_until_quiet(db, clock, messenger)
    text = messenger.texts(READER)[0]
    assert sorted((text.index(f"第{n}条"), n) for n in (1, 2, 3)) == [
        (text.index("第2条"), 2),
        (text.index("第3条"), 3),
        (text.index("第1条"), 1),
    ]
