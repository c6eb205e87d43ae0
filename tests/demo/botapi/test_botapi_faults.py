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
    async with httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(10.0, read=0.5)) as impatient:
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


async def test_a_reset_connection_gives_no_byte_of_an_answer(raw: Any, server: BotApiServer, user: User) -> None:
    server.faults.add(Fault(Act.RESET, When.AFTER, method="sendMessage"))
    with pytest.raises(httpx.ReadError):
        await raw("sendMessage", chat_id=user.id, text="a")
    assert server.world.texts(user.id) == ("a",)


async def test_half_an_answer_is_no_json_and_the_message_is_there(
    client: telegram.Bot, server: BotApiServer, user: User
) -> None:
    server.faults.add(Fault(Act.TRUNCATE, When.AFTER, method="sendMessage"))
    with pytest.raises(telegram.error.TelegramError, match="Invalid server response"):
        await client.send_message(user.id, "a")
    assert server.world.texts(user.id) == ("a",)


async def test_a_chat_that_shuts_the_bot_out_stays_shut(
    client: telegram.Bot, server: BotApiServer, user: User
) -> None:
    server.faults.add(Fault(Act.BLOCK, method="sendMessage"))
    for _ in range(2):
        with pytest.raises(telegram.error.Forbidden, match="blocked by the user"):
            await client.send_message(user.id, "a")
    assert server.world.texts(user.id) == ()
    assert server.violations == {"sent_after_403": 1}


async def test_a_group_that_is_upgraded_under_a_request_says_where_it_went(
    client: telegram.Bot, server: BotApiServer, user: User
) -> None:
    group = server.world.add_group("Town", user.id)
    server.faults.add(Fault(Act.MIGRATE, times=None))
    with pytest.raises(telegram.error.ChatMigrated) as caught:
        await client.send_message(group.id, "a")
    assert (await client.send_message(caught.value.new_chat_id, "a")).text == "a"
    assert server.faults.struck == 1


def test_a_share_is_drawn_by_its_seed_and_ends_after_so_many_requests() -> None:
    def drawn(seed: int) -> list[bool]:
        faults = Faults()
        faults.add(Fault(Act.DROP, times=None, share=0.2, seed=seed, among=500))
        return [faults.take("sendMessage", 1, text=str(n)) is not None for n in range(1000)]

    first = drawn(1)
    assert first == drawn(1)
    assert first != drawn(2)
    assert 70 <= sum(first[:500]) <= 130
    assert not any(first[500:])


def test_either_side_of_the_acceptance_comes_by_lot_and_every_strike_is_noted() -> None:
    faults = Faults()
    faults.add(Fault(Act.DROP, When.EITHER, times=100))
    sides = {faults.take("sendMessage", 7, text="a").when for _ in range(100)}  # type: ignore[union-attr]
    assert sides == {When.BEFORE, When.AFTER}
    assert [(strike.chat_id, strike.text) for strike in faults.strikes] == [(7, "a")] * 100
