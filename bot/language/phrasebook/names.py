"""Names of places in the reader's language: 浙江省宁波市海曙区 is "Haishu District (Ningbo, Zhejiang Province)".

What a name is made of is proved by the gazetteer and by what names end in. A name that cannot be taken apart, or whose
reading is not certain, is None: the post is not rendered then.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

from bot.language.phrasebook.book import Book
from bot.language.phrasebook.characters import IN_CHARACTERS, characters
from bot.language.phrasebook.english import english_words
from bot.language.phrasebook.english_names import hong_kong_english
from bot.language.phrasebook.kinds import ends_of, kinds
from bot.language.phrasebook.pinyin import latin, names
from bot.reading.gazetteer import gazetteer, without_peoples
from bot.reading.levelling import level_words
from bot.reading.lexicon import lexicon

_HAN = "\u4e00-\u9fff"
#: A chain has few links, each with a short name; the longest single name is a people's autonomous county.
_MOST_LINKS, _LONGEST = 5, 16
_TOWN_STEM = 4
_SHORTEST = 2
#: What may hang on a name of the gazetteer without being in it.
_HANGING = frozenset(("town", "township", "subdistrict", "village", "community", "new_district"))

#: What has a name of its own in other languages, and what is said of a river by its own name.
_LARGE = frozenset(("special_region", "autonomous_region", "province", "city"))
_OF_A_RIVER = frozenset(("main_stream", "basin"))

#: Countries that reports call by less than their name.
_SHORT_COUNTRIES = {"印尼": "印度尼西亚"}
#: China and its parts stand in the gazetteer.
_OURS = frozenset(("CN", "HK", "MO", "TW"))
#: How the whole name of an administrative place ends.
_WHOLE = ("省", "市", "区", "县", "旗", "盟", "自治州")

#: Along a road or a river: what follows its name lies there.
_ALONG = re.compile(
    f"(?P<line>(?:[gs]\\d{{1,4}})?[{_HAN}]{{1,8}}?(?:高速公路|高速|公路|国道|省道|环路|大街|大道|江干流|河干流|江|河))(?P<rest>[{_HAN}]{{2,12}})"
)
_ALONG_IT = frozenset(
    (
        "hydrological_station",
        "station",
        "toll_station",
        "service_area",
        "reservoir",
        "bridge",
        "tunnel",
        "interchange",
    )
)
#: 京藏高速进京方向, 屯门公路往九龙方向
_TOWARDS = re.compile(f"(?P<road>.+?)(?P<way>进|出|往)(?P<place>[{_HAN}]{{1,6}})方向")
#: 入口, 出口 of something that has a name.
_DOORS = {"入口": "entrance", "出口": "exit"}
#: What a settlement's name ends in that says nothing else: 三里屯.
_SETTLEMENT = re.compile(f"[{_HAN}]{{1,3}}[屯庄营店坟寺沟峪岭坪里埠集口]")
_ONE = re.compile("一(?:家|栋|处|座|个|辆|幢|所)?$")
#: What no name that is spelt holds: words that mean something, and the ends of a larger place before it.
_NO_STEM = re.compile("中国|国际|中心|人民|第[一二三四五六七八九十]|电信|银行|首都|客运|物流|.[省市区县镇乡].")
_NO_NAME = re.compile(f"[^{_HAN}]|.[省市区县镇乡].")
_NAMED_LINE = re.compile(f"(?:地铁|轨道交通)([{_HAN}]{{2,4}})线")

#: What a part of China is called before 部.
_SIDES = {"华北": "北", "华南": "南", "华东": "东", "华中": "中"}
_NESTED = re.compile("(.+?) ?[(（](.+)[)）]")
_NUMBERED_LINE = re.compile(r"(?:地铁|轨道交通)?(\d{1,2})号线")
_NUMBERED_ROAD = re.compile(r"([gs]\d{1,4})(?:国道|省道|线)?|(\d{3})(国道|省道)|(国道|省道)(\d{3})线?")
_CODE = re.compile(r"([gs]\d{1,4})(.+)")
_STRETCH = re.compile(
    "(?P<road>.+?(?:高速公路|高速|公路|国道|省道|环路?|大街|大道|路|线))"
    f"(?P<a>[{_HAN}]{{2,8}}?)(?:至|到|-)(?P<b>[{_HAN}]{{2,8}}?)段?"
)
_SECTION = re.compile(f"(?P<road>.+?(?:高速公路|高速|公路|国道|省道|环路?|大街|大道|路))(?P<a>[{_HAN}]{{2,6}})段")


def name_words(given: str, language: Book) -> str | None:
    """A name as the language writes it; None when that is not certain."""
    name = level_words(given)
    if name.isascii():
        return english_words(given, language, chinese_words)
    for end, kind in _DOORS.items():
        if name.endswith(end) and (place := name_words(name.removesuffix(end), language)):
            return language.word("joining", kind, {"place": place})
    if towards := _TOWARDS.fullmatch(name):
        road, to = (
            name_words(towards["road"], language),
            _chain({"京": "北京", "沪": "上海"}.get(towards["place"], towards["place"]), language),
        )
        key = "away" if towards["way"] == "出" else "towards"
        return language.word("joining", key, {"road": road, "place": to}) if road and to else None
    if stretch := _STRETCH.fullmatch(name):
        road, *ends = (_chain(piece, language) for piece in (stretch["road"], stretch["a"], stretch["b"]))
        ends = [
            said or _spelt(piece, language) for said, piece in zip(ends, (stretch["a"], stretch["b"]), strict=True)
        ]
        if road and all(ends):
            values = {"road": road, "from": str(ends[0]), "to": str(ends[1])}
            return language.word("joining", "stretch", values)
    if section := _SECTION.fullmatch(name):
        road, place = (
            _chain(section["road"], language),
            _chain(section["a"], language) or _spelt(section["a"], language),
        )
        return language.word("joining", "section", {"road": road, "place": place}) if road and place else None
    return _along(name, language) or _chain(name, language) or _site(name, language)


def _along(name: str, language: Book) -> str | None:
    """What lies at a road or a river: G4京港澳高速杜家坎收费站, 淮河干流王家坝站."""
    found = _ALONG.fullmatch(name)
    if found is None or name in gazetteer():
        return None
    # 珠江新城 is a quarter of Guangzhou, not the district 新城
    place = _certain(found["rest"], language) if found["rest"].endswith(_WHOLE) else None
    for end, kind in ends_of("made", found["rest"]):
        # a stem of one character is the bridge of the river itself: 黄浦江大桥
        if place is None and kind in _ALONG_IT and len(found["rest"]) > len(end) + 1:
            place = _built(found["rest"], language)
    line = _chain(found["line"], language)
    return within(place, line, language) if line and place else None


def _site(name: str, language: Book) -> str | None:
    """A thing without a name: 燕郊镇一商铺, 我区一在建工地."""
    for site, kind in ends_of("sites", name):
        ground = _ONE.sub("", name.removesuffix(site))
        said = language.word("sites", kind)
        place = _chain(ground, language) if ground else None
        if said and place:
            return within(said, place, language)
        return None
    return None


def chinese_words(name: str, language: Book, region: str = "") -> str | None:
    """A levelled Chinese name in the reader's language; ``region``: 西南, where it is said to lie in southwest China."""
    if not region:
        return _chain(name, language)
    if language.language in IN_CHARACTERS:
        said, side = _chain(name, language), characters(_SIDES.get(region, region), language.language)
        return f"{language.locale.territories['CN']}{side}部{said}" if said else None
    links, outer = _links(name, language, _MOST_LINKS), language.word("places", region)
    if links is None or outer is None:
        return None
    return _joined([outer, *links], language)


def _chain(name: str, language: Book) -> str | None:
    """A chain of names from the largest to the smallest, said from the smallest to the largest."""
    whole = _certain(name, language)
    if whole is not None:
        return whole
    # before an end is looked for: 四川汶川 is no river
    links = _links(name, language, _MOST_LINKS)
    if links is None:
        return _built(name, language)
    return "".join(links) if language.language in IN_CHARACTERS else _joined(links, language)


def _joined(links: list[str], language: Book) -> str | None:
    """The links of a chain, the largest first, said from the smallest."""
    *outer, place = links
    among = (language.word("joining", "list") or "").join(reversed(outer))
    return within(place, among, language)


def within(place: str, outer: str, language: Book) -> str | None:
    """A place in what it lies in. What that lies in itself follows it: no brackets within brackets."""
    if nested := _NESTED.fullmatch(outer):
        outer = f"{nested[1]}{language.word('joining', 'list')}{nested[2]}"
    return language.word("joining", "within", {"place": place, "outer": outer})


def _links(name: str, language: Book, most: int) -> list[str] | None:
    """The links of a chain: each but the last is in the gazetteer."""
    if not name or most == 0:
        return None
    known, here = gazetteer(), kinds("here")
    for end in range(min(len(name) - 1, _LONGEST), 1, -1):
        head = name[:end]
        if head not in known and head not in lexicon().short_places and head not in here and not _abroad(head):
            continue
        first = _certain(head, language)
        if first is None:
            continue
        last = _certain(name[end:], language)
        rest = [last] if last is not None else _links(name[end:], language, most - 1)
        # 莲花池西路 is no 池西路 in the county 莲花: what is not in the gazetteer hangs on whole names
        if rest is None and head.endswith(_WHOLE) and (last := _built(name[end:], language)) is not None:
            rest = [last]
        if rest is None and head == "台湾" and (last := _taiwanese(name[end:], language)) is not None:
            rest = [last]
        if rest is not None:
            return [first, *rest]
    return None


def _certain(name: str, language: Book) -> str | None:
    """One name that is certain: with words of its own in this language, numbered, or in the gazetteer."""
    if language.traditional and (english := hong_kong_english().get(name)):
        stays = language.language in IN_CHARACTERS
        return characters(name, language.language) if stays else english
    own = (
        language.word("places", name)
        or language.word("here", kinds("here").get(name, ""))
        or _country(name, language)
    )
    if own is not None:
        return own
    if (numbered := _NUMBERED_LINE.fullmatch(name)) is not None:
        return language.word("made", "metro_line", {"name": numbered[1]})
    if (named := _NAMED_LINE.fullmatch(name)) is not None:
        spelt = _spelt(named[1], language)
        return language.word("made", "named_line", {"name": spelt}) if spelt else None
    if (numbered := _NUMBERED_ROAD.fullmatch(name)) is not None:
        if numbered[1]:
            return numbered[1].upper()
        kind = kinds("made")[numbered[3] or numbered[4]]
        return language.word("made", kind, {"name": numbered[2] or numbered[5]})
    if name not in gazetteer() and name not in lexicon().short_places:
        return None
    if language.language in IN_CHARACTERS:
        return characters(name, language.language)
    return _administrative(name, language)


def _built(name: str, language: Book) -> str | None:
    """A name that its end proves: a stem, and what it is."""
    if not language.spells:
        return None
    settlement = _spelt(name, language) if _SETTLEMENT.fullmatch(name) else None
    return _made(name, language) or _town(name, language) or settlement


def _taiwanese(name: str, language: Book) -> str | None:
    """A county or city of Taiwan, which the gazetteer does not list; spelt as it is there."""
    stem = name[:-1]
    if name[-1:] not in {"县", "市"} or stem not in names():
        return None
    spelt = characters(stem, language.language) if language.language in IN_CHARACTERS else latin(stem)
    return language.word("admin", "county" if name[-1] == "县" else "city", {"name": spelt or stem})


def _country(name: str, language: Book) -> str | None:
    code = _countries().get(_SHORT_COUNTRIES.get(name, name))
    return language.locale.territories.get(code) if code else None


def _abroad(name: str) -> bool:
    return _SHORT_COUNTRIES.get(name, name) in _countries()


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """Chinese names of countries to their codes, as CLDR has them; not those of China's own parts."""
    rows = Locale.parse("zh_Hans").territories.items()
    return {name: code for code, name in rows if code.isalpha() and code not in _OURS and len(code) == len("CN")}


def _administrative(name: str, language: Book) -> str | None:
    for end, kind in ends_of("admin", name):
        stem = name.removesuffix(end)
        if any(f"{name}{full}" in gazetteer() for full in _WHOLE):
            break  # 杭州, 通州: short names that end so
        if kind.startswith("autonomous") or end == "州":
            stem = without_peoples(stem)
        if len(stem) < _SHORTEST:
            if len(name) > _SHORTEST:
                continue  # 清新区 is no new district
            stem = name  # 房县 is written together: Fangxian
        # 南海区 is a district, not the sea: words of its own has only what is large
        own = language.word("places", stem) if kind in _LARGE else None
        spelt = own or latin(stem)
        return language.word("admin", kind, {"name": spelt}) if spelt else None
    return language.word("places", name) or latin(name)


def _town(name: str, language: Book) -> str | None:
    for end, kind in ends_of("admin", name):
        stem = name.removesuffix(end)
        if kind in _HANGING and _SHORTEST <= len(stem) <= _TOWN_STEM:
            spelt = characters(stem, language.language) if language.language in IN_CHARACTERS else latin(stem)
            return language.word("admin", kind, {"name": spelt}) if spelt else None
    return None


def _made(name: str, language: Book) -> str | None:
    code = ""
    if coded := _CODE.fullmatch(name):
        code, name = coded[1].upper(), coded[2]
    for end, kind in ends_of("made", name):
        stem = name.removesuffix(end)
        if not 0 < len(stem) <= _TOWN_STEM + 2:
            continue
        stays = language.language in IN_CHARACTERS
        # what means something may stand in characters, but neither a larger place nor anything that is no name
        if (_NO_NAME if stays else _NO_STEM).search(stem):
            return None
        if stays and language.word("made", kind, {"name": ""}) == "":
            return characters(f"{code}{name}", language.language)
        # 南海大道 is an avenue, not the sea; 西江干流 is the river's
        own = language.word("places", stem) if kind in _OF_A_RIVER else None
        spelt = own or (characters(stem, language.language) if stays else latin(stem))
        if spelt is None:
            return None
        said = language.word("made", kind, {"name": spelt})
        return f"{code} {said}" if code and said else said
    return None


def _spelt(stem: str, language: Book) -> str | None:
    if not language.spells:
        return None
    if language.language in IN_CHARACTERS:
        return characters(stem, language.language)
    return language.word("places", stem) or latin(stem)
