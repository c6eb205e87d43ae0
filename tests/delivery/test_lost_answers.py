"""The lost answer (design rule 4): an urgent alert is sent again once, marked; the rest as the operator wishes; and no
chat fills with copies while something swallows the answers.
"""

from datetime import timedelta
from itertools import pairwise

import pytest
from outboxes import READER, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import select, update

from bot.delivery.deciding import Policy
from bot.delivery.face import LostAnswerError, NotSentError, UnknownError
from bot.delivery.judging import MOST_UNKNOWN, MOST_UNSEEN
from bot.model.delivery import Lane, State
from bot.store.tables import deliveries as table

HOLD = Policy(repeats_routine=False)
OTHER = 2002


def losing(messenger, which, chat=READER):
    """Lose the answers to these sendings (counted from 1) to a chat, after Telegram has taken them."""
    seen = 0

    def lose(what):
        nonlocal seen
        if what[0] == "send" and what[1].chat_id == chat:
            seen += 1
            if seen in which:
                raise LostAnswerError("connection reset")

    messenger.after = lose


async def row_of(db):
    return (await rows(db))[0]


async def rows(db):
    async with db.read() as conn:
        return (await conn.execute(select(table).order_by(table.c.id))).all()


def marked(messenger, chat=READER):
    return ["may be a repeat" in text for text in messenger.texts(chat)]


@pytest.mark.parametrize("lane", [Lane.EXTREME, Lane.URGENT])
@pytest.mark.parametrize("policy", [Policy(), HOLD])
async def test_an_urgent_alert_is_sent_again_once_and_says_that_it_may_be_a_repeat(db, clock, lane, policy):
    messenger = ScriptedMessenger()
    losing(messenger, {1})
    await queue_posts(db, clock, 1, lanes=(lane,))
    assert await run_until_quiet(db, clock, messenger, policy=policy) == {State.SENT: 1}
    assert marked(messenger) == [False, True]
    row = await row_of(db)
    assert (row.lost_answers, row.repeats, row.retries) == (1, 1, 1)


async def test_a_routine_message_is_repeated_when_the_operator_says_so(db, clock):
    messenger = ScriptedMessenger()
    losing(messenger, {1})
    await queue_posts(db, clock, 1)
    assert await run_until_quiet(db, clock, messenger, policy=Policy()) == {State.SENT: 1}
    assert marked(messenger) == [False, True]


async def test_a_routine_message_is_held_when_the_operator_says_so_and_the_next_one_goes_on(db, clock):
    messenger = ScriptedMessenger()
    losing(messenger, {1})
    await queue_posts(db, clock, 2)
    assert await run_until_quiet(db, clock, messenger, policy=HOLD) == {State.HELD: 1, State.SENT: 1}
    assert marked(messenger) == [False, False]
    held = await row_of(db)
    assert (held.state, held.lost_answers, held.repeats) == ("held", 1, 0)
    assert held.settled_at is not None
    assert "may have arrived" in held.error


async def test_a_chat_does_not_fill_with_copies_while_every_answer_is_lost(db, clock):
    messenger = ScriptedMessenger()
    losing(messenger, range(1, 100))
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    assert await run_until_quiet(db, clock, messenger) == {State.HELD: 1}
    assert marked(messenger) == [False] + [True] * MOST_UNSEEN
    # beyond the first repeat the chat was asked for first
    assert len(messenger.reached) == MOST_UNSEEN - 1


async def test_it_is_not_repeated_again_while_the_chat_is_out_of_reach(db, clock):
    messenger = ScriptedMessenger()
    losing(messenger, {1, 2})
    out_of_reach = iter([NotSentError("connection refused"), LostAnswerError("timed out"), NotSentError("no route")])

    def refuse(what):
        if what[0] == "reach":
            for error in out_of_reach:
                raise error

    messenger.before = refuse
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}
    assert marked(messenger) == [False, True, True]
    assert len(messenger.reached) == 4


async def test_a_chat_that_answers_strangely_when_asked_for_does_not_wait_for_ever(db, clock):
    messenger = ScriptedMessenger()
    losing(messenger, range(1, 100))

    def refuse(what):
        if what[0] == "reach":
            raise UnknownError("Bad Request: NEW_KIND_OF_ERROR")

    messenger.before = refuse
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    assert await run_until_quiet(db, clock, messenger) == {State.HELD: 1}


async def test_while_other_messages_are_answered_it_is_tried_until_its_own_answer_comes(db, clock):
    messenger = ScriptedMessenger()
    losing(messenger, range(1, 6))
    await queue_posts(db, clock, 1, lanes=(Lane.URGENT,))
    await queue_posts(db, clock, 100, telegram_id=OTHER)
    # one every second, so that some are answered between any two tries
    async with db.begin() as conn:
        for number, row in enumerate(await rows(db)):
            later = clock() + timedelta(seconds=number)
            await conn.execute(update(table).where(table.c.id == row.id).values(not_before=later))
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 101}
    assert marked(messenger) == [False] + [True] * 5


async def test_a_refusal_that_no_table_knows_is_tried_again_and_then_given_up_visibly(db, clock):
    messenger = ScriptedMessenger()
    tried = []

    def refuse(what):
        if what[0] == "send":
            tried.append(clock())
            raise UnknownError("Bad Request: NEW_KIND_OF_ERROR")

    messenger.before = refuse
    await queue_posts(db, clock, 1)
    assert await run_until_quiet(db, clock, messenger) == {State.FAILED: 1}
    row = await row_of(db)
    assert len(tried) == MOST_UNKNOWN
    assert (row.retries, row.lost_answers, row.repeats) == (MOST_UNKNOWN - 1, 0, 0)
    assert "NEW_KIND_OF_ERROR" in row.error
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(tried)]
    # 2 s, doubled each time, with jitter from 0.8 on
    assert all(pause >= 0.8 * 2 * 2**number for number, pause in enumerate(pauses))


async def test_a_network_that_is_down_counts_against_no_delivery(db, clock):
    messenger = ScriptedMessenger()
    down = iter([NotSentError("no route to host")] * 8)

    def refuse(what):
        for error in down:
            raise error

    messenger.before = refuse
    await queue_posts(db, clock, 3)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 3}
    assert marked(messenger) == [False] * 3
    assert [row.attempts for row in await rows(db)] == [0, 0, 0]
    assert sum(row.retries for row in await rows(db)) == 8


async def test_an_alert_that_was_refused_strangely_before_its_answer_was_lost_is_still_sent_again(db, clock):
    messenger = ScriptedMessenger()
    refusals = iter([UnknownError("Bad Request: STRANGE")] * (MOST_UNSEEN + 1))

    def refuse(_what):
        for error in refusals:
            raise error

    messenger.before = refuse
    losing(messenger, {1})
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}
    assert marked(messenger) == [False, True]


async def test_an_alert_whose_answers_were_lost_is_not_given_up_for_the_first_strange_refusal(db, clock):
    messenger = ScriptedMessenger()
    losing(messenger, set(range(1, MOST_UNKNOWN)))
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    await queue_posts(db, clock, 40, telegram_id=OTHER)
    refused = []

    def refuse(what):
        if what[0] == "send" and what[1].chat_id == READER and len(messenger.texts(READER)) == MOST_UNKNOWN - 1:
            refused.append(what)
            if len(refused) == 1:
                raise UnknownError("Bad Request: STRANGE")

    messenger.before = refuse
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 41}
    assert len(refused) == 2


async def test_a_message_that_may_have_gone_out_before_a_fault_of_ours_is_known_to_be_in_doubt(db, clock):
    messenger = ScriptedMessenger()
    fault = iter([ZeroDivisionError()])

    def fail(_what):
        for error in fault:
            raise error

    messenger.after = fail
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    assert (await row_of(db)).maybe_repeat
