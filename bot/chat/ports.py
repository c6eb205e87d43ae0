"""What the chat needs from the rest of the house, as faces; whoever builds the parts hands in what is behind."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.catalogue.entries import Catalogue, shipped
from bot.delivery.face import Messenger, Rendered
from bot.delivery.rendering import Manner, render
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.bundle import Bundle
from bot.model.post import Post, Revision
from bot.model.reason import Reason
from bot.model.subscription import Followed, Wish
from bot.model.words import NOTHING, Words
from bot.store.carrying import CarriedChat


class Trouble(StrEnum):
    """Why a name led to no account."""

    NOT_FOUND = "not_found"
    #: The site does not want to be asked now.
    REFUSED = "refused"
    #: The site's answer could not be used, or there was none.
    BROKEN = "broken"


class LookupFailedError(Exception):
    """No account for what was asked. ``str()`` is the source's own sentence, for the log; subscribers get the
    phrase for ``reason``, where one is known.
    """

    def __init__(self, trouble: Trouble, sentence: str = "", reason: Reason | None = None) -> None:
        super().__init__(sentence)
        self.trouble = trouble
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Found:
    """The accounts that a name leads to, best first; one unless it is ambiguous, never none."""

    accounts: tuple[Account, ...]


class Lookout(Protocol):
    """The watching half, as the chat sees it."""

    async def find(self, what: str) -> Found:
        """Which accounts does a URL, number or name lead to? Raises LookupFailedError and nothing else."""

    async def preview(self, account: Account) -> tuple[Post, ...]:
        """The newest posts of an account that may not be followed yet, newest first; none where they cannot be had."""

    async def follow(self, wish: Wish) -> Followed:
        """Subscribe in one transaction; take the account's silent first look when it is new. Idempotent.

        Raises TooManySubscriptionsError, ChatForgottenError.
        """

    def promise(self, kind: str) -> float:
        """For how many seconds a source of this kind may be out of sight before that is told."""

    def nudge(self) -> None:
        """Subscriptions changed: look at the list of watched accounts again, soon. Must not block."""


class Render(Protocol):
    """How a post looks in a chat."""

    def __call__(self, revision: Revision, account: Account, phrases: Phrases, manner: Manner) -> Rendered:
        """The post as messages."""


class Interpret(Protocol):
    """What a post says to a reader of another language."""

    async def __call__(self, revision: Revision, account: Account, phrases: Phrases) -> Words:
        """What was proved of it and its translation, as far as that is there within two seconds."""


async def no_words(revision: Revision, account: Account, phrases: Phrases) -> Words:  # noqa: ARG001
    """The original alone."""
    return NOTHING


def _nothing() -> None:
    pass


async def at_once(_chat_id: int) -> None:
    """No pacing."""


class Files(Protocol):
    """A chat as a file, for its own people."""

    def pack(self, chat: CarriedChat) -> bytes:
        """All of it."""

    def pack_feeds(self, accounts: Iterable[Account], title: str, now: datetime) -> bytes:
        """The feeds alone, as a list for any feed reader; b"" where there are none."""

    def unpack(self, data: bytes) -> Bundle:
        """Read either. Takes a while: call it in a thread. Raises BundleError."""


async def nowhere(_chat_id: int, _thread_id: int) -> Sequence[tuple[float, float]]:
    """No chat's place is known."""
    return ()


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that the chat does not do itself."""

    lookout: Lookout
    messenger: Messenger
    files: Files
    #: Waits until a message may go to this Telegram chat, so that answers and alerts share Telegram's limits.
    turn: Callable[[int], Awaitable[None]] = field(default=at_once)
    render: Render = render
    catalogue: Catalogue = field(default_factory=shipped)
    words: Interpret = no_words
    #: The same for who looks through many posts: as far as it costs neither time nor money.
    glance: Interpret = no_words
    #: Something was queued for the outbox, perhaps something that it had done before.
    queued: Callable[[], None] = _nothing
    #: Telegram's user ids of those who run this bot.
    operators: frozenset[int] = frozenset()
    #: Telegram's id of the chat that readers' reports go to, None where nobody takes them.
    reports_chat: int | None = None
    #: Alerts with an area have maps.
    maps: bool = False
    #: Where a chat (our id) and topic wants to be warned for, degrees north and east: the nearest is shown on its map.
    points_of: Callable[[int, int], Awaitable[Sequence[tuple[float, float]]]] = nowhere
