"""Names of places in English texts, in the reader's language: by the Chinese ones that they stand for, where that is sure."""

import re
from typing import Protocol

from bot.language.phrasebook.book import Book
from bot.language.phrasebook.characters import IN_CHARACTERS, characters
from bot.language.phrasebook.english_names import (
    administrative,
    chinese_names,
    country_codes,
    expressways,
    hong_kong_chinese,
)
from bot.language.phrasebook.kinds import kinds
from bot.reading.levelling import level_words


class InChinese(Protocol):
    """Says a Chinese name in the reader's language."""

    def __call__(self, name: str, language: Book, region: str = "") -> str | None:
        """Give a levelled name's words, None when it is not certain; ``region``: 西南 for "southwest China's"."""


#: "the Tsing Ma Bridge", "Kwun Tong": names, not descriptions.
_NAME = re.compile(r"(?:[A-Z0-9][\w'.&-]*)(?:(?: (?:of|the|and|de))? [A-Z0-9][\w'.&-]*)*")
_LINE = re.compile(r"(?:metro |subway )?line (\d{1,2})")
_AND = re.compile(",? and |, (?=[^,]+(?:,|,? and ))")
_IN = re.compile(", | in ")
_REGION = re.compile(
    r"(?P<side>north|south|east|west|central|northeast|northwest|southeast|southwest) china's (?P<name>.+)"
)
_REGIONS = {
    "north": "华北", "south": "华南", "east": "华东", "central": "华中", "northeast": "东北", "northwest": "西北",
    "southwest": "西南",
}  # fmt: skip
_EXPRESSWAY = re.compile("(?P<ends>[a-z' ]+(?:-[a-z' ]+)+) expressway")
_OF = {"parts of ": "parts", "some parts of ": "parts", "most of ": "most", "most parts of ": "most"}
_LANES = "all lanes of "
_SITE = re.compile("(?:a|an) (?P<site>[a-z ]+?) in (?P<place>.+)")


def english_words(given: str, language: Book, chinese: InChinese) -> str | None:
    """A name or a description of a place in an English text; None when it is not sure. Where the reader's language has
    Latin letters in its texts, what is plainly a name may stand as it is.
    """
    given = re.sub("^[Tt]he ", "", given)
    for described in (_known, _narrowed, _chain, _listed):
        if (said := described(given, language, chinese)) is not None:
            return said
    if language.language in IN_CHARACTERS:
        return None  # Nathan Road因水浸封闭 would be half a translation
    return given if _NAME.fullmatch(given) else None


def _known(given: str, language: Book, chinese: InChinese) -> str | None:
    """One name that stands for a Chinese one, a country, a numbered line or an expressway."""
    name = level_words(given)
    if (known := chinese_names().get(name)) is not None:
        return chinese(known, language)
    if code := country_codes().get(name):
        return language.locale.territories.get(code)
    if line := _LINE.fullmatch(name):
        return language.word("made", "metro_line", {"name": line[1]})
    if (road := hong_kong_chinese().get(name)) is not None:
        if language.language not in IN_CHARACTERS:
            return given
        return road if language.language == "zh-Hant" else characters(level_words(road), language.language)
    if found := _EXPRESSWAY.fullmatch(name):
        road = expressways().get(found["ends"])
        if road and language.language in IN_CHARACTERS:
            return chinese(road, language)
        ends = given[: len(found["ends"])]
        return language.word("made", "expressway", {"name": ends}) if _NAME.fullmatch(ends) else None
    return None


def _narrowed(given: str, language: Book, chinese: InChinese) -> str | None:
    """Parts of a place, all lanes of a road, a road near another, a warehouse in a district."""
    name = level_words(given)
    for start, key in _OF.items():
        rest = given[len(start) :]
        if (
            name.startswith(start)
            and not rest.startswith(tuple(_OF))
            and (place := english_words(rest, language, chinese))
        ):
            part = language.word("parts", key)
            return language.word("joining", "narrowed", {"place": place, "parts": part}) if part else None
    if name.startswith(_LANES) and (road := english_words(given[len(_LANES) :], language, chinese)):
        return language.word("joining", "all_lanes", {"road": road})
    first, near, last = given.partition(" near ")
    if near:
        place, by = (english_words(one, language, chinese) for one in (first, last))
        return language.word("joining", "near", {"place": place, "by": by}) if place and by else None
    if (site := _SITE.fullmatch(name)) and (kind := kinds("english_sites").get(site["site"])):
        said = language.word("sites", kind)
        place = english_words(given[-len(site["place"]) :], language, chinese)
        if said and place and language.language.startswith("zh"):
            return f"{place}{said}"
        return language.word("joining", "within", {"place": said, "outer": place}) if said and place else None
    return None


def _chain(given: str, language: Book, chinese: InChinese) -> str | None:
    """A county in a city or province: "Luding County in southwest China's Sichuan Province"."""
    *small, last = _IN.split(level_words(given).removesuffix(", china"))
    region = ""
    if found := _REGION.fullmatch(last):
        region, last = _REGIONS.get(found["side"], ""), found["name"]
        if not region:
            return None
    whole = administrative((*small, last)) if small else chinese_names().get(last)
    return chinese(whole, language, region) if whole else None


def _listed(given: str, language: Book, chinese: InChinese) -> str | None:
    if not _AND.search(given):
        return None
    said = [english_words(piece, language, chinese) for piece in _AND.split(given)]
    return None if None in said else (language.word("joining", "list") or "").join(map(str, said))
