"""Asking for what a page leaves out of its posts: long texts and the pictures after the ninth; a few at each poll."""

import asyncio
from dataclasses import dataclass

from bot.model.post import MediaKind
from bot.sources.weibo.cards import Item, mid_of_mblog
from bot.sources.weibo.classifier import Kind
from bot.sources.weibo.fields import Json, inner, string
from bot.sources.weibo.ids import bid_of, is_bid
from bot.sources.weibo.media import MAX_MEDIA, missing_pictures, read_media
from bot.sources.weibo.posts import is_gone, may_be_longer, original_of
from bot.sources.weibo.remembered import MAX_TRIES, Remembered, key_of
from bot.sources.weibo.session import Session
from bot.sources.weibo.text import to_plain
from bot.sources.weibo.urls import WeiboUrls

#: Each costs 6 to 12 s of the one queue that all accounts share, and holds up the posts of this poll by as much.
REQUESTS_PER_POLL = 6
#: On the first look somebody waits in a chat, and only the newest post will be shown to them.
REQUESTS_ON_FIRST_LOOK = 4
#: Longer than any text on Weibo (5000).
_MAX_TEXT = 12_000


@dataclass(frozen=True, slots=True)
class Need:
    """What one version of a post lacks."""

    mblog: Json
    key: str
    text: bool
    pictures: bool


@dataclass(slots=True)
class _Budget:
    left: int
    #: Weibo refused: nothing more is asked at this poll.
    refused: bool = False


class Completing:
    """Fills an account's memory with what its posts lack."""

    def __init__(self, session: Session, urls: WeiboUrls) -> None:
        self._session, self._urls = session, urls

    async def complete(self, items: list[Item], known: Remembered, requests: int) -> bool:
        """Ask for at most so much, newest posts first. True when nothing is left that later polls should ask for."""
        budget = _Budget(requests)
        # which texts are cut short stands in their markup: that is read in a thread
        for need in await asyncio.to_thread(needs_of, items, known):
            if budget.left <= 0 or budget.refused:
                break
            await self._fill(need, known, budget)
        return not await asyncio.to_thread(needs_of, items, known)

    async def _fill(self, need: Need, known: Remembered, budget: _Budget) -> None:
        """Try the three places in turn (research 3.3); the whole post first where pictures lack too."""
        mid = mid_of_mblog(need.mblog)
        steps = (self._from_post, self._from_extend) if need.pictures else (self._from_extend, self._from_post)
        for step in (*steps, self._from_web):
            if budget.left <= 0 or budget.refused or not _lacks(need, known):
                break
            if step == self._from_post or need.text:
                budget.left -= 1
                budget.refused = await step(need, mid, known)
        if _lacks(need, known) and not budget.refused:
            known.tries[need.key] = known.tries.get(need.key, 0) + 1

    async def _from_extend(self, need: Need, mid: str, known: Remembered) -> bool:
        answer = await self._session.ask(self._urls.long_text(mid))
        if answer.usable:
            await _take_text(need, string(inner(answer.json, "data").get("longTextContent")), known)
        return answer.until is not None

    async def _from_post(self, need: Need, mid: str, known: Remembered) -> bool:
        answer = await self._session.ask(self._urls.post(mid))
        if answer.kind in (Kind.DELETED, Kind.NO_PERMISSION):
            known.tries[need.key] = MAX_TRIES  # a matter for confirm(), and nothing more to be had here
        post = inner(answer.json, "data")
        if not answer.usable or mid_of_mblog(post) != mid:
            return answer.until is not None
        if need.text:
            await _take_text(need, string(post.get("text")), known)
        if need.pictures:
            urls = tuple(medium.url for medium in read_media(post) if medium.kind is MediaKind.PHOTO)
            listed = len(read_media(need.mblog))
            known.pictures[need.key] = urls[:MAX_MEDIA] if len(urls) > listed else ()
        return False

    async def _from_web(self, need: Need, mid: str, known: Remembered) -> bool:
        bid = string(need.mblog.get("bid")) or string(need.mblog.get("mblogid"))
        answer = await self._session.ask(self._urls.web_long_text(bid if is_bid(bid) else bid_of(mid)))
        if not answer.usable:
            return False  # the web side has its own rests, and they are not the timeline's
        data = answer.json.get("data")
        text = string(inner(answer.json, "data").get("longTextContent"))
        if isinstance(data, dict) and not data:
            known.texts[need.key] = ""  # "data": {} says that there is nothing to add
        else:
            await _take_text(need, text, known)
        return False


def needs_of(items: list[Item], known: Remembered) -> list[Need]:
    """Tell what the posts of a page lack: the account's own first, newest first, then those that they pass on."""
    newest_first = sorted(items, key=lambda item: int(item.mid), reverse=True)
    own = [_need(item.mblog, known, with_pictures=True) for item in newest_first]
    originals = [original_of(item.mblog) for item in newest_first]
    passed_on = [
        _need(original, known, with_pictures=False)
        for original in originals
        if original and mid_of_mblog(original) and not is_gone(original)
    ]
    unique = {need.key: need for need in (*own, *passed_on) if need is not None}
    return list(unique.values())


def _need(mblog: Json, known: Remembered, *, with_pictures: bool) -> Need | None:
    key = key_of(mblog)
    if known.tired_of(key):
        return None
    text = key not in known.texts and may_be_longer(mblog)
    pictures = with_pictures and key not in known.pictures and missing_pictures(mblog) > 0
    return Need(mblog, key, text, pictures) if text or pictures else None


def _lacks(need: Need, known: Remembered) -> bool:
    if known.tired_of(need.key):
        return False
    return (need.text and need.key not in known.texts) or (need.pictures and need.key not in known.pictures)


async def _take_text(need: Need, markup: str, known: Remembered) -> None:
    plain = await asyncio.to_thread(to_plain, markup)
    if not plain.text or plain.cut:
        return
    text = plain.text[:_MAX_TEXT]
    if known.has_room(text):
        known.texts[need.key] = text
    else:
        known.tries[need.key] = MAX_TRIES  # stays short, and says so
