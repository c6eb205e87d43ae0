"""How the line to Telegram stands: when it last answered, and what ails it. Kept in memory, for the health page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from telegram.error import Conflict, TelegramError

OTHER_READER = (
    "another program reads this bot's messages (409): it takes commands away from this one. "
    "Stop the other program, or give one of the two a token of its own. Alerts still go out."
)
WEBHOOK = (
    "another program has set a webhook for this bot (409): commands go there instead of coming here. "
    "Stop the other program, or give one of the two a token of its own. Alerts still go out."
)


@dataclass(slots=True)
class Line:
    """Written by whoever speaks with Telegram."""

    clock: Callable[[], datetime]
    #: Since when this process speaks with Telegram.
    opened_at: datetime | None = None
    #: Last time that a request was answered as it should be.
    answered_at: datetime | None = None
    #: The last trouble, a sentence without secrets, and when it was met.
    trouble: str = ""
    trouble_at: datetime | None = None
    #: The same for Telegram's 409.
    conflict: str = ""
    conflict_at: datetime | None = None

    def opened(self) -> None:
        """From now on this process speaks with Telegram; what was before is another story."""
        self.opened_at, self.answered_at, self.conflict_at = self.clock(), None, None
        self.trouble, self.trouble_at = "", None

    def answered(self) -> None:
        """Telegram took a request."""
        self.answered_at = self.clock()

    def failed(self, error: TelegramError) -> None:
        """Listening failed; it is tried again."""
        now = self.clock()
        if isinstance(error, Conflict):
            # Telegram reads our request, so it is in reach
            self.answered_at = self.conflict_at = now
            self.conflict = conflict_in_words(error)
        else:
            self.trouble, self.trouble_at = f"Telegram cannot be reached ({type(error).__name__})", now


def conflict_in_words(error: Conflict) -> str:
    """Which of the two kinds of 409 it is, and what to do."""
    return WEBHOOK if "webhook" in str(error).lower() else OTHER_READER
