"""What the stand-in remembers: users, chats, topics, messages with every version, pictures. No method's behaviour."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.demo.botapi.entities import Styled


class Standing(StrEnum):
    """ChatMember.status."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    LEFT = "left"
    KICKED = "kicked"


PRESENT = frozenset({Standing.CREATOR, Standing.ADMINISTRATOR, Standing.MEMBER})
ADMINS = frozenset({Standing.CREATOR, Standing.ADMINISTRATOR})


@dataclass(slots=True)
class User:
    """A person or a bot."""

    id: int
    first_name: str
    username: str = ""
    language: str = "en"
    is_bot: bool = False
    deactivated: bool = False


@dataclass(slots=True)
class Topic:
    """A forum topic."""

    thread_id: int
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo that Telegram holds. ``data`` is empty when it was given by URL and nothing was loaded."""

    file_id: str
    unique_id: str
    width: int
    height: int
    size: int
    data: bytes = b""
    mime: str = "image/jpeg"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file of any kind that Telegram holds."""

    file_id: str
    unique_id: str
    name: str
    data: bytes
    mime: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Key:
    """An inline button: exactly one of ``url`` and ``data``, or another kind by its name in ``other``; ``inline`` is the
    query that a switch_inline_query begins.
    """

    label: str
    url: str = ""
    data: str = ""
    other: str = ""
    inline: str = ""


Keyboard = tuple[tuple[Key, ...], ...]


@dataclass(frozen=True, slots=True)
class Version:
    """What a message showed from ``at`` on."""

    at: datetime
    styled: Styled
    picture: Picture | None = None
    keyboard: Keyboard = ()
    link_preview: dict[str, object] | None = None
    document: Document | None = None


@dataclass(slots=True)
class Message:
    """One message and its history; the last version is what the chat shows."""

    chat_id: int
    message_id: int
    date: datetime
    #: 0 in a channel.
    sender_id: int
    versions: list[Version]
    by_bot: bool = False
    anonymous: bool = False
    thread_id: int = 0
    reply_to: int = 0
    media_group_id: str = ""
    silent: bool = False
    protected: bool = False
    #: The name and content of a service message's field, such as migrate_to_chat_id.
    service: dict[str, object] = field(default_factory=dict)
    deleted_at: datetime | None = None

    @property
    def now(self) -> Version:
        """What it shows."""
        return self.versions[-1]

    @property
    def text(self) -> str:
        """The text or caption that it shows."""
        return self.now.styled.text

    @property
    def edited(self) -> bool:
        """Whether text or picture were changed (new buttons alone do not count)."""
        first = self.versions[0]
        return (first.styled, first.picture) != (self.now.styled, self.now.picture)

    @property
    def gone(self) -> bool:
        """Whether it was deleted."""
        return self.deleted_at is not None


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the user's), a group, a supergroup or a channel."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    is_forum: bool = False
    members: dict[int, Standing] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    #: Private: the user has written to the bot. Others: not used.
    started: bool = False
    #: Private: the user blocked the bot.
    blocked: bool = False
    migrated_to: int = 0
    #: How often the bot was told that it may not write here since it last could.
    refusals: int = 0
    last_message_id: int = 0


@dataclass(slots=True)
class Query:
    """A pressed button. ``answer`` is None until the bot answers."""

    id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    at: datetime
    answer: "Answer | None" = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What answerCallbackQuery showed."""

    text: str = ""
    alert: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class InlineResult:
    """An article: what a person sees in the list, and the message that choosing it sends."""

    id: str
    title: str
    description: str
    styled: Styled
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """What answerInlineQuery gave; ``button`` is the label above the results."""

    results: tuple[InlineResult, ...] = ()
    next_offset: str = ""
    cache_time: int = 300
    is_personal: bool = False
    button: str = ""


@dataclass(slots=True)
class InlineQuery:
    """What somebody typed behind the bot's name in any chat. ``answer`` is None until the bot answers."""

    id: str
    user_id: int
    text: str
    offset: str
    at: datetime
    answer: InlineAnswer | None = None


@dataclass(slots=True)
class Profile:
    """What the bot said of itself; language code → text or commands."""

    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    menu_buttons: dict[int, dict[str, object]] = field(default_factory=dict)
