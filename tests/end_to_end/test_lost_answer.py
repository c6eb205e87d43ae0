"""A server that takes the message and then drops or resets the connection, over HTTP, for each lane and each policy.

An urgent alert is sent again exactly once, with a line in the chat's language that it may be a repeat; a routine
message as TOCSIN_UNSURE says; what is held stays visible in the database. The next message goes on in any case.
"""

import pytest
from storms import queue_storm, readers, sequence, until_settled

from bot.demo.botapi import Act, Fault, When
from bot.locales import phrases
from bot.model.delivery import Lane, State

CUTS = (Act.DROP, Act.RESET)
LANGUAGES = ("en", "zh-Hans")
URGENT = (Lane.EXTREME, Lane.URGENT)


async def lose_answers(whole, db, lanes, policy):
    """A chat for each way to cut, lane and language, with two messages; the answer to the first one's sending is lost.

    Gives (language, lane, rows of the chat) by chat, when the program has done all that it means to do.
    """
    whole.environment["TOCSIN_UNSURE"] = policy
    places = {}
    for cut in CUTS:
        for lane in lanes:
            for language in LANGUAGES:
                [chat] = readers(whole.telegram, 1)
                whole.telegram.faults.add(Fault(cut, When.AFTER, method="sendMessage", chat_id=chat))
                await queue_storm(db, [chat], 2, lanes=(lane,), language=language)
                places[chat] = (language, lane)
    async with whole.running():
        settled = await until_settled(db, 20)
    # a start of the program after that repeats nothing
    async with whole.running():
        assert await until_settled(db, 20) == settled
    assert whole.telegram.faults.struck == len(places)
    assert whole.telegram.violations == {}
    return {chat: (*place, [row for row in settled if row.place == chat]) for chat, place in places.items()}


def said_again(whole, told):
    """Each chat: the message, its one marked copy, the next message; and the database knows of one lost answer."""
    for chat, (language, lane, found) in told.items():
        assert sequence(whole.telegram)[chat] == [(1, False), (1, True), (2, False)], (language, lane)
        first, again, _ = whole.texts(chat)
        mark = phrases(language)("message.maybe_repeat")
        assert again.startswith(mark)
        assert again.removeprefix(mark).strip() == first
        assert [row.state for row in found] == [State.SENT, State.SENT]
        assert [(row.lost_answers, row.repeats) for row in found] == [(1, 1), (0, 0)]


@pytest.mark.parametrize("policy", ["repeat", "hold"])
async def test_an_urgent_alert_is_sent_again_once_and_says_so_in_the_chats_language(whole, db, policy):
    said_again(whole, await lose_answers(whole, db, URGENT, policy))


async def test_a_routine_message_is_sent_again_once_where_the_operator_wants_repeats(whole, db):
    said_again(whole, await lose_answers(whole, db, (Lane.ROUTINE,), "repeat"))


async def test_a_routine_message_is_held_visibly_where_the_operator_wants_no_repeats(whole, db):
    told = await lose_answers(whole, db, (Lane.ROUTINE,), "hold")
    for chat, (_, _, found) in told.items():
        assert sequence(whole.telegram)[chat] == [(1, False), (2, False)]
        held, sent = found
        assert (held.state, held.lost_answers, held.repeats) == (State.HELD, 1, 0)
        assert "may have arrived" in held.error
        assert (sent.state, sent.lost_answers) == (State.SENT, 0)
