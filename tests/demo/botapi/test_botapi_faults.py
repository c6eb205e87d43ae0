"""Faults on demand: where they strike, how often, and what was accepted all the same."""

from typing import Any

import httpx
import pytest
import telegram

from bot.demo.botapi import Act, BotApiServer, Fault, When
from bot.demo.botapi.faults import Faults
from bot.demo.botapi.records import User


async def test_a_connection_dropped_before_means_nothing_was_sent(raw: Any, server: BotApiServer, user: User) -> None:
    server.faults.add(Fault(Act.DROP, method="sendMessage"))
    with pytest.raises(httpx.RemoteProtocolError):
        await raw("sendMessage", chat_id=user.id, text="a")
    assert server.world.texts(user.id) == ()
    assert await raw.told("sendMessage", chat_id=user.id, text="a") == (200, "")


async def test_a_connection_dropped_after_means_only_the_answer_is_lost(
    client: telegram.Bot, server: BotApiServer, user: User
) -> None:
    server.faults.add(Fault(Act.DROP, When.AFTER, method="sendMessage"))
    with pytest.raises(telegram.error.NetworkError):
        await client.send_message(user.id, "a")
    assert server.world.texts(user.id) == ("a",)


@pytest.mark.parametrize(("when", "texts"), [(When.BEFORE, ()), (When.AFTER, ("a",))])
async def test_a_server_error_before_or_after(
    raw: Any, server: BotApiServer, user: User, when: When, texts: tuple[str, ...]
) -> None:
    server.faults.add(Fault(Act.STATUS, when, status=502))
    assert await raw.told("sendMessage", chat_id=user.id, text="a") == (502, "Bad Gateway")
    assert server.world.texts(user.id) == texts


async def test_a_gateways_html_page(client: telegram.Bot, server: BotApiServer, user: User) -> None:
    server.faults.add(Fault(Act.STATUS, status=503, html=True))
    with pytest.raises(telegram.error.TelegramError):
        await client.send_message(user.id, "a")


async def test_a_flood_answer_blocks_the_chat_for_as_long_as_it_says(
    client: telegram.Bot, server: BotApiServer, user: User, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # the library's future manner; the old one warns
    server.faults.add(Fault(Act.FLOOD, retry_after=7))
    for _ in range(2):
        with pytest.raises(telegram.error.RetryAfter):
            await client.send_message(user.id, "a")
    assert server.violations == {"early_retry": 1}
    clock.advance(7)
    assert (await client.send_message(user.id, "a")).text == "a"


async def test_a_delay_makes_the_client_give_up_waiting(server: BotApiServer, user: User) -> None:
    server.faults.add(Fault(Act.DELAY, When.AFTER, seconds=30))
    async with httpx.AsyncClient(trust_env=False, timeout=0.2) as impatient:
        with pytest.raises(httpx.ReadTimeout):
            await impatient.post(
                f"{server.base_url}{server.token}/sendMessage", json={"chat_id": user.id, "text": "a"}
            )
    assert server.world.texts(user.id) == ("a",)


async def test_a_fault_for_one_chat_leaves_others_alone(raw: Any, server: BotApiServer, user: User) -> None:
    other = server.world.add_user("Other")
    server.faults.add(Fault(Act.DROP, chat_id=user.id, times=None))
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            await raw("sendMessage", chat_id=user.id, text="a")
    assert await raw.told("sendMessage", chat_id=other.id, text="b") == (200, "")
    assert server.world.texts(user.id) == ()


def test_a_fault_strikes_the_requests_it_names_and_so_often_as_it_says() -> None:
    faults = Faults()
    faults.add(Fault(Act.STATUS, method="sendPhoto", chat_id=5, times=2, skip=1))
    struck = [faults.take(method, chat) is not None for method, chat in [
        ("sendMessage", 5), ("sendPhoto", 6), ("sendPhoto", 5), ("SENDPHOTO", 5), ("sendPhoto", 5), ("sendPhoto", 5),
    ]]  # fmt: skip
    assert struck == [False, False, False, True, True, False]
    assert faults.struck == 2


def test_a_lasting_fault_strikes_until_it_is_cleared() -> None:
    faults = Faults()
    faults.add(Fault(Act.DROP, times=None))
    assert all(faults.take("getMe", 0) for _ in range(5))
    faults.clear()
    assert faults.take("getMe", 0) is None


def test_a_fault_read_from_json_says_what_it_does_not_know() -> None:
    assert Fault.read({"act": "drop", "when": "after"}) == Fault(Act.DROP, When.AFTER)
    with pytest.raises(ValueError, match="A fault has no colour"):
        Fault.read({"act": "drop", "colour": "red"})
    with pytest.raises(ValueError, match="explode"):
        Fault.read({"act": "explode"})
