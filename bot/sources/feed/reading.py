"""The bytes of any feed to posts: tells XML from JSON and web pages, and bounds what the parsers get to see."""

from __future__ import annotations

import html
import re

from bot.sources import xml
from bot.sources.charset import Decoded, decode
from bot.sources.face import UnreadableError
from bot.sources.feed.entries import MAX_ENTRIES, Feed, posts_of
from bot.sources.feed.jsonfeed import read_json_feed
from bot.sources.plain import safe_url

__all__ = ["Feed", "feed_links", "read_feed"]

_ROOTS = frozenset(("rss", "feed", "RDF"))
_LAST_TAG = re.compile(r"</(?:\w+:)?(?:rss|feed|RDF)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL)
#: References that HTML has and XML has not.
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_OWN = frozenset(("lt", "gt", "amp", "quot", "apos"))
_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
#: Longest page that is searched for links: they stand in its head.
_PAGE_BYTES = 512 * 1024


def read_feed(body: bytes, account: str, url: str, charset: str = "") -> Feed:
    """Read a feed. Raises UnreadableError: an answer that cannot be read is not an empty feed."""
    decoded = decode(body, charset)
    start = decoded.text[:200].lstrip("\ufeff \t\r\n")[:1]
    if not start:
        msg = "The answer is empty."
        raise UnreadableError(msg)
    feed = read_json_feed(decoded.text, account, url) if start in "{[" else _read_xml(decoded, account, url)
    if decoded.oddity:
        feed.notes = (*feed.notes, decoded.oddity)
    return feed


def _read_xml(decoded: Decoded, account: str, url: str) -> Feed:
    text = decoded.text
    if xml.looks_like_html(text):
        msg = "The site gave a web page instead of a feed (a login, a notice or an error page?)."
        raise UnreadableError(msg)
    if "<" not in text[:4096]:
        msg = "The answer is neither XML nor JSON, so it is no feed."
        raise UnreadableError(msg)
    text = _NAMED.sub(
        lambda found: found.group() if found.group(1) in _XML_OWN else html.unescape(found.group()), text
    )
    mended = False
    try:
        root = xml.parse(text, doctype_allowed=True)
    except UnreadableError:
        if not _LAST_TAG.search(text[-4096:]):
            raise
        root = xml.parse(text, recover=True, doctype_allowed=True)
        mended = True
    if xml.local_name(root) not in _ROOTS:
        msg = f"The document is no feed: it begins with <{xml.local_name(root)[:40]}>."
        raise UnreadableError(msg)
    entries = [element for element in root.iter("*") if xml.local_name(element) in ("item", "entry")]
    for element in entries[MAX_ENTRIES:]:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    from lxml import etree

    # the parser gets the tree that was checked, not the stranger's bytes
    feed = posts_of(etree.tostring(root, encoding="utf-8", xml_declaration=True), account, url)
    if mended:
        feed.notes = (*feed.notes, "the XML is not well-formed and was mended")
    return feed


def feed_links(body: bytes, url: str, charset: str = "") -> list[str]:
    """The feeds that a web page names, in its order; those of comments last of all: nobody means them."""
    from selectolax.lexbor import LexborHTMLParser

    try:
        text = decode(body[:_PAGE_BYTES], charset).text
    except UnreadableError:
        return []
    if "<" not in text:
        return []
    links: dict[str, bool] = {}
    for node in LexborHTMLParser(text.encode("utf-8", "replace").decode()).css("link[rel][href]"):
        attributes = node.attributes
        target = safe_url(attributes.get("href") or "", url)
        is_feed = (attributes.get("type") or "").strip().lower() in _TYPES
        if target and is_feed and "alternate" in (attributes.get("rel") or "").lower().split():
            about = f"{attributes.get('title') or ''} {target}".lower()
            links.setdefault(target, "comment" in about or "评论" in about)
    plain = [link for link, is_comments in links.items() if not is_comments]
    return plain or list(links)
