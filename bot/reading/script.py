"""Which script a text is in, as far as its own characters say: simplified, traditional, or English letters."""

import re
from functools import lru_cache
from operator import ne

from bot.reading.levelling import level_words

_HAN, _KANA = re.compile("[\u3400-\u9fff]"), re.compile("[\u3040-\u30ff]")


def script_of(text: str) -> str:
    """Give "zh-Hans", "zh-Hant", "en" or "".

    Traditional as soon as a character has another, simplified form; kana makes it no Chinese at all.
    """
    han = _HAN.findall(text)
    if _KANA.search(text):
        return ""
    if han:
        return "zh-Hant" if sum(map(ne, map(_level, han), han)) * 20 >= len(han) else "zh-Hans"
    letters = [letter for letter in text if letter.isalpha()]
    return "en" if letters and sum(letter.isascii() for letter in letters) >= 0.9 * len(letters) else ""


@lru_cache(maxsize=8192)
def _level(letter: str) -> str:
    return level_words(letter)
