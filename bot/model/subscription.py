"""Who asked for what: a chat (and topic), an account, and the filter that a post must pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Reason

#: Of one chat, its topics together. A reader of the most industrious city's agencies follows some forty; whoever
#: needs more than this is served better by a second chat, and nobody can make the bot poll the world.
MOST_SUBSCRIPTIONS = 300


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
class Wish:
    """Who wants what: ``chat_id`` is the row of the chats table, ``user_id`` Telegram's (None: a channel)."""

    account: Account
    chat_id: int
    thread_id: int
    #: How filters were kept before there was a language for them: all must occur in a post; none: every post.
    words: tuple[str, ...] = ()
    user_id: int | None = None
    #: The filter as ``matching.tree.written`` gives it; "" is every post, unless there are ``words``.
    filter: str = ""

    @property
    def asked(self) -> str:
        """The filter, whichever way it is kept."""
        return self.filter or words_as_filter(self.words)


def words_as_filter(words: Iterable[str]) -> str:
    """A list of words as the filter that means the same: each in quotation marks, found as it is written."""
    escaped = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return " ".join(f'"{word}"' for word in escaped)


@dataclass(frozen=True, slots=True)
class Followed:
    """A wish granted: the subscription as it stands now."""

    subscription_id: int
    #: False: the same wish stood already, and nothing was changed.
    created: bool
    account: Account
    #: The newest post that may be shown, None when none is known.
    latest: Post | None = None
    #: Why its first look failed, None when it did not. The subscription stands either way.
    problem: Reason | None = None


class ChatForgottenError(Exception):
    """The chat had everything deleted meanwhile; nothing was changed."""


class TooManySubscriptionsError(Exception):
    """The chat follows ``MOST_SUBSCRIPTIONS`` already; nothing was changed."""
