"""What stands in the gaps of a clause, in the reader's language. What cannot be said exactly is None."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from babel.dates import get_month_names
from babel.numbers import format_decimal

from bot.language.phrasebook.book import Book
from bot.language.phrasebook.characters import characters
from bot.language.phrasebook.issuers import issuer_words
from bot.language.phrasebook.kinds import kinds, storms
from bot.language.phrasebook.names import name_words
from bot.language.phrasebook.pinyin import latin
from bot.language.phrasebook.places import place_words
from bot.language.phrasebook.times import time_words
from bot.model.reading import Bound, Figure, HazardKind, Issuer, Level, Moment, Place, Slot, Term
from bot.reading.levelling import level_words
from bot.reading.lexicon import lexicon
from bot.reading.numbers import number

#: Words that leave the number out itself: "超过50" is not "50 or more".
_MORE = ("超过", "超", "大于", "高于", "逾", "突破", "more than ", "over ", "exceeding ")
_LESS = ("小于", "低于", "不足", "不到", "less than ", "below ")
_BOUNDED = re.compile(
    "^(?:超过|大于|高于|超|逾|不低于|至少|突破|小于|低于|不足|不到|不超过|约|近|大约"
    "|more than|over|exceeding|at least|less than|below|about|around)|(?:以上|以下|以内|左右|上下|or above|or more)$"
)
_DECIMALS = re.compile(r"\d[\d,]*\.(\d+)")
_JOINTS = re.compile("、|以及|及|和|与")
_RANK = re.compile("(iii|ii|iv|i|[一二三四])级")
_GRAVITY = re.compile("特别严重|特别重大|严重|较重|一般|重大|较大")
_POSITION = re.compile(
    r"(?P<place>.+?)(?:的)?(?P<side>偏?[东南西北]{1,3})方向?(?:约|大约)?(?P<km>\d{1,4})公里的?(?:海面|洋面|近海)?上?"
)
_SEA = re.compile("(?P<place>.+?)(?:海面|洋面|近海|海域)上?")
_SUSPECT = re.compile(r"(?P<surname>[\u4e00-\u9fff])某{1,2}(?:\((?P<sex>[男女])(?:,(?P<age>\d{1,3})岁)?\))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def slot_words(slot: Slot, book: Book) -> str | None:
    """The words of one slot."""
    value = slot.value
    match value:
        case Term():
            return book.word(f"terms.{value.group}", value.id)
        case HazardKind():
            return book.word("hazards", value)
        case Level():
            return book.word("levels.response" if slot.kind.endswith("response") else "levels.cma", value)
        case Issuer():
            return issuer_words(value.words, book)
        case Moment():
            # "自7月27日12时起" stands in a sentence that says "from"
            return time_words(value, book, bare=slot.name in {"since", "until"})
        case Figure():
            return figure_words(value, book)
        case tuple():
            if slot.kind == "epicentre":
                # the world is larger than the gazetteer: 苏门答腊岛 is not to be spelt as a Chinese name
                book = replace(book, spells=False)
            return _list([place_words(place, book) for place in value if isinstance(place, Place)], book)
        case _:
            reader = _STRINGS.get(slot.kind)
            return reader(value, book) if reader else None


def figure_words(figure: Figure, book: Book) -> str | None:
    """A figure with its unit and its bound: "50 mm or more", "force 8–9"."""
    words = level_words(figure.words)
    decimals = len(found[1]) if (found := _DECIMALS.search(words)) and not re.search("[万亿]", words) else 0
    shown = _number(figure.value, decimals, book)
    if figure.bound is Bound.RANGE:
        if figure.upper is None or _BOUNDED.search(words):
            return None  # 约30~50, 30~50以上
        upper = _number(figure.upper, decimals, book)
        both = book.word("joining", "range", {"low": shown, "high": upper})
        return book.counted("units", figure.unit, figure.upper, both) if both else None
    said = book.counted("units", figure.unit, figure.value, shown)
    if said is None or figure.bound is Bound.EXACT:
        return said
    key = str(figure.bound)
    if figure.bound is Bound.AT_LEAST and words.startswith(_MORE):
        key = "more_than"
    elif figure.bound is Bound.AT_MOST and words.startswith(_LESS):
        key = "less_than"
    return book.word("joining", key, {"figure": said})


def _number(value: float, decimals: int, book: Book) -> str:
    exact = Decimal(repr(value))
    pattern = "#,##0" + ("." + "0" * decimals if decimals else ".####")
    return str(format_decimal(exact, format=pattern, locale=book.locale))


def _list(said: list[str | None], book: Book) -> str | None:
    if not said or None in said:
        return None
    return (book.word("joining", "list") or "").join(str(one) for one in said)


def _signal(words: str, book: Book) -> str | None:
    signal = lexicon().signals.get(level_words(words))
    if signal is None:
        return None
    return book.word("signals", f"{signal.hazard} {signal.level}" if signal.level else signal.hazard)


def _task(words: str, book: Book) -> str | None:
    levelled = level_words(words)
    own = kinds("tasks").get(levelled)
    if own is not None:
        return book.word("tasks", own)
    hazard = lexicon().responses.get(levelled, "")
    return book.word("tasks", hazard or "relief") if hazard != "" else None


def _causes(words: str, book: Book) -> str | None:
    return _list([_cause(piece, book) for piece in _JOINTS.split(level_words(words))], book)


def _cause(words: str, book: Book) -> str | None:
    said = book.word("causes", words)
    if said is not None:
        return said
    for degree in ("较强的", "较强", "持续性", "持续", "强", "弱"):
        if words.startswith(degree) and (rest := book.word("causes", words.removeprefix(degree))):
            return book.word("degrees", degree, {"cause": rest})
    return None


def _rank(words: str, book: Book) -> str | None:
    levelled = level_words(words)
    said: list[str | None] = []
    if found := _RANK.search(levelled):
        said.append(book.word("ranks", lexicon().response_levels[found[0]]))
    if found := _GRAVITY.search(levelled):
        said.append(book.word("ranks", kinds("gravity")[found[0]]))
    return _list(said, book)


def _position(words: str, book: Book) -> str | None:
    levelled = level_words(words)
    if found := _POSITION.fullmatch(levelled):
        place, side = name_words(found["place"], book), book.word("compass", kinds("compass").get(found["side"], ""))
        distance = book.counted("units", "km", float(found["km"]), found["km"])
        if not (place and side and distance):
            return None
        return book.word("joining", "offshore", {"distance": distance, "bearing": side, "place": place})
    if found := _SEA.fullmatch(levelled):
        place = name_words(found["place"], book)
        return book.word("joining", "sea_near", {"place": place}) if place else None
    return name_words(words, book)


def _suspect(words: str, book: Book) -> str | None:
    found = _SUSPECT.fullmatch(level_words(words))
    surname = latin(found["surname"]) if found else None
    if found is None or surname is None:
        return None
    said: list[str | None] = [book.word("joining", "surnamed", {"name": surname})]
    if found["sex"]:
        said.append(book.word("sexes", "man" if found["sex"] == "男" else "woman"))
    if found["age"]:
        said.append(book.counted("units", "years_old", float(found["age"]), found["age"]))
    return _list(said, book)


def _count(words: str, book: Book) -> str | None:
    value = number(level_words(words))
    return None if value is None else (f"{value:g}" if book else None)


def _decimal(words: str, book: Book) -> str | None:
    """A number without a unit, with the mark that the language has: 6.8, 6,8."""
    levelled = level_words(words)
    return _number(float(levelled), len(levelled.partition(".")[2]), book)


def _as_it_is(words: str, book: Book) -> str | None:
    return words if book else None


def _month(words: str, book: Book) -> str | None:
    at = _MONTHS.index(level_words(words)[:3]) + 1
    return str(get_month_names("wide", "stand-alone", book.locale)[at])


def _storm(words: str, book: Book) -> str | None:
    name = level_words(words).strip('“”"')
    return storms().get(name) if book else None


def _english_storm(words: str, book: Book) -> str | None:
    """The name of a storm, as it stands in an English text."""
    if book.language not in {"zh-Hans", "zh-Hant"}:
        return words.capitalize()
    chinese = next((name for name, english in storms().items() if english.lower() == words.lower()), None)
    return characters(chinese, book.language) if chinese else None


_STRINGS: Mapping[str, Callable[[str, Book], str | None]] = {
    "signal": _signal,
    "task": _task,
    "cause": _causes,
    "rank": _rank,
    "position": _position,
    "suspect": _suspect,
    "years": _count,
    "number": _as_it_is,
    "decimal": _decimal,
    "phone": _as_it_is,
    "typhoon": _storm,
    "names": name_words,
    "phrase": issuer_words,
    "english_place": name_words,
    "english_month": _month,
    "english_word": _english_storm,
    "disease": lambda words, book: book.word("diseases", level_words(words)),
    "police_body": issuer_words,
}
