"""An RSSHub route: asks the operator's instance, and tells a route in trouble from an instance that wants rest."""

import asyncio
import re
from dataclasses import replace

from bot.fetching import Fetcher, FetchError, Limits, Request, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources import asking
from bot.sources.charset import decode
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
from bot.sources.feed.reading import Feed, read_feed
from bot.sources.plain import from_html, one_line
from bot.sources.rsshub.routes import request_url, route_named, shown_url

KIND = "rsshub"
#: An instance keeps what it made for five minutes.
RSSHUB_PACE = Pace(default=300, floor=120, ceiling=3600, promise=10800)
_LIMITS = Limits(max_bytes=8 * 1024 * 1024)
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.1"
#: RSSHub says 503 of a route whose site failed; that says nothing of the other routes.
_REST_AFTER = frozenset((429,))
_ROUTE_FAILED = (503, 500, 502)
_FORBIDDEN = (401, 403)
_ERROR = re.compile(r"Error Message:?\s*(.{1,300})", re.DOTALL | re.IGNORECASE)
_NOT_SET = "No RSSHub instance is set: the operator sets TOCSIN_RSSHUB_URL."


class RsshubSource:
    """The source of RSSHub routes; an account is a route ("/weibo/user/1288915263"), whichever instance answers.

    Memory: ``etag``, ``modified``, ``sha`` and ``hint_s`` as for feeds, and ``from``: which instance they are of.
    """

    kind = KIND
    pace = RSSHUB_PACE
    ids_may_churn = True

    def __init__(self, fetcher: Fetcher, instance: str, key: str) -> None:
        self._fetcher = fetcher
        self._instance = instance.rstrip("/")
        self._key = key

    def claims(self, what: str) -> Claim:
        """SURE for rsshub:// and for addresses of the instance."""
        return Claim.SURE if route_named(what, self._instance) else Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        """The route, once it answers with a feed."""
        route = route_named(what, self._instance)
        if not route:
            msg = f"“{what[:80]}” is no route of RSSHub's. Send it as rsshub://weibo/user/1288915263."
            raise NotFoundError(msg, Reason(Cause.NO_ADDRESS))
        if not self._instance:
            raise NotFoundError(_NOT_SET, Reason(Cause.NO_ADDRESS))
        try:
            response = await self._fetcher.fetch(replace(self._request(route, {}), interactive=True))
        except FetchError as error:
            asking.raise_for_asker(error)
            raise
        failure = _failure(response)
        if isinstance(failure, Broken):
            raise NotFoundError(f"{failure.why} {failure.advice}", failure.reason)
        asking.raise_for_status(response)
        feed = await self._read(response, route)
        # the key's trace must not reach an account: its address is the site's, or the route's without it
        return (_shown(Account(KIND, route, route, shown_url(self._instance, route)), feed),)

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask the instance for the route."""
        if not self._instance:
            return Broken(_NOT_SET, "Set it, or unsubscribe.", reason=Reason(Cause.ADDRESS), lasting=True)
        # another instance's validators and bytes say nothing of this one's
        known: Memory = memory if memory.get("from") == self._instance else {}
        request = self._request(account.key, known)
        response = await asking.whole_answer(self._fetcher, request, known, _failure)
        if not isinstance(response, Response):
            return response
        # no redirect is learned: its address would hold the code, and the operator can set another instance
        after = asking.remembered_here(known, response, self.pace.ceiling) | {"from": self._instance}
        if after["sha"] == known.get("sha"):
            return NothingNew(after)
        try:
            feed = await self._read(response, account.key)
        except UnreadableError as error:
            return Broken(
                str(error), "Look at the route in a browser; it is asked again by itself.", reason=error.reason
            )
        after = asking.remembered_here(known, response, self.pace.ceiling, feed.ttl_s) | {"from": self._instance}
        if feed.cut_off:
            after = {name: value for name, value in after.items() if name not in ("etag", "modified", "sha")}
        return Posts(_own(feed.posts, account.key), after, feed.notes, _shown(account, feed))

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """A route forgets its old entries: it cannot say."""
        del account, post_id
        return Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved feed. Raises UnreadableError."""
        return _own(read_feed(body, origin, origin if "://" in origin else "").posts, origin)

    def _request(self, route: str, memory: Memory) -> Request:
        url = request_url(self._instance, route, self._key)
        return replace(asking.poll_request(url, memory, _ACCEPT, _LIMITS), rest_after=_REST_AFTER)

    async def _read(self, response: Response, route: str) -> Feed:
        charset = asking.header_charset(response)
        url = shown_url(self._instance, route)
        return await asyncio.to_thread(read_feed, response.body, route, url, charset)


def _own(posts: tuple[Post, ...], route: str) -> tuple[Post, ...]:
    return tuple(replace(post, kind=KIND, account=route) for post in posts)


def _shown(account: Account, feed: Feed) -> Account:
    return replace(
        account,
        name=feed.title or account.name,
        url=feed.link or account.url,
        description=feed.description or account.description,
        language=feed.language or account.language,
    )


def _failure(response: Response) -> Refused | Broken | None:
    """What an answer without a feed comes to: the route's trouble, the key's, or the instance's wish for rest."""
    if response.status in _ROUTE_FAILED:
        said = _said(response.body)
        why = f"RSSHub could not make this route (HTTP {response.status}){': ' + said if said else '.'}"
        advice = "Try the route in a browser; some want a cookie or a token in RSSHub's own settings."
        return Broken(why, advice, reason=Reason(Cause.SITE_FAULT, {"status": str(response.status)}))
    outcome = asking.refusal(response)
    if isinstance(outcome, Broken) and response.status in _FORBIDDEN:
        return replace(outcome, advice="The instance wants its ACCESS_KEY: set TOCSIN_RSSHUB_KEY to it.")
    return outcome


def _said(body: bytes) -> str:
    """The error that RSSHub's page tells, for the operator; "" when it tells none."""
    try:
        text = decode(body[:100_000]).text
    except UnreadableError:
        return ""
    found = _ERROR.search(from_html(text).text)
    return one_line(found[1].strip().partition("\n")[0], 200) if found else ""
