"""What a feed says, whatever it is written in, and its entries as posts. Fetches nothing."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.model.account import Account
from bot.model.post import Media, MediaKind, Post
from bot.sources.plain import MAX_MEDIA, Plain, clean, from_html, has_markup, one_line, safe_url

#: Entries read of one feed. Feeds list newest first or last, so both ends are kept (see ``both_ends``).
MAX_ENTRIES = 300
#: An entry's id is kept whole up to this length; a longer one is hashed.
MAX_ID = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the feed gives it: cleaned, but not yet a post."""

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    published: datetime | None = None
    utc_offset: int | None = None
    edited: datetime | None = None
    language: str = ""
    author: str = ""
    media: tuple[Media, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was read."""

    title: str = ""
    link: str = ""
    description: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    #: RSS ``ttl`` in seconds: how long the feed says that it stays good.
    ttl_s: float = 0.0
    #: False when it was cut off on the way: what was read is true, but more is to come.
    whole: bool = True


@dataclass(slots=True)
class Words:
    """Text and media of one entry while they are being gathered."""

    text: str = ""
    cut: bool = False
    media: list[Media] = field(default_factory=list)

    def read(self, value: str, base: str, *, html: bool) -> None:
        """Take ``value`` as the entry's text; without markup its line breaks are its own."""
        plain = from_html(value, base) if html and has_markup(value) else Plain(clean(value))
        self.text, self.cut = plain.text, plain.cut or len(value) > len(clean(value)) > len(plain.text)
        for medium in plain.media:
            self.add(medium)

    def add(self, medium: Media) -> None:
        """Add a medium once, up to an album's fill."""
        if medium.url and len(self.media) < MAX_MEDIA and all(m.url != medium.url for m in self.media):
            self.media.append(medium)

    def has_photo(self) -> bool:
        """True when there is a picture already."""
        return any(medium.kind is MediaKind.PHOTO for medium in self.media)


def medium_of(url: str, mime: str, base: str, *, hint: str = "", description: str = "") -> Media | None:
    """An attachment as a medium; None for what is not shown (sound, unknown types)."""
    address = safe_url(url, base)
    ending = address.partition("?")[0].rpartition(".")[2].lower()
    kinds = ((mime or hint).lower().partition("/")[0], ending)
    if "image" in kinds or ending in ("jpg", "jpeg", "png", "gif", "webp"):
        kind = MediaKind.PHOTO
    elif "video" in kinds or ending in ("mp4", "webm", "mov"):
        kind = MediaKind.VIDEO
    elif mime.lower() == "application/pdf" or ending == "pdf":
        kind = MediaKind.DOCUMENT
    else:
        return None
    return Media(kind, address, one_line(description)) if address else None


def title_text(value: str) -> str:
    """A title without markup, on one line."""
    return one_line(from_html(value).text if has_markup(value) else value)


def language_tag(value: str) -> str:
    """A language as the feed writes it ("zh_CN ", "EN-us"), as a BCP 47 tag; "" when it is none."""
    tag = value.strip().replace("_", "-")[:35]
    good = tag and all(part.isascii() and part.isalnum() for part in tag.split("-"))
    return tag if good and 2 <= len(tag.partition("-")[0]) <= 3 else ""  # noqa: PLR2004


def both_ends[T](items: list[T]) -> list[T]:
    """At most MAX_ENTRIES, from both ends."""
    half = MAX_ENTRIES // 2
    return items if len(items) <= MAX_ENTRIES else items[:half] + items[-half:]


def posts_of(feed: Feed, kind: str, account: str, fallback_url: str) -> tuple[tuple[Post, ...], tuple[str, ...]]:
    """The entries as posts, each id once, and notes on what was left out."""
    posts: dict[str, Post] = {}
    empty = twice = 0
    for entry in feed.entries:
        id_ = identity(entry)
        if not id_:
            empty += 1
        elif id_ in posts:
            twice += 1
        else:
            posts[id_] = _post(entry, id_, feed, kind, account, fallback_url)
    return tuple(posts.values()), (*feed.notes, *_left_out(empty, twice))


def _left_out(empty: int, twice: int) -> Iterable[str]:
    if empty:
        yield f"{empty} entries say nothing at all and were left out."
    if twice:
        yield f"{twice} entries have an id that another entry has; the first of each was kept."


def identity(entry: Entry) -> str:
    """What names the entry: its id, else its link, else a hash of title (or text) and date; "" when it says nothing."""
    name = entry.id or entry.link
    if name and len(name) <= MAX_ID:
        return name
    words = name or entry.title or entry.text
    if not words:
        return ""
    date = "" if name or entry.published is None else entry.published.isoformat()
    return "sha256:" + hashlib.sha256(f"{words}\n{date}".encode()).hexdigest()[:32]


def _post(entry: Entry, id_: str, feed: Feed, kind: str, account: str, fallback_url: str) -> Post:
    return Post(
        kind=kind,
        account=account,
        id=id_,
        text="" if entry.text == entry.title else entry.text,
        url=entry.link or feed.link or fallback_url,
        title=entry.title,
        published=entry.published,
        utc_offset=entry.utc_offset,
        language=entry.language or feed.language,
        author=entry.author or feed.title,
        media=entry.media,
        edited=entry.edited,
        truncated=entry.truncated,
    )


def seen_account(account: Account, feed: Feed) -> Account:
    """The account as this feed shows it; what the feed does not say stays as it was."""
    return replace(
        account,
        name=feed.title or account.name,
        url=feed.link or account.url,
        description=feed.description or account.description,
        language=feed.language or account.language,
    )
