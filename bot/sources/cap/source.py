"""CAP behind one URL: asks for the list or the alert, and for each linked alert once. Reads no XML itself."""

import asyncio
import base64
import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from bot.fetching import Fetcher, FetchError, Limits, Request, Response, RestingError, UnreachableError
from bot.model.account import Account
from bot.model.post import Post
from bot.sources import asking
from bot.sources.cap.documents import Document, Entry, as_posts, in_order, oddities, read_document
from bot.sources.face import (
    Broken,
    Claim,
    Memory,
    NotFoundError,
    NothingNew,
    Outcome,
    Pace,
    Posts,
    Presence,
    Refused,
    RefusedError,
    UnreadableError,
)
from bot.sources.links import as_url, normalised

#: Alerts are urgent: asked each minute, never less often than each five; subscribers are told after 15 blind minutes.
CAP_PACE = Pace(default=60, floor=30, ceiling=300, promise=900)
#: Alerts fetched in one poll; with a pause of a second between requests that keeps a poll under a minute.
MAX_FETCHED = 40
#: A linked alert that is there but cannot be read (or is not there) is asked for this often, then left alone.
MAX_TRIES = 3
#: One whose host has a fault of its own is asked for longer: twelve times, with growing pauses, is about seven hours.
MAX_PATIENT_TRIES = 12
_FIRST_PAUSE_S = 60
_LONGEST_PAUSE_S = 3600
#: Alerts asked for at once (the fetcher keeps the pace of their hosts), and failures of hosts that end a poll's asking.
_AT_ONCE = 4
_ENOUGH_FAILURES = 4
#: Addresses remembered after they left the list: a list may flap, and agencies block who asks again.
_KEPT_UNLISTED = 300
_LIST_LIMITS = Limits(max_bytes=8 * 1024 * 1024)
_ALERT_LIMITS = Limits(max_bytes=2 * 1024 * 1024)
_ACCEPT = "application/cap+xml, application/atom+xml, application/rss+xml, application/xml, text/xml;q=0.9, */*;q=0.1"
#: Characters of a mark: six bytes in base 64.
_MARK_LENGTH = 8
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Gathered:
    """What one poll got from the links of an index."""

    posts: list[Post] = field(default_factory=list)
    #: Marks of the addresses that need no asking any more.
    done: list[str] = field(default_factory=list)
    #: Mark of the address: times tried, and (seconds since 1970) not to be tried before.
    tries: dict[str, list[int]] = field(default_factory=dict)
    #: How many could not be had, and how many of those because their host was at fault.
    missed: int = 0
    host_faults: int = 0
    trouble: str = ""
    notes: list[str] = field(default_factory=list)
    refused: Refused | None = None
    left: int = 0


class CapSource:
    """The source of CAP alerts; an account is the URL of an alert, a list or an index.

    Memory: ``etag``, ``modified``, ``sha``, ``moved``, ``url`` and ``hint_s`` (at most five minutes) as for feeds;
    ``seen``: marks of the linked addresses that need no asking, eight characters each, as one text; ``tries``: mark of
    an address that could not be had to [times tried, seconds since 1970 not to try before].
    """

    kind = "cap"
    pace = CAP_PACE
    #: A message is named by sender, identifier and time (rule 2): an unknown name is a new message.
    ids_may_churn = False

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime], rng: random.Random) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._rng = rng

    def claims(self, what: str) -> Claim:
        """MAYBE for addresses, SURE where the name ends in .cap."""
        url = as_url(what)
        if not url:
            return Claim.NO
        return Claim.SURE if url.partition("?")[0].lower().endswith(".cap") else Claim.MAYBE

    async def find(self, what: str) -> tuple[Account, ...]:
        """The account at this address. Raises NotFoundError when there is no CAP there."""
        url = as_url(what)
        if not url:
            msg = f"“{what[:80]}” is no address. Send the link of a CAP alert or of a list of alerts (https://…)."
            raise NotFoundError(msg)
        response = await self._ask(url)
        # a temporary redirect leads elsewhere tomorrow: only permanent ones become the account's address
        key = normalised(response.moved_to) or url
        document = await self._found(response, key)
        offset = next((post.utc_offset for post in document.posts), None)
        name = document.title or urlsplit(key).hostname or key
        return (Account("cap", key, name, key, language=document.language, utc_offset=offset),)

    async def _ask(self, url: str) -> Response:
        return await asking.ask(self._fetcher, url, _ACCEPT, _LIST_LIMITS)

    async def _found(self, response: Response, key: str) -> Document:
        """The document behind an answer. Raises NotFoundError when it has nothing to do with CAP."""
        try:
            document = await self._read(response, key, response.url)
        except UnreadableError as error:
            if b"tc:emergency:cap:" in response.body[:4096] and b"<html" not in response.body[:4096].lower():
                raise
            msg = f"There are no CAP alerts at that address: {error}"
            raise NotFoundError(msg) from error
        if not document.is_cap and not await self._leads_to_cap(document):
            msg = "That address holds a feed, but nothing in it points to CAP alerts."
            raise NotFoundError(msg)
        return document

    async def _leads_to_cap(self, document: Document) -> bool:
        """Look behind the first link of a feed that does not say what it lists, where the link's name allows it."""
        url = next((entry.url for entry in document.entries if entry.url), "")
        path = urlsplit(url).path.lower()
        if not path.endswith((".xml", ".cap")) and "cap" not in url.lower():
            return False
        try:
            return not (await self._read(await self._ask(url), url, url)).is_index
        except (NotFoundError, RefusedError, UnreadableError):
            return False

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the list, and for the alerts that it links and that were never asked for."""
        url = asking.asked_url(memory, account.key)
        try:
            response = await self._fetcher.fetch(asking.poll_request(url, memory, _ACCEPT, _LIST_LIMITS))
        except FetchError as error:
            return asking.failed(error)
        if response.not_modified:
            return asking.nothing_new(memory, response, url)
        refusal = asking.refusal(response)
        if refusal is not None:
            return refusal
        sha = hashlib.sha256(response.body).hexdigest()
        after = asking.remembered(memory, response, url, self.pace.ceiling)
        if sha == memory.get("sha"):
            # an alert list is asked as often as ever, whatever the site thinks of validators
            return NothingNew(asking.same_again(after, self.pace.ceiling, 0.0))
        try:
            document = await self._read(response, account.key, response.url)
        except UnreadableError as error:
            return Broken(str(error), advice="Look at the address in a browser; it is asked again by itself.")
        after["sha"] = sha
        after.pop("same", None)
        if not document.is_index:
            return Posts(document.posts, after, (*document.notes, *asking.has_moved(memory, after)))
        return await self._from_index(account, document, memory, after)

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """Leaving a list of what is in force is no cancellation: CAP cannot say."""
        del account, post_id
        return Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved alert, list or index; linked alerts are not fetched. Raises UnreadableError."""
        return as_posts(read_document(body, origin, origin), origin)

    async def _read(self, response: Response, account: str, url: str) -> Document:
        charset = asking.header_charset(response)
        return await asyncio.to_thread(read_document, response.body, account, url, charset)

    async def _from_index(
        self, account: Account, document: Document, memory: Memory, after: dict[str, object]
    ) -> Outcome:
        got = await self._gather(account, document.entries, memory)
        if got.refused is not None and not got.posts:
            return replace(got.refused, memory=self._keeping(dict(memory), document, got))
        after = self._keeping(after, document, got)
        if got.left or got.tries:
            # the list is to be read again although it did not change: alerts that it links are still missing
            for name in ("etag", "modified", "sha"):
                after.pop(name, None)
        if got.missed and not got.posts and not got.done:
            why = f"The list could be read, but none of its {got.missed} new alerts: {got.trouble}"
            return Broken(why, advice="They are asked for again by themselves.", memory=after)
        name = document.title or account.name
        shown = account if name == account.name else replace(account, name=name)
        notes = (*document.notes, *got.notes, *oddities(got.posts), *asking.has_moved(memory, after))
        return Posts(in_order(got.posts), after, notes, shown)

    def _keeping(self, memory: dict[str, object], document: Document, got: _Gathered) -> dict[str, object]:
        listed = {_mark(entry.url) for entry in document.entries if entry.url}
        known = list(dict.fromkeys([*_marks(memory), *got.done]))
        unlisted = [mark for mark in known if mark not in listed]
        memory["seen"] = "".join([*unlisted[-_KEPT_UNLISTED:], *(mark for mark in known if mark in listed)])
        memory.pop("tries", None)
        if got.tries:
            memory["tries"] = got.tries
        return memory

    async def _gather(self, account: Account, entries: tuple[Entry, ...], memory: Memory) -> _Gathered:
        got = _Gathered()
        seen, tries, at = set(_marks(memory)), _tries(memory), self._clock().timestamp()
        wanted: dict[str, Entry] = {}
        for entry in entries:
            mark = _mark(entry.url)
            if entry.inline:
                got.posts.extend(entry.inline)
            elif entry.url and mark in tries and tries[mark][1] > at:
                got.tries[mark] = tries[mark]
            elif entry.url and mark not in seen:
                # several entries (one for each language or area) may point at the same document
                wanted.setdefault(entry.url, entry)
        newest_first = sorted(wanted.values(), key=lambda entry: entry.updated or _OLDEST, reverse=True)
        now, later = newest_first[:MAX_FETCHED], newest_first[MAX_FETCHED:]
        if "seen" not in memory:
            # the first look is silent: what is beyond the newest is history
            got.done.extend(_mark(entry.url) for entry in later)
        else:
            got.left = len(later)
        free = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._alert(account, entry.url, tries, got, free) for entry in now))
        got.posts = list({post.id: post for post in got.posts}.values())
        if got.left:
            got.notes.append(f"{got.left} of the alerts that it links wait for the next look")
        return got

    async def _alert(
        self, account: Account, url: str, tries: dict[str, list[int]], got: _Gathered, free: asyncio.Semaphore
    ) -> None:
        async with free:
            if got.refused is not None or got.host_faults >= _ENOUGH_FAILURES:
                got.left += 1
                return
            request = Request(url=url, headers={"Accept": _ACCEPT}, limits=_ALERT_LIMITS, pace=asking.SITE_PACE)
            try:
                response = await self._fetcher.fetch(request)
            except RestingError as error:
                got.refused = Refused(error.why, until=error.until, advice=error.advice)
                got.left += 1
                return
            except FetchError as error:
                passing = isinstance(error, UnreachableError)
                self._missed(url, str(error), tries, got, passing=passing)
                return
            await self._take(account, url, response, tries, got)

    async def _take(
        self, account: Account, url: str, response: Response, tries: dict[str, list[int]], got: _Gathered
    ) -> None:
        refusal = asking.refusal(response)
        if isinstance(refusal, Refused):
            got.refused = refusal
            got.left += 1
            return
        if refusal is not None:
            passing = response.status >= httpx.codes.INTERNAL_SERVER_ERROR
            self._missed(url, refusal.why, tries, got, passing=passing)
            return
        try:
            document = await self._read(response, account.key, response.url)
        except UnreadableError as error:
            self._missed(url, str(error), tries, got, passing=False)
            return
        if document.is_index:
            self._missed(url, "It is another list, not an alert.", tries, got, passing=False)
            return
        got.posts.extend(document.posts)
        got.done.append(_mark(url))

    def _missed(self, url: str, why: str, tries: dict[str, list[int]], got: _Gathered, *, passing: bool) -> None:
        mark = _mark(url)
        count = tries.get(mark, [0])[0] + 1
        given_up = count >= (MAX_PATIENT_TRIES if passing else MAX_TRIES)
        got.missed += 1
        got.host_faults += passing
        got.trouble = got.trouble or why
        got.notes.append(
            f"an alert could not be read ({url[:200]}): {why}" + (" It is given up." if given_up else "")
        )
        if given_up:
            got.done.append(mark)
        else:
            pause = min(_FIRST_PAUSE_S * 2 ** (count - 1), _LONGEST_PAUSE_S) if passing else 0
            got.tries[mark] = [count, int(self._clock().timestamp()) + pause]


def _mark(url: str) -> str:
    """48 bits of hash stand for an address: 4,000 of them collide once in 30 million lists."""
    return base64.urlsafe_b64encode(hashlib.sha256(url.encode("utf-8", "replace")).digest()[:6]).decode("ascii")


def _marks(memory: Memory) -> list[str]:
    seen = memory.get("seen")
    text = seen if isinstance(seen, str) else ""
    return [text[at : at + _MARK_LENGTH] for at in range(0, len(text), _MARK_LENGTH)]


def _tries(memory: Memory) -> dict[str, list[int]]:
    tries = memory.get("tries")
    items = tries.items() if isinstance(tries, dict) else ()
    return {mark: pair for mark, pair in items if isinstance(pair, list) and len(pair) == 2}  # noqa: PLR2004
