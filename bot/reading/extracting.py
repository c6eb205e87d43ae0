"""A long post cut down to its facts: whole sentences of its own, in their order, and none left out that says how grave it
is, what was done, who came to harm, or when. Where those alone are too long, there is no extract.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.model.reading import Reading, Span
from bot.reading.levelling import MOST_CHARACTERS, level_words
from bot.reading.lexicon import data

#: Stands where sentences were left out.
GAP = "…"
_SEAM = f" {GAP} "
#: What ends a sentence in any case, a line that may, a full stop that may, and what may hold sentences of its own.
_MARKS = re.compile(r"[。！？!?｡．\n.“「『（(【《\"]")
_PAIRS = {"“": "”", "「": "」", "『": "』", "（": "）", "(": ")", "【": "】", "《": "》", '"': '"'}
#: A quotation or bracket longer than this, or over the end of a line, is taken for a slip: its sentences are split.
_LONGEST_QUOTE = 300
_CLOSING = "”」』）)】》\"' \t\u3000"
#: A full stop ends a sentence behind a word of three letters or a figure of two, before a blank, unless it abbreviates.
_WORD = re.compile(r"(?:[A-Za-z]{3,}|\d\d)[)\"'”]?$")
_ABBREVIATED = re.compile(
    r"\b(?:approx|dept|gov|gen|capt|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|ave|blvd|nos|hrs|mins|etc|vol|est|inc|ltd|mrs|col|sgt|lat|lon|max|min)$",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"\s*(?:[-*•·]|\d{1,2}[.)、])")
#: Units of figures that count people.
_PEOPLE = frozenset(("person", "household", "case"))
#: Names of formulas that turn what the others say, or say what to do.
_FRAMES = ("frame.", "drill.", "denied.", "past.")
_ADVICE = "guide."
#: Longer texts have no extract; no message shows as much.
_LONGEST = 20_000
#: Languages whose facts can be told from the rest by words.
_LANGUAGES = frozenset(("zh-Hans", "zh-Hant", "en"))


@dataclass(frozen=True, slots=True)
class Extract:
    """What of a text says the facts. ``text`` is "" where there is no extract, and the whole text where nothing was left
    out.
    """

    text: str = ""
    #: The sentences that were kept, in the original.
    kept: tuple[Span, ...] = ()
    left_out: int = 0

    def __bool__(self) -> bool:
        return bool(self.text)


def extract(text: str, reading: Reading, room: int) -> Extract:
    """Cut a text down to at most ``room`` characters. ``reading`` is what was read of it; it says the language, too.

    There is no extract where the facts alone take more than that, and in languages that are not read. Some milliseconds
    for a post of usual length, some tens for 12,000 characters.
    """
    if len(text) > _LONGEST:
        return Extract()
    sentences = list(split(text))
    if len(text.strip()) <= room:
        return Extract(text.strip(), tuple(sentences), 0)
    if reading.language not in _LANGUAGES:
        return Extract()
    told = list(_told(reading))
    kept = {number for number, span in enumerate(sentences) if _is_fact(text, span, told)}
    if not kept or len(_joined(text, sentences, kept)) > room:
        return Extract()
    length = len(_joined(text, sentences, kept))
    for number in _worth_most_first(text, sentences, kept, reading):
        # one that closes a gap takes the two signs of that, and its blanks, away
        if length + len(text[slice(*sentences[number])]) - len(_SEAM) <= room:
            more = len(_joined(text, sentences, kept | {number}))
            if more <= room:
                kept.add(number)
                length = more
    shown = _joined(text, sentences, kept)
    return Extract(shown, tuple(sentences[number] for number in sorted(kept)), len(sentences) - len(kept))


def split(text: str) -> Iterator[Span]:
    """Give the sentences of a text, each with its stop and closing quotation marks; blanks between them are in none.

    Rather two sentences as one than one as two: a semicolon ends none, nor does what stands in quotation marks.
    """
    start = at = 0
    while match := _MARKS.search(text, at):
        mark, at = match.group(), match.end()
        if mark in _PAIRS:
            end = text.find(_PAIRS[mark], at, at + _LONGEST_QUOTE)
            if end >= 0 and text.find("\n", at, end) < 0:
                at = end + 1
            continue
        if (mark == "." and not _full_stop(text, match.start())) or (mark == "\n" and _wrapped(text, match.start())):
            continue
        if mark != "\n":
            while at < len(text) and text[at] in _CLOSING + "。！？!?":
                at += 1
        yield from _trimmed(text, start, at)
        start = at
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    words = text[start:end]
    if words.strip():
        begins = start + len(words) - len(words.lstrip())
        yield Span(begins, begins + len(words.strip()))


def _full_stop(text: str, at: int) -> bool:
    following = text[at + 1 : at + 2]
    if following and not following.isspace() and following not in _CLOSING:
        return False
    before = text[max(0, at - 12) : at]
    return bool(_WORD.search(before)) and not _ABBREVIATED.search(before)


def _wrapped(text: str, at: int) -> bool:
    """Whether a line of Latin letters goes on in the next one, as in bulletins of 70 columns."""
    before, behind = text[max(0, at - 1) : at], text[at + 1 : at + 20]
    if not (before.isascii() and behind[:1].isascii() and before.isalnum() | (before in {",", "-", ";"})):
        return False
    return bool(behind.strip()) and not behind[:1].isspace() and not _LIST_MARK.match(behind)


def _told(reading: Reading) -> Iterator[Span]:
    """Where the reading found a level, an action, a time, people that were counted, or what turns all of it."""
    claimed = {claim.clause for claim in reading.claims}
    for number, clause in enumerate(reading.clauses):
        if number in claimed or clause.form.startswith(_FRAMES):
            yield clause.span
    for moment in reading.times:
        yield moment.span
    for figure in reading.figures:
        if figure.unit in _PEOPLE:
            yield figure.span


def _is_fact(text: str, sentence: Span, told: list[Span]) -> bool:
    if _touches(sentence, told):
        return True
    words = text[sentence.start : sentence.end]
    return any(
        _cues("facts").search(level_words(words[at : at + MOST_CHARACTERS]))
        for at in range(0, len(words), MOST_CHARACTERS)
    )


@lru_cache(maxsize=2)
def _cues(table: str) -> re.Pattern[str]:
    """Give the patterns of a table of ``extract.toml``; the facts have the words that turn a post around, too."""
    patterns = [cue for cues in data("extract.toml")[table].values() for cue in cues]
    if table == "facts":
        guards = data("guards.toml")["anywhere"].values()
        patterns += [re.escape(level_words(word).strip()) for words in guards for word in words]
    return re.compile("|".join(patterns))


def _worth_most_first(text: str, sentences: list[Span], kept: set[int], reading: Reading) -> list[int]:
    """In which order what is no fact is taken where there is room: how it begins, what to do, other figures. The rest is
    left out in any case.
    """
    advice = [clause.span for clause in reading.clauses if clause.form.startswith(_ADVICE)]
    figures = [figure.span for figure in reading.figures]

    def rank(number: int) -> int:
        span = sentences[number]
        if number == 0:
            return 0
        if _touches(span, advice) or _cues("advice").search(level_words(text[span.start : span.end])):
            return 1
        return 2 if _touches(span, figures) else 3

    ranks = {number: rank(number) for number in range(len(sentences)) if number not in kept}
    return sorted((number for number in ranks if ranks[number] < 3), key=lambda number: ranks[number])  # noqa: PLR2004


def _touches(sentence: Span, spans: Iterable[Span]) -> bool:
    return any(span.start < sentence.end and sentence.start < span.end for span in spans)


def _joined(text: str, sentences: list[Span], kept: set[int]) -> str:
    """The kept sentences as they stand in the original, with a mark for each stretch that is left out."""
    pieces: list[str] = []
    before = -1
    for number in sorted(kept):
        span = sentences[number]
        if number != before + 1:
            pieces.append(_SEAM if pieces else _SEAM.lstrip())
        elif pieces:
            pieces.append(text[sentences[before].end : span.start])
        pieces.append(text[span.start : span.end])
        before = number
    if before != len(sentences) - 1:
        pieces.append(_SEAM.rstrip())
    return "".join(pieces)
