"""XML from strangers, parsed within bounds: no DOCTYPE, no entities, no network, no depth. Says nothing of meaning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.sources.face import UnreadableError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

#: An element costs about 120 bytes of tree and an attribute 100, so that a document stays under about 40 MB.
#: A full country index of 2.4 MB has about 160,000 "<" (closing tags included).
MAX_TAGS = 300_000
MAX_ATTRIBUTES = 150_000
#: The richest elements in real feeds carry some twenty (namespaces included).
MAX_ATTRIBUTES_EACH = 200
#: Control characters that XML 1.0 forbids; senders paste them from word processors. NUL never comes this far.
_FORBIDDEN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"^\s*<\?xml(?=\s)[^>]{0,400}\?>")
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"=\s*[\"']")


class NotWellFormedError(UnreadableError):
    """XML with faults: what is worth mending, unlike XML that is refused."""


def local_name(element: Element) -> str:
    """The element's name without its namespace, "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    """The element's namespace, "" when it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def safe_name(element: Element) -> str:
    """The element's name, fit for a sentence: strangers choose it."""
    return re.sub(r"[^A-Za-z0-9_.-]", "", local_name(element))[:40] or "?"


def looks_like_html(text: str) -> bool:
    """True for a web page, whatever stands before its first tag."""
    return bool(_HTML.search(text, 0, 2048)) and not re.search(r"<(?:rss|feed|rdf:RDF)[\s>]", text[:2048])


def doctype_of(text: str) -> tuple[int, int, bool] | None:
    """Where the DOCTYPE stands (start, end) and whether it has an internal subset; None when there is none."""
    at = _after_prolog(text)
    if text[at : at + 9].upper() != "<!DOCTYPE":
        return None
    bracket, close = text.find("[", at), text.find(">", at)
    if close == -1:
        return at, len(text), bracket != -1
    if bracket == -1 or bracket > close:
        return at, close + 1, False
    end = re.compile(r"\]\s*>").search(text, bracket)
    return at, end.end() if end else len(text), True


def _after_prolog(text: str) -> int:
    """Index of the first thing that is no white space, processing instruction or comment."""
    at = 0
    while True:
        while at < len(text) and text[at] in " \t\r\n\ufeff":
            at += 1
        for opening, closing in (("<?", "?>"), ("<!--", "-->")):
            if text.startswith(opening, at):
                end = text.find(closing, at + len(opening))
                if end == -1:
                    return len(text)
                at = end + len(closing)
                break
        else:
            return at


def parse(text: str, *, recover: bool = False, doctype_allowed: bool = False) -> Element:
    """Give the root element. Raises UnreadableError with a sentence.

    ``recover`` mends what is not well-formed; ``doctype_allowed`` drops a DOCTYPE that declares nothing.
    """
    if not text.strip():
        msg = "The answer is empty."
        raise UnreadableError(msg)
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        msg = "The answer is no XML."
        raise UnreadableError(msg)
    found = doctype_of(text)
    if found is not None:
        start, end, subset = found
        if subset or not doctype_allowed:
            msg = "The document has a DOCTYPE, which may hide an attack; it was not read."
            raise UnreadableError(msg)
        text = text[:start] + text[end:]
    if text.count("<") > MAX_TAGS or sum(1 for _ in _ATTRIBUTE.finditer(text)) > MAX_ATTRIBUTES:
        msg = "The document has more elements or attributes than any real feed; it was not read."
        raise UnreadableError(msg)
    root = _parsed(_FORBIDDEN.sub("", _DECLARATION.sub("", text, count=1).lstrip("\ufeff \t\r\n")), recover=recover)
    if any(len(element.attrib) > MAX_ATTRIBUTES_EACH for element in root.iter("*")):
        msg = "An element of the document has hundreds of attributes; it was not read."
        raise UnreadableError(msg)
    return root


def _parsed(text: str, *, recover: bool) -> Element:
    from lxml import etree

    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        recover=recover, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        msg = f"The XML is not well-formed ({_short(error)}): it may be cut off."
        raise NotWellFormedError(msg) from error
    document: Any = root.getroottree() if root is not None else None  # the stubs know no document without a root
    if document is None or document.docinfo.doctype:
        msg = "The XML holds no document that can be read."
        raise UnreadableError(msg)
    return root


def _short(error: Exception) -> str:
    """The parser's own words, without what a stranger wrote into them."""
    return re.sub(r"[^\x20-\x7e]", "?", str(error).partition(" (<string>")[0])[:120]
