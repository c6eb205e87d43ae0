"""What sets one kind of alert list apart: its names and addresses, its pace, and how its answers are read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.fetching import Fetcher, Limits
from bot.model.account import Account
from bot.model.post import Post
from bot.sources.cap.documents import Document
from bot.sources.face import Memory, Pace, Presence

#: The largest country of MeteoAlarm lists 2.4 MB, and a storm makes more of it.
LIST_LIMITS = Limits(max_bytes=8 * 1024 * 1024)
JSON_ACCEPT = "application/geo+json, application/json;q=0.9, */*;q=0.1"


class Reading(Protocol):
    """Makes a document of an answer's body, in a thread. Raises UnreadableError."""

    def __call__(self, body: bytes, account: str, url: str, charset: str = "") -> Document:
        """``account`` is the key of the account, ``url`` where the answer came from."""


def as_they_stand(document: Document, memory: Memory, after: dict[str, object]) -> Document:
    """For lists whose messages have names of their own that never change: nothing need be remembered."""
    del memory, after
    return document


async def cannot_say(fetcher: Fetcher, account: Account, post_id: str) -> Presence:
    """Leaving a list of what is in force is no cancellation."""
    del fetcher, account, post_id
    return Presence.UNKNOWN


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of official list that is not plain CAP in XML."""

    kind: str
    pace: Pace
    accept: str
    #: The address that a text names, "" when it names none of this kind. No I/O.
    address: Callable[[str], str]
    #: What to send, for whoever sent something else: a sentence.
    wanted: str
    read: Reading
    #: The account's name where the list does not say one.
    name: Callable[[str], str]
    #: Given the list as read, the memory before and the one being made: what of it is told, under which names. In a
    #: thread.
    settle: Callable[[Document, Memory, dict[str, object]], Document] = as_they_stand
    confirm: Callable[[Fetcher, Account, str], Awaitable[Presence]] = cannot_say
    limits: Limits = LIST_LIMITS
    #: What the operator can do where the agency says 403, "" for what goes for every site.
    forbidden: str = ""
    language: str = ""
    utc_offset: int | None = None


def read_as(dialect: Dialect, body: bytes, account: str, url: str, charset: str = "") -> Document:
    """Read a body; what was read as CAP bears the name of its own kind. Raises UnreadableError."""
    document = dialect.read(body, account, url, charset)
    entries = tuple(
        replace(entry, inline=as_kind(dialect.kind, entry.inline)) if entry.inline else entry
        for entry in document.entries
    )
    return replace(document, posts=as_kind(dialect.kind, document.posts), entries=entries)


def as_kind(kind: str, posts: tuple[Post, ...]) -> tuple[Post, ...]:
    """Posts under the name of their kind."""
    return tuple(post if post.kind == kind else replace(post, kind=kind) for post in posts)
