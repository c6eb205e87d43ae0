"""Dates: 7月21日, July 21–23, 21 de julio, 2026-07-21. A year, a month and a day are figures of their own."""

import re
from collections.abc import Callable, Iterator

from bot.language.fidelity.figure import HAN, UP_TO_99, Figure, Step, figure, whole
from bot.language.fidelity.words import Words

_ISO_DATE = re.compile(
    r"(?<!\d)(20\d\d|19\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?!\d)|(?<!\d)(\d{1,2})\.(\d{1,2})\.(20\d\d)(?!\d)"
)


def _iso_date(match: re.Match[str]) -> Iterator[Figure]:
    year, _, month, day, d, m, y = match.groups()
    if year is None:
        year, month, day = y, m, d
    yield figure("year", int(year), year)
    yield figure("month", int(month), month)
    yield figure("day", int(day), day)


_YEAR = re.compile(r"((?:19|20)\d\d|[一二][〇零一二三四五六七八九]{3})\s?[年년](?![内来间])")
_MONTH = re.compile(rf"(?<![\d个]){UP_TO_99}\s?[月월](?!\s?内)")
_DAY = re.compile(
    rf"(?<![第\d.])({UP_TO_99})\s?(?:[日일](?![间間内均])|号(?!线|楼|门|院|路|台风|机|馆|令|公告|通告|桥|井))"
)


def steps(words: Words) -> Iterator[Step]:
    """Give what reads dates in a language."""
    yield _ISO_DATE, _iso_date
    if words.language in HAN or words.language == "ko":
        yield _YEAR, lambda match: iter([figure("year", whole(match.group(1)), match.group())])
        yield _MONTH, lambda match: iter([figure("month", whole(match.group()[:-1].strip()), match.group())])
        yield _DAY, lambda match: iter([figure("day", whole(match.group(1)), match.group())])
    if words.months:
        yield from _named_months(words)


def _named_months(words: Words) -> Iterator[Step]:
    for number, name in enumerate(words.months, 1):
        month = number
        risky = name in {"May", "March|Mar"}
        edge = r"(?<!\w)" if words.spaced else ""
        end = r"(?!\w)" if words.spaced else ""
        near = rf"{edge}(?:{name})\.?{end}"
        link = r"\s*(?:de |di |of |،)?\s*"
        ordinal = r"(?:st|nd|rd|th|er|º|ª|\.)?"
        # 21 July, July 21(–23), the 21st of July, 21. Juli, 21 de julio
        until = r"\s*(?:-|–|—|to|and|bis|al|au|à|y|et|und|e|a|по|и)\s*"
        before = rf"(?<![\d.:])(?:(\d{{1,2}}){ordinal}{until})?(\d{{1,2}}){ordinal}{link}(?:the )?{near}"
        yield re.compile(before, re.IGNORECASE), _dated(month)
        yield (
            re.compile(
                rf"{near}\s*(?:the )?(\d{{1,2}}){ordinal}(?![\d:])(?:\s*(?:-|–|—|to|and)\s*(\d{{1,2}}){ordinal}(?![\w:]))?",
                re.IGNORECASE,
            ),
            _dated(month),
        )
        alone = rf"(?<!\w)(?:in|since|of|by|early|mid|late|until|this|last|next)[ -]{near}" if risky else near
        yield re.compile(alone, 0 if risky else re.IGNORECASE), _dated(month)


def _dated(month: int) -> Callable[[re.Match[str]], Iterator[Figure]]:
    def make(match: re.Match[str]) -> Iterator[Figure]:
        yield figure("month", month, match.group())
        for day in match.groups():
            if day is not None:
                yield figure("day", int(day), match.group())

    return make
