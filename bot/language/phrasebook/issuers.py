"""Bodies that issue, in the reader's language: their ground and what they are."""

import re

from bot.language.phrasebook.book import Book
from bot.language.phrasebook.characters import IN_CHARACTERS, characters
from bot.language.phrasebook.kinds import ends_of, kinds
from bot.language.phrasebook.names import name_words
from bot.reading.levelling import level_words

_JOINT = re.compile("、|和|与|会同|联合")
_ABBREVIATED = re.compile(r" \([a-z]{2,6}\)$")
_BRANCH = re.compile("(?P<city>.+?)公安局(?P<branch>.+?)分局")
_WEATHER = re.compile(
    "(?P<place>.+?) (?P<central>central )?(?:meteorological|weather) "
    "(?P<end>observatory|bureau|service|authority|authorities|center|centre|administration)"
)
_WEATHER_ENDS = {
    "observatory": "meteorological_observatory",
    "bureau": "meteorological_bureau",
    "center": "meteorological_centre",
    "centre": "meteorological_centre",
}


def issuer_words(given: str, book: Book) -> str | None:
    """A body ("北京市气象台", "市森防办与市气象台", "the Hong Kong Observatory"); None when it is not known whole."""
    words = level_words(given)
    if words.isascii():
        return _english(given, _ABBREVIATED.sub("", words), book)
    said = _one(words, book)
    if said is not None:
        return said
    for joint in _JOINT.finditer(words):
        first, rest = _one(words[: joint.start()], book), issuer_words(words[joint.end() :], book)
        if first and rest:
            return f"{first}{book.word('joining', 'list')}{rest}"
    return None


def _one(words: str, book: Book) -> str | None:
    known = kinds("known").get(words)
    if known is not None:
        return book.word("known", known)
    if branch := _BRANCH.fullmatch(words):
        place, outer = name_words(branch["branch"], book), name_words(branch["city"], book)
        body = book.word("bodies", "police_branch")
        ground = book.word("joining", "within", {"place": place, "outer": outer}) if place and outer else None
        return book.word("joining", "body", {"place": ground, "body": body}) if ground and body else None
    for end, kind in ends_of("bodies", words):
        ground = words.removesuffix(end)
        if not ground:
            continue
        place, body = name_words(ground, book), book.word("bodies", kind)
        if place and body:
            return book.word("joining", "body", {"place": place, "body": body})
    return name_words(words, book)


def _english(given: str, words: str, book: Book) -> str | None:
    known = kinds("known").get(words)
    if known is not None:
        return book.word("known", known)
    if found := _WEATHER.fullmatch(words):
        start = given[: len(found["place"])]
        place, body = name_words(start, book), book.word("bodies", _WEATHER_ENDS.get(found["end"], ""))
        if found["central"]:  # 上海中心气象台 has it in its name, and only there
            central = "上海中心气象台" if start == "Shanghai" else ""
            return (
                _one(central, book)
                if central and book.language not in IN_CHARACTERS
                else (characters(central, book.language) if central else None)
            )
        return book.word("joining", "body", {"place": place, "body": body}) if place and body else None
    return name_words(given, book)
