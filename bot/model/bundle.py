"""What a chat follows, as a file carries it from one chat to another: read from a file, nothing of it looked up yet."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.model.manners import NOTHING_OWN, Manners, Own
from bot.model.place import ChatPlace

#: Bytes of a file that is read: three hundred subscriptions with long filters are a tenth of it.
MOST_BYTES = 1024 * 1024


class Unusable(StrEnum):
    """Why a file is not read."""

    TOO_LARGE = "too_large"
    #: Neither JSON nor OPML, or cut off.
    NOT_KNOWN = "not_known"
    #: Of a Tocsin that writes another version.
    NEWER = "newer"
    #: It names nothing that could be followed.
    EMPTY = "empty"


class BundleError(Exception):
    """The file cannot be used. ``where`` names the place of the mistake where it is known, "" otherwise."""

    def __init__(self, why: Unusable, where: str = "") -> None:
        super().__init__(f"{why}: {where}" if where else str(why))
        self.why = why
        self.where = where


@dataclass(frozen=True, slots=True)
class Item:
    """One account that the file names. ``what`` leads to it, as a person would write it behind /subscribe."""

    what: str
    name: str = ""
    #: As one of Tocsin's own files tells it; "" in a list of feeds.
    kind: str = ""
    key: str = ""
    #: A filter as /list shows it, "" for every post.
    filter: str = ""
    live: bool = False
    #: What it wants otherwise than its place.
    own: Own = NOTHING_OWN


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file's content. ``hour`` and ``zone``: the digest of the day, None and "" where there is none."""

    items: tuple[Item, ...]
    hour: int | None = None
    zone: str = ""
    original_first: bool = False
    #: Entries of a list of feeds that name no address.
    without_address: int = 0
    #: Of the one topic that the file is of, or of the chat itself.
    places: tuple[ChatPlace, ...] = ()
    manners: Manners = field(default_factory=Manners)
