"""Times, spans and ways of telling as people type them. No I/O; what cannot be meant is None."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from bot.delivery.hours import HOURS, local_moment, next_time
from bot.matching.folding import fold
from bot.matching.tree import Name
from bot.matching.values import values
from bot.model.alert import Severity
from bot.model.manners import DAILY_AT, HOUR_MINUTES, LONGEST_PAUSE, MOST_A_DAY, REST_AT, Pause, Quiet, Telling, Way

ALL, UNTIL, OFF, DEFAULT, MAX = "all", "until", "off", "default", "max"
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?")
_SPAN = re.compile(r"([0-9]{1,4})\s*(m|min|h|d)")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_RANGE = re.compile(r"\s*(?:[-–—~]|\bto\b)\s*")
#: Of a number of /list.
_DIGITS = 4
_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": 86_400}


def numbered_in_front(text: str) -> tuple[int, str] | None:
    """A number of /list and what stands behind it ("2 22:00-07:00", "2"); None where no number alone stands in front."""
    first, _, behind = _levelled(text).partition(" ")
    return (int(first), behind) if first.isdecimal() and len(first) <= _DIGITS else None


def plain(text: str) -> str:
    """Levelled in width and case, every digit of the world as one of ours."""
    return _levelled(text).casefold()


def _levelled(text: str) -> str:
    level = unicodedata.normalize("NFKC", text)
    digits = (str(unicodedata.decimal(each)) if each.isdecimal() else each for each in level)
    return " ".join("".join(digits).split())


def minute_of(text: str) -> int | None:
    """A time of the day ("22", "22:00") as minutes since midnight."""
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[1]) >= HOURS or int(found[2] or 0) >= HOUR_MINUTES:
        return None
    return int(found[1]) * HOUR_MINUTES + int(found[2] or 0)


def clock_of(minute: int) -> str:
    """Minutes since midnight as a time of the day."""
    hour, rest = divmod(minute, HOUR_MINUTES)
    return f"{hour:02d}:{rest:02d}"


def quiet_of(text: str) -> tuple[Quiet, str] | None:
    """Quiet hours ("22:00-07:00 severe Europe/Berlin"), and what stands behind them (a clock, "" for none)."""
    head, _, tail = _RANGE.sub("-", _levelled(text), count=1).partition(" ")
    first, _, second = head.partition("-")
    begins, ends = minute_of(first), minute_of(second)
    if begins is None or ends is None or begins == ends:
        return None
    first, _, rest = tail.partition(" ")
    if (least := severity_of(first)) is not None:
        return Quiet(begins, ends, least), rest
    return Quiet(begins, ends), tail


def severity_of(word: str) -> Severity | None:
    """A severity by its name in any language that filters know."""
    found = values()[Name.SEVERITY].get(fold(word))
    known = {each.value.casefold(): each for each in Severity if each is not Severity.UNKNOWN}
    return known.get(found[0].casefold()) if found else None


def hazards_of(words: str) -> str | None:
    """A hazard by its name in any language that filters know, as a filter."""
    folded = fold(words)
    known = values()[Name.HAZARD]
    found = known.get(folded) or known.get(folded.replace("_", " ").replace("-", " "))
    return "|".join(sorted(found)) if found else None


def pause_of(text: str, zone: str, now: datetime) -> Pause | None:
    """A pause ("2h", "until 18:00", "until 2026-12-01", with "all" before or behind); None as well for one that is too
    long or over, and for a number alone, which may be an hour, how many hours, or one of /list.
    """
    words = plain(text).split()
    whole = ALL in words
    bare = UNTIL not in words
    words = [word for word in words if word not in {ALL, UNTIL}]
    until = _moment(words, zone, now)
    if words and bare and words[-1].isdigit():
        return None
    if until is None or not now < until <= now + LONGEST_PAUSE:
        return None
    return Pause(until, whole)


def _moment(words: list[str], zone: str, now: datetime) -> datetime | None:
    if not words:
        return None
    if (span := _SPAN.fullmatch(" ".join(words))) is not None:
        return now + timedelta(seconds=int(span[1]) * _SECONDS[span[2]])
    day = _DATE.fullmatch(words[0])
    clock = minute_of(words[-1]) if len(words) > 1 or day is None else 0
    if clock is None or len(words) > (2 if day else 1):
        return None
    if day is None:
        return next_time(clock // HOUR_MINUTES, zone, now, clock % HOUR_MINUTES)
    try:
        on = date(int(day[1]), int(day[2]), int(day[3]))
        return local_moment(on, clock, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def way_of(text: str) -> Telling | None:
    """A way of telling: "once", "silent", "hourly", "daily 08:00", "max 5 20:00"."""
    word, *rest = plain(text).split() or [""]
    clocks = [minute_of(each) for each in rest]
    match word, rest:
        case (("once" | "now"), []):
            return Telling(Way.ONCE)
        case "silent", []:
            return Telling(Way.SILENT)
        case "hourly", []:
            return Telling(Way.HOURLY)
        case "daily", []:
            return Telling(Way.DAILY, DAILY_AT)
        case "daily", [_] if clocks[0] is not None:
            return Telling(Way.DAILY, clocks[0])
        case "max", [number, *times] if number.isdecimal() and 1 <= int(number[:4]) <= MOST_A_DAY:
            minute = REST_AT if not times else clocks[-1]
            return Telling(Way.MOST, minute, int(number)) if minute is not None and len(times) <= 1 else None
        case _:
            return None
