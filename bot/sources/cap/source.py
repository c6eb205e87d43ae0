"""CAP behind one URL: asks for the list or the alert, and for each linked alert once. Reads no XML itself."""

import asyncio
import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.fetching import Fetcher, FetchError, Limits, Request, Response, RestingError
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
    UnreadableError,
)

#: Alerts are urgent: asked each minute, never less often than each five; subscribers are told after 15 blind minutes.
CAP_PACE = Pace(default=60, floor=30, ceiling=300, promise=900)
#: Alerts fetched in one poll; with a pause of a second between requests that keeps a poll under a minute.
MAX_FETCHED = 40
#: A linked alert that cannot be had is asked for this often, then left alone.
MAX_TRIES = 3
#: Addresses remembered after they left the list: a list may flap, and agencies block who asks again.
_KEPT_UNLISTED = 300
_LIST_LIMITS = Limits(max_bytes=8 * 1024 * 1024)
_ALERT_LIMITS = Limits(max_bytes=2 * 1024 * 1024)
_ACCEPT = "application/cap+xml, application/atom+xml, application/rss+xml, application/xml, text/xml;q=0.9, */*;q=0.1"
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Gathered:
    """What one poll got from the links of an index."""

    posts: list[Post] = field(default_factory=list)
    #: Marks of the addresses that need no asking any more.
    done: list[str] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refused: Refused | None = None
    left: int = 0


class CapSource:
    """The source of CAP alerts; an account is the URL of an alert, a list or an index."""

    kind = "cap"
    pace = CAP_PACE
    ids_may_churn = True

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime], rng: random.Random) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._rng = rng

    def claims(self, what: str) -> Claim:
        """MAYBE for addresses."""
        return asking.claim(what)

    async def find(self, what: str) -> tuple[Account, ...]:
        """The account at this address. Raises NotFoundError when there is no CAP there."""
        url = asking.as_url(what)
        if not url:
            msg = f"“{what[:80]}” is no address. Send the link of a CAP alert or of a list of alerts (https://…)."
            raise NotFoundError(msg)
        request = Request(
            url=url, headers={"Accept": _ACCEPT}, limits=_LIST_LIMITS, pace=asking.SITE_PACE, interactive=True
        )
        try:
            response = await self._fetcher.fetch(request)
        except FetchError as error:
            asking.raise_for_asker(error)
            raise
        asking.raise_for_status(response)
        key = response.url.partition("#")[0]
        try:
            document = await self._read(response, key, response.url)
        except UnreadableError as error:
            if b"tc:emergency:cap:" in response.body[:4096] and b"<html" not in response.body[:4096].lower():
                raise
            msg = f"There are no CAP alerts at that address: {error}"
            raise NotFoundError(msg) from error
        if not document.is_cap:
            msg = "That address holds a feed, but nothing in it points to CAP alerts."
            raise NotFoundError(msg)
        offset = next((post.utc_offset for post in document.posts), None)
        host = response.url.partition("://")[2].partition("/")[0]
        return (
            Account(
                "cap", key, document.title or host, key, language=document.language, utc_offset=offset,
            ),
        )  # fmt: skip

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the list, and for the alerts that it links and that were never asked for."""
        url = asking.asked_url(memory, account.key)
        try:
            response = await self._fetcher.fetch(asking.poll_request(url, memory, _ACCEPT, _LIST_LIMITS))
        except FetchError as error:
            return asking.failed(error)
        if response.not_modified:
            return NothingNew(asking.remembered(memory, response, url, self.pace.ceiling))
        refusal = asking.refusal(response)
        if refusal is not None:
            return refusal
        sha = hashlib.sha256(response.body).hexdigest()
        after = asking.remembered(memory, response, url, self.pace.ceiling)
        if sha == memory.get("sha"):
            return NothingNew(after)
        try:
            document = await self._read(response, account.key, response.url)
        except UnreadableError as error:
            return Broken(str(error), advice="Look at the address in a browser; it is asked again by itself.")
        after["sha"] = sha
        if not document.is_index:
            return Posts(document.posts, after, document.notes)
        if not document.is_cap and document.entries:
            why = "The feed no longer points to CAP alerts."
            return Broken(
                why, advice="Look at the address in a browser; subscribe to it as a feed if that is what it is."
            )
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
        name = document.title or account.name
        shown = account if name == account.name else replace(account, name=name)
        return Posts(in_order(got.posts), after, (*document.notes, *got.notes, *oddities(got.posts)), shown)

    def _keeping(self, memory: dict[str, object], document: Document, got: _Gathered) -> dict[str, object]:
        listed = {_mark(entry.url) for entry in document.entries if entry.url}
        known = list(dict.fromkeys([*_texts(memory.get("seen")), *got.done]))
        unlisted = [mark for mark in known if mark not in listed]
        memory["seen"] = [*unlisted[-_KEPT_UNLISTED:], *(mark for mark in known if mark in listed)]
        memory.pop("tries", None)
        if got.tries:
            memory["tries"] = got.tries
        return memory

    async def _gather(self, account: Account, entries: tuple[Entry, ...], memory: Memory) -> _Gathered:
        got = _Gathered()
        seen = set(_texts(memory.get("seen")))
        tries = memory.get("tries")
        tries = tries if isinstance(tries, dict) else {}
        wanted: dict[str, Entry] = {}
        for entry in entries:
            if entry.inline:
                got.posts.extend(entry.inline)
            elif entry.url and _mark(entry.url) not in seen:
                # several entries (one for each language or area) may point at the same document
                wanted.setdefault(entry.url, entry)
        newest_first = sorted(wanted.values(), key=lambda entry: entry.updated or _OLDEST, reverse=True)
        now, later = newest_first[:MAX_FETCHED], newest_first[MAX_FETCHED:]
        if "seen" not in memory:
            # the first look is silent: what is beyond the newest is history
            got.done.extend(_mark(entry.url) for entry in later)
        else:
            got.left = len(later)
        await asyncio.gather(*(self._alert(account, entry.url, tries, got) for entry in now))
        got.posts = list({post.id: post for post in got.posts}.values())
        return got

    async def _alert(self, account: Account, url: str, tries: dict[str, object], got: _Gathered) -> None:
        request = Request(
            url=url, headers={"Accept": _ACCEPT}, limits=_ALERT_LIMITS, pace=asking.SITE_PACE
        )  # fmt: skip
        try:
            response = await self._fetcher.fetch(request)
            refusal = asking.refusal(response)
            if isinstance(refusal, Refused):
                got.refused = refusal
                got.left += 1
                return
            if refusal is not None:
                raise UnreadableError(refusal.why)  # noqa: TRY301
            document = await self._read(response, account.key, response.url)
            if document.is_index:
                msg = "it is another list, not an alert"
                raise UnreadableError(msg)  # noqa: TRY301
        except RestingError as error:
            got.refused = Refused(error.why, until=error.until, advice=error.advice)
            got.left += 1
        except (FetchError, UnreadableError) as error:
            self._missed(url, str(error), tries, got)
        else:
            got.posts.extend(document.posts)
            got.done.append(_mark(url))

    def _missed(self, url: str, why: str, tries: dict[str, object], got: _Gathered) -> None:
        before = tries.get(_mark(url))
        count = before + 1 if isinstance(before, int) else 1
        given_up = count >= MAX_TRIES
        got.notes.append(
            f"an alert could not be read ({url[:200]}): {why}" + (" It is given up." if given_up else "")
        )
        if given_up:
            got.done.append(_mark(url))
        else:
            got.tries[_mark(url)] = count


def _mark(url: str) -> str:
    """48 bits of hash stand for an address: 4,000 of them collide once in 30 million lists."""
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:12]


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
