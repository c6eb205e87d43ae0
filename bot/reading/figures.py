"""Figures: a number (or a range) with its unit and how it is bounded ("50毫米以上", "10~12级", "约30人")."""

import re
from functools import lru_cache

from bot.model.reading import Bound, Figure, Span
from bot.reading.lexicon import lexicon, one_of
from bot.reading.numbers import NUMBER, number

_BEFORE = {
    "超过": Bound.AT_LEAST, "大于": Bound.AT_LEAST, "高于": Bound.AT_LEAST, "超": Bound.AT_LEAST, "逾": Bound.AT_LEAST,
    "不低于": Bound.AT_LEAST, "至少": Bound.AT_LEAST, "突破": Bound.AT_LEAST,
    "小于": Bound.AT_MOST, "低于": Bound.AT_MOST, "不足": Bound.AT_MOST, "不到": Bound.AT_MOST, "不超过": Bound.AT_MOST,
    "约": Bound.ABOUT, "近": Bound.ABOUT, "大约": Bound.ABOUT,
    "more than ": Bound.AT_LEAST, "over ": Bound.AT_LEAST, "exceeding ": Bound.AT_LEAST, "at least ": Bound.AT_LEAST,
    "less than ": Bound.AT_MOST, "below ": Bound.AT_MOST, "about ": Bound.ABOUT, "around ": Bound.ABOUT,
}  # fmt: skip
_AFTER = {
    "及以上": Bound.AT_LEAST, "或以上": Bound.AT_LEAST, "以上": Bound.AT_LEAST,
    " or above": Bound.AT_LEAST, " or more": Bound.AT_LEAST,
    "以下": Bound.AT_MOST, "以内": Bound.AT_MOST, "左右": Bound.ABOUT, "上下": Bound.ABOUT,
}  # fmt: skip
_BETWEEN = "(?:~|-|至|到|、| to )"


@lru_cache(maxsize=64)
def figure_pattern(unit: str) -> str:
    """Give the pattern of a figure with this unit ("" for any)."""
    return _pattern(unit, named=False)


def _pattern(unit: str, *, named: bool) -> str:
    def part(name: str, pattern: str) -> str:
        return f"(?P<{name}>{pattern})" if named else f"(?:{pattern})"

    words = one_of(_unit_words(unit))
    upper = part("upper", NUMBER)
    return (
        part("before", one_of(_BEFORE)) + "?" + part("low", NUMBER) + part("more", "[余多]") + "?"
        + f"(?:{words}?{_BETWEEN}{upper})?" + f" ?-?{part('unit', words)}" + part("after", one_of(_AFTER)) + "?"
    )  # fmt: skip


def _unit_words(unit: str) -> list[str]:
    units = lexicon().units
    return list(units[unit]) if unit else [word for row in units.values() for word in row]


@lru_cache(maxsize=64)
def _compiled(unit: str) -> re.Pattern[str]:
    return re.compile(_pattern(unit, named=True))


def parse_figure(words: str, span: Span, unit: str, what: str, given: str) -> Figure | None:
    """Read a figure's levelled words; ``given`` is how the text writes them."""
    match = _compiled(unit).fullmatch(words)
    if match is None:
        return None
    value = number(match["low"])
    upper = number(match["upper"]) if match["upper"] else None
    if value is None or (match["upper"] and (upper is None or upper <= value)):
        return None
    before, after = _BEFORE.get(match["before"] or ""), _AFTER.get(match["after"] or "")
    if before and after and before is not after:
        return None
    bound = before or after or (Bound.AT_LEAST if match["more"] else Bound.EXACT)
    if upper is not None:
        bound = Bound.RANGE
    return Figure(given, span, value, unit, what, bound, upper)
