"""Numbers as Chinese and English write them: 3.5, 1,200, 三十, 两百, 3.4万, 1.2亿, 50余."""

import re

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}

#: A number: digits (with , for thousands), or Chinese numerals; then 万 or 亿.
NUMBER = r"(?:-?\d{1,3}(?:,\d{3})+|-?\d{1,9}(?:\.\d{1,4})?|[零〇一二两三四五六七八九十百千]{1,9})(?:万亿|[万亿])?"
_WHOLE = re.compile(NUMBER)


def number(words: str) -> float | None:
    """Give the value of a number's words, None when they are none."""
    if not _WHOLE.fullmatch(words):
        return None
    factor = 1
    while words[-1] in _LARGE:
        factor *= _LARGE[words[-1]]
        words = words[:-1]
    if words[-1].isdigit():
        return float(words.replace(",", "")) * factor
    value = _chinese(words)
    return None if value is None else float(value * factor)


def _chinese(words: str) -> int | None:
    """三百二十 is 320, 十二 is 12, 二〇一二 is 2012; None for what is no number (十十)."""
    if not any(letter in _TENS for letter in words):
        return int("".join(str(_DIGITS[letter]) for letter in words))
    total, digit, last = 0, None, 10_000
    for letter in words:
        if letter in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[letter]
            continue
        ten = _TENS[letter]
        if ten >= last:
            return None
        total += (1 if digit is None else digit) * ten
        digit, last = None, ten
    return total + (digit or 0)
