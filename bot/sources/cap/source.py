"""Official alerts behind one URL, CAP's or a dialect's: asks for the list or the alert. Reads none of them itself."""

import asyncio
import hashlib
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from bot.fetching import Fetcher, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources import asking
from bot.sources.cap.dialect import LIST_LIMITS, Dialect, as_kind, as_they_stand, cannot_say, read_as
from bot.sources.cap.documents import Document, as_posts, in_order, oddities, read_document
from bot.sources.cap.gathering import ACCEPT, Gathered, Gathering, Miss, lacking_of, remember
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
from bot.sources.hubs import hub_of
from bot.sources.links import as_url, normalised

#: Alerts are urgent: asked each minute, never less often than each five; subscribers are told after 15 blind minutes.
CAP_PACE = Pace(default=60, floor=30, ceiling=300, promise=900)
_WANTED = "Send the link of a CAP alert or of a list of alerts (https://…)."


def _address(what: str) -> str:
    return as_url(what)


def _read(body: bytes, account: str, url: str, charset: str = "") -> Document:
    return read_document(body, account, url, charset)


def _host(key: str) -> str:
    return urlsplit(key).hostname or key


#: CAP as its standard writes it, in XML.
PLAIN_CAP = Dialect(
    kind="cap", pace=CAP_PACE, accept=ACCEPT, address=_address, wanted=_WANTED, read=_read, name=_host,
    settle=as_they_stand, confirm=cannot_say, limits=LIST_LIMITS,
)  # fmt: skip


class CapSource:
    """The source of CAP alerts and of official lists like them; an account is the URL of an alert, a list or an index.

    Memory: ``etag``, ``modified``, ``sha``, ``moved``, ``url`` and ``hint_s`` (at most five minutes) as for feeds;
    ``seen``: marks of the linked addresses that need no asking, eight characters each, as one text; ``tries``: mark of
    an address that could not be had to [times tried, seconds since 1970 not to try before]; ``lost``: marks of listed
    addresses that were given up. A dialect may remember more under names of its own.
    """

    #: A message is named by sender, identifier and time (rule 2): an unknown name is a new message.
    ids_may_churn = False

    def __init__(
        self, fetcher: Fetcher, clock: Callable[[], datetime], rng: random.Random, dialect: Dialect = PLAIN_CAP
    ) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._rng = rng
        self._dialect = dialect
        self.kind, self.pace = dialect.kind, dialect.pace

    def claims(self, what: str) -> Claim:
        """SURE for a dialect's own addresses; for CAP's MAYBE, and SURE where the name ends in .cap."""
        url = self._dialect.address(what)
        if not url:
            return Claim.NO
        if self._dialect is not PLAIN_CAP:
            return Claim.SURE
        return Claim.SURE if url.partition("?")[0].lower().endswith(".cap") else Claim.MAYBE

    async def find(self, what: str) -> tuple[Account, ...]:
        """The account at this address. Raises NotFoundError when there is no CAP there."""
        # whoever says the kind may name a copy of the list elsewhere
        url = self._dialect.address(what) or as_url(what)
        if not url:
            msg = f"“{what[:80]}” is no address. {self._dialect.wanted}"
            raise NotFoundError(msg, Reason(Cause.NO_ADDRESS))
        response = await self._ask(url)
        # a temporary redirect leads elsewhere tomorrow: only permanent ones become the account's address
        key = normalised(response.moved_to) or url
        document = await self._found(response, key)
        offset = next((post.utc_offset for post in document.posts), self._dialect.utc_offset)
        name = document.title or self._dialect.name(key)
        language = document.language or self._dialect.language
        return (Account(self.kind, key, name, key, language=language, utc_offset=offset),)

    async def _ask(self, url: str) -> Response:
        return await asking.ask(self._fetcher, url, self._dialect.accept, self._dialect.limits)

    async def _found(self, response: Response, key: str) -> Document:
        """The document behind an answer. Raises NotFoundError when it has nothing to do with CAP."""
        try:
            document = await self._read(response, key, response.url)
        except UnreadableError as error:
            if b"tc:emergency:cap:" in response.body[:4096] and b"<html" not in response.body[:4096].lower():
                raise
            msg = f"There are no CAP alerts at that address: {error}"
            raise NotFoundError(msg, Reason(Cause.NO_ALERTS)) from error
        if not document.is_cap and not await self._leads_to_cap(document):
            msg = "That address holds a feed, but nothing in it points to CAP alerts."
            raise NotFoundError(msg, Reason(Cause.NO_ALERTS))
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
        request = asking.poll_request(url, memory, self._dialect.accept, self._dialect.limits)
        response = await asking.whole_answer(self._fetcher, request, memory, self._failure, learns=True)
        if isinstance(response, NothingNew):
            return replace(response, lacking=lacking_of(memory))
        if not isinstance(response, Response):
            return response
        sha = hashlib.sha256(response.body).hexdigest()
        after = asking.remembered(memory, response, url, self.pace.ceiling)
        if sha == memory.get("sha"):
            # an alert list is asked as often as ever, whatever the site thinks of validators
            return NothingNew(asking.same_again(after, self.pace.ceiling, 0.0), lacking_of(memory))
        try:
            document = await self._read(response, account.key, response.url)
        except UnreadableError as error:
            advice = "Look at the address in a browser; it is asked again by itself."
            return Broken(str(error), advice=advice, reason=error.reason)
        after["sha"] = sha
        after.pop("same", None)
        if not document.is_index:
            document = await asyncio.to_thread(self._dialect.settle, document, memory, after)
            return Posts(document.posts, after, (*document.notes, *asking.has_moved(memory, after)))
        outcome = await self._from_index(account, document, memory, after)
        return replace(outcome, hub=hub_of(response, document.hub_links)) if isinstance(outcome, Posts) else outcome

    def _failure(self, response: Response) -> Refused | Broken | None:
        refusal = asking.refusal(response)
        if isinstance(refusal, Broken) and response.status == httpx.codes.FORBIDDEN:
            return replace(refusal, advice=self._dialect.forbidden or refusal.advice)
        return refusal

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """UNKNOWN for CAP, where leaving a list is no cancellation; a dialect may ask its agency."""
        return await self._dialect.confirm(self._fetcher, account, post_id)

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved alert, list or index; linked alerts are not fetched. Raises UnreadableError."""
        return as_kind(self.kind, as_posts(self._dialect.read(body, origin, origin), origin))

    async def _read(self, response: Response, account: str, url: str) -> Document:
        charset = asking.header_charset(response)
        return await asyncio.to_thread(read_as, self._dialect, response.body, account, url, charset)

    async def _from_index(
        self, account: Account, document: Document, memory: Memory, after: dict[str, object]
    ) -> Outcome:
        gathering = Gathering(self._fetcher, self._clock, account.key, self._read)
        got = await gathering.gather(document.entries, memory)
        if got.refused is not None and not got.posts:
            return replace(got.refused, memory=remember(dict(memory), document, got))
        after = remember(after, document, got)
        if got.left or got.tries:
            # the list is to be read again although it did not change: alerts that it links are still missing
            for name in ("etag", "modified", "sha"):
                after.pop(name, None)
        if _nothing_works(got):
            why = f"The list could be read, but none of its {len(got.missed)} new alerts: {got.trouble}"
            advice = "They are asked for again by themselves."
            return Broken(why, advice=advice, memory=after, reason=got.lacking or Reason(Cause.UNREADABLE))
        name = document.title or account.name
        shown = account if name == account.name else replace(account, name=name)
        notes = (*document.notes, *got.notes, *oddities(got.posts), *asking.has_moved(memory, after))
        return Posts(in_order(got.posts), after, notes, shown, got.lacking)


def _nothing_works(got: Gathered) -> bool:
    """Not one of the new alerts could be read. One that is merely not there yet leaves the list a good answer."""
    return any(miss is not Miss.ABSENT for miss in got.missed) and not got.posts and not got.done
