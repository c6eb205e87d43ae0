"""The bytes of any feed to posts: tells XML from JSON and web pages, and bounds what the parsers get to see."""

from __future__ import annotations

import html.entities
import re
from typing import TYPE_CHECKING

from bot.model.reason import Cause, Reason
from bot.sources import xml
from bot.sources.charset import Decoded, decode
from bot.sources.face import UnreadableError
from bot.sources.feed.entries import MAX_ENTRIES, Feed, both_ends, posts_of
from bot.sources.feed.jsonfeed import read_json_feed
from bot.sources.plain import MAX_HTML, safe_url

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

__all__ = ["Feed", "feed_links", "read_feed"]

_ROOTS = frozenset(("rss", "feed", "RDF"))
_LAST_TAG = re.compile(r"</(?:\w{1,20}:)?(?:rss|feed|RDF)\s*>\s*$", re.IGNORECASE)
#: A reference, or a lone "&".
_REFERENCE = re.compile(r"&(#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{0,30};|)")
_XML_OWN = frozenset(("lt;", "gt;", "amp;", "quot;", "apos;"))
#: feedparser takes up to 40 microseconds for an element; this keeps a feed near a second.
_MAX_ELEMENTS = 25_000
#: References that are mended; each costs a few hundred bytes while it is.
_MAX_REFERENCES = 100_000
#: The namespace of prefixes that a feed forgot to declare: Media RSS is the usual one.
_MEDIA_RSS = "http://search.yahoo.com/mrss/"
_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
#: Longest page that is searched for links: they stand in its head.
_PAGE_BYTES = 512 * 1024


def read_feed(body: bytes, account: str, url: str, charset: str = "") -> Feed:
    """Read a feed. Raises UnreadableError: an answer that cannot be read is not an empty feed."""
    decoded = decode(body, charset)
    start = decoded.text[:200].lstrip("\ufeff \t\r\n")[:1]
    if not start:
        msg = "The answer is empty, which no feed is."
        raise UnreadableError(msg)
    feed = read_json_feed(decoded.text, account, url) if start in "{[" else _read_xml(decoded, start, account, url)
    if decoded.oddity:
        feed.notes = (*feed.notes, decoded.oddity)
    return feed


def _read_xml(decoded: Decoded, start: str, account: str, url: str) -> Feed:
    text = decoded.text
    if xml.looks_like_html(text):
        msg = "This is a web page, not a feed (a login or block page?)."
        raise UnreadableError(msg, Reason(Cause.WEB_PAGE))
    if start != "<":
        msg = "The answer is neither XML nor JSON, so it is no feed."
        raise UnreadableError(msg)
    mended = cut_off = False
    try:
        root = xml.parse(text, doctype_allowed=True)
    except xml.NotWellFormedError:
        cut_off = not _LAST_TAG.search(text[-4096:])
        root = xml.parse(_without_html_entities(text), recover=True, doctype_allowed=True)
        mended = True
    if xml.local_name(root) not in _ROOTS:
        msg = f"The document is no feed: it begins with <{xml.safe_name(root)}>."
        raise UnreadableError(msg)
    notes = _bounded(root, cut_off=cut_off)
    feed = posts_of(root, account, url)
    if cut_off and not feed.posts:
        msg = "The feed was cut off before the end of its first entry."
        raise UnreadableError(msg)
    feed.cut_off = cut_off
    how = (
        ("the feed was cut off; it is asked for again",)
        if cut_off
        else ("the XML is not well-formed and was mended",)
    )
    feed.notes = (*feed.notes, *notes, *(how if mended else ()))
    return feed


def _without_html_entities(text: str) -> str:
    """HTML's names ("&nbsp;") as letters and a lone "&" as "&amp;", outside CDATA sections."""
    if text.count("&") > _MAX_REFERENCES:
        msg = "The feed is not well-formed and has more references than any real feed; it was not read."
        raise UnreadableError(msg)
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
    if name.startswith("#") or name in _XML_OWN:
        return found.group(0)
    letter = html.entities.html5.get(name)
    return letter if letter and letter not in "<&" else "&amp;" + name


def _bounded(root: Element, *, cut_off: bool) -> list[str]:
    """Cut the tree down to what feedparser reads quickly; gives notes."""
    entries = [e for e in root.iter("*") if xml.local_name(e) in ("item", "entry") and _stands_in_feed(e, root)]
    if cut_off and entries:  # the last one is half there
        _remove(entries.pop())
    kept = set(both_ends(entries))
    for element in entries:
        if element not in kept:
            _remove(element)
    for count, element in enumerate(root.iter("*")):
        if count > _MAX_ELEMENTS:
            msg = "The feed has more elements than any real feed; it was not read."
            raise UnreadableError(msg)
        _tame(element)
    return [f"it lists {len(entries)} entries; {MAX_ENTRIES} were read"] if len(entries) > MAX_ENTRIES else []


def _stands_in_feed(element: Element, root: Element) -> bool:
    parent = element.getparent()
    return parent is not None and (parent is root or xml.local_name(parent) == "channel")


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _tame(element: Element) -> None:
    """Bound the text, keep it in one piece, and give a prefix that nobody declared a namespace.

    An undeclared prefix would send feedparser to its lenient parser, and each reference in a text is an event of its
    own to expat: both are slow enough for an attack.
    """
    from lxml.etree import CDATA

    text = element.text
    if text and ("&" in text or "<" in text):
        element.text = CDATA(text[:MAX_HTML].replace("]]>", "]] >"))
    elif text and len(text) > MAX_HTML:
        element.text = text[:MAX_HTML]
    tag = str(element.tag)
    if ":" in tag and not tag.startswith("{"):
        prefix, _, name = tag.partition(":")
        uri = _MEDIA_RSS if prefix == "media" else "urn:undeclared"
        plain = re.sub("[^A-Za-z0-9_]", "", name)
        element.tag = (
            f"{{{uri}}}{'x' if plain[:1].isdigit() or not plain else ''}{plain}"  # a name begins with no digit
        )
    for attribute in [str(a) for a in element.attrib if ":" in str(a) and not str(a).startswith("{")]:
        del element.attrib[attribute]


def feed_links(body: bytes, url: str, charset: str = "") -> list[str]:
    """The feeds that a web page names, in its order; those of comments last of all: nobody means them."""
    from selectolax.lexbor import LexborHTMLParser

    try:
        text = decode(body[:_PAGE_BYTES], charset).text
    except UnreadableError:
        return []
    if "<" not in text:
        return []
    page = LexborHTMLParser(text.encode("utf-8", "replace").decode())
    named = page.css_first("base[href]")
    base = safe_url(named.attributes.get("href") or "", url) if named is not None else ""
    links: dict[str, bool] = {}
    for node in page.css("link[rel][href]"):
        attributes = node.attributes
        target = safe_url(attributes.get("href") or "", base or url)
        is_feed = (attributes.get("type") or "").partition(";")[0].strip().lower() in _TYPES
        if target and is_feed and "alternate" in (attributes.get("rel") or "").lower().split():
            about = f"{attributes.get('title') or ''} {target}".lower()
            links.setdefault(target, "comment" in about or "评论" in about)
    plain = [link for link, is_comments in links.items() if not is_comments]
    return plain or list(links)
