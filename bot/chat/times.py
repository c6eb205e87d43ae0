"""How a moment is told to a reader: how long ago, and by which clock. Accounts carry their offset."""

from datetime import datetime, timedelta, timezone

from bot.locales import Phrases

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
#: Two of a unit before the larger one is used: "90 min ago" says more than "1 h ago".
_TWICE = 2
#: Below this nobody counts seconds.
_NOW = 5


def ago(moment: datetime, now: datetime, phrases: Phrases) -> str:
    """Say "3 min ago". A moment ahead of our clock is "just now": sites' clocks differ."""
    seconds = int((now - moment).total_seconds())
    if seconds < _NOW:
        return phrases("time.just_now")
    if seconds < _TWICE * _MINUTE:
        return phrases("time.seconds", n=seconds)
    if seconds < _TWICE * _HOUR:
        return phrases("time.minutes", n=seconds // _MINUTE)
    if seconds < _TWICE * _DAY:
        return phrases("time.hours", n=seconds // _HOUR)
    return phrases("time.days", n=seconds // _DAY)


def on_the_clock(moment: datetime, utc_offset: int | None) -> str:
    """Say "2012-07-21 11:51 UTC+8" by the account's own clock, UTC when it is not known."""
    zone = (
        timezone(timedelta(minutes=utc_offset)) if utc_offset is not None and abs(utc_offset) < _DAY // 60 else None
    )
    local = moment.astimezone(zone or timezone.utc)  # noqa: UP017  # the same spelling as the line above
    if not utc_offset or zone is None:
        return f"{local:%Y-%m-%d %H:%M} UTC"
    hours, minutes = divmod(abs(utc_offset), 60)
    sign = "+" if utc_offset > 0 else "-"
    return f"{local:%Y-%m-%d %H:%M} UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


def told(moment: datetime, utc_offset: int | None, now: datetime, phrases: Phrases) -> str:
    """Both: "2012-07-21 11:51 UTC+8 (3 min ago)"."""
    return f"{on_the_clock(moment, utc_offset)} ({ago(moment, now, phrases)})"
