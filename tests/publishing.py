"""An agency's web server on loopback that answers as it is told, for every folder of tests."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.fetching import GuardedFetcher


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def wire(self) -> bytes:
        headers = {"Content-Length": str(len(self.body)), "Connection": "close"} | self.headers
        lines = [f"HTTP/1.1 {self.status} x", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass
class Publisher:
    """``replies`` by path; a list is given out one by one, its last for ever. A reply with an ETag
    answers 304 to whoever sends it back."""

    replies: dict[str, Reply | list[Reply]] = field(default_factory=dict)
    #: (path, headers in lower case), in the order of asking.
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: bytes | str, status: int = 200, **headers: str) -> str:
        raw = body.encode() if isinstance(body, str) else body
        self.replies[path] = Reply(raw, status, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url(path)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = first.split(" ")[1]
            headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines if line)}
            self.asked.append((path, headers))
            await reader.readexactly(int(headers.get("content-length", "0")))
            writer.write(self._reply(path, headers).wire())
            await writer.drain()
        writer.close()

    def _reply(self, path: str, headers: dict[str, str]) -> Reply:
        reply = self.replies.get(path, Reply(status=404))
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        etag = reply.headers.get("ETag")
        return Reply(status=304) if etag and headers.get("if-none-match") == etag else reply


class NoKeep:
    """Nothing is kept: each test starts without rests."""

    async def load(self, site: str, name: str) -> object | None:
        return None

    async def save(self, site: str, name: str, value: object) -> None:
        return None


def guarded(clock: Callable[[], object]) -> GuardedFetcher:
    """The real fetcher, which may ask loopback and pauses for nobody."""
    return GuardedFetcher(
        user_agent="Tocsin/test (+ops@agency.test)",
        keep=NoKeep(),
        clock=clock,
        rng=random.Random(2012),
        allowed_private_hosts=frozenset({"127.0.0.1"}),
        gap_override=0.0,
    )


@contextlib.asynccontextmanager
async def serving():
    """A publisher that listens."""
    publisher = Publisher()
    server = await asyncio.start_server(publisher.talk, "127.0.0.1", 0)
    publisher.port = server.sockets[0].getsockname()[1]
    yield publisher
    server.close()
    await server.wait_closed()
