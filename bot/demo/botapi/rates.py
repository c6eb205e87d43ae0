"""Telegram's sending limits as a client feels them: 429 with retry_after, and who came back too early."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.demo.botapi.errors import too_many_requests

#: The scope of the whole bot beside those of the chats (0 is no chat's id).
WHOLE_BOT = 0
#: The scope of what is paid for (no chat's id either).
PAID = 1 << 62


@dataclass(frozen=True, slots=True)
class Limits:
    """The Bots FAQ's figures. The burst of a private chat is not published; three is cautious."""

    bot_messages: int = 30
    bot_seconds: float = 1.0
    #: Messages with ``allow_paid_broadcast`` are held to this instead (Bot API: "up to 1000 messages per second").
    paid_messages: int = 1000
    private_per_second: float = 1.0
    private_burst: int = 3
    group_messages: int = 20
    group_seconds: float = 60.0
    #: The FAQ says nothing of channels; they are held to the groups' limit.
    channel_as_group: bool = True
    #: No documented rule says that edits count.
    edits_count: bool = False
    #: Off: nothing is ever refused for its rate.
    enforced: bool = True


@dataclass(slots=True)
class _Window:
    """At most ``most`` within ``seconds``."""

    most: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        while self.times and now - self.times[0] >= self.seconds:
            self.times.popleft()
        return 0.0 if len(self.times) < self.most else self.times[0] + self.seconds - now

    def take(self, now: float) -> None:
        self.times.append(now)


@dataclass(slots=True)
class _Bucket:
    """``rate`` a second, ``burst`` at once."""

    rate: float
    burst: int
    level: float
    updated: float

    def wait(self, now: float) -> float:
        self.level = min(float(self.burst), self.level + (now - self.updated) * self.rate)
        self.updated = now
        # A hair of tolerance: binary fractions of a second must not turn "exactly one second later" into a refusal.
        return 0.0 if self.level >= 1 - 1e-6 else (1 - self.level) / self.rate

    def take(self, now: float) -> None:
        self.level -= 1
        self.updated = now


class Rates:
    """Admits or refuses each message by the clock handed in."""

    def __init__(self, limits: Limits, clock: Callable[[], datetime]) -> None:
        self.limits = limits
        self._clock = clock
        self._scopes: dict[int, _Window | _Bucket] = {}
        self._blocked: dict[int, float] = {}

    def admit(self, chat_id: int, chat_type: str, *, paid: bool = False) -> None:
        """Count one message, or raise 429. A try before an earlier retry_after is over is a violation."""
        if not self.limits.enforced:
            return
        now = self._clock().timestamp()
        scopes = {PAID: self._paid()} if paid else {WHOLE_BOT: self._whole_bot()}
        if chat_type != "channel" or self.limits.channel_as_group:
            scopes[chat_id] = self._chat(chat_id, chat_type, now)
        for key in scopes:
            until = self._blocked.get(key, 0.0)
            if now < until:
                raise too_many_requests(_whole(until - now), violation="early_retry")
        for key, scope in scopes.items():
            wait = scope.wait(now)
            if wait > 0:
                seconds = _whole(wait)
                self._blocked[key] = now + seconds
                raise too_many_requests(seconds, violation="too_many_requests")
        for scope in scopes.values():
            scope.take(now)

    def flood(self, chat_id: int, seconds: int) -> None:
        """Block a chat for a while, as after a 429 (used by faults). 0 blocks the whole bot."""
        self._blocked[chat_id] = self._clock().timestamp() + seconds

    def _whole_bot(self) -> _Window | _Bucket:
        return self._scopes.setdefault(WHOLE_BOT, _Window(self.limits.bot_messages, self.limits.bot_seconds))

    def _paid(self) -> _Window | _Bucket:
        return self._scopes.setdefault(PAID, _Window(self.limits.paid_messages, self.limits.bot_seconds))

    def _chat(self, chat_id: int, chat_type: str, now: float) -> _Window | _Bucket:
        found = self._scopes.get(chat_id)
        if found is None:
            limits = self.limits
            if chat_type == "private":
                burst = limits.private_burst
                found = _Bucket(limits.private_per_second, burst, float(burst), now)
            else:
                found = _Window(limits.group_messages, limits.group_seconds)
            self._scopes[chat_id] = found
        return found


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))
