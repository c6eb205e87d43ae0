"""Figures in a text: numbers with their units, clock times, dates. Each language writes them in its own way."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.language.fidelity import numerals
from bot.language.fidelity.words import NOTHING, Words

#: Minutes of a day, hours of half of it.
DAY_MINUTES, NOON_HOUR = 1440, 12
_MOST_HOURS = 24


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``values`` are what it can mean (1.200 in German: 1200 or 1.2); times are minutes of the day."""

    #: "number", "time", "day", "month" or "year".
    kind: str
    values: frozenset[Decimal]
    #: Canonical; "" when none was recognised, which agrees with any.
    unit: str
    #: Written in words: another language may say the same without a number ("both", 三峡).
    in_words: bool
    shown: str
    #: ">" for "more than", "<" for "less than", "" for neither.
    bound: str = ""


@dataclass(slots=True)
class _Reader:
    """A text from which figures are taken one kind after the other; what is taken is blanked."""

    text: str
    words: Words
    found: list[tuple[int, Figure]] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str], make: Callable[[re.Match[str]], Iterator[Figure]]) -> None:
        """Take every match that makes a figure."""

        def blank(match: re.Match[str]) -> str:
            figures = list(make(match))
            self.found += [(match.start(), self._bounded(match, figure)) for figure in figures]
            return " " * (len(match.group()) - 1) + "\x00" if figures else match.group()

        self.text = pattern.sub(blank, self.text)

    def _bounded(self, match: re.Match[str], one: Figure) -> Figure:
        """See whether "more than" or "less than" stands beside a number."""
        if one.kind != "number":
            return one
        before, after = (
            match.string[max(0, match.start() - 24) : match.start()],
            match.string[match.end() : match.end() + 24],
        )
        for bound, (ahead, behind) in ((">", self.words.above), ("<", self.words.below)):
            if ahead.search(before) or behind.match(after):
                return replace(one, bound=bound)
        return one


def figure(
    kind: str, number: Decimal | int, shown: str, *more: Decimal | int, unit: str = "", in_words: bool = False
) -> Figure:
    """Make a figure of one or more possible values."""
    return Figure(kind, frozenset(Decimal(one) for one in (number, *more)), unit, in_words, shown.strip())


# -- numerals in running text ------------------------------------------------------------------------------------

_CN = f"[{numerals.SIGNS}]{{1,9}}"
_N2 = rf"(?:\d{{1,2}}|[{numerals.SIGNS}]{{1,3}})"

#: What can stand after Chinese numerals that are a number, and not part of a word.
_MEASURES = (
    "余?(?:人|名(?!义)|位|死|伤|个(?!别|人|体)|天|小时|分钟|秒|级|度|米|毫米|厘米|公里|千米|吨|辆|条|处|户|间|栋|起|次|倍|家|所|座|架|艘|支|架次|"
    "楼|车道|时段|趟|班|列|项|批|轮|项|镇|县|区|村|省|市|号线|号台风|周|月|年|日|号|点|时|元|公斤|层|岁|站|路口|车站|株|头|只|件|例|张|块|份|台|口)"
)
_NOT_NUMBERS = re.compile(
    "今明两天|明后两天|一(?:定|般|些|下|旦|直|律|起|并|时|带|线|度|致|样|切|再|方面|氧化碳|路|体|同|点|经)|统一|万一|进一步|"
    "(?:五一|十一)(?=假|黄金|长假|期间|国庆|劳动|小长假)|十分(?![钟])|十字|千万(?=不|别|注|要)|四川|三亚|九江|六安|四平|万州|万宁|百色|三明|三门峡|三峡|九龙|二连|三沙|双|第一时间|"
    "一手|唯一|之一|不一|周[一二三四五六]|星期[一二三四五六]|礼拜[一二三四五六]|[一二三四五六]氧化"
)


def read_figures(text: str, words: Words) -> list[Figure]:
    """Give the figures of a text (links and telephone numbers taken out before), in the order in which they stand."""
    reader = _Reader(text, words)
    han = words.language in _EASTERN
    if han:
        reader.text = _NOT_NUMBERS.sub(lambda match: "\x00" * len(match.group()), reader.text)
    for pattern, make in _steps(words, han=han):
        reader.take(pattern, make)
    return [one for _, one in sorted(reader.found, key=lambda item: item[0])]


_EASTERN = frozenset({"zh-Hans", "zh-Hant", "ja"})

Step = tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[Figure]]]


def _steps(words: Words, *, han: bool) -> Iterator[Step]:
    yield _ISO_DATE, _iso_date
    if han or words.language == "ko":
        yield from _east_asian(words)
    if words.months:
        yield from _named_months(words)
    yield _clock_pattern(words), lambda match: _clock(match, words)
    yield from _hour_words(words)
    yield from _named_hours(words)
    yield _ROMAN_LEVEL, _roman
    if han:
        yield _TENTHS, _tenths
        yield _HAN_NUMBER, lambda match: _han_number(match, words)
    yield _number_pattern(words), lambda match: _number(match, words)
    if words.numbers:
        yield _word_pattern(words), lambda match: _word(match, words)


# -- dates -------------------------------------------------------------------------------------------------------

_ISO_DATE = re.compile(
    r"(?<!\d)(20\d\d|19\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?!\d)|(?<!\d)(\d{1,2})\.(\d{1,2})\.(20\d\d)(?!\d)"
)


def _iso_date(match: re.Match[str]) -> Iterator[Figure]:
    year, _, month, day, d, m, y = match.groups()
    if year is None:
        year, month, day = y, m, d
    yield figure("year", int(year), year)
    yield figure("month", int(month), month)
    yield figure("day", int(day), day)


def _whole(text: str) -> Decimal:
    found = numerals.value(text)
    return Decimal(text) if text.isdecimal() else (found if found is not None else Decimal(-1))


_YEAR = re.compile(r"((?:19|20)\d\d|[一二][〇零一二三四五六七八九]{3})\s?[年년](?![内来间])")
_MONTH = re.compile(rf"(?<![\d个]){_N2}\s?[月월](?!\s?内)")
_DAY = re.compile(
    rf"(?<![第\d.])({_N2})\s?(?:[日일](?![间間内均])|号(?!线|楼|门|院|路|台风|机|馆|令|公告|通告|桥|井))"
)
_EAST_CLOCK = re.compile(
    rf"(凌晨|清晨|早晨|早上|今早|明早|上午|中午|下午|午后|傍晚|晚上|晚间|夜间|夜里|今晚|明晚|昨晚|当晚|晚|午前|午後|未明|早朝|朝|夜|夕方|오전|새벽|아침|오후|저녁|밤|深夜)?\s?"
    rf"(?<![\d个第.])({_N2})\s?(?:[时時点點](?!间|間|候|段|[一二三四五六七八九两]|建议|意见|提示|要求|钟头)|시(?!간|속|장|민))\s?(?:({_N2})\s?[分분](?!钟|之)|(半)|整|钟|正)?"
)
_AFTER_NOON = re.compile(r"(?:下午|午后|午後|傍晚|晚上|今晚|오후)[^,,。;;]{1,8}(?:至|到|-|—|~|から|부터)\s?$")
_AM = frozenset("凌晨 清晨 早晨 早上 今早 明早 上午 午前 未明 早朝 朝 오전 새벽 아침".split())
_NOONS = frozenset(["中午"])
_NIGHT = frozenset("晚上 晚间 夜间 夜里 今晚 明晚 昨晚 当晚 晚 夜 밤 深夜".split())


def _east_asian(words: Words) -> Iterator[Step]:
    yield _YEAR, lambda match: iter([figure("year", _whole(match.group(1)), match.group())])
    yield _MONTH, lambda match: iter([figure("month", _whole(match.group()[:-1].strip()), match.group())])
    yield _DAY, lambda match: iter([figure("day", _whole(match.group(1)), match.group())])
    yield _EAST_CLOCK, _east_clock
    del words


def _east_clock(match: re.Match[str]) -> Iterator[Figure]:
    part, hour_text, minute_text, half = match.groups()
    hour = int(_whole(hour_text))
    minute = 30 if half else int(_whole(minute_text)) if minute_text else 0
    if not (0 <= hour <= _MOST_HOURS and 0 <= minute < 60):  # noqa: PLR2004
        return
    hours = _hours(hour, part)
    if not part and hour < NOON_HOUR and _AFTER_NOON.search(match.string[: match.start()]):
        hours = [hour, hour + NOON_HOUR]  # 下午2时至5时
    yield _time(match.group(), *hours, minute=minute)


def _hours(hour: int, part: str | None) -> list[int]:
    """What an hour can mean beside a word for a part of the day."""
    if not part or hour > NOON_HOUR:
        return [hour]
    if part in _AM:
        return [0 if hour == NOON_HOUR and part in {"凌晨", "午前", "오전", "새벽"} else hour]
    if part in _NOONS:
        return [hour + NOON_HOUR if hour < 4 else hour]  # noqa: PLR2004
    if part in _NIGHT:  # 夜间2时 is past midnight, 晚上12点 is midnight
        return [0] if hour == NOON_HOUR else [hour, hour + NOON_HOUR] if hour < 6 else [hour + NOON_HOUR]  # noqa: PLR2004
    return [hour if hour == NOON_HOUR else hour + NOON_HOUR]


def _time(shown: str, *hours: int, minute: int = 0) -> Figure:
    minutes = [(hour * 60 + minute) % DAY_MINUTES for hour in hours]
    return figure("time", minutes[0], shown, *minutes[1:])


def _named_months(words: Words) -> Iterator[Step]:
    for number, name in enumerate(words.months, 1):
        month = number
        risky = name in {"May", "March|Mar"}
        edge = r"(?<!\w)" if words.spaced else ""
        end = r"(?!\w)" if words.spaced else ""
        near = rf"{edge}(?:{name})\.?{end}"
        link = r"\s*(?:de |di |of |،)?\s*"
        ordinal = r"(?:st|nd|rd|th|er|º|ª|\.)?"
        # 21 July, July 21(–23), the 21st of July, 21. Juli, 21 de julio
        before = rf"(?<![\d.:])(?:(\d{{1,2}}){ordinal}\s*(?:-|–|—|to|and|bis|al|au|à|y|et|und|e|a|по|и)\s*)?(\d{{1,2}}){ordinal}{link}(?:the )?{near}"
        yield re.compile(before, re.IGNORECASE), _dated(month)
        yield (
            re.compile(
                rf"{near}\s*(?:the )?(\d{{1,2}}){ordinal}(?![\d:])(?:\s*(?:-|–|—|to|and)\s*(\d{{1,2}}){ordinal}(?![\w:]))?",
                re.IGNORECASE,
            ),
            _dated(month),
        )
        alone = rf"(?<!\w)(?:in|since|of|by|early|mid|late|until|this|last|next)[ -]{near}" if risky else near
        yield re.compile(alone, 0 if risky else re.IGNORECASE), _dated(month)


def _dated(month: int) -> Callable[[re.Match[str]], Iterator[Figure]]:
    def make(match: re.Match[str]) -> Iterator[Figure]:
        yield figure("month", month, match.group())
        for day in match.groups():
            if day is not None:
                yield figure("day", int(day), match.group())

    return make


# -- clock times -------------------------------------------------------------------------------------------------


def _clock_pattern(words: Words) -> re.Pattern[str]:
    """8:30, 8:30 p.m., 8 p.m., de 2 a 5 de la tarde; the part of the day may stand before it (الساعة, दोपहर)."""
    half = "|".join(part for part in (words.clock.get("am", ""), words.clock.get("pm", "")) if part)
    hour = r"(\d{1,2})(?:\s?[:h.]\s?([0-5]\d)(?!\d|[.,]\d))?"
    colon = r"(\d{1,2})\s?[::]\s?([0-5]\d)(?::[0-5]\d)?"
    if not half:
        return re.compile(rf"(?<![\d.])(?<!\d:){colon}(?!\d)")
    until = r"\s*(?:-|–|—|~|to|and|until|till|a|à|et|y|bis|und|e|до|और|से|إلى|و)\s*"
    gap = r"\s*(?:Uhr\s+|heures?\s+|h\s+|horas?\s+|час\w*\s+|ч\.?\s+|बजे\s+)?(?:of the \w+ )?"
    return re.compile(
        rf"(?<![\d.:])(?:{hour}{until})?{hour}{gap}({half})"
        rf"|({half})\s*(?<![\d.:]){hour}(?![\d%])(?=\s*(?:시|時|बजे|Uhr|$|\D))(?!\s*(?:mm|mil))"
        rf"|(?<![\d.])(?<!\d:){colon}(?!\d)",
        re.IGNORECASE,
    )


def _clock(match: re.Match[str], words: Words) -> Iterator[Figure]:
    groups = match.groups()
    if len(groups) == 2:  # noqa: PLR2004 - no words for halves of the day
        yield from _checked(match, int(groups[0]), int(groups[1]), None)
        return
    first, first_minute, hour, minute, part, early, later, later_minute, plain, plain_minute = groups
    if plain is not None:
        yield from _checked(match, int(plain), int(plain_minute), None)
        return
    if later is not None:
        if words.spaced and words.language not in {"ru"} and later_minute is None:
            return  # "tonight 8" is rather a number
        yield from _checked(match, int(later), int(later_minute or 0), _is_pm(early, words))
        return
    afternoon = _is_pm(part, words)
    if first is not None:
        yield from _either(match, int(first), int(first_minute or 0), afternoon)
    yield from _checked(match, int(hour), int(minute or 0), afternoon)


def _is_pm(part: str, words: Words) -> bool:
    pm = words.clock.get("pm", "")
    return bool(pm and re.fullmatch(pm, part, re.IGNORECASE))


def _checked(match: re.Match[str], hour: int, minute: int, afternoon: bool | None) -> Iterator[Figure]:
    if hour > _MOST_HOURS or minute > 59:  # noqa: PLR2004
        return
    if afternoon is not None and hour <= NOON_HOUR:
        late = "night" in match.group().lower() or any(
            w in match.group() for w in ("noche", "밤", "रात", "ليلا", "夜")
        )
        if afternoon and late and (hour < 6 or hour == NOON_HOUR):  # noqa: PLR2004 - 2 at night
            yield _time(match.group(), hour % NOON_HOUR, hour % NOON_HOUR + NOON_HOUR, minute=minute)
            return
        hour = hour % NOON_HOUR + (NOON_HOUR if afternoon else 0)
    yield _time(match.group(), hour, minute=minute)


def _either(match: re.Match[str], hour: int, minute: int, afternoon: bool) -> Iterator[Figure]:
    """The first of "from 10 to 2 p.m." may be before noon or after."""
    if hour > NOON_HOUR or minute > 59:  # noqa: PLR2004
        return
    del afternoon
    yield _time(match.group(), hour % NOON_HOUR, hour % NOON_HOUR + NOON_HOUR, minute=minute)


def _hour_words(words: Words) -> Iterator[Step]:
    """20 h 30, 20 Uhr, a las 20 horas, в 20 часов: an hour of the clock or so many hours; both are kept open."""
    if not words.clock.get("hour_words"):
        return
    pattern = rf"(?<![\d.,:])(\d{{1,2}})\s?(?:{words.clock['hour_words']})(?:\s?([0-5]\d)(?:\s?(?:min|minut\w*|минут\w*|Minuten))?)?(?![\w%])"
    yield re.compile(pattern, re.IGNORECASE), _open_hour


def _open_hour(match: re.Match[str]) -> Iterator[Figure]:
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    if hour > _MOST_HOURS:
        return
    if match.group(2) is None:
        yield Figure("number", frozenset([Decimal(hour)]), "hour", False, match.group())
    else:
        yield _time(match.group(), hour, minute=minute)


def _named_hours(words: Words) -> Iterator[Step]:
    for name, hour in (("noon", NOON_HOUR), ("midnight", 0)):
        if words.clock.get(name):
            edge = (r"(?<![\w-])", r"(?![\w-])") if words.spaced else ("", "")
            pattern = re.compile(rf"{edge[0]}(?:12\s)?(?:{words.clock[name]}){edge[1]}", re.IGNORECASE)
            yield pattern, _at(hour)


def _at(hour: int) -> Callable[[re.Match[str]], Iterator[Figure]]:
    # "around noon" may stand for 中午, which is no figure
    return lambda match: iter([Figure("time", frozenset([Decimal(hour * 60)]), "", True, match.group())])


# -- numbers -----------------------------------------------------------------------------------------------------

_ROMANS = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
_ROMAN_LEVEL = re.compile(
    r"(?<![A-Za-z])(III|II|IV)(?![A-Za-z])"
    r"|(?<![A-Za-z])([IV])(?=\s?(?:级|級|급|-?level|[- ]grade))"
    r"|(?:level|grade|class|nivel|niveau|stufe|nível|уровень|уровня|уровню)[ -]?([IV])(?![A-Za-z])",
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
    yield figure("number", _whole(match.group(1)) * 10, match.group(), unit="percent")


def _han_number(match: re.Match[str], words: Words) -> Iterator[Figure]:
    number = numerals.value(match.group(1))
    if number is None or number <= 1:
        return  # 一名男子 is "a man"
    unit = _unit(match.string[match.end(1) :], words)
    yield figure("number", number, match.group(), unit=unit, in_words=True)


def _number_pattern(words: Words) -> re.Pattern[str]:
    below = r"(?P<below>零下|minus |below zero )?\s?"
    multiplier = "|".join(re.escape(word) for word in sorted(words.multipliers, key=len, reverse=True))
    eastern = "百万|千万|十万|[万萬亿億千百](?![里山兆米克瓦])" if words.language in _EASTERN else ""
    times = "|".join(part for part in (multiplier, eastern) if part)
    end = r"(?!\w)" if words.spaced else ""
    tail = rf"(?:\s?(?P<times>{times}){end})?" if times else "(?P<times>(?!))?"
    # 3万5000, 3만5천
    rest = (
        r"(?:(?<=[万萬亿億만억])(?P<rest>\d{1,4}(?!\d)[千천]?))?"
        if words.language in _EASTERN | {"ko"}
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
    if re.match(r"\s?(?:°C?|℃|degrees?)?\s*(?:Celsius )?below (?:zero|freezing)", after):
        values = [-value for value in values]
    # 第8名 may be "the eighth"
    ordinal = match.string[: match.start("digits")].endswith("第")
    yield figure("number", values[0], match.group(), *values[1:], unit=_unit(after, words), in_words=ordinal)


def _rest(text: str) -> int:
    """What follows 万: 5000, or 5千."""
    digits = re.sub(r"\D", "", text)
    return int(digits or 0) * (1000 if text and not text[-1].isdecimal() else 1)


def _values(digits: str, decimal: str) -> list[Decimal]:
    """What digits can mean: 1.200 is 1200 in German and 1.2 in English; 5,2 and 5.2 are the same everywhere."""
    negative = digits[0] in "-−–"
    digits = digits.lstrip("-−–").replace("\u00a0", " ").replace("\u202f", " ").replace(" ", "")
    marks = [sign for sign in digits if sign in ".,"]
    if not marks:
        values = [Decimal(digits)]
    elif len(set(marks)) > 1:  # 1,234.5: the last one is the decimal mark
        whole, _, rest = digits.rpartition(marks[-1])
        values = [Decimal(f"{re.sub(r'[.,]', '', whole)}.{rest}")]
    elif len(marks) > 1:
        values = [Decimal(re.sub(r"[.,]", "", digits))]
    else:
        whole, mark, rest = digits.partition(marks[0])
        grouped, parted = Decimal(whole + rest), Decimal(f"{whole}.{rest}")
        thousands = len(rest) == 3 and whole != "0"  # noqa: PLR2004
        if not thousands:
            values = [parted]
        else:
            values = [parted, grouped] if mark == decimal else [grouped]
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
    if words.language in _EASTERN:
        found |= numerals.loose_values(text)
    for match in words.loose_words.finditer(text):
        word = match.group().lower()
        number = words.loose_numbers.get(word) or words.loose_numbers.get(re.sub(r"[- ]", "[- ]", word))
        if number is not None:
            found.add(Decimal(number))
    for match in re.finditer(r"(?<![A-Za-z])(III|II|IV|I|V)(?![A-Za-z])", text):
        found.add(Decimal(_ROMANS[match.group(1)]))
    return found
