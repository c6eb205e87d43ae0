"""Telegram's rates by a clock that is moved by hand: what passes, what is refused, and who came back too early."""

from typing import Any

import pytest

from bot.demo.botapi import BotApiServer, Limits
from bot.demo.botapi.errors import ApiError
from bot.demo.botapi.rates import Rates
from bot.demo.botapi.records import User


def passed(rates: Rates, chat_id: int, kind: str, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            rates.admit(chat_id, kind)
        except ApiError:
            break
        count += 1
    return count


def test_a_private_chat_takes_a_burst_and_then_one_a_second(clock: Any) -> None:
    rates = Rates(Limits(), clock)
    assert passed(rates, 1, "private", 5) == 3
    clock.advance(1)
    assert passed(rates, 1, "private", 5) == 1
    clock.advance(10)
    assert passed(rates, 1, "private", 5) == 3


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
def test_a_group_or_channel_takes_twenty_in_a_minute(clock: Any, kind: str) -> None:
    rates = Rates(Limits(), clock)
    assert passed(rates, -1, kind, 25) == 20
    clock.advance(60)
    assert passed(rates, -1, kind, 25) == 20


def test_the_whole_bot_takes_thirty_in_a_second(clock: Any) -> None:
    rates = Rates(Limits(), clock)
    assert sum(passed(rates, chat, "private", 1) for chat in range(1, 41)) == 30
    clock.advance(1)
    assert sum(passed(rates, chat, "private", 1) for chat in range(101, 141)) == 30


def test_coming_back_too_early_is_a_violation_and_keeps_the_time(clock: Any) -> None:
    rates = Rates(Limits(group_messages=1), clock)
    rates.admit(-1, "group")
    with pytest.raises(ApiError) as first:
        rates.admit(-1, "group")
    clock.advance(20)
    with pytest.raises(ApiError) as second:
        rates.admit(-1, "group")
    assert (first.value.violation, first.value.parameters) == ("too_many_requests", {"retry_after": 60})
    assert (second.value.violation, second.value.parameters) == ("early_retry", {"retry_after": 40})
    clock.advance(40)
    rates.admit(-1, "group")


async def test_429_says_when_to_come_back_in_body_and_header(raw: Any, server: BotApiServer, user: User) -> None:
    answers = [await raw("sendMessage", chat_id=user.id, text=str(n)) for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["retry-after"] == "1"
    assert answers[3].json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert server.violations == {"too_many_requests": 1}
    assert server.world.texts(user.id) == ("0", "1", "2")


async def test_a_refused_request_and_an_edit_do_not_count(raw: Any, server: BotApiServer, user: User) -> None:
    sent = (await raw("sendMessage", chat_id=user.id, text="a")).json()["result"]["message_id"]
    for n in range(6):
        assert await raw.told("editMessageText", chat_id=user.id, message_id=sent, text=f"edit {n}") == (200, "")
        await raw("sendMessage", chat_id=user.id, text="")
    assert await raw.told("sendMessage", chat_id=user.id, text="b") == (200, "")
    assert "too_many_requests" not in server.violations


async def test_edits_count_when_told_so(raw: Any, server: BotApiServer, user: User) -> None:
    server.state.rates.limits = Limits(edits_count=True)
    sent = (await raw("sendMessage", chat_id=user.id, text="a")).json()["result"]["message_id"]
    codes = [
        (await raw("editMessageText", chat_id=user.id, message_id=sent, text=str(n))).status_code for n in range(3)
    ]
    assert codes == [200, 200, 429]


def test_paid_messages_have_a_window_of_their_own(clock):
    rates = Rates(Limits(bot_messages=2, paid_messages=3), clock)
    for chat in (1, 2):
        rates.admit(chat, "private")
    for chat in (3, 4, 5):
        rates.admit(chat, "private", paid=True)
    with pytest.raises(ApiError):
        rates.admit(6, "private", paid=True)
    with pytest.raises(ApiError):
        rates.admit(7, "private")
