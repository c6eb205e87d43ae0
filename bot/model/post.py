"""What an account wrote: a Post as it stands now, and a Revision, one version of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.alert import Alert


class MediaKind(StrEnum):
    """What a medium is, as far as showing it goes."""

    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, film or file of a post; ``url`` is http(s)."""

    kind: MediaKind
    url: str
    description: str = ""
    #: Referer the file's host wants before it gives the file (Weibo's pictures), "" when none.
    referer: str = ""
    #: What stays the same when the host names the file anew from page to page (Telegram's pictures), "" where the
    #: address's path does.
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """An engagement figure. "100万+" is ``Count(1_000_000, "100万+", is_lower_bound=True)``."""

    value: int
    raw: str
    is_lower_bound: bool = False


@dataclass(frozen=True, slots=True)
class Engagement:
    """How often a post was forwarded, answered and liked; None where the platform does not say."""

    forwards: Count | None = None
    comments: Count | None = None
    likes: Count | None = None


@dataclass(frozen=True, slots=True)
class Repost:
    """The post that a post passes on. When it is gone, ``available`` is False and ``reason`` says why."""

    available: bool
    reason: str = ""
    id: str = ""
    author: str = ""
    text: str = ""
    url: str = ""
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it stands on its platform now. Text is plain (no markup); times are aware UTC."""

    kind: str
    #: The account's key (``Account.key``).
    account: str
    #: Stable within the account; for CAP "sender,identifier,sent" with ``sent`` as a UTC instant.
    id: str
    text: str
    url: str
    title: str = ""
    published: datetime | None = None
    #: Minutes east of UTC in which the agency wrote the time; None when unknown.
    utc_offset: int | None = None
    #: BCP 47, "" when unknown.
    language: str = ""
    #: Who speaks, as this post shows it (may be newer than the account's stored name).
    author: str = ""
    media: tuple[Media, ...] = ()
    pinned: bool = False
    #: When the platform says it was last edited; None when never, or not said.
    edited: datetime | None = None
    edit_count: int = 0
    #: True when the platform holds more text than could be fetched.
    truncated: bool = False
    engagement: Engagement = field(default_factory=Engagement)
    repost: Repost | None = None
    #: Set when the platform gives the meaning as fields.
    alert: Alert | None = None
    #: Other ids that references may use for this post ("sender,identifier").
    aliases: tuple[str, ...] = ()
    #: Ids or aliases of the posts that this one updates or cancels.
    supersedes: tuple[str, ...] = ()
    #: Id of the event it belongs to, where the platform gives one (CAP incidents, VTEC); "" otherwise.
    event_id: str = ""
    #: Why this entry is not an alert by itself, "" when it is (an index entry whose document was not read).
    incomplete: str = ""


def title_of(post: Post) -> str:
    """A post's title, "" where its text begins with it."""
    title = post.title.strip()
    return "" if post.text.strip().startswith(title) else title


def words_of(post: Post) -> str:
    """A post's own words: the title before the text, where it is not its beginning. Of what it passes on, nothing."""
    return "\n".join(filter(None, (title_of(post), post.text.strip())))


class RevisionKind(StrEnum):
    """How a revision differs from the one before it."""

    NEW = "new"
    EDITED = "edited"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a post. ``number`` counts from 1; a WITHDRAWN revision carries the last known post."""

    post: Post
    number: int
    kind: RevisionKind
