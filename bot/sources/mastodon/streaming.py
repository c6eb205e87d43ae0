"""Mastodon's streaming API (server-sent events of a home timeline): who wrote is looked at at once. Reads no words.

The operator's own account on any server follows the bodies that are watched; its stream tells when one of them writes or
edits, on whichever server. What an event says is not believed: it only makes its author be asked. Polling goes on as
before, and finds what is deleted.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.fetching import Fetcher, FetchError, Limits, Request, RestingError, StatusError, Streamer
from bot.fetching.backoff import grown
from bot.model.account import Account
from bot.sources.face import UnreadableError
from bot.sources.json import inner, load, mapping, string
from bot.sources.links import normalised
from bot.sources.mastodon.statuses import KIND

log = structlog.get_logger(__name__)

#: Mastodon sends ":thump" each 15 seconds.
SILENCE_SECONDS = 90.0
#: Between two tries: 5, 10, 20 … seconds, at most 15 minutes, spread. A stream that lived this long begins anew.
FIRST_WAIT, LONGEST_WAIT = 5.0, 900.0
SPREAD = (0.8, 1.2)
LIVED_SECONDS = 120.0
#: A post with its author has some 10 KB; a longer line is none, and is passed over.
LONGEST_LINE = 512 * 1024
_TOLD = frozenset(("update", "status.update"))
_REFUSED = (401, 403)
_LIMITS = Limits(max_bytes=512 * 1024)


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event."""

    name: str
    data: str


class MastodonStream:
    """Listens for as long as ``run`` runs."""

    def __init__(
        self,
        fetcher: Fetcher,
        streamer: Streamer,
        server: str,
        token: str,
        *,
        clock: Callable[[], datetime],
        rng: random.Random,
        look: Callable[[str, str], None],
        watched: Callable[[], Iterable[Account] | None],
    ) -> None:
        self._fetcher = fetcher
        self._streamer = streamer
        self._server = server.rstrip("/")
        self._token = token
        self._clock = clock
        self._rng = rng
        self._look = look
        self._watched = watched

    async def run(self) -> None:
        """Listen for ever; ends only by cancellation."""
        failures = 0
        while True:
            begun = self._clock()
            try:
                await self._listen()
                wait, why = 0.0, "the server ended the stream"
            except RestingError as error:
                wait, why = (error.until - self._clock()).total_seconds(), error.why
            except StatusError as error:
                wait, why = (LONGEST_WAIT if error.status in _REFUSED else 0.0), error.why
            except FetchError as error:
                wait, why = 0.0, error.why
            except Exception:  # a supervisor's loop: polling does not depend on it, and it goes on
                log.exception("the stream of Mastodon failed; it is tried again")
                wait, why = 0.0, "a fault of our own"
            failures = 1 if self._clock() - begun >= timedelta(seconds=LIVED_SECONDS) else failures + 1
            seconds = max(wait, grown(FIRST_WAIT, failures, LONGEST_WAIT)) * self._rng.uniform(*SPREAD)
            log.warning("no stream from Mastodon now; accounts are polled", why=why, again_in_s=round(seconds))
            await asyncio.sleep(seconds)

    async def _listen(self) -> None:
        url = f"{await self._home()}/api/v1/streaming/user"
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
        async with self._streamer.stream(Request(url, headers=headers), SILENCE_SECONDS) as pieces:
            log.info("Mastodon tells of posts from now on", server=self._server)
            async for event in events(pieces):
                if event.name in _TOLD and (author := await asyncio.to_thread(author_of, event.data)):
                    self._tell(author)

    async def _home(self) -> str:
        """Where the server streams: large ones have a host of its own for it."""
        request = Request(f"{self._server}/api/v2/instance", headers={"Accept": "application/json"}, limits=_LIMITS)
        try:
            answer = await self._fetcher.fetch(request)
            data = await asyncio.to_thread(load, answer.body)
        except UnreadableError:
            return self._server
        named = string(inner(data, "configuration", "urls").get("streaming"))
        https = named.replace("wss://", "https://", 1).replace("ws://", "http://", 1)
        # the token goes nowhere unencrypted that was not so before
        home = normalised(https).rstrip("/")
        return home if home and home.partition(":")[0] == self._server.partition(":")[0] else self._server

    def _tell(self, author: str) -> None:
        for account in self._watched() or ():
            if account.kind == KIND and account.url == author:
                self._look(account.kind, account.key)
                return


def author_of(data: str) -> str:
    """The address of the page of who wrote (or reblogged), "" where an event does not tell it."""
    try:
        return string(inner(mapping(load(data)), "account").get("url"))[:2048]
    except UnreadableError:
        return ""


async def events(pieces: AsyncIterator[bytes]) -> AsyncIterator[Event]:
    """Server-sent events (HTML, 9.2) of a stream: name and data; comments and lines beyond all measure are left out."""
    name, size = "", 0
    data: list[str] = []
    async for line in _lines(pieces):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if name and data and size <= LONGEST_LINE:
                yield Event(name, "\n".join(data))
            name, data, size = "", [], 0
        elif field == "event":
            name = value[:100]
        elif field == "data":
            size += len(value) + 1  # an empty line takes room, too
            if size <= LONGEST_LINE:
                data.append(value)


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[str]:
    rest, skipping = b"", False
    async for piece in pieces:
        *whole, rest = (rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        for line in whole:
            if not skipping:
                yield line.decode("utf-8", "replace")
            skipping = False
        if len(rest) > LONGEST_LINE:
            rest, skipping = b"", True
