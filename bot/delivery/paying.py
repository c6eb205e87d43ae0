"""Paid broadcasts: the day's budget, reserved in the database before a message that costs goes out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.model.delivery import Lane
from bot.store import payments
from bot.store.database import Database

#: Bot API, ``allow_paid_broadcast``: 0.1 Telegram Stars for each message.
MESSAGES_PER_STAR = 10
#: Reserved at a time: what a kill can waste of the budget.
BLOCK = 500


@dataclass(slots=True)
class Purse:
    """What may be spent today (UTC), at most ``daily_stars``."""

    db: Database
    clock: Callable[[], datetime]
    daily_stars: int
    #: Lanes that are worth money.
    lanes: frozenset[Lane]
    _day: str = ""
    _left: int = 0
    _empty_on: str = ""
    _refused_on: str = ""

    def has(self, messages: int = 1) -> bool:
        """True when so many messages may be paid for now."""
        today = self._today()
        return self._left >= messages and self._day == today and self._refused_on != today

    def spend(self, messages: int = 1) -> str:
        """So many messages go out paid; gives the day whose budget they are taken from."""
        self._left -= messages
        return self._day

    def give_back(self, messages: int, day: str) -> None:
        """They did not after all. What was taken from another day's budget is not put into today's."""
        if day == self._day:
            self._left += messages

    def refused(self) -> None:
        """Telegram does not take the payment (no Stars left): nothing is paid for any more today."""
        self._refused_on = self._today()

    async def refill(self) -> None:
        """Reserve more when little is left; a budget that is used up is not asked for again that day."""
        today = self._today()
        if self._day != today:
            self._day, self._left = today, 0
        if self._left >= BLOCK // 2 or today in {self._empty_on, self._refused_on}:
            return
        async with self.db.begin() as conn:
            got = await payments.reserve(conn, today, BLOCK, self.daily_stars * MESSAGES_PER_STAR)
        self._left += got
        if not got:
            self._empty_on = today

    def _today(self) -> str:
        return self.clock().date().isoformat()
