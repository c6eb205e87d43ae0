"""RSS, Atom and RDF to a Feed, by feedparser on XML that lxml has bounded and made well-formed."""

from __future__ import annotations

import html.entities
import io
import re
from typing import TYPE_CHECKING, Any

from bot.sources.face import UnreadableError
from bot.sources.feed.dates import instant, offset_of
from bot.sources.feed.document import (
    MAX_ENTRIES,
    Entry,
    Feed,
    Words,
    language_tag,
    medium_of,
    title_text,
)
from bot.sources.plain import MAX_HTML, clean, safe_url
from bot.sources.xml import local_name, parse

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

#: feedparser takes up to 40 microseconds for an element; this keeps a feed under about a second.
_MAX_ELEMENTS = 25_000
_ROOTS = frozenset(("rss", "feed", "RDF"))
_ENTRIES = frozenset(("item", "entry"))
_REFERENCE = re.compile(r"&(#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{0,30};|)")
_XML_NAMES = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))
#: A day; feeds that ask for more are asked daily.
_MAX_TTL_MINUTES = 24 * 60
#: feedparser gives untyped dictionaries.
Parsed = Any


def read_xml_feed(text: str, base: str) -> Feed:
    """Read an XML feed. Raises UnreadableError with a sentence."""
    notes: list[str] = []
    whole = True
    try:
        root = parse(text, doctype_allowed=True)
    except UnreadableError as error:
        whole = text.rstrip().endswith(("</rss>", "</feed>", "RDF>"))
        root = _mended(text, error)
        notes.append("The feed is not well-formed XML and was mended." if whole else "The feed was cut off.")
    if local_name(root) not in _ROOTS:
        name = re.sub(r"[^A-Za-z0-9_.-]", "", local_name(root))[:40]
        msg = f"This is XML, but neither RSS nor Atom: it begins with <{name}>. Check the address."
        raise UnreadableError(msg)
    notes += _prepare(root, whole=whole)
    parsed = _feedparsed(root)
    if notes and not parsed["entries"] and not whole:
        raise UnreadableError("The feed was cut off before its first entry. It is asked again by itself.")
    return _feed(parsed, base, notes, whole=whole)


def _mended(text: str, why: UnreadableError) -> Element:
    """The root of what is not well-formed; the reason stands when nothing can be made of it."""
    from lxml.etree import XMLSyntaxError

    if not isinstance(why.__cause__, XMLSyntaxError):
        raise why
    return parse(_without_html_entities(text), recover=True, doctype_allowed=True)


def _without_html_entities(text: str) -> str:
    """HTML's names ("&nbsp;") as letters and a lone "&" as "&amp;", outside CDATA sections."""
    pieces: list[str] = []
    at = 0
    while (start := text.find("<![CDATA[", at)) != -1:
        end = text.find("]]>", start)
        end = len(text) if end == -1 else end + 3
        pieces += (_REFERENCE.sub(_reference, text[at:start]), text[start:end])
        at = end
    pieces.append(_REFERENCE.sub(_reference, text[at:]))
    return "".join(pieces)


def _reference(found: re.Match[str]) -> str:
    name = found.group(1)
    if name.startswith("#") or name in _XML_NAMES:
        return found.group(0)
    letter = html.entities.html5.get(name)
    return letter if letter and letter not in "<&" else "&amp;" + name


def _prepare(root: Element, *, whole: bool) -> list[str]:
    """Bound the tree to what feedparser reads quickly; gives notes."""
    notes = []
    entries = [element for element in root.iter("{*}item", "{*}entry") if _is_entry(element, root)]
    if not whole and entries:  # the last one may be half there
        _drop(entries.pop())
    if len(entries) > MAX_ENTRIES:
        notes.append(f"The feed lists {len(entries)} entries; {MAX_ENTRIES} were read.")
        for element in entries[MAX_ENTRIES // 2 : -(MAX_ENTRIES // 2)]:
            _drop(element)
    for count, element in enumerate(root.iter("*")):
        if count > _MAX_ELEMENTS:
            raise UnreadableError("The feed has more elements than any real feed; it was not read.")
        _tame(element)
    return notes


def _is_entry(element: Element, root: Element) -> bool:
    parent = element.getparent()
    return parent is not None and (parent is root or local_name(parent) == "channel")


def _drop(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _tame(element: Element) -> None:
    """Bound the text, wrap it so that it stays one piece, and declare a prefix that nobody declared."""
    from lxml.etree import CDATA

    text = element.text
    if text and ("&" in text or "<" in text):  # expat cuts text at each reference: slow for escaped HTML
        element.text = CDATA(text[:MAX_HTML].replace("]]>", "]] >"))
    elif text and len(text) > MAX_HTML:
        element.text = text[:MAX_HTML]
    tag = str(element.tag)
    if ":" in tag and not tag.startswith("{"):
        prefix, _, name = tag.partition(":")
        known = "http://search.yahoo.com/mrss/" if prefix == "media" else "urn:undeclared"
        element.tag = f"{{{known}}}{re.sub('[^A-Za-z0-9_.-]', '_', name) or '_'}"
    for attribute in [a for a in element.attrib if ":" in str(a) and not str(a).startswith("{")]:
        del element.attrib[attribute]


def _feedparsed(root: Element) -> Parsed:
    import feedparser
    from lxml import etree

    # A stream, never bytes: feedparser takes bytes for a file name first. Its sanitising and resolving are off, for
    # everything becomes plain text by a real HTML parser right after, and media addresses are resolved there.
    stream = io.BytesIO(etree.tostring(root, encoding="utf-8", xml_declaration=True))
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        # feedparser's own slips on hostile fields (a port that is no number, a year of ten digits)
        msg = "The feed holds a field that cannot be read; it may be damaged."
        raise UnreadableError(msg) from error


def _feed(parsed: Parsed, base: str, notes: list[str], *, whole: bool) -> Feed:
    head = parsed["feed"]
    link = safe_url(_string(head, "link"), base)
    ttl = _string(head, "ttl").strip()
    return Feed(
        title=title_text(_string(head, "title")),
        link=link,
        description=clean(title_text(_string(head, "subtitle")), 1000),
        language=language_tag(_string(head, "language")),
        entries=tuple(_entry(entry, link or base, base) for entry in parsed["entries"]),
        notes=tuple(notes),
        ttl_s=min(int(ttl), _MAX_TTL_MINUTES) * 60.0 if ttl.isdecimal() and len(ttl) < 7 else 0.0,  # noqa: PLR2004
        whole=whole,
    )


def _entry(entry: Parsed, site: str, base: str) -> Entry:
    words = Words()
    detail = _fullest(entry)
    here = safe_url(_string(detail, "base"), base) or site
    words.read(_string(detail, "value"), here, html=_string(detail, "type") != "text/plain")
    _gather_media(entry, here, words)
    published, updated = instant(dict.get(entry, "published_parsed")), instant(dict.get(entry, "updated_parsed"))
    written = _string(entry, "published") if published else _string(entry, "updated")
    return Entry(
        id=clean(_string(entry, "id"), 2000),
        link=safe_url(_string(entry, "link"), base),
        title=title_text(_string(entry, "title")),
        text=words.text,
        published=published or updated,
        utc_offset=offset_of(written),
        edited=updated if published and updated and updated > published else None,
        language=language_tag(_string(detail, "language")),
        author=title_text(_string(entry, "author")),
        media=tuple(words.media),
        truncated=words.cut,
    )


def _fullest(entry: Parsed) -> Parsed:
    """The longest of content and summary, with its type, base and language."""
    texts = [*dict.get(entry, "content", ()), dict.get(entry, "summary_detail") or {}]
    readable = [t for t in texts if _string(t, "value") and _string(t, "type").startswith(("text/", "application/x"))]
    return max(readable, key=lambda t: len(_string(t, "value")), default={})


def _gather_media(entry: Parsed, base: str, words: Words) -> None:
    for link in dict.get(entry, "links", ())[:50]:
        if _string(link, "rel") == "enclosure":
            _add(words, link, base, url=_string(link, "href"))
    for content in dict.get(entry, "media_content", ())[:50]:
        _add(words, content, base, url=_string(content, "url"))
    for thumbnail in dict.get(entry, "media_thumbnail", ())[:10]:
        if not words.has_photo():
            _add(words, {"type": "image/"}, base, url=_string(thumbnail, "url"))


def _add(words: Words, holder: Parsed, base: str, *, url: str) -> None:
    medium = medium_of(url, _string(holder, "type"), base, hint=_string(holder, "medium"))
    if medium:
        words.add(medium)


def _string(holder: Parsed, name: str) -> str:
    """A text of feedparser's, without its fallbacks from one name to another."""
    value = dict.get(holder, name)
    return value if isinstance(value, str) else ""
