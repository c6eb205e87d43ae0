"""What names in English texts stand for: the Chinese ones that the gazetteer and the book have, and countries."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

from bot.language.phrasebook.book import book
from bot.language.phrasebook.pinyin import latin
from bot.reading.gazetteer import gazetteer
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
    return (
        {words: next(iter(names)) for words, names in ended.items() if len(names) == 1}
        | {words["other"].lower(): key for (section, key), words in rows.items() if section == "places"}
        | {spelt.lower(): name for name in lexicon().short_places if (spelt := latin(name))}
    )


@lru_cache(maxsize=1)
def country_codes() -> Mapping[str, str]:
    """English names of countries, in small letters, to their codes, as CLDR has them."""
    rows = Locale.parse("en").territories.items()
    return {name.lower(): code for code, name in rows if code.isalpha() and len(code) == len("CN")}
