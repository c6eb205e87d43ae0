"""Turning the HTML of a Weibo post into plain words with its links kept; nothing here fetches the rest of a text."""

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from bot.sources.markup import bounded
from bot.sources.weibo.fields import MAX_STRING, web_url

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

#: Invisible characters that Weibo strews in, on nearly every post; U+200D stays, it holds emoji together.
_INVISIBLE = str.maketrans({"\u200b": None, "\ufeff": None, "\u00a0": " ", "\r": None, "\x00": None})
_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "head", "title"})
#: Words of the link that stands for the rest of a cut text (mobile, web).
_MORE = frozenset({"全文", "展开"})
#: Added by the page that showed the link; they say nothing and differ from one endpoint to the next.
_TRACKING = frozenset({"luicode", "lfid", "_wb_client_", "isnewpage"})
#: Elements and texts read of one link: Weibo's have three. A bound, since links may nest as deep as they like.
_LABEL_NODES = 60
_WEIBO_HOSTS = (".weibo.com", ".weibo.cn")


@dataclass(frozen=True, slots=True)
class PlainText:
    """A post's words. ``cut`` is True when Weibo's 全文 / 展开 marker stood at their end."""

    text: str
    cut: bool = False


def to_plain(markup: str) -> PlainText:
    """Read a post's HTML: line breaks, emoji as their names, topics and mentions as words, links with addresses."""
    markup = markup[:MAX_STRING]
    if "<" not in markup:
        return PlainText(_tidy(html.unescape(markup)))
    # Imported here: most of the time since start nobody has a post to read yet.
    from selectolax.lexbor import LexborHTMLParser

    within, outgrown = bounded(markup.replace("\x00", ""))
    body = LexborHTMLParser(within).body
    if body is None:
        return PlainText("", outgrown)
    words, cut = _words(body)
    return PlainText(_tidy(words), cut or outgrown)


def _tidy(words: str) -> str:
    # Lone surrogates come from escapes such as &#xD800; and can be neither stored nor sent.
    clean = words.translate(_INVISIBLE).encode("utf-8", "replace").decode("utf-8")
    return "\n".join(line.rstrip() for line in clean.split("\n")).strip()


def _words(root: "LexborNode") -> tuple[str, bool]:
    """Walk the tree in order, without recursion (markup may nest as deep as it likes)."""
    words: list[str] = []
    cut = False
    node = root.child
    while node is not None:
        descend = False
        if node.tag == "-text":
            words.append(node.text_content or "")
        elif node.tag == "br":
            words.append("\n")
        elif node.tag == "img":
            words.append(node.attributes.get("alt") or "")
        elif _is_more(node):
            cut = True
        elif node.tag == "a":
            words.append(_link(node))
        else:
            descend = node.tag not in _SILENT
        node = _after(node, root, descend)
    return "".join(words), cut


def _after(node: "LexborNode", root: "LexborNode", descend: bool) -> "LexborNode | None":
    if descend and node.child is not None:
        return node.child
    at: LexborNode | None = node
    while at is not None and at.mem_id != root.mem_id:
        if at.next is not None:
            return at.next
        at = at.parent
    return None


def _is_more(node: "LexborNode") -> bool:
    if node.tag == "a":
        href = node.attributes.get("href") or ""
        return "/status" in href and _label(node) in _MORE
    return node.tag == "span" and "expand" in (node.attributes.get("class") or "") and _label(node) in _MORE


def _label(link: "LexborNode") -> str:
    parts: list[str] = []
    node = link.child
    for _ in range(_LABEL_NODES):
        if node is None:
            break
        if node.tag == "-text":
            parts.append(node.text_content or "")
        elif node.tag == "img":
            parts.append(node.attributes.get("alt") or "")
        node = _after(node, link, descend=node.tag not in _SILENT)
    return "".join(parts).strip()


def _link(link: "LexborNode") -> str:
    label = _label(link)
    url = _target(link)
    if not url or _is_own_navigation(label, url) or url in label:
        return label
    return f"{label} ({url})" if label and label not in url else url


def _is_own_navigation(label: str, url: str) -> bool:
    """Tell whether the label says it all: a topic, a mention, a place or a super topic on Weibo itself."""
    if label.startswith(("@", "#")):
        return True
    try:
        parts = urlsplit(url)
        return _is_weibo(parts.hostname or "") and parts.path.startswith(("/n/", "/p/index", "/search"))
    except ValueError:
        return False


def _is_weibo(host: str) -> bool:
    return ("." + host).endswith(_WEIBO_HOSTS)


def _target(link: "LexborNode") -> str:
    href = web_url(link.attributes.get("href"))
    if href:
        href = _decoded(href)
    return href or web_url(link.attributes.get("data-url"))


def _decoded(url: str) -> str:
    """Give the address that ``https://weibo.cn/sinaurl?u=...`` passes on to, and Weibo's own without its tracking."""
    try:
        parts = urlsplit(url)
        if not _is_weibo(parts.hostname or ""):
            return url
        query = parse_qs(parts.query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return ""
    if parts.path.rstrip("/").endswith("/sinaurl"):
        return web_url((query.get("u") or [""])[0])
    if not _TRACKING & query.keys():
        return url
    kept = [(name, value) for name, values in query.items() if name not in _TRACKING for value in values]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))
