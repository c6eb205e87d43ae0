"""One figure of a text, and how one is made: a pattern, and what a match of it means."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.language.fidelity import numerals

#: Minutes of a day, hours of half of it and of all of it.
DAY_MINUTES, NOON_HOUR, DAY_HOURS = 1440, 12, 24

#: Languages that write figures with Chinese numerals, too.
HAN = frozenset({"zh-Hans", "zh-Hant", "ja"})
#: Up to two digits, or up to three numerals.
UP_TO_99 = rf"(?:\d{{1,2}}|[{numerals.SIGNS}]{{1,3}})"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``values`` are what it can mean (1.200 in German: 1200 or 1.2); times are minutes of the day."""

    #: "number", "time", "day", "month" or "year".
    kind: str
    values: frozenset[Decimal]
    #: Canonical; "" when none was recognised, which agrees with any.
    unit: str
    #: Written in words: another language may say the same without a number ("both", 三峡).
    in_words: bool
    shown: str
    #: ">" for "more than", "<" for "less than", "" for neither.
    bound: str = ""
    #: May be said or not, for it says nothing more (一名男子 is "a man"; the 4 after four provinces).
    spare: bool = False


#: A pattern, and what makes figures of its matches; a match that makes none stays in the text.
Step = tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[Figure]]]


def figure(
    kind: str, number: Decimal | int, shown: str, *more: Decimal | int, unit: str = "", in_words: bool = False
) -> Figure:
    """Make a figure of one or more possible values."""
    return Figure(kind, frozenset(Decimal(one) for one in (number, *more)), unit, in_words, shown.strip())


def clock_time(shown: str, *hours: int, minute: int = 0, second: int = 0) -> Figure:
    """Make a clock time of one or more possible hours."""
    minutes = [(hour * 60 + minute) % DAY_MINUTES + Decimal(second) / 60 for hour in hours]
    return figure("time", minutes[0], shown, *minutes[1:])


def whole(text: str) -> Decimal:
    """Give the number that digits or numerals say, -1 when they say none."""
    found = numerals.value(text)
    return Decimal(text) if text.isdecimal() else (found if found is not None else Decimal(-1))
