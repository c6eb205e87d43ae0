"""One alert revision for one chat, from queued to settled."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Op(StrEnum):
    """What a delivery does in the chat."""

    #: Say the post: new message(s), as a reply when it continues an event the chat was told of.
    SEND = "send"
    #: Change what was said, after an edit.
    EDIT = "edit"
    #: Mark what was said as withdrawn or superseded, and reply with what changed.
    MARK = "mark"
    #: A word of the bot's own (a source went blind, came back); the text lies in ``notice``.
    NOTICE = "notice"


class State(StrEnum):
    """Where a delivery stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    #: The answer to a request was lost: it may or may not have arrived.
    UNSURE = "unsure"
    FAILED = "failed"
    #: Too old to be rung as news.
    EXPIRED = "expired"
    #: Nothing needed doing (the chat already shows this version, or never got the original).
    SKIPPED = "skipped"


class Lane(IntEnum):
    """Urgent goes first."""

    URGENT = 0
    ROUTINE = 1


@dataclass(frozen=True, slots=True)
class SentPart:
    """One Telegram message of a delivery: its ids (several for an album) and what it is."""

    message_ids: tuple[int, ...]
    #: "text" (edited by editMessageText) or "caption" (by editMessageCaption) or "media" (nothing to edit).
    form: str
