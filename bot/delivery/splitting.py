"""Cutting styled text into messages: on sentence borders if possible, entities closed and opened again at each cut."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from bot.delivery.face import Span, Styled
from bot.delivery.writing import units

#: What Telegram takes in one message and in one caption, in UTF-16 units (the stricter way to count).
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

#: Borders from best to worst; a cut falls behind the match.
_BORDERS = (
    re.compile(r"\n\n"),
    re.compile(r"\n"),
    re.compile(r"[。！？!?…]+[”’」』）)\"']*|[.;；]+[”’」』）)\"']*(?=\s)"),
    re.compile(r"[，、,：:]|\s"),
)
#: A better border is taken only if the message is at least this full with it; shorter ones read as broken off.
_LEAST_FULL = (0.6, 0.5, 0.4, 0.2)


def split(styled: Styled, limits: Sequence[int], then: int = TEXT_LIMIT) -> tuple[Styled, ...]:
    """Cut into parts of at most ``limits[i]`` units, and ``then`` for every part after those.

    Blanks around a cut fall away, everything else stays. Each limit must be at least 2 (one surrogate pair).
    Text that fits gives one part; blank text gives none.
    """
    text = styled.text
    offsets = [0, *accumulate(2 if ord(char) > 0xFFFF else 1 for char in text)]  # noqa: PLR2004 - end of the BMP
    parts: list[Styled] = []
    start = _skip_blanks(text, 0)
    while start < len(text):
        limit = limits[len(parts)] if len(parts) < len(limits) else then
        furthest = bisect_right(offsets, offsets[start] + limit) - 1
        end = len(text) if furthest == len(text) else _border(text, start, max(furthest, start + 1))
        kept = start + len(text[start:end].rstrip())
        parts.append(_cut(styled, text[start:kept], offsets[start], offsets[kept]))
        start = _skip_blanks(text, end)
    return tuple(parts)


def shorten(styled: Styled, limit: int) -> Styled:
    """The first ``limit`` units, ended by an ellipsis when something was left out."""
    if units(styled.text) <= limit:
        return styled
    parts = split(styled, (limit - 1,))
    if not parts:  # blanks alone
        return Styled("…")
    return Styled(parts[0].text + "…", parts[0].spans)


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _border(text: str, start: int, furthest: int) -> int:
    """Where to end a part that begins at ``start`` and may reach ``furthest``, which lies inside the text."""
    for border, full in zip(_BORDERS, _LEAST_FULL, strict=True):
        least = start + int((furthest - start) * full)
        # one character more than fits, so that a border's look-ahead and a blank at the very end count
        found = [m for m in border.finditer(text, least, furthest + 1) if least < m.end() and m.end() <= furthest + 1]
        for match in reversed(found):
            end = match.end() if match.end() <= furthest else match.start()
            if end > start:
                return end
    return _between_characters(text, start, furthest)


def _between_characters(text: str, start: int, furthest: int) -> int:
    """The last place that does not part a letter from its marks or an emoji from its parts."""
    for at in range(furthest, max(start, furthest - 32), -1):
        if not _clings(text[at]) and text[at - 1] != "\u200d":
            return at
    return furthest


def _clings(char: str) -> bool:
    return (
        char == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff" or unicodedata.category(char) in {"Mn", "Me", "Mc"}
    )


def _cut(styled: Styled, text: str, begin: int, end: int) -> Styled:
    """The part between two offsets (UTF-16 units), with the pieces of the entities that reach into it."""
    spans = []
    for span in styled.spans:
        first, last = max(span.offset, begin), min(span.offset + span.length, end)
        if first < last:
            spans.append(Span(span.type, first - begin, last - first, span.url))
    return Styled(text, tuple(spans))
