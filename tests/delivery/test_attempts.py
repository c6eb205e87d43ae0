"""What one try after another leaves behind: when the first message arrived, and each strange refusal counted."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from outboxes import READER, enqueue, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import select, update

from bot.delivery import face, judging
from bot.delivery.face import LostAnswerError, NotPaidError, Part, Styled, TopicGoneError, UnknownError
from bot.delivery.judging import MOST_UNKNOWN, Attempt
from bot.delivery.pacing import Ticket
from bot.delivery.steps import Plan, Step
from bot.locales import phrases
from bot.model.delivery import Lane, Op, State
from bot.model.post import Media, MediaKind
from bot.store import waiting
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as table

PHOTO = Media(MediaKind.PHOTO, "https://example.org/a.jpg")


async def rows(db):
    async with db.read() as conn:
        return (await conn.execute(select(table).order_by(table.c.id))).all()


async def test_a_long_post_has_arrived_when_its_first_message_has(db, clock):
    messenger, at = ScriptedMessenger(), []
    messenger.after = lambda _what: (at.append(clock()), clock.advance(60))
    await queue_posts(db, clock, 1, text="请注意安全。" * 1500)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}
    assert len(messenger.messages) > 1
    (row,) = await rows(db)
    # written down when the answer came: a minute after it had been sent
    assert at[0] < row.arrived_at <= at[0] + timedelta(seconds=62)
    assert row.settled_at >= at[-1] > row.arrived_at


async def test_what_never_arrived_has_no_time_of_arrival(db, clock):
    messenger = ScriptedMessenger()

    def refuse(_what):
        raise UnknownError("Bad Request: NEW_KIND_OF_ERROR")

    messenger.before = refuse
    await queue_posts(db, clock, 1)
    assert await run_until_quiet(db, clock, messenger) == {State.FAILED: 1}
    (row,) = await rows(db)
    assert row.arrived_at is None
    assert row.settled_at is not None
    assert row.unknown_errors == MOST_UNKNOWN


async def test_a_repeat_after_a_lost_answer_arrives_when_it_is_confirmed(db, clock):
    messenger, lost = ScriptedMessenger(), []

    def lose_the_first(_what):
        if not lost:
            lost.append(clock())
            raise LostAnswerError("connection reset")

    messenger.after = lose_the_first
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,))
    await run_until_quiet(db, clock, messenger)
    (row,) = await rows(db)
    assert row.arrived_at > lost[0]


async def test_a_strange_refusal_that_passes_is_counted_all_the_same(db, clock):
    messenger = ScriptedMessenger()
    strange = iter([UnknownError("Bad Request: NEW_KIND_OF_ERROR")] * 2)

    def refuse(_what):
        for error in strange:
            raise error

    messenger.before = refuse
    await queue_posts(db, clock, 1)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}
    (row,) = await rows(db)
    assert (row.unknown_errors, row.retries) == (2, 2)


async def test_a_picture_refused_for_an_unknown_reason_does_not_keep_the_words_back(db, clock):
    messenger, tried = ScriptedMessenger(), []

    def refuse_pictures(what):
        tried.append(bool(what[2].media))
        if what[2].media:
            raise UnknownError("Bad Request: NEW_PICTURE_ERROR")

    messenger.before = refuse_pictures
    await queue_posts(db, clock, 1, media=(PHOTO,))
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}
    assert tried == [True, False]
    assert "第1条" in messenger.texts(READER)[0]
    (row,) = await rows(db)
    assert (row.unknown_errors, row.retries) == (1, 0)


async def test_an_edit_in_a_topic_that_was_closed_is_kept_from_nobody_else_and_told_below(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, telegram_id=-1001)
    async with db.begin() as conn:
        await conn.execute(update(table).values(thread_id=55))
    await run_until_quiet(db, clock, messenger)
    (sent,) = await rows(db)

    def closed(what):
        if what[1].thread_id:
            raise TopicGoneError("Bad Request: TOPIC_CLOSED")

    messenger.before = closed
    told = '{"phrase": "message.withdrawn", "values": {}, "reply": true}'
    async with db.begin() as conn:
        draft = Draft(
            sent.chat_id, Op.MARK, Lane.ROUTINE, thread_id=55, post_id=sent.post_id, revision=2, notice=told
        )
        await enqueue(conn, [draft], clock())
    counted = await run_until_quiet(db, clock, messenger)
    assert State.FAILED not in counted
    _, reply, notice = messenger.messages
    assert (reply.target.thread_id, "removed" in reply.text) == (0, True)
    assert "Administrators" in notice.text


@pytest.mark.parametrize("paid", [True, False])
async def test_a_payment_refused_goes_again_at_once_but_not_for_ever_when_nothing_was_to_be_paid(db, clock, paid):
    await queue_posts(db, clock, 1)
    async with db.begin() as conn:
        (loaded,) = await waiting.load(conn, [(await rows(db))[0].id])
    step = Step(Part(Styled("hello")))
    ticket = Ticket(READER, paid=paid)
    states = []
    for attempts in range(MOST_UNKNOWN + 1):
        refused = replace(loaded, attempts=attempts, unknown_errors=attempts)
        attempt = Attempt(refused, Plan((step,)), step, phrases("en"), ticket, shows=None, again=False)
        change = judging.failed(attempt, NotPaidError("Bad Request: BALANCE_TOO_LOW"), clock(), random.Random(1))
        states.append((change.state, change.not_before == clock()))
    if paid:
        assert set(states) == {(State.QUEUED, True)}
    else:
        assert states[0] == (State.QUEUED, False)
        assert states[-1][0] is State.FAILED


@pytest.mark.parametrize("lane", list(Lane))
async def test_while_other_pictures_are_uploaded_words_without_any_go_on_and_urgent_ones_wait_three_times_at_most(
    db, clock, lane
):
    """Five times there is no room for an upload: a routine message waits for it, an urgent one goes as words."""
    messenger, busy = ScriptedMessenger(), iter(range(5))

    def upload(what):
        if what[2].media and next(busy, None) is not None:
            raise face.BusyError(1.0)

    messenger.before = upload
    photo = (Media(MediaKind.PHOTO, "https://wx1.sinaimg.cn/1.jpg"),)
    await queue_posts(db, clock, 1, lanes=(lane,), media=photo)
    await queue_posts(db, clock, 1, lanes=(lane,), telegram_id=READER + 1)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 2}
    assert [shown.target.chat_id for shown in messenger.messages] == [READER + 1, READER]
    assert (next(busy, None) is None) == (lane is Lane.ROUTINE)
