"""The alerts that an index links: each is asked for once, and again with growing pauses while it cannot be had."""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

import httpx

from bot.fetching import Fetcher, FetchError, Limits, Request, Response, RestingError, UnreachableError
from bot.fetching.backoff import grown
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources import asking
from bot.sources.cap.documents import Document, Entry
from bot.sources.face import Memory, Refused, UnreadableError

ACCEPT = "application/cap+xml, application/atom+xml, application/rss+xml, application/xml, text/xml;q=0.9, */*;q=0.1"
#: Alerts fetched in one poll; with a pause of a second between requests that keeps a poll under a minute.
MAX_FETCHED = 40
#: An alert that is there and cannot be read (perhaps half of it was written) is asked for this often: a quarter of
#: an hour.
MAX_TRIES = 6
#: One that is listed and not there yet (a list may be hours ahead of its CDN), or whose host has a fault of its own:
#: some seven hours.
MAX_PATIENT_TRIES = 12
FIRST_PAUSE_S = 60
LONGEST_PAUSE_S = 3600
#: Alerts asked for at once (the fetcher keeps the pace of their hosts), and failures of hosts that end a poll's asking.
_AT_ONCE = 4
_ENOUGH_FAILURES = 4
#: Addresses remembered after they left the list: a list may flap, and agencies block who asks again.
_KEPT_UNLISTED = 300
_ALERT_LIMITS = Limits(max_bytes=2 * 1024 * 1024)
#: Characters of a mark: six bytes in base 64.
_MARK_LENGTH = 8
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)

Read = Callable[[Response, str, str], Awaitable[Document]]


class Miss(Enum):
    """Why an alert could not be had: how often it is asked for again hangs on it."""

    #: Its host is at fault; several of them end a poll's asking.
    HOST = "host"
    #: It is listed, and the site says that it is not there (4xx).
    ABSENT = "absent"
    #: It was had, and is no alert that can be read.
    UNREADABLE = "unreadable"

    @property
    def tries(self) -> int:
        """How often it is asked for before it is given up."""
        return MAX_TRIES if self is Miss.UNREADABLE else MAX_PATIENT_TRIES

    def pause(self, count: int) -> int:
        """Seconds to wait after the ``count``-th failure. A file in the writing is there at the next look."""
        doublings = count - 1 if self is Miss.HOST else count - 2
        return int(grown(FIRST_PAUSE_S, doublings + 1, LONGEST_PAUSE_S)) if doublings >= 0 else 0


@dataclass(slots=True)
class Gathered:
    """What one poll got from the links of an index."""

    posts: list[Post] = field(default_factory=list)
    #: Marks of the addresses that need no asking any more.
    done: list[str] = field(default_factory=list)
    #: Mark of the address: times tried, and (seconds since 1970) not to be tried before.
    tries: dict[str, list[int]] = field(default_factory=dict)
    #: Marks of listed addresses that were given up.
    lost: list[str] = field(default_factory=list)
    missed: list[Miss] = field(default_factory=list)
    #: Why the first of them was missed.
    trouble: str = ""
    notes: list[str] = field(default_factory=list)
    refused: Refused | None = None
    left: int = 0

    @property
    def lacking(self) -> Reason | None:
        """What subscribers should know: alerts are listed that nobody could read."""
        return _lacking(len(self.tries) + len(self.lost))


class Gathering:
    """One poll's work on the entries of an index. ``read`` makes a document of an answer, in a thread."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime], account: str, read: Read) -> None:
        self._fetcher, self._clock, self._account, self._read = fetcher, clock, account, read
        self._tries: dict[str, list[int]] = {}
        self._got = Gathered()
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def gather(self, entries: tuple[Entry, ...], memory: Memory) -> Gathered:
        """Ask for what was never asked for, newest first, and for what is to be tried again."""
        got = self._got
        now, later = self._wanted(entries, memory)
        if "seen" not in memory:
            # the first look is silent: what is beyond the newest is history
            got.done.extend(mark_of(entry.url) for entry in later)
        else:
            got.left = len(later)
        await asyncio.gather(*(self._alert(entry.url) for entry in now))
        got.posts = list({post.id: post for post in got.posts}.values())
        if got.left:
            got.notes.append(f"{got.left} of the alerts that it links wait for the next look")
        return got

    def _wanted(self, entries: Iterable[Entry], memory: Memory) -> tuple[list[Entry], list[Entry]]:
        got, at = self._got, self._clock().timestamp()
        seen, lost = set(marks_of(memory, "seen")), set(marks_of(memory, "lost"))
        self._tries = _tries(memory)
        wanted: dict[str, Entry] = {}
        for entry in entries:
            mark = mark_of(entry.url)
            if entry.inline:
                got.posts.extend(entry.inline)
            elif entry.url and mark in self._tries and self._tries[mark][1] > at:
                got.tries[mark] = self._tries[mark]
            elif entry.url and mark not in seen:
                # several entries (one for each language or area) may point at the same document
                wanted.setdefault(entry.url, entry)
            elif mark in lost and mark not in got.lost:
                got.lost.append(mark)
        newest_first = sorted(wanted.values(), key=lambda entry: entry.updated or _OLDEST, reverse=True)
        return newest_first[:MAX_FETCHED], newest_first[MAX_FETCHED:]

    async def _alert(self, url: str) -> None:
        got = self._got
        async with self._free:
            if got.refused is not None or got.missed.count(Miss.HOST) >= _ENOUGH_FAILURES:
                self._leave(url)
                return
            request = Request(url=url, headers={"Accept": ACCEPT}, limits=_ALERT_LIMITS, pace=asking.SITE_PACE)
            try:
                response = await self._fetcher.fetch(request)
            except RestingError as error:
                got.refused = Refused(error.why, until=error.until, advice=error.advice, reason=Reason(Cause.REST))
                self._leave(url)
                return
            except FetchError as error:
                self._missed(url, str(error), Miss.HOST if isinstance(error, UnreachableError) else Miss.UNREADABLE)
                return
            await self._take(url, response)

    async def _take(self, url: str, response: Response) -> None:
        refusal = asking.refusal(response)
        if isinstance(refusal, Refused):
            self._got.refused = refusal
            self._leave(url)
            return
        if refusal is not None:
            at_fault = response.status >= httpx.codes.INTERNAL_SERVER_ERROR
            self._missed(url, refusal.why, Miss.HOST if at_fault else Miss.ABSENT)
            return
        try:
            document = await self._read(response, self._account, response.url)
        except UnreadableError as error:
            self._missed(url, str(error), Miss.UNREADABLE)
            return
        if document.is_index:
            self._missed(url, "It is another list, not an alert.", Miss.UNREADABLE)
            return
        self._got.posts.extend(document.posts)
        self._got.done.append(mark_of(url))

    def _leave(self, url: str) -> None:
        """Not asked at this poll; how often it was tried before is not forgotten."""
        mark = mark_of(url)
        self._got.left += 1
        if mark in self._tries:
            self._got.tries[mark] = self._tries[mark]

    def _missed(self, url: str, why: str, miss: Miss) -> None:
        got, mark = self._got, mark_of(url)
        count = self._tries.get(mark, [0])[0] + 1
        given_up = count >= miss.tries
        got.missed.append(miss)
        got.trouble = got.trouble or why
        got.notes.append(
            f"an alert could not be read ({url[:200]}): {why}" + (" It is given up." if given_up else "")
        )
        if given_up:
            got.done.append(mark)
            got.lost.append(mark)
        else:
            got.tries[mark] = [count, int(self._clock().timestamp()) + miss.pause(count)]


def remember(memory: dict[str, object], document: Document, got: Gathered) -> dict[str, object]:
    """Write into the memory what needs no asking any more, what is to be tried again, and what was given up."""
    listed = {mark_of(entry.url) for entry in document.entries if entry.url}
    known = list(dict.fromkeys([*marks_of(memory, "seen"), *got.done]))
    unlisted = [mark for mark in known if mark not in listed]
    memory["seen"] = "".join([*unlisted[-_KEPT_UNLISTED:], *(mark for mark in known if mark in listed)])
    for name, value in (("tries", got.tries), ("lost", "".join(got.lost))):
        memory.pop(name, None)
        if value:
            memory[name] = value
    return memory


def lacking_of(memory: Memory) -> Reason | None:
    """What lacks by the memory alone, when the site says that its list did not change."""
    return _lacking(len(_tries(memory)) + len(marks_of(memory, "lost")))


def mark_of(url: str) -> str:
    """48 bits of hash stand for an address: 4,000 of them collide once in 30 million lists."""
    return base64.urlsafe_b64encode(hashlib.sha256(url.encode("utf-8", "replace")).digest()[:6]).decode("ascii")


def marks_of(memory: Memory, name: str) -> list[str]:
    """The marks that a memory keeps under a name."""
    kept = memory.get(name)
    text = kept if isinstance(kept, str) else ""
    return [text[at : at + _MARK_LENGTH] for at in range(0, len(text), _MARK_LENGTH)]


def _lacking(count: int) -> Reason | None:
    return Reason(Cause.ALERTS_MISSING, {"count": str(count)}) if count else None


def _tries(memory: Memory) -> dict[str, list[int]]:
    tries = memory.get("tries")
    items = tries.items() if isinstance(tries, dict) else ()
    return {
        mark: pair
        for mark, pair in items
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(number, int) for number in pair)  # noqa: PLR2004
    }
