"""A server of unchanging feeds in a process of its own: 200 at first, 304 to whoever sends the validator back."""

import asyncio
import contextlib
import ctypes
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized

#: A feed of an office that writes a few sentences about each of its notices: about 9 KB.
ITEMS = 10
SENTENCE = "受强对流云团影响，未来三小时本市大部有雷阵雨，局地伴有七级以上短时大风，请注意防范。"
STARTED_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Tally:
    """What the server has answered, and what it is told; shared by both processes."""

    whole: "Synchronized[int]"
    unchanged: "Synchronized[int]"
    #: Not zero: close the connection after each answer, as a site does that is asked every few minutes.
    closing: "Synchronized[int]"


@dataclass(frozen=True, slots=True)
class FeedServer:
    """The running server: ``url`` with a number behind it is a feed."""

    url: str
    tally: Tally


@contextlib.contextmanager
def feed_server() -> Iterator[FeedServer]:
    """Run the server while the block runs."""
    context = multiprocessing.get_context("spawn")
    tally = Tally(*(context.Value(ctypes.c_long, 0) for _ in range(3)))
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, tally), daemon=True)
    process.start()
    try:
        if not ours.poll(STARTED_WITHIN_S):
            raise TimeoutError("The feed server did not start.")
        yield FeedServer(f"http://127.0.0.1:{ours.recv()}/feed/", tally)
    finally:
        process.terminate()
        process.join()


def _run(pipe: Connection, tally: Tally) -> None:
    asyncio.run(_serve(pipe, tally))


async def _serve(pipe: Connection, tally: Tally) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            closing = False
            while not closing:
                request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                closing = bool(tally.closing.value)
                writer.write(_answer(request, tally, closing=closing))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _answer(request: str, tally: Tally, *, closing: bool) -> bytes:
    first, *lines = request.split("\r\n")
    number = first.split(" ")[1].rpartition("/")[2]
    sent = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    etag = f'"feed-{number}"'
    head = f"ETag: {etag}\r\nLast-Modified: Tue, 21 Jul 2026 03:51:00 GMT\r\n"
    head += "Connection: close\r\n" if closing else ""
    if sent.get("if-none-match") == etag:
        tally.unchanged.value += 1
        return f"HTTP/1.1 304 Not Modified\r\n{head}\r\n".encode()
    tally.whole.value += 1
    body = _feed(number).encode()
    head += f"Content-Type: application/rss+xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    return f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body


def _feed(number: str) -> str:
    items = "".join(
        f"<item><guid isPermaLink='false'>{number}-{item}</guid><title>第{item}号通报</title>"
        f"<link>https://example.org/{number}/{item}</link><description>{SENTENCE * 6}</description>"
        f"<pubDate>Mon, 20 Jul 2026 {item:02d}:00:00 +0800</pubDate></item>"
        for item in range(ITEMS)
    )
    about = f"<title>通报{number}</title><link>https://example.org/{number}</link><description>通报</description>"
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{about}{items}</channel></rss>"
