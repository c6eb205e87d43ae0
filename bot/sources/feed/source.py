"""A feed behind one URL: asks for it conditionally and finds it from a page. Reads no entries itself."""

import asyncio
import hashlib
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.fetching import Fetcher, FetchError, Limits, Request, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.sources import asking
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
    RefusedError,
    UnreadableError,
)
from bot.sources.feed.reading import Feed, feed_links, read_feed

#: Five minutes for news; subscribers are told after three blind hours.
FEED_PACE = Pace(default=300, floor=60, ceiling=3600, promise=10800)
_LIMITS = Limits(max_bytes=8 * 1024 * 1024)
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
#: Feeds of one page that are tried.
_MAX_LINKS = 3


class FeedSource:
    """The source of feeds; an account is a feed's URL."""

    kind = "feed"
    pace = FEED_PACE
    ids_may_churn = True

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime], rng: random.Random) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._rng = rng

    def claims(self, what: str) -> Claim:
        """MAYBE for addresses."""
        return asking.claim(what)

    async def find(self, what: str) -> tuple[Account, ...]:
        """The feed at this address, or the feeds that the page there names."""
        url = asking.as_url(what)
        if not url:
            msg = f"“{what[:80]}” is no address. Send the link of a feed or of a page that has one (https://…)."
            raise NotFoundError(msg)
        response = await self._ask(url)
        try:
            return (await self._account(response, url),)
        except UnreadableError as error:
            links = await asyncio.to_thread(feed_links, response.body, response.url, asking.header_charset(response))
            if not links:
                msg = f"There is no feed at that address, and the page names none: {error}"
                raise NotFoundError(msg) from error
        return await self._of_page(links)

    async def _of_page(self, links: list[str]) -> tuple[Account, ...]:
        found: dict[str, Account] = {}
        trouble = ""
        for link in links[:_MAX_LINKS]:
            try:
                account = await self._account(await self._ask(link), link)
                found.setdefault(account.key, account)
            except (NotFoundError, UnreadableError, RefusedError) as error:
                trouble = str(error)
        if not found:
            msg = f"The page names a feed, but it cannot be read: {trouble}"
            raise NotFoundError(msg)
        return tuple(found.values())

    async def _ask(self, url: str) -> Response:
        request = Request(
            url=url, headers={"Accept": _ACCEPT}, limits=_LIMITS, pace=asking.SITE_PACE, interactive=True
        )
        try:
            response = await self._fetcher.fetch(request)
        except FetchError as error:
            asking.raise_for_asker(error)
            raise
        asking.raise_for_status(response)
        return response

    async def _account(self, response: Response, requested: str) -> Account:
        # a temporary redirect leads elsewhere tomorrow: only permanent ones become the account's address
        key = (response.moved_to or requested).partition("#")[0]
        feed = await self._read(response, key)
        host = key.partition("://")[2].partition("/")[0]
        return Account(
            "feed", key, feed.title or host, feed.link or key, description=feed.description, language=feed.language
        )

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the feed."""
        url = asking.asked_url(memory, account.key)
        try:
            response = await self._fetcher.fetch(asking.poll_request(url, memory, _ACCEPT, _LIMITS))
        except FetchError as error:
            return asking.failed(error)
        if response.not_modified:
            return NothingNew(asking.remembered(memory, response, url, self.pace.ceiling))
        refusal = asking.refusal(response)
        if refusal is not None:
            return refusal
        sha = hashlib.sha256(response.body).hexdigest()
        if sha == memory.get("sha"):
            return NothingNew(asking.remembered(memory, response, url, self.pace.ceiling))
        try:
            feed = await self._read(response, account.key)
        except UnreadableError as error:
            return Broken(str(error), advice="Look at the address in a browser; it is asked again by itself.")
        after = asking.remembered(memory, response, url, self.pace.ceiling, feed.ttl_s)
        after["sha"] = sha
        name = feed.title or account.name
        shown = account if name == account.name else replace(account, name=name)
        return Posts(feed.posts, after, feed.notes, shown)

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """A feed forgets its old entries: it cannot say."""
        del account, post_id
        return Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved feed. Raises UnreadableError."""
        return read_feed(body, origin, origin).posts

    async def _read(self, response: Response, account: str) -> Feed:
        charset = asking.header_charset(response)
        return await asyncio.to_thread(read_feed, response.body, account, response.url, charset)
