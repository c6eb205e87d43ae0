import asyncio
import contextlib
import time
from random import Random

import pytest
from telegram.error import Conflict, NetworkError

from bot.chat.application import TelegramChat, TokenRefusedError, build_bot
from bot.chat.ports import Ports
from bot.chat.sender import TelegramMessenger
from bot.demo.botapi.faults import Act, Fault, When


async def test_a_lost_answer_is_asked_for_again(house):
    user = house.world.add_user("Wei")
    house.server.faults.add(Fault(Act.DROP, When.BEFORE, method="sendMessage"))
    house.world.say(user.id, user.id, "/help")
    assert await house.says(user.id, "/subscribe LINK")


async def test_an_edit_whose_answer_was_lost_is_done_once(house):
    user = house.world.add_user("Wei")
    house.server.faults.add(Fault(Act.DROP, When.AFTER, method="editMessageText"))
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    await house.says(user.id, "is followed here now")
    assert len(house.world.said_by_bot(user.id)) == 1


# PTB warns, while it makes a RetryAfter, that the type of its retry_after is going to change; ours takes both
@pytest.mark.filterwarnings("ignore:.*retry_after")
async def test_a_flood_wait_is_sat_out(house):
    user = house.world.add_user("Wei")
    house.server.faults.add(Fault(Act.FLOOD, method="sendMessage", retry_after=1))
    house.world.say(user.id, user.id, "/help")
    assert await house.says(user.id, "/subscribe LINK")


async def test_when_the_database_fails_the_chat_is_told_kindly(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, "Nothing is followed")
    async with house.db.begin() as conn:
        await conn.exec_driver_sql("DROP TABLE subscriptions")
    house.world.say(user.id, user.id, "/list")
    message = await house.says(user.id, "Nothing was lost.")
    assert "subscriptions" not in message.text


async def test_a_failure_at_a_button_is_told_in_its_answer(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, "/list")
    message = await house.says(user.id, "Followed here: 1")
    async with house.db.begin() as conn:
        await conn.exec_driver_sql("DROP TABLE choices")
    answer = await house.answer_to(house.world.press(user.id, user.id, message.message_id))
    assert answer.alert
    assert "Nothing was lost." in answer.text
    assert len(await house.followed(user.id)) == 1


async def test_the_message_with_the_button_is_gone_and_the_result_comes_anew(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe 1288915263")
    message = await house.says(user.id, "is followed here now")
    house.world.press(user.id, user.id, message.message_id, label="Undo")
    house.world.remove_message(user.id, message.message_id)
    await house.says(user.id, "Undone.")
    assert await house.followed(user.id) == []


async def test_a_wrong_token_is_one_sentence_without_the_token(server, db, at_work):
    secret = "7000000009:wrong-token-of-the-right-length-000"
    bot = build_bot(secret, server.url)
    chat = TelegramChat(bot, Ports(None, TelegramMessenger(bot)), db, clock=None, rng=Random(1))
    with pytest.raises(TokenRefusedError, match="@BotFather") as caught:
        await asyncio.wait_for(chat.run(asyncio.Event()), 10)
    await chat.aclose()
    assert "wrong-token" not in str(caught.value)


async def test_telegram_out_of_reach_at_the_start_is_waited_out_and_stopping_is_quick(db, now, capsys):
    bot = build_bot("7000000009:some-token-of-the-right-length-000", "http://127.0.0.1:9")
    chat = TelegramChat(bot, Ports(None, TelegramMessenger(bot)), db, clock=lambda: now, rng=Random(1))
    stop = asyncio.Event()
    async with chat:
        running = asyncio.create_task(chat.run(stop))
        async with asyncio.timeout(10):
            while "cannot be reached" not in capsys.readouterr().out:
                assert not running.done()
                await asyncio.sleep(0.02)
        stop.set()
        await asyncio.wait_for(running, 5)
    assert running.exception() is None


async def test_stopping_tells_a_chat_that_waits_and_takes_under_five_seconds(server, db, at_work):
    async with at_work(server, db) as house:
        user = house.world.add_user("Wei")
        house.lookout.gate.clear()
        house.world.say(user.id, user.id, "/subscribe 1288915263")
        await house.says(user.id, "Looking for")
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    assert server.world.texts(user.id) == ("I was stopped before I found 1288915263. Please send it again.",)


async def test_another_reader_is_reported_once_in_plain_words(house, capsys):
    for _ in range(5):
        house.chat._polling_failed(Conflict("terminated by other getUpdates request"))
    house.chat._polling_failed(NetworkError("connection reset"))
    said = capsys.readouterr().out
    assert said.count("another program reads this bot's messages (409)") == 1
    assert said.count("Telegram cannot be reached just now") == 1


async def test_a_second_program_with_the_same_token_is_noticed(server, db, at_work, capsys):
    said = ""
    async with at_work(server, db) as house, build_bot(server.token, server.url) as other:
        async with asyncio.timeout(20):
            while "(409)" not in said:
                with contextlib.suppress(Conflict):
                    await other.get_updates(timeout=0)
                said += capsys.readouterr().out
                await asyncio.sleep(0.05)
        user = house.world.add_user("Wei")
        house.world.say(user.id, user.id, "/help")
        assert await house.says(user.id, "/subscribe LINK")


async def test_a_token_refused_in_the_middle_is_told_and_listening_goes_on(server, db, at_work, capsys):
    said = ""
    async with at_work(server, db) as house:
        user = house.world.add_user("Wei")
        house.world.say(user.id, user.id, "/help")
        await house.says(user.id, "/subscribe LINK")
        server.state.revoked = True
        house.world.say(user.id, user.id, "/list")  # ends the poll that is under way
        async with asyncio.timeout(20):
            while "refuses the bot's token now" not in said:
                said += capsys.readouterr().out
                await asyncio.sleep(0.02)
        server.state.revoked = False
        house.world.say(user.id, user.id, "/start")
        await house.says(user.id, "I watch official accounts")
    assert server.token not in said


async def test_a_message_that_cannot_be_changed_for_an_unknown_reason_is_said_anew(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/language")
    message = await house.says(user.id, "Which language shall I speak here?")
    house.server.faults.add(Fault(Act.STATUS, method="editMessageText", status=400, times=None))
    house.world.press(user.id, user.id, message.message_id, label="简体中文")
    said = await house.says(user.id, "以后我在这里说中文。")
    assert said.message_id != message.message_id
