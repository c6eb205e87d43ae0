"""How a language writes plurals, numbers, moments and durations: Unicode's CLDR, read by Babel."""

from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Literal

from babel import Locale
from babel.dates import format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit

#: CLDR's plural categories.
CATEGORIES = frozenset(("zero", "one", "two", "few", "many", "other"))

#: The locale by whose rules a language is written, where it is not its own: English dates as the world writes them
#: ("21 Jul 2012"), since month and day of "7/21" change places from country to country.
_WRITTEN_AS = {"en": "en_001"}

_Unit = Literal["second", "minute", "hour", "day"]
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
#: Largest first, with their seconds.
_UNITS: tuple[tuple[_Unit, int], ...] = (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE))
#: Two of a unit before it is used: "90 min ago" says more than "1 hr ago".
_TWICE = 2
#: Below so many seconds a decimal says something.
_PRECISE = 10
#: No place on Earth is further from UTC (RFC 3339 allows less than a day).
_DAY_MINUTES = 1440
#: Babel leaves no unit larger than the one asked for while there are fewer of it than this.
_NEVER = 1e12


class Conventions:
    """Those of one language. Its formats are read once and kept."""

    __slots__ = ("_clock", "_date", "_joined", "_locale")

    def __init__(self, language: str) -> None:
        self._locale = Locale.parse(_WRITTEN_AS.get(language, language.replace("-", "_")))
        # by the 24-hour clock, as warnings are written; the month by its name, so that it is never taken for the day
        self._date = self._locale.datetime_skeletons["yMMMd"]
        self._clock = self._locale.datetime_skeletons["Hm"]
        self._joined = str(self._locale.datetime_formats["medium"])

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return self._locale.get_language_name() or ""

    @property
    def categories(self) -> frozenset[str]:
        """The plural categories that the language tells apart."""
        return self._locale.plural_form.tags | {"other"}

    def category(self, count: float) -> str:
        """The plural category of so many."""
        return self._locale.plural_form(count)

    def number(self, number: float) -> str:
        """Such as "1,234,567"."""
        return format_decimal(number, locale=self._locale)

    def moment(self, time: datetime, utc_offset: int | None) -> str:
        """Such as "21 Jul 2012, 11:51 UTC+8": by the clock that is so many minutes east of UTC; None is not known,
        then by UTC's.
        """
        known = utc_offset is not None and abs(utc_offset) < _DAY_MINUTES
        minutes = utc_offset if known and utc_offset else 0
        local = time.astimezone(timezone(timedelta(minutes=minutes)) if minutes else UTC)
        date, clock = self._date.apply(local, self._locale), self._clock.apply(local, self._locale)
        return f"{self._joined.format(clock, date)} {_zone_name(minutes)}"

    def ago(self, seconds: float) -> str:
        """Such as "3 min ago", in whole units, never more than it is."""
        unit, size = _unit(seconds)
        whole = timedelta(seconds=-(int(seconds // size) * size))
        return format_timedelta(
            whole, granularity=unit, threshold=_NEVER, add_direction=True, format="short", locale=self._locale
        )

    def duration(self, seconds: float) -> str:
        """Such as "2.5 secs" or "47 hrs", in the unit that says enough."""
        unit, size = _unit(seconds)
        number = round(seconds, 2) if seconds < _PRECISE else round(seconds / size)
        return format_unit(number, f"duration-{unit}", length="short", locale=self._locale)


@cache
def conventions(language: str) -> Conventions:
    """Those of one of our languages, read when they are first needed (a megabyte and some 10 ms each)."""
    return Conventions(language)


def _unit(seconds: float) -> tuple[_Unit, int]:
    return next(((unit, size) for unit, size in _UNITS if seconds >= _TWICE * size), ("second", 1))


def _zone_name(offset: int) -> str:
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(offset), _MINUTE)
    return f"UTC{'+' if offset > 0 else '-'}{hours}" + (f":{minutes:02d}" if minutes else "")
