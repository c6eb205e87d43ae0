"""One connection: bytes over asyncio's streams beneath httpcore's HTTP/1.1. Bounds the headers it takes."""

import asyncio
from collections.abc import Iterable
from typing import Any, SupportsIndex

import httpcore

#: All header lines of an answer, and interim (1xx) answers before it. node.js stops at 16 KiB.
MOST_HEADER_BYTES = 32 * 1024
#: One read while headers are awaited: parsing that much of hostile header lines stays under 50 ms.
_HEADER_READ = 16 * 1024


class Reader(asyncio.StreamReader):
    """A StreamReader that tells whether something lies in it."""

    waiting = 0
    ended = False

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        """Called by the transport, with bytes."""
        self.waiting += len(bytes(data))
        super().feed_data(data)

    def feed_eof(self) -> None:
        """Called by the transport."""
        self.ended = True
        super().feed_eof()

    def set_exception(self, exc: Exception) -> None:
        """Called by the transport."""
        self.ended = True
        super().set_exception(exc)

    async def read(self, n: int = -1) -> bytes:
        """Give what has come, at most ``n`` bytes."""
        data = await super().read(n)
        self.waiting -= len(data)
        return data


class Stream(httpcore.AsyncNetworkStream):
    """Reads and writes of one connection. Timeouts are not judged here: one deadline stands over the whole answer."""

    def __init__(self, reader: Reader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._header_bytes_left: int | None = None
        #: Bytes that came since the last request was begun.
        self.received = 0

    def begin(self) -> None:
        """A request is about to be sent: count the answer's headers."""
        self._header_bytes_left = MOST_HEADER_BYTES
        self.received = 0

    def headers_done(self) -> None:
        """The headers are whole: what follows is the body, which is counted by who reads it."""
        self._header_bytes_left = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - the face
        """Give what has come, b"" at the end."""
        if self._header_bytes_left is not None:
            if self._header_bytes_left <= 0:
                raise httpcore.RemoteProtocolError("too many headers")
            max_bytes = min(max_bytes, _HEADER_READ, self._header_bytes_left)
        if self.received:
            # StreamReader gives buffered bytes without pausing: a fast sender would keep the loop from all others.
            await asyncio.sleep(0)
        try:
            data = await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        self.received += len(data)
        if self._header_bytes_left is not None:
            self._header_bytes_left -= len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - the face
        """Send all of it."""
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Drop the connection at once: a polite TLS goodbye would wait for a peer that need not answer."""
        self._writer.transport.abort()

    def get_extra_info(self, info: str) -> Any:
        """Tell whether an idle connection was closed, or spoken to, by the server; nothing else is asked."""
        if info == "is_readable":
            return bool(self._reader.waiting or self._reader.ended or self._writer.is_closing())
        return None


class Connection(httpcore.AsyncHTTP11Connection):
    """httpcore's HTTP/1.1 connection with its origin and stream at hand.

    httpcore's pool and httpx's client are not used above it: measured for one 304, the client costs 0.7 ms of CPU,
    the pool 0.4 ms, the connection 0.17 ms, and queues, limits and retries stand in this room anyway.
    """

    MAX_INCOMPLETE_EVENT_SIZE = MOST_HEADER_BYTES

    def __init__(self, origin: tuple[str, str, int], stream: Stream, idle_s: float) -> None:
        scheme, host, port = origin
        super().__init__(httpcore.Origin(scheme.encode(), host.encode(), port), stream, idle_s)
        self.origin = origin
        self.wire = stream
        self.used = False
