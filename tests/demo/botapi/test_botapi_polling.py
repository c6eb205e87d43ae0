"""getUpdates: waiting, confirming, filtering, and two pollers at once."""

import asyncio
from typing import Any

import httpx
import pytest

from bot.demo.botapi import BotApiServer
from bot.demo.botapi.records import User


async def updates(raw: Any, **parameters: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await raw("getUpdates", **parameters)).json()["result"]
    return found


async def polling(server: BotApiServer, polls: int) -> None:
    await server.wait_for(lambda: server.state.updates.poll >= polls)


async def test_an_update_stays_until_it_is_confirmed(raw: Any, server: BotApiServer, user: User) -> None:
    server.world.say(user.id, user.id, "one")
    server.world.say(user.id, user.id, "two")
    first, second = await updates(raw)
    assert await updates(raw) == [first, second]
    assert await updates(raw, limit=1) == [first]
    assert await updates(raw, offset=second["update_id"]) == [second]
    assert await updates(raw, offset=second["update_id"] + 1) == []
    assert len(server.state.updates) == 0


async def test_a_negative_offset_keeps_the_last(raw: Any, server: BotApiServer, user: User) -> None:
    for text in ("one", "two", "three"):
        server.world.say(user.id, user.id, text)
    assert [update["message"]["text"] for update in await updates(raw, offset=-1)] == ["three"]


async def test_a_long_poll_ends_when_something_arrives(raw: Any, server: BotApiServer, user: User) -> None:
    waiting = asyncio.create_task(updates(raw, timeout=30))
    await polling(server, 1)
    assert not waiting.done()
    server.world.say(user.id, user.id, "at last")
    async with asyncio.timeout(5):
        assert [update["message"]["text"] for update in await waiting] == ["at last"]


async def test_a_second_poller_ends_the_first_with_409(raw: Any, server: BotApiServer) -> None:
    first = asyncio.create_task(raw.told("getUpdates", timeout=30))
    await polling(server, 1)
    second = asyncio.create_task(raw.told("getUpdates", timeout=30))
    async with asyncio.timeout(5):
        code, why = await first
    assert code == 409
    assert why.startswith("Conflict: terminated by other getUpdates request")
    assert server.violations == {"second_poller": 1}
    assert not second.done()
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second


async def test_a_poller_that_hung_up_is_no_conflict(raw: Any, server: BotApiServer, user: User) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=0.2) as impatient:
        with pytest.raises(httpx.ReadTimeout):
            await impatient.post(f"{server.base_url}{server.token}/getUpdates", json={"timeout": 30})
    server.world.say(user.id, user.id, "still here")
    assert [update["message"]["text"] for update in await updates(raw, timeout=5)] == ["still here"]
    assert server.violations == {}


async def test_only_allowed_kinds_are_queued_and_the_choice_is_kept(
    raw: Any, server: BotApiServer, user: User
) -> None:
    await updates(raw, allowed_updates=["callback_query"])
    server.world.say(user.id, user.id, "not wanted")
    assert await updates(raw) == []
    await updates(raw, allowed_updates=[])
    server.world.say(user.id, user.id, "wanted again")
    assert [update["message"]["text"] for update in await updates(raw)] == ["wanted again"]


async def test_chat_member_updates_must_be_asked_for(raw: Any, server: BotApiServer, user: User) -> None:
    group = server.world.add_supergroup("Road", user.id)
    server.world.promote(group.id, server.state.bot.id)
    joined = server.world.add_user("Joined")
    server.world.join(group.id, joined.id)
    assert {kind for update in await updates(raw) for kind in update} == {"update_id", "my_chat_member"}
    await updates(raw, allowed_updates=["chat_member"], offset=99)
    server.world.leave(group.id, joined.id)
    (update,) = await updates(raw)
    assert update["chat_member"]["new_chat_member"]["status"] == "left"


async def test_delete_webhook_may_drop_what_waits(raw: Any, server: BotApiServer, user: User) -> None:
    server.world.say(user.id, user.id, "old")
    assert (await raw("getWebhookInfo")).json()["result"]["pending_update_count"] == 1
    await raw("deleteWebhook")
    assert len(server.state.updates) == 1
    await raw("deleteWebhook", drop_pending_updates=True)
    assert len(server.state.updates) == 0


async def test_a_poll_ends_when_the_server_stops(clock: Any) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        async with BotApiServer(clock=clock) as server:
            url = f"{server.base_url}{server.token}/getUpdates"
            waiting = asyncio.create_task(client.post(url, json={"timeout": 50}))
            await polling(server, 1)
        assert (await waiting).json() == {"ok": True, "result": []}


async def test_waiting_for_what_does_not_happen_says_so(server: BotApiServer) -> None:
    with pytest.raises(TimeoutError, match=r"did not happen within 0\.05 s"):
        await server.wait_for(lambda: False, 0.05)
