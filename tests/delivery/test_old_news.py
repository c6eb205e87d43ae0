"""What waited too long is not rung as new: it is summed up in one message, and each post stays a tap away."""

import asyncio
from datetime import timedelta

import pytest
from outboxes import READER, enqueue, make, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import select, update

from bot.delivery import old_news
from bot.delivery.face import LostAnswerError, RejectedError
from bot.delivery.pacing import Limits
from bot.model.delivery import Lane, Op, State
from bot.store import posts, waiting
from bot.store.deliveries import Draft
from bot.store.tables import chats as chats_table
from bot.store.tables import deliveries as table

HOUR = 3600


async def rows(db):
    async with db.read() as conn:
        return (await conn.execute(select(table).order_by(table.c.id))).all()


async def test_after_a_night_away_old_news_comes_as_one_message_and_what_is_new_as_itself(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 12)
    clock.advance(7 * HOUR)
    await queue_posts(db, clock, 1, text="刚刚第{n}条")
    counted = await run_until_quiet(db, clock, messenger)
    assert counted == {State.EXPIRED: 12, State.SENT: 2}
    new, away = messenger.messages
    assert "刚刚" in new.text
    assert "While I was away" in away.text
    assert "12" in away.text.split("\n")[1]
    assert away.text.count("•") == 10
    assert "and 2 more" in away.text
    # nothing that is over rings
    assert (new.silent, away.silent) == (False, True)


async def test_each_old_post_is_named_with_its_agency_its_time_and_a_way_to_the_original(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, text="广渠门桥下积水严重")
    clock.advance(7 * HOUR)
    spans = []
    messenger.before = lambda what: spans.extend(what[2].styled.spans)
    await run_until_quiet(db, clock, messenger)
    (away,) = messenger.messages
    assert "广渠门桥下积水严重" in away.text
    assert "UTC+8" in away.text or "UTC" in away.text
    assert "https://weibo.com/x/1" in [span.url for span in spans]


@pytest.mark.parametrize(
    ("lane", "hours", "rings"),
    [
        (Lane.ROUTINE, 5.9, True),
        (Lane.ROUTINE, 6.1, False),
        (Lane.URGENT, 6.1, True),
        (Lane.URGENT, 23.9, True),
        (Lane.EXTREME, 24.1, False),
    ],
)
async def test_routine_news_is_old_after_six_hours_and_urgent_news_after_a_day(db, clock, lane, hours, rings):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, lanes=(lane,))
    clock.advance(hours * HOUR)
    counted = await run_until_quiet(db, clock, messenger)
    assert counted == ({State.SENT: 1} if rings else {State.EXPIRED: 1, State.SENT: 1})
    assert ("While I was away" in messenger.messages[0].text) is not rings


async def test_a_chat_with_a_patience_of_its_own_is_served_by_it(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1)
    await queue_posts(db, clock, 1, telegram_id=2002)
    async with db.begin() as conn:
        await conn.execute(update(chats_table).where(chats_table.c.telegram_id == READER).values(old_routine_s=HOUR))
    clock.advance(2 * HOUR)
    await run_until_quiet(db, clock, messenger)
    assert "While I was away" in messenger.texts(READER)[0]
    assert "While I was away" not in messenger.texts(2002)[0]


async def test_an_alert_past_its_end_is_never_rung(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    async with db.begin() as conn:
        await conn.execute(update(table).values(expires_at=clock() + timedelta(minutes=10)))
    clock.advance(11 * 60)
    assert await run_until_quiet(db, clock, messenger) == {State.EXPIRED: 1, State.SENT: 1}
    (away,) = messenger.messages
    assert away.silent
    expired = (await rows(db))[0]
    assert expired.error == "it ended before it could be sent"
    assert expired.folded_into == (await rows(db))[1].id


async def test_an_urgent_alert_that_still_holds_is_worth_one_sound(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,))
    async with db.begin() as conn:
        await conn.execute(update(table).values(expires_at=clock() + timedelta(days=3)))
    clock.advance(25 * HOUR)
    await run_until_quiet(db, clock, messenger)
    assert [message.silent for message in messenger.messages] == [False]


async def test_a_removal_after_the_sum_is_told_below_it_and_nothing_is_edited(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 2)
    clock.advance(7 * HOUR)
    await run_until_quiet(db, clock, messenger)
    first = (await rows(db))[0]
    told = '{"phrase": "message.withdrawn", "values": {}, "reply": true}'
    async with db.begin() as conn:
        draft = Draft(first.chat_id, Op.MARK, Lane.ROUTINE, post_id=first.post_id, revision=2, notice=told)
        await enqueue(conn, [draft], clock())
    await run_until_quiet(db, clock, messenger)
    away, reply = messenger.messages
    assert away.edits == []
    assert "removed" in reply.text
    assert reply.reply_to == away.id


async def test_a_queue_that_ages_while_it_waits_still_brings_one_message(db, clock, monkeypatch):
    """Its chat may be written to only now and then: each time a little more has grown old."""
    messenger, folds = ScriptedMessenger(), []
    real = old_news.fold

    async def counted_fold(*given):
        folds.append(given)
        return await real(*given)

    monkeypatch.setattr(old_news, "fold", counted_fold)
    await queue_posts(db, clock, 30)  # a second apart
    async with db.begin() as conn:
        await conn.execute(update(chats_table).values(old_routine_s=20))
    counted = await run_until_quiet(db, clock, messenger, limits=Limits(private_gap=5.0, private_burst=1))
    sums = [text for text in messenger.texts(READER) if "While I was away" in text]
    assert len(folds) > 1
    assert len(sums) == 1
    assert counted[State.EXPIRED] + counted[State.SENT] == 30 + 1
    assert f"ring as new: {counted[State.EXPIRED]}" in sums[0]


async def test_each_topic_has_a_sum_of_its_own(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 6, telegram_id=-1001)
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.id % 2 == 0).values(thread_id=55))
    clock.advance(7 * HOUR)
    assert await run_until_quiet(db, clock, messenger) == {State.EXPIRED: 6, State.SENT: 2}
    assert {message.target.thread_id for message in messenger.messages} == {0, 55}
    assert all("ring as new: 3" in message.text for message in messenger.messages)


async def test_an_alert_that_still_holds_makes_the_sum_that_waits_ring(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 2)
    clock.advance(25 * HOUR)
    async with db.begin() as conn:
        first, second = [row.id for row in await conn.execute(select(table.c.id).order_by(table.c.id))]
        (old,) = await waiting.load(conn, [first])
        # the second is not known yet when the first one is folded
        later = update(table).where(table.c.id == second)
        await conn.execute(later.values(state="skipped"))
        await old_news.fold(conn, old, clock())
        await conn.execute(
            later.values(state="queued", lane=int(Lane.URGENT), expires_at=clock() + timedelta(days=1))
        )
    assert await run_until_quiet(db, clock, messenger) == {State.EXPIRED: 2, State.SENT: 1}
    (away,) = messenger.messages
    assert (away.silent, "ring as new: 2" in away.text) == (False, True)


async def test_a_sum_that_may_have_arrived_is_not_made_longer(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1)
    clock.advance(7 * HOUR)
    lost = []

    def lose_the_first(_what):
        if not lost:
            lost.append(1)
            raise LostAnswerError("connection reset")

    messenger.after = lose_the_first
    running = asyncio.ensure_future(make(db, clock, messenger).run())
    async with asyncio.timeout(10):
        while not any(row.state == "unsure" for row in await rows(db)):
            await asyncio.sleep(0.005)
    await queue_posts(db, clock, 1)
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.state == "queued").values(expires_at=clock()))
    running.cancel()
    await asyncio.wait({running})
    assert await run_until_quiet(db, clock, messenger) == {State.EXPIRED: 2, State.SENT: 2}
    assert all("ring as new: 1" in text for text in messenger.texts(READER))


async def test_a_sum_that_was_given_up_takes_nothing_more_with_it(db, clock):
    messenger = ScriptedMessenger()

    def refuse(_what):
        raise RejectedError("Bad Request: MESSAGE_EMPTY")

    messenger.before = refuse
    await queue_posts(db, clock, 1)
    clock.advance(7 * HOUR)
    assert await run_until_quiet(db, clock, messenger) == {State.EXPIRED: 1, State.FAILED: 1}
    messenger.before = lambda _what: None
    await queue_posts(db, clock, 1)
    clock.advance(7 * HOUR)
    assert await run_until_quiet(db, clock, messenger) == {State.EXPIRED: 2, State.FAILED: 1, State.SENT: 1}
    assert "ring as new: 1" in messenger.texts(READER)[0]


async def test_what_was_removed_while_the_sum_waits_is_said_to_be_removed(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 2)
    async with db.begin() as conn:
        first = (await conn.execute(select(table).order_by(table.c.id))).first()
        await posts.set_state(conn, first.post_id, "withdrawn")
        told = '{"phrase": "message.withdrawn", "values": {}, "reply": true}'
        draft = Draft(first.chat_id, Op.MARK, Lane.ROUTINE, post_id=first.post_id, revision=2, notice=told)
        await enqueue(conn, [draft], clock())
    clock.advance(7 * HOUR)
    counted = await run_until_quiet(db, clock, messenger)
    assert counted == {State.EXPIRED: 2, State.SENT: 1, State.SKIPPED: 1}
    (away,) = messenger.messages
    assert away.text.count("(removed by the agency)") == 1


async def test_an_edit_of_what_was_only_named_changes_nothing_in_the_chat(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1)
    clock.advance(7 * HOUR)
    await run_until_quiet(db, clock, messenger)
    first = (await rows(db))[0]
    async with db.begin() as conn:
        draft = Draft(first.chat_id, Op.EDIT, Lane.ROUTINE, post_id=first.post_id, revision=2)
        await enqueue(conn, [draft], clock())
    counted = await run_until_quiet(db, clock, messenger)
    assert counted[State.SKIPPED] == 1
    (away,) = messenger.messages
    assert away.edits == []


async def test_a_chat_that_wants_everything_to_ring_gets_all_of_it_whatever_its_age(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 3)
    async with db.begin() as conn:
        await conn.execute(update(chats_table).values(old_routine_s=old_news.ALWAYS))
    clock.advance(300 * HOUR)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 3}
    assert not any("While I was away" in text for text in messenger.texts(READER))


async def test_a_message_that_was_begun_is_finished_whatever_its_age(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1)
    async with db.begin() as conn:
        await conn.execute(update(table).values(state="unsure", attempts=1, maybe_repeat=True))
    clock.advance(30 * HOUR)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}
    assert "may be a repeat" in messenger.messages[0].text
    assert messenger.messages[0].silent


@pytest.mark.parametrize(("hours", "silent"), [(1, False), (30, True)])
async def test_a_change_that_waited_too_long_is_told_without_a_sound(db, clock, hours, silent):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    (said,) = await rows(db)
    told = '{"phrase": "", "values": {}, "reply": "message.returned"}'
    async with db.begin() as conn:
        draft = Draft(said.chat_id, Op.EDIT, Lane.URGENT, post_id=said.post_id, revision=1, notice=told)
        await enqueue(conn, [draft], clock())
    clock.advance(hours * HOUR)
    await run_until_quiet(db, clock, messenger)
    assert [shown.silent for shown in messenger.messages] == [False, silent]
