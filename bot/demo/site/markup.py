"""The story's light markup (#topic#, @name, [emoji], {label|url}) as m.weibo.cn's HTML, or as plain text."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser

_TOKENS = re.compile(
    r"(?P<topic>#[^#\n]{1,30}#)"
    r"|(?P<mention>@[\w\-]{2,30})"
    r"|(?P<emoji>\[[\u4e00-\u9fff]{1,4}\])"
    r"|\{(?P<label>[^|{}]{1,60})\|(?P<url>https?://[^{}\s]+)\}"
    r"|(?P<newline>\n)"
)
#: Characters of a long post that the list shows before "全文" (Weibo's own limit of old, 140).
SHOWN = 140
#: Weibo ends nearly every text with it; it means nothing.
ZERO_WIDTH_SPACE = "\u200b"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: as it reads, and as m.weibo.cn writes it."""

    plain: str
    html: str


def to_html(text: str) -> str:
    """The whole text as the ``text`` field of m.weibo.cn carries it."""
    return "".join(token.html for token in _tokens(text)) + ZERO_WIDTH_SPACE


def to_plain(text: str) -> str:
    """The text as a reader sees it."""
    return "".join(token.plain for token in _tokens(text))


def words_of(markup: str) -> str:
    """The words of a feed item, which may be HTML: a line for each paragraph."""
    page = LexborHTMLParser(markup)
    return "\n".join(block.text() for block in page.css("p") or page.css("body"))


def to_short_html(text: str, mid: str) -> str:
    """The beginning of a long text with the "全文" link, as lists show it."""
    room = SHOWN
    shown = []
    for token in _tokens(text):
        if len(token.plain) <= room:
            shown.append(token.html)
        else:
            shown.append(html.escape(token.plain[:room]) if token.html == html.escape(token.plain) else "")
            break
        room -= len(token.plain)
    return "".join(shown) + f' ...<a href="/status/{mid}">全文</a>'


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    for found in _TOKENS.finditer(text):
        if found.start() > position:
            yield _words(text[position : found.start()])
        yield _marked(found)
        position = found.end()
    if position < len(text):
        yield _words(text[position:])


def _words(text: str) -> Token:
    return Token(text, html.escape(text))


def _marked(found: re.Match[str]) -> Token:
    whole = found.group()
    match found.lastgroup:
        case "topic":
            return Token(whole, _topic(whole))
        case "mention":
            return Token(whole, f"<a href='/n/{html.escape(whole[1:])}'>{html.escape(whole)}</a>")
        case "emoji":
            return Token(whole, _emoji(whole))
        case "newline":
            return Token(whole, "<br />")
        case _:
            return Token(f"{found['label']} {found['url']}", _link(found["label"], found["url"]))


def _topic(topic: str) -> str:
    where = quote(f"type=1&t=10&q={topic}", safe="")
    return (
        f'<a  href="https://m.weibo.cn/search?containerid=231522{where}&isnewpage=1" data-hide="">'
        f'<span class="surl-text">{html.escape(topic)}</span></a>'
    )


def _emoji(name: str) -> str:
    # The alt stands without quotes on the real site, too.
    return (
        f'<span class="url-icon"><img alt={name} src="https://h5.sinaimg.cn/m/emoticon/icon/default/d_demo.png" '
        'style="width:1em; height:1em;" /></span>'
    )


def _link(label: str, url: str) -> str:
    return (
        f'<a data-url="http://t.cn/A6demo00" href="https://weibo.cn/sinaurl?u={quote(url, safe="")}" data-hide="">'
        "<span class='url-icon'><img style='width: 1rem;height: 1rem' "
        "src='https://h5.sinaimg.cn/upload/2015/09/25/3/timeline_card_small_web_default.png'></span>"
        f'<span class="surl-text">{html.escape(label)}</span></a>'
    )
