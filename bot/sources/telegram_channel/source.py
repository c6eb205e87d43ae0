"""A public channel behind its preview page: asks for it, pages back over a gap, asks for one post. Reads no HTML."""

import asyncio
from dataclasses import dataclass, field, replace

from bot.fetching import Fetcher, FetchError, Limits, Request, Response, SitePace
from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.model.vouching import Vouching, spelt
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
from bot.sources.telegram_channel.naming import channel_of, is_link
from bot.sources.telegram_channel.page import KIND, NoPreviewError, Page, presence, read_page

#: Telegram bears a look a minute; three are ordinary, and an hour without any is told.
CHANNEL_PACE = Pace(default=180, floor=60, ceiling=1800, promise=3600)
#: One after another: Telegram answers 429 to who asks in bursts.
SITE_PACE = SitePace(gap_min=1.0, gap_max=2.0, concurrency=1)
_LIMITS = Limits(max_bytes=2 * 1024 * 1024)
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
#: Pages of twenty that are read back over a gap.
_MAX_PAGES = 5
_REDIRECTS = range(300, 400)
_NO_PREVIEW = "Telegram shows no public preview of this channel: it is private, has none, or is not there."
_NO_PREVIEW_ADVICE = "Look at t.me/s/ and its name in a browser; its owner can allow the preview."


class ChannelSource:
    """The source of public channels; an account is a channel's name in small letters.

    Memory: ``etag`` and ``modified`` where Telegram gives them, ``sha`` of the last page, ``newest``: the highest id
    that was listed. A channel that changes its name is not found again: the page tells no other identity.
    """

    kind = KIND
    pace = CHANNEL_PACE
    ids_may_churn = False

    def __init__(self, fetcher: Fetcher, base: str = "https://t.me") -> None:
        self._fetcher = fetcher
        self._base = base

    def claims(self, what: str) -> Claim:
        """SURE for links to Telegram; "@name" alone is many platforms'."""
        return Claim.SURE if is_link(what) else Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        """The channel of this link. Raises NotFoundError for private ones and for those without a preview."""
        name = channel_of(what)
        if not name:
            msg = "That link names no public channel. Send one such as https://t.me/NAME."
            raise NotFoundError(msg, Reason(Cause.NO_ADDRESS))
        try:
            response = await self._fetcher.fetch(replace(self._request(name), interactive=True))
        except FetchError as error:
            asking.raise_for_asker(error)
            raise
        if response.status in _REDIRECTS:
            raise NotFoundError(f"{_NO_PREVIEW} {_NO_PREVIEW_ADVICE}", Reason(Cause.LOGIN))
        asking.raise_for_status(response)
        try:
            page = await self._read(response, name)
        except NoPreviewError as error:
            raise NotFoundError(f"{_NO_PREVIEW} {_NO_PREVIEW_ADVICE}", Reason(Cause.LOGIN)) from error
        return (_shown(Account(KIND, name, name, f"https://t.me/{name}"), page),)

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask for the newest page, and for those before it when it does not reach back to what is known."""
        url = f"{self._base}/s/{account.key}"
        request = replace(asking.poll_request(url, memory, _ACCEPT, _LIMITS), pace=SITE_PACE, follow_redirects=False)
        changed = await asking.changed_answer(self._fetcher, request, memory, _failure, self.pace.default)
        if not isinstance(changed, asking.Changed):
            return changed
        response, after = changed.response, changed.after
        try:
            page = await self._read(response, account.key)
        except NoPreviewError:
            return _no_preview()
        except UnreadableError as error:
            return Broken(str(error), "Look at the page in a browser.", reason=error.reason)
        known = memory.get("newest")
        newest = known if isinstance(known, int) and not isinstance(known, bool) else 0
        if newest > 0 and not page.listed:
            why = "Telegram shows a page without posts of a channel that had some."
            return Broken(why, "It is asked again by itself.", reason=Reason(Cause.HIDDEN))
        reached = await self._back_to(account.key, page, newest)
        after["newest"] = max((newest, *page.listed))
        if not reached.whole:  # the gap is closed at the next look, which must not answer "nothing new"
            after = {name: value for name, value in after.items() if name not in ("etag", "modified", "sha")}
            after["newest"] = newest
        return Posts((*reached.posts, *page.posts), after, reached.notes, _shown(account, page))

    async def _back_to(self, name: str, page: Page, newest: int) -> "_Reached":
        """The pages before this one down to the highest id that is known."""
        reached = _Reached()
        oldest = min(page.listed, default=0)
        for _ in range(_MAX_PAGES):
            if not newest or oldest <= newest or oldest <= 1:
                return reached
            try:
                response = await self._fetcher.fetch(self._request(name, f"?before={oldest}"))
                before = await self._read(response, name) if _failure(response) is None else None
            except (FetchError, UnreadableError):
                before = None
            if before is None:
                reached.whole = False
                reached.notes = ("An older page with posts not seen yet could not be read; it is asked for again.",)
                return reached
            lower = min(before.listed, default=0)
            if lower >= oldest or not lower:
                return reached
            reached.posts = (*before.posts, *reached.posts)
            oldest = lower
        if oldest > newest:
            reached.notes = (f"More than {_MAX_PAGES} pages are new; the oldest of them were not read.",)
        return reached

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """Ask for the post's own page."""
        if not post_id.isascii() or not post_id.isdigit():
            return Presence.UNKNOWN
        url = f"{self._base}/{account.key}/{post_id}?embed=1&mode=tme"
        request = Request(url, headers={"Accept": _ACCEPT}, limits=_LIMITS, pace=SITE_PACE, follow_redirects=False)
        try:
            response = await self._fetcher.fetch(request)
        except FetchError:
            return Presence.UNKNOWN
        if _failure(response) is not None:
            return Presence.UNKNOWN
        return await asyncio.to_thread(presence, response.body, account.key, post_id)

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved page. Raises UnreadableError."""
        return read_page(body, channel_of(origin) or origin).posts

    def _request(self, name: str, query: str = "") -> Request:
        return Request(
            f"{self._base}/s/{name}{query}", headers={"Accept": _ACCEPT}, limits=_LIMITS, pace=SITE_PACE,
            follow_redirects=False,
        )  # fmt: skip

    async def _read(self, response: Response, name: str) -> Page:
        return await asyncio.to_thread(read_page, response.body, name, asking.header_charset(response))


@dataclass(slots=True)
class _Reached:
    """What the older pages gave; ``whole`` is False when one could not be had."""

    posts: tuple[Post, ...] = ()
    notes: tuple[str, ...] = ()
    whole: bool = field(default=True)


def _failure(response: Response) -> Refused | Broken | None:
    """What an answer without a page comes to. Telegram sends who asks for a channel without preview to /NAME."""
    return _no_preview() if response.status in _REDIRECTS else asking.refusal(response)


def _no_preview() -> Broken:
    return Broken(_NO_PREVIEW, _NO_PREVIEW_ADVICE, reason=Reason(Cause.LOGIN), lasting=True)


def _shown(account: Account, page: Page) -> Account:
    return replace(
        account,
        name=page.title or account.name,
        description=page.description or account.description,
        verified=spelt(Vouching.TELEGRAM) if page.verified else "",
    )
