"""What the outbox hands to a messenger, and what the messenger may answer. Telegram stands behind it in ``chat``."""

from dataclasses import dataclass
from typing import Protocol

from bot.model.delivery import SentPart
from bot.model.post import Media
from bot.model.subscription import Target


@dataclass(frozen=True, slots=True)
class Span:
    """A Telegram message entity. ``offset`` and ``length`` count UTF-16 units; ``type`` is the Bot API's name."""

    type: str
    offset: int
    length: int
    #: For "text_link".
    url: str = ""


@dataclass(frozen=True, slots=True)
class Styled:
    """Text with its entities. No markup language is ever sent, so no text can break or forge one."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: a ``url`` to open, ``data`` (1 to 64 bytes) to send back, or an ``inline`` query to begin in a
    chat that the person chooses.
    """

    label: str
    url: str = ""
    data: str = ""
    inline: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One Telegram message: text, or media with the text as caption (several media make one album, at most ten)."""

    styled: Styled
    media: tuple[Media, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    #: The app of whoever it answers opens a reply to it at once (Bot API, ForceReply); excludes ``buttons``.
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A delivery as the messages it becomes, in order."""

    parts: tuple[Part, ...]


class SendError(Exception):
    """A request did not do what it should. ``str()`` says why, without secrets."""


class BlockedError(SendError):
    """The chat does not want the bot or is gone (403, chat not found): pause it."""


class MigratedError(SendError):
    """The group became a supergroup: use ``new_chat_id`` and send again."""

    def __init__(self, new_chat_id: int) -> None:
        super().__init__(f"the group became supergroup {new_chat_id}")
        self.new_chat_id = new_chat_id


class TopicGoneError(SendError):
    """The forum topic is closed or deleted: use the general topic."""


class FloodError(SendError):
    """429: nothing was sent; not before ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"Telegram asks to wait {retry_after:g} s")
        self.retry_after = retry_after


class RestingError(SendError):
    """Between the intent and its turn somebody was told to rest: nothing was sent; not before ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Telegram asked for a rest of {seconds:g} s just before")
        self.seconds = seconds


class BusyError(SendError):
    """Its pictures have to be uploaded, and as many as memory bears are just now: nothing was sent; ask again after
    ``seconds``.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__("other pictures are being uploaded just now")
        self.seconds = seconds


class DrawingError(BusyError):
    """Its map is not drawn yet, or another chat is uploading it: nothing was sent; ask again after ``seconds``, or let
    the words go without it.
    """

    def __init__(self, seconds: float) -> None:
        SendError.__init__(self, "its map is not there yet")
        self.seconds = seconds


class LostAnswerError(SendError):
    """The request may or may not have been carried out (time-out after sending, connection reset, 5xx)."""


class NotSentError(SendError):
    """The request certainly did not arrive (connection refused, DNS): try again."""


class OutOfReachError(SendError):
    """The chat was asked for before a message was sent again, and did not answer: nothing was sent."""


class NotPaidError(SendError):
    """A paid message was refused: nothing was sent; it goes again without payment."""


class UnknownError(SendError):
    """Refused for a reason that no table knows: nothing was sent; it may go better later."""


class MediaRefusedError(SendError):
    """Telegram could not take the picture; the text must go without it."""


class GoneError(SendError):
    """The message to edit is no longer there."""


class NotEditableError(GoneError):
    """The message is there, but Telegram does not let it be changed (any more)."""


class RejectedError(SendError):
    """Permanently refused for what it is (a text that is too long, markup that cannot be read)."""


class TokenLostError(SendError):
    """401: the bot's token is no longer valid. All sending stops; nothing is dropped."""


class Messenger(Protocol):
    """The sending half of a chat platform. Every method raises only SendError's kinds."""

    async def send(
        self, target: Target, part: Part, *, silent: bool = False, reply_to: int | None = None, paid: bool = False
    ) -> SentPart:
        """Send one part. ``reply_to`` is a message id; a missing one does not stop the sending. ``paid``: beyond the
        free rate, for Stars.
        """

    async def edit(self, target: Target, sent: SentPart, part: Part) -> None:
        """Make an earlier message show ``part``. "message is not modified" is success. Its picture stays; a map gives
        way to the one that ``part`` has.
        """

    async def reach(self, target: Target) -> None:
        """Ask for the chat without leaving anything in it. Raises what a sending there would."""
