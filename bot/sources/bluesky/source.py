"""An account of Bluesky by its DID: finds it, reads its newest posts, asks for one. Reads no records itself."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from bot.fetching import Fetcher, FetchError, Limits, Request, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources import asking
from bot.sources.bluesky.naming import DID, actor_named
from bot.sources.bluesky.posts import KIND, Page, account_of, not_outside, read_feed
from bot.sources.face import (
    Broken,
    Claim,
    Memory,
    NotFoundError,
    Outcome,
    Pace,
    Posts,
    Presence,
    Refused,
    UnreadableError,
)
from bot.sources.json import Json, inner, instant, integer, load, mapping, string

#: The public AppView bears 3000 requests in five minutes: fifty accounts at the floor are under two a second.
BLUESKY_PACE = Pace(default=120, floor=30, ceiling=900, promise=3600)
APPVIEW = "https://public.api.bsky.app"
_LIMITS = Limits(max_bytes=4 * 1024 * 1024)
_ACCEPT = "application/json"
#: The account's own posts and the rest of its own threads; answers to others are not listed.
_QUERY = "limit=50&filter=posts_and_author_threads&includePins=false"
_MAX_PAGES = 5
_BAD_REQUEST = 400
#: An error is two short texts.
_LARGEST_ERROR = 10_000
_SHUT = "This account asks to be shown to nobody outside Bluesky."
#: What the AppView answers (400) about an account that it does not show, and whether that is for good.
_AWAY = {
    "AccountTakedown": "Bluesky has taken this account down.",
    "AccountDeactivated": "This account's owner has deactivated it.",
    "AccountSuspended": "Bluesky has suspended this account.",
}


class BlueskySource:
    """The source of Bluesky accounts; an account is its DID, which stays when its handle changes.

    Memory: ``etag``, ``modified`` and ``sha`` as for feeds; ``newest``: the time of the newest post that was listed.
    """

    kind = KIND
    pace = BLUESKY_PACE
    ids_may_churn = False

    def __init__(self, fetcher: Fetcher, base: str = APPVIEW) -> None:
        self._fetcher = fetcher
        self._base = base

    def claims(self, what: str) -> Claim:
        """SURE for its own addresses, DIDs and handles with an "@" or under bsky.social."""
        return actor_named(what)[1]

    async def find(self, what: str) -> tuple[Account, ...]:
        """Ask for the profile; its DID is kept."""
        actor, _ = actor_named(what)
        if not actor:
            msg = f"“{what[:80]}” is no account of Bluesky's. Send it as @name.bsky.social or as the link of its profile."
            raise NotFoundError(msg, Reason(Cause.NO_ADDRESS))
        request = replace(
            self._request("app.bsky.actor.getProfile", f"actor={quote(actor, safe=':')}"), interactive=True
        )
        try:
            response = await self._fetcher.fetch(request)
        except FetchError as error:
            asking.raise_for_asker(error)
            raise
        away = _away(response)
        if away is not None:
            raise NotFoundError(away.why, away.reason)
        asking.raise_for_status(response)
        profile = mapping(await asyncio.to_thread(load, response.body))
        account = account_of(profile)
        if account is None:
            msg = "The answer is no profile of Bluesky's."
            raise UnreadableError(msg)
        if not_outside(profile):
            raise NotFoundError(_SHUT, Reason(Cause.LOGIN))
        return (account,)

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the newest posts, and for older ones when these do not reach back to what is known."""
        if not DID.fullmatch(account.key):
            return Broken("This is no account of Bluesky's.", "Unsubscribe, and subscribe again.", lasting=True)
        request = self._feed(account.key)
        conditional = asking.poll_request(request.url, memory, _ACCEPT, _LIMITS)
        changed = await asking.changed_answer(self._fetcher, conditional, memory, _failure, self.pace.default)
        if not isinstance(changed, asking.Changed):
            return changed
        response, after = changed.response, changed.after
        try:
            page = await asyncio.to_thread(read_feed, response.body, account.key)
        except UnreadableError as error:
            return Broken(str(error), "It is asked again by itself.", reason=error.reason)
        if page.shut:
            return Broken(_SHUT, "Unsubscribe, or ask its owner.", reason=Reason(Cause.LOGIN), lasting=True)
        return await self._reaching_back(account, page, after, memory)

    async def _reaching_back(self, account: Account, page: Page, after: dict[str, object], memory: Memory) -> Outcome:
        known, _ = instant(memory.get("newest"))
        posts, cursor, whole = page.posts, page.cursor, True
        notes: tuple[str, ...] = ()
        for _ in range(_MAX_PAGES):
            if known is None or not cursor or not posts or _oldest(posts) <= known:
                break
            before = await self._before(account.key, cursor)
            if before is None:
                notes, whole = (
                    ("Older posts that were not seen yet could not be read; they are asked for again.",),
                    False,
                )
                break
            if not before.posts:
                break
            posts, cursor = (*before.posts, *posts), before.cursor
        else:
            notes = (f"More than {_MAX_PAGES} pages are new; the oldest of them were not read.",)
        newest = max((post.published for post in page.posts if post.published), default=known)
        if whole and newest is not None:
            after["newest"] = newest.isoformat()
        if not whole:  # the next look must not answer "nothing new"
            after = {name: value for name, value in after.items() if name not in ("etag", "modified", "sha")}
        shown = account_of(page.author, account) if page.author is not None else None
        return Posts(tuple({post.id: post for post in posts}.values()), after, notes, shown)

    async def _before(self, did: str, cursor: str) -> Page | None:
        try:
            response = await self._fetcher.fetch(self._feed(did, f"&cursor={quote(cursor, safe='')}"))
            if _failure(response) is not None:
                return None
            return await asyncio.to_thread(read_feed, response.body, did)
        except (FetchError, UnreadableError):
            return None

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """Ask for the post's thread: the AppView's NotFound is its word. A repost cannot be asked for."""
        if not post_id.startswith(f"at://{account.key}/app.bsky.feed.post/") or "#" in post_id:
            return Presence.UNKNOWN
        query = f"uri={quote(post_id, safe=':/')}&depth=0&parentHeight=0"
        try:
            response = await self._fetcher.fetch(self._request("app.bsky.feed.getPostThread", query))
            data = mapping(await asyncio.to_thread(load, response.body))
        except (FetchError, UnreadableError):
            return Presence.UNKNOWN
        if response.status == _BAD_REQUEST:
            return Presence.DELETED if string(data.get("error")) == "NotFound" else Presence.UNKNOWN
        if _failure(response) is not None:
            return Presence.UNKNOWN
        return _presence(data, post_id)

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved answer of getAuthorFeed or getPosts. Raises UnreadableError."""
        return read_feed(body, actor_named(origin)[0] or origin).posts

    def _feed(self, did: str, more: str = "") -> Request:
        return self._request("app.bsky.feed.getAuthorFeed", f"actor={quote(did, safe=':')}&{_QUERY}{more}")

    def _request(self, method: str, query: str) -> Request:
        url = f"{self._base}/xrpc/{method}?{query}"
        return Request(url, headers={"Accept": _ACCEPT}, limits=_LIMITS, pace=asking.SITE_PACE)


def _presence(data: Json, post_id: str) -> Presence:
    thread = inner(data, "thread")
    kind = string(thread.get("$type"))
    if kind.endswith("#notFoundPost"):
        return Presence.DELETED
    if kind.endswith("#blockedPost"):
        return Presence.HIDDEN
    return Presence.THERE if string(inner(thread, "post").get("uri")) == post_id else Presence.UNKNOWN


def _away(response: Response) -> Broken | None:
    """What a 400 says of the account itself; None for every other answer."""
    if response.status != _BAD_REQUEST or len(response.body) > _LARGEST_ERROR:
        return None
    try:
        data = mapping(load(response.body))
    except UnreadableError:
        return None
    error, message = string(data.get("error")), string(data.get("message"))
    why = _AWAY.get(error, "")
    if not why and "not found" in message.lower():
        why = "Bluesky knows no such account."
    if not why:
        return None
    advice = "Unsubscribe, or wait: an account that was deactivated may come back."
    return Broken(why, advice, reason=Reason(Cause.VANISHED), lasting=True)


def _failure(response: Response) -> Refused | Broken | None:
    """What an answer without a list comes to; a 429 lasts until its window ends (seconds since 1970)."""
    outcome = _away(response) or asking.refusal(response)
    reset = integer(response.headers.get("ratelimit-reset", ""))
    if not isinstance(outcome, Refused) or reset is None:
        return outcome
    try:
        until = datetime.fromtimestamp(reset, UTC)
    except (ValueError, OverflowError, OSError):
        return outcome
    longest = response.fetched_at.timestamp() + 3600
    return replace(outcome, until=max(outcome.until, until)) if reset <= longest else outcome


def _oldest(posts: tuple[Post, ...]) -> datetime:
    return min((post.published for post in posts if post.published), default=datetime.min.replace(tzinfo=UTC))
