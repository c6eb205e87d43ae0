"""The hosts of ``world`` in a process of their own: one loopback address for each, TLS, and a record of every request."""

import asyncio
import contextlib
import hashlib
import multiprocessing
import ssl
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from benchmarks.compressed import FastClock
from benchmarks.world import LOOKS, RECORDED, Page, sites

#: Self-signed and made for tests; both sides are given it.
CERTIFICATE = RECORDED / "tls" / "alerts.test.pem"
STARTED_WITHIN_S = 30.0
#: In compressed seconds: how long a host takes to answer, and after which silence it closes a connection.
ANSWERS_AFTER_S, CLOSES_AFTER_S = 0.25, 60.0


@dataclass(slots=True)
class Record:
    """What the hosts saw. Times are compressed seconds."""

    #: Address (host and target) to the times at which it was asked for.
    asked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    #: Host to the most requests that it had at the same time.
    at_once: dict[str, int] = field(default_factory=dict)
    #: Answers by their status.
    statuses: Counter[int] = field(default_factory=Counter)
    connections: int = 0
    #: Addresses that were asked for and are not there.
    unknown: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class World:
    """The running hosts."""

    port: int
    #: Host to its loopback address.
    addresses: dict[str, str]
    _pipe: Connection

    def record(self) -> Record:
        """What was seen since the last time that somebody asked."""
        self._pipe.send("record")
        if not self._pipe.poll(STARTED_WITHIN_S):
            raise TimeoutError("The hosts do not say what they saw.")
        found: Record = self._pipe.recv()
        return found


@contextlib.contextmanager
def world(clock: FastClock, most: int) -> Iterator[World]:
    """Run all hosts while the block runs."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, clock, most), daemon=True)
    process.start()
    try:
        if not ours.poll(STARTED_WITHIN_S):
            raise TimeoutError("The hosts did not start.")
        port, addresses = ours.recv()
        yield World(port, addresses, ours)
    finally:
        process.terminate()
        process.join()


def _run(pipe: Connection, clock: FastClock, most: int) -> None:
    asyncio.run(_Hosts(clock, most).serve(pipe))


class _Hosts:
    def __init__(self, clock: FastClock, most: int) -> None:
        self._clock = clock
        self._pages: dict[str, Page] = {}
        for site in sites(most):
            self._pages |= site.pages
        self._looks: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._record = Record()

    async def serve(self, pipe: Connection) -> None:
        hosts = sorted({address.partition("/")[0] for address in self._pages})
        addresses = {host: f"127.0.0.{number}" for number, host in enumerate(hosts, 2)}
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(CERTIFICATE)
        port = 0
        for address in addresses.values():
            server = await asyncio.start_server(self._connected, address, port, ssl=tls)
            port = server.sockets[0].getsockname()[1]
        pipe.send((port, addresses))
        loop = asyncio.get_running_loop()

        def told() -> None:
            pipe.recv()
            pipe.send(self._record)
            self._record = Record()

        loop.add_reader(pipe.fileno(), told)
        await asyncio.Event().wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._record.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            while True:
                async with asyncio.timeout(CLOSES_AFTER_S / self._clock.times):
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.split("\r\n")
                sent = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                await reader.readexactly(int(sent.get("content-length", "0")))
                host = sent["host"].partition(":")[0]
                address = host + first.split(" ")[1]
                self._record.asked[address].append(self._clock.seconds())
                self._now[host] += 1
                self._record.at_once[host] = max(self._record.at_once.get(host, 0), self._now[host])
                try:
                    await asyncio.sleep(ANSWERS_AFTER_S / self._clock.times)
                finally:
                    self._now[host] -= 1
                writer.write(self._answer(address, sent.get("if-none-match", "")))
                await writer.drain()
        writer.close()

    def _answer(self, address: str, known: str) -> bytes:
        page = self._pages.get(address)
        if page is None:
            self._record.statuses[404] += 1
            self._record.unknown[address] += 1
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        self._looks[address] += 1
        # three digits, which also end a time in milliseconds; never the same twice in a row
        body = page.body.replace(LOOKS, str(100 + self._looks[address] % 900).encode())
        etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"' if page.validated else ""
        head = f"ETag: {etag}\r\n" if etag else ""
        head += "".join(f"Set-Cookie: {cookie}\r\n" for cookie in page.cookies)
        if etag and known == etag:
            self._record.statuses[304] += 1
            return f"HTTP/1.1 304 Not Modified\r\n{head}\r\n".encode()
        self._record.statuses[200] += 1
        head += f"Content-Type: {page.type}\r\nContent-Length: {len(body)}\r\n"
        return f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body
