"""/report: a reader's words reach those who run the bot, and their answer comes back, through the real outbox."""

import asyncio
import random
import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from outboxes import UNLIMITED

from bot.chat.commands.reporting import MOST_A_DAY
from bot.chat.sender import TelegramMessenger
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.model.delivery import Lane, Op, SentPart
from bot.store import accounts, chats, deliveries, posts, settling
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint

THANKS, PASSED_ON = "It goes to those who run this bot", "Your answer is on its way"


@pytest.fixture
async def reported(server, db, at_work):
    """The chat at work, its operators' chat, and an outbox that sends what is queued."""
    operator = server.world.add_user("Ops")
    async with at_work(server, db, reports_chat=operator.id) as house, sending(house):
        yield house, operator


@asynccontextmanager
async def sending(house):
    outbox = Outbox(
        house.db,
        TelegramMessenger(house.chat._bot),
        clock=house.lookout.clock,
        rng=random.Random(1),
        pacing=Pacing(time.monotonic, UNLIMITED),
    )
    house.lookout.nudge = outbox.wake
    # the port that the program puts there
    object.__setattr__(house.chat._desk.ports, "queued", outbox.wake)
    task = asyncio.create_task(outbox.run())
    yield
    outbox.finish()
    await asyncio.wait_for(task, 10)


async def shown(house, telegram_id, account, post, message_id):
    """A post that the bot said in a chat, in that message."""
    now = house.lookout.clock()
    async with house.db.begin() as conn:
        account_id = await accounts.upsert(conn, account, now)
        post_id = await posts.add(conn, account_id, post, fingerprint(post), now, why_not="", root_id=None)
        chat = await chats.get(conn, telegram_id)
        draft = Draft(chat.id, Op.SEND, Lane.ROUTINE, post_id=post_id, revision=1)
        delivery_id = await deliveries.enqueue_one(conn, draft, now)
        await settling.rewrite_send(conn, delivery_id, parts=[SentPart((message_id,), "text")], revision=1)
        await conn.execute(deliveries.deliveries.update().values(state="sent", settled_at=now))


async def test_a_report_reaches_the_operators_and_their_answer_comes_back(reported, police, post_of):
    house, operator = reported
    reader = house.world.add_user("Wei")
    house.world.say(reader.id, reader.id, "/help")
    said = await house.says(reader.id, "/subscribe LINK")
    await shown(house, reader.id, police, post_of(police, 1, "京港澳高速封闭"), said.message_id)
    house.world.say(
        reader.id, reader.id, "/report The road is open <again>.\nI drove there.", reply_to=said.message_id
    )
    await house.says(reader.id, THANKS)
    told = await house.says(operator.id, "The road is open <again>.\nI drove there.")
    assert "京港澳高速封闭" in told.text
    assert f"https://weibo.com/{police.key[-4:]}/1" in told.text
    assert "a private chat" in told.text
    assert "Wei" not in told.text
    house.world.say(operator.id, operator.id, "Thank you, we asked the police.", reply_to=told.message_id)
    await house.says(operator.id, PASSED_ON)
    answer = await house.says(reader.id, "Thank you, we asked the police.")
    assert "“The road is open <again>. I drove there.”" in answer.text


async def test_in_a_topic_of_a_group_the_answer_comes_back_into_the_topic(reported):
    house, operator = reported
    owner = house.world.add_user("Owner")
    group = house.world.add_supergroup("Neighbours", owner.id, forum=True)
    topic = house.world.add_topic(group.id, "Storm")
    house.world.say(group.id, owner.id, "/report Is it true?", thread_id=topic.thread_id)
    told = await house.says(operator.id, "Is it true?")
    assert "(Neighbours)" in told.text
    assert "no post in particular" in told.text
    house.world.say(operator.id, operator.id, "It is.", reply_to=told.message_id)
    answer = await house.says(group.id, "It is.")
    assert answer.thread_id == topic.thread_id


async def test_other_replies_of_the_operators_go_nowhere(reported):
    house, operator = reported
    house.world.say(operator.id, operator.id, "/help")
    said = await house.says(operator.id, "/subscribe LINK")
    house.world.say(operator.id, operator.id, "thanks", reply_to=said.message_id)
    await house.says(operator.id, "I did not find a link or a name in this")


async def test_a_stranger_who_replies_to_such_a_message_answers_nobody(reported):
    house, _operator = reported
    reader, stranger = house.world.add_user("Wei"), house.world.add_user("Eve")
    house.world.say(reader.id, reader.id, "/report hello")
    await house.says(reader.id, THANKS)
    house.world.say(stranger.id, stranger.id, "/help")
    said = await house.says(stranger.id, "/subscribe LINK")
    house.world.say(stranger.id, stranger.id, "do this now", reply_to=said.message_id)
    await house.says(stranger.id, "I did not find a link or a name in this")
    assert not any("do this now" in message.text for message in house.world.said_by_bot(reader.id))


async def test_a_chat_that_writes_too_much_is_told_so_and_the_operators_are_spared(reported):
    house, operator = reported
    reader = house.world.add_user("Wei")
    for number in range(MOST_A_DAY):
        house.world.say(reader.id, reader.id, f"/report number {number}.")
    await house.says(reader.id, THANKS, count=MOST_A_DAY)
    house.world.say(reader.id, reader.id, "/report one more")
    await house.says(reader.id, "That is enough for today")
    await house.says(operator.id, f"number {MOST_A_DAY - 1}.")
    assert not any("one more" in message.text for message in house.world.said_by_bot(operator.id))
    house.lookout.clock.now += timedelta(days=1, seconds=1)
    house.world.say(reader.id, reader.id, "/report one more")
    await house.says(operator.id, "one more")


async def test_without_words_it_tells_how(reported):
    house, _operator = reported
    reader = house.world.add_user("Wei")
    house.world.say(reader.id, reader.id, "/report")
    await house.says(reader.id, "Write /report and what you want to tell")


async def test_where_nobody_takes_reports_the_reader_is_told(house):
    reader = house.world.add_user("Wei")
    house.world.say(reader.id, reader.id, "/report hello")
    await house.says(reader.id, "Nobody takes reports here yet")


async def test_an_answer_to_either_message_of_a_long_report_finds_its_way(reported):
    house, operator = reported
    reader = house.world.add_user("Wei")
    house.world.say(reader.id, reader.id, "/report " + "The road is under water. " * 155 + "Here it ends.")
    await house.says(reader.id, THANKS)
    told = await house.says(operator.id, "Here it ends.")
    assert told.text.count("under water") < 155
    house.world.say(operator.id, operator.id, "We know of it.", reply_to=told.message_id)
    await house.says(operator.id, PASSED_ON)
    await house.says(reader.id, "We know of it.")
