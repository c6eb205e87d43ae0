"""A CAP document of any of its containers to alerts, or to the entries of an index. Fetches nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.model.alert import Alert, MsgType, Scope, Status
from bot.model.post import Post
from bot.model.reason import Cause, Reason
from bot.sources import xml
from bot.sources.cap import fields
from bot.sources.cap.alerts import datetime_or_none, is_alert, is_cap_namespace, is_whole, read_alert
from bot.sources.cap.hazards import hinted, word
from bot.sources.charset import decode
from bot.sources.face import UnreadableError
from bot.sources.language import tag
from bot.sources.plain import MAX_TEXT, one_line, safe_url
from bot.sources.xml import local_name, namespace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element as Element

#: Entries looked at in one index; the largest national ones list about 2,000.
MAX_ENTRIES = 4000
#: Alerts read from one document.
MAX_ALERTS = 1000
_LIST_ROOTS = frozenset(("alert", "alerts", "EDXLDistribution"))
_INDEX_ROOTS = frozenset(("feed", "rss", "RDF"))
#: "cap" as a word of an address or title: "…/cap_rss.xml", "CAP feed".
_NAMED_CAP = re.compile(r"(?<![A-Za-z])cap(?![a-z])", re.IGNORECASE)
_CAP_TYPE = "application/cap+xml"
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an index: where the alert lies, and what the line says of it."""

    url: str
    id: str
    title: str
    #: As it stands there: only a saved index shows it.
    summary: str
    updated: datetime | None
    #: Posts of the alert when the entry holds it whole.
    inline: tuple[Post, ...] = ()
    #: What the line says of the alert in CAP's own elements; a hint, for the document wins.
    hints: Alert | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What lay at a URL: alerts, or an index of alerts (``is_index``)."""

    posts: tuple[Post, ...] = ()
    entries: tuple[Entry, ...] = ()
    is_index: bool = False
    #: False for a feed in which nothing points to CAP.
    is_cap: bool = True
    title: str = ""
    language: str = ""
    notes: tuple[str, ...] = field(default=())
    #: An index's own links of WebSub: (rel, address) of "hub" and "self".
    hub_links: tuple[tuple[str, str], ...] = ()


def read_document(body: bytes, account: str, url: str, charset: str = "") -> Document:
    """Read a document. Raises UnreadableError: an answer that cannot be read is not an empty list."""
    decoded = decode(body, charset)
    if decoded.text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        msg = "This is JSON, and alerts are read as CAP in XML: look for the site's CAP or Atom address."
        raise UnreadableError(msg)
    if xml.looks_like_html(decoded.text):
        msg = "The site gave a web page instead of alerts (a login, a notice or an error page?)."
        raise UnreadableError(msg, Reason(Cause.WEB_PAGE))
    root = xml.parse(decoded.text)
    name = local_name(root)
    if name in _INDEX_ROOTS:
        return _index(root, account, url)
    if name not in _LIST_ROOTS and not any(is_cap_namespace(namespace(element)) for element in _alerts_in(root)):
        msg = f"The document is no CAP: it begins with <{xml.safe_name(root)}>."
        raise UnreadableError(msg)
    if name == "alert" and not is_alert(root):
        msg = "The document begins with <alert> but has nothing that a CAP alert has."
        raise UnreadableError(msg)
    wrapper = fields.value(root, "distributionStatus") if name == "EDXLDistribution" else ""
    posts, notes = _sorted_posts(read_alert(element, account, url, wrapper) for element in _alerts_in(root))
    title = next((post.author for post in posts if post.author), "")
    language = next((post.language for post in posts if post.language), "")
    return Document(posts=posts, title=title, language=language, notes=notes)


def _alerts_in(root: Element) -> Iterator[Element]:
    """The outermost alerts: one inside another is no message of its own."""
    number = 0
    for element in root.iter("{*}alert"):
        if is_alert(element) and not any(is_alert(outer) for outer in element.iterancestors("{*}alert")):
            number += 1
            if number > MAX_ALERTS:
                return
            yield element


def _sorted_posts(posts: Iterable[Post]) -> tuple[tuple[Post, ...], tuple[str, ...]]:
    once: dict[str, Post] = {}
    for post in posts:
        once.setdefault(post.id, post)
    return in_order(once.values()), oddities(once.values())


def in_order(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Oldest first (rule 6), so that a message comes before what cancels it."""
    return tuple(sorted(posts, key=lambda post: post.published or _OLDEST))


def oddities(posts: Iterable[Post]) -> tuple[str, ...]:
    """What the operator should know of these alerts (rule 1: what is not surely meant for all is a health matter)."""
    alerts = [post.alert for post in posts if post.alert]
    unknown = sum(1 for alert in alerts if alert.status is Status.UNKNOWN or alert.scope is Scope.UNKNOWN)
    nameless = sum(1 for post in posts if post.incomplete and post.id.startswith("nameless:"))
    notes = [
        (unknown, "with no known status or scope, which are not relayed"),
        (nameless, "without identifier, sender or time of sending, which are not relayed"),
    ]
    return tuple(f"{count} alert(s) {what}" for count, what in notes if count)


def _index(root: Element, account: str, url: str) -> Document:
    head = next(fields.children(root, "channel"), root)
    title = fields.line(fields.value(head, "title"))
    language = tag(root.get("{http://www.w3.org/XML/1998/namespace}lang") or fields.value(head, "language"))
    holders = [element for element in root.iter("*") if local_name(element) in ("entry", "item")][:MAX_ENTRIES]
    entries = [_entry(element, account, url) for element in holders]
    is_cap = any(_points_to_cap(element) for element in holders)
    if not holders:  # "nothing in force": only the feed's own names can tell what it is a list of
        namespaces = [str(uri) for uri in root.nsmap.values()]
        is_cap = any(map(is_cap_namespace, namespaces)) or bool(_NAMED_CAP.search(f"{url} {title}"))
    links = _hub_links(head, url)
    return Document(
        entries=tuple(entries), is_index=True, is_cap=is_cap, title=title, language=language, hub_links=links
    )


def _hub_links(head: Element, url: str) -> tuple[tuple[str, str], ...]:
    links = ((link.get("rel", ""), safe_url(link.get("href", ""), url)) for link in fields.children(head, "link"))
    return tuple((rel, target) for rel, target in links if rel in ("hub", "self") and target)[:20]


def _points_to_cap(element: Element) -> bool:
    """An element of CAP's namespace, a link that says it is CAP, or a target that looks like it."""
    for child in element.iter("*"):
        if is_cap_namespace(namespace(child)) or child.get("type", "").lower().startswith(_CAP_TYPE):
            return True
        if local_name(child) in ("link", "guid", "cap"):
            target = child.get("href") or (child.text or "")
            if _path(target).endswith(".cap") or (local_name(child) == "cap" and safe_url(target)):
                return True
    return False


def _path(url: str) -> str:
    try:
        return urlsplit(url.strip()).path.lower()
    except ValueError:
        return ""


def _entry(element: Element, account: str, base: str) -> Entry:
    url = _link(element, base)
    whole = [inner for inner in (*element.iter("{*}alert"), *_written_out(element)) if is_whole(inner)][:1]
    posts = tuple(read_alert(inner, account, url or base) for inner in whole)
    stamp = next(
        (text for name in ("updated", "published", "pubDate", "date") if (text := fields.value(element, name))), ""
    )
    summary = fields.value(element, "summary") or fields.value(element, "description")
    return Entry(
        url=url,
        id=one_line(fields.value(element, "id") or fields.value(element, "guid")) or url,
        title=fields.line(fields.value(element, "title")),
        summary=summary[:MAX_TEXT],
        updated=_stamp(stamp),
        inline=posts,
        hints=None if posts else _hints(element, _stamp(stamp)),
    )


def _written_out(element: Element) -> tuple[Element, ...]:
    """An alert whose markup stands escaped, as text, in an Atom entry's content."""
    for content in fields.children(element, "content"):
        text = (content.text or "").strip()
        if text.startswith("<") and "alert" in text[:2000]:
            try:
                return (xml.parse(text),)
            except UnreadableError:
                return ()
    return ()


def _hints(element: Element, updated: datetime | None) -> Alert | None:
    holder = next((inner for inner in element.iter("{*}alert")), element)
    if not any(is_cap_namespace(namespace(child)) for child in holder.iter("*")):
        return None
    sent_text = one_line(fields.value(holder, "sent"), 80)
    sent = datetime_or_none(sent_text) or updated
    if sent is None:
        return None
    msg_type = fields.value(holder, "msgType") or fields.value(holder, "message_type")
    return Alert(
        sender=one_line(fields.value(holder, "sender")),
        identifier=one_line(fields.value(holder, "identifier")),
        sent=sent,
        sent_text=sent_text,
        status=word(Status, fields.value(holder, "status"), Status.UNKNOWN),
        msg_type=word(MsgType, msg_type, MsgType.UNKNOWN),
        scope=word(Scope, fields.value(holder, "scope"), Scope.UNKNOWN),
        hazards=(hinted(holder, sent),),
        flags=("from an index entry, not from the alert",),
    )


def _stamp(text: str) -> datetime | None:
    when = datetime_or_none(text)
    if when is not None or not text:
        return when
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _link(element: Element, base: str) -> str:
    """Section 1.5's order: what says it is CAP, a .cap or .xml alternate, any alternate, RSS link, guid, enclosure."""
    ranked: list[tuple[int, str]] = []
    for child in element:
        name = local_name(child)
        href, words, kind = child.get("href", ""), (child.text or "").strip(), child.get("type", "").lower()
        if name == "link" and href and (kind.startswith(_CAP_TYPE) or child.get("rel", "alternate") == "alternate"):
            named = _path(href).endswith((".cap", ".xml"))
            ranked.append((0 if kind.startswith(_CAP_TYPE) else 2 if named else 3, href))
        elif name == "cap" and words:
            ranked.append((1, words))
        elif name == "link" and words:
            ranked.append((4, words))
        elif name == "guid" and words and child.get("isPermaLink", "true").lower() != "false":
            ranked.append((5, words))
        elif name == "enclosure":
            url = child.get("url", "")
            ranked.append((0 if kind.startswith(_CAP_TYPE) else 6, url))
    usable = ((rank, safe_url(target, base)) for rank, target in ranked)
    return min(((rank, target) for rank, target in usable if target), default=(0, ""), key=lambda pair: pair[0])[1]


def as_posts(document: Document, account: str) -> tuple[Post, ...]:
    """All of a document as posts: entries whose alert was not read are incomplete, and say so."""
    if not document.is_index:
        return document.posts
    posts: dict[str, Post] = {}
    for entry in document.entries:
        for post in entry.inline or (_incomplete(entry, account),):
            posts.setdefault(post.id, post)
    return in_order(posts.values())


def _incomplete(entry: Entry, account: str) -> Post:
    where = f"the alert itself is at {entry.url}" if entry.url else "it names no alert"
    title = entry.title or next(
        (w.event for h in (entry.hints.hazards if entry.hints else ()) for w in h.wordings), ""
    )
    return Post(
        "cap", account, entry.id or f"entry:{entry.title}", fields.prose(entry.summary), entry.url, title=title,
        published=entry.updated, alert=entry.hints, incomplete=f"only an index entry: {where}",
    )  # fmt: skip
