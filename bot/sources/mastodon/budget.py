"""How many requests a server still allows (X-RateLimit-*): whoever is near the end waits for the next window."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.sources.json import instant, integer

#: Requests of a window (300 in five minutes) that are left for people who look an account up.
RESERVE = 10
#: Windows last five minutes; a server whose clock is wrong does not silence itself for longer than this.
LONGEST = timedelta(minutes=15)
_MOST_HOSTS = 500


def reset_of(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the server's window ends. Mastodon writes a time (not seconds); None without one that lies ahead."""
    when, _ = instant(headers.get("x-ratelimit-reset", ""))
    return min(when, now + LONGEST) if when is not None and when > now else None


class Budget:
    """What is left at each server, as its last answer said. Lost with the process: the server says it again."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, datetime] = OrderedDict()

    def note(self, server: str, headers: Mapping[str, str], now: datetime) -> None:
        """Read an answer's headers."""
        left = integer(headers.get("x-ratelimit-remaining", ""))
        reset = reset_of(headers, now)
        if left is None or left > RESERVE or reset is None:
            return
        self._until[server] = reset
        self._until.move_to_end(server)
        if len(self._until) > _MOST_HOSTS:
            self._until.popitem(last=False)

    def spent_until(self, server: str, now: datetime) -> datetime | None:
        """When the server may be asked again; None for now."""
        until = self._until.get(server)
        return until if until is not None and until > now else None
