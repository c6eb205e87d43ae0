"""How a moment is told to a reader: how long ago, and by which clock. Accounts carry their offset."""

from datetime import datetime

from bot.locales import Phrases

#: Below this nobody counts seconds.
_NOW = 5


def ago(moment: datetime, now: datetime, phrases: Phrases) -> str:
    """Say "3 min ago". A moment ahead of our clock is "just now": sites' clocks differ."""
    seconds = (now - moment).total_seconds()
    return phrases("time.just_now") if seconds < _NOW else phrases.conventions.ago(seconds)


def told(moment: datetime, utc_offset: int | None, now: datetime, phrases: Phrases) -> str:
    """Both, by the account's own clock (minutes east of UTC): "21 Jul 2012, 11:51 UTC+8 (3 min ago)"."""
    clock = phrases.conventions.moment(moment, utc_offset)
    return phrases("time.told", moment=clock, ago=ago(moment, now, phrases))
