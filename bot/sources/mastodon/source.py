"""An account on its own Mastodon server: finds it, reads its newest forty posts again each time, asks for one post."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlsplit

from bot.fetching import Fetcher, FetchError, Limits, Request, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources import asking
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
from bot.sources.json import load, mapping, objects, string
from bot.sources.links import normalised
from bot.sources.mastodon.budget import Budget, reset_of
from bot.sources.mastodon.naming import account_named
from bot.sources.mastodon.statuses import KIND, Page, newest_of, order, read_account, read_statuses

#: A server allows 300 requests in five minutes to one address: fifty accounts of one server fit even at the floor.
MASTODON_PACE = Pace(default=120, floor=60, ceiling=900, promise=3600)
_LIMITS = Limits(max_bytes=4 * 1024 * 1024)
_ACCEPT = "application/json"
#: Own answers to own posts are the rest of a longer message, and are listed; answers to others are not.
_QUERY = "limit=40&exclude_replies=true"
#: Pages of forty that are read back over a gap.
_MAX_PAGES = 5
_KEY = re.compile(r"(https?://[^/?#\s]+)/api/v1/accounts/([A-Za-z0-9_-]{1,64})")
_SUBJECT = re.compile(r"acct:([A-Za-z0-9_.-]{1,64})@.{1,255}")
_SHUT = (401, 403, 422)
_NOT_FOUND = 404


class MastodonSource:
    """The source of Mastodon accounts; an account is its address in its own server's API.

    Memory: ``etag``, ``modified`` and ``sha`` as for feeds; ``newest``: the highest id that was listed. An edit keeps
    its id, so the newest forty posts are read each time and not only what is newer.
    """

    kind = KIND
    pace = MASTODON_PACE
    ids_may_churn = False

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._budget = Budget()

    def claims(self, what: str) -> Claim:
        """SURE for @name@server; addresses that look like an account's are MAYBE."""
        named = account_named(what)
        return named.claim if named else Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        """Ask the account's server for it, and where that is not at its domain, the domain for its server."""
        named = account_named(what)
        if named is None:
            msg = f"“{what[:80]}” is no account of Mastodon's. Send it as @name@server or as the link of its page."
            raise NotFoundError(msg, Reason(Cause.NO_ADDRESS))
        try:
            return (await self._lookup(named.server, named.name),)
        except (NotFoundError, UnreadableError):
            home = await self._home(named.server, named.name)
            if home is None:
                raise
            return (await self._lookup(*home),)

    async def _lookup(self, server: str, name: str) -> Account:
        response = await self._ask(f"{server}/api/v1/accounts/lookup?acct={quote(name, safe='')}")
        if response.status in _SHUT:
            msg = f"This server tells strangers nothing. Its feed may be open: {server}/@{name}.rss"
            raise NotFoundError(msg, Reason(Cause.LOGIN))
        asking.raise_for_status(response)
        data = mapping(await asyncio.to_thread(load, response.body))
        account = read_account(data, server)
        if account is None:
            msg = "The answer is no account of Mastodon's."
            raise UnreadableError(msg)
        if data.get("suspended") is True:
            msg = "The server has suspended this account."
            raise NotFoundError(msg, Reason(Cause.VANISHED))
        return account

    async def _home(self, server: str, name: str) -> tuple[str, str] | None:
        """The server of an account whose domain is another one (WebFinger, RFC 7033); None when nobody says."""
        resource = quote(f"acct:{name}@{urlsplit(server).netloc}", safe="")
        try:
            response = await self._ask(f"{server}/.well-known/webfinger?resource={resource}")
            asking.raise_for_status(response)
            data = mapping(await asyncio.to_thread(load, response.body))
        except (NotFoundError, UnreadableError):
            return None
        for link in objects(data.get("links"), 50):
            if string(link.get("rel")) == "self" and "json" in string(link.get("type")):
                actor = urlsplit(normalised(string(link.get("href"))))
                home = f"{actor.scheme}://{actor.netloc}"
                subject = _SUBJECT.fullmatch(string(data.get("subject")))
                return (home, subject[1] if subject else name) if actor.netloc and home != server else None
        return None

    async def _ask(self, url: str) -> Response:
        request = Request(url, headers={"Accept": _ACCEPT}, limits=_LIMITS, pace=asking.SITE_PACE, interactive=True)
        try:
            return await self._fetcher.fetch(request)
        except FetchError as error:
            asking.raise_for_asker(error)
            raise

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the newest forty posts, and for older ones when these do not reach back to what is known."""
        key = _KEY.fullmatch(account.key)
        if key is None:
            return Broken("This is no address of an account.", "Unsubscribe, and subscribe again.", lasting=True)
        server, now = key[1], self._clock()
        spent = self._budget.spent_until(server, now)
        if spent is not None:
            return Refused("The server allows few more requests in this window; they are kept for others.", spent)
        url = f"{account.key}/statuses?{_QUERY}"

        def failure(answer: Response) -> Refused | Broken | None:
            self._budget.note(server, answer.headers, now)
            return _failure(answer)

        request = asking.poll_request(url, memory, _ACCEPT, _LIMITS)
        changed = await asking.changed_answer(self._fetcher, request, memory, failure, self.pace.default)
        if not isinstance(changed, asking.Changed):
            return changed
        response, after = changed.response, changed.after
        try:
            page = await asyncio.to_thread(read_statuses, response.body, account.key)
        except UnreadableError as error:
            return Broken(str(error), "It is asked again by itself.", reason=error.reason)
        return await self._reaching_back(account, page, after, memory)

    async def _reaching_back(self, account: Account, page: Page, after: dict[str, object], memory: Memory) -> Outcome:
        known = memory.get("newest")
        known = known if isinstance(known, str) else ""
        posts, notes = page.posts, page.notes
        oldest = min(page.listed, key=order, default="")
        whole = True
        for _ in range(_MAX_PAGES):
            if not known or not oldest or order(oldest) <= order(known):
                break
            before = await self._before(account, oldest)
            if before is None:
                whole = False
                notes = (*notes, "Older posts that were not seen yet could not be read; they are asked for again.")
                break
            lower = min(before.listed, key=order, default="")
            if not lower or order(lower) >= order(oldest):
                break
            posts, oldest = (*before.posts, *posts), lower
        else:
            notes = (*notes, f"More than {_MAX_PAGES} pages are new; the oldest of them were not read.")
        if whole:
            after["newest"] = newest_of((known, *page.listed))
        else:  # the next look must not answer "nothing new"
            after = {name: value for name, value in after.items() if name not in ("etag", "modified", "sha")}
        return Posts(posts, after, notes, _shown(account, page))

    async def _before(self, account: Account, status_id: str) -> Page | None:
        request = Request(
            f"{account.key}/statuses?{_QUERY}&max_id={status_id}",
            headers={"Accept": _ACCEPT},
            limits=_LIMITS,
            pace=asking.SITE_PACE,
        )
        try:
            response = await self._fetcher.fetch(request)
            if _failure(response) is not None:
                return None
            return await asyncio.to_thread(read_statuses, response.body, account.key)
        except (FetchError, UnreadableError):
            return None

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """Ask for the post: 404 is the server's word that it is gone."""
        key = _KEY.fullmatch(account.key)
        if key is None or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", post_id):
            return Presence.UNKNOWN
        if self._budget.spent_until(key[1], self._clock()) is not None:
            return Presence.UNKNOWN
        request = Request(
            f"{key[1]}/api/v1/statuses/{post_id}", headers={"Accept": _ACCEPT}, limits=_LIMITS, pace=asking.SITE_PACE
        )
        try:
            response = await self._fetcher.fetch(request)
            self._budget.note(key[1], response.headers, self._clock())
            data = mapping(await asyncio.to_thread(load, response.body))
        except (FetchError, UnreadableError):
            return Presence.UNKNOWN
        if response.status == _NOT_FOUND:
            # the API's own "Record not found", not a proxy's page; a page of HTML ends above
            return Presence.DELETED if string(data.get("error")) else Presence.UNKNOWN
        if asking.refusal(response) is not None:
            return Presence.HIDDEN if response.status in _SHUT else Presence.UNKNOWN
        return Presence.THERE if string(data.get("id")) == post_id else Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved list of statuses, or one status. Raises UnreadableError."""
        return read_statuses(body, origin).posts


def _failure(response: Response) -> Refused | Broken | None:
    """What an answer without a list comes to; a 429 lasts until the server's window ends."""
    outcome = asking.refusal(response)
    if isinstance(outcome, Refused):
        reset = reset_of(response.headers, response.fetched_at)
        return replace(outcome, until=max(outcome.until, reset)) if reset else outcome
    if response.status in _SHUT:
        advice = "The server tells strangers nothing: subscribe to the account's feed (its address and .rss)."
        return Broken(
            f"The server wants a login (HTTP {response.status}).", advice, reason=Reason(Cause.LOGIN), lasting=True
        )
    return outcome


def _shown(account: Account, page: Page) -> Account | None:
    if page.account is None:
        return None
    server = account.key.partition("/api/")[0]
    seen = read_account(page.account, server)
    # the list of a relay or another account's post says nothing of this one
    return seen if seen is not None and seen.key == account.key else None
