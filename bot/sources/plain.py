"""A stranger's HTML and text made plain: no markup, no controls, real link targets. No escaping: that is the edge's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bot.model.post import Media, MediaKind
from bot.sources.markup import bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

#: Longest text kept of a post; about five full Telegram messages.
MAX_TEXT = 20_000
#: Longest HTML that is looked at for one text.
MAX_HTML = 200_000
#: Pieces (elements and texts) read of one HTML text; each costs some three microseconds.
_MAX_PIECES = 1500
#: Longest URL that is believed; browsers and Telegram refuse longer ones.
MAX_URL = 2048
#: Pictures to show with one post: a Telegram album.
MAX_MEDIA = 10
#: A picture at most this wide or high (pixels) is a counter or a smiley, not content.
_TRIFLE_PX = 24
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tr",
        "ul",
    ]
)
_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"))
_UNSEEN = frozenset(("script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title"))
#: Looks like markup or a character reference rather than a "less than" sign in prose.
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,2000}>|&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
#: Control characters and halves of surrogate pairs (JSON's "\\ud800" makes them; no database takes them).
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(slots=True)
class Plain:
    """What a piece of HTML says: its text and its pictures and films."""

    text: str = ""
    media: list[Media] = field(default_factory=list)
    cut: bool = False


def has_markup(text: str) -> bool:
    """True when a text that should be plain holds tags or character references."""
    return bool(_MARKUP.search(text))


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Plain text without controls or half characters, at most ``limit`` characters, trimmed."""
    text = text[: limit * 2].replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROLS.sub("", text).strip()[:limit].rstrip()


def one_line(text: str, limit: int = 500) -> str:
    """Clean text on one line, for titles and names."""
    return " ".join(clean(text, limit * 2).split())[:limit].rstrip()


def safe_url(url: str, base: str = "") -> str:
    """The URL made absolute when it is http(s) and whole, "" otherwise."""
    url = url.strip()[: MAX_URL + 1]
    if not url:  # would be the base itself
        return ""
    try:
        absolute = urljoin(base, url) if base and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url) else url
        parts = urlsplit(absolute)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or len(absolute) > MAX_URL:
        return ""
    return "" if re.search(r"[\s\x00-\x1f\x7f<>\"\\^`{|}\ud800-\udfff]", absolute) else absolute


def from_html(html: str, base: str = "", *, keep_newlines: bool = False) -> Plain:
    """Read HTML. ``keep_newlines`` keeps the line breaks of the source (text that holds a few tags)."""
    from selectolax.lexbor import LexborHTMLParser

    markup, cut = bounded(_without_halves(html[:MAX_HTML]))
    parser = LexborHTMLParser(markup)
    reading = _Reading(base, keep_newlines=keep_newlines)
    if parser.body is not None:
        reading.children_of(parser.body)
    return Plain(reading.text(), reading.media, cut=cut or len(html) > MAX_HTML or reading.full)


def _without_halves(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


class _Reading:
    """Walks a parsed fragment once, without recursion: strangers choose the depth."""

    def __init__(self, base: str, *, keep_newlines: bool) -> None:
        self._base = base
        self._keep = keep_newlines
        self._out: list[str] = []
        self._length = 0
        #: Open links: (index of the first piece of the label, target).
        self._links: list[tuple[int, str]] = []
        self.media: list[Media] = []
        self.full = False

    def text(self) -> str:
        joined = "".join(self._out)
        joined = re.sub(r"[ \t\u00a0]+", " ", joined)
        joined = re.sub(r" ?\n ?", "\n", joined)
        return clean(re.sub(r"\n{3,}", "\n\n", joined))

    def children_of(self, root: LexborNode) -> None:
        pieces = 0
        #: The open elements: name, and children still to come.
        stack: list[tuple[str, Iterator[LexborNode]]] = [("", root.iter(include_text=True))]
        while stack:
            tag, children = stack[-1]
            node = None if self.full else next(children, None)
            if node is None:
                stack.pop()
                self._leave(tag)
                continue
            pieces += 1
            self.full = self.full or pieces > _MAX_PIECES
            if self._enter(node):
                stack.append((node.tag or "", node.iter(include_text=True)))

    def _say(self, piece: str) -> None:
        self._out.append(piece)
        self._length += len(piece)
        self.full = self.full or self._length > MAX_TEXT * 2

    def _enter(self, node: LexborNode) -> bool:
        """Say what the node says by itself; True when its children are to be read."""
        if node.is_text_node:
            words = node.text_content or ""
            self._say(words if self._keep else re.sub(r"\s+", " ", words))
            return False
        tag = node.tag or ""
        if tag in _UNSEEN or not node.is_element_node:
            return False
        if tag == "br":
            self._say("\n")
        elif tag in ("img", "video", "source"):
            self._medium(tag, node.attributes)
        elif tag == "a":
            self._links.append((len(self._out), safe_url(node.attributes.get("href") or "", self._base)))
        elif tag == "li":
            self._break("\n")
            self._say("• ")
        elif tag in _BLOCKS:
            self._break("\n\n" if tag in _PARAGRAPHS else "\n")
        elif tag in ("td", "th"):
            self._say(" ")
        return tag not in ("br", "img")

    def _leave(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._close_link()
        elif tag in _BLOCKS and tag != "li":
            self._break("\n\n" if tag in _PARAGRAPHS else "\n")

    def _break(self, newlines: str) -> None:
        if self._out:
            self._say(newlines)

    def _close_link(self) -> None:
        start, target = self._links.pop()
        label = "".join(self._out[start:]).strip()
        if not target or _same_address(label, target):
            return
        self._say(f" ({target})" if label else "")

    def _medium(self, tag: str, attributes: dict[str, str | None]) -> None:
        description = one_line(attributes.get("alt") or "")
        url = safe_url(attributes.get("src") or attributes.get("data-src") or "", self._base)
        if any(_pixels(attributes.get(side)) <= _TRIFLE_PX for side in ("width", "height")):
            url = ""
        if "smiley" in (attributes.get("class") or "") or "emoji" in (attributes.get("class") or ""):
            url = ""
            self._say(description)
        kind = MediaKind.PHOTO if tag == "img" else MediaKind.VIDEO
        if url and len(self.media) < MAX_MEDIA and all(medium.url != url for medium in self.media):
            self.media.append(Media(kind, url, description))


def _pixels(value: str | None) -> float:
    """A width or height attribute in pixels; unlimited when absent or no number."""
    digits = re.match(r"\s*(\d{1,5})", value or "")
    return float(digits.group(1)) if digits else float("inf")


def _same_address(label: str, target: str) -> bool:
    """True when a link's label already is its target (scheme, "www." and a last slash aside)."""

    def bare(url: str) -> str:
        return re.sub(r"^(?:https?://)?(?:www\.)?", "", url.strip(), flags=re.IGNORECASE).rstrip("/")

    return bare(label) == bare(target)
