"""An hour of the day by a clock that a reader names: a zone ("Europe/Berlin") or an offset ("UTC+8"). No state."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOURS = 24
#: No place on Earth is further from UTC (RFC 3339 allows less than a day; the zones of the world end at +14 and -12).
_FURTHEST = timedelta(hours=14)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
#: Names of the tz database: no path leads out of it.
_NAME = re.compile(r"[A-Za-z]+(?:[/_+\-][A-Za-z0-9]+)*")
_LONGEST = 64
#: How exactly the end of a gap is found; clocks change at full seconds.
_EXACT = timedelta(seconds=0.4)


def zone_name(typed: str) -> str:
    """The zone as it is kept ("UTC+8", "UTC", "Europe/Berlin"); "" for what is none that this machine knows."""
    text = typed.strip()
    if text.upper() in {"UTC", "GMT", "Z"}:
        return "UTC"
    if (found := _OFFSET.fullmatch(text)) is not None:
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if offset > _FURTHEST or int(found[3] or 0) >= 60:  # noqa: PLR2004 - minutes of an hour
            return ""
        return offset_name(int(offset.total_seconds() // 60) * (1 if found[1] == "+" else -1))
    if len(text) > _LONGEST or not _NAME.fullmatch(text):
        return ""
    return next((name for name in (text, text.title()) if _zone(name) is not None), "")


def offset_name(minutes: int) -> str:
    """The name of a clock so many minutes east of UTC."""
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


def next_time(hour: int, zone: str, after: datetime, minute: int = 0) -> datetime:
    """The next moment at which it is this time by that clock (UTC's where the name is not known any more).

    A time that a night of clock changes has twice is meant the first time; one that it leaves out, when the gap ends.
    """
    clock = _known(zone)
    local = after.astimezone(clock)
    day = local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    while (moment := _moment(day)) <= after:
        # by the calendar, so that a night of 23 or 25 hours moves nothing
        day = (day.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=clock)
    return moment


def _moment(wall: datetime) -> datetime:
    late, early = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if late <= early:  # there is such a time, or two
        return late
    clock = wall.tzinfo
    before = early.astimezone(clock).utcoffset()
    while late - early > _EXACT:
        middle = early + (late - early) / 2
        if middle.astimezone(clock).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def quiet_until(begins: int, ends: int, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours in which it is now end; None when there are none now. ``begins``, ``ends``: minutes of the day.

    Compared as moments, not as what a clock shows: in a night with an hour twice they end once, at its first time.
    """
    end = next_time(ends // 60, zone, now, ends % 60)
    return end if end < next_time(begins // 60, zone, now, begins % 60) else None


def local_moment(day: date, minute: int, zone: str) -> datetime:
    """A minute of a day by that clock."""
    return _moment(datetime.combine(day, time(minute // 60, minute % 60), _known(zone)))


def local_midnight(zone: str, now: datetime) -> datetime:
    """When the day that it is now by that clock began."""
    begun = now.astimezone(_known(zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return _moment(begun)


def full_hour(zone: str, after: datetime) -> datetime:
    """The next full hour by that clock: some are half an hour beside UTC's."""
    shift = timedelta(minutes=offset_of(zone, after) % 60)
    return (after + shift).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) - shift


def offset_of(zone: str, at: datetime) -> int:
    """How far that clock is east of UTC at a moment, minutes."""
    offset = at.astimezone(_known(zone)).utcoffset() or timedelta()
    return int(offset.total_seconds() // 60)


def _known(zone: str) -> tzinfo:
    if (found := _OFFSET.fullmatch(zone)) is not None:
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    return _zone(zone) or UTC


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
