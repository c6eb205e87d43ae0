"""A text levelled for reading: widths, case, traditional and simplified made one, with the way back to each character."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.matching.folding import fold
from bot.model.reading import Span

#: Longer texts are read up to here: a post is some thousand characters, and reading stays within its time.
MOST_CHARACTERS = 4_000

#: Signs that look alike and mean one thing, made one before anything is read.
_ALIKE = {
    "～": "~", "〜": "~", "∼": "~", "—": "-", "–": "-", "‐": "-", "‑": "-", "−": "-", "－": "-", "﹣": "-",
    "「": "“", "」": "”", "『": "“", "』": "”", "〝": "“", "〞": "”", "＂": '"', "·": "·", "•": "·", "・": "·",
    "｡": "。", "．": ".", "’": "'", "‘": "'", "〔": "(", "〕": ")",
    "衞": "卫",  # Hong Kong's form, which the table of traditional characters lacks
}  # fmt: skip

_GAP = re.compile(" [ \n]*|\n[ \n]+")


@dataclass(frozen=True, slots=True)
class Levelled:
    """The levelled text; ``origins[i]`` is where its character ``i`` stood in the text as given."""

    text: str
    origins: Sequence[int]
    #: How many characters of the given text were read (it may have been cut).
    length: int

    def span(self, start: int, end: int) -> Span:
        """Where the levelled characters from ``start`` to ``end`` stood."""
        if start >= end:
            at = self.origins[start] if start < len(self.origins) else self.length
            return Span(at, at)
        last = self.origins[end - 1] + 1
        return Span(self.origins[start], last)

    def at(self, original: int) -> int:
        """The first levelled character at or after a place of the given text."""
        return bisect_left(self.origins, original)


def level(text: str) -> Levelled:
    """Level a text, at most MOST_CHARACTERS of it.

    White space stays as one blank between two ASCII characters (English words) and goes elsewhere; a line break stays
    one, for it ends a sentence.
    """
    text = text[:MOST_CHARACTERS]
    every = [_level_character(character) for character in text]
    whole = "".join(every)
    origins: Sequence[int] = range(len(text))
    if len(whole) != len(text) or "" in every:
        origins = [at for at, levelled in enumerate(every) for _ in levelled]
    if _GAP.search(whole) is None:
        return Levelled(whole, origins, len(text))
    out: list[str] = []
    kept: list[int] = []
    at = 0
    for gap in _GAP.finditer(whole):
        start, end = gap.span()
        out.append(whole[at:start])
        kept.extend(origins[at:start])
        at = end
        if (line := whole.find("\n", start, end)) >= 0:
            out.append("\n")
            kept.append(origins[line])
        elif start and end < len(whole) and whole[start - 1].isascii() and whole[end].isascii():
            out.append(" ")
            kept.append(origins[start])
    return Levelled("".join(out) + whole[at:], (*kept, *origins[at:]), len(text))


@lru_cache(maxsize=4096)
def level_words(words: str) -> str:
    """Level words of the lexicon and the formulas, as texts are; remembered, for a slot's are asked for again and again."""
    return level(words).text


@lru_cache(maxsize=16_384)
def _level_character(character: str) -> str:
    """Give what one character becomes: itself folded, a blank, a line break, or nothing."""
    if character in "\n\r\u2028\u2029":
        return "\n"
    if character.isspace():
        return " "
    alike = _ALIKE.get(character)
    if alike is not None:
        return alike
    folded = fold(character).replace(" ", "")
    return "".join(_ALIKE.get(piece, piece) for piece in folded)
