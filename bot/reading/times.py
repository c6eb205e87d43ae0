"""Times as the agencies write them, kept as words and, where the publishing time proves it, resolved to an instant."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from bot.model.reading import Moment, Span
from bot.reading.numbers import number

_PART = (
    "(?:凌晨|清晨|早晨|早上|上午|中午|正午|午间|下午|午后|傍晚前后|傍晚|晚上|晚间|夜间|夜里|深夜"
    "|白天|前半夜|后半夜|半夜|早|晚)"
)
_DAYWORD = "(?:今天|今日|今晨|今早|今晚|今夜|明天|明日|明晨|明早|明晚|后天|昨天|昨日|昨晚|昨夜|前天|当天|当日|当晚|即日|同日)"
_DATE = r"(?:(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{4}年(?:\d{1,2}月)?(?!\d)|(?<!\d)\d{1,2}日|\d{4}-\d{1,2}-\d{1,2})"
_ABOUT = "(?:许|左右|前后|前)"
_CLOCK = rf"(?:\d{{1,2}}[时点](?:\d{{1,2}}分(?:\d{{1,2}}秒)?|半|正|整|钟|{_ABOUT})?{_ABOUT}?|\d{{1,2}}:\d{{2}})"
_POINT = rf"(?:(?:(?:{_DATE}|{_DAYWORD}(?:\({_DATE}\))?){_PART}?|{_PART}){_CLOCK}?|{_CLOCK})"
_COUNT = r"(?:\d{1,3}|[一二两三四五六七八九十几]{1,3})"
_LENGTH = rf"{_COUNT}(?:[~\-至到]{_COUNT})?(?:个)?(?:小时|天|日|周|分钟|个月|月)"
#: {1} says nothing, but without it the compiler makes one table of 64 K for the four, in every formula.
_TO = "(?:至|到{1}|~|-)"
#: So long from now, or until now.
SPAN = f"(?:未来|今后|接下来|过去|近){_LENGTH}(?:内)?"
ZH = (
    f"(?:{_DATE}\\d{{1,2}}{_TO}\\d{{1,2}}[时点]|{_POINT}(?:{_TO}{_POINT}(?:期间)?|以前|之前|前后|前|起|开始|以后|后)?"
    f"|{SPAN}|今明两?[天日]|今明后三天|今晚到明天|今天到明天|近期|近日|日前|目前|当前|现在|明后两天)"
)

#: From a point on, which is not said to end.
FROM = f"{_POINT}(?:起|开始)"

#: From one point to another, and nothing else.
PERIOD = f"(?:{_DATE}\\d{{1,2}}{_TO}\\d{{1,2}}[时点]|{_POINT}{_TO}{_POINT}(?:期间)?)"

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = "(?:" + "|".join(f"{m}|{m[:3]}\\.|{m[:4]}\\.|{m[:3]}" for m in _MONTHS) + ")"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EN_CLOCK = r"(?:\d{1,2}(?:[:.]\d{2})? ?(?:a\.m\.|p\.m\.|am|pm|noon|midnight|hours)|\d{1,2}:\d{2}|noon|midnight)"
_EN_DATE = (
    rf"(?:{_MONTH} \d{{1,2}}(?:, \d{{4}})?|\d{{1,2}} {_MONTH}(?: \d{{4}})?"
    rf"|(?:today|tonight|tomorrow|yesterday|{'|'.join(_WEEKDAYS)})(?: morning| afternoon| evening| night)?)"
)
_EN_ZONE = r"(?: \((?:beijing|hong kong) time\))?"
EN = rf"(?:(?:at )?{_EN_CLOCK}(?: on)?(?: ?,? ?{_EN_DATE})?{_EN_ZONE}|(?:on )?{_EN_DATE}(?: at {_EN_CLOCK})?)"

#: Parts of a day and the hours that they add to a clock's 1 to 11.
_AFTERNOON = (
    "下午",
    "午后",
    "傍晚",
    "晚上",
    "晚间",
    "夜间",
    "夜里",
    "深夜",
    "晚",
    "今晚",
    "今夜",
    "明晚",
    "昨晚",
    "昨夜",
    "当晚",
)
_DAY_OFFSET = {"今": 0, "明": 1, "后": 2, "昨": -1, "前": -2, "同": 0}


@dataclass(frozen=True, slots=True)
class Clock:
    """When the text was published (aware) and the minutes east of UTC in which its times are meant."""

    published: datetime | None
    utc_offset: int

    @property
    def zone(self) -> timezone:
        """The zone of the text's times."""
        return timezone(timedelta(minutes=self.utc_offset))

    @property
    def today(self) -> date | None:
        """The day on which it was published, there."""
        return self.published.astimezone(self.zone).date() if self.published else None


_ZH_POINT = re.compile(
    rf"(?P<date>{_DATE})?(?P<day>{_DAYWORD})?(?:\((?:{_DATE})\))?(?P<part>{_PART})?"
    r"(?:(?P<hour>\d{1,2})(?:[时点](?:(?P<minute>\d{1,2})分(?:(?P<second>\d{1,2})秒)?|(?P<half>半)|钟)?|:(?P<colon>\d{2})))?"
    r"(?:许|正|整|左右|前后|前|以前|之前|起|开始|以后|后)*"
)
_ZH_DATE = re.compile(r"(?:(?P<year>\d{4})[年\-])?(?:(?P<month>\d{1,2})[月\-])?(?P<day>\d{1,2})日?")
_ZH_RANGE = re.compile(rf"(?P<from>{_POINT}){_TO}(?P<to>{_POINT})(?:期间)?")
_ZH_PERIOD = re.compile(
    r"(?P<way>未来|今后|接下来|过去)(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:个)?(?P<unit>小时|天|日|分钟|周)(?:内)?"
)
#: What a period begins with, and the signs of which a range has one.
_PERIODS_BEGIN, _JOINTS = "未今接过", frozenset("至到~-")
_UNITS = {
    "小时": timedelta(hours=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "分钟": timedelta(minutes=1),
    "周": timedelta(weeks=1),
}
_EN_POINT = re.compile(
    r"(?:at )?(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))? ?"
    r"(?P<half>a\.m\.|p\.m\.|am|pm|noon|midnight|hours)?|(?P<word>noon|midnight))?"
    rf"(?: on)?(?:[ ,]*(?P<date>{_EN_DATE}))?(?: at (?P<clock2>{_EN_CLOCK}))?{_EN_ZONE}"
)
_EN_HALF = re.compile(" (?:morning|afternoon|evening|night)$")
#: Hours of a day and of half a day, minutes of an hour.
_DAY, _NOON, _HOUR = 24, 12, 60


def parse_moment(words: str, span: Span, given: str, clock: Clock) -> Moment:
    """Read a time's levelled words. What cannot be proved stays None; the words are kept."""
    start, end = _resolve(words, clock)
    return Moment(given, span, start, end)


def _resolve(words: str, clock: Clock) -> tuple[datetime | None, datetime | None]:
    try:
        if words[0] in _PERIODS_BEGIN and (found := _ZH_PERIOD.fullmatch(words)):
            return _period(found, clock)
        if not _JOINTS.isdisjoint(words) and (found := _ZH_RANGE.fullmatch(words)):
            return _range(found["from"], found["to"], clock)
        if words.isascii() and (english := _EN_POINT.fullmatch(words)):
            return _english(english, clock)
        point = _ZH_POINT.fullmatch(words)
        day, hours = _day_of(point, clock), _clock_of(point)
        if hours is not None and day is not None:
            return _at(day, hours, clock), None
        return _whole_day(words, day, clock)
    except (ValueError, OverflowError):
        return None, None  # 31 April, 25 o'clock: words that name no time


def _period(found: re.Match[str], clock: Clock) -> tuple[datetime | None, datetime | None]:
    count = number(found["n"])
    if clock.published is None or count is None:
        return None, None
    length, now = count * _UNITS[found["unit"]], clock.published.astimezone(UTC)
    return (now - length, now) if found["way"] == "过去" else (now, now + length)


def _range(first: str, last: str, clock: Clock) -> tuple[datetime | None, datetime | None]:
    start_point, end_point = _ZH_POINT.fullmatch(first), _ZH_POINT.fullmatch(last)
    day = _day_of(start_point, clock)
    if day is None:
        return None, None
    start_hours, end_hours = _clock_of(start_point), _clock_of(end_point)
    end_day = _day_of(end_point, clock, base=day) or day
    if start_hours is None or end_hours is None:
        if _ZH_DATE.fullmatch(first) and _ZH_DATE.fullmatch(last):
            return _at(day, timedelta(0), clock), _at(end_day, timedelta(days=1), clock)
        return None, None
    start, end = _at(day, start_hours, clock), _at(end_day, end_hours, clock)
    return (start, end) if end > start else (start, None)


def _day_of(match: re.Match[str] | None, clock: Clock, base: date | None = None) -> date | None:
    """Give the day that a point names; ``base`` (else the day of publishing) stands where it names none."""
    if match is None:
        return None
    today = base or clock.today
    if match["date"]:
        return _date_of(match["date"], today)
    if match["day"]:
        offset = _DAY_OFFSET.get(match["day"][0])
        return clock.today + timedelta(days=offset) if clock.today and offset is not None else None
    return today


def _date_of(words: str, near: date | None) -> date | None:
    """Give the full date; a missing year or month is the one nearest to ``near``."""
    found = _ZH_DATE.fullmatch(words)
    if found is None:
        return None
    year, month, day = (int(found[name]) if found[name] else None for name in ("year", "month", "day"))
    if year and month and day:
        return date(year, month, day)
    if near is None or day is None:
        return None
    if month:
        return min(
            (d for y in (-1, 0, 1) if (d := _maybe(near.year + y, month, day))),
            key=lambda d: abs(d - near),
            default=None,
        )
    months = [(near.year + (near.month - 1 + m) // 12, (near.month - 1 + m) % 12 + 1) for m in (-1, 0, 1)]
    return min((d for y, m in months if (d := _maybe(y, m, day))), key=lambda d: abs(d - near), default=None)


def _maybe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock_of(match: re.Match[str] | None) -> timedelta | None:
    """Give the hours and minutes of a point since midnight; 24时 is the next midnight."""
    if match is None or match["hour"] is None:
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or match["colon"] or (30 if match["half"] else 0))
    if hour > _DAY or minute >= _HOUR or (hour == _DAY and minute):
        return None
    part = match["part"] or match["day"] or ""
    if hour < _NOON and part in _AFTERNOON:
        hour += 12
    elif hour == _NOON and part in {"晚上", "晚间", "深夜", "今晚", "夜间"}:
        hour = _DAY
    return timedelta(hours=hour, minutes=minute, seconds=int(match["second"] or 0))


def _whole_day(words: str, day: date | None, clock: Clock) -> tuple[datetime | None, datetime | None]:
    """今天, 8月2日, 今明两天: whole days, where the words are nothing but that."""
    if words in {"今明两天", "今明两日", "今明天"} and clock.today:
        day, length = clock.today, 2
    elif day is not None and (
        _ZH_DATE.fullmatch(words) or words in {"今天", "今日", "明天", "明日", "后天", "昨天", "昨日", "前天"}
    ):
        length = 1
    else:
        return None, None
    return _at(day, timedelta(0), clock), _at(day, timedelta(days=length), clock)


def _at(day: date, since_midnight: timedelta, clock: Clock) -> datetime:
    return (datetime.combine(day, time(0), clock.zone) + since_midnight).astimezone(UTC)


def _english(found: re.Match[str], clock: Clock) -> tuple[datetime | None, datetime | None]:
    day = _english_day(found["date"] or "", clock)
    if day is None:
        return None, None
    if found["word"]:
        return _at(day, timedelta(hours=12 if found["word"] == "noon" else 24), clock), None
    if found["hour"] is None:
        return None, None
    hour, half = int(found["hour"]), (found["half"] or "").replace(".", "")
    if hour > (12 if half in {"am", "pm", "noon", "midnight"} else 24):
        return None, None
    if half in {"am", "pm"}:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif half == "midnight":
        hour = 24
    return _at(day, timedelta(hours=hour, minutes=int(found["minute"] or 0)), clock), None


def _english_day(words: str, clock: Clock) -> date | None:
    today = clock.today
    words = _EN_HALF.sub("", words)
    if words in {"", "today", "tonight"}:
        return today
    if words in {"tomorrow", "yesterday"}:
        return today and today + timedelta(days=1 if words == "tomorrow" else -1)
    if words in _WEEKDAYS:
        return today and today - timedelta(days=(today.weekday() - _WEEKDAYS.index(words)) % 7)
    numbers = re.findall(r"\d+", words)
    month = next((at for at, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name[:3]}", words)), 0)
    if len(numbers) > 1:
        return date(int(numbers[1]), month, int(numbers[0]))
    return _date_of(f"{month}月{numbers[0]}日", today)
