"""Times in the reader's language: the same day, part of the day and clock as the post's words, nothing resolved away."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton, get_month_names

from bot.language.phrasebook.book import Book
from bot.model.reading import Moment
from bot.reading.levelling import level_words
from bot.reading.numbers import number

_DAYS = {
    "今天": "today", "今日": "today", "明天": "tomorrow", "明日": "tomorrow", "后天": "day_after_tomorrow",
    "昨天": "yesterday", "昨日": "yesterday", "前天": "day_before_yesterday", "当天": "same_day", "当日": "same_day",
    "同日": "same_day",
}  # fmt: skip
#: A day and a part of it in one word.
_DAY_PARTS = {
    "今晨": ("today", "morning"), "今早": ("today", "morning"), "明晨": ("tomorrow", "morning"),
    "明早": ("tomorrow", "morning"), "今晚": ("tonight", ""), "今夜": ("tonight", ""), "明晚": ("tomorrow_night", ""),
    "昨晚": ("last_night", ""), "昨夜": ("last_night", ""), "当晚": ("same_day", "evening"),
}  # fmt: skip
_PARTS = {
    "凌晨": "early_hours", "清晨": "morning", "早晨": "morning", "早上": "morning", "早": "morning", "上午": "forenoon",
    "中午": "noon", "正午": "noon", "午间": "noon", "下午": "afternoon", "午后": "afternoon", "傍晚前后": "dusk",
    "傍晚": "dusk", "晚上": "evening", "晚间": "evening", "晚": "evening", "夜间": "night", "夜里": "night",
    "深夜": "late_night", "半夜": "late_night", "白天": "daytime", "前半夜": "first_half_of_night",
    "后半夜": "second_half_of_night",
}  # fmt: skip
#: Parts that say which half of the day the hours 1 to 11 are of, and those that hours after noon go with.
_LATE = frozenset(("noon", "afternoon", "dusk", "evening", "night", "late_night"))
#: 夜间2时, 深夜1点: these may be either side of midnight; only from here on is it surely the evening.
_NIGHT_FROM = 6
_NIGHTS = frozenset(("night", "late_night", "evening"))
_FIXED = {
    "今明两天": "today_tomorrow", "今明两日": "today_tomorrow", "今明天": "today_tomorrow", "今明后三天": "three_days",
    "明后两天": "next_two_days", "今晚到明天": "tonight_to_tomorrow", "今天到明天": "today_to_tomorrow",
    "近期": "soon", "近日": "these_days", "日前": "recently", "目前": "now", "当前": "now", "现在": "now",
    "即日起": "from_now", "即日": "from_now",
}  # fmt: skip
_TAILS = {
    "许": "about", "左右": "about", "前后": "about", "前": "before", "以前": "before", "之前": "before", "起": "since",
    "开始": "since", "以后": "after", "后": "after",
}  # fmt: skip


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=lambda word: -len(word)))


_POINT = re.compile(
    r"(?:(?:(?P<y>\d{4})[年\-])?(?:(?P<m>\d{1,2})[月\-])?(?:(?P<d>\d{1,2})(?:日|(?=[ (]|$)) ?)?)?"
    rf"(?:(?P<day>{_any({**_DAYS, **_DAY_PARTS})})(?:\((?:(?P<m2>\d{{1,2}})月)?(?P<d2>\d{{1,2}})日\))?)?"
    rf"(?P<part>{_any(_PARTS)})?"
    r"(?:(?P<hour>\d{1,2})(?:[时点](?:(?P<minute>\d{1,2})分(?:(?P<second>\d{1,2})秒)?|(?P<half>半)|[正整钟])?|:(?P<colon>\d{2})))?"
    rf"(?P<tail>{_any(_TAILS)})?"
)
_BARE = re.compile("(?:开始|起|以前|之前|前)$")
_JOINT = re.compile("至|到|~|-")
_HOURS = re.compile(r"(?P<head>.*?)(?P<low>\d{1,2})(?:至|到|~|-)(?P<high>\d{1,2})[时点]")
_PERIOD = re.compile(
    r"(?P<way>未来|今后|接下来|过去|近)(?P<low>\d{1,3}|[一二两三四五六七八九十]{1,3})"
    r"(?:[~\-至到](?P<high>\d{1,3}|[一二两三四五六七八九十]{1,3}))?(?:个)?(?P<unit>小时|天|日|周|分钟|月)(?:内|里)?"
)
_UNITS = {"分钟": "minutes", "小时": "hours", "天": "days", "日": "days", "周": "weeks", "月": "months"}
_NOON, _DAY, _HOUR = 12, 24, 60

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ENGLISH_CLOCK = (
    r"(?:(?P<hour{0}>\d{{1,2}})(?:[:.](?P<minute{0}>\d{{2}}))? ?(?P<half{0}>a\.m\.|p\.m\.|am|pm|noon|hours)?"
    r"|(?P<word{0}>noon|midnight))"
)
_ENGLISH_DATE = (
    r"(?:(?P<month{0}>[a-z]+)\.? (?P<d{0}>\d{{1,2}})(?:, (?P<y{0}>\d{{4}}))?"
    r"|(?P<d_{0}>\d{{1,2}}) (?P<month_{0}>[a-z]+)\.?(?: (?P<y_{0}>\d{{4}}))?"
    rf"|(?P<day{{0}}>today|tonight|tomorrow|yesterday|{'|'.join(_WEEKDAYS)})"
    r"(?: (?P<part{0}>morning|afternoon|evening|night))?)"
)
_ENGLISH_ZONE = r"(?: \((?P<zone{0}>beijing|hong kong) time\))?"
_ENGLISH = re.compile(
    rf"(?:at )?{_ENGLISH_CLOCK.format('')}(?: on)?(?:[ ,]+{_ENGLISH_DATE.format('')})?{_ENGLISH_ZONE.format('')}"
    rf"|(?:on )?{_ENGLISH_DATE.format('2')}(?: at {_ENGLISH_CLOCK.format('2')})?{_ENGLISH_ZONE.format('2')}"
)


@dataclass(frozen=True, slots=True)
class _Clock:
    hour: int
    minute: int
    second: int | None = None

    def __str__(self) -> str:
        return f"{self.hour:02d}:{self.minute:02d}" + ("" if self.second is None else f":{self.second:02d}")


@dataclass(frozen=True, slots=True)
class _Near:
    """What the days of a text that names no month are of: the month of the day before, or of a moment that is proved."""

    #: A day at most one day away from the one that is meant, or None.
    proved: date | None = None
    #: The day and month (and year, where it was said) that a range begins with.
    year: str | None = None
    month: str | None = None
    day: str | None = None

    def month_of(self, day: int) -> str | None:
        """The month in which this day falls, None when that is not known."""
        if self.month and self.day:
            # 30日至2日: the next month; its year is left to the words
            return self.month if day >= int(self.day) else str(int(self.month) % 12 + 1)
        days = (self.proved + timedelta(days=off) for off in (-1, 0, 1)) if self.proved else ()
        return next((str(near.month) for near in days if near.day == day), None)


def time_words(moment: Moment, book: Book, *, bare: bool = False) -> str | None:
    """A time of a post ("7月21日18时30分", "未来3小时", "at 5:30 p.m. on 21 July") in the book's language; None when it
    cannot be said exactly. ``bare``: without its 起 or 前, which the sentence says.
    """
    words = level_words(moment.words)
    if bare and words not in _FIXED:
        words = _BARE.sub("", words)
    near = _Near(moment.start.date() if moment.start else None)
    if words in _FIXED:
        return book.word("time", _FIXED[words])
    if words.isascii() and any(letter.isalpha() for letter in words):
        return _english(words, book)
    if period := _PERIOD.fullmatch(words):
        return _period(period, book)
    if hours := _HOURS.fullmatch(words):
        start, end = (_point(f"{hours['head']}{hours[name]}时", book, near) for name in ("low", "high"))
        plain_end = _point(f"{hours['high']}时", book, near)
        if start is None or end is None or plain_end is None:
            return None
        part = _PARTS.get(_part_of(hours["head"]), "")
        return book.word("time", "range", {"from": start, "to": plain_end if not part else end.rpartition(" ")[2]})
    for joint in _JOINT.finditer(words):
        first, last = words[: joint.start()], words[joint.end() :].removesuffix("期间")
        start, end = _point(first, book, near), _point(last, book, _after(first, near))
        if start and end:
            return book.word("time", "range", {"from": start, "to": end})
    return _point(words, book, near)


def _after(first: str, near: _Near) -> _Near:
    """What the second day of a range is near to."""
    found = _POINT.fullmatch(first)
    if found is None or not (found["m"] and found["d"]):
        return near
    return _Near(None, found["y"], found["m"], found["d"])


def _part_of(words: str) -> str:
    return next((part for part in sorted(_PARTS, key=len, reverse=True) if words.endswith(part)), "")


def _period(found: re.Match[str], book: Book) -> str | None:
    low, high = number(found["low"]), number(found["high"]) if found["high"] else None
    if low is None or (found["high"] and high is None):
        return None
    way = "past" if found["way"] in {"过去", "近"} else "next"
    count = high if high is not None else low
    shown = f"{low:g}" if high is None else book.word("joining", "range", {"low": f"{low:g}", "high": f"{high:g}"})
    return book.counted("time", f"{way}_{_UNITS[found['unit']]}", count, shown) if shown else None


def _point(words: str, book: Book, near: _Near) -> str | None:
    found = _POINT.fullmatch(words)
    if found is None or not words:
        return None
    day, part = found["day"] or "", _PARTS.get(found["part"] or "", "")
    key = _DAYS.get(day, "")
    if day in _DAY_PARTS:
        key, its_part = _DAY_PARTS[day]
        if part:
            return None  # 今晚夜间: said twice, or something else
        part = its_part
    clock = _clock(found, part or {"tonight": "night", "tomorrow_night": "night", "last_night": "night"}.get(key, ""))
    if clock is None and found["hour"]:
        return None
    said_day = _day(found, key, book, near)
    if said_day is None:
        return None
    pieces: str | None = said_day
    if clock is not None:
        pieces = book.word("time", "day_clock", {"day": said_day, "clock": str(clock)}) if said_day else str(clock)
    elif part:
        named = book.word("time", part)
        pieces = (
            book.word("time", "day_part", {"day": said_day, "part": named or ""}) if said_day and named else named
        )
    if not pieces:
        return None
    tail = _TAILS.get(found["tail"] or "")
    return book.word("time", tail, {"time": pieces}) if tail else pieces


def _clock(found: re.Match[str], part: str) -> _Clock | None:
    if not found["hour"]:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["colon"] or (30 if found["half"] else 0))
    second = int(found["second"]) if found["second"] else None
    if hour > _DAY or minute >= _HOUR or (hour == _DAY and minute) or (second or 0) >= _HOUR:
        return None
    if hour < _NOON and part in _LATE and (part not in _NIGHTS or hour >= _NIGHT_FROM):
        hour += _NOON
    elif hour < _NIGHT_FROM and part in _NIGHTS:
        return None  # 夜间2时 may be of either day
    elif hour == _NOON and part in _NIGHTS:
        hour = _DAY
    return _Clock(hour, minute, second)


def _day(found: re.Match[str], key: str, book: Book, near: _Near) -> str | None:
    """The day, "" where none is named, None when it is no day."""
    month, day = found["m"] or found["m2"], found["d"] or found["d2"]
    if day and not month:
        month = near.month_of(int(day))
    dated = _dated(found["y"], month, day, book)
    if dated is None or not key:
        return dated
    named = book.word("time", key)
    return f"{named} ({dated})" if dated and named else named


def _dated(year: str | None, month: str | None, day: str | None, book: Book) -> str | None:
    if not (year or month or day):
        return ""
    if year and day and not month:
        return None
    if day and not month:
        return book.ordinal("time", "day_of_month", int(day))
    try:
        # a leap year where none is named, so that 29 February is a day
        named = date(int(year or 2024), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if not (year or day):
        return str(get_month_names("wide", "stand-alone", book.locale)[named.month])
    skeleton = ("y" if year else "") + ("MMMM" if month else "") + ("d" if day else "")
    return _formatted(skeleton, named, book.locale)


@lru_cache(maxsize=512)
def _formatted(skeleton: str, day: date, locale: Locale) -> str:
    """Remembered: posts of one day name the same few days."""
    return str(format_skeleton(skeleton, day, locale=locale))


def _english(words: str, book: Book) -> str | None:
    found = _ENGLISH.fullmatch(words)
    if found is None:
        return None
    row = found.groupdict()
    second = "2" if row["day2"] or row["month2"] or row["month_2"] else ""
    get = {name: row.get(f"{name}{second}") for name in ("hour", "minute", "half", "word", "day", "part", "zone")}
    month = row[f"month{second}"] or row[f"month_{second}"]
    number_of_month = next((str(at) for at, name in enumerate(_MONTHS, 1) if month and month.startswith(name)), None)
    if month and number_of_month is None:
        return None
    dated = _dated(
        row[f"y{second}"] or row[f"y_{second}"], number_of_month, row[f"d{second}"] or row[f"d_{second}"], book
    )
    if dated is None:
        return None
    day = book.word("time", get["day"]) if get["day"] else dated
    if get["part"]:
        if get["day"] == "tonight":
            return None
        part = book.word("time", get["part"])
        day = book.word("time", "day_part", {"day": day or "", "part": part or ""})
    clock = _english_clock(get)
    if clock is None:
        return None
    said = day
    if clock:
        said = book.word("time", "day_clock", {"day": day, "clock": clock}) if day else clock
    if said and get["zone"]:
        said = book.word("time", f"{get['zone'].replace(' ', '_')}_time", {"time": said})
    return said or None


def _english_clock(get: dict[str, str | None]) -> str | None:
    """Such as "17:30"; "" where no time of the day is named, None when it is none."""
    if get["word"]:
        return "12:00" if get["word"] == "noon" else "24:00"
    if not get["hour"]:
        return ""
    hour, minute = int(get["hour"]), int(get["minute"] or 0)
    half = (get["half"] or "").replace(".", "")
    if half == "noon":
        return "12:00" if (hour, minute) == (_NOON, 0) else None
    if minute >= _HOUR or hour > (_NOON if half in {"am", "pm"} else _DAY) or (not half and not get["minute"]):
        return None
    if half in {"am", "pm"}:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return str(_Clock(hour, minute))
