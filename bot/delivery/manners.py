"""Whether a post may come now as its chat wishes: at once, without a sound, later in a digest, or not at all. No I/O.

What is Severe or Extreme is never kept for a digest by a way of telling; quiet hours keep what is below a severity of the
reader's choosing; what is Extreme comes through everything but a pause that says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.delivery.hours import full_hour, next_time, quiet_until
from bot.model.alert import Severity
from bot.model.delivery import Lane
from bot.model.manners import HOUR_MINUTES, Effective, Way

#: Why a delivery waits for a digest, as it stands in ``deliveries.error``.
WHY_PAUSE, WHY_QUIET, WHY_DIGEST, WHY_MOST = (
    "held back: paused",
    "held back: quiet hours",
    "held back: for the digest",
    "held back: enough for today",
)
#: What each of these begins with.
HELD_BACK = "held back"
#: Why one is not sent at all.
WHY_MUTED = "its hazard is muted in this chat"
#: The least rank of what goes in a lane: rows of before severities were kept.
_LEAST = {Lane.EXTREME: Severity.EXTREME.rank, Lane.URGENT: Severity.SEVERE.rank, Lane.ROUTINE: 0}


class Coming(Enum):
    """How a post comes."""

    RINGS = "rings"
    SILENTLY = "silently"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Ruling:
    """``until``: of what comes later, when its digest is due. ``why``: of what does not come now."""

    coming: Coming
    until: datetime | None = None
    why: str = ""


RINGS, SILENTLY = Ruling(Coming.RINGS), Ruling(Coming.SILENTLY)
#: Several rulings for one post: the first of these that is among them. What is silent is there at once, a digest is not.
_LOUDEST_FIRST = (Coming.RINGS, Coming.SILENTLY, Coming.LATER, Coming.NEVER)


def loudest(rulings: Iterable[Ruling], now: datetime) -> Ruling:
    """Of the rulings for the subscriptions that found a post (at least one), the one that is told soonest and most."""
    return min(rulings, key=lambda each: (_LOUDEST_FIRST.index(each.coming), each.until or now))


def rank_of(severity: int, lane: Lane) -> int:
    """A delivery's rank among severities, from its column and its lane."""
    return max(severity, _LEAST[lane])


def rule(holds: Effective, rank: int, now: datetime, rung: int = 0) -> Ruling:
    """How a new post of this rank comes. ``rung``: how many rang today, where the way of telling has a bound."""
    if is_paused(holds, rank, now):
        return Ruling(Coming.LATER, free_from(holds, now, rank), WHY_PAUSE)
    if rank >= Severity.EXTREME.rank:
        return RINGS
    if is_quiet(holds, rank, now):
        return Ruling(Coming.LATER, free_from(holds, now, rank), WHY_QUIET)
    wanted = holds.telling
    if wanted.way is Way.SILENT:
        return SILENTLY
    if rank >= Severity.SEVERE.rank or wanted.way is Way.ONCE or (wanted.way is Way.MOST and rung < wanted.most):
        return RINGS
    why = WHY_MOST if wanted.way is Way.MOST else WHY_DIGEST
    return Ruling(Coming.LATER, digest_at(holds, now), why)


def rings(holds: Effective, rank: int, now: datetime) -> bool:
    """Whether what comes in any case (a change, what goes on with what the chat has, the bot's own word) may make a sound."""
    if is_paused(holds, rank, now):
        return False
    if rank >= Severity.EXTREME.rank:
        return True
    if is_quiet(holds, rank, now) or holds.telling.way is Way.SILENT:
        return False
    return rank >= Severity.SEVERE.rank or holds.telling.way is Way.ONCE


def is_paused(holds: Effective, rank: int, now: datetime) -> bool:
    """What has this rank does not come now, because of a pause."""
    return paused_until(holds, rank, now) is not None


def paused_until(holds: Effective, rank: int, now: datetime) -> datetime | None:
    """Until when what has this rank does not come because of a pause, None where none holds it."""
    extreme = rank >= Severity.EXTREME.rank
    return max(
        (each.until for each in holds.pauses if each.until > now and (each.whole or not extreme)), default=None
    )


def is_quiet(holds: Effective, rank: int, now: datetime) -> bool:
    """What has this rank does not come now, because of the hour."""
    return _quiet_ends(holds, rank, now) is not None


def _quiet_ends(holds: Effective, rank: int, now: datetime) -> datetime | None:
    quiet = holds.quiet
    if quiet is None or rank >= min(quiet.least.rank, Severity.EXTREME.rank):
        return None
    return quiet_until(quiet.begins, quiet.ends, holds.zone, now)


def digest_at(holds: Effective, now: datetime) -> datetime:
    """When what is kept now for a digest is told, by its way of telling."""
    match holds.telling.way:
        case Way.HOURLY:
            due = full_hour(holds.zone, now)
        case Way.DAILY | Way.MOST:
            hour, minute = divmod(holds.telling.minute, HOUR_MINUTES)
            due = next_time(hour, holds.zone, now, minute)
        case _:
            due = now
    return free_from(holds, due)


def free_from(holds: Effective, at: datetime, rank: int = 0) -> datetime:
    """The first moment from ``at`` on at which neither a pause nor quiet hours keep what has this rank."""
    at = paused_until(holds, rank, at) or at
    return _quiet_ends(holds, rank, at) or at
