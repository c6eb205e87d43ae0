import asyncio
import contextlib
import time
from random import Random

import pytest
from telegram.error import Conflict, NetworkError

from bot.chat.application import TelegramChat, build_bot
from bot.chat.line import Line
from bot.chat.ports import Ports
from bot.chat.sender import TelegramMessenger
from bot.delivery.face import TokenLostError
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


async def test_a_wrong_token_ends_it_and_is_not_told_in_clear(server, db, at_work):
    secret = "7000000009:wrong-token-of-the-right-length-000"
    bot = build_bot(secret, server.url)
    chat = TelegramChat(bot, Ports(None, TelegramMessenger(bot), None), db, clock=None, rng=Random(1))
    with pytest.raises(TokenLostError) as caught:
        await asyncio.wait_for(chat.run(asyncio.Event()), 10)
    await chat.aclose()
    assert "wrong-token" not in str(caught.value)


async def test_telegram_out_of_reach_at_the_start_is_waited_out_and_stopping_is_quick(db, now, capsys):
    bot = build_bot("7000000009:some-token-of-the-right-length-000", "http://127.0.0.1:9")
    chat = TelegramChat(bot, Ports(None, TelegramMessenger(bot), None), db, clock=lambda: now, rng=Random(1))
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


def listener(server, db, now, **more):
    bot = build_bot(server.token, server.url)
    return TelegramChat(bot, Ports(None, TelegramMessenger(bot), None), db, clock=lambda: now, rng=Random(1), **more)


async def listened(server, times):
    await server.wait_for(lambda: server.state.calls["getUpdates"] >= times)


async def test_a_token_refused_in_the_middle_ends_the_listening_in_order(server, db, now, capsys, caplog):
    user = server.world.add_user("Wei", started=False)
    async with listener(server, db, now) as chat:
        running = asyncio.create_task(chat.run(asyncio.Event()))
        await listened(server, 1)
        server.state.revoked = True
        server.world.say(user.id, user.id, "/nothing")  # ends the poll that is under way
        with pytest.raises(TokenLostError):
            await asyncio.wait_for(running, 20)
    assert "Traceback" not in caplog.text
    assert server.token not in capsys.readouterr().out + caplog.text


async def test_a_gateways_page_with_the_same_status_is_waited_out(server, db, now):
    line, stop = Line(lambda: now), asyncio.Event()
    for method in ("getMe", "getUpdates"):
        server.faults.add(Fault(Act.STATUS, method=method, status=401, html=True))
    async with listener(server, db, now, line=line) as chat:
        running = asyncio.create_task(chat.run(stop))
        await listened(server, 2)
        assert not running.done()
        assert "cannot be reached" in line.trouble
        assert server.token not in line.trouble
        stop.set()
        await asyncio.wait_for(running, 10)
    assert line.answered_at == now


async def test_it_can_listen_again_after_it_was_stopped(server, db, now):
    user = server.world.add_user("Wei")
    async with listener(server, db, now) as chat:
        for round_ in (1, 2):
            stop = asyncio.Event()
            running = asyncio.create_task(chat.run(stop))
            server.world.say(user.id, user.id, "/help")
            await server.wait_for(lambda: len(server.world.said_by_bot(user.id)) == round_)  # noqa: B023
            stop.set()
            await asyncio.wait_for(running, 10)
    assert not server.violations


async def test_while_another_process_listens_nothing_is_asked_and_its_409_is_not_held_against_anybody(
    server, db, now, capsys
):
    line, stop, ours = Line(lambda: now), asyncio.Event(), True
    async with listener(server, db, now, line=line, may_listen=lambda: ours) as chat:
        running = asyncio.create_task(chat.run(stop))
        await listened(server, 1)
        ours = False
        async with build_bot(server.token, server.url) as other:
            await other.get_updates(timeout=0)  # takes over: the poll that waits is ended with 409
            asked = server.state.calls["getUpdates"]
            # PTB asks once more when it stops: that would end the other one's poll
            polling = asyncio.create_task(other.get_updates(timeout=2))
            await listened(server, asked + 1)
            stop.set()
            await asyncio.wait_for(running, 10)
            assert await polling == ()
    assert server.state.calls["getUpdates"] == asked + 1
    assert line.conflict == ""
    assert "409" not in capsys.readouterr().out


async def test_a_webhook_that_somebody_set_is_told_as_such(now):
    line = Line(lambda: now)
    line.failed(Conflict("can't use getUpdates method while webhook is active"))
    assert "webhook" in line.conflict
    assert (line.conflict_at, line.answered_at, line.trouble) == (now, now, "")
    line.failed(Conflict("terminated by other getUpdates request"))
    assert "another program reads this bot's messages (409)" in line.conflict


async def test_a_message_that_cannot_be_changed_for_an_unknown_reason_is_said_anew(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/language")
    message = await house.says(user.id, "Which language shall I speak here?")
    house.server.faults.add(Fault(Act.STATUS, method="editMessageText", status=400, times=None))
    house.world.press(user.id, user.id, message.message_id, label="简体中文")
    said = await house.says(user.id, "以后我在这里说中文。")
    assert said.message_id != message.message_id
