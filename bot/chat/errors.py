"""What each answer of the Bot API means: one table, read from top to bottom. Sends nothing."""

import re
import warnings
from dataclasses import dataclass
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.warnings import PTBDeprecationWarning

from bot.chat.transport import NeverLeftError
from bot.delivery.face import (
    BlockedError,
    FloodError,
    GoneError,
    LostAnswerError,
    MediaRefusedError,
    MigratedError,
    NotEditableError,
    NotSentError,
    RejectedError,
    SendError,
    TokenLostError,
    TopicGoneError,
)


@dataclass(frozen=True, slots=True)
class Row:
    """An error of this class whose text matches means this."""

    error: type[TelegramError]
    text: str
    means: type[SendError]


#: The first row that fits decides. Texts are those of the Bot API server; case does not matter.
TABLE = (
    Row(InvalidToken, "", TokenLostError),
    Row(Forbidden, "", BlockedError),
    Row(
        BadRequest,
        r"not enough rights to send (photo|video|document|media|album)|chat_send_(photos|media)_forbidden",
        MediaRefusedError,
    ),
    Row(
        BadRequest,
        r"chat not found|user not found|user is deactivated|peer_id_invalid|chat_write_forbidden|channel_private"
        r"|chat_restricted|not enough rights to send|need administrator rights|have no rights to send",
        BlockedError,
    ),
    Row(BadRequest, r"thread not found|topic_closed|topic_deleted|topic closed|topic deleted", TopicGoneError),
    Row(BadRequest, r"message can't be edited|message_author_required|message_edit_time_expired", NotEditableError),
    Row(BadRequest, r"message to edit not found|message_id_invalid", GoneError),
    Row(
        BadRequest,
        r"wrong file identifier|failed to get http url content|wrong type of the web page content|photo_invalid"
        r"|image_process_failed|webpage_|media_|wrong remote file|too big|file is too|invalid file http url"
        r"|group send failed|wrong padding",
        MediaRefusedError,
    ),
    Row(BadRequest, "", RejectedError),
    Row(NetworkError, r"request entity too large", MediaRefusedError),
    Row(EndPointNotFound, "", RejectedError),
    Row(Conflict, "", RejectedError),
)

#: Errors of the connection after which the request certainly did not reach the server.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
#: A 429 that does not say how long; seconds.
_UNSAID_REST = 5.0
_TOO_MANY = "too many requests"
_NOT_MODIFIED = "message is not modified"


def _seconds_of(error: RetryAfter) -> float:
    """PTB gives an int or a timedelta, by its environment, and warns of the int."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBDeprecationWarning)
        wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def is_not_modified(error: TelegramError) -> bool:
    """The message shows this already: an edit that had nothing to do."""
    return isinstance(error, BadRequest) and _NOT_MODIFIED in str(error).lower()


def meaning(error: TelegramError) -> SendError:
    """What the error means for a delivery."""
    match error:
        case RetryAfter():
            return FloodError(_seconds_of(error))
        case ChatMigrated():
            return MigratedError(error.new_chat_id)
    said = str(error)
    if _TOO_MANY in said.lower():
        return FloodError(_UNSAID_REST)
    for row in TABLE:
        if isinstance(error, row.error) and re.search(row.text, said, re.IGNORECASE):
            return row.means(said)
    if isinstance(error, NeverLeftError) or isinstance(error.__cause__, _NEVER_LEFT):
        return NotSentError(said)
    # time-outs, resets, 5xx and whatever else: it may have been carried out
    return LostAnswerError(said)
