"""When a host said "not now": Retry-After in both forms, growing rests without it, kept across restarts."""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.fetching.backoff import grown
from bot.fetching.face import Keep, RestingError

#: No host silences itself for longer (an agency once sent a month).
LONGEST_REST = timedelta(hours=24)
#: Without Retry-After: 1, 2, 4 … 60 minutes.
_FIRST_REST = timedelta(minutes=1)
_LONGEST_GROWN_REST = timedelta(minutes=60)

_SECONDS = re.compile(r"[0-9]+\Z")
#: A day has 86,400 seconds: more digits than these are over the cap whatever they say.
_MOST_DIGITS = 9
#: An HTTP date has 29 characters; obsolete forms a few more.
_LONGEST_DATE = 64
#: Hosts remembered in memory; the rests of forgotten ones stand in the Keep.
_MOST_HOSTS = 4096
_KEPT_AS = "rest"


def parse_retry_after(value: str, now: datetime) -> timedelta | None:
    """Read delta seconds or an HTTP date, at most 24 h; None when absent, unreadable, zero or past."""
    value = value.strip()
    if _SECONDS.match(value):
        wait = LONGEST_REST if len(value) > _MOST_DIGITS else timedelta(seconds=int(value))
    elif len(value) > _LONGEST_DATE:
        return None
    else:
        try:
            when = parsedate_to_datetime(value)
            if when.tzinfo is None:
                when = when.replace(tzinfo=UTC)
            wait = when - now
        except (TypeError, ValueError, IndexError, OverflowError):  # what email.utils lets through
            return None
    return min(wait, LONGEST_REST) if wait > timedelta(0) else None


@dataclass(frozen=True, slots=True)
class Rest:
    """A host's wish: nothing before ``until``; ``strikes`` refusals in a row so far."""

    until: datetime
    strikes: int


class Rests:
    """The rests of all hosts. A host is named by its authority (``host`` or ``host:port``)."""

    def __init__(self, keep: Keep, clock: Callable[[], datetime]) -> None:
        self._keep = keep
        self._clock = clock
        self._known: OrderedDict[str, Rest | None] = OrderedDict()

    async def check(self, host: str) -> None:
        """Raise RestingError while the host rests."""
        rest = await self._of(host)
        if rest is not None and rest.until > self._clock():
            when = rest.until.strftime("%Y-%m-%d %H:%M:%S UTC")
            raise RestingError(f"{host} asked not to be asked before {when}.", rest.until)

    async def refused(self, host: str, retry_after: str) -> datetime:
        """Note a 429 or 503; give when the host may be asked again. A running rest is never shortened."""
        now = self._clock()
        before = await self._of(host)
        # Refusals of several requests of one moment are one strike.
        strikes = 1 if before is None else before.strikes + (before.until <= now)
        until = now + (parse_retry_after(retry_after, now) or grown(_FIRST_REST, strikes, _LONGEST_GROWN_REST))
        if before is not None:
            until = max(until, before.until)
        rest = Rest(until, strikes)
        self._remember(host, rest)
        await self._keep.save(host, _KEPT_AS, {"until": until.isoformat(), "strikes": strikes})
        return until

    async def answered(self, host: str) -> None:
        """Note a proper answer: the next refusal starts from the shortest rest again."""
        rest = self._known.get(host)
        # An answer to a request that was on its way when another was refused says nothing about the rest.
        if rest is not None and rest.until <= self._clock():
            self._remember(host, None)
            await self._keep.save(host, _KEPT_AS, None)

    async def _of(self, host: str) -> Rest | None:
        if host in self._known:
            return self._known[host]
        kept = _read(await self._keep.load(host, _KEPT_AS), self._clock())
        if host not in self._known:  # another request may have been refused while this one was loading
            self._remember(host, kept)
        return self._known[host]

    def _remember(self, host: str, rest: Rest | None) -> None:
        self._known[host] = rest
        self._known.move_to_end(host)
        if len(self._known) > _MOST_HOSTS:
            self._known.popitem(last=False)


def _read(kept: object, now: datetime) -> Rest | None:
    if not isinstance(kept, dict):
        return None
    try:
        until = datetime.fromisoformat(str(kept.get("until")))
        strikes = max(1, int(str(kept.get("strikes", 1))))
    except ValueError:
        return None
    if until.tzinfo is None or now - until > LONGEST_REST:
        return None  # unreadable, or so old that the host has a clean slate
    return Rest(min(until, now + LONGEST_REST), strikes)
