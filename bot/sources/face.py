"""The face that every platform shows to the rest of the house, and the four ways in which a poll can end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol

from bot.model.account import Account
from bot.model.post import Post
from bot.model.reason import Cause, Reason

#: What a source remembers about one account between polls (validators, long texts, learned redirects).
#: JSON values only; opaque to everybody else; bounded by the source. Stored with the posts, in one transaction.
Memory = Mapping[str, object]


#: What subscribers are told where a source knows no better.
_REST, _UNREADABLE, _NO_ACCOUNT = Reason(Cause.REST), Reason(Cause.UNREADABLE), Reason(Cause.NO_ACCOUNT)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a kind of source is asked. All in seconds."""

    default: float
    floor: float
    ceiling: float
    #: Blind for longer than this, and its subscribers are told.
    promise: float
    #: How many accounts of this kind may be polled at the same time (a site that wants one request at a time: 1).
    at_once: int = 8


@dataclass(frozen=True, slots=True)
class Hub:
    """Where a source can be subscribed to so that a change is told at once (WebSub, W3C 2018): the hub and the topic's
    address as the source itself names them.
    """

    url: str
    topic: str


@dataclass(frozen=True, slots=True)
class Posts:
    """The site answered: everything it lists now, pinned posts too, in any order."""

    posts: tuple[Post, ...]
    memory: Memory = field(default_factory=dict)
    #: Oddities for the operator, one sentence each ("3 items had no id and were left out").
    notes: tuple[str, ...] = ()
    #: The account as seen on this poll, when the answer shows it (a rename is noticed by it).
    account: Account | None = None
    #: What of its list could not be had, None when nothing lacks: subscribers see it beside "answering".
    lacking: Reason | None = None
    #: The hub that the source offers, None where it offers none.
    hub: Hub | None = None


@dataclass(frozen=True, slots=True)
class NothingNew:
    """The site said that nothing changed (304, or the same bytes as before)."""

    memory: Memory = field(default_factory=dict)
    #: As in ``Posts``.
    lacking: Reason | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The site does not want to be asked now. ``site_wide`` rests every account of this kind.

    ``why`` and ``advice`` are the operator's, in English; subscribers get the sentence for ``reason``.
    """

    why: str
    until: datetime
    site_wide: bool = False
    memory: Memory | None = None
    #: What the operator can do about it, "" when waiting is all.
    advice: str = ""
    reason: Reason = _REST


@dataclass(frozen=True, slots=True)
class Broken:
    """No usable answer. ``gone`` means that the site says it will never come back (410). Words as in ``Refused``."""

    why: str
    advice: str = ""
    gone: bool = False
    memory: Memory | None = None
    reason: Reason = _UNREADABLE
    #: The site says no by its own will (401, 403, 404): who asks again each few minutes is a nuisance.
    lasting: bool = False


Outcome = Posts | NothingNew | Refused | Broken


class Claim(IntEnum):
    """How sure a source is that a text names an account of its kind, judged without asking anybody."""

    NO = 0
    #: It could be: asking the site would tell.
    MAYBE = 1
    SURE = 2


class Presence(StrEnum):
    """What a site says about one post that is no longer listed."""

    THERE = "there"
    DELETED = "deleted"
    #: No longer shown to us, which is not a deletion.
    HIDDEN = "hidden"
    #: Could not be told; never read as a deletion.
    UNKNOWN = "unknown"


class NotFoundError(Exception):
    """Nothing of this kind answers to that name. The message is a sentence for the operator and the command line."""

    def __init__(self, sentence: str, reason: Reason = _NO_ACCOUNT) -> None:
        super().__init__(sentence)
        self.reason = reason


class UnreadableError(Exception):
    """An answer that is not what this kind of source gives. The message is a sentence for the operator."""

    def __init__(self, sentence: str, reason: Reason = _UNREADABLE) -> None:
        super().__init__(sentence)
        self.reason = reason


class RefusedError(Exception):
    """The site does not want to be asked now (while finding an account). The message is a sentence."""

    def __init__(self, sentence: str, reason: Reason = _REST) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class About:
    """What people should know of a kind before they rely on it; its module offers one as ``ABOUT``.

    The README's table is made of these. Every text is a few words in English, "" where the platform gives nothing.
    """

    #: The platform as people call it: "Weibo".
    name: str
    #: Whose words these are and in which form: "posts of official accounts".
    gives: str
    #: How an edit or an update becomes known: "same id", "a message that refers to the old one".
    edits: str = ""
    #: How a withdrawal or a cancellation becomes known: "asked for one by one", "CAP Cancel".
    deletions: str = ""
    #: Where: "polygons, geocodes".
    areas: str = ""
    #: How grave: "CAP severity", "blue to red in the title".
    levels: str = ""
    #: BCP 47 tags, or what decides them: "zh", "as each post says".
    languages: str = ""
    #: What its owner asks of those who relay it: licence, credit, limits.
    terms: str = ""
    #: The test that proves all this, from the project's root: "tests/sources/weibo".
    proof: str = ""


class Source(Protocol):
    """One platform."""

    @property
    def kind(self) -> str:
        """Short name, the ``Account.kind`` of its accounts: "weibo"."""

    @property
    def pace(self) -> Pace:
        """How often to ask."""

    @property
    def ids_may_churn(self) -> bool:
        """True when an unknown id is no proof of a new post (feeds that renumber)."""

    def claims(self, what: str) -> Claim:
        """Does this text (URL, UID, @name) name an account of this kind? No I/O."""

    async def find(self, what: str) -> tuple[Account, ...]:
        """Ask the site which accounts ``what`` names, best first; more than one only when it is ambiguous.

        Raises NotFoundError, RefusedError, UnreadableError (each message says what to do).
        """

    async def poll(self, account: Account, memory: Memory) -> Outcome:
        """Ask the site what the account says now. Never raises for anything that the site did."""

    async def confirm(self, account: Account, post_id: str) -> Presence:
        """Ask the site about one post that is no longer listed. UNKNOWN where the platform cannot say."""

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        """Read a saved answer, as ``poll`` would; ``origin`` is its URL or file name. Raises UnreadableError.

        Blocking and CPU-bound: call it in a thread when the body is large.
        """
