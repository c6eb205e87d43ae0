"""From a levelled text to its clauses: where sentences end, which formula explains each stretch whole, what is left."""

import re
from dataclasses import dataclass

from bot.model.reading import Clause, Slot
from bot.reading.candidates import Candidate, candidates_for
from bot.reading.formulas import Formula
from bot.reading.levelling import Levelled
from bot.reading.slots import FREE_KINDS, Found, read_slot
from bot.reading.times import Clock

#: What ends a sentence, and what may end a clause within it.
_STOPS = "。!?;\n…】"
_BREAKS = _STOPS + ",:()【#~|" + '”“"'
#: Between clauses: signs that belong to none, and the numbering of a list.
_BETWEEN = re.compile(
    r"(?:[\s。!?;…,:、()【】~|“”\"\-—*·.]|(?<![0-9])\d{1,2}[.、)](?=[^\d])|[(]\d{1,2}[)]|第[一二三四五六七八九十]是)+"
)
#: Topics, mentions, Weibo's pictures in words, links: they are about the post, not part of what it says.
_ORNAMENT = re.compile(
    r"#[^#\n]{1,40}#|@[\w\-]{1,30}|\[(?![iv]+级)[^\[\]\n级]{1,8}\]|https?://[^\s\u4e00-\u9fff]{1,200}|[\U0001f000-\U0001faff\u2600-\u27bf]"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:no|a|p|a\.m|p\.m|st|mr|dr|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)|[^a-z].)$"
)
#: No more clauses than this are looked at: what follows is left unread.
_MOST_CLAUSES = 200


@dataclass(frozen=True, slots=True)
class Stretch:
    """A clause with what the claims need to know of it: where it stands in the levelled text."""

    clause: Clause
    formula: Formula | None
    start: int
    end: int
    #: Which sentence it stands in.
    sentence: int
    #: True when it begins within quotation marks.
    quoted: bool
    #: Its levelled words.
    words: str
    #: Where its gaps that take any words stand in the levelled text.
    free: tuple[tuple[int, int], ...] = ()


def ornaments(text: str) -> list[tuple[int, int]]:
    """Give where topics, mentions, picture words and links stand in a levelled text."""
    return [match.span() for match in _ORNAMENT.finditer(text)]


def sentences(text: str) -> list[tuple[int, int]]:
    """Give where each sentence begins and ends (its stop included)."""
    found, start = [], 0
    for at, sign in enumerate(text):
        if sign in _STOPS or (sign == "." and _full_stop(text, at)):
            found.append((start, at + 1))
            start = at + 1
    if start < len(text):
        found.append((start, len(text)))
    return found


def _full_stop(text: str, at: int) -> bool:
    following = text[at + 1 : at + 2]
    if following not in {" ", "\n", ""} and following.isascii():
        return False
    return not _ABBREVIATED.search(text[max(0, at - 6) : at])


def stretches(levelled: Levelled, text: str, clock: Clock) -> list[Stretch]:
    """Read a text clause by clause."""
    plain = _without(levelled.text, ornaments(levelled.text))
    quoted = _quoted(plain)
    found: list[Stretch] = []
    for number, (start, end) in enumerate(sentences(plain)):
        if len(found) >= _MOST_CLAUSES:
            break
        _read_sentence(_Sentence(number, start, end, plain, levelled, text, clock), quoted, found)
    return found


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with ornaments as blanks of the same length (~: a sign that no formula has)."""
    for start, end in spans:
        text = text[:start] + "~" * (end - start) + text[end:]
    return text


def _quoted(text: str) -> list[bool]:
    """For each character, whether it stands within quotation marks (the marks themselves do not)."""
    if not any(mark in text for mark in '"“”'):
        return [False] * len(text)
    found, depth, straight = [], 0, False
    for sign in text:
        if sign == "”":
            depth = max(0, depth - 1)
        elif sign == '"':
            straight = not straight
        elif sign == "\n":
            depth, straight = 0, False
        found.append((depth > 0 or straight) and sign not in '"“')
        depth += sign == "“"
    return found


@dataclass(frozen=True, slots=True)
class _Sentence:
    number: int
    start: int
    end: int
    plain: str
    levelled: Levelled
    text: str
    clock: Clock


def _read_sentence(sentence: _Sentence, quoted: list[bool], found: list[Stretch]) -> None:
    words = sentence.plain[sentence.start : sentence.end]
    candidates = candidates_for(words)
    at = sentence.start
    while at < sentence.end and len(found) < _MOST_CLAUSES:
        match = _longest(candidates, sentence, at) if sentence.plain[at] not in ",。、" else None
        if match is None:
            skipped = _BETWEEN.match(sentence.plain, at, sentence.end)
            if skipped:
                at = _past_quote(sentence.plain, at, skipped.end())
                continue
        end = match[1] if match else _next_break(sentence.plain, at, sentence.end)
        formula, slots, free = (match[0], match[2], match[3]) if match else (None, (), ())
        clause = Clause(sentence.levelled.span(at, end), formula.name if formula else "", slots)
        found.append(Stretch(clause, formula, at, end, sentence.number, quoted[at], sentence.plain[at:end], free))
        at = end


def _past_quote(text: str, start: int, end: int) -> int:
    """Stop before the last opening quotation mark, so that a formula that begins with it can fit; then step over it."""
    mark = text.rfind("“", start + 1, end)
    return mark if mark > 0 else end


def _next_break(text: str, start: int, end: int) -> int:
    at = start + 1
    while at < end and text[at] not in _BREAKS and not (text[at] == "." and text[at + 1 : at + 2] in {" ", ""}):
        at += 1
    return at


def _longest(
    candidates: list[Candidate], sentence: _Sentence, at: int
) -> tuple[Formula, int, tuple[Slot, ...], tuple[tuple[int, int], ...]] | None:
    """Give the formula that explains most from here, the first listed of equals."""
    behind = at - sentence.start
    matches = [
        (match.end(), candidate.formula, match)
        for candidate in candidates
        if candidate.until >= behind
        and (match := candidate.formula.pattern.match(sentence.plain, at, sentence.end))
        and match.end() > at
    ]
    matches.sort(key=lambda found: -found[0])
    for end, formula, match in matches:
        slots = _slots(formula, match, sentence)
        if slots is not None:
            free = tuple(match.span(gap.group) for gap in formula.gaps if gap.kind in FREE_KINDS and match[gap.group])
            return formula, end, slots, free
    return None


def _slots(formula: Formula, match: re.Match[str], sentence: _Sentence) -> tuple[Slot, ...] | None:
    """Read every gap that was filled, None when one refuses its words."""
    found: list[Slot] = []
    for gap in formula.gaps:
        words = match[gap.group]
        if words is None:
            continue
        start, end = match.span(gap.group)
        span = sentence.levelled.span(start, end)
        given = sentence.text[span.start : span.end]
        slot = read_slot(
            gap.kind, Found(words, start, sentence.levelled, sentence.text, sentence.clock, gap.name, span, given)
        )
        if slot is None:
            return None
        found.append(slot)
    return tuple(sorted(found, key=lambda slot: slot.span))
