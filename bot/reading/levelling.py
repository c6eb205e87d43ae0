"""A text levelled for reading: widths, case, traditional and simplified made one, with the way back to each character."""

from bisect import bisect_left
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


@dataclass(frozen=True, slots=True)
class Levelled:
    """The levelled text; ``origins[i]`` is where its character ``i`` stood in the text as given."""

    text: str
    origins: tuple[int, ...]
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
    out: list[str] = []
    origins: list[int] = []
    gap: int | None = None
    for at, character in enumerate(text):
        levelled = _level_character(character)
        if levelled == " ":
            gap = at if gap is None else gap
            continue
        for piece in levelled:
            if (
                gap is not None
                and out
                and piece != "\n"
                and out[-1].isascii()
                and piece.isascii()
                and out[-1] != "\n"
            ):
                out.append(" ")
                origins.append(gap)
            gap = None
            if piece == "\n" and out and out[-1] == "\n":
                continue
            out.append(piece)
            origins.append(at)
    return Levelled("".join(out), tuple(origins), len(text))


def level_words(words: str) -> str:
    """Level words of the lexicon and the formulas, as texts are."""
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
