"""Which list of NMC's a text names: the whole country, a province by any of its names, or a division by its code."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from bot.sources.links import as_url, normalised

API = "https://www.nmc.cn/rest/findAlarm"
PATH = "/rest/findAlarm"
HOSTS = frozenset(("www.nmc.cn", "nmc.cn", "m.nmc.cn"))
#: The site wants the full official name ("province needs 湖南省").
PROVINCES = (
    "北京市", "天津市", "河北省", "山西省", "内蒙古自治区", "辽宁省", "吉林省", "黑龙江省", "上海市", "江苏省", "浙江省",
    "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "广西壮族自治区", "海南省", "重庆市",
    "四川省", "贵州省", "云南省", "西藏自治区", "陕西省", "甘肃省", "青海省", "宁夏回族自治区", "新疆维吾尔自治区",
    "新疆生产建设兵团", "香港特别行政区", "澳门特别行政区", "台湾省",
)  # fmt: skip
#: GB/T 2260: a province, a city or a county.
_DIVISION = re.compile(r"[1-8]\d(?:\d{2}){0,2}")
_NAMED = re.compile(r"(?:nmc|中央气象台)(?:\s*[:：/]\s*(.{0,40}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A list: where it is asked for, and what of it is wanted."""

    #: The API's address, without a query.
    base: str
    province: str = ""
    #: Digits that a warning's division begins with, "" for all.
    division: str = ""
    kind: str = ""
    level: str = ""

    @property
    def key(self) -> str:
        """The account's key: the address of the list, with ``area`` for what we sift ourselves."""
        extra = f"&area={self.division}" if self.division else ""
        return f"{self.base}?{self._query}{extra}"

    @property
    def _query(self) -> str:
        return f"signaltype={quote(self.kind)}&signallevel={quote(self.level)}&province={quote(self.province)}"

    def page(self, number: int, size: int) -> str:
        """The address of one page of the list."""
        return f"{self.base}?pageNo={number}&pageSize={size}&{self._query}"

    @property
    def name(self) -> str:
        """What people call it."""
        which = "".join((self.province or "全国", self.division, self.kind, self.level))
        return f"中央气象台 {which}"

    def wants(self, division: str) -> bool:
        """True for a warning of this division; one without a code is wanted (a filter fails open)."""
        return not division or division.startswith(self.division)


def place_of(what: str) -> Place | None:
    """The list that a text names, None when it names none of NMC's."""
    named = _NAMED.fullmatch(what.strip()[:100])
    if named:
        return _by_name((named.group(1) or "").strip())
    url = as_url(what)
    parts = urlsplit(url)
    if not url or (parts.path != PATH and parts.hostname not in HOSTS):
        return None
    if parts.path != PATH:
        return Place(API)
    told = dict(parse_qsl(parts.query)[:20])
    division = told.get("area", "")
    return Place(
        normalised(f"{parts.scheme}://{parts.netloc}{parts.path}"),
        province=official(told.get("province", "")) or told.get("province", "")[:20],
        division=division if _DIVISION.fullmatch(division) else "",
        kind=told.get("signaltype", "")[:20],
        level=told.get("signallevel", "")[:10],
    )


def _by_name(word: str) -> Place | None:
    if not word or word == "全国":
        return Place(API)
    if _DIVISION.fullmatch(word):
        return Place(API, division=word)
    return Place(API, province=official(word)) if official(word) else None


def official(name: str) -> str:
    """The full name of a province ("湖南" is 湖南省), "" when it is none."""
    name = name.strip()
    return next((full for full in PROVINCES if name and (full == name or _short(full) == name)), "")


def _short(full: str) -> str:
    return re.sub(r"(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|生产建设兵团)$", "", full)
