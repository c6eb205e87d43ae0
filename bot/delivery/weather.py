"""What Telegram's answers say about Telegram itself: who wants rest, whether it can be reached, when it last answered."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.delivery.pacing import EVERY_CHAT, Pacing
from bot.store.rests import LONGEST_REST

log = structlog.get_logger(__name__)

#: So many chats refused with 429 within a second, and no message taken in between: Telegram means the bot, not the
#: chats.
FLOODED_CHATS, FLOOD_SPAN = 3, 1.0
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
    #: By ``Pacing.clock``, as is the next: nobody sets it forward or back.
    _floods: list[tuple[float, int]] = field(default_factory=list)
    _outages: int = 0
    _outage_until: float = float("-inf")

    def answered(self) -> None:
        """A message or edit was taken: refusals before it were meant for their chats alone."""
        self._outages = 0
        self._floods.clear()
        self.answered_at = self.clock()

    def believed(self, seconds: float) -> float:
        """The rest that a 429 asks for, as far as it can be meant: a broken server must not silence the bot for years."""
        if 0 <= seconds <= LONGEST_REST.total_seconds():
            return seconds
        longest = LONGEST_REST.total_seconds() if seconds > 0 else 0.0
        log.warning("Telegram asks for a rest that cannot be meant; cut", asked=seconds, rests=longest)
        return longest

    def flooded(self, chat_id: int, seconds: float) -> int:
        """429: the chat rests, or the whole bot when many chats are refused at once. Gives the scope that rests."""
        now = self.pacing.clock()
        self._floods = [(at, chat) for at, chat in self._floods if now - at < FLOOD_SPAN]
        self._floods.append((now, chat_id))
        many = len({chat for _, chat in self._floods}) >= FLOODED_CHATS
        scope = EVERY_CHAT if many else chat_id
        self.pacing.rest(scope, seconds)
        return scope

    def out_of_reach(self) -> None:
        """A request did not leave. Requests that fail together count as one."""
        now = self.pacing.clock()
        if now < self._outage_until:
            return
        pause = min(LONGEST_OUTAGE, FIRST_OUTAGE * 2 ** min(self._outages, 10)) * self.rng.uniform(*JITTER)
        self._outages += 1
        self._outage_until = now + pause
        self.pacing.rest(EVERY_CHAT, pause)
