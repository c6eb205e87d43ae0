"""The gaps of a formula: how the words of each kind become a value, or are refused."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from bot.model.reading import Issuer, Level, Place, PlaceKind, Slot, SlotValue, Span
from bot.reading.figures import parse_figure
from bot.reading.kinds import ENGLISH_COLOURS, NAMING, TERM
from bot.reading.levelling import Levelled
from bot.reading.lexicon import lexicon
from bot.reading.places import holds_no_name, parse_places, proved_kind
from bot.reading.times import Clock, parse_moment


class Found(NamedTuple):
    """Words of a slot in the levelled text, with all that is needed to read them."""

    words: str
    start: int
    levelled: Levelled
    text: str
    clock: Clock
    name: str
    #: Where they stand in the text as given, and how it writes them.
    span: Span
    given: str


_FIGHTS = re.compile("(?:[防抗救应减消灭森林草原火汛旱风台震害灾急暴雨雪冰冻重污染天气突发公共卫生事件疫情]){2,14}")
_DENIED_DENIAL = re.compile("(?:不|并非|是否|可能|未必|难道|到底|非)$|是不是|是否")

#: Words that make what looks like an English name a condition, a wish, somebody's own affair.
_NO_ENGLISH_NAME = re.compile(
    r"\b(?:if|when|whenever|not|no|never|my|our|your|may|might|could|would|will|should|unless|why|is|are|was|were|that)\b"
)

#: Kinds that take any words: what stands in them is not explained by standing there.
FREE_KINDS = frozenset(("phrase", "names", "english_place", "places", "epicentre", "english_word"))


#: Letters that stand in no name here: kana, Cyrillic, and whatever else the patterns of names let through.
_FOREIGN = re.compile("[^\\W\u4e00-\u9fff0-9a-z]|_")


def read_slot(kind: str, found: Found) -> Slot | None:
    """Read a slot's words, None when they are refused."""
    value: SlotValue | None
    if kind in NAMING and _FOREIGN.search(found.words):
        return None
    if kind.startswith(TERM):
        value = lexicon().terms[kind.removeprefix(TERM)].get(found.words)
    elif kind in lexicon().units:
        value = parse_figure(found.words, found.span, kind, found.name, found.given)
    else:
        value = _READERS.get(kind, _words)(found)
    return None if value is None else Slot(found.name, found.given, found.span, value, kind)


def _issuer(found: Found) -> Issuer | None:
    if found.words.isascii() or _are_bodies(found.words):
        return Issuer(found.given, found.span)
    return None


@lru_cache(maxsize=1024)
def _are_bodies(words: str) -> bool:
    """Whether the words are one body's name or several joined (市森防办与市气象台)."""
    if _is_body(words):
        return True
    for joint in re.finditer("和|与|、|会同|联合", words):
        if _is_body(words[: joint.start()]) and _are_bodies(words[joint.end() :]):
            return True
    return False


def _is_body(words: str) -> bool:
    known = lexicon()
    if words in known.known_bodies:
        return True
    if any(words.endswith(end) and _is_staff(words[: -len(end)]) for end in known.staffs):
        return True
    grounds = (words[: -len(end)] for end in known.bodies if words.endswith(end))
    return any(
        ground in {"市", "省", "区", "县", "国家"} or proved_kind(ground) is not None for ground in grounds if ground
    )


def _is_staff(words: str) -> bool:
    """Whether words are a place and what a staff fights there ("云南省森林草原防灭火")."""
    cuts = (cut for cut in range(2, len(words)) if proved_kind(words[:cut]) is not None)
    return any(_FIGHTS.fullmatch(words[cut:]) and not holds_no_name(words[cut:]) for cut in cuts)


def _area_body(found: Found) -> Issuer | None:
    proved = all(proved_kind(place) for place in found.words.split("、"))
    return Issuer(found.given, found.span) if proved else None


def _moment(found: Found) -> SlotValue | None:
    return parse_moment(found.words, found.span, found.given, found.clock)


def _places(found: Found) -> SlotValue | None:
    return parse_places(found.words, found.start, found.levelled, found.text, strict=found.name != "where")


def _epicentre(found: Found) -> SlotValue | None:
    """Any name will do: it stands in a report of the network, and the world is larger than the gazetteer."""
    if holds_no_name(found.words):
        return None
    listed = parse_places(found.words, found.start, found.levelled, found.text, strict=False)
    return listed or (Place(found.given, found.span, found.given, PlaceKind.NAMED),)


def _names(found: Found) -> str | None:
    """A name of anything: refused when it holds what no name holds (京藏高速可能, 如果北京地铁)."""
    return None if holds_no_name(found.words) else found.given


def _position(found: Found) -> str | None:
    return None if holds_no_name(found.words.replace("的", "")) else found.given


def _rumour(found: Found) -> str | None:
    """What is denied; not what is denied to be denied (并非谣言)."""
    return None if _DENIED_DENIAL.search(found.words) else found.given


def _english_place(found: Found) -> str | None:
    return None if _NO_ENGLISH_NAME.search(found.words) else found.given


def _words(found: Found) -> str:
    return found.given


def _hazard(found: Found) -> SlotValue | None:
    known = lexicon()
    return known.hazards.get(found.words) or known.hazards_en.get(found.words)


def _colour(found: Found) -> SlotValue | None:
    english = ENGLISH_COLOURS.get(found.words)
    return Level(english) if english else lexicon().colours.get(found.words)


_READERS: dict[str, Callable[[Found], SlotValue | None]] = {
    "issuer": _issuer,
    "cenc": lambda found: Issuer(found.given, found.span),
    "area_body": _area_body,
    "time": _moment,
    "from": _moment,
    "range": _moment,
    "point": _moment,
    "span": _moment,
    "places": _places,
    "named_place": _epicentre,
    "epicentre": _epicentre,
    "names": _names,
    "position": _position,
    "rumour": _rumour,
    "english_place": _english_place,
    "hazard": _hazard,
    "colour": _colour,
    "response": lambda found: lexicon().response_levels[found.words],
    "english_response": lambda found: lexicon().response_levels[found.words[6:] + "级"],
}
