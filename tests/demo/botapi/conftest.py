"""A stand-in with a clock that stands still until it is moved, and two clients: python-telegram-bot and bare HTTP."""

import struct
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import telegram

from bot.demo.botapi import BotApiServer
from bot.demo.botapi.records import User


class HandClock:
    """Aware UTC that moves by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 21, 11, 51, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Raw:
    """Bare HTTP requests to the stand-in."""

    def __init__(self, client: httpx.AsyncClient, server: BotApiServer) -> None:
        self.client = client
        self.server = server

    async def __call__(self, method: str, **parameters: object) -> httpx.Response:
        return await self.client.post(f"{self.server.base_url}{self.server.token}/{method}", json=parameters)

    async def told(self, method: str, **parameters: object) -> tuple[int, str]:
        """Status and description ("" when all went well)."""
        answer = await self(method, **parameters)
        return answer.status_code, answer.json().get("description", "")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def server(clock: HandClock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(clock=clock) as running:
        yield running


@pytest.fixture
async def raw(server: BotApiServer) -> AsyncIterator[Raw]:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        yield Raw(client, server)


@pytest.fixture
async def client(server: BotApiServer) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(server.token, base_url=server.base_url, base_file_url=server.base_file_url) as bot:
        yield bot


@pytest.fixture
def user(server: BotApiServer) -> User:
    return server.world.add_user("Visitor", username="visitor")


@pytest.fixture
def png() -> Callable[..., bytes]:
    def make(width: int = 8, height: int = 6, *, padding: int = 0) -> bytes:
        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        rows = b"" if width * height > 10_000 else zlib.compress((b"\0" + b"\x40\x60\x80" * width) * height)
        return (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", header)
            + chunk(b"IDAT", rows)
            + chunk(b"IEND", b"")
            + b"\0" * padding
        )

    return make
