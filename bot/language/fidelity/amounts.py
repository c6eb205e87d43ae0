"""Numbers with their units: 3.5万人, 1 200 m², minus 15 °C, Level III, thirty-two; and those that a text only may mean."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.language.fidelity import numerals
from bot.language.fidelity.figure import HAN, Figure, Step, figure, whole
from bot.language.fidelity.words import NOTHING, Words

#: What can stand after Chinese numerals that are a number, and not part of a word.
_MEASURES = (
    "余?(?:人|名(?!义)|位|死|伤|个(?!别|人|体)|天|小时|分钟|秒|级|度|米|毫米|厘米|公里|千米|吨|辆|条|处|户|间|栋|起|次|倍|家|所|座|架|艘|支|架次|"
    "楼|车道|时段|趟|班|列|项|批|轮|项|镇|县|区|村|省|市|号线|号台风|周|月|年|日|号|点|时|元|公斤|层|岁|站|路口|车站|株|头|只|件|例|张|块|份|台|口|宗)"
)
_CN = f"[{numerals.SIGNS}]{{1,9}}"


def steps(words: Words) -> Iterator[Step]:
    """Give what reads numbers in a language; dates and times are to be taken out before."""
    yield _ROMAN_LEVEL, _roman
    if words.language in HAN:
        yield _TENTHS, _tenths
        yield _COUNTED_LIST, _counted_list
        yield _HAN_NUMBER, lambda match: _han_number(match, words)
    yield _number_pattern(words), lambda match: _number(match, words)
    if words.numbers:
        yield _word_pattern(words), lambda match: _word(match, words)


#: What may stand after a temperature to say that it is below zero.
_BELOW = re.compile(
    r"\s?(?:°C?|℃|degrees?|grados?|graus?|degrés?|Grad|градус\w*|درج\w+)?\s*(?:مئوية )?(?:Celsius )?"
    r"(?:below (?:zero|freezing)|bajo cero|negativos?|(?:sous|au-dessous de|en dessous de) zéro|unter null"
    r"|ниже нуля|мороза|تحت الصفر)",
    re.IGNORECASE,
)
_ROMANS = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
_ROMAN_LEVEL = re.compile(
    r"(?<![A-Za-z])(III|II|IV)(?![A-Za-z])"
    r"|(?<![A-Za-z])([IV])(?=\s?(?:级|級|급|-?level|[- ]grade))"
    r"|(?:level|grade|class|nivel|niveau|stufe|nível|уровень|уровня|уровню|المستوى|स्तर|レベル)[ -]?([IV])(?![A-Za-z])",
    re.IGNORECASE,
)


def _roman(match: re.Match[str]) -> Iterator[Figure]:
    text = next(group for group in match.groups() if group)
    yield figure("number", _ROMANS[text.upper()], match.group(), unit="level")


_HAN_NUMBER = re.compile(
    rf"(?<![\d{numerals.SIGNS}数几上近半])({_CN})(?=(?:[至到~—-][{numerals.SIGNS}]{{1,3}})?({_MEASURES}))"
)
#: Grouped thousands, decimals by point or comma, a sign when nothing stands before it.
_DIGITS = r"(?:(?<![A-Za-z0-9)%℃°~—–-])[-−–](?=\d))?\d+(?:(?:[,.\u00a0\u202f ]\d{3}(?!\d))+(?:[.,]\d+)?|[.,]\d+)?"


_TENTHS = re.compile(r"([一二三四五六七八九\d])成(?![立为员果功年都本效])")


def _tenths(match: re.Match[str]) -> Iterator[Figure]:
    """九成 is 90 %."""
    yield figure("number", whole(match.group(1)) * 10, match.group(), unit="percent")


#: 浙江、安徽、江西、湖南4省
_COUNTED_LIST = re.compile(
    r"((?:[\u4e00-\u9fff]{2,14}[、和及]){1,40}[\u4e00-\u9fff]{2,12})(\d{1,2})(?=个?[省市县区州])"
)


def _counted_list(match: re.Match[str]) -> Iterator[Figure]:
    """The number of what has just been named one by one; any other number is left to be read as one."""
    if len(re.findall("[、和及]", match.group(1))) + 1 == int(match.group(2)):
        yield replace(figure("number", int(match.group(2)), match.group(2)), spare=True)


def _han_number(match: re.Match[str], words: Words) -> Iterator[Figure]:
    number = numerals.value(match.group(1))
    unit = _unit(match.string[match.end(1) :], words)
    if number is None or not number:
        return
    one = figure("number", number, match.group(), unit=unit, in_words=True)
    # 一名男子 is "a man", 一周 "a week" or "1 week"; 一级 is a level
    yield replace(one, spare=True) if number == 1 and unit != "level" else one


def _number_pattern(words: Words) -> re.Pattern[str]:
    below = r"(?P<below>零下|氷点下|マイナス|영하|minus |moins |menos (?=\d)|минус |ناقص |शून्य से |below zero )?\s?"
    multiplier = "|".join(re.escape(word) for word in sorted(words.multipliers, key=len, reverse=True))
    eastern = "百万|千万|十万|[万萬亿億千百](?![里山兆米克瓦帕])" if words.language in HAN else ""
    times = "|".join(part for part in (multiplier, eastern) if part)
    end = r"(?!\w)" if words.spaced else ""
    tail = rf"(?:\s?(?P<times>{times}){end})?" if times else "(?P<times>(?!))?"
    # 3万5000, 3만5천
    rest = (
        r"(?:(?<=[万萬亿億만억])(?P<rest>\s?\d{1,4}(?!\d)[千천]?))?"
        if words.language in HAN | {"ko"}
        else "(?P<rest>(?!))?"
    )
    return re.compile(rf"{below}(?P<digits>{_DIGITS}){tail}{rest}", re.IGNORECASE)


def _number(match: re.Match[str], words: Words) -> Iterator[Figure]:
    times = (match.group("times") or "").lower()
    factor = words.multipliers.get(times) or numerals.MULTIPLIERS.get(times) or 1
    sign = -1 if match.group("below") else 1
    more = _rest(match.group("rest") or "")
    values = [sign * (factor * value + more) for value in _values(match.group("digits"), words.decimal)]
    after = match.string[match.end() : match.end() + 40]
    if _BELOW.match(after):
        values = [-value for value in values]
    # 第8名 may be "the eighth"
    ordinal = match.string[: match.start("digits")].endswith("第")
    yield figure("number", values[0], match.group(), *values[1:], unit=_unit(after, words), in_words=ordinal)


def _rest(text: str) -> int:
    """What follows 万: 5000, or 5千."""
    digits = re.sub(r"\D", "", text)
    return int(digits or 0) * (1000 if text and not text[-1].isdecimal() else 1)


#: Digits between two marks of thousands.
_GROUP = 3


def _values(digits: str, decimal: str) -> list[Decimal]:
    """What digits can mean: 1.200 is 1200 in German and 1.2 in English; 5,2 and 5.2 are the same everywhere."""
    negative = digits[0] in "-−–"
    digits = digits.lstrip("-−–").replace("\u00a0", " ").replace("\u202f", " ").replace(" ", "")
    marks = [sign for sign in digits if sign in ".,"]
    if not marks:
        values = [Decimal(digits)]
    elif len(set(marks)) > 1:  # 1,234.5: the last one is the decimal mark
        head, _, rest = digits.rpartition(marks[-1])
        values = [Decimal(f"{re.sub(r'[.,]', '', head)}.{rest}")]
    elif len(marks) > 1:
        values = [Decimal(re.sub(r"[.,]", "", digits))]
    else:
        head, mark, rest = digits.partition(marks[0])
        grouped, parted = Decimal(head + rest), Decimal(f"{head}.{rest}")
        thousands = len(rest) == _GROUP and head != "0"
        values = [parted] * (not thousands or mark == decimal) + [grouped] * thousands
    return [-value for value in values] if negative else values


def _unit(after: str, words: Words) -> str:
    """The unit that stands right after a figure, "" when it is none we know."""
    after = after.lstrip(" \u00a0\u202f-+多余")
    for unit, pattern in words.units.items():
        end = r"(?![\w/])" if words.spaced else ""
        if re.match(f"(?:{pattern}){end}", after, re.IGNORECASE):
            return unit
    return ""


def _word_pattern(words: Words) -> re.Pattern[str]:
    if words.number_words is NOTHING:
        return NOTHING
    multiplier = "|".join(re.escape(word) for word in words.multipliers)
    tail = rf"(?:\s(?P<times>{multiplier})(?!\w))?" if multiplier and words.spaced else "(?P<times>(?!))?"
    return re.compile(f"(?P<word>{words.number_words.pattern}){tail}", re.IGNORECASE)


def _word(match: re.Match[str], words: Words) -> Iterator[Figure]:
    word = match.group("word").lower()
    number = words.numbers.get(word) or words.numbers.get(re.sub(r"[- ]", "[- ]", word))
    if number is None:
        return
    number *= words.multipliers.get((match.group("times") or "").lower(), 1)
    unit = _unit(match.string[match.end() : match.end() + 40], words)
    yield figure("number", number, match.group(), unit=unit, in_words=True)


def loose_values(text: str, words: Words) -> set[Decimal]:
    """Give every number that a text may speak of, also in ordinals and inside words."""
    found: set[Decimal] = set()
    for match in re.finditer(_DIGITS, text):
        found.update(abs(value) for value in _values(match.group(), words.decimal))
    if words.language in HAN:
        found |= numerals.loose_values(text)
    for match in words.loose_words.finditer(text):
        word = match.group().lower()
        number = words.loose_numbers.get(word) or words.loose_numbers.get(re.sub(r"[- ]", "[- ]", word))
        if number is not None:
            found.add(Decimal(number))
    for match in re.finditer(r"(?<![A-Za-z])(III|II|IV|I|V)(?![A-Za-z])", text):
        found.add(Decimal(_ROMANS[match.group(1)]))
    return found
