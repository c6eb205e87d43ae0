"""Chinese (and Japanese) numerals as numbers: 三十二, 一万二千, 两百零五, 二〇二六."""

import re
from decimal import Decimal

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
SIGNS = "".join((*_DIGITS, *_SMALL, *_LARGE))
RUN = re.compile(f"[{SIGNS}]+")
#: What may follow digits to make them larger: 3.5万, 2千, 1.2亿.
MULTIPLIERS = {**_LARGE, "百万": 1_000_000, "千万": 10_000_000, "十万": 100_000, "千": 1000, "百": 100}


def value(text: str) -> Decimal | None:
    """Give the number that a run of numerals says, None when it says none (十千, 万)."""
    if not text or any(sign not in SIGNS for sign in text):
        return None
    if all(sign in _DIGITS for sign in text):  # 二〇二六, 一二三: digit by digit
        return Decimal("".join(str(_DIGITS[sign]) for sign in text))
    total, part, digit = 0, 0, None
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _SMALL:
            part += (1 if digit is None else digit) * _SMALL[sign]
            digit = None
        else:
            part += digit or 0
            if not part:
                return None
            total += part * _LARGE[sign]
            part, digit = 0, None
    return Decimal(total + part + (digit or 0))


def loose_values(text: str) -> set[Decimal]:
    """Give every number that numerals in the text may mean, also inside words (三峡, 双休)."""
    found = {Decimal(_DIGITS[sign]) for sign in text if sign in _DIGITS}
    found |= {Decimal(number) for sign, number in {**_SMALL, **_LARGE}.items() if sign in text}
    for run in RUN.findall(text):
        number = value(run)
        if number is not None:
            found.add(number)
    if re.search("[双俩对]", text):
        found.add(Decimal(2))
    if "首" in text or "单" in text:
        found.add(Decimal(1))
    return found
