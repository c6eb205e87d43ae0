"""What Telegram's answers say about Telegram itself: who wants rest, whether it can be reached, when it last answered."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.delivery.pacing import EVERY_CHAT, Pacing

#: So many chats refused with 429 within a second, and no message taken in between: Telegram means the bot, not the
#: chats.
FLOODED_CHATS, FLOOD_SPAN = 3, timedelta(seconds=1)
#: The network is down for everybody: 1 s doubling to 30 s, with jitter, and nothing is counted against a delivery.
FIRST_OUTAGE, LONGEST_OUTAGE = 1.0, 30.0
JITTER = (0.8, 1.2)


@dataclass(slots=True)
class Weather:
    """Kept in memory, but for the rests, which the caller writes down."""

    pacing: Pacing
    clock: Callable[[], datetime]
    rng: random.Random
    #: When a sending of this bot was last answered; None: not since the start.
    answered_at: datetime | None = None
    _floods: list[tuple[datetime, int]] = field(default_factory=list)
    _outages: int = 0
    _outage_until: datetime | None = None

    def answered(self) -> None:
        """A message or edit was taken: refusals before it were meant for their chats alone."""
        self._outages = 0
        self._floods.clear()
        self.answered_at = self.clock()

    def flooded(self, chat_id: int, seconds: float) -> int:
        """429: the chat rests, or the whole bot when many chats are refused at once. Gives the scope that rests."""
        now = self.clock()
        self._floods = [(at, chat) for at, chat in self._floods if now - at < FLOOD_SPAN]
        self._floods.append((now, chat_id))
        many = len({chat for _, chat in self._floods}) >= FLOODED_CHATS
        scope = EVERY_CHAT if many else chat_id
        self.pacing.rest(scope, seconds)
        return scope

    def out_of_reach(self) -> None:
        """A request did not leave. Requests that fail together count as one."""
        now = self.clock()
        if self._outage_until is not None and now < self._outage_until:
            return
        pause = min(LONGEST_OUTAGE, FIRST_OUTAGE * 2 ** min(self._outages, 10)) * self.rng.uniform(*JITTER)
        self._outages += 1
        self._outage_until = now + timedelta(seconds=pause)
        self.pacing.rest(EVERY_CHAT, pause)
