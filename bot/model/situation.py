"""The state of each hazard and place as posts tell it: what stands, what is over, and what could not be sorted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.alert import Severity
from bot.model.post import Post
from bot.model.reading import Action, Claim, HazardKind, Level, Scheme


@dataclass(frozen=True, slots=True)
class Told:
    """One post with what was read of it, as far as a situation needs it."""

    post_id: int
    account_id: int
    post: Post
    seen_at: datetime
    #: "current", "withdrawn", "superseded" or "cancelled", as the store keeps it.
    state: str = "current"
    #: When its newest version was seen; for a withdrawn post, when that was noticed.
    changed_at: datetime | None = None
    #: What its words prove; nothing for a post with fields, and for one that could not be read.
    claims: tuple[Claim, ...] = ()
    #: What the account that wrote it is called.
    speaker: str = ""
    #: False: nobody here asked for it by its words. It still tells what became of what was asked for.
    wanted: bool = True

    @property
    def at(self) -> datetime:
        """When it was written, as far as that is known; never after it was seen."""
        return min(self.post.published or self.seen_at, self.seen_at)


@dataclass(frozen=True, slots=True)
class Where:
    """A place as written. ``name`` is the name in it, "" where it is a part alone or an area that fields give."""

    words: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What a sender of fields calls a hazard, in one language (BCP 47)."""

    language: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One hazard at one place. Either ``hazard`` (read from words) or ``events`` (given as fields) says what it is."""

    #: The same for the same hazard at the same place by the same speaker, whatever its level.
    key: str
    account_id: int
    action: Action
    #: When the first and the newest message about it were written.
    since: datetime
    at: datetime
    #: When these two were seen.
    first_seen: datetime
    last_seen: datetime
    #: The newest message.
    url: str
    #: Minutes east of UTC of its agency's clock, None when unknown.
    utc_offset: int | None = None
    hazard: HazardKind | None = None
    events: tuple[Event, ...] = ()
    level: Level | None = None
    scheme: Scheme = Scheme.NONE
    #: As its sender states it; UNKNOWN for what was read.
    severity: Severity = Severity.UNKNOWN
    places: tuple[Where, ...] = ()
    #: The body that speaks, as written; "" where only the account is known.
    issuer: str = ""
    #: What the account that wrote it is called.
    speaker: str = ""
    #: When its sender says that it begins and ends, None for no such word.
    begins: datetime | None = None
    ends: datetime | None = None


class How(StrEnum):
    """How something ended."""

    #: The agency says that it is over.
    LIFTED = "lifted"
    #: The end that its sender gave has come.
    ENDED = "ended"
    #: The agency removed the post that said it.
    REMOVED = "removed"
    #: Nothing was written of it for so long that it is not listed any more; it may still hold.
    UNHEARD = "unheard"
    #: The newest messages do not name it any more.
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Over:
    """Something that stands no more. ``url`` is the post that says so, else the last one about it."""

    line: Line
    how: How
    #: When that was seen.
    at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Unsorted:
    """A post of which nothing could be proved."""

    url: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """What the posts of some accounts come to at one moment."""

    #: The gravest first, the newest first among those.
    standing: tuple[Line, ...] = ()
    #: The newest first.
    over: tuple[Over, ...] = ()
    unsorted: tuple[Unsorted, ...] = ()


class Change(StrEnum):
    """How a line differs from what was told before."""

    NEW = "new"
    RAISED = "raised"
    LOWERED = "lowered"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different since a moment."""

    #: One for each line that stands, in its order.
    standing: tuple[tuple[Line, Change], ...] = ()
    over: tuple[Over, ...] = ()
    unsorted: tuple[Unsorted, ...] = ()

    @property
    def any(self) -> bool:
        """Whether a reader learns something; a post that could not be sorted alone is nothing to tell of."""
        return bool(self.over) or any(change is not Change.SAME for _, change in self.standing)


class Occasion(StrEnum):
    """Why a chat is told of its situation."""

    #: Somebody asked.
    ASKED = "asked"
    #: Many posts came at once.
    BURST = "burst"
    #: Once a day.
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Briefing:
    """A digest as it is told: bounded, and the same in every language."""

    occasion: Occasion
    at: datetime
    #: The moment that its changes are counted from.
    since: datetime
    standing: tuple[tuple[Line, Change], ...] = ()
    #: Lines, endings and posts that are only counted.
    more_standing: int = 0
    over: tuple[Over, ...] = ()
    more_over: int = 0
    #: Links of posts that could not be sorted, the newest first, and how many there are in all.
    unsorted: tuple[str, ...] = ()
    all_unsorted: int = 0
    #: Names of accounts that do not answer just now.
    blind: tuple[str, ...] = ()
    #: Posts since then that the chat asked for.
    posts: int = 0
    #: Not all posts of the time looked back to were looked at: there were too many.
    cut: bool = False
    #: Minutes east of UTC of the clock by which it is told; None: UTC.
    utc_offset: int | None = None
