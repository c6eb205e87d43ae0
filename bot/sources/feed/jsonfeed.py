"""JSON Feed 1.0 and 1.1 (jsonfeed.org) to posts."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.model.post import Media, Post
from bot.sources.face import UnreadableError
from bot.sources.feed.entries import MAX_ENTRIES, Feed, add_medium, both_ends, made_id, plain, told_apart
from bot.sources.language import tag
from bot.sources.plain import MAX_MEDIA, Plain, clean, one_line, safe_url

#: Every value of a JSON text costs 50 to 70 bytes once read; this keeps a hostile one under about 30 MB.
_MAX_VALUES = 400_000
_NEITHER = 'The JSON is no JSON Feed (it has no "version" of jsonfeed.org and no "items").'


def read_json_feed(text: str, account: str, url: str) -> Feed:
    """Read a JSON Feed. Raises UnreadableError."""
    if text.count(",") + text.count("[") + text.count("{") > _MAX_VALUES:
        msg = "The JSON has more values than any real feed; it was not read."
        raise UnreadableError(msg)
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        msg = "The JSON cannot be read: it may be cut off."
        raise UnreadableError(msg) from error
    if not isinstance(data, dict) or "jsonfeed.org" not in str(data.get("version"))[:200]:
        raise UnreadableError(_NEITHER)
    items = data.get("items")
    if not isinstance(items, list):
        raise UnreadableError(_NEITHER)
    feed = Feed(
        title=one_line(_text(data, "title")),
        link=safe_url(_text(data, "home_page_url"), url),
        description=clean(_text(data, "description"), 1000),
        language=tag(_text(data, "language")),
        hub_links=_hub_links(data, url),
    )
    objects = [item for item in items if isinstance(item, dict)]
    feed.posts, feed.notes = told_apart([_post(item, account, url, feed) for item in both_ends(objects)])
    if len(objects) > MAX_ENTRIES:
        feed.notes = (*feed.notes, f"it lists {len(objects)} entries; {MAX_ENTRIES} were read")
    return feed


def _hub_links(data: dict[str, object], url: str) -> tuple[tuple[str, str], ...]:
    hubs = data.get("hubs")
    listed = [hub for hub in hubs[:20] if isinstance(hub, dict)] if isinstance(hubs, list) else []
    links = [("hub", _text(hub, "url")) for hub in listed if _text(hub, "type").lower() == "websub"]
    links.append(("self", _text(data, "feed_url")))
    return tuple((rel, target) for rel, link in links if (target := safe_url(link, url)))


def _text(mapping: Mapping[str, object], name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""


def _post(item: dict[str, object], account: str, url: str, feed: Feed) -> Post:
    link = safe_url(_text(item, "url"), url) or safe_url(_text(item, "external_url"), url)
    title = one_line(_text(item, "title"))
    html = _text(item, "content_html")
    words = plain(html, "text/html", link or url) if html else Plain(clean(_text(item, "content_text")))
    if not words.text:
        words.text = clean(_text(item, "summary"))
    published, offset = _when(_text(item, "date_published"))
    modified, _ = _when(_text(item, "date_modified"))
    given = item.get("id")
    name = str(given) if isinstance(given, int | float) else one_line(_text(item, "id"), 2000)
    return Post(
        kind="feed", account=account, title=title,
        text="" if words.text == title else words.text,
        url=link or feed.link or url,
        id=made_id(name, link, title, _text(item, "date_published"), words.text),
        published=published or modified, utc_offset=offset,
        language=tag(_text(item, "language")) or feed.language,
        author=_author(item) or feed.title,
        media=_media(item, words, link or url),
        edited=modified if published and modified and modified > published else None,
        truncated=words.cut,
    )  # fmt: skip


def _author(item: dict[str, object]) -> str:
    authors = item.get("authors")
    listed = authors if isinstance(authors, list) else [item.get("author")]
    return one_line(", ".join(_text(author, "name") for author in listed[:5] if isinstance(author, dict)), 200)


def _media(item: dict[str, object], words: Plain, base: str) -> tuple[Media, ...]:
    found: dict[str, Media] = {}
    for name in ("image", "banner_image"):
        add_medium(found, _text(item, name), "image/*", "", base)
    for medium in words.media:
        found.setdefault(medium.url, medium)
    attachments = item.get("attachments")
    for attachment in attachments[:50] if isinstance(attachments, list) else []:
        if isinstance(attachment, dict):
            add_medium(found, _text(attachment, "url"), _text(attachment, "mime_type"), "", base)
    return tuple(found.values())[:MAX_MEDIA]


def _when(text: str) -> tuple[datetime | None, int | None]:
    """RFC 3339 as UTC, with its offset in minutes where it states a place's."""
    try:
        when = datetime.fromisoformat(re.sub(r"\s+", "T", text.strip(), count=1))
        offset = when.utcoffset()
        moment = when.astimezone(UTC) if offset is not None else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None, None
    return moment, int(offset.total_seconds() // 60) if offset else None
