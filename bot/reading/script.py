"""Which script a text is in, as far as its own characters say: simplified, traditional, or English letters."""

from functools import lru_cache

from bot.matching.folding import fold


def script_of(text: str) -> str:
    """Give "zh-Hans", "zh-Hant", "en" or "".

    Traditional as soon as a character has another, simplified form; kana makes it no Chinese at all.
    """
    han = [letter for letter in text if "\u3400" <= letter <= "\u9fff"]
    if any("\u3040" <= letter <= "\u30ff" for letter in text):
        return ""
    if han:
        return "zh-Hant" if sum(_level(letter) != letter for letter in han) * 20 >= len(han) else "zh-Hans"
    letters = [letter for letter in text if letter.isalpha()]
    return "en" if letters and sum(letter.isascii() for letter in letters) >= 0.9 * len(letters) else ""


@lru_cache(maxsize=8192)
def _level(letter: str) -> str:
    return fold(letter)
