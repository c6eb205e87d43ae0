"""Killed between any two steps: every post once, in order; only the one in flight may be there twice, and says so."""

import asyncio
from datetime import timedelta

import pytest
from outboxes import READER, make, queue_posts, run_until_quiet
from scripted import ScriptedMessenger

from bot.delivery.face import BlockedError, FloodError, LostAnswerError, MigratedError, RejectedError, TokenLostError
from bot.model.delivery import Lane
from bot.store import chats, deliveries


class KilledError(BaseException):
    """The process ends here."""


async def killed_after(db, clock, messenger, requests, where):
    """Run until the n-th request, and end there as by kill -9: no cleaning up reaches the database."""
    seen = 0

    def count(_what):
        nonlocal seen
        seen += 1
        if seen == requests:
            raise KilledError

    setattr(messenger, where, count)
    running = asyncio.ensure_future(make(db, clock, messenger).run())
    try:
        async with asyncio.timeout(20):
            with pytest.raises(BaseException) as caught:  # noqa: PT011 - the kill itself, bare or in a group
                await running
    finally:
        setattr(messenger, where, lambda _what: None)
    assert "KilledError" in repr(caught.value) or isinstance(caught.value, KilledError)


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("requests", [1, 2, 4, 6])
async def test_killed_at_a_request_every_post_arrives_in_order_and_only_that_one_may_repeat(
    db, clock, where, requests
):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 6)
    await killed_after(db, clock, messenger, requests, where)
    await run_until_quiet(db, clock, messenger)
    numbers = [int(text.split("第")[1].split("条")[0]) for text in messenger.texts(READER)]
    assert sorted(set(numbers)) == [1, 2, 3, 4, 5, 6]
    assert numbers == sorted(numbers)
    repeated = len(numbers) - 6
    assert repeated == (1 if where == "after" else 0)
    marked = [text for text in messenger.texts(READER) if "may be a repeat" in text]
    assert len(marked) == 1


async def test_urgent_overtakes_routine_and_order_is_kept_within_each(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 6, lanes=(Lane.ROUTINE, Lane.URGENT))
    await run_until_quiet(db, clock, messenger)
    numbers = [int(text.split("第")[1].split("条")[0]) for text in messenger.texts(READER)]
    assert numbers == [2, 4, 6, 1, 3, 5]


async def test_a_lost_answer_is_sent_again_and_says_that_it_may_be_a_repeat(db, clock):
    messenger = ScriptedMessenger()
    lost = iter([LostAnswerError("timed out")])

    def lose_once(_what):
        for error in lost:
            raise error

    messenger.after = lose_once
    await queue_posts(db, clock, 2)
    await run_until_quiet(db, clock, messenger)
    first, again, second = messenger.texts(READER)
    assert "may be a repeat" not in first
    assert "may be a repeat" in again
    assert "第2条" in second


async def test_a_long_post_killed_between_its_parts_goes_on_with_the_next_part(db, clock):
    messenger = ScriptedMessenger()
    await queue_posts(db, clock, 1, text="很长的通告。" * 1500)
    await killed_after(db, clock, messenger, 2, "before")
    await run_until_quiet(db, clock, messenger)
    texts = messenger.texts(READER)
    assert sum(text.count("很长的通告") for text in texts) == 1500
    assert len(texts) == 3


async def test_after_429_nothing_goes_to_the_chat_before_its_time(db, clock):
    messenger = ScriptedMessenger()
    sent_at = []
    floods = iter([FloodError(30)])

    def flood_once(_what):
        for error in floods:
            sent_at.append(("429", clock()))
            raise error
        sent_at.append(("sent", clock()))

    messenger.before = flood_once
    await queue_posts(db, clock, 2)
    await run_until_quiet(db, clock, messenger)
    refused = sent_at[0][1]
    assert [what for what, _ in sent_at] == ["429", "sent", "sent"]
    assert sent_at[1][1] - refused >= timedelta(seconds=30)


async def test_a_chat_that_blocks_the_bot_is_paused_and_nothing_is_deleted(db, clock):
    messenger = ScriptedMessenger()

    def block(_what):
        raise BlockedError("Forbidden: bot was blocked by the user")

    messenger.before = block
    await queue_posts(db, clock, 3)
    counted = await run_until_quiet(db, clock, messenger)
    assert {state.value: n for state, n in counted.items()} == {"failed": 3}
    async with db.read() as conn:
        chat = await chats.get(conn, READER)
    assert (chat.state, "blocked" in chat.paused_reason) == ("paused", True)


async def test_a_group_that_became_a_supergroup_gets_the_very_message_that_found_out(db, clock):
    messenger = ScriptedMessenger()

    def migrate(what):
        if what[1].chat_id == -5:
            raise MigratedError(-1005)

    messenger.before = migrate
    await queue_posts(db, clock, 2, telegram_id=-5)
    await run_until_quiet(db, clock, messenger)
    assert len(messenger.texts(-1005)) == 2
    async with db.read() as conn:
        assert await chats.get(conn, -5) is None


async def test_a_revoked_token_stops_everything_and_drops_nothing(db, clock):
    messenger = ScriptedMessenger()

    def refuse(_what):
        raise TokenLostError("Unauthorized")

    messenger.before = refuse
    await queue_posts(db, clock, 2)
    with pytest.raises(TokenLostError):
        await make(db, clock, messenger).run()
    async with db.read() as conn:
        counted = await deliveries.counts(conn)
    assert {state.value: n for state, n in counted.items()} == {"queued": 2}


async def test_what_is_refused_as_formatted_goes_as_plain_text_and_what_is_refused_as_such_stays_visible(db, clock):
    messenger = ScriptedMessenger()

    def dislike_spans(what):
        if what[2].styled.spans:
            raise RejectedError("Bad Request: can't parse entities")

    messenger.before = dislike_spans
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    assert len(messenger.texts(READER)) == 1

    def dislike_all(_what):
        raise RejectedError("Bad Request: no")

    messenger.before = dislike_all
    await queue_posts(db, clock, 1)
    counted = await run_until_quiet(db, clock, messenger)
    assert {state.value: n for state, n in counted.items()} == {"sent": 1, "failed": 1}
