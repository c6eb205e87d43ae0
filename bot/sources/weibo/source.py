"""Weibo as a source: polling an account, finding one, asking whether a post is still there. The parts are elsewhere."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.fetching.face import Fetcher, Keep
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources.face import Broken, Claim, Memory, NothingNew, Outcome, Pace, Posts, Presence, Refused
from bot.sources.weibo.cards import Page, is_public, mid_of_mblog, read_page
from bot.sources.weibo.claims import read_name
from bot.sources.weibo.classifier import ADVICE, Kind
from bot.sources.weibo.completing import REQUESTS_ON_FIRST_LOOK, REQUESTS_PER_POLL, Completing
from bot.sources.weibo.fields import Json, elements, inner, integer, mapping, string, truth
from bot.sources.weibo.lookup import Lookup
from bot.sources.weibo.people import KIND, account_of
from bot.sources.weibo.posts import is_gone, original_of, read_post
from bot.sources.weibo.remembered import Remembered
from bot.sources.weibo.saved import read_saved
from bot.sources.weibo.session import Answer, Session
from bot.sources.weibo.urls import WeiboUrls

WEIBO_PACE = Pace(
    default=600.0,  # what peers found to be left in peace (research 4); nobody publishes a limit
    floor=180.0,  # a visitor sees the ten newest posts: in a storm they last about this long
    ceiling=1800.0,  # an account that rests all day may still begin a storm
    promise=3600.0,  # one refusal (30 min) and two slow polls pass unseen; what lasts longer is told
)

#: Posts per page of a visitor's, besides pinned ones, from which an all-unknown page looks like a gap (research 4).
_GAP_POSTS = 5
#: How far back a login is paged to close a gap.
_MAX_PAGES = 5
#: A door that only a login opens is not knocked at before this.
_LOGIN_WALL_REST = timedelta(minutes=30)
_DOUBTFUL = frozenset({Kind.EMPTY_AMBIGUOUS, Kind.SUSPICIOUS_EMPTY, Kind.SCHEMA_ERROR})
#: Container ids have 16 digits; some carry letters and more.
_MAX_CONTAINER = 40


@dataclass(frozen=True, slots=True)
class _Look:
    """One poll in the making."""

    account: Account
    known: Remembered
    first: bool


class WeiboSource:
    """Weibo's public posts, read as a visitor or with an operator's login (``cookie``)."""

    kind = KIND
    pace = WEIBO_PACE
    ids_may_churn = False

    def __init__(
        self,
        fetcher: Fetcher,
        keep: Keep,
        clock: Callable[[], datetime],
        rng: random.Random,
        urls: WeiboUrls,
        cookie: str = "",
    ) -> None:
        self._clock = clock
        self._urls = urls
        self._session = Session(fetcher, keep, clock, rng, urls, cookie)
        self._lookup = Lookup(self._session, urls)
        self._completing = Completing(self._session, urls)

    def claims(self, what: str) -> Claim:
        """SURE for UIDs and Weibo's addresses, MAYBE for @names and Chinese words."""
        return read_name(what, self._urls.netlocs()).claim

    async def find(self, what: str) -> tuple[Account, ...]:
        """Ask who is meant. Raises NotFoundError, RefusedError, UnreadableError."""
        return await self._lookup.find(what)

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the first page of posts: one request, and a few more for what new posts lack."""
        look = _Look(account, Remembered.read(memory), first=not memory)
        if not (account.key.isascii() and account.key.isdigit()):
            why = f"{account.key[:40]!r} is no Weibo UID."
            return Broken(why, "Remove the account and subscribe to it anew.", reason=Reason(Cause.NO_ACCOUNT))
        answer = await self._timeline(look, look.known.container)
        if answer.kind in _DOUBTFUL:
            return await self._doubt(look, answer)
        if not answer.usable:
            return _failure(answer, self._clock())
        if answer.digest and answer.digest == look.known.digest:
            return NothingNew(memory)
        page = await _page_of(answer, account.key)
        if not page.items and not page.private and (look.known.had_posts or look.first):
            return await self._doubt(look, answer)
        return await self._finish(look, answer, page)

    async def confirm(self, account: Account, post_id: str) -> Presence:  # noqa: ARG002  a mid is unique on all Weibo
        """Ask for the one post. Only Weibo's own word for "deleted" is taken for a deletion."""
        answer = await self._session.ask(self._urls.post(post_id))
        if answer.kind is Kind.DELETED:
            return Presence.DELETED
        if answer.kind is Kind.NO_PERMISSION:
            return Presence.HIDDEN
        post = inner(answer.json, "data")
        if not answer.usable or mid_of_mblog(post) != post_id:
            return Presence.UNKNOWN
        if truth(post.get("deleted")):
            return Presence.DELETED
        if is_gone(post):
            return Presence.UNKNOWN
        return Presence.THERE if is_public(post) else Presence.HIDDEN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved answer. Raises UnreadableError."""
        return read_saved(body, origin, self._clock())

    async def _timeline(self, look: _Look, container: str, following: tuple[str, str] | None = None) -> Answer:
        endpoint = self._urls.timeline(look.account.key, container, following)
        return await self._session.ask(endpoint, known_non_empty=look.known.had_posts, interactive=look.first)

    async def _finish(self, look: _Look, answer: Answer, page: Page) -> Outcome:
        """Close a gap if there is one, complete the posts, and tell."""
        known = look.known
        notes = list(page.notes)
        if _looks_like_gap(page, known):
            if self._session.logged_in:
                await self._page_back(look, page)
            if _looks_like_gap(page, known):
                notes.append(_gap_note(page, logged_in=self._session.logged_in))
        known.after_page(page.items)
        requests = REQUESTS_ON_FIRST_LOOK if look.first else REQUESTS_PER_POLL
        complete = await self._completing.complete(page.items, known, requests)
        known.digest = answer.digest if complete else ""
        notes.append(self._session.take_note())
        # markup is read in a thread: a page may be made of nothing else
        posts = await asyncio.to_thread(_posts, page, known, self._clock())
        return Posts(posts, known.to_memory(), tuple(note for note in notes if note), _seen_account(page))

    async def _page_back(self, look: _Look, page: Page) -> None:
        """Add older pages until one shows a known post, shows nothing unseen, or there is no next."""
        seen = {item.mid for item in page.items}
        following = page.following
        for _ in range(_MAX_PAGES - 1):
            if following is None:
                return
            answer = await self._timeline(look, look.known.container, following)
            if not answer.usable:
                return
            older = await _page_of(answer, look.account.key)
            unseen = [item for item in older.items if item.mid not in seen]
            if not unseen:
                return  # the same page for ever
            page.items.extend(unseen)
            seen.update(item.mid for item in unseen)
            if any(look.known.knows(item.mid) for item in unseen if not item.pinned):
                return
            following = older.following

    async def _doubt(self, look: _Look, answer: Answer) -> Outcome:
        """Ask the profile whether an empty or odd page can be true. An error never reads as "no posts"."""
        known = look.known
        if known.blank and answer.kind is Kind.EMPTY_AMBIGUOUS:
            return Posts((), known.to_memory())
        if answer.kind is Kind.SCHEMA_ERROR:
            await self._session.keep_sample(answer)
        profile = await self._session.ask(self._urls.profile(look.account.key), interactive=look.first)
        if profile.kind is Kind.EMPTY_AMBIGUOUS:
            return _nobody_there(look, answer)
        if not profile.usable:
            return _failure(profile, self._clock())
        data = inner(profile.json, "data")
        elsewhere = _weibo_container(data)
        if elsewhere and elsewhere != (known.container or f"107603{look.account.key}"):
            moved = await self._timeline(look, elsewhere)
            page = await _page_of(moved, look.account.key) if moved.usable else Page()
            if page.items:
                known.container = elsewhere
                return await self._finish(look, moved, page)
        return _doubtful(look, answer, inner(data, "userInfo"))


async def _page_of(answer: Answer, uid: str) -> Page:
    return await asyncio.to_thread(read_page, inner(answer.json, "data"), uid)


def _posts(page: Page, known: Remembered, now: datetime) -> tuple[Post, ...]:
    return tuple(
        read_post(
            item.mblog,
            now,
            pinned=item.pinned,
            scheme_bid=item.scheme_bid,
            completed=known.completed(item.mblog),
            repost_completed=known.completed(original_of(item.mblog)),
        )
        for item in page.items
    )


def _looks_like_gap(page: Page, known: Remembered) -> bool:
    unpinned = [item.mid for item in page.items if not item.pinned]
    return bool(known.ids) and len(unpinned) >= _GAP_POSTS and not any(known.knows(mid) for mid in unpinned)


def _gap_note(page: Page, *, logged_in: bool) -> str:
    oldest = min((item.mid for item in page.items if not item.pinned), key=int)
    advice = "" if logged_in else " With TOCSIN_WEIBO_COOKIE set, older pages could be read."
    return f"Possible gap: no post on the page was known; posts before {oldest} may have been missed.{advice}"


def _seen_account(page: Page) -> Account | None:
    newest = max(page.items, key=lambda item: int(item.mid), default=None)
    return account_of(inner(newest.mblog, "user")) if newest is not None else None


def _weibo_container(profile: Json) -> str:
    """Give the container of the Weibo tab; ``tabs`` is a list, in older answers a dict of "0", "1", ..."""
    for element in elements(inner(profile, "tabsInfo").get("tabs")):
        tab = mapping(element)
        if "weibo" in (tab.get("tab_type"), tab.get("tabKey")):
            container = string(tab.get("containerid"))
            return (
                container if container.isascii() and container.isalnum() and len(container) <= _MAX_CONTAINER else ""
            )
    return ""


def _failure(answer: Answer, now: datetime) -> Outcome:
    if answer.until is not None:
        return Refused(answer.why, answer.until, site_wide=True, advice=answer.advice, reason=answer.reason)
    if answer.kind is Kind.LOGIN_WALL:
        return Refused(answer.why, now + _LOGIN_WALL_REST, advice=answer.advice, reason=answer.reason)
    return Broken(answer.why, answer.advice, reason=answer.reason)


def _nobody_there(look: _Look, answer: Answer) -> Outcome:
    """Weibo says "nothing here yet" of the profile as well: blank, gone, or hidden from us."""
    if look.known.had_posts or answer.kind is Kind.SCHEMA_ERROR:
        why = "Weibo shows neither posts nor a profile for this account any more: it may be gone, or hidden from us."
        advice = f"Open {look.account.url} in a browser; remove the account if it is gone."
        return Broken(why, advice, reason=Reason(Cause.VANISHED))
    look.known.blank = True
    note = "Weibo says that there is nothing here yet, of the profile too: the account is blank or gone."
    return Posts((), look.known.to_memory(), (note,))


def _doubtful(look: _Look, answer: Answer, user: Json) -> Outcome:
    count = integer(user.get("statuses_count"))
    if answer.kind is Kind.SCHEMA_ERROR:
        return Broken(answer.why, answer.advice, reason=answer.reason)
    if count == 0 and not look.known.had_posts:
        look.known.blank = True
        return Posts((), look.known.to_memory(), account=account_of(user))
    many = f"{count} posts" if count else "posts"
    return Broken(
        f"Weibo shows an empty page for an account with {many}; it hides them from us for now.",
        ADVICE[Kind.SUSPICIOUS_EMPTY],
        reason=Reason(Cause.HIDDEN),
    )
