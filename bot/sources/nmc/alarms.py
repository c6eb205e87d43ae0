"""NMC's list of warnings to its entries, an entry to a post, and a warning's page to its words. No I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Urgency, Wording
from bot.model.post import Media, MediaKind, Post
from bot.sources import json
from bot.sources.charset import decode
from bot.sources.face import UnreadableError
from bot.sources.markup import bounded
from bot.sources.nmc.titles import Title, read_title
from bot.sources.plain import clean, from_html, one_line, safe_url

#: All clocks of the service: UTC+8, never written.
BEIJING_MIN = 480
LANGUAGE = "zh-CN"
SENDER = "nmc.cn"
SITE = "https://www.nmc.cn/"
#: Entries read of one page; the site gives what was asked for, at most some hundreds.
MAX_ITEMS = 1000
#: A warning's page is a few dozen KB; its words stand somewhere in its first part.
_MAX_PAGE = 300_000
#: "140522416000_20260307174600": division (6 digits), unit, time.
_ID = re.compile(r"(\d{6})(\d{4,10})_(\d{8,17})")
#: The element of a warning's page that holds its words, by its id or class.
_BLOCK = ", ".join(
    f"[{name}*='{word}' i]" for word in ("alarmtext", "alarm-text", "alarm_text") for name in ("id", "class")
)
#: Where none bears that name: the line that says what the title says.
_SAYS_SO = ("发布", "解除", "预计")
_URGENT = frozenset((Severity.EXTREME, Severity.SEVERE))


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list."""

    id: str
    issued: datetime
    issued_text: str
    title: str
    url: str
    picture: str
    said: Title

    @property
    def division(self) -> str:
        """GB/T 2260: six digits, the first two the province; "" when the id has none."""
        found = _ID.fullmatch(self.id)
        return found.group(1) if found else ""

    @property
    def place_and_kind(self) -> str:
        """What two warnings share of which the later replaces the earlier: the unit that speaks, and of what."""
        found = _ID.fullmatch(self.id)
        unit = found.group(1) + found.group(2) if found else self.said.issuer
        return f"{unit}|{self.said.kind}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list: what it holds, how many there are in all, and how many lines could not be read."""

    items: tuple[Item, ...]
    count: int
    odd: int = 0


def read_list(body: bytes, base: str = SITE) -> Listed:
    """Read a page of the list. Raises UnreadableError: only a list that says it is empty is empty."""
    data = json.mapping(json.load(body))
    page = json.inner(data, "data", "page")
    rows = page.get("list")
    if json.integer(data.get("code")) != 0 or not isinstance(rows, list):
        said = one_line(json.string(data.get("msg")), 80)
        msg = f"The answer is no list of warnings{f' (it says “{said}”)' if said else ''}."
        raise UnreadableError(msg)
    items = [_item(row, base) for row in json.objects(rows, MAX_ITEMS)]
    good = {item.id: item for item in items if item is not None}
    if rows and not good:
        msg = "Not one line of the list can be read: the site has changed its form."
        raise UnreadableError(msg)
    return Listed(tuple(good.values()), json.integer(page.get("count")) or len(rows), items.count(None))


def _item(row: json.Json, base: str) -> Item | None:
    name = one_line(json.string(row.get("alertid")), 80)
    title = one_line(json.string(row.get("title")))
    stamp = one_line(json.string(row.get("issuetime")), 40)
    issued, _ = json.instant(stamp, BEIJING_MIN)
    if not name or not title or issued is None:
        return None
    picture = safe_url(json.string(row.get("pic")), base)
    url = safe_url(json.string(row.get("url")), base)
    return Item(name, issued, stamp, title, url, picture, read_title(title, picture))


def post_of(item: Item, account: str, words: str | None, replaces: Sequence[str]) -> Post:
    """The post of a warning. ``words`` None: its page could not be had; ``replaces``: ids of what it updates or lifts."""
    said = item.said
    text = words or ""
    msg_type = MsgType.CANCEL if said.lifted else MsgType.UPDATE if replaces else MsgType.ALERT
    event = f"{said.kind}{said.colour}色预警" if said.kind and said.colour else said.kind or item.title
    warning, instruction = _parted(text)
    hazard = Hazard(
        urgency=Urgency.IMMEDIATE if said.severity in _URGENT else Urgency.EXPECTED,
        severity=said.severity,
        certainty=Certainty.LIKELY,
        wordings=(Wording(LANGUAGE, event, item.title, warning, instruction, said.issuer or "中央气象台", item.url),),
        categories=("Met",),
        parameters=((("level", f"{said.colour}色"),) if said.colour else ()),
        onset=item.issued,
        areas=(Area(said.place or said.issuer, geocodes=_codes(item)),),
    )
    alert = Alert(
        sender=SENDER, identifier=item.id, sent=item.issued, sent_text=item.issued_text, status=said.status,
        msg_type=msg_type, scope=Scope.PUBLIC, hazards=(hazard,), references=tuple(replaces),
        flags=() if said.severity is not Severity.UNKNOWN or said.lifted else ("its title says no level",),
    )  # fmt: skip
    return Post(
        kind="nmc", account=account, id=item.id, title=item.title, text=text, url=item.url, published=item.issued,
        utc_offset=BEIJING_MIN, language=LANGUAGE, author=said.issuer,
        media=(Media(MediaKind.PHOTO, item.picture, event),) if item.picture and not said.lifted else (),
        truncated=words is None, alert=alert, supersedes=tuple(replaces),
    )  # fmt: skip


def _codes(item: Item) -> tuple[tuple[str, str], ...]:
    return (("GB/T 2260", item.division),) if item.division else ()


def _parted(text: str) -> tuple[str, str]:
    """What happens, and what to do: the defence guidelines follow a heading of their own."""
    at = re.search(r"\n?\s*[（(【]?(?:防御指南|防御建议|防御措施)[)）】]?\s*[:：]", text)
    return (text[: at.start()].strip(), text[at.end() :].strip()) if at else (text, "")


def read_page(body: bytes, item: Item) -> str:
    """The words of a warning from its page. Raises UnreadableError where the page has none."""
    from selectolax.lexbor import LexborHTMLParser

    markup, _ = bounded(decode(body).text[:_MAX_PAGE])
    block = LexborHTMLParser(markup).css_first(_BLOCK)
    words = from_html(block.html or "").text if block is not None else _longest_line(from_html(markup, item.url).text)
    if len(words) < len(item.title) or words == item.title:
        msg = "The page has no words of the warning."
        raise UnreadableError(msg)
    return words


def _longest_line(text: str) -> str:
    lines = (line for line in text.split("\n") if any(word in line for word in _SAYS_SO))
    return clean(max(lines, key=len, default=""))
