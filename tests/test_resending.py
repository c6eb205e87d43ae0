"""``tocsin outbox``: what was given up stays visible and is sent again by one command, beside a running outbox."""

import asyncio
import json
import random
from datetime import UTC, datetime

import pytest
from outboxes import READER, UNLIMITED, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import select, update
from typer.testing import CliRunner

from bot.cli import app
from bot.delivery.deciding import Policy
from bot.delivery.face import BlockedError, LostAnswerError, RejectedError
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.model.delivery import Lane, Op, State
from bot.resending import CHUNK, STUCK, listed, resend, resend_all
from bot.store import chats, deliveries
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as table
from bot.store.tables import posts

HOUR = 3600
HOLD = Policy(repeats_routine=False)


async def rows(db):
    async with db.read() as conn:
        return (await conn.execute(select(table).order_by(table.c.id))).all()


async def numbers(db):
    return [row.id for row in await rows(db)]


async def states(db):
    return [row.state for row in await rows(db)]


def refusing(messenger, error):
    def refuse(_what):
        raise error

    messenger.before = refuse


def accepting(messenger):
    messenger.before = messenger.after = lambda _what: None


async def given_up(db, clock, count=1, error=None, **more):
    """Posts that Telegram has refused for good; the messenger takes everything again."""
    messenger = ScriptedMessenger()
    refusing(messenger, error or RejectedError("Bad Request: MESSAGE_EMPTY"))
    await queue_posts(db, clock, count, **more)
    await run_until_quiet(db, clock, messenger)
    accepting(messenger)
    return messenger


async def held(db, clock):
    """A post whose answer was lost, held as the operator wishes."""
    messenger = ScriptedMessenger()

    def lose(_what):
        raise LostAnswerError("connection reset")

    messenger.after = lose
    await queue_posts(db, clock, 1)
    assert await run_until_quiet(db, clock, messenger, policy=HOLD) == {State.HELD: 1}
    accepting(messenger)
    return messenger


async def test_what_was_given_up_is_listed_with_its_chat_its_post_and_the_reason(db, clock):
    await given_up(db, clock, 2)
    found, counted = await listed(db, STUCK, None, 50)
    assert counted == {State.FAILED: 2, State.HELD: 0}
    assert [row.id for row in found] == sorted(await numbers(db), reverse=True)
    assert found[0].telegram_id == READER
    assert found[0].error == "Bad Request: MESSAGE_EMPTY"
    assert found[0].post_url == "https://weibo.com/x/2"


async def test_what_was_given_up_arrives_once_it_is_sent_again_and_carries_no_mark(db, clock):
    messenger = await given_up(db, clock)
    (outcome,) = await resend(db, await numbers(db), clock())
    assert outcome.again
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}
    (text,) = messenger.texts(READER)
    assert "第1条" in text
    assert "repeat" not in text
    (row,) = await rows(db)
    assert (row.error, row.retries, row.attempts) == ("", 1, 0)


async def test_a_running_outbox_finds_what_another_process_sends_again(db, clock, monkeypatch):
    monkeypatch.setattr("bot.delivery.outbox.NET_SECONDS", 0.02)
    messenger = await given_up(db, clock)
    pacing = Pacing(lambda: clock().timestamp(), UNLIMITED)
    outbox = Outbox(db, messenger, clock=clock, rng=random.Random(1), pacing=pacing)
    running = asyncio.ensure_future(outbox.run())
    async with asyncio.timeout(10):
        while outbox._scan._next_whole is None:  # until it has looked, and found nothing to do
            await asyncio.sleep(0.005)
    assert messenger.messages == []
    await resend(db, await numbers(db), clock())
    async with asyncio.timeout(10):
        while await states(db) != ["sent"]:
            clock.advance(1)
            await asyncio.sleep(0.01)
    outbox.finish()
    await asyncio.wait_for(running, 10)
    assert len(messenger.messages) == 1


async def test_what_was_held_goes_out_marked_whatever_the_policy_says_and_once(db, clock):
    messenger = await held(db, clock)
    await resend(db, await numbers(db), clock())
    assert await states(db) == ["unsure"]
    assert await run_until_quiet(db, clock, messenger, policy=HOLD) == {State.SENT: 1}
    assert ["may be a repeat" in text for text in messenger.texts(READER)] == [False, True]
    assert (await rows(db))[0].repeats == 1


async def test_an_answer_that_is_lost_once_more_is_held_once_more(db, clock):
    messenger = await held(db, clock)

    def lose(_what):
        raise LostAnswerError("connection reset")

    messenger.after = lose
    await resend(db, await numbers(db), clock())
    assert await run_until_quiet(db, clock, messenger, policy=HOLD) == {State.HELD: 1}
    assert len(messenger.messages) == 2


@pytest.mark.parametrize("state", [state for state in State if state not in STUCK])
async def test_what_is_not_stuck_is_left_alone_and_the_reason_said(db, clock, state):
    await queue_posts(db, clock, 1)
    async with db.begin() as conn:
        await conn.execute(update(table).values(state=state.value))
    before = await rows(db)
    (outcome,) = await resend(db, await numbers(db), clock())
    assert (outcome.again, await rows(db)) == (False, before)
    assert outcome.why


async def test_a_number_that_is_none_is_said_to_be_none(db, clock):
    (outcome,) = await resend(db, [4711], clock())
    assert (outcome.again, "no delivery" in outcome.why) == (False, True)


async def test_a_paused_chat_stays_paused_and_nothing_is_queued_for_it(db, clock):
    await given_up(db, clock, error=BlockedError("Forbidden: bot was blocked by the user"))
    (outcome,) = await resend(db, await numbers(db), clock())
    assert not outcome.again
    assert "paused (Forbidden: bot was blocked by the user)" in outcome.why
    assert await states(db) == ["failed"]
    async with db.read() as conn:
        chat = await chats.get(conn, READER)
    assert chat.paused


async def test_once_the_chat_has_let_the_bot_in_again_it_goes(db, clock):
    messenger = await given_up(db, clock, error=BlockedError("Forbidden: bot was blocked by the user"))
    async with db.begin() as conn:
        await chats.resume(conn, READER)
    (outcome,) = await resend(db, await numbers(db), clock())
    assert outcome.again
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}


@pytest.mark.parametrize("over", ["withdrawn", "cancelled", "superseded"])
async def test_what_the_agency_no_longer_says_is_not_said_again(db, clock, over):
    await given_up(db, clock)
    async with db.begin() as conn:
        await conn.execute(update(posts).values(state=over))
    (outcome,) = await resend(db, await numbers(db), clock())
    assert (outcome.again, await states(db)) == (False, ["failed"])
    assert "agency" in outcome.why


@pytest.mark.parametrize("way", [given_up, held])
async def test_what_is_no_news_any_more_is_summed_up_instead_of_ringing(db, clock, way):
    messenger = await way(db, clock)
    already = len(messenger.messages)
    clock.advance(7 * HOUR)
    (outcome,) = await resend(db, await numbers(db), clock())
    assert outcome.again
    assert "no news" in outcome.why
    assert await run_until_quiet(db, clock, messenger) == {State.EXPIRED: 1, State.SENT: 1}
    (away,) = messenger.messages[already:]
    assert ("While I was away" in away.text, away.silent) == (True, True)


async def test_words_of_the_bots_own_are_sent_again_only_by_their_number(db, clock):
    async with db.begin() as conn:
        chat = await chats.ensure(conn, READER, chats.ChatKind.PRIVATE, "", clock(), "en")
        told = '{"phrase": "away.title"}'
        number = await deliveries.enqueue_one(conn, Draft(chat, Op.NOTICE, Lane.ROUTINE, notice=told), clock())
        await conn.execute(update(table).values(state="failed", settled_at=clock()))
    everything = [each async for page in resend_all(db, STUCK, None, clock()) for each in page]
    assert [each.again for each in everything] == [False]
    assert await states(db) == ["failed"]
    assert [each.again for each in await resend(db, [number], clock())] == [True]


async def test_a_sum_of_old_news_that_was_given_up_is_sent_again_with_everything(db, clock):
    messenger = ScriptedMessenger()
    refusing(messenger, RejectedError("Bad Request: MESSAGE_EMPTY"))
    await queue_posts(db, clock, 3)
    clock.advance(7 * HOUR)
    assert await run_until_quiet(db, clock, messenger) == {State.EXPIRED: 3, State.FAILED: 1}
    accepting(messenger)
    everything = [each async for page in resend_all(db, STUCK, None, clock()) for each in page]
    assert [each.again for each in everything] == [True]
    await run_until_quiet(db, clock, messenger)
    assert "While I was away" in messenger.texts(READER)[0]


async def test_everything_is_sent_again_in_its_order_and_since_when_it_is_asked(db, clock):
    messenger = await given_up(db, clock, 2)
    clock.advance(HOUR)
    since = clock()
    refusing(messenger, RejectedError("Bad Request: MESSAGE_EMPTY"))
    await queue_posts(db, clock, 3, text="后来第{n}条")
    await run_until_quiet(db, clock, messenger)
    accepting(messenger)
    late = [each.delivery_id async for page in resend_all(db, STUCK, since, clock()) for each in page if each.again]
    assert late == (await numbers(db))[2:]
    rest = [each.again async for page in resend_all(db, STUCK, None, clock()) for each in page]
    assert rest == [True, True]
    await run_until_quiet(db, clock, messenger)
    assert ["后来" in text for text in messenger.texts(READER)] == [False, False, True, True, True]


async def test_more_than_one_transaction_can_hold_is_sent_again_all_of_it(db, clock):
    await queue_posts(db, clock, CHUNK + 3)
    async with db.begin() as conn:
        await conn.execute(update(table).values(state="failed", settled_at=clock()))
    pages = [len(page) async for page in resend_all(db, (State.FAILED,), None, clock())]
    assert pages == [CHUNK, 3]
    assert set(await states(db)) == {"queued"}


# ------------------------------------------------------------------ at the prompt


@pytest.fixture
def prompt(db_url, clock, monkeypatch, tmp_path):
    clock.now = datetime.now(UTC)  # what the prompt goes by
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", db_url)
    monkeypatch.setenv("COLUMNS", "240")

    async def call(*arguments):
        # in a thread: the command brings its own event loop
        return await asyncio.to_thread(CliRunner().invoke, app, list(arguments))

    return call


async def test_the_list_at_the_prompt_shows_each_and_how_many(db, clock, prompt):
    await given_up(db, clock, 2, error=RejectedError("Bad Request: \x1b[31mMESSAGE_EMPTY"))
    done = await prompt("outbox", "list")
    assert done.exit_code == 0, done.output
    assert "https://weibo.com/x/1" in done.output
    assert "MESSAGE_EMPTY" in done.output
    assert "failed: 2, held: 0, unsure: 0" in done.output
    assert "\x1b" not in done.output


async def test_the_list_as_json_gives_one_object_a_line(db, clock, prompt):
    await given_up(db, clock, 2)
    done = await prompt("outbox", "list", "--json", "--limit", "1")
    (found,) = [json.loads(line) for line in done.output.splitlines()]
    assert (found["state"], found["chat"], found["why"]) == ("failed", READER, "Bad Request: MESSAGE_EMPTY")


async def test_where_nothing_is_stuck_the_prompt_says_so(db, prompt):
    assert "Nothing is failed or held or unsure." in (await prompt("outbox", "list")).output
    assert "Nothing is given up or held." in (await prompt("outbox", "retry", "--all")).output


async def test_the_retry_at_the_prompt_says_what_it_did_and_what_not(db, clock, prompt):
    await given_up(db, clock)
    (number,) = await numbers(db)
    done = await prompt("outbox", "retry", str(number), "4711")
    assert done.exit_code == 1
    assert f"{number}: sent again: it goes out as soon as its turn comes." in done.output
    assert "4711: NOT sent again: there is no delivery of this number." in done.output
    assert await states(db) == ["queued"]


async def test_the_retry_of_everything_counts_what_it_did(db, clock, prompt):
    await given_up(db, clock, 3)
    done = await prompt("outbox", "retry", "--all", "--state", "failed", "--since", "1d")
    assert done.exit_code == 0
    assert done.output == "3 sent again: it goes out as soon as its turn comes.\n"
    assert await states(db) == ["queued"] * 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("retry",),
        ("retry", "--all", "7"),
        ("retry", "7", "--since", "1h"),
        ("retry", "--all", "--state", "sent"),
        ("list", "--state", "lost"),
        ("list", "--since", "yesterday"),
    ],
)
async def test_a_call_that_makes_no_sense_is_answered_in_one_line(db, prompt, arguments):
    done = await prompt("outbox", *arguments)
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert done.output.startswith("tocsin: ")


async def test_tables_of_another_version_are_said_to_be_that(db, db_url, prompt):
    from bot.store import schema

    await schema.downgrade(db_url, "0001")
    done = await prompt("outbox", "list")
    assert (done.exit_code, "tocsin db upgrade" in done.output) == (1, True)
