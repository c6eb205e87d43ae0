"""Whether a filter lets a post through, and which of its parts say so. Nothing here raises.

The logic has three values (Kleene's): what cannot be known is neither yes nor no, its opposite neither, and a filter
lets through whatever is not surely no (design rule 7). Words, phrases, patterns, media, ``is:repost`` and ``is:edited``
are always known, for the text is. Not known are: ``level``, ``hazard``, ``severity``, ``is:update``, ``is:lifted`` and
``is:drill`` of a post that has no fields and could not be read; the level or severity that an alert leaves out;
``place`` where no place is named, or where what is named cannot be told from what is asked for; ``agency`` where nobody
signs; ``lang`` where the language is not said; counts that the platform does not give, or gives as "1000+".
"""

from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Any

import re2

from bot.matching.facts import Facts
from bot.matching.folding import fold, simplified
from bot.matching.places import Where, called, where
from bot.matching.tree import And, Atom, Field, Name, Not, Op, Or, Pattern, Phrase, Tree, Word
from bot.matching.vocabulary import meant_by
from bot.matching.words import goes_on, joined
from bot.model.alert import Severity
from bot.model.post import Count
from bot.model.reading import HazardKind, Level

#: Memory of one compiled pattern, bytes: what needs more would take longer than a filter may take to be read.
PATTERN_BYTES = 1 << 16

#: What a kind of hazard takes in besides itself, where officials have several names for what a reader means by one, or a
#: wider one ("flood" may be any).
_TAKES_IN: Mapping[HazardKind, frozenset[HazardKind]] = {
    HazardKind.FLOOD: frozenset(
        (HazardKind.RIVER_FLOOD, HazardKind.FLASH_FLOOD, HazardKind.WATERLOGGING, HazardKind.NORTHERN_FLOODING)
    ),
    HazardKind.RIVER_FLOOD: frozenset((HazardKind.FLOOD,)),
    HazardKind.FLASH_FLOOD: frozenset((HazardKind.FLOOD,)),
    HazardKind.WATERLOGGING: frozenset((HazardKind.FLOOD,)),
    HazardKind.FIRE: frozenset((HazardKind.FOREST_FIRE_DANGER, HazardKind.FIRE_DANGER)),
    HazardKind.FOREST_FIRE_DANGER: frozenset((HazardKind.FIRE, HazardKind.FIRE_DANGER)),
    HazardKind.FIRE_DANGER: frozenset((HazardKind.FIRE, HazardKind.FOREST_FIRE_DANGER)),
    HazardKind.COLD: frozenset((HazardKind.COLD_WAVE, HazardKind.FROST)),
    HazardKind.COLD_WAVE: frozenset((HazardKind.COLD,)),
    HazardKind.GEOLOGICAL: frozenset((HazardKind.LANDSLIDE, HazardKind.LANDSLIP)),
    HazardKind.TYPHOON: frozenset((HazardKind.TROPICAL_CYCLONE,)),
    HazardKind.TROPICAL_CYCLONE: frozenset((HazardKind.TYPHOON,)),
    HazardKind.LANDSLIDE: frozenset((HazardKind.LANDSLIP, HazardKind.GEOLOGICAL)),
    HazardKind.LANDSLIP: frozenset((HazardKind.LANDSLIDE, HazardKind.GEOLOGICAL)),
    HazardKind.GALE: frozenset((HazardKind.SEA_GALE, HazardKind.THUNDERSTORM_GALE)),
    HazardKind.FOG: frozenset((HazardKind.SEA_FOG,)),
    HazardKind.THUNDERSTORM: frozenset((HazardKind.THUNDERSTORM_GALE, HazardKind.SEVERE_CONVECTION)),
    HazardKind.SANDSTORM: frozenset((HazardKind.DUST,)),
    HazardKind.DUST: frozenset((HazardKind.SANDSTORM,)),
}
#: Rungs of all ladders beside each other, for ``level>=orange``.
RANKS: Mapping[str, int] = {
    Level.WHITE: 0, Level.BLUE: 1, Level.YELLOW: 2, Level.AMBER: 2, Level.ORANGE: 3, Level.RED: 4, Level.BLACK: 5,
    Level.LEVEL_IV: 1, Level.LEVEL_III: 2, Level.LEVEL_II: 3, Level.LEVEL_I: 4,
    Level.ONE: 1, Level.THREE: 2, Level.EIGHT: 3, Level.EIGHT_NE: 3, Level.EIGHT_NW: 3, Level.EIGHT_SE: 3,
    Level.EIGHT_SW: 3, Level.NINE: 4, Level.TEN: 5,
}  # fmt: skip
_COMPARE: Mapping[Op, Callable[[int, int], bool]] = {
    Op.IS: lambda a, b: a == b,
    Op.MORE: lambda a, b: a > b,
    Op.LEAST: lambda a, b: a >= b,
    Op.LESS: lambda a, b: a < b,
    Op.MOST: lambda a, b: a <= b,
}


class Truth(IntEnum):
    """How sure it is that something holds."""

    NO = 0
    UNKNOWN = 1
    YES = 2


def passes(tree: Tree, facts: Facts) -> bool:
    """Whether the post goes through: always, unless the filter surely says no."""
    return judge(tree, facts) is not Truth.NO


def judge(tree: Tree, facts: Facts) -> Truth:
    """How sure it is that the filter holds for the post."""
    match tree:
        case Not(part):
            return Truth(2 - judge(part, facts))
        case And(parts):
            return min((judge(part, facts) for part in parts), default=Truth.YES)
        case Or(parts):
            return max((judge(part, facts) for part in parts), default=Truth.YES)
        case atom:
            return judge_atom(atom, facts)


def judge_atom(atom: Atom, facts: Facts) -> Truth:
    """How sure it is that one atom holds."""
    match atom:
        case Word(text):
            forms, whole = meant_by(text), facts.text
            return _sure(any(found_as_word(form, whole) for form in forms) or (" " in text and said(forms[0], whole)))
        case Phrase(text):
            return _sure(stands_in(called_phrase(text), facts.text))
        case Pattern(source):
            pattern = compiled(source)
            return Truth.UNKNOWN if pattern is None else _sure(pattern.search(facts.text) is not None)
        case Field(name, op, values):
            return _FIELDS[name](facts, op, values)


def deciding(tree: Tree, facts: Facts) -> Iterator[tuple[Tree, Truth]]:
    """The smallest parts that make the filter come out as it does, each with its truth: for a post that goes through
    those that let it through, for one that does not those that stop it. An opposite is given whole.
    """
    truth = judge(tree, facts)
    match tree:
        case And(parts):
            for part in parts:
                if (judge(part, facts) is Truth.NO) == (truth is Truth.NO):
                    yield from deciding(part, facts)
        case Or(parts):
            for part in parts:
                if judge(part, facts) is truth:
                    yield from deciding(part, facts)
        case other:
            yield other, truth


def compiled(source: str) -> Any | None:
    """A pattern ready to search folded text, None for one that RE2 refuses. Case is passed over."""
    try:
        return compile_pattern(source)
    except re2.error:
        return None


@lru_cache(maxsize=4096)
def compile_pattern(source: str) -> Any:
    """As ``compiled``; raises ``re2.error`` with RE2's reason."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = PATTERN_BYTES
    return re2.compile(simplified(source), options)


#: From the first Chinese, Japanese or Korean character on nothing stands between words.
_BORDERLESS = "\u2e80"


def stands_in(word: str, text: str) -> bool:
    """Whether a folded word occurs in folded text; at its Latin ends it must stand free, and before a Cyrillic beginning."""
    return _at(word, text, plural=False)


def found_as_word(word: str, text: str) -> bool:
    """As ``stands_in``, and an English plural of it counts."""
    return _at(word, text, plural=True)


def said(own: str, text: str) -> bool:
    """Whether a folded word itself stands in folded text; of a name of several words each."""
    return bool(own) and all(found_as_word(part, text) for part in own.split(" "))


def _at(word: str, text: str, *, plural: bool) -> bool:
    if not word:
        return True
    start = text.find(word)
    if start != -1 and word[0] >= _BORDERLESS and word[-1] >= _BORDERLESS:
        return True
    while start != -1:
        end = start + len(word)
        before = text[start - 1 : start]
        if not joined(before, word[0]) and not goes_on(before, word[0]):
            if not joined(word[-1], text[end : end + 1]):
                return True
            if plural and any(
                text.startswith(ending, end)
                and not joined(ending[-1], text[end + len(ending) : end + len(ending) + 1])
                for ending in ("s", "es")
            ):
                return True
        start = text.find(word, start + 1)
    return False


@lru_cache(maxsize=65_536)
def called_phrase(text: str) -> str:
    """A phrase as it is looked for."""
    return fold(text)


def _sure(holds: bool) -> Truth:
    return Truth.YES if holds else Truth.NO


# ------------------------------------------------------------------ fields

_Judge = Callable[[Facts, Op, tuple[str, ...]], Truth]


def _level(facts: Facts, op: Op, values: tuple[str, ...]) -> Truth:
    if facts.levels is None:
        return Truth.UNKNOWN
    if op is Op.IS:
        wanted = set(values)
        # "signal 8" asks for any quarter of it
        return _sure(any(level in wanted or (level.value[:1] == "8" and "8" in wanted) for level in facts.levels))
    return _sure(any(_COMPARE[op](RANKS[level], RANKS[value]) for level in facts.levels for value in values))


def _severity(facts: Facts, op: Op, values: tuple[str, ...]) -> Truth:
    if facts.severity is None:
        return Truth.UNKNOWN
    rank = facts.severity.rank
    return _sure(any(_COMPARE[op](rank, Severity(value.capitalize()).rank) for value in values))


def _hazard(facts: Facts, _op: Op, values: tuple[str, ...]) -> Truth:
    if facts.hazards is None:
        return Truth.UNKNOWN
    wanted = {HazardKind(value) for value in values}
    wanted |= {kind for value in tuple(wanted) for kind in _TAKES_IN.get(value, ())}
    return _sure(bool(wanted & facts.hazards))


def _place(facts: Facts, _op: Op, values: tuple[str, ...]) -> Truth:
    return max(_one_place(facts, value) for value in values)


def _one_place(facts: Facts, value: str) -> Truth:
    if any(found_as_word(form, facts.text) for form in called(value)):
        return Truth.YES
    if facts.places is None:
        return Truth.UNKNOWN
    match where(value, facts.places):
        case Where.THERE:
            return Truth.YES
        case Where.ELSEWHERE:
            return Truth.NO
        case Where.UNKNOWN:
            return Truth.UNKNOWN if facts.places_open else Truth.NO


def _agency(facts: Facts, _op: Op, values: tuple[str, ...]) -> Truth:
    if not facts.agencies:
        return Truth.UNKNOWN
    return _sure(any(found_as_word(form, facts.agencies) for value in values for form in meant_by(value)))


def _has(facts: Facts, _op: Op, values: tuple[str, ...]) -> Truth:
    return _sure(not facts.media.isdisjoint(values))


def _is(facts: Facts, _op: Op, values: tuple[str, ...]) -> Truth:
    if not facts.marks.isdisjoint(values):
        return Truth.YES
    return Truth.NO if facts.unsaid.isdisjoint(values) else Truth.UNKNOWN


def _lang(facts: Facts, _op: Op, values: tuple[str, ...]) -> Truth:
    if facts.languages is None:
        return Truth.UNKNOWN
    wanted = [value.lower() for value in values]
    return _sure(any(tag == one or tag.startswith(f"{one}-") for tag in facts.languages for one in wanted))


def _counted(count: Count | None, op: Op, values: tuple[str, ...]) -> Truth:
    if count is None:
        return Truth.UNKNOWN
    holds = _COMPARE[op](count.value, int(values[0]))
    if count.is_lower_bound and holds is not (op in {Op.MORE, Op.LEAST}):
        return Truth.UNKNOWN
    return _sure(holds)


_FIELDS: Mapping[Name, _Judge] = {
    Name.LEVEL: _level,
    Name.SEVERITY: _severity,
    Name.HAZARD: _hazard,
    Name.PLACE: _place,
    Name.AGENCY: _agency,
    Name.HAS: _has,
    Name.IS: _is,
    Name.LANG: _lang,
    Name.FORWARDS: lambda facts, op, values: _counted(facts.forwards, op, values),
    Name.COMMENTS: lambda facts, op, values: _counted(facts.comments, op, values),
    Name.LIKES: lambda facts, op, values: _counted(facts.likes, op, values),
}
