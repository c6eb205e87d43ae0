"""Callbacks under callers who mean no good: who names no subscription is not listened to, who dawdles is let go."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette

from bot.web import callbacks
from bot.web.callbacks import LARGEST_BODY, hub_routes
from bot.web.serving import serve

KNOWN = "known"


class Subscriptions:
    """Knows one token and notes what it is told."""

    running = True

    def __init__(self):
        self.told = []

    def knows(self, token):
        return token == KNOWN

    async def verify(self, token, query):
        return "yes" if token == KNOWN else None

    def ping(self, token, signature, body):
        self.told.append(body)
        return True


@asynccontextmanager
async def caller(url):
    """A connection that sends what it likes when it likes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    try:
        async with asyncio.timeout(20):
            yield Caller(reader, writer)
    finally:
        writer.close()


class Caller:
    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer

    async def begins(self, token, length, *headers):
        lines = (f"POST /hub/{token} HTTP/1.1", "Host: x", f"Content-Length: {length}", *headers)
        await self.sends("\r\n".join(lines).encode() + b"\r\n\r\n")

    async def sends(self, data):
        self._writer.write(data)
        await self._writer.drain()

    async def status(self):
        return int((await self._reader.readuntil(b"\r\n\r\n")).split()[1])


@pytest.fixture
async def hall():
    subscriptions = Subscriptions()
    async with serve(Starlette(routes=hub_routes(subscriptions))) as url:
        subscriptions.url = url
        yield subscriptions


async def test_who_names_no_subscription_is_refused_before_a_byte_of_what_is_told(hall):
    async with caller(hall.url) as stranger:
        await stranger.begins("guessed", 100)
        assert await stranger.status() == 410
    assert hall.told == []


async def test_what_is_declared_to_be_too_long_is_not_waited_for(hall):
    for length in (LARGEST_BODY + 1, "9" * 18):
        async with caller(hall.url) as verbose:
            await verbose.begins(KNOWN, length)
            assert await verbose.status() == 413
    assert hall.told == []


async def test_a_body_that_does_not_come_whole_in_time_is_let_go(hall, monkeypatch):
    monkeypatch.setattr(callbacks, "BODY_SECONDS", 0.05)
    async with caller(hall.url) as slow:
        await slow.begins(KNOWN, 100)
        await slow.sends(b"<feed")
        assert await slow.status() == 408
    assert hall.told == []


async def test_who_hangs_up_in_the_middle_does_not_keep_the_turn(monkeypatch):
    monkeypatch.setattr(callbacks, "BODIES_AT_ONCE", 1)
    hall = Subscriptions()
    async with serve(Starlette(routes=hub_routes(hall))) as url:
        async with caller(url) as short:
            await short.begins(KNOWN, 100, "Expect: 100-continue")
            assert await short.status() == 100
        async with caller(url) as patient:
            await patient.begins(KNOWN, 7)
            await patient.sends(b"<feed/>")
            assert await patient.status() == 202
    assert hall.told == [b"<feed/>"]


async def test_only_so_many_bodies_are_read_at_once(monkeypatch):
    monkeypatch.setattr(callbacks, "BODIES_AT_ONCE", 1)
    hall = Subscriptions()
    async with serve(Starlette(routes=hub_routes(hall))) as url, caller(url) as first, caller(url) as second:
        # the server says 100 when it begins to read
        await first.begins(KNOWN, 5, "Expect: 100-continue")
        assert await first.status() == 100
        await second.begins(KNOWN, 6, "Expect: 100-continue")
        waiting = asyncio.ensure_future(second.status())
        done, _ = await asyncio.wait({waiting}, timeout=0.2)
        assert not done
        await first.sends(b"first")
        assert await first.status() == 202
        assert await waiting == 100
        await second.sends(b"second")
        assert await second.status() == 202
    assert hall.told == [b"first", b"second"]
