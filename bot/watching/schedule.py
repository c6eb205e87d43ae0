"""When an account is looked at next: pure arithmetic over its pace, what was seen, and chance."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from bot.sources.face import Pace

#: Seen something new: look twice as often. Seen nothing: look a little less often.
BUSY_FACTOR = 0.5
QUIET_FACTOR = 1.15
#: An account that spoke within this time is not let slower than its kind's default.
RECENT = timedelta(hours=6)
#: Spread of every interval, so that accounts added together drift apart.
JITTER = (0.9, 1.1)
#: Spread of a back-off (sources.md 4.3).
BACKOFF_JITTER = (0.8, 1.2)
#: A page that is forbidden or not there (sources.md 4.5) is asked for down to twice a day by feeds, and each hour where
#: it should list alerts.
LASTING_CEILINGS = 12
#: With a fixed interval so many looks must have failed before the promise is broken (one may, by chance).
PROMISED_LOOKS = 3
#: With a fixed interval (POLL_SECONDS) a broken source is left alone for at most this many of them.
FIXED_BACKOFF_LIMIT = 8


def with_override(pace: Pace, poll_seconds: float | None) -> Pace:
    """The pace with the operator's fixed interval (POLL_SECONDS) in place of the kind's own."""
    if poll_seconds is None:
        return pace
    # who asks but once a day cannot be blind after an hour
    promise = max(pace.promise, PROMISED_LOOKS * poll_seconds)
    return replace(pace, default=poll_seconds, floor=poll_seconds, ceiling=poll_seconds, promise=promise)


def next_interval(pace: Pace, interval: float, *, news: bool, last_post_at: datetime | None, now: datetime) -> float:
    """Seconds until the next look, before jitter: halved while it speaks, growing while it is silent."""
    wanted = min(interval, pace.default) * BUSY_FACTOR if news else interval * QUIET_FACTOR
    spoke_lately = last_post_at is not None and now - last_post_at < RECENT
    slowest = pace.default if spoke_lately else pace.ceiling
    return max(pace.floor, min(wanted, slowest))


def after_failure(pace: Pace, failures: int, rng: random.Random, *, lasting: bool = False) -> float:
    """Seconds until the next try after ``failures`` (from 1) broken polls in a row: doubling, bounded, jittered.

    ``lasting``: the site says no by its own will, so the doubling goes on to ``LASTING_CEILINGS`` times the ceiling.
    """
    slowest = pace.ceiling if pace.ceiling > pace.floor else pace.default * FIXED_BACKOFF_LIMIT
    slowest *= LASTING_CEILINGS if lasting else 1
    wait = min(slowest, pace.default * 2.0 ** min(failures - 1, 16))
    return max(pace.floor, wait * rng.uniform(*BACKOFF_JITTER))


def jittered(seconds: float, floor: float, rng: random.Random) -> float:
    """The interval with its spread, never under the floor."""
    return max(floor, seconds * rng.uniform(*JITTER))
