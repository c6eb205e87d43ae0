"""The page of a public channel (t.me/s/NAME) to posts, and the page of one post to whether it is there. No network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.model.post import Media, MediaKind, Post, Repost
from bot.sources.charset import decode
from bot.sources.face import Presence, UnreadableError
from bot.sources.markup import bounded
from bot.sources.plain import MAX_MEDIA, from_html, one_line, safe_url

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

KIND = "telegram_channel"
#: Twenty posts to a page; more is none of Telegram's.
MAX_POSTS = 50
#: A page of twenty rich posts has some three thousand.
MAX_PAGE_TAGS = 15_000
_POST = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,63})/([1-9][0-9]{0,15})")
_PICTURE = re.compile(r"""background-image\s*:\s*url\(\s*['"]?([^'")]{1,2048})""")
_EDITED = re.compile(r"\bedited\b")
#: Any of these stands on the page of a channel that has a preview, also when it has no posts.
_PREVIEW = (
    ".tgme_channel_info, .tgme_channel_info_header_title, .tgme_channel_history, .tgme_widget_message[data-post]"
)
#: The words of the message itself. An album's caption has two such elements, one in the other.
_WORDS = ".tgme_widget_message_text.js-message_text, .tgme_widget_message_text"
_NO_PREVIEW = "Telegram shows no public preview of this channel."


class NoPreviewError(UnreadableError):
    """The channel is private, has no preview, or does not exist: that is not a channel without posts."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a channel's page shows."""

    posts: tuple[Post, ...]
    title: str = ""
    description: str = ""
    verified: bool = False
    #: Ids of everything it lists, service messages and stickers too.
    listed: tuple[int, ...] = ()
    #: How many of them say nothing that could be relayed.
    silent: int = 0


def read_page(body: bytes, account: str, charset: str = "") -> Page:
    """Read the page. Raises NoPreviewError, and UnreadableError for what is no page of Telegram's."""
    from selectolax.lexbor import LexborHTMLParser

    text = decode(body, charset).text
    if "<" not in text:
        msg = "The answer is no web page."
        raise UnreadableError(msg)
    markup, cut = bounded(text.encode("utf-8", "replace").decode(), MAX_PAGE_TAGS)
    page = LexborHTMLParser(markup)
    if page.css_first(_PREVIEW) is None:
        if cut or "tgme_" not in text:
            msg = "This is no page of Telegram's (a login or block page?)."
            raise UnreadableError(msg)
        raise NoPreviewError(_NO_PREVIEW)
    messages = page.css(".tgme_widget_message[data-post]")[-MAX_POSTS:]
    posts = [post for message in messages if (post := _post(message, account)) is not None]
    header = page.css_first(".tgme_channel_info_header_title") or page.css_first(".tgme_page_title")
    about = page.css_first(".tgme_channel_info_description")
    return Page(
        posts=tuple({post.id: post for post in posts}.values()),
        title=_title(header) or one_line(_meta(page.css_first('meta[property="og:title"]'))),
        description=_words(about)[:1000],
        verified=header is not None and header.css_first(".verified-icon") is not None,
        listed=tuple(number for message in messages if (number := _number(message))),
        silent=len(messages) - len(posts),
    )


def presence(body: bytes, account: str, post_id: str) -> Presence:
    """What the page of one post (?embed=1) says of it. Only Telegram's own "not found" is a deletion."""
    from selectolax.lexbor import LexborHTMLParser

    try:
        text = decode(body).text
    except UnreadableError:
        return Presence.UNKNOWN
    page = LexborHTMLParser(bounded(text.encode("utf-8", "replace").decode(), MAX_PAGE_TAGS)[0])
    told = page.css_first(".tgme_widget_message_error")
    if told is not None:
        # "Channel with username @x not found" says nothing of the post
        gone = _name(told).rstrip(".").lower() == "post not found"
        return Presence.DELETED if gone else Presence.UNKNOWN
    wanted = f"{account}/{post_id}"
    shown = {(node.attributes.get("data-post") or "").lower() for node in page.css("[data-post]")}
    return Presence.THERE if wanted in shown else Presence.UNKNOWN


def _number(message: LexborNode) -> int:
    found = _POST.fullmatch(message.attributes.get("data-post") or "")
    return int(found[2]) if found else 0


def _post(message: LexborNode, account: str) -> Post | None:
    """One message; None for a service message and for one that says nothing (a sticker, a removed one)."""
    found = _POST.fullmatch(message.attributes.get("data-post") or "")
    classes = (message.attributes.get("class") or "").split()
    if found is None or "service_message" in classes or "tgme_widget_message_service" in classes:
        return None
    url = f"https://t.me/{found[1]}/{found[2]}"
    words, cut = _message(message)
    media = _media(message, url)
    unseen = message.css_first(".message_media_not_supported_label, .message_media_not_supported") is not None
    if not (words or media or unseen):
        return None
    repost = _forward(message, words, media)
    return Post(
        kind=KIND,
        account=account,
        id=found[2],
        text="" if repost else words,
        url=url,
        published=_when(message),
        author=_name(message.css_first(".tgme_widget_message_owner_name"))[:200],
        media=() if repost else media,
        # Telegram says that a post was edited, neither when nor how often
        edit_count=int(any(_EDITED.search(node.text() or "") for node in message.css(".tgme_widget_message_meta"))),
        truncated=cut or unseen,
        repost=repost,
    )


def _message(message: LexborNode) -> tuple[str, bool]:
    """The words of a message, with its files' names and its poll; without those of the message that it answers."""
    node = next((node for node in message.css(_WORDS) if not _quoted(node)), None)
    # no base: hashtags are links to a search of this very page, which says nothing
    plain = from_html(node.html or "") if node is not None else None
    parts = [plain.text if plain else ""]
    parts += [
        " ".join(
            part for part in (_words(title), _words(node.css_first(".tgme_widget_message_document_extra"))) if part
        )
        for node in message.css(".tgme_widget_message_document")[:MAX_MEDIA]
        if (title := node.css_first(".tgme_widget_message_document_title")) is not None
    ]
    poll = message.css_first(".tgme_widget_message_poll")
    if poll is not None:
        parts.append(_name(poll.css_first(".tgme_widget_message_poll_question")))
        parts += [f"• {_name(option)}" for option in poll.css(".tgme_widget_message_poll_option_text")[:20]]
    return "\n".join(part for part in parts if part), bool(plain and plain.cut)


def _quoted(node: LexborNode) -> bool:
    """True for words of another message: the one that is answered."""
    inside: LexborNode | None = node
    while inside is not None:
        classes = (inside.attributes.get("class") or "").split() if inside.is_element_node else []
        if "tgme_widget_message_reply" in classes or "js-message_reply_text" in classes:
            return True
        if "tgme_widget_message" in classes:
            return False
        inside = inside.parent
    return False


def _forward(message: LexborNode, words: str, media: tuple[Media, ...]) -> Repost | None:
    """A forwarded message is another's words: nothing of it is the channel's own."""
    origin = message.css_first(".tgme_widget_message_forwarded_from")
    if origin is None:
        return None
    name = origin.css_first(".tgme_widget_message_forwarded_from_name")
    link = safe_url(name.attributes.get("href") or "") if name is not None else ""
    # the name may be a person's, who has no link
    author = _name(name) or _name(origin).removeprefix("Forwarded from").strip()
    found = _POST.search(link)
    return Repost(True, id=found[0] if found else "", author=author[:100], text=words, url=link, media=media)


def _media(message: LexborNode, url: str) -> tuple[Media, ...]:
    """Pictures, and the pictures that stand for films: Telegram gives no film to everybody that another may show."""
    found: dict[str, Media] = {}
    places = (
        ".tgme_widget_message_photo_wrap, .tgme_widget_message_video_player, .tgme_widget_message_roundvideo_player"
    )
    for number, node in enumerate(message.css(places)):
        style = node.attributes.get("style") or ""
        thumb = node.css_first(".tgme_widget_message_video_thumb, .tgme_widget_message_roundvideo_thumb")
        if thumb is not None:
            style = thumb.attributes.get("style") or ""
        picture = _PICTURE.search(style)
        target = safe_url(("https:" if picture[1].startswith("//") else "") + picture[1]) if picture else ""
        if target:
            # the file's address changes from day to day, the album's own address of it does not
            mark = safe_url(node.attributes.get("href") or "", url) or f"{url}#{number}"
            found.setdefault(target, Media(MediaKind.PHOTO, target, mark=mark))
    return tuple(found.values())[:MAX_MEDIA]


def _when(message: LexborNode) -> datetime | None:
    node = message.css_first(".tgme_widget_message_date time[datetime]") or message.css_first("time[datetime]")
    try:
        when = datetime.fromisoformat(node.attributes.get("datetime") or "") if node is not None else None
        return when.astimezone(UTC) if when is not None and when.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _title(header: LexborNode | None) -> str:
    # beside the name stands the sign of a verified channel
    return _name((header.css_first("[dir]") or header) if header is not None else None)


def _name(node: LexborNode | None) -> str:
    return one_line(node.text() or "") if node is not None else ""


def _words(node: LexborNode | None) -> str:
    return from_html(node.html or "").text if node is not None else ""


def _meta(node: LexborNode | None) -> str:
    return (node.attributes.get("content") or "") if node is not None else ""
