"""The page's HTTP side without a browser: headers, refusals, the stream's beginning and its resuming, the story board."""

import json
from typing import Any

import httpx
import pytest

from bot.demo.botapi.entities import Styled
from bot.demo.botapi.journal import KEPT_EVENTS
from bot.demo.botapi.records import Message, Version
from bot.demo.page import PageServer, StoryBoard
from bot.demo.page.board import MAX_POSTS, MAX_TEXT


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, timeout=10)


def bot_says(server: Any, user: Any, text: str) -> None:
    state = server.state
    number = state.next_message_id(state.chats[user.id])
    version = Version(state.clock(), Styled(text))
    state.keep(Message(user.id, number, state.clock(), state.bot.id, [version], by_bot=True))


async def frames(url: str, count: int, after: str = "") -> list[tuple[str, str, Any]]:
    """The first events of a stream as (id, kind, content)."""
    found: list[tuple[str, str, Any]] = []
    headers = {"last-event-id": after} if after else {}
    async with client() as http, http.stream("GET", f"{url}events", headers=headers) as answer:
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                found.append((fields["id"], fields["event"], json.loads(fields["data"])))
                fields = {}
                if len(found) == count:
                    break
    return found


async def test_a_stream_begins_with_everything_and_resumes_where_it_stopped(world: Any) -> None:
    server, user = world
    bot_says(server, user, "one")
    async with PageServer(server.world, user.id) as page:
        (snapshot_id, kind, content), (_, second, _) = await frames(page.url, 2)
        assert (kind, second) == ("snapshot", "story")
        assert [message["text"] for message in content["messages"]] == ["one"]
        bot_says(server, user, "two")
        resumed = await frames(page.url, 2, after=snapshot_id)
        assert [kind for _, kind, _ in resumed] == ["message", "story"]
        assert resumed[0][2]["text"] == "two"


@pytest.mark.parametrize("after", ["other.1", "nonsense", "%s.999999"])
async def test_a_stream_of_another_run_begins_anew(world: Any, after: str) -> None:
    server, user = world
    async with PageServer(server.world, user.id) as page:
        epoch = (await frames(page.url, 1))[0][0].partition(".")[0]
        assert (await frames(page.url, 1, after=after.replace("%s", epoch)))[0][1] == "snapshot"


async def test_who_was_away_too_long_is_shown_everything(world: Any) -> None:
    server, user = world
    async with PageServer(server.world, user.id) as page:
        first_id = (await frames(page.url, 1))[0][0]
        for number in range(KEPT_EVENTS + 5):
            bot_says(server, user, str(number))
        assert (await frames(page.url, 1, after=first_id))[0][1] == "snapshot"


async def test_other_peoples_chats_are_not_shown(world: Any) -> None:
    server, user = world
    other = server.world.add_user("Other")
    bot_says(server, other, "private")
    async with PageServer(server.world, user.id) as page:
        assert "private" not in json.dumps(await frames(page.url, 1))


async def test_the_page_trusts_only_itself(world: Any) -> None:
    server, user = world
    async with PageServer(server.world, user.id) as page, client() as http:
        answer = await http.get(page.url)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        for name in ("page.js", "page.css", "bell.svg"):
            assert (await http.get(f"{page.url}static/{name}")).status_code == 200
        for outside in ("http:", "https:"):
            html = answer.text.replace("http://www.w3.org", "")
            assert f'src="{outside}' not in html
            assert f'href="{outside}' not in html


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}, {"origin": "null"}]
)
async def test_foreign_sites_and_names_are_refused(world: Any, headers: dict[str, str]) -> None:
    server, user = world
    async with PageServer(server.world, user.id) as page, client() as http:
        answer = await http.post(f"{page.url}say", json={"text": "a"}, headers=headers)
        assert answer.status_code == 403
    assert server.transcript(user.id) == ()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b'{"text": "a"}', "text/plain"), (b"{", "application/json"), (b"[1]", "application/json"),
     (b'{"text": " "}', "application/json"), (b'{"text": "' + b"a" * 4097 + b'"}', "application/json"),
     (b'{"text": "' + b"a" * 70_000 + b'"}', "application/json")],
)  # fmt: skip
async def test_what_is_no_message_is_not_said(world: Any, body: bytes, content_type: str) -> None:
    server, user = world
    async with PageServer(server.world, user.id) as page, client() as http:
        answer = await http.post(f"{page.url}say", content=body, headers={"content-type": content_type})
        assert answer.status_code == 400
        assert answer.json()["problem"]
    assert server.transcript(user.id) == ()


@pytest.mark.parametrize("given", [{}, {"id": 1, "row": 0, "column": 0}, {"id": "x", "row": 0, "column": 0}])
async def test_a_button_that_is_not_there_is_said(world: Any, given: dict[str, object]) -> None:
    server, user = world
    async with PageServer(server.world, user.id) as page, client() as http:
        answer = await http.post(f"{page.url}press", json=given)
        assert answer.json() == {"problem": "This button is no longer there."}


async def test_pictures_of_other_chats_are_not_served(world: Any) -> None:
    server, user = world
    picture = server.state.add_picture(None, b"data")
    async with PageServer(server.world, user.id) as page, client() as http:
        assert (await http.get(f"{page.url}photo/{picture.unique_id}")).status_code == 404
        assert (await http.get(f"{page.url}static/../app.py")).status_code == 404


async def test_the_board_keeps_the_latest_of_each_post() -> None:
    board = StoryBoard()
    heard: list[int] = []
    board.listen(lambda: heard.append(board.version))
    await board.publish({"clock": "1:00", "accounts": [{"name": "A"}, "B"], "posts": [{"id": 1, "text": "a" * 900}]})
    await board.publish({"posts": [{"id": "1", "state": "edited", "forwards": 7}, {"id": "2", "text": "b"}]})
    assert board.current["clock"] == "1:00"
    assert board.current["accounts"] == ["A", "B"]
    assert board.current["posts"] == [
        {"id": "1", "text": "a" * MAX_TEXT, "state": "edited", "forwards": 7},
        {"id": "2", "text": "b"},
    ]
    assert heard == [1, 2]
    await board.publish({"posts": [{"id": f"n{n}"} for n in range(MAX_POSTS)]})
    assert len(board.current["posts"]) == MAX_POSTS  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "event", [{"posts": {}}, {"posts": [{}]}, {"accounts": "A"}, {"posts": [{"id": 1, "state": "x"}]}]
)
async def test_an_event_of_another_shape_is_refused(event: dict[str, object]) -> None:
    board = StoryBoard()
    with pytest.raises(ValueError, match=r"story event|PostState"):
        await board.publish(event)
    assert board.version == 0
