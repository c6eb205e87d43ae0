"""Who asked for what: a chat (and topic), an account, and the words that must occur."""

from dataclasses import dataclass
from enum import StrEnum


class ChatKind(StrEnum):
    """Telegram's chat types."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: Telegram's chat id and ``message_thread_id`` (0: no topic)."""

    chat_id: int
    thread_id: int = 0


@dataclass(frozen=True, slots=True)
class Subscription:
    """One wish of one chat. ``words`` must all occur in a post; empty means every post."""

    id: int
    target: Target
    account_id: int
    words: tuple[str, ...] = ()
