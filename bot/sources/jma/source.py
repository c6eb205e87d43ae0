"""JMA's pull feeds: asks for a list once a minute at most, and for each telegram once. Reads no XML itself."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.fetching import Fetcher, FetchError, Limits, Response
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources import asking, json
from bot.sources.cap.documents import Document, Entry
from bot.sources.cap.gathering import ACCEPT, Gathering, Miss, lacking_of, remember
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
    UnreadableError,
)
from bot.sources.jma.lists import Which, feeds_named, kind_of, read_list, wanted
from bot.sources.jma.telegrams import JAPAN_MIN, LANGUAGE, NAME, read_telegram
from bot.sources.jma.threads import linked, threads_of, to_json
from bot.sources.sharing import SharedLists

#: The feeds are rebuilt each minute and hold at least the last ten; JMA asks not to come more often.
JMA_PACE = Pace(default=60, floor=60, ceiling=120, promise=900, at_once=1)
#: After a gap so much of the long feed is news; what is older has ended or is told anew.
_OLDEST_NEWS = timedelta(hours=24)
_LIST_LIMITS = Limits(max_bytes=8 * 1024 * 1024)
_PAGE = "https://www.jma.go.jp/bosai/"


class JmaSource:
    """The source of Japan's telegrams; an account is a feed, or one office's part of it ("jma:130000").

    Memory: ``etag``, ``modified``, ``sha``, ``hint_s``, ``seen``, ``tries``, ``lost`` as for CAP; ``threads``: mark of
    an event to [id of its last telegram, seconds since 1970, severity's rank]; ``forms``: office to [newest form of its
    warnings, when it was seen]; ``last``: time of the newest entry listed at the last look.
    """

    kind = "jma"
    pace = JMA_PACE
    ids_may_churn = False

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self._fetcher, self._clock = fetcher, clock
        # offices share their feed; a long one is some megabytes and is seldom wanted again
        self._lists = SharedLists(fetcher, clock, JMA_PACE.floor, bulky=lambda url: url.endswith("_l.xml"))

    def claims(self, what: str) -> Claim:
        """SURE for JMA's addresses and for "jma:eqvol"."""
        return Claim.SURE if feeds_named(what) else Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        """The feeds that the text names, once they were seen to answer."""
        found = feeds_named(what)
        if not found:
            msg = f"“{what[:80]}” names no feed of JMA's. Write jma:eqvol, jma:extra, or jma:東京都."
            raise NotFoundError(msg)
        for which in found:
            response = await asking.ask(self._fetcher, which.url, ACCEPT, _LIST_LIMITS)
            await asyncio.to_thread(read_list, response.body, response.url, asking.header_charset(response))
        return tuple(_account(which) for which in found)

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the feed, and for the telegrams that it lists and that were never asked for."""
        which = next(iter(feeds_named(account.key)), None)
        if which is None:
            return Broken("The address of this feed cannot be read.", "Remove the account and add it again.")
        try:
            response = await self._list(which.url, memory)
        except FetchError as error:
            return asking.failed(error)
        if response.not_modified:
            unchanged = asking.nothing_new(memory, response, which.url)
            return replace(unchanged, lacking=lacking_of(memory)) if isinstance(unchanged, NothingNew) else unchanged
        refusal = asking.refusal(response)
        if refusal is not None:
            return refusal
        sha = hashlib.sha256(response.body).hexdigest()
        after = asking.remembered(memory, response, which.url, self.pace.default)
        if sha == memory.get("sha"):
            return NothingNew(after, lacking_of(memory))
        try:
            listed = await _entries(response)
        except UnreadableError as error:
            advice = "It is asked again by itself."
            return Broken(str(error), advice=advice, reason=error.reason)
        after["sha"] = sha
        return await self._gathered(account, which, listed, memory, after)

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """The feeds forget: a telegram is withdrawn by another one (取消)."""
        del account, post_id
        return Presence.UNKNOWN

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved telegram, or a saved feed whose telegrams are not fetched. Raises UnreadableError."""
        try:
            return (read_telegram(body, origin, origin if origin.startswith("http") else ""),)
        except UnreadableError:
            if b"<feed" not in body[:2000]:
                raise
        entries = read_list(body, origin)
        if not any(kind_of(entry.url)[0] for entry in entries):
            msg = "This is a feed, but none of JMA's telegrams."
            raise UnreadableError(msg)
        return tuple(_incomplete(entry, origin) for entry in entries)

    async def _list(self, url: str, memory: Memory) -> Response:
        """The feed's newest answer: of the last minute where another account asked. Raises FetchError."""
        return await self._lists.fetch(asking.poll_request(url, memory, ACCEPT, _LIST_LIMITS))

    async def _gathered(
        self, account: Account, which: Which, listed: tuple[Entry, ...], memory: Memory, after: dict[str, object]
    ) -> Outcome:
        notes: list[str] = []
        entries, whole = await self._with_missed(which, listed, memory, notes)
        entries, forms = wanted(entries, which, _forms(memory))
        document = Document(entries=entries, is_index=True)
        got = await Gathering(self._fetcher, self._clock, account.key, _telegram).gather(entries, memory)
        if got.refused is not None and not got.posts:
            return replace(got.refused, memory=remember(dict(memory), document, got))
        posts, threads, late = linked(got.posts, threads_of(memory.get("threads")))
        if late:
            notes.append(f"{late} telegram(s) had been overtaken by later ones of their events and were left out")
        after = remember(after, document, got)
        after["threads"] = to_json(threads)
        after["forms"] = {office: list(pair) for office, pair in forms.items()}
        if whole:
            after["last"] = max((_epoch(entry) for entry in listed), default=_last(memory))
        if got.left or got.tries or not whole:
            # the list is to be read again although it did not change: telegrams are still missing
            for name in ("etag", "modified", "sha"):
                after.pop(name, None)
        if got.missed and not posts and not got.done and any(miss is not Miss.ABSENT for miss in got.missed):
            why = f"The list could be read, but none of its {len(got.missed)} new telegrams: {got.trouble}"
            reason = got.lacking or Reason(Cause.UNREADABLE)
            return Broken(why, advice="They are asked for again by themselves.", memory=after, reason=reason)
        return Posts(tuple(posts), after, (*notes, *got.notes), lacking=got.lacking)

    async def _with_missed(
        self, which: Which, listed: tuple[Entry, ...], memory: Memory, notes: list[str]
    ) -> tuple[tuple[Entry, ...], bool]:
        """The entries, with those of the long feed where the short one no longer reaches back to the last look; and
        whether nothing is missed.
        """
        last = _last(memory)
        times = [_epoch(entry) for entry in listed if entry.updated]
        if not last or not times or min(times) <= last:
            return listed, True
        try:
            response = await self._list(which.long, {})
            if asking.refusal(response) is not None:
                notes.append(f"the long feed could not be had (HTTP {response.status}); it is asked for again")
                return listed, False
            long = await _entries(response)
        except (FetchError, UnreadableError) as error:
            notes.append(f"the long feed could not be had ({error}); it is asked for again")
            return listed, False
        since = max(last, int((self._clock() - _OLDEST_NEWS).timestamp()))
        urls = {entry.url for entry in listed}
        missed = [entry for entry in long if entry.url not in urls and _epoch(entry) >= since]
        notes.append(f"after a gap the long feed was read: {len(missed)} more telegrams")
        return (*listed, *missed), True


async def _entries(response: Response) -> tuple[Entry, ...]:
    return await asyncio.to_thread(read_list, response.body, response.url, asking.header_charset(response))


async def _telegram(response: Response, account: str, url: str) -> Document:
    post = await asyncio.to_thread(read_telegram, response.body, account, url, asking.header_charset(response))
    return Document(posts=(post,))


def _epoch(entry: Entry) -> int:
    return int(entry.updated.timestamp()) if entry.updated else 0


def _last(memory: Memory) -> int:
    return json.integer(memory.get("last")) or 0


def _forms(memory: Memory) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for office, row in json.mapping(memory.get("forms")).items():
        match row:
            case [int(form), int(at)]:
                found[office] = (form, at)
    return found


def _account(which: Which) -> Account:
    return Account("jma", which.key, which.title, _PAGE, language=LANGUAGE, utc_offset=JAPAN_MIN)


def _incomplete(entry: Entry, account: str) -> Post:
    return Post(
        "jma", account, entry.id or entry.url, entry.summary, entry.url, title=entry.title, published=entry.updated,
        utc_offset=JAPAN_MIN, language=LANGUAGE, author=NAME,
        incomplete=f"only an index entry: the telegram itself is at {entry.url}",
    )  # fmt: skip
