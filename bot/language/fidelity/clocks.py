"""Clock times: 下午2时30分, 8 p.m., 20 h 30, 20 Uhr, noon; what a bare hour can mean beside a word for a part of the day."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from bot.language.fidelity.figure import (
    DAY_HOURS,
    HAN,
    NOON_HOUR,
    UP_TO_99,
    Figure,
    Step,
    clock_time,
    whole,
)
from bot.language.fidelity.words import Words

_EAST_CLOCK = re.compile(
    rf"(凌晨|清晨|早晨|早上|今早|明早|上午|中午|下午|午后|傍晚|晚上|晚间|夜间|夜里|今晚|明晚|昨晚|当晚|晚|午前|午後|未明|早朝|朝|夜|夕方|오전|새벽|아침|오후|저녁|밤|深夜)?\s?"
    rf"(?<![\d个第.])({UP_TO_99})\s?(?:[时時点點](?!间|間|候|段|[一二三四五六七八九两]|建议|意见|提示|要求|钟头)|시(?!간|속|장|민))\s?(?:({UP_TO_99})\s?[分분](?!钟|之)(?:\s?(\d{{1,2}})[秒초])?|(半)|整|钟|正)?"
)
_AFTER_NOON = re.compile(r"(?:下午|午后|午後|傍晚|晚上|今晚|오후)[^,,。;;]{1,8}(?:至|到|-|—|~|から|부터)\s?$")
_AM = frozenset(
    ["凌晨", "清晨", "早晨", "早上", "今早", "明早", "上午", "午前", "未明", "早朝", "朝", "오전", "새벽", "아침"]
)
_NOONS = frozenset(["中午"])
_NIGHT = frozenset(["晚上", "晚间", "夜间", "夜里", "今晚", "明晚", "昨晚", "当晚", "晚", "夜", "밤", "深夜"])
#: The halves of the day by their short names.
_HALF = re.compile(r"[ap]\.?\s?m\b", re.IGNORECASE)


def steps(words: Words) -> Iterator[Step]:
    """Give what reads clock times in a language."""
    if words.language in HAN or words.language == "ko":
        yield _EAST_CLOCK, _east_clock
    yield _clock_pattern(words), lambda match: _clock(match, words)
    yield from _hour_words(words)
    yield from _named_hours(words)


def _east_clock(match: re.Match[str]) -> Iterator[Figure]:
    part, hour_text, minute_text, second, half = match.groups()
    hour = int(whole(hour_text))
    minute = 30 if half else int(whole(minute_text)) if minute_text else 0
    if not (0 <= hour <= DAY_HOURS and 0 <= minute < 60):  # noqa: PLR2004
        return
    hours = _hours(hour, part)
    if not part and hour < NOON_HOUR and _AFTER_NOON.search(match.string[: match.start()]):
        hours = [hour, hour + NOON_HOUR]  # 下午2时至5时
    yield clock_time(match.group(), *hours, minute=minute, second=int(second or 0))


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


def _clock_pattern(words: Words) -> re.Pattern[str]:
    """8:30, 8:30 p.m., 8 p.m., de 2 a 5 de la tarde; the part of the day may stand before it (الساعة, दोपहर)."""
    half = "|".join(part for part in (words.clock.get("am", ""), words.clock.get("pm", "")) if part)
    hour = r"(\d{1,2})(?:\s?[:h.]\s?([0-5]\d)(?!\d|[.,]\d))?"
    colon = r"(\d{1,2})\s?[::]\s?([0-5]\d)(?::([0-5]\d))?"
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
    if len(groups) == 3:  # noqa: PLR2004 - no words for halves of the day
        yield from _checked(match, int(groups[0]), int(groups[1]), None, int(groups[2] or 0))
        return
    first, first_minute, hour, minute, part, early, later, later_minute, plain, plain_minute, plain_second = groups
    if plain is not None:
        yield from _checked(match, int(plain), int(plain_minute), None, int(plain_second or 0))
        return
    if later is not None:
        if words.spaced and words.language != "ru" and later_minute is None:
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


def _checked(
    match: re.Match[str], hour: int, minute: int, afternoon: bool | None, second: int = 0
) -> Iterator[Figure]:
    if hour > DAY_HOURS or minute > 59:  # noqa: PLR2004
        return
    if afternoon is not None and hour <= NOON_HOUR:
        late = "night" in match.group().lower() or any(
            w in match.group() for w in ("noche", "밤", "रात", "ليلا", "夜")
        )
        if afternoon and late and (hour < 6 or hour == NOON_HOUR):  # noqa: PLR2004 - 2 at night
            yield clock_time(match.group(), hour % NOON_HOUR, hour % NOON_HOUR + NOON_HOUR, minute=minute)
            return
        if hour == NOON_HOUR and not afternoon and not _HALF.search(match.group()):
            # "from 6:00 to 12:00 in the morning" ends at noon, "12 a.m." is midnight
            yield clock_time(match.group(), 0, NOON_HOUR, minute=minute)
            return
        hour = hour % NOON_HOUR + (NOON_HOUR if afternoon else 0)
    yield clock_time(match.group(), hour, minute=minute, second=second)


def _either(match: re.Match[str], hour: int, minute: int, afternoon: bool) -> Iterator[Figure]:
    """The first of "from 10 to 2 p.m." may be before noon or after."""
    if hour > NOON_HOUR or minute > 59:  # noqa: PLR2004
        return
    del afternoon
    yield clock_time(match.group(), hour % NOON_HOUR, hour % NOON_HOUR + NOON_HOUR, minute=minute)


def _hour_words(words: Words) -> Iterator[Step]:
    """20 h 30, 20 Uhr, a las 20 horas, в 20 часов: an hour of the clock or so many hours; both are kept open."""
    if not words.clock.get("hour_words"):
        return
    minutes = r"(?:\s?([0-5]\d)(?:\s?(?:min|minut\w*|минут\w*|Minuten))?)?"
    pattern = rf"(?<![\d.,:])(\d{{1,2}})(?:\.([0-5]\d))?\s?(?:{words.clock['hour_words']}){minutes}(?![\w%])"
    yield re.compile(pattern, re.IGNORECASE), _open_hour


def _open_hour(match: re.Match[str]) -> Iterator[Figure]:
    hour, minute = int(match.group(1)), match.group(2) or match.group(3)
    if hour > DAY_HOURS:
        return
    if minute is None:
        yield Figure("number", frozenset([Decimal(hour)]), "hour", False, match.group())
    else:
        yield clock_time(match.group(), hour, minute=int(minute))


def _named_hours(words: Words) -> Iterator[Step]:
    for name, hour in (("noon", NOON_HOUR), ("midnight", 0)):
        if words.clock.get(name):
            edge = (r"(?<![\w-])", r"(?![\w-])") if words.spaced else ("", "")
            pattern = re.compile(rf"{edge[0]}(?:12\s)?(?:{words.clock[name]}){edge[1]}", re.IGNORECASE)
            yield pattern, _at(hour)


def _at(hour: int) -> Callable[[re.Match[str]], Iterator[Figure]]:
    # "around noon" may stand for 中午, which is no figure
    return lambda match: iter([Figure("time", frozenset([Decimal(hour * 60)]), "", True, match.group())])
