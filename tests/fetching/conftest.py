"""A local site that answers as it is told, a clock that stands still, and fetchers that reach the site."""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.fetching import GuardedFetcher


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    body: bytes = b""
    connection: int = 0


@dataclass
class Site:
    """Answers each path with bytes, or by a coroutine that writes what it likes. Unknown paths get 404."""

    answers: dict[str, object] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    host: str = "127.0.0.1"
    scheme: str = "http"

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"{self.scheme}://{host or self.host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while True:
                seen = await self._read(reader)
                seen.connection = number
                self.seen.append(seen)
                answer = self.answers.get(seen.path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                if isinstance(answer, bytes):
                    writer.write(answer)
                else:
                    await answer(seen, writer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the visitor left, or the test is over
        finally:
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader) -> Seen:
        raw = await reader.readuntil(b"\r\n\r\n")
        first, *lines = raw.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {}
        for line in filter(None, lines):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Seen(method, path, headers, raw, body)


@dataclass
class Clock:
    now: datetime = datetime(2012, 7, 21, 11, 51, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass
class MemoryKeep:
    values: dict[tuple[str, str], object] = field(default_factory=dict)
    loads: int = 0

    async def load(self, site: str, name: str) -> object | None:
        self.loads += 1
        return self.values.get((site, name))

    async def save(self, site: str, name: str, value: object) -> None:
        if value is None:
            self.values.pop((site, name), None)
        else:
            self.values[site, name] = value


def _answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}"]
    if "Content_Length" not in headers:
        headers["Content_Length"] = str(len(body))
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture
def answer() -> Callable[..., bytes]:
    return _answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keep() -> MemoryKeep:
    return MemoryKeep()


@pytest.fixture
async def open_site() -> AsyncIterator[Callable[..., Awaitable[Site]]]:
    servers = []

    async def open_one(
        answers: dict[str, object] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> Site:
        site = Site(answers or {}, host=host, scheme="https" if tls else "http")
        server = await asyncio.start_server(site._talk, host, port, ssl=tls)
        site.port = server.sockets[0].getsockname()[1]
        servers.append(server)
        return site

    yield open_one
    for server in servers:
        server.close()
    me = asyncio.current_task()
    talks = [task for task in asyncio.all_tasks() if task is not me and "_talk" in repr(task.get_coro())]
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)


@pytest.fixture
async def open_fetcher(clock: Clock, keep: MemoryKeep) -> AsyncIterator[Callable[..., GuardedFetcher]]:
    opened = []

    def open_one(**changes: object) -> GuardedFetcher:
        settings = {
            "user_agent": "Tocsin/test (+ops@agency.test)",
            "keep": keep,
            "clock": clock,
            "rng": random.Random(2012),
            "allowed_private_hosts": frozenset({"127.0.0.1"}),
            "gap_override": 0.0,
        }
        fetcher = GuardedFetcher(**(settings | changes))
        opened.append(fetcher)
        return fetcher

    yield open_one
    for fetcher in opened:
        await fetcher.aclose()


@pytest.fixture
def fetcher(open_fetcher: Callable[..., GuardedFetcher]) -> GuardedFetcher:
    return open_fetcher()
