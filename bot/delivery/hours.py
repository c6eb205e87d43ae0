"""An hour of the day by a clock that a reader names: a zone ("Europe/Berlin") or an offset ("UTC+8"). No state."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOURS = 24
#: No place on Earth is further from UTC (RFC 3339 allows less than a day; the zones of the world end at +14 and -12).
_FURTHEST = timedelta(hours=14)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
#: Names of the tz database: no path leads out of it.
_NAME = re.compile(r"[A-Za-z]+(?:[/_+\-][A-Za-z0-9]+)*")
_LONGEST = 64


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


def next_time(hour: int, zone: str, after: datetime) -> datetime:
    """The next moment at which it is this hour by that clock (UTC's where the name is not known any more)."""
    clock = _known(zone)
    local = after.astimezone(clock)
    day = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    while (moment := day.astimezone(UTC)) <= after:
        # by the calendar, so that a night of 23 or 25 hours moves nothing
        day = (day.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=clock)
    return moment


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
