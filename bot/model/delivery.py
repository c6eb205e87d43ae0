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
    #: Show the words that were not there when the post was said, or show them the other way round.
    WORDS = "words"
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
    #: The answer was lost and it is not sent again by itself (the operator's policy, or repeats in vain).
    HELD = "held"
    #: It waits for its chat's digest (quiet hours, a pause, the chat's manner), due at ``not_before``.
    DEFERRED = "deferred"
    #: Not rung as news: it was too old, or its chat was told of it in a digest.
    EXPIRED = "expired"
    #: Nothing needed doing (the chat already shows this version, or never got the original).
    SKIPPED = "skipped"


class Lane(IntEnum):
    """What goes first: the lowest number."""

    #: Danger to life, now: it passes everything else that waits.
    EXTREME = 0
    URGENT = 1
    ROUTINE = 2


#: ``SentPart.form`` of a message that only names the post among others that were missed.
LISTED = "listed"
#: … of a message that another bot sent (the token was changed): this one can neither edit it nor reply to it.
FOREIGN = "foreign"

#: … of a message with a map that we drew.
MAPPED = "map"


@dataclass(frozen=True, slots=True)
class SentPart:
    """One Telegram message of a delivery: its ids (several for an album) and what it is."""

    message_ids: tuple[int, ...]
    #: "text" (edited by editMessageText) or "caption" (by editMessageCaption) or "media" (nothing to edit)
    #: or "map" (a caption below a map that we drew: by editMessageCaption, or with another map by editMessageMedia).
    form: str
