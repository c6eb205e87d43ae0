"""The control path: the same world from another process."""

import asyncio
import json
import signal
import sys
from typing import Any

import httpx
import pytest

from bot.demo.botapi import BotApiServer
from bot.demo.botapi.records import User


async def do(raw: Any, verb: str, **given: object) -> Any:
    answer = await raw.client.post(f"{raw.server.url}/control/{verb}", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


async def test_a_world_is_scripted_over_http(raw: Any, server: BotApiServer) -> None:
    person = (await do(raw, "add_user", first_name="Visitor", started=False))["id"]
    group = (await do(raw, "add_supergroup", title="Forum", owner=person, forum=True))["id"]
    topic = (await do(raw, "add_topic", chat_id=group, name="Alerts"))["id"]
    assert topic in server.state.chats[group].topics
    assert (await do(raw, "say", chat_id=person, user_id=person, text="/start"))["text"] == "/start"
    await do(raw, "block", user_id=person)
    assert server.state.chats[person].blocked


async def test_faults_are_set_over_http(raw: Any, server: BotApiServer, user: User) -> None:
    await do(raw, "fault", act="status", status=500, method="sendMessage")
    assert (await raw.told("sendMessage", chat_id=user.id, text="a"))[0] == 500
    await do(raw, "refuse_photos")
    told = await raw.told("sendPhoto", chat_id=user.id, photo="http://a.cn/x")
    assert told == (400, "Bad Request: failed to get HTTP URL content")
    await do(raw, "refuse_photos", error="")
    assert await raw.told("sendPhoto", chat_id=user.id, photo="http://a.cn/x") == (200, "")


async def test_the_transcript_is_waited_for(raw: Any, server: BotApiServer, user: User) -> None:
    where = f"{server.url}/control/transcript?chat_id={user.id}&at_least=1&timeout=20"
    waiting = asyncio.create_task(raw.client.get(where))
    await raw("sendMessage", chat_id=user.id, text="a")
    async with asyncio.timeout(5):
        answer = await waiting
    (message,) = answer.json()["result"]
    assert (message["text"], message["by_bot"], len(message["versions"])) == ("a", True, 1)
    answer = await raw.client.get(f"{server.url}/control/transcript?chat_id={user.id}&at_least=2&timeout=0.05")
    assert (answer.status_code, len(answer.json()["result"])) == (408, 1)


async def test_counters_show_what_went_wrong(raw: Any, server: BotApiServer) -> None:
    await raw("nonsense")
    found = (await raw.client.get(f"{server.url}/control/counters")).json()["result"]
    assert found["violations"] == {"unknown_method": 1}
    assert found["errors"] == {"404": 1}


@pytest.mark.parametrize(
    ("verb", "headers", "body", "why"),
    [
        ("say", {"content-type": "text/plain"}, b"{}", "Send application/json."),
        ("dance", {"content-type": "application/json"}, b"{}", "There is no such verb"),
        ("block", {"content-type": "application/json"}, b'{"user_id": 1}', "1"),
        ("block", {"content-type": "application/json"}, b"{", "Expecting property name"),
        ("say", {"content-type": "application/json"}, b'{"colour": 1}', "colour"),
    ],
)
async def test_a_wrong_command_is_explained(
    raw: Any, server: BotApiServer, verb: str, headers: dict[str, str], body: bytes, why: str
) -> None:
    answer = await raw.client.post(f"{server.url}/control/{verb}", content=body, headers=headers)
    assert answer.status_code == 400
    assert why in answer.json()["description"]


async def test_without_control_there_is_no_such_path(clock: Any) -> None:
    async with BotApiServer(clock=clock, control=False) as server, httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{server.url}/control/counters")).status_code == 404


async def test_a_taken_port_is_told_plainly(server: BotApiServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(OSError, match=rf"Port {port} on 127\.0\.0\.1 is taken: stop the program that uses it"):
        async with BotApiServer(port=port):
            pass


async def test_it_runs_in_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.demo.botapi", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20), httpx.AsyncClient(trust_env=False) as client:
            told = json.loads(await process.stdout.readline())
            me = await client.get(f"{told['url']}/bot{told['token']}/getMe")
            assert me.json()["result"]["username"] == "TocsinDemoBot"
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
