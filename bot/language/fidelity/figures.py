"""All figures of a text in one language: dates first, then clock times, then what numbers are left."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from bot.language.fidelity import amounts, clocks, dates
from bot.language.fidelity.figure import HAN, Figure
from bot.language.fidelity.words import Words

_NOT_NUMBERS = re.compile(
    "今明两天|明后两天|一(?:定|般|些|下|旦|直|律|起|并|时|带|线|度|致|样|切|再|方面|氧化碳|路|体|同|点|经)|统一|万一|进一步|"
    "(?:五一|十一)(?=假|黄金|长假|期间|国庆|劳动|小长假)|十分(?![钟])|十字|千万(?=不|别|注|要)|四川|三亚|九江|六安|四平|万州|万宁|百色|三明|三门峡|三峡|九龙|二连|三沙|双|第一时间|"
    "一手|唯一|之一|不一|周[一二三四五六]|星期[一二三四五六]|礼拜[一二三四五六]|[一二三四五六]氧化"
)


class FigureReader:
    """Reads figures in one language; its patterns are made once."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._steps = (*dates.steps(words), *clocks.steps(words), *amounts.steps(words))

    def read(self, text: str) -> list[Figure]:
        """Give the figures of a text (links and telephone numbers taken out before), in the order in which they stand."""
        reading = _Reading(text, self._words)
        if self._words.language in HAN:
            reading.text = _NOT_NUMBERS.sub(lambda match: "\x00" * len(match.group()), reading.text)
        for pattern, make in self._steps:
            reading.take(pattern, make)
        return [one for _, one in sorted(reading.found, key=lambda item: item[0])]


@dataclass(slots=True)
class _Reading:
    """A text from which figures are taken one kind after the other; what is taken is blanked."""

    text: str
    words: Words
    found: list[tuple[int, Figure]] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str], make: Callable[[re.Match[str]], Iterator[Figure]]) -> None:
        """Take every match that makes a figure."""

        def blank(match: re.Match[str]) -> str:
            figures = list(make(match))
            self.found += [(match.start(), self._bounded(match, figure)) for figure in figures]
            return " " * (len(match.group()) - 1) + "\x00" if figures else match.group()

        self.text = pattern.sub(blank, self.text)

    def _bounded(self, match: re.Match[str], one: Figure) -> Figure:
        """See whether "more than" or "less than" stands beside a number."""
        if one.kind != "number":
            return one
        before, after = (
            match.string[max(0, match.start() - 24) : match.start()],
            match.string[match.end() : match.end() + 24],
        )
        for bound, (ahead, behind) in ((">", self.words.above), ("<", self.words.below)):
            if ahead.search(before) or behind.match(after):
                return replace(one, bound=bound)
        return one
