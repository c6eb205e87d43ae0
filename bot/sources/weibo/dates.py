"""Reading Weibo's ways of writing a time; nothing here looks at the clock by itself."""

import re
from datetime import UTC, datetime, timedelta, timezone

#: China's clock, all year round. A fixed offset: no time zone database is needed for it.
CHINA_OFFSET_MINUTES = 480
_CHINA = timezone(timedelta(minutes=CHINA_OFFSET_MINUTES))

#: Own table: ``strptime``'s %b follows the process's locale.
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_FULL = re.compile(
    r"(?:[A-Za-z]{3}\s+)?([A-Za-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+([+-])(\d{2}):?(\d{2})\s+(\d{4})",
    re.ASCII,
)
_AGO = re.compile(r"(\d{1,4})\s*(秒|分钟|小时)前", re.ASCII)
_DAY = re.compile(r"(今天|昨天)\s*(\d{1,2}):(\d{2})", re.ASCII)
_DATE = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_UNIT = {"秒": timedelta(seconds=1), "分钟": timedelta(minutes=1), "小时": timedelta(hours=1)}

#: "MM-DD" without a year is this year's unless it lies further ahead than two clocks differ.
_CLOCK_SLACK = timedelta(minutes=10)


def read_time(text: str, now: datetime) -> tuple[datetime, int] | None:
    """Read ``created_at`` or ``edit_at``: the UTC instant and the offset (minutes) it was written in.

    "Tue Jun 08 09:35:04 +0800 2021", and the older 刚刚, N秒前, N分钟前, N小时前, 今天 HH:MM, 昨天 HH:MM, MM-DD,
    YYYY-MM-DD (with or without a time), which count from ``now`` on China's clock. None when it is none of them.
    """
    text = text.strip()
    try:
        return _full(text) or _relative(text, now) or _date(text, now)
    except (ValueError, OverflowError):  # the 31st of February, the year 0
        return None


def _full(text: str) -> tuple[datetime, int] | None:
    found = _FULL.fullmatch(text)
    if found is None:
        return None
    month_name, day, hour, minute, second, sign, zone_hours, zone_minutes, year = found.groups()
    month = _MONTHS.get(month_name.lower())
    if month is None:
        return None
    offset = (int(zone_hours) * 60 + int(zone_minutes)) * (-1 if sign == "-" else 1)
    zone = timezone(timedelta(minutes=offset))
    local = datetime(int(year), month, int(day), int(hour), int(minute), int(second), tzinfo=zone)
    return local.astimezone(UTC), offset


def _relative(text: str, now: datetime) -> tuple[datetime, int] | None:
    if text == "刚刚":
        return now.astimezone(UTC).replace(microsecond=0), CHINA_OFFSET_MINUTES
    ago = _AGO.fullmatch(text)
    if ago is not None:
        instant = now - int(ago[1]) * _UNIT[ago[2]]
        return instant.astimezone(UTC).replace(microsecond=0), CHINA_OFFSET_MINUTES
    day = _DAY.fullmatch(text)
    if day is None:
        return None
    local = now.astimezone(_CHINA).replace(hour=int(day[2]), minute=int(day[3]), second=0, microsecond=0)
    if day[1] == "昨天":
        local -= timedelta(days=1)
    return local.astimezone(UTC), CHINA_OFFSET_MINUTES


def _date(text: str, now: datetime) -> tuple[datetime, int] | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups())
    here = now.astimezone(_CHINA)
    local = datetime(year or here.year, month or 0, day or 0, hour or 0, minute or 0, second or 0, tzinfo=_CHINA)
    if year is None and local > here + _CLOCK_SLACK:
        local = local.replace(year=local.year - 1)
    return local.astimezone(UTC), CHINA_OFFSET_MINUTES
