"""Entries of an RSS, Atom or RDF feed, as feedparser reads them, to posts. Gets only XML that was checked before."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from bot.model.post import Media, MediaKind, Post
from bot.sources.face import UnreadableError
from bot.sources.language import tag
from bot.sources.plain import MAX_MEDIA, MAX_TEXT, Plain, clean, from_html, has_markup, one_line, safe_url

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

#: Entries read of one feed; more is an archive.
MAX_ENTRIES = 200
_T = TypeVar("_T")
_OFFSET = re.compile(r"(?:[\sT]|:\d\d(?:\.\d+)?)\s*([+-])(\d\d):?(\d\d)$")
_MAX_OFFSET = timedelta(hours=14)


@dataclass(slots=True)
class Feed:
    """What a feed says of itself, and its entries."""

    posts: tuple[Post, ...] = ()
    title: str = ""
    link: str = ""
    description: str = ""
    language: str = ""
    #: How long it asks to be left alone, in seconds.
    ttl_s: float = 0
    notes: tuple[str, ...] = ()
    #: True when it ended early: what it says is true, but more is to come.
    cut_off: bool = False
    #: Its links of WebSub: (rel, address) of "hub" and "self".
    hub_links: tuple[tuple[str, str], ...] = ()


def both_ends(items: list[_T]) -> list[_T]:
    """At most MAX_ENTRIES of both ends, for feeds list the newest first or last."""
    half = MAX_ENTRIES // 2
    return items if len(items) <= MAX_ENTRIES else items[:half] + items[-half:]


def posts_of(root: Element, account: str, url: str) -> Feed:
    """Read the checked tree of a feed."""
    parsed = _parsed(root)
    about = parsed["feed"]
    feed = Feed(
        title=one_line(_plain(about, "title", url).text),
        link=safe_url(_text(about, "link"), url),
        description=_plain(about, "subtitle", url).text[:1000],
        language=tag(_text(about, "language")),
        ttl_s=_ttl(_text(about, "ttl")),
        hub_links=_hub_links(about, url),
    )
    entries = parsed["entries"]
    posts = [_post(entry, account, url, feed) for entry in entries[:MAX_ENTRIES]]
    feed.posts, feed.notes = told_apart(posts)
    return feed


def _parsed(root: Element) -> dict[str, Any]:
    """What feedparser, which is untyped, makes of the tree."""
    import feedparser
    from lxml import etree

    # A stream: feedparser takes bytes for a file's name first. Its sanitising and resolving are off, for everything
    # is made plain by a real HTML parser right after, and addresses are resolved there.
    stream = io.BytesIO(etree.tostring(root, encoding="utf-8", xml_declaration=True))
    # No content-location: ids would be resolved against it, and change with the mirror that answers.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed: dict[str, Any] = feedparser.parse(
            stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        # feedparser's own slips on hostile fields: a port that is no number, a year of ten digits
        msg = "The feed holds a field that cannot be read; it may be damaged."
        raise UnreadableError(msg) from error
    return parsed


def told_apart(posts: list[Post]) -> tuple[tuple[Post, ...], tuple[str, ...]]:
    """Posts without words are left out; of posts that share an id the later ones go by their link."""
    kept: dict[str, Post] = {}
    empty = doubled = 0
    for post in posts:
        if not (post.title or post.text or post.media):
            empty += 1
        elif post.id not in kept:
            kept[post.id] = post
        elif post.url and post.url not in kept and post.url != kept[post.id].url:
            kept[post.url] = replace(post, id=post.url)
        else:
            doubled += 1
    notes = [(empty, "without any words"), (doubled, "with the id of another")]
    return tuple(kept.values()), tuple(f"{count} entries {what} were left out" for count, what in notes if count)


def made_id(given: str, link: str, title: str, stamp: str, text: str) -> str:
    """What the feed says, else the link, else a hash of title and date (of the words, when it has neither)."""
    if given or link:
        return given or link
    words = f"{title}\0{stamp}" if title or stamp else text
    return "sha256:" + hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def _post(entry: Mapping[str, object], account: str, url: str, feed: Feed) -> Post:
    title = one_line(_plain(entry, "title", url).text)
    link = safe_url(_text(entry, "link"), url)
    words = _words(entry, link or url)
    published = _when(entry, "published_parsed")
    updated = _when(entry, "updated_parsed")
    stamp = _text(entry, "published") or _text(entry, "updated")
    return Post(
        kind="feed",
        account=account,
        id=made_id(one_line(_text(entry, "id"), 2000), link, title, stamp, words.text),
        title=title,
        text="" if words.text == title else words.text,
        url=link or feed.link or url,
        published=published or updated,
        utc_offset=_offset(stamp),
        language=_language(entry) or feed.language,
        author=one_line(_text(entry, "author"), 200) or feed.title,
        media=_media(entry, words, link or url),
        edited=updated if published and updated and updated > published else None,
        truncated=words.cut,
    )


def _hub_links(about: Mapping[str, object], url: str) -> tuple[tuple[str, str], ...]:
    links = ((_text(link, "rel"), safe_url(_text(link, "href"), url)) for link in _mappings(about, "links")[:50])
    return tuple((rel, target) for rel, target in links if rel in ("hub", "self") and target)


def _text(mapping: Mapping[str, object], name: str) -> str:
    # past feedparser's own lookups, which give one field for another, with a warning
    value = dict.get(mapping, name) if isinstance(mapping, dict) else None
    return value if isinstance(value, str) else ""


def _plain(mapping: Mapping[str, object], name: str, base: str) -> Plain:
    detail = mapping.get(f"{name}_detail")
    kind = _text(detail, "type") if isinstance(detail, Mapping) else ""
    return plain(_text(mapping, name), kind, base)


def plain(value: str, kind: str, base: str) -> Plain:
    """A value of this media type without markup. Types lie: a "plain" text with tags is HTML."""
    if "html" in kind or has_markup(value):
        return from_html(value, base, keep_newlines="<" not in value)
    return Plain(clean(value), cut=len(value) > MAX_TEXT)


def _words(entry: Mapping[str, object], base: str) -> Plain:
    """The content where there is any, else the summary; pictures of both."""
    contents = entry.get("content")
    parts = [part for part in contents if isinstance(part, Mapping)] if isinstance(contents, list) else []
    readings = [plain(_text(part, "value"), _text(part, "type"), base) for part in parts[:3]]
    full = max(readings, key=lambda reading: len(reading.text), default=Plain())
    summary = _plain(entry, "summary", base)
    chosen = full if full.text else summary
    known = {medium.url for medium in chosen.media}
    chosen.media.extend(medium for medium in (*summary.media, *full.media) if medium.url not in known)
    return chosen


def _language(entry: Mapping[str, object]) -> str:
    detail = entry.get("title_detail")
    return tag(_text(detail, "language")) if isinstance(detail, Mapping) else ""


def _media(entry: Mapping[str, object], words: Plain, base: str) -> tuple[Media, ...]:
    found: dict[str, Media] = {medium.url: medium for medium in words.media}
    listed = [*_mappings(entry, "media_content"), *_mappings(entry, "enclosures")]
    for item in listed:
        add_medium(found, _text(item, "url") or _text(item, "href"), _text(item, "type"), _text(item, "medium"), base)
    if not found:
        for item in _mappings(entry, "media_thumbnail")[:1]:
            add_medium(found, _text(item, "url"), "image/jpeg", "", base)
    return tuple(found.values())[:MAX_MEDIA]


def add_medium(found: dict[str, Media], url: str, mime: str, medium: str, base: str) -> None:
    """Add a picture or film to those found; sounds and papers are reached by the post's link."""
    target = safe_url(url, base)
    names = (mime.lower().partition("/")[0], medium.lower())
    if target and "image" in names:
        found.setdefault(target, Media(MediaKind.PHOTO, target))
    elif target and "video" in names:
        found.setdefault(target, Media(MediaKind.VIDEO, target))


def _mappings(entry: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    items = entry.get(name)
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _when(entry: Mapping[str, object], name: str) -> datetime | None:
    # asked for by .get(), feedparser gives one date for another, with a warning
    parts = entry[name] if name in entry else None  # noqa: SIM401
    if not isinstance(parts, tuple):
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in parts[:6])
        # a leap second is the next one's beginning, near enough
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _offset(stamp: str) -> int | None:
    """Minutes east of UTC; a bare GMT is the server's habit and tells nothing of the agency's clock."""
    found = _OFFSET.search(stamp.strip())
    if not found:
        return None
    minutes = int(found.group(2)) * 60 + int(found.group(3))
    if not 0 < minutes <= _MAX_OFFSET.total_seconds() / 60:
        return None
    return -minutes if found.group(1) == "-" else minutes


def _ttl(text: str) -> float:
    """RSS ``ttl`` in seconds; it is written in minutes."""
    return min(int(text), 24 * 60) * 60.0 if re.fullmatch(r"\d{1,6}", text.strip()) else 0.0
