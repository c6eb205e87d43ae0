"""How a chat (and topic) wants to be told, and a single subscription otherwise: at once or in digests, with which hours of
quiet, paused until when.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from bot.model.alert import Severity

#: Minutes of a day and of an hour.
DAY_MINUTES, HOUR_MINUTES = 1440, 60
#: When a digest comes where no time was named: at eight in the morning; what was too much for a day at eight in the evening.
DAILY_AT, REST_AT = 8 * HOUR_MINUTES, 20 * HOUR_MINUTES
#: The most that "at most N a day" takes; more is no bound.
MOST_A_DAY = 100
#: The longest pause: long enough for a journey, and nobody forgets for years that nothing comes.
LONGEST_PAUSE = timedelta(days=60)
#: Hazards that one place can mute.
MOST_MUTED = 20


class Way(StrEnum):
    """How posts come."""

    ONCE = "once"
    #: At once, without a sound.
    SILENT = "silent"
    HOURLY = "hourly"
    DAILY = "daily"
    #: So many a day at once, the rest in a digest.
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Telling:
    """A way, with what belongs to it. ``minute``: of the day, when the digest comes. ``most``: messages a day."""

    way: Way = Way.ONCE
    minute: int = DAILY_AT
    most: int = 0

    def spelt(self) -> str:
        """As it is kept: "once", "daily 480", "most 5 1200"."""
        match self.way:
            case Way.DAILY:
                return f"{self.way} {self.minute}"
            case Way.MOST:
                return f"{self.way} {self.most} {self.minute}"
            case _:
                return self.way.value


def telling(spelt: str) -> Telling | None:
    """What ``Telling.spelt`` gave; None for "" and for what a newer version wrote."""
    way, *numbers = spelt.split() or [""]
    try:
        found = Way(way)
        values = [int(number) for number in numbers]
    except ValueError:
        return None
    match found, values:
        case Way.DAILY, [minute] if 0 <= minute < DAY_MINUTES:
            return Telling(found, minute)
        case Way.MOST, [most, minute] if 0 <= minute < DAY_MINUTES and most > 0:
            return Telling(found, minute, most)
        case ((Way.ONCE | Way.SILENT | Way.HOURLY), []):
            return Telling(found)
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which only alerts of at least this severity come. Minutes of the day by the chat's clock; never equal."""

    begins: int
    ends: int
    least: Severity = Severity.SEVERE


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing new comes until then; ``whole``: not even what is Extreme."""

    until: datetime
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Manners:
    """What holds for a chat and topic. ``zone``: a name of the tz database or "UTC+8", "" where none was chosen.
    ``muted``: hazards, each as a filter ("hazard:rainstorm"), whose posts do not come.
    """

    zone: str = ""
    telling: Telling = Telling()
    quiet: Quiet | None = None
    pause: Pause | None = None
    muted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """What one subscription wants otherwise than its place. ``telling`` and ``quiet``: None as the place;
    ``restless``: none of the place's hours of quiet. ``pause`` and ``muted``: besides those of the place.
    """

    telling: Telling | None = None
    quiet: Quiet | None = None
    restless: bool = False
    pause: Pause | None = None
    muted: tuple[str, ...] = ()


NOTHING_OWN = Own()


@dataclass(frozen=True, slots=True)
class Effective:
    """What holds for a subscription, with all that its place wants: each field as in Manners, every pause for itself."""

    zone: str
    telling: Telling
    quiet: Quiet | None
    pauses: tuple[Pause, ...]
    muted: tuple[str, ...]


def effective(place: Manners, own: Own = NOTHING_OWN) -> Effective:
    """What holds for a subscription of this place with these wishes of its own."""
    quiet = own.quiet if own.quiet is not None or own.restless else place.quiet
    pauses = tuple(pause for pause in (place.pause, own.pause) if pause is not None)
    return Effective(place.zone, own.telling or place.telling, quiet, pauses, place.muted + own.muted)


WantsT = TypeVar("WantsT", Manners, Own)


def brought(manners: WantsT, now: datetime) -> WantsT:
    """What holds of manners that come from elsewhere: no pause that is over, and none for longer than may be asked for."""
    pause = manners.pause
    if pause is None:
        return manners
    kept = replace(pause, until=min(pause.until, now + LONGEST_PAUSE)) if pause.until > now else None
    return replace(manners, pause=kept)
