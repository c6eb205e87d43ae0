"""A feed behind one URL: asks for it conditionally and finds it from a page. Reads no entries itself."""

import asyncio
import hashlib
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.fetching import Fetcher, Limits, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources import asking
from bot.sources.face import (
    Broken,
    Claim,
    Hub,
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
from bot.sources.hubs import hub_of
from bot.sources.links import as_url, normalised

#: Five minutes for news; subscribers are told after three blind hours.
FEED_PACE = Pace(default=300, floor=60, ceiling=3600, promise=10800)
_LIMITS = Limits(max_bytes=8 * 1024 * 1024)
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
#: Feeds of one page that are tried.
_MAX_LINKS = 5
#: A site that ignores validators sends everything each time: at most four times an hour, in seconds.
_UNCONDITIONAL_S = 900.0


class FeedSource:
    """The source of feeds; an account is a feed's URL.

    Memory: ``etag`` and ``modified`` (validators), ``sha`` (of the last body that was read), ``same`` (whole answers
    in a row with that hash), ``moved`` and ``url`` (a redirect being learned, and learned), and ``hint_s``: for how
    many seconds the feed says that it stays good (Cache-Control, Expires, RSS ``ttl``), never above the ceiling.
    """

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
        url = as_url(what)
        if not url:
            msg = f"“{what[:80]}” is no address. Send the link of a feed or of a page that has one (https://…)."
            raise NotFoundError(msg, Reason(Cause.NO_ADDRESS))
        response = await self._ask(url)
        try:
            return (await self._account(response, url),)
        except UnreadableError as error:
            links = await asyncio.to_thread(feed_links, response.body, response.url, asking.header_charset(response))
            if not links:
                msg = f"There is no feed at that address, and the page names none: {error}"
                raise NotFoundError(msg, Reason(Cause.NO_FEED)) from error
        return await self._of_page(links)

    async def _of_page(self, links: list[str]) -> tuple[Account, ...]:
        found: dict[tuple[str, str], Account] = {}
        trouble = ""
        for link in links[:_MAX_LINKS]:
            try:
                account = await self._account(await self._ask(link), normalised(link))
                # one site's RSS and Atom of the same news are one choice
                found.setdefault((account.name, account.url), account)
            except (NotFoundError, UnreadableError, RefusedError) as error:
                trouble = str(error)
        if not found:
            msg = f"The page names a feed, but it cannot be read: {trouble}"
            raise NotFoundError(msg)
        return tuple(found.values())

    async def _ask(self, url: str) -> Response:
        return await asking.ask(self._fetcher, url, _ACCEPT, _LIMITS)

    async def _account(self, response: Response, requested: str) -> Account:
        # a temporary redirect leads elsewhere tomorrow: only permanent ones become the account's address
        key = normalised(response.moved_to) or requested
        feed = await self._read(response, key)
        host = key.partition("://")[2].partition("/")[0]
        return Account(
            "feed", key, feed.title or host, feed.link or key, description=feed.description, language=feed.language
        )

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the feed."""
        url = asking.asked_url(memory, account.key)
        request = asking.poll_request(url, memory, _ACCEPT, _LIMITS)
        response = await asking.whole_answer(self._fetcher, request, memory, learns=True)
        if not isinstance(response, Response):
            return response
        sha = hashlib.sha256(response.body).hexdigest()
        if sha == memory.get("sha"):
            after = asking.remembered(memory, response, url, self.pace.ceiling)
            return NothingNew(asking.same_again(after, self.pace.ceiling, _UNCONDITIONAL_S))
        try:
            feed = await self._read(response, account.key)
        except UnreadableError as error:
            advice = "Look at the address in a browser; it is asked again by itself."
            return Broken(str(error), advice=advice, reason=error.reason)
        after = asking.remembered(memory, response, url, self.pace.ceiling, feed.ttl_s)
        return self._posts(account, memory, feed, after, sha, hub_of(response, feed.hub_links))

    def _posts(
        self, account: Account, before: Memory, feed: Feed, after: dict[str, object], sha: str, hub: Hub | None
    ) -> Posts:
        notes = (*feed.notes, *asking.has_moved(before, after))
        if after.pop("same", 0) == asking.SAME_TO_NOTICE:
            notes = (*notes, asking.IGNORES_VALIDATORS)
        after["sha"] = sha
        if feed.cut_off:  # it must be asked for whole, so nothing of it may answer 304 or "the same bytes"
            after = {name: value for name, value in after.items() if name not in ("etag", "modified", "sha")}
        shown = replace(
            account,
            name=feed.title or account.name,
            url=feed.link or account.url,
            description=feed.description or account.description,
            language=feed.language or account.language,
        )
        return Posts(feed.posts, after, notes, shown, hub=hub)

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """A feed forgets its old entries: it cannot say."""
        del account, post_id
        return Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved feed. Raises UnreadableError."""
        base = normalised(origin)
        return read_feed(body, base or origin, base).posts

    async def _read(self, response: Response, account: str) -> Feed:
        charset = asking.header_charset(response)
        return await asyncio.to_thread(read_feed, response.body, account, response.url, charset)
