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
from bot.store import accounts, chats, deliveries, forgetting, posts, settling
from bot.store import reports as kept_reports
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint

THANKS, PASSED_ON = "It goes to those who run this bot", "Your answer is on its way"
WORDS_ONLY, NOT_UNDERSTOOD = "Only words are passed on", "I did not find a link or a name in this"
VOICE = {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}


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


async def brought(house, operator, words):
    """The message in which the operators read these words, once it is written down that it arrived: nobody answers before."""
    told = await house.says(operator.id, words)
    async with asyncio.timeout(10):
        while True:
            async with house.db.read() as conn:
                if await kept_reports.behind(conn, operator.id, told.message_id) is not None:
                    return told
            await asyncio.sleep(0.005)


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
    told = await brought(house, operator, "The road is open <again>.\nI drove there.")
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
    told = await brought(house, operator, "Is it true?")
    assert "(Neighbours)" in told.text
    assert "no post in particular" in told.text
    house.world.say(operator.id, operator.id, "It is.", reply_to=told.message_id)
    answer = await house.says(group.id, "It is.")
    assert answer.thread_id == topic.thread_id


async def reports(house, operator, text="Is the road open?"):
    """A reader, and the message in which the operators read what they wrote."""
    reader = house.world.add_user("Wei")
    house.world.say(reader.id, reader.id, f"/report {text}")
    await house.says(reader.id, THANKS)
    return reader, await brought(house, operator, text)


async def test_of_a_picture_that_comes_with_a_report_the_words_arrive_and_the_reader_is_told(reported):
    house, operator = reported
    reader = house.world.add_user("Wei")
    house.world.say(reader.id, reader.id, "/report The map is wrong", document=("map.jpg", b"x"))
    assert WORDS_ONLY in (await house.says(reader.id, THANKS)).text
    await house.says(operator.id, "The map is wrong")
    house.world.say(reader.id, reader.id, "/report", document=("map.jpg", b"x"))
    await house.says(reader.id, "Write /report and what you want to tell")
    house.world.say(reader.id, reader.id, "/report In words")
    assert WORDS_ONLY not in (await house.says(reader.id, THANKS, count=2)).text


async def test_in_company_a_report_under_a_file_is_taken_unless_it_is_meant_for_another_bot(reported):
    house, operator = reported
    owner = house.world.add_user("Owner")
    group = house.world.add_supergroup("Neighbours", owner.id)
    name = house.world.state.bot.username
    for said in ("/report@another_bot one", f"/report@{name} two"):
        house.world.say(group.id, owner.id, said, document=("map.jpg", b"x"))
    await house.says(group.id, THANKS)
    await house.says(operator.id, "two")
    assert not any("one" in text.splitlines() for text in house.world.texts(operator.id))


async def test_an_answer_that_is_no_words_is_told_to_be_none_and_words_under_a_file_go_back(reported):
    house, operator = reported
    reader, told = await reports(house, operator)
    for nothing in ({"other": VOICE}, {"document": ("list.pdf", b"x")}):
        before = len(house.world.texts(operator.id))
        house.world.say(operator.id, operator.id, "", reply_to=told.message_id, **nothing)
        said = await house.settled(operator.id, lambda messages, before=before: len(messages) > before)
        assert WORDS_ONLY in said[-1]
        assert PASSED_ON not in said[-1]
    house.world.say(operator.id, operator.id, "It is.", reply_to=told.message_id, document=("list.pdf", b"x"))
    assert WORDS_ONLY in (await house.says(operator.id, PASSED_ON)).text
    await house.says(reader.id, "It is.")
    assert len(house.world.texts(reader.id)) == 2


async def test_who_does_not_let_the_bot_write_gets_no_answer_and_the_operators_know(reported):
    house, operator = reported
    reader, told = await reports(house, operator)
    house.world.block(reader.id)
    await until_paused(house, reader.id)
    house.world.say(operator.id, operator.id, "It is.", reply_to=told.message_id)
    await house.says(operator.id, "Not sent: the reader has blocked me")
    async with house.db.read() as conn:
        assert "It is." not in str((await conn.execute(deliveries.deliveries.select())).all())


async def test_of_a_reader_who_was_forgotten_the_operators_know_that_no_answer_arrives(reported):
    house, operator = reported
    reader, told = await reports(house, operator)
    async with house.db.begin() as conn:
        chat = await chats.get(conn, reader.id)
        assert await forgetting.forget(conn, chat.id, house.lookout.clock())
    house.world.say(operator.id, operator.id, "It is.", reply_to=told.message_id)
    await house.says(operator.id, "Not sent: the reader had everything deleted")
    # another message of the bot never was a report
    house.world.say(operator.id, operator.id, "/help")
    said = await house.says(operator.id, "/subscribe LINK")
    house.world.say(operator.id, operator.id, "thanks", reply_to=said.message_id)
    await house.says(operator.id, NOT_UNDERSTOOD)


async def test_where_the_operators_chat_does_not_let_the_bot_write_the_reader_is_not_told_to_wait(reported):
    house, operator = reported
    house.world.say(operator.id, operator.id, "/list")
    await house.says(operator.id, "Nothing is followed here yet")
    house.world.block(operator.id)
    await until_paused(house, operator.id)
    reader = house.world.add_user("Wei")
    house.world.say(reader.id, reader.id, "/report hello")
    await house.says(reader.id, "Nobody takes reports here yet")


async def test_what_is_no_words_is_answered_in_private_alone_and_the_words_under_it_are_read(reported):
    house, operator = reported
    reader, owner = house.world.add_user("Wei"), house.world.add_user("Owner")
    group = house.world.add_supergroup("Neighbours", owner.id)
    house.world.say(group.id, owner.id, "", other=VOICE)
    house.world.say(operator.id, operator.id, "", other=VOICE)
    house.world.say(reader.id, reader.id, "", other=VOICE)
    for each in (reader, operator):
        await house.says(each.id, NOT_UNDERSTOOD)
    house.world.say(reader.id, reader.id, "", other={**VOICE, "caption": "https://weibo.com/u/1288915263"})
    await house.says(reader.id, "Shall I follow this here?")
    # of an album the pictures without words are not answered one by one
    for words in ({}, {"caption": "hello"}):
        house.world.say(reader.id, reader.id, "", other={**VOICE, "media_group_id": "7", **words})
    await house.says(reader.id, NOT_UNDERSTOOD, count=2)
    assert len(house.world.texts(reader.id)) == 3
    assert NOT_UNDERSTOOD not in "".join(house.world.texts(group.id))


async def until_paused(house, telegram_id):
    async with asyncio.timeout(10):
        while not (await house.chat_row(telegram_id)).paused:
            await asyncio.sleep(0.01)


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
    house.lookout.clock.now += timedelta(hours=23)
    house.world.say(reader.id, reader.id, "/report one more")
    await house.says(reader.id, "That is enough for today")
    await house.says(operator.id, f"number {MOST_A_DAY - 1}.")
    assert not any("one more" in message.text for message in house.world.said_by_bot(operator.id))
    house.lookout.clock.now += timedelta(hours=1, seconds=1)
    house.world.say(reader.id, reader.id, "/report one more")
    await house.says(operator.id, "one more")


async def test_a_report_that_telegram_tells_twice_is_one(reported):
    house, operator = reported
    reader = house.world.add_user("Wei")
    said = house.world.say(reader.id, reader.id, "/report Is the road open?")
    house.world.state.give(said)
    await house.says(reader.id, THANKS, count=2)
    house.world.say(reader.id, reader.id, "/report And now?")
    await house.says(operator.id, "And now?")
    assert sum("Is the road open?" in text for text in house.world.texts(operator.id)) == 1


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
    told = await brought(house, operator, "Here it ends.")
    assert told.text.count("under water") < 155
    house.world.say(operator.id, operator.id, "We know of it.", reply_to=told.message_id)
    await house.says(operator.id, PASSED_ON)
    await house.says(reader.id, "We know of it.")
