"""JMA's pull feeds: which there are, what they list, and which of their telegrams are read. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from bot.sources import json, xml
from bot.sources.cap.documents import Entry
from bot.sources.cap.fields import children, value
from bot.sources.charset import decode
from bot.sources.face import UnreadableError
from bot.sources.links import as_url, names_a_feed, normalised
from bot.sources.plain import MAX_TEXT, one_line, safe_url
from bot.sources.xml import local_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

BASE = "https://www.data.jma.go.jp/developer/xml/feed/"
_HOSTS = frozenset(("www.data.jma.go.jp", "xml.kishou.go.jp", "www.jma.go.jp", "jma.go.jp"))
_PATH = re.compile(r"/developer/xml/feed/(regular|extra|eqvol|other)(?:_l)?\.xml")
_NAMED = re.compile(
    r"(?:jma|気象庁)(?:\s*[:：/]\s*(regular|extra|eqvol|other))?(?:\s*[:：/]\s*(\d{2,6}|[^\s:：/]{2,5}))?",
    re.IGNORECASE,
)
#: JIS X 0401: an office's number begins with its prefecture's.
_PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県",
    "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
    "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県",
    "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)  # fmt: skip
FEEDS = {
    "extra": "気象庁 警報・注意報・随時情報",
    "eqvol": "気象庁 地震・津波・火山",
    "regular": "気象庁 定時情報",
    "other": "気象庁 その他の情報",
}
#: Entries looked at in one list; the long ones reach back some days.
MAX_ENTRIES = 6000
#: ".../20260528120000_0_VPWW54_350000.xml": the kind of telegram and the office that speaks.
_NAME = re.compile(r"_([A-Z]{4}\d{2})_(\d{6})[^/]*\.xml$")
#: No warnings, or the same in another form: forecasts for each day and week, charts, seasons, the summary of all
#: warnings, typhoon tracks in figures, ash forecasts by the clock, plumes, tests of the line, service notices.
_SKIPPED = re.compile(
    r"VP(?:FD|FW|CW|ZW|CK|ZK|TW|WS)\d\d|VZ(?:SA|SF)\d\d|VG(?:SK|SO)\d\d|VFVO(?:53|60)|VXSE42|VZSE40"
)
#: The same warnings in up to three forms: the older is read only where the office uses no newer one.
_FORMS = {"VPWW53": 1, "VPWW54": 2, **{f"VPWW{n}": 3 for n in range(55, 62)}}
#: For so long an office's newer form is waited for before the older one counts again, in seconds.
_FORM_KEPT_S = 3 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Which:
    """A feed: where it is asked for, and of which office's telegrams it is wanted ("" for all)."""

    url: str
    name: str
    office: str = ""

    @property
    def key(self) -> str:
        """The account's key: the feed's address, with ``office`` for what we sift ourselves."""
        return f"{self.url}?office={self.office}" if self.office else self.url

    @property
    def long(self) -> str:
        """The address of the long feed, which is read after a gap."""
        return self.url.removesuffix(".xml") + "_l.xml"

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{FEEDS[self.name]} {self.office}".strip()


def feeds_named(what: str) -> tuple[Which, ...]:
    """The feeds that a text names, none when it names none of JMA's. Just "jma" names the two that carry alerts."""
    named = _NAMED.fullmatch(what.strip()[:100])
    if named:
        office = _office(named.group(2) or "")
        if office is None:
            return ()
        names = (named.group(1).lower(),) if named.group(1) else ("extra",) if office else ("eqvol", "extra")
        return tuple(Which(f"{BASE}{name}.xml", name, office) for name in names)
    url = as_url(what)
    parts = urlsplit(url)
    path = _PATH.fullmatch(parts.path)
    if not url or (path is None and (parts.hostname not in _HOSTS or names_a_feed(url))):
        return ()
    if path is None:
        return (Which(f"{BASE}eqvol.xml", "eqvol"), Which(f"{BASE}extra.xml", "extra"))
    base = normalised(f"{parts.scheme}://{parts.netloc}/developer/xml/feed/{path.group(1)}.xml")
    office = dict(parse_qsl(parts.query)[:20]).get("office", "")
    return (Which(base, path.group(1), office if re.fullmatch(r"\d{2,6}", office) else ""),)


def _office(word: str) -> str | None:
    """Digits with which an office's number begins: as given, or a prefecture's ("東京" is 13); None for neither."""
    if not word or word.isdigit():
        return word
    found = (number for number, name in enumerate(_PREFECTURES, 1) if word in (name, name[:-1]))
    return next((f"{number:02}" for number in found), None)


def read_list(body: bytes, url: str, charset: str = "") -> tuple[Entry, ...]:
    """The entries of a feed. Raises UnreadableError: what is no feed is no empty one."""
    text = decode(body, charset).text
    if xml.looks_like_html(text):
        msg = "The site gave a web page instead of its list of telegrams."
        raise UnreadableError(msg)
    root = xml.parse(text)
    if local_name(root) != "feed":
        msg = f"The document is no feed of JMA's: it begins with <{xml.safe_name(root)}>."
        raise UnreadableError(msg)
    return tuple(_entry(element, url) for element in list(children(root, "entry"))[:MAX_ENTRIES])


def _entry(element: Element, base: str) -> Entry:
    name = one_line(value(element, "id"), 2000)
    links = (link.get("href", "") for link in children(element, "link"))
    url = next((safe_url(target, base) for target in (*links, name) if safe_url(target, base)), "")
    updated, _ = json.instant(value(element, "updated"), 0)
    return Entry(
        url=url, id=name or url, title=one_line(value(element, "title")), summary=value(element, "content")[:MAX_TEXT],
        updated=updated,
    )  # fmt: skip


def kind_of(url: str) -> tuple[str, str]:
    """The kind of telegram and its office by its address; ("", "") where it bears none."""
    found = _NAME.search(url)
    return (found.group(1), found.group(2)) if found else ("", "")


def wanted(
    entries: tuple[Entry, ...], which: Which, forms: Mapping[str, tuple[int, int]]
) -> tuple[tuple[Entry, ...], dict[str, tuple[int, int]]]:
    """The entries whose telegrams are read, and each office's newest form of warnings with when it was seen.

    What cannot be told by its address is read (a filter fails open).
    """
    known = dict(forms)
    newest = max((int(entry.updated.timestamp()) for entry in entries if entry.updated), default=0)
    for entry in entries:
        kind, office = kind_of(entry.url)
        form, at = _FORMS.get(kind, 0), int(entry.updated.timestamp()) if entry.updated else newest
        rank, seen = known.get(office, (0, 0))
        if form and (form > rank or (form == rank and at > seen) or seen < newest - _FORM_KEPT_S):
            known[office] = (form, at)
    return tuple(entry for entry in entries if _is_wanted(entry, which, known)), known


def _is_wanted(entry: Entry, which: Which, forms: Mapping[str, tuple[int, int]]) -> bool:
    kind, office = kind_of(entry.url)
    if not kind:
        return True
    if not office.startswith(which.office) or _SKIPPED.fullmatch(kind):
        return False
    return kind not in _FORMS or _FORMS[kind] >= forms.get(office, (0, 0))[0]
