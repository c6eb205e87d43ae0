"""One place of a list in the reader's language: its name, and what narrows it (贵州南部山区, 自西向东, 等地)."""

import re
from functools import lru_cache

from bot.language.phrasebook.book import Book
from bot.language.phrasebook.kinds import kinds
from bot.language.phrasebook.names import name_words
from bot.model.reading import Place
from bot.reading.gazetteer import gazetteer
from bot.reading.levelling import level_words
from bot.reading.lexicon import lexicon, one_of

_SWEEP = re.compile("自([东南西北]{1,2})[向往]([东南西北]{1,2})")
_COUNTED = re.compile(r"(?<=[^0-9])\d{1,2}(?:省|市|县|区|省份|省区市|省区|个市|个县)$")


def place_words(place: Place, language: Book) -> str | None:
    """One place of a list, with what narrows it. Nothing of its words is lost: what is neither name nor narrowing is none."""
    words, parts = level_words(place.words), []
    if sweep := _SWEEP.match(words):
        compass = [language.word("compass", kinds("compass").get(side, "")) for side in sweep.groups()]
        if None in compass:
            return None
        parts.append(language.word("joining", "sweep", {"from": str(compass[0]), "to": str(compass[1])}))
        words = words[sweep.end() :]
    words, name = _COUNTED.sub("", words), level_words(place.name)
    if (apart := _apart(words)) is not None and name not in gazetteer():
        # 南部山区 is no district of its own; a place without a name is of the one before it
        name = "" if words.startswith(name) else name
    elif not words.startswith(name) or (apart := _apart(words.removeprefix(name))) is None:
        return None
    for part in apart or ():
        key = kinds("narrowing").get(part) or lexicon().parts[part]
        if key != "area":
            parts.append(language.word("parts", key))
    if None in parts:
        return None
    narrowed = (language.word("joining", "list") or "").join(str(part) for part in parts)
    if not name:
        return narrowed or None
    said = name_words(place.name, language)
    if said is None or not narrowed:
        return said
    return language.word("joining", "narrowed", {"place": said, "parts": narrowed})


def _apart(words: str) -> list[str] | None:
    """The words that narrow a place, one by one; None where something else is among them."""
    found, narrowing = [], _narrowing()
    while words := words.removeprefix("的"):
        match = narrowing.match(words)
        if match is None:
            return None
        found.append(match[0])
        words = words[match.end() :]
    return found


@lru_cache(maxsize=1)
def _narrowing() -> re.Pattern[str]:
    return re.compile(one_of(lexicon().parts))
