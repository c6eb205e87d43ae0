"""Answers of app.bsky.feed.getAuthorFeed and getPosts to posts. No network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.model.account import Account
from bot.model.post import Count, Engagement, Media, MediaKind, Post, Repost
from bot.model.vouching import Vouching, spelt
from bot.sources.bluesky.naming import DID
from bot.sources.bluesky.richtext import targets, with_links
from bot.sources.face import UnreadableError
from bot.sources.json import Json, inner, instant, integer, load, mapping, objects, string, strings
from bot.sources.language import tag
from bot.sources.plain import MAX_MEDIA, clean, one_line, safe_url

KIND = "bluesky"
MAX_ITEMS = 100
_URI = re.compile(r"at://([A-Za-z0-9:.%_-]{7,300})/([A-Za-z0-9.-]{3,317})/([A-Za-z0-9._:~-]{1,512})")
_POST = "app.bsky.feed.post"
_REPOST = "app.bsky.feed.defs#reasonRepost"
#: The author wants to be shown to nobody who is not logged in to Bluesky.
_NOT_OUTSIDE = "!no-unauthenticated"
#: Why a quoted post is not shown, in the protocol's own words.
_GONE = {
    "app.bsky.embed.record#viewNotFound": "not found",
    "app.bsky.embed.record#viewBlocked": "blocked",
    "app.bsky.embed.record#viewDetached": "detached",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a feed's answer says."""

    posts: tuple[Post, ...]
    cursor: str = ""
    #: The author as the newest of the account's own posts shows it.
    author: Json | None = None
    #: True when the account asks not to be shown outside.
    shut: bool = False


def read_feed(body: bytes, did: str) -> Page:
    """Read an answer of getAuthorFeed (or getPosts). Raises UnreadableError."""
    data = mapping(load(body))
    items = data.get("feed")
    if not isinstance(items, list):
        listed = data.get("posts")
        if not isinstance(listed, list):
            said = one_line(string(data.get("message")) or string(data.get("error")), 150)
            msg = f"Bluesky answers with an error: {said}." if said else "The answer is no list of posts."
            raise UnreadableError(msg)
        items = [{"post": post} for post in listed]
    read = [
        (inner(item, "post"), post) for item in objects(items, MAX_ITEMS) if (post := _item(item, did)) is not None
    ]
    if items and not read:
        msg = "The answer is a list, but nothing in it is a post of Bluesky's."
        raise UnreadableError(msg)
    authors = [inner(view, "author") for view, _ in read]
    own = next((author for author in authors if string(author.get("did")) == did), None)
    posts = tuple({post.id: post for _, post in read if _says_something(post)}.values())
    return Page(posts, string(data.get("cursor"))[:500], own, own is not None and not_outside(own))


def not_outside(author: Json) -> bool:
    """True when a profile's labels ask not to show it to who is not logged in."""
    return any(string(label.get("val")) == _NOT_OUTSIDE for label in objects(author.get("labels"), 50))


def account_of(profile: Json, before: Account | None = None) -> Account | None:
    """A profile as an account; its DID stays when its handle changes. None when it is no profile."""
    did, handle = string(profile.get("did")), string(profile.get("handle")).lower()
    if not DID.fullmatch(did):
        return None
    known = handle and handle != "handle.invalid"
    name = one_line(string(profile.get("displayName")), 100) or (
        f"@{handle}" if known else before.name if before else did
    )
    description = clean(string(profile.get("description")), 1000)
    return Account(
        KIND,
        did,
        name,
        f"https://bsky.app/profile/{did}",
        description or (before.description if before else ""),
        # a handle is a domain whose owner proved it: an agency's own domain vouches for it
        verified=spelt(Vouching.DOMAIN, handle) if known and not handle.endswith(".bsky.social") else "",
    )


def web_url(uri: str) -> str:
    """The page of a post, "" when the name is none of a post."""
    found = _URI.fullmatch(uri)
    return f"https://bsky.app/profile/{found[1]}/post/{found[3]}" if found and found[2] == _POST else ""


def _says_something(post: Post) -> bool:
    return bool(post.text or post.media or post.repost)


def _item(item: Json, did: str) -> Post | None:
    view, reason = inner(item, "post"), inner(item, "reason")
    uri = string(view.get("uri"))
    if not _URI.fullmatch(uri):
        return None
    if string(reason.get("$type")) == _REPOST:
        when, _ = instant(reason.get("indexedAt"))
        by = inner(reason, "by")
        # older answers do not name the repost itself
        name = string(reason.get("uri")) if _URI.fullmatch(string(reason.get("uri"))) else f"{uri}#repost"
        return Post(
            KIND, did, name, "", web_url(uri), published=when, author=_name(by), repost=_passed_on(view),
            language=_language(inner(view, "record")), engagement=_engagement(view),
        )  # fmt: skip
    record = inner(view, "record")
    when, offset = _written(view, record)
    media, quoted, link = _embed(inner(view, "embed"))
    text = with_links(record)
    if link and link[1] not in targets(record) and link[1] not in text:
        text = f"{text}\n\n{link[0]} ({link[1]})".strip() if link[0] else f"{text}\n\n{link[1]}".strip()
    return Post(
        kind=KIND,
        account=did,
        id=uri,
        text=text,
        url=web_url(uri),
        published=when,
        utc_offset=offset,
        language=_language(record),
        author=_name(inner(view, "author")),
        media=media,
        engagement=_engagement(view),
        repost=quoted,
    )


def _written(view: Json, record: Json) -> tuple[datetime | None, int | None]:
    """When it was written. The client sets that time and may lie: never later than the server first saw it."""
    created, offset = instant(record.get("createdAt"))
    indexed, _ = instant(view.get("indexedAt"))
    if created is None or (indexed is not None and created > indexed):
        return indexed, None
    return created, offset or None


def _language(record: Json) -> str:
    return next((tag(text) for text in strings(record.get("langs"), 3)), "")


def _name(author: Json) -> str:
    return one_line(string(author.get("displayName")) or string(author.get("handle")), 100)


def _embed(embed: Json) -> tuple[tuple[Media, ...], Repost | None, tuple[str, str] | None]:
    """Pictures, the quoted post, and the (title, address) of a linked page."""
    kind = string(embed.get("$type"))
    if kind == "app.bsky.embed.recordWithMedia#view":
        media, _, link = _embed(_flat(inner(embed, "media")))
        return media, _quoted(inner(embed, "record", "record")), link
    if kind == "app.bsky.embed.record#view":
        return (), _quoted(inner(embed, "record")), None
    if kind == "app.bsky.embed.external#view":
        external = inner(embed, "external")
        url = safe_url(string(external.get("uri")))
        thumb = safe_url(string(external.get("thumb")))
        media = (Media(MediaKind.PHOTO, thumb),) if thumb else ()
        return media, None, (one_line(string(external.get("title")), 200), url) if url else None
    return _pictures(embed, kind), None, None


def _flat(embed: Json) -> Json:
    """An embed that holds no further post: nesting ends here."""
    return {} if "record" in string(embed.get("$type")).rpartition(".")[2] else embed


def _pictures(embed: Json, kind: str) -> tuple[Media, ...]:
    if kind == "app.bsky.embed.video#view":
        # the film comes in pieces (a playlist) that no chat plays: its first picture stands for it
        thumb = safe_url(string(embed.get("thumbnail")))
        return (Media(MediaKind.PHOTO, thumb, one_line(string(embed.get("alt")), 1500)),) if thumb else ()
    if kind != "app.bsky.embed.images#view":
        return ()
    found: dict[str, Media] = {}
    for image in objects(embed.get("images"), MAX_MEDIA):
        url = safe_url(string(image.get("fullsize"))) or safe_url(string(image.get("thumb")))
        if url:
            found.setdefault(url, Media(MediaKind.PHOTO, url, one_line(string(image.get("alt")), 1500)))
    return tuple(found.values())


def _quoted(record: Json) -> Repost | None:
    """What a post quotes; None for lists, feeds and the like, which are not posts."""
    kind, uri = string(record.get("$type")), string(record.get("uri"))
    if kind in _GONE:
        return Repost(available=False, reason=_GONE[kind])
    if kind != "app.bsky.embed.record#viewRecord" or not web_url(uri):
        return None
    media = next(
        (pictures for inside in objects(record.get("embeds"), 3) if (pictures := _embed(_flat(inside))[0])), ()
    )
    author = inner(record, "author")
    if not_outside(author):
        return Repost(available=False, reason=_NOT_OUTSIDE)
    return Repost(True, "", uri, _name(author), with_links(inner(record, "value")), web_url(uri), media)


def _passed_on(view: Json) -> Repost:
    author, record, uri = inner(view, "author"), inner(view, "record"), string(view.get("uri"))
    if not_outside(author):
        return Repost(available=False, reason=_NOT_OUTSIDE)
    media, _, _ = _embed(inner(view, "embed"))
    return Repost(True, "", uri, _name(author), with_links(record), web_url(uri), media)


def _engagement(view: Json) -> Engagement:
    def count(name: str) -> Count | None:
        value = integer(view.get(name))
        return Count(value, str(value)) if value is not None and value >= 0 else None

    return Engagement(count("repostCount"), count("replyCount"), count("likeCount"))
