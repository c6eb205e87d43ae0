"""Folding text so that what readers hold to be the same compares equal: width, case, traditional and simplified."""

import unicodedata
from functools import cache
from typing import Any

#: CJK Unified Ideographs, extension A, compatibility forms: where traditional and simplified can differ.
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))


def fold(text: str) -> str:
    """NFKC, case folding, and traditional characters as simplified ones (OpenCC t2s). Idempotent."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if any(low <= ord(c) <= high for c in folded for low, high in _HAN):
        folded = _to_simplified().convert(folded)
    return folded


@cache
def _to_simplified() -> Any:
    # loaded with the first Chinese text: a bot for English feeds never pays for its dictionaries
    from opencc import OpenCC

    return OpenCC("t2s")
