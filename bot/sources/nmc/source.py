"""NMC's list of warnings: asks for it, for the pages of new warnings, and keeps what is in force. Reads no titles."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.fetching import Fetcher, FetchError, Limits, Request, Response
from bot.model.account import Account
from bot.model.alert import Status
from bot.model.post import Post
from bot.sources import asking, json
from bot.sources.cap.gathering import mark_of, marks_of
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
from bot.sources.nmc.alarms import BEIJING_MIN, LANGUAGE, SITE, Item, Listed, post_of, read_list, read_page
from bot.sources.nmc.places import Place, place_of
from bot.sources.sharing import SharedLists

#: Warnings are urgent: asked each minute, never less often than each five; subscribers are told after 15 blind minutes.
NMC_PACE = Pace(default=60, floor=60, ceiling=300, promise=900, at_once=2)
PAGE_SIZE = 100
#: Some 200 to 400 are in force in the whole country.
MAX_PAGES = 6
#: Pages of warnings asked for in one poll, and how often one is asked for before its title must do.
MAX_DETAILS, MAX_TRIES = 30, 4
#: For so long new warnings wait for their pages, in seconds; then the rest go out by their titles.
PATIENCE_S = 10.0
#: A warning without an end is over after a day; what is older is replaced by nothing.
_REMEMBERED_S = 48 * 3600
#: Marks remembered of warnings that left the list, and warnings held to be in force.
_KEPT_UNLISTED, _KEPT_IN_FORCE = 200, 800
_LIST_LIMITS = Limits(max_bytes=4 * 1024 * 1024)
_PAGE_LIMITS = Limits(max_bytes=1024 * 1024, total_s=8.0)
_ACCEPT = "application/json, text/javascript, */*;q=0.1"
#: The site gives its list to what comes from its own page.
_HEADERS = {"Referer": "https://www.nmc.cn/publish/alarm.html", "Accept-Language": "zh-CN,zh;q=0.9"}


@dataclass(slots=True)
class _Look:
    """One poll: what was known before, and what becomes of it."""

    account: Account
    place: Place
    first: bool
    seen: dict[str, None]
    #: Mark of station and kind to [id of the warning in force, seconds since 1970].
    force: dict[str, list[object]]
    #: Id of a warning that was said by its title alone, to the times its page was asked for and what it replaced.
    bare: dict[str, tuple[int, str]]
    notes: list[str] = field(default_factory=list)


class NmcSource:
    """The source of China's weather warnings; an account is the list of the country, a province or a division.

    Memory: ``etag``, ``modified``, ``sha``, ``hint_s`` as for feeds (of the list's first page); ``seen``: marks of the
    warnings listed, eight characters each, as one text; ``force``: mark of a station and kind to the warning in force and
    its time; ``bare``: warnings whose page is still to be had, to the times it was asked for; ``gap``: later pages of the
    list are to be read again.
    """

    kind = "nmc"
    pace = NMC_PACE
    ids_may_churn = False

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self._fetcher, self._clock = fetcher, clock
        # divisions are sifted from the country's list
        self._lists = SharedLists(fetcher, clock, NMC_PACE.floor)

    def claims(self, what: str) -> Claim:
        """SURE for the service's addresses and for "nmc:湖南"."""
        return Claim.SURE if place_of(what) else Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        """The list of the country, a province or a division, once it was seen to answer."""
        place = place_of(what)
        if place is None:
            msg = f"“{what[:80]}” names no list of NMC's. Write nmc, nmc:湖南省, or nmc: and the code of a division."
            raise NotFoundError(msg)
        response = await asking.ask(self._fetcher, place.page(1, 1), _ACCEPT, _LIST_LIMITS)
        await asyncio.to_thread(read_list, response.body)
        return (_account(place),)

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the list, and for the pages of new warnings."""
        place = place_of(account.key)
        if place is None:
            return Broken("The address of this list cannot be read.", "Remove the account and add it again.")
        url = place.page(1, PAGE_SIZE)
        request = _with_headers(asking.poll_request(url, memory, _ACCEPT, _LIST_LIMITS))
        response = await asking.whole_answer(self._lists, request, memory, learns=True)
        if not isinstance(response, Response):
            return response
        waiting = bool(memory.get("bare")) or bool(memory.get("gap"))
        sha = hashlib.sha256(response.body).hexdigest()
        after = asking.remembered(memory, response, url, self.pace.ceiling)
        if sha == memory.get("sha") and not waiting:
            return NothingNew(after)
        try:
            listed = await asyncio.to_thread(read_list, response.body, response.url)
        except UnreadableError as error:
            return Broken(str(error), "Open nmc.cn in a browser; it is asked again by itself.", reason=error.reason)
        look = _begin(account, place, memory)
        items, whole = await self._rest(look, listed, everything=look.first or bool(memory.get("gap")))
        posts = await self._posts(look, items)
        return Posts(tuple(posts), _remember(look, after, items, sha, whole=whole), tuple(look.notes))

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """What left the list may have run out: it cannot say."""
        del account, post_id
        return Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved list; the warnings' pages are not fetched. Raises UnreadableError."""
        listed = read_list(body, origin if origin.startswith("http") else SITE)
        place = place_of(origin)
        look = _Look(Account("nmc", origin, "", origin), place or Place(""), True, {}, {}, {})
        said = (_said(look, item, None) for item in _oldest_first(listed.items))
        return tuple(post for post in said if post is not None)

    async def _rest(self, look: _Look, first: Listed, *, everything: bool) -> tuple[list[Item], bool]:
        """The pages after the first, as far as they hold what is not known; and whether all of them could be had."""
        items = {item.id: item for item in first.items}
        if first.odd:
            look.notes.append(f"{first.odd} line(s) of the list could not be read")
        number, page = 1, first.items
        while number * PAGE_SIZE < first.count and page and number < MAX_PAGES:
            if not everything and any(mark_of(item.id) in look.seen for item in page):
                break
            number += 1
            try:
                response = await self._fetcher.fetch(
                    _with_headers(
                        Request(look.place.page(number, PAGE_SIZE), limits=_LIST_LIMITS, pace=asking.SITE_PACE)
                    )
                )
                page = (await _listed(response)).items
            except (FetchError, UnreadableError) as error:
                look.notes.append(f"page {number} of the list could not be read ({error}); it is asked for again")
                return list(items.values()), False
            items |= {item.id: item for item in page}
        return list(items.values()), True

    async def _posts(self, look: _Look, items: Iterable[Item]) -> list[Post]:
        wanted = [item for item in _oldest_first(items) if look.place.wants(item.division)]
        fresh = [item for item in wanted if mark_of(item.id) not in look.seen]
        again = [item for item in wanted if mark_of(item.id) in look.seen and item.id in look.bare]
        # the newest and gravest first: those beyond are said by their titles, and completed at the next look
        asked = sorted([*fresh, *again], key=lambda item: (item.said.severity.rank, item.issued), reverse=True)
        words, tried = ({}, set()) if look.first else await self._words(asked[:MAX_DETAILS])
        said = (_said(look, item, words.get(item.id)) for item in fresh)
        posts = [post for post in said if post is not None]
        for post in posts:
            if post.truncated and not look.first:
                look.bare[post.id] = (int(post.id in tried), "".join(post.supersedes))
        for item in again:
            tries, replaced = look.bare[item.id]
            look.bare[item.id] = (tries + int(item.id in tried), replaced)
            if words.get(item.id):
                posts.append(post_of(item, look.account.key, words[item.id], (replaced,) if replaced else ()))
                del look.bare[item.id]
        listed = {item.id for item in wanted}
        look.bare = {name: pair for name, pair in look.bare.items() if pair[0] < MAX_TRIES and name in listed}
        return posts

    async def _words(self, items: list[Item]) -> tuple[dict[str, str], set[str]]:
        """The words of these warnings, and which pages were asked for; the first ones within a few seconds, for a
        warning must not wait for its page.
        """
        free, loop = asyncio.Semaphore(2), asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        asked: set[str] = set()
        stopped: list[str] = []

        async def one(item: Item) -> tuple[str, str]:
            async with free:
                if stopped or not item.url or loop.time() > until:
                    return item.id, ""
                asked.add(item.id)
                request = Request(item.url, headers=_HEADERS, limits=_PAGE_LIMITS, pace=asking.SITE_PACE)
                try:
                    response = await self._fetcher.fetch(request)
                    refusal = asking.refusal(response)
                    if refusal is None:
                        return item.id, await asyncio.to_thread(read_page, response.body, item)
                    if isinstance(refusal, Refused):
                        stopped.append(refusal.why)
                except FetchError as error:
                    stopped.append(str(error))
                except UnreadableError:
                    pass  # some have none; their titles say what matters
                return item.id, ""

        return {name: text for name, text in await asyncio.gather(*map(one, items)) if text}, asked


async def _listed(response: Response) -> Listed:
    if asking.refusal(response) is not None:
        msg = f"HTTP {response.status}"
        raise UnreadableError(msg)
    return await asyncio.to_thread(read_list, response.body, response.url)


def _account(place: Place) -> Account:
    page = "https://www.nmc.cn/publish/alarm.html"
    return Account("nmc", place.key, place.name, page, language=LANGUAGE, utc_offset=BEIJING_MIN)


def _with_headers(request: Request) -> Request:
    return replace(request, headers={**request.headers, **_HEADERS})


def _oldest_first(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.issued, item.id))


def _begin(account: Account, place: Place, memory: Memory) -> _Look:
    force = {
        name: list(pair)
        for name, pair in json.mapping(memory.get("force")).items()
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], int)  # noqa: PLR2004
    }
    bare = {
        name: (pair[0], pair[1])
        for name, pair in json.mapping(memory.get("bare")).items()
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int) and isinstance(pair[1], str)  # noqa: PLR2004
    }
    return _Look(account, place, "seen" not in memory, dict.fromkeys(marks_of(memory, "seen")), force, bare)


def _said(look: _Look, item: Item, words: str | None) -> Post | None:
    """The post of a warning that was not seen before; keeps what is in force of its station and kind.

    None for one that a later one of its station and kind has overtaken: it would say what is no longer true.
    """
    name, at = mark_of(item.place_and_kind), int(item.issued.timestamp())
    before = look.force.get(name)
    if item.said.status is not Status.ACTUAL:
        return post_of(item, look.account.key, words, ())  # a drill follows nothing and ends nothing
    if before is not None and isinstance(before[1], int) and before[1] > at:
        look.notes.append(f"{item.id} had been overtaken by {before[0]} and was left out")
        return None
    replaces = (str(before[0]),) if before is not None and before[0] != item.id else ()
    if item.said.lifted:
        look.force.pop(name, None)
    else:
        look.force[name] = [item.id, at]
    return post_of(item, look.account.key, words, replaces)


def _remember(
    look: _Look, after: dict[str, object], items: list[Item], sha: str, *, whole: bool
) -> dict[str, object]:
    marks = [mark_of(item.id) for item in items]
    listed = set(marks)
    unlisted = [mark for mark in look.seen if mark not in listed]
    after["seen"] = "".join([*unlisted[-_KEPT_UNLISTED:], *dict.fromkeys(marks)])
    newest = max((int(item.issued.timestamp()) for item in items), default=0)
    young = {
        n: pair for n, pair in look.force.items() if isinstance(pair[1], int) and pair[1] > newest - _REMEMBERED_S
    }
    after["force"] = dict(sorted(young.items(), key=lambda entry: str(entry[1][1]))[-_KEPT_IN_FORCE:])
    bare = {name: list(pair) for name, pair in look.bare.items()}
    for name, value in (("bare", bare), ("gap", not whole)):
        after.pop(name, None)
        if value:
            after[name] = value
    after["sha"] = sha
    if look.bare or not whole:  # it must be given whole again, though it may not change
        for name in ("etag", "modified"):
            after.pop(name, None)
    return after
