"""The Atom feed of a channel to posts, and a page's word on which channel it is of. No network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.post import Media, MediaKind, Post
from bot.sources import xml
from bot.sources.charset import decode
from bot.sources.face import UnreadableError
from bot.sources.json import instant
from bot.sources.plain import MAX_TEXT, clean, one_line, safe_url
from bot.sources.youtube.naming import CHANNEL, VIDEO

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

KIND = "youtube"
#: The feed has the newest fifteen.
MAX_VIDEOS = 50
_ATOM = "http://www.w3.org/2005/Atom"
_MEDIA = "http://search.yahoo.com/mrss/"
_YT = "http://www.youtube.com/xml/schemas/2015"
#: Where a channel's or a film's page names its channel; in the head, but behind a megabyte of scripts at times.
_NAMES = (
    re.compile(r'<link rel="canonical" href="https?://www\.youtube\.com/channel/(UC[A-Za-z0-9_-]{22})"'),
    re.compile(r'feeds/videos\.xml\?channel_id=(UC[A-Za-z0-9_-]{22})"'),
    re.compile(r'<meta itemprop="(?:identifier|channelId)" content="(UC[A-Za-z0-9_-]{22})"'),
    re.compile(r'"(?:externalId|channelId)":"(UC[A-Za-z0-9_-]{22})"'),
)


@dataclass(frozen=True, slots=True)
class Channel:
    """What a channel's feed says."""

    posts: tuple[Post, ...]
    title: str = ""


def read_videos(body: bytes, account: str) -> Channel:
    """Read the feed. Raises UnreadableError."""
    text = decode(body).text
    if xml.looks_like_html(text):
        msg = "This is a web page, not a channel's feed (a consent or error page?)."
        raise UnreadableError(msg)
    root = xml.parse(text)
    if root.tag != f"{{{_ATOM}}}feed":
        msg = f"The document is no channel's feed: it begins with <{xml.safe_name(root)}>."
        raise UnreadableError(msg)
    entries = root.findall(f"{{{_ATOM}}}entry")[:MAX_VIDEOS]
    title = one_line(root.findtext(f"{{{_ATOM}}}title") or "", 200)
    posts = [post for entry in entries if (post := _post(entry, account, title)) is not None]
    if entries and not posts:
        msg = "The feed has entries, but none of them is a film of YouTube's."
        raise UnreadableError(msg)
    return Channel(tuple({post.id: post for post in posts}.values()), title)


def channel_in(body: bytes) -> str:
    """The channel that a page names, "" when none (a consent page, another site)."""
    text = body.decode("utf-8", "replace")
    return next((found[1] for pattern in _NAMES if (found := pattern.search(text))), "")


def channel_of(url: str) -> str:
    """The channel in a feed's address, "" when there is none."""
    found = CHANNEL.search(url)
    return found[0] if found else ""


def _post(entry: Element, account: str, author: str) -> Post | None:
    video = (entry.findtext(f"{{{_YT}}}videoId") or "").strip()
    if not VIDEO.fullmatch(video):
        return None
    group = entry.find(f"{{{_MEDIA}}}group")
    described = (group.findtext(f"{{{_MEDIA}}}description") or "") if group is not None else ""
    thumbnail = group.find(f"{{{_MEDIA}}}thumbnail") if group is not None else None
    picture = safe_url(thumbnail.get("url") or "") if thumbnail is not None else ""
    published, _ = instant(entry.findtext(f"{{{_ATOM}}}published") or "")
    # "updated" moves with views and stars: no sign of an edit
    return Post(
        kind=KIND,
        account=account,
        id=video,
        title=one_line(entry.findtext(f"{{{_ATOM}}}title") or ""),
        text=clean(described),
        url=f"https://www.youtube.com/watch?v={video}",
        published=published,
        author=one_line(entry.findtext(f"{{{_ATOM}}}author/{{{_ATOM}}}name") or "", 200) or author,
        media=(Media(MediaKind.PHOTO, picture),) if picture else (),
        truncated=len(described) > MAX_TEXT,
    )
