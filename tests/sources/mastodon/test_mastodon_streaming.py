"""A stream of events on 127.0.0.1: who wrote is looked at, nothing is believed, and a stream that breaks is begun anew."""

import asyncio
import json
import random
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fetching import RestingError, StatusError, UnreachableError
from bot.fetching.face import Request
from bot.model.account import Account
from bot.sources.mastodon import streaming
from bot.sources.mastodon.streaming import Event, MastodonStream, author_of, events

OFFICE = Account(
    "mastodon", "https://social.amt.example/api/v1/accounts/9001", "n", "https://social.amt.example/@wetter"
)
OTHER = Account("feed", "https://x.example/", "n", "https://social.amt.example/@other")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def told(name: str, url: str) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'id': '1', 'content': 'lies', 'account': {'url': url}})}\n\n".encode()


class Server:
    """Answers the instance's document, and streams what it is told to."""

    def __init__(self) -> None:
        self.port = 0
        self.streams: list[asyncio.StreamWriter] = []
        self.asked: list[dict[str, str]] = []
        self.instance = {}
        self.head = HEAD

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        if "/streaming/" not in first:
            body = json.dumps(self.instance).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
            writer.close()
            return
        self.asked.append(
            {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines if line)} | {"": first}
        )
        writer.write(self.head)
        await writer.drain()
        self.streams.append(writer)

    def say(self, raw: bytes) -> None:
        self.streams[-1].write(b"%x\r\n%s\r\n" % (len(raw), raw))


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    for writer in made.streams:
        writer.close()
    listening.close()


@pytest.fixture
async def looks(server, open_fetcher, clock, monkeypatch) -> AsyncIterator[list[tuple[str, str]]]:
    """What a running stream makes to be asked."""
    monkeypatch.setattr(streaming, "FIRST_WAIT", 0.01)
    found: list[tuple[str, str]] = []
    stream = MastodonStream(
        open_fetcher, open_fetcher, f"http://127.0.0.1:{server.port}", "sesame", clock=clock, rng=random.Random(1),
        look=lambda kind, key: found.append((kind, key)), watched=lambda: [OTHER, OFFICE],
    )  # fmt: skip
    task = asyncio.ensure_future(stream.run())
    yield found
    task.cancel()
    await asyncio.wait({task})


async def until(true) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def test_who_writes_or_edits_is_looked_at_and_nobody_else(server, looks):
    await until(lambda: server.streams)
    assert server.asked[0]["authorization"] == "Bearer sesame"
    assert server.asked[0][""].startswith("GET /api/v1/streaming/user ")
    server.say(b":)\n:thump\n" + told("update", "https://elsewhere.example/@x") + told("update", OTHER.url))
    server.say(b"event: delete\ndata: 1\n\nevent: notification\ndata: {}\n\nevent: update\ndata: <html>\n\n")
    server.say(told("update", OFFICE.url)[:40])
    server.say(told("update", OFFICE.url)[40:] + told("status.update", OFFICE.url))
    await until(lambda: len(looks) == 2)
    assert looks == [("mastodon", OFFICE.key)] * 2


async def test_a_stream_that_breaks_is_begun_anew(server, looks):
    for count in (1, 2, 3):
        await until(lambda count=count: len(server.streams) == count)
        server.say(told("update", OFFICE.url))
        await until(lambda count=count: len(looks) == count)
        server.streams[-1].close()


async def test_a_stream_that_is_silent_is_begun_anew(server, looks, monkeypatch):
    monkeypatch.setattr(streaming, "SILENCE_SECONDS", 0.05)
    await until(lambda: len(server.streams) >= 2)


async def test_a_server_may_stream_from_another_host_but_the_token_never_goes_unencrypted(
    server, open_fetcher, clock
):
    def stream(base: str) -> MastodonStream:
        return MastodonStream(open_fetcher, open_fetcher, base, "t", clock=clock, rng=None, look=None, watched=None)

    here = f"http://127.0.0.1:{server.port}"
    for named, home in [
        ("ws://streaming.example", "http://streaming.example"),
        ("wss://streaming.example/", here),
        ("javascript:x", here),
        (None, here),
    ]:
        server.instance = {"configuration": {"urls": {"streaming": named}}}
        assert await stream(here)._home() == home


async def test_a_refused_token_waits_long_and_a_rest_is_kept(server, open_fetcher, clock):
    url = f"http://127.0.0.1:{server.port}/api/v1/streaming/user"
    server.head = b"HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(StatusError) as caught:
        async with open_fetcher.stream(Request(url), 5):
            pass
    assert caught.value.status == 401
    server.head = b"HTTP/1.1 429 x\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"
    for _ in range(2):
        with pytest.raises(RestingError):
            async with open_fetcher.stream(Request(url), 5):
                pass
    assert len(server.asked) == 2  # the second time nobody was asked


async def test_no_private_address_is_streamed_from(open_fetcher):
    from bot.fetching import AddressRefusedError

    with pytest.raises(AddressRefusedError):
        async with open_fetcher.stream(Request("http://10.0.0.1/api/v1/streaming/user"), 5):
            pass


@pytest.mark.parametrize(
    ("failed", "least", "most"),
    [(UnreachableError("x"), 4, 6), (StatusError("x", 401), 720, 1080), (StatusError("x", 500), 4, 6)],
)
async def test_waits_grow_are_bounded_and_a_refused_token_waits_longest(failed, least, most, clock, monkeypatch):
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 14:
            raise asyncio.CancelledError

    class Fails:
        async def fetch(self, request):
            raise failed

    monkeypatch.setattr(streaming.asyncio, "sleep", sleep)
    stream = MastodonStream(
        Fails(), None, "https://a.example", "t", clock=clock, rng=random.Random(1), look=None, watched=None
    )
    with pytest.raises(asyncio.CancelledError):
        await stream.run()
    assert least <= waits[0] <= most
    assert 720 <= waits[-1] <= 1080
    assert max(waits) <= 1080


async def read(*pieces: bytes) -> list[Event]:
    async def given_pieces() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return [event async for event in events(given_pieces())]


async def test_events_are_read_as_the_standard_says_and_bounded():
    assert await read(b"event:a\r\ndata:1\r", b"\ndata: 2\r\n\r\n") == [Event("a", "1\n2")]
    assert await read(b"data: x\n\nevent: a\n\n: c\n\nevent: b\ndata: y\n") == []
    long = b"data: " + b"x" * (streaming.LONGEST_LINE + 10)
    assert await read(b"event: a\n" + long[:300_000], long[300_000:], b"\n\nevent: b\ndata: y\n\n") == [
        Event("b", "y")
    ]
    many = b"event: a\n" + b"data: xxxxxxxxxx\n" * 60_000 + b"\n"
    assert await read(many) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=6))
async def test_arbitrary_bytes_are_passed_over(pieces):
    for event in await read(*pieces, b"\n\n"):
        assert isinstance(author_of(event.data), str)


async def test_an_event_of_endless_empty_lines_is_left_out(monkeypatch):
    monkeypatch.setattr(streaming, "LONGEST_LINE", 100)
    many = b"event: a\n" + b"data:\n" * 200 + b"\n"
    assert await read(many, b"event: b\ndata: y\n\n") == [Event("b", "y")]
