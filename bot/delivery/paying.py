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

    def has(self) -> bool:
        """True when a message may be paid for now."""
        return self._left > 0 and self._day == self._today()

    def spend(self, messages: int = 1) -> None:
        """One message goes out paid (-1: it did not after all)."""
        self._left -= messages

    def refused(self) -> None:
        """Telegram does not take the payment (no Stars left): nothing is paid for any more today."""
        self._left, self._empty_on = 0, self._today()

    async def refill(self) -> None:
        """Reserve more when little is left; a budget that is used up is not asked for again that day."""
        today = self._today()
        if self._day != today:
            self._day, self._left = today, 0
        if self._left >= BLOCK // 2 or self._empty_on == today:
            return
        async with self.db.begin() as conn:
            got = await payments.reserve(conn, today, BLOCK, self.daily_stars * MESSAGES_PER_STAR)
        self._left += got
        if not got:
            self._empty_on = today

    def _today(self) -> str:
        return self.clock().date().isoformat()
