"""Times as feeds write them: the instant in UTC, and the zone it was written in."""

import re
from datetime import UTC, datetime, timedelta
from time import struct_time

_NUMERIC = re.compile(r"(?<=\d)\s*([+-])(\d{2}):?(\d{2})\s*(?:\([^)]*\))?$")
_NAMED = re.compile(r"\b(UTC|GMT|UT|EST|EDT|CST|CDT|MST|MDT|PST|PDT)$|(?<=\d)(Z)$", re.IGNORECASE)
#: RFC 822's zones, in hours east of UTC.
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
#: No zone on Earth is further from UTC, in minutes.
_FURTHEST = 14 * 60


def offset_of(text: str) -> int | None:
    """Minutes east of UTC that a written time names; None when it names none."""
    text = text.strip()
    numeric = _NUMERIC.search(text)
    if numeric:
        minutes = int(numeric.group(2)) * 60 + int(numeric.group(3))
        return None if minutes > _FURTHEST else minutes if numeric.group(1) == "+" else -minutes
    named = _NAMED.search(text)
    if named is None:
        return None
    return _ZONES.get((named.group(1) or "").upper(), 0) * 60


def instant(parsed: struct_time | None) -> datetime | None:
    """Feedparser's UTC tuple as an aware time; None when it is absent or impossible."""
    if not parsed:
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def iso_instant(text: str) -> tuple[datetime | None, int | None]:
    """An RFC 3339 time and its offset in minutes; (None, None) when it is none. No offset is read as UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
        offset = moment.utcoffset()
        utc = moment.replace(tzinfo=UTC) if offset is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, None
    return utc, None if offset is None else int(offset / timedelta(minutes=1))
