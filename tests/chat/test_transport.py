"""Requests to the Bot API over real sockets: what goes out, and which kind of failure each broken answer is."""

import asyncio
import json
from contextlib import asynccontextmanager
from functools import partial

import pytest
from telegram import InputFile
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.chat import transport
from bot.chat.application import build_bot
from bot.chat.errors import meaning
from bot.chat.sender import TelegramMessenger
from bot.chat.transport import AiohttpRequest, NeverLeftError, httpx_request, proxy_for
from bot.delivery import face
from bot.demo.botapi import BotApiServer
from bot.model.subscription import Target

TOKEN = "123456:a-token-that-must-never-be-seen-anywhere"


@asynccontextmanager
async def answering(*pieces: bytes, cut=False, mute=False, peers: set | None = None):
    """A server on loopback that answers every request with these bytes; gives its URL and the requests it read."""
    requests: list[bytes] = []

    async def serve(reader, writer):
        if peers is not None:
            peers.add(writer.get_extra_info("peername"))
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
                )
                requests.append(head + await reader.readexactly(length))
                if mute:
                    await asyncio.sleep(3600)
                for piece in pieces:
                    writer.write(piece)
                await writer.drain()
                if cut:
                    writer.transport.abort()
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/bot{TOKEN}", requests
    finally:
        server.close()


@asynccontextmanager
async def requesting(**more):
    given = {"connections": 4, "read": 5.0, "write": 5.0, "connect": 5.0, **more}
    async with AiohttpRequest(**given) as request:
        yield request


def http(body: bytes, status: str = "200 OK", kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def failing(url, **more) -> TelegramError:
    async with requesting(**more) as request:
        with pytest.raises(TelegramError) as caught:
            await request.post(f"{url}/sendMessage", RequestData([]))
    assert TOKEN not in str(caught.value)
    return caught.value


async def test_a_message_goes_out_as_json_in_utf_8():
    async with BotApiServer() as server:
        server.world.add_user("Reader", user_id=7)
        bot = build_bot(server.token, server.url)
        async with bot:
            sent = await bot.send_message(7, "暴雨橙色预警 🟠", disable_notification=True)
        assert server.world.transcript(7)[0].text == "暴雨橙色预警 🟠"
        assert sent.message_id == server.world.transcript(7)[0].message_id


async def test_the_body_is_json_and_a_lone_surrogate_does_not_stop_it():
    async with answering(http(b'{"ok": true, "result": true}')) as (url, requests), requesting() as request:
        wishes = [RequestParameter("text", "水\ud800", None), RequestParameter("chat_id", 7, None)]
        assert await request.post(f"{url}/sendMessage", RequestData(wishes)) is True
    head, _, body = requests[0].partition(b"\r\n\r\n")
    assert b"Content-Type: application/json" in head
    assert json.loads(body) == {"text": "水?", "chat_id": 7}


async def test_an_upload_goes_as_a_form_with_its_bytes():
    async with BotApiServer() as server:
        server.world.add_user("Reader", user_id=7)
        png = bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738"
            "550000000049454e44ae426082"
        )
        async with build_bot(server.token, server.url) as bot:
            await bot.send_photo(7, png, caption="积水")
        (shown,) = server.world.transcript(7)
        assert (shown.now.picture.data, shown.text) == (png, "积水")


@pytest.mark.parametrize(
    ("pieces", "cut"),
    [
        ((http(b"<html>Bad Gateway</html>", "502 Bad Gateway", "text/html"),), False),
        ((http(b'{"ok": false, "error_code": 500}', "500 Internal Server Error"),), False),
        ((http(b'{"ok": true, "resu'),), False),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b'"ok"'), True),
        ((), True),
        ((b"no HTTP at all\r\n\r\n",), True),
    ],
    ids=["502 with HTML", "500", "truncated JSON", "cut in the body", "reset", "not HTTP"],
)
async def test_after_a_broken_answer_the_message_may_have_arrived(pieces, cut):
    async with answering(*pieces, cut=cut) as (url, _):
        assert isinstance(meaning(await failing(url)), face.LostAnswerError)


async def test_no_answer_in_time_is_a_lost_answer_and_is_not_waited_for_longer():
    async with answering(mute=True) as (url, requests):
        error = await failing(url, read=0.2)
    assert isinstance(error, TimedOut)
    assert isinstance(meaning(error), face.LostAnswerError)
    assert len(requests) == 1


async def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(transport, "MAX_ANSWER", 1000)
    async with answering(http(b"x" * 5000)) as (url, _):
        assert isinstance(meaning(await failing(url)), face.LostAnswerError)


async def test_where_nobody_listens_the_message_certainly_did_not_arrive():
    async with answering() as (url, _):
        pass
    error = await failing(url)
    assert isinstance(error, NeverLeftError)
    assert isinstance(meaning(error), face.NotSentError)


async def test_a_request_that_finds_no_free_connection_in_time_did_not_leave():
    async with answering(mute=True) as (url, requests), requesting(connections=1, read=2.0, connect=0.2) as request:
        first = asyncio.create_task(request.post(f"{url}/sendMessage", RequestData([])))
        while not requests:
            await asyncio.sleep(0.01)
        with pytest.raises(NeverLeftError):
            await request.post(f"{url}/sendMessage", RequestData([]))
        first.cancel()
        await asyncio.wait({first})
    assert len(requests) == 1


async def test_a_refusal_keeps_telegrams_words():
    body = b'{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}'
    async with answering(http(body, "400 Bad Request")) as (url, _):
        error = await failing(url)
    assert isinstance(error, BadRequest)
    assert "essage is too long" in str(error)


async def test_a_redirect_does_not_carry_the_token_elsewhere():
    async with answering(http(b'{"ok": true, "result": true}')) as (elsewhere, seen):
        moved = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n".encode()
        async with answering(moved) as (url, _):
            assert isinstance(await failing(url), NetworkError)
    assert seen == []


async def test_a_connection_is_used_again():
    peers = set()
    server = answering(http(b'{"ok": true, "result": true}'), peers=peers)
    async with server as (url, requests), requesting() as request:
        for _ in range(5):
            await request.post(f"{url}/getMe", RequestData([]))
    assert (len(requests), len(peers)) == (5, 1)


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.lan:3128"}, "http://proxy.lan:3128"),
        ({"ALL_PROXY": "socks5://127.0.0.1:1080"}, "socks5://127.0.0.1:1080"),
        ({"HTTPS_PROXY": "http://proxy.lan:3128", "NO_PROXY": "telegram.org"}, None),
    ],
)
def test_the_environments_proxy_is_used_unless_it_says_not_for_this_host(monkeypatch, environment, proxy):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for("https://api.telegram.org") == proxy


async def test_requests_go_through_an_http_proxy():
    async with answering(http(b'{"ok": true, "result": true}')) as (address, requests):
        proxy = address.partition("/bot")[0]
        request = AiohttpRequest(connections=1, read=5.0, write=5.0, connect=5.0, proxy=proxy)
        assert await request.post("http://api.telegram.invalid/bot1:x/getMe", RequestData([])) is True
        await request.shutdown()
    assert requests[0].startswith(b"POST http://api.telegram.invalid/bot1:x/getMe HTTP/1.1\r\n")


def words():
    return RequestData([])


def picture():
    return RequestData([RequestParameter.from_input("photo", InputFile(b"picture"))])


@pytest.mark.parametrize("data", [words, picture])
@pytest.mark.parametrize(
    "kind", [AiohttpRequest, partial(httpx_request, pool=5.0, proxy=None)], ids=["ours", "httpx"]
)
@pytest.mark.parametrize("asked", [0, 1], ids=["before it begins", "when its first byte is to go"])
async def test_what_may_not_leave_any_more_does_not_and_is_known_not_to_have(asked, kind, data):
    answers = iter([*[True] * asked, *[False] * 5, *[True] * 5])
    taken = http(b'{"ok": true, "result": true}')
    async with (
        answering(taken) as (url, requests),
        kind(connections=4, read=5.0, write=5.0, connect=5.0, may_leave=lambda: next(answers)) as request,
    ):
        for _ in range(5 if not asked else 1):
            with pytest.raises(NeverLeftError) as caught:
                await request.post(f"{url}/sendMessage", data())
            assert isinstance(meaning(caught.value), face.NotSentError)
        assert requests == []


@pytest.mark.parametrize("data", [words, picture])
async def test_what_may_leave_does_by_either_way(data):
    taken = http(b'{"ok": true, "result": true}')
    for kind in (AiohttpRequest, partial(httpx_request, pool=5.0, proxy=None)):
        async with (
            answering(taken) as (url, requests),
            kind(connections=4, read=5.0, write=5.0, connect=5.0) as request,
        ):
            assert await request.post(f"{url}/sendPhoto", data()) is True
        assert len(requests) == 1
        assert (b"multipart/form-data" in requests[0]) == (b"picture" in requests[0]) == (data is picture)


async def test_a_question_opens_a_reply_for_whoever_it_answers():
    answer = http(b'{"ok": true, "result": {"message_id": 5, "date": 0, "chat": {"id": -7, "type": "supergroup"}}}')
    async with answering(answer) as (url, requests):
        bot = build_bot(TOKEN, url.removesuffix(f"/bot{TOKEN}"))
        await bot._request[1].initialize()
        asked = face.Part(face.Styled("Which words?"), asks=True)
        try:
            await TelegramMessenger(bot).send(Target(-7), asked, reply_to=3)
        finally:
            await bot._request[1].shutdown()
    body = json.loads(requests[-1].partition(b"\r\n\r\n")[2])
    assert body["reply_markup"] == {"force_reply": True, "selective": True}
    assert body["reply_parameters"]["message_id"] == 3
