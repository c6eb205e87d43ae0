"""What each answer of the Bot API means: one table, read from top to bottom. Sends nothing."""

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
    NotPaidError,
    NotSentError,
    RejectedError,
    SendError,
    TokenLostError,
    TopicGoneError,
    UnknownError,
)


@dataclass(frozen=True, slots=True)
class Row:
    """An answer of one of these classes that has one of these texts in it (none given: whatever it says) means this.

    ``means`` None: what was asked for is so already, or no longer matters: done.
    """

    answers: tuple[type[TelegramError], ...]
    texts: tuple[str, ...]
    means: type[SendError] | None

    def text_in(self, error: TelegramError) -> str | None:
        """Which of its texts decides; "" where any would do, None when the row does not fit."""
        if not isinstance(error, self.answers):
            return None
        said = str(error).lower()
        return next((text for text in self.texts if text in said), None) if self.texts else ""


#: 400 and 403. The server turns a 403 whose text is a bare constant (CHAT_…_FORBIDDEN) into a 400, others not.
_REFUSED = (BadRequest, Forbidden)

#: The first row that fits decides. Texts are those of the Bot API server (tdlib/telegram-bot-api, td), in small letters;
#: a bare constant is the word of Telegram's own servers behind it. 429 and migration carry values: see ``meaning``.
TABLE = (
    # --- as wished already
    Row((BadRequest,), ("message is not modified", "message_not_modified"), None),
    Row((BadRequest,), ("query is too old", "query_id_invalid"), None),
    # --- the bot: PTB calls 401 and 404 alike an invalid token
    Row((InvalidToken,), ("method not found",), UnknownError),
    # no Bot API server answers there, or it does not serve this bot (now): all wait, nothing was sent
    Row((InvalidToken,), ("not found",), NotSentError),
    Row((NetworkError,), ("logged out", "unallowed token specified"), NotSentError),
    Row((InvalidToken,), (), TokenLostError),
    # --- the picture: it goes as text
    Row(
        _REFUSED,
        (
            "not enough rights to send photos",
            "not enough rights to send media",
            "chat_send_photos_forbidden",
            "chat_send_media_forbidden",
        ),
        MediaRefusedError,
    ),
    Row(
        (BadRequest,),
        (
            "wrong file identifier",
            "wrong remote file",
            "wrong padding",
            "invalid file_id",
            "file_reference_",
            "failed to get http url content",
            "wrong http url specified",
            "wrong type of the web page content",
            "invalid file http url",
            "can't upload file by url",
            "can't use the media of the specified type",
            "file must be non-empty",
            "file is too",
            "too big",
            "photo_",
            "image_process_failed",
            "webpage_",
            "media_",
            "group send failed",
        ),
        MediaRefusedError,
    ),
    Row((NetworkError,), ("request entity too large",), MediaRefusedError),
    # --- the topic: it goes to the general one
    Row(
        _REFUSED,
        ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid"),
        TopicGoneError,
    ),
    # --- the chat: paused until somebody there speaks to the bot again
    Row(
        (BadRequest,),
        (
            "chat not found",
            "user not found",
            "chat_id_invalid",
            "peer_id_invalid",
            "channel_invalid",
            "channel_private",
            "group chat was deactivated",
            "chat_forbidden",
            "chat_restricted",
            "chat_write_forbidden",
            "chat_send_plain_forbidden",
            "chat_guest_send_forbidden",
            "chat_admin_required",
            "user_banned_in_channel",
            "user is deactivated",
            "input_user_deactivated",
            "user_is_blocked",
            "you_blocked_user",
            "user_is_bot",
            "privacy_premium_required",
            "allow_payment_required",
            "not enough rights to send",
            "need administrator rights",
            "have no rights to send",
            "have no write access",
        ),
        BlockedError,
    ),
    # --- the payment (allow_paid_broadcast): it goes again without. No text is documented for sendMessage; these are
    # the constants of Stars. Any other refusal of a paid message ends here too (delivery.requesting).
    Row(_REFUSED, ("balance_too_low", "payment_unsupported", "payment_required"), NotPaidError),
    Row((Forbidden,), (), BlockedError),
    # --- the message to edit
    Row(
        (BadRequest,),
        ("message to edit not found", "message to delete not found", "message_id_invalid"),
        GoneError,
    ),
    Row(
        (BadRequest,),
        (
            "message can't be edited",
            "message can't be deleted",
            "message_author_required",
            "message_edit_time_expired",
            "there is no text in the message to edit",
            "there is no caption in the message to edit",
        ),
        NotEditableError,
    ),
    # --- what the message is: as plain text once more, then given up
    Row(
        (BadRequest,),
        (
            "can't parse",
            "receive an entity with incorrect",
            "entity begins",
            "entities_too_long",
            "entity_",
            "message is too long",
            "message_too_long",
            "text is too long",
            "caption is too long",
            "message text is empty",
            "message_empty",
            "must be non-empty",
            "must be encoded in utf-8",
            "reply markup is too long",
            "reply_markup_",
            "button_",
            "inline keyboard button",
        ),
        RejectedError,
    ),
    # --- a refusal that nobody has told us of: nothing was sent, and it may go better later; tried a few times, counted
    Row((BadRequest,), (), UnknownError),
    Row((Conflict,), (), UnknownError),
    Row((EndPointNotFound,), (), UnknownError),
    # --- 5xx, time-outs, resets, an answer that cannot be read: it may have been carried out
    Row((TelegramError,), (), LostAnswerError),
)

#: Errors of the connection after which the request certainly did not reach the server.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
#: A 429 that does not say how long; seconds.
UNSAID_REST = 5.0
_TOO_MANY = "too many requests"
#: How PTB says that an answer with an error's status has no JSON in it; before it stands the status.
_NO_JSON = ". Parsing the server response"


def row_of(error: TelegramError) -> Row:
    """The row that decides what an answer means."""
    return next(row for row in TABLE if row.text_in(error) is not None)


def is_not_modified(error: TelegramError) -> bool:
    """What was asked for is so already: an edit that had nothing to do."""
    return row_of(error).means is None


def meaning(error: TelegramError) -> SendError:
    """What the error means for a delivery."""
    match error:
        case RetryAfter():
            return FloodError(_seconds_of(error))
        case ChatMigrated():
            return MigratedError(error.new_chat_id)
    said, no_json, _page = str(error).partition(_NO_JSON)
    if isinstance(error, NeverLeftError) or isinstance(error.__cause__, _NEVER_LEFT):
        return NotSentError(said)
    if no_json:
        return _of_somebody_else(said)
    if _TOO_MANY in said.lower():
        return FloodError(UNSAID_REST)
    means = row_of(error).means or UnknownError
    return means(said)


def _of_somebody_else(status: str) -> SendError:
    """An error without the Bot API's JSON: a proxy or a captive portal speaks, and its 401 or 403 says nothing of our
    token or the chat. ``status`` is such as "Forbidden (403)".
    """
    if "(413)" in status:
        return MediaRefusedError(status)
    if "(429)" in status:
        return FloodError(UNSAID_REST)
    return LostAnswerError(f"{status}, and no answer of the Bot API's own")


def _seconds_of(error: RetryAfter) -> float:
    """PTB gives an int or a timedelta, by its environment, and warns of the int."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBDeprecationWarning)
        wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
