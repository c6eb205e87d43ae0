"""One chat as a file for its own people: JSON for all of it, OPML for its feeds; and such files read again.

The JSON is what ``tocsin chats export`` writes of the chat, in an object of its own. OPML 2.0 is what feed readers
exchange (https://opml.org/spec2.opml). What is read comes from strangers: it is bounded, and nothing in it is believed
before it was looked up.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal
from xml.sax.saxutils import quoteattr

from pydantic import ValidationError

from bot.chatlines import ChatLine, Line, as_json, manners_of, own_of, place_in
from bot.model.account import Account
from bot.model.bundle import MOST_BYTES, Bundle, BundleError, Item, Unusable
from bot.model.manners import Manners
from bot.model.place import MOST_PLACES, ChatPlace, rounded
from bot.model.subscription import MOST_SUBSCRIPTIONS, words_as_filter
from bot.sources import xml
from bot.sources.face import UnreadableError
from bot.store.carrying import CarriedChat

VERSION = 1
#: Kinds whose accounts are addresses that any feed reader can open.
FEEDS = frozenset(("feed", "cap"))
#: Entries of a list that are looked at: more than a chat may follow, so that what is there already does not count.
MOST_ENTRIES = 2 * MOST_SUBSCRIPTIONS
_NAME, _ADDRESS = 200, 2000


class _File(Line):
    tocsin: Literal["chat"]
    version: int
    chat: ChatLine


def pack(chat: CarriedChat) -> bytes:
    """All of a chat, as ``unpack`` reads it."""
    whole = {"tocsin": "chat", "version": VERSION, "chat": as_json(chat)}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")


def pack_feeds(accounts: Iterable[Account], title: str, now: datetime) -> bytes:
    """The feeds among the accounts as OPML; b"" where there is none."""
    lines = list(dict.fromkeys(_outline(each) for each in accounts if each.kind in FEEDS))
    if not lines:
        return b""
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f" <head><title>{_text(title)}</title><dateCreated>{now:%a, %d %b %Y %H:%M:%S} GMT</dateCreated></head>",
        " <body>",
    ]
    return "\n".join([*head, *lines, " </body>", "</opml>", ""]).encode("utf-8", "replace")


def unpack(data: bytes) -> Bundle:
    """Either file. Parses up to a megabyte: call it in a thread. Raises BundleError."""
    if len(data) > MOST_BYTES:
        raise BundleError(Unusable.TOO_LARGE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BundleError(Unusable.NOT_KNOWN) from None
    bundle = _of_opml(text) if text.lstrip().startswith("<") else _of_json(text)
    if not bundle.items and bundle.hour is None:
        raise BundleError(Unusable.EMPTY)
    return bundle


def _outline(account: Account) -> str:
    name = quoteattr(_clean(account.name or account.key))
    page = f" htmlUrl={quoteattr(_clean(account.url))}" if account.url else ""
    return f'  <outline type="rss" text={name} title={name} xmlUrl={quoteattr(_clean(account.key))}{page}/>'


def _text(text: str) -> str:
    return quoteattr(_clean(text))[1:-1]


def _clean(text: str) -> str:
    """Without what XML 1.0 forbids."""
    return "".join(character for character in text if character.isprintable())


# ------------------------------------------------------------------ in


def _of_json(text: str) -> Bundle:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BundleError(Unusable.NOT_KNOWN) from None
    if not isinstance(content, dict) or content.get("tocsin") != "chat":
        raise BundleError(Unusable.NOT_KNOWN)
    if content.get("version") != VERSION:
        raise BundleError(Unusable.NEWER)
    try:
        chat = _File.model_validate(content).chat
    except ValidationError as error:
        raise BundleError(Unusable.NOT_KNOWN, place_in(error)) from None
    items = [
        Item(
            _what(wish.account.kind, wish.account.key, wish.account.url),
            wish.account.name[:_NAME],
            wish.account.kind,
            wish.account.key,
            wish.filter or words_as_filter(wish.words),
            wish.live,
            own_of(wish),
        )
        for wish in chat.subscriptions[:MOST_ENTRIES]
    ]
    digest = chat.digests[0] if chat.digests else None
    # what holds in one topic of several would keep back there what comes here
    followed = {wish.topic for wish in chat.subscriptions}
    topic = next(iter(followed)) if len(followed) == 1 else 0
    places = [
        ChatPlace(
            each.name[:_NAME], rounded(each.latitude), rounded(each.longitude), each.radius_km, tuple(each.unit)
        )
        for each in chat.places
        if each.topic == topic
    ]
    return Bundle(
        tuple(_once(items)),
        digest.hour if digest else None,
        digest.zone if digest else "",
        chat.original_first,
        places=tuple(places[:MOST_PLACES]),
        manners=next((manners_of(each) for each in chat.manners if each.topic == topic), Manners()),
    )


def _what(kind: str, key: str, url: str) -> str:
    return key if kind in FEEDS or not url else url


def _of_opml(text: str) -> Bundle:
    try:
        root = xml.parse(text, doctype_allowed=True)
    except UnreadableError:
        raise BundleError(Unusable.NOT_KNOWN) from None
    if xml.local_name(root).lower() != "opml":
        raise BundleError(Unusable.NOT_KNOWN)
    items, without = [], 0
    for outline in _outlines(root):
        # some writers spell it xmlurl
        given = {name.lower(): value for name, value in outline.attrib.items()}
        address = given.get("xmlurl", "").strip()
        # one that is cut would lead elsewhere
        if address.startswith(("http://", "https://")) and len(address) <= _ADDRESS:
            items.append(Item(address, (given.get("title") or given.get("text") or "").strip()[:_NAME]))
        elif address or given.get("type", "").lower() == "rss":
            without += 1
        if len(items) >= MOST_ENTRIES:
            break
    return Bundle(tuple(_once(items)), without_address=without)


def _outlines(root: Any) -> Iterator[Any]:
    return (element for element in root.iter("*") if xml.local_name(element).lower() == "outline")


def _once(items: Sequence[Item]) -> list[Item]:
    seen: dict[tuple[str, str, str, str], Item] = {}
    for item in items:
        seen.setdefault((item.kind, item.key, item.what, item.filter), item)
    return list(seen.values())
