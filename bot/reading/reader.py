"""Reading a post: from its words to what they prove. This is the room's door; everything else stands behind it."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import TypeVar

from bot.model.reading import Figure, Moment, Place, Reading, SlotValue
from bot.reading import formulas
from bot.reading.claims import claims_of
from bot.reading.clauses import Stretch, ornaments, stretches
from bot.reading.levelling import Levelled, level
from bot.reading.script import script_of
from bot.reading.times import Clock

T = TypeVar("T")

_WARMING = Lock()
#: Minutes east of UTC where nothing else is said: China's and Hong Kong's time, for their agencies are who is read.
CHINA = 480


def read(text: str, *, published: datetime | None = None, utc_offset: int | None = None) -> Reading:
    """Read a text. ``published`` (aware) resolves its times and tells the past from now; without it times stay words.

    Never raises and never guesses: what is not proved is not read. Some milliseconds at most, whatever the text: what
    goes beyond ``MOST_CHARACTERS`` is not looked at, and counts as unread.
    """
    clock = Clock(published, CHINA if utc_offset is None else utc_offset)
    levelled = level(text)
    found = stretches(levelled, text, clock)
    claims, why_not = claims_of(found, levelled.text, clock)
    if claims and levelled.length < len(text):
        claims, why_not = (), "the text is longer than what is read"
    clauses = tuple(stretch.clause for stretch in found)
    values = [value for clause in clauses for slot in clause.slots for value in _each(slot.value)]
    return Reading(
        claims=claims,
        clauses=clauses,
        places=_all(values, Place),
        times=_all(values, Moment),
        figures=_all(values, Figure),
        coverage=_coverage(text, levelled, found),
        language=script_of(text[: levelled.length]),
        why_not=why_not,
    )


def warm() -> None:
    """Load and compile everything (about a second): in a thread at the start, so that the first post waits for nothing.
    Whoever comes while another is at it waits for that.
    """
    with _WARMING:
        _warm()


@lru_cache(maxsize=1)
def _warm() -> None:
    for _ in warming():
        pass


def warming() -> Iterator[None]:
    """The same in several hundred steps of some milliseconds each, for who has something better to do in between."""
    read("北京市气象台发布暴雨橙色预警信号。")
    for formula in formulas.formulas():
        _ = formula.pattern
        yield


def is_warm() -> bool:
    """Tell whether that was done: reading takes milliseconds from then on."""
    return _warm.cache_info().currsize > 0


def _each(value: SlotValue) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _all(values: list[object], kind: type[T]) -> tuple[T, ...]:
    """Give every value of a kind that the clauses' slots hold, in the text's order."""
    return tuple(value for value in values if isinstance(value, kind))


def _coverage(text: str, levelled: Levelled, found: list[Stretch]) -> float:
    """Share of letters, digits and ideographs in read clauses; topics, mentions and links count neither way."""
    aside = [False] * len(levelled.text)
    for start, end in ornaments(levelled.text):
        aside[start:end] = [True] * (end - start)
    read_ones = [False] * len(levelled.text)
    for stretch in found:
        if stretch.clause.read:
            read_ones[stretch.start : stretch.end] = [True] * (stretch.end - stretch.start)
    counted = covered = 0
    for sign, apart, explained in zip(levelled.text, aside, read_ones, strict=True):
        if sign.isalnum() and not apart:
            counted += 1
            covered += explained
    counted += sum(character.isalnum() for character in text[levelled.length : levelled.length * 2 + 1])
    return round(covered / counted, 4) if counted else 0.0
