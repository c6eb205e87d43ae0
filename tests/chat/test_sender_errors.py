"""What each answer of the Bot API means: the table row by row and text by text, as HTTP answers through the real client."""

import json

import httpx
import pytest
from telegram import Bot
from telegram.error import EndPointNotFound, NetworkError, TelegramError
from telegram.request import BaseRequest

from bot.chat.errors import TABLE, UNSAID_REST, is_not_modified, meaning, row_of
from bot.chat.sender import TelegramMessenger
from bot.chat.transport import NeverLeftError
from bot.delivery import face
from bot.delivery.face import Part, Styled
from bot.model.delivery import SentPart
from bot.model.subscription import Target

HERE = Target(7)
HELLO = Part(Styled("hello"))

#: The class that a row names first and the text that decides, to an answer of the server: status and description.
ANSWERS = {
    ("BadRequest", "message is not modified"): (
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
    ),
    ("BadRequest", "message_not_modified"): (400, "Bad Request: MESSAGE_NOT_MODIFIED"),
    ("BadRequest", "query is too old"): (
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    ("BadRequest", "query_id_invalid"): (400, "Bad Request: QUERY_ID_INVALID"),
    ("InvalidToken", "method not found"): (404, "Not Found: method not found"),
    ("InvalidToken", "not found"): (404, "Not Found"),
    ("NetworkError", "logged out"): (400, "Logged out"),
    ("NetworkError", "unallowed token specified"): (421, "Misdirected Request: unallowed token specified"),
    ("InvalidToken", ""): (401, "Unauthorized"),
    ("BadRequest", "not enough rights to send photos"): (
        400,
        "Bad Request: not enough rights to send photos to the chat",
    ),
    ("BadRequest", "not enough rights to send media"): (
        400,
        "Bad Request: not enough rights to send media to the chat",
    ),
    ("BadRequest", "chat_send_photos_forbidden"): (400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN"),
    ("BadRequest", "chat_send_media_forbidden"): (400, "Bad Request: CHAT_SEND_MEDIA_FORBIDDEN"),
    ("BadRequest", "wrong file identifier"): (400, "Bad Request: wrong file identifier/HTTP URL specified"),
    ("BadRequest", "wrong remote file"): (400, "Bad Request: wrong remote file identifier specified: Wrong string"),
    ("BadRequest", "wrong padding"): (400, "Bad Request: wrong padding in the string"),
    ("BadRequest", "invalid file_id"): (400, "Bad Request: invalid file_id"),
    ("BadRequest", "file_reference_"): (400, "Bad Request: FILE_REFERENCE_EXPIRED"),
    ("BadRequest", "failed to get http url content"): (400, "Bad Request: failed to get HTTP URL content"),
    ("BadRequest", "wrong http url specified"): (400, "Bad Request: wrong HTTP URL specified"),
    ("BadRequest", "wrong type of the web page content"): (400, "Bad Request: wrong type of the web page content"),
    ("BadRequest", "invalid file http url"): (400, "Bad Request: invalid file HTTP URL specified: Unsupported URL"),
    ("BadRequest", "can't upload file by url"): (400, "Bad Request: can't upload file by URL"),
    ("BadRequest", "can't use the media of the specified type"): (
        400,
        "Bad Request: can't use the media of the specified type in the album",
    ),
    ("BadRequest", "file must be non-empty"): (400, "Bad Request: file must be non-empty"),
    ("BadRequest", "file is too"): (400, "Bad Request: file is too big"),
    ("BadRequest", "too big"): (400, "Bad Request: photo is too big"),
    ("BadRequest", "photo_"): (400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
    ("BadRequest", "image_process_failed"): (400, "Bad Request: IMAGE_PROCESS_FAILED"),
    ("BadRequest", "webpage_"): (400, 'Bad Request: failed to send message #1 with the error message "WEBPAGE_CURL"'),
    ("BadRequest", "media_"): (400, "Bad Request: MEDIA_EMPTY"),
    ("BadRequest", "group send failed"): (400, "Bad Request: group send failed"),
    ("NetworkError", "request entity too large"): (413, "Request Entity Too Large"),
    ("BadRequest", "message thread not found"): (400, "Bad Request: message thread not found"),
    ("BadRequest", "topic_closed"): (400, "Bad Request: TOPIC_CLOSED"),
    ("BadRequest", "topic_deleted"): (400, "Bad Request: TOPIC_DELETED"),
    ("BadRequest", "topic_id_invalid"): (400, "Bad Request: TOPIC_ID_INVALID"),
    ("BadRequest", "chat not found"): (400, "Bad Request: chat not found"),
    ("BadRequest", "user not found"): (400, "Bad Request: user not found"),
    ("BadRequest", "chat_id_invalid"): (400, "Bad Request: CHAT_ID_INVALID"),
    ("BadRequest", "peer_id_invalid"): (400, "Bad Request: PEER_ID_INVALID"),
    ("BadRequest", "channel_invalid"): (400, "Bad Request: CHANNEL_INVALID"),
    ("BadRequest", "channel_private"): (400, "Bad Request: CHANNEL_PRIVATE"),
    ("BadRequest", "group chat was deactivated"): (400, "Bad Request: group chat was deactivated"),
    ("BadRequest", "chat_forbidden"): (400, "Bad Request: CHAT_FORBIDDEN"),
    ("BadRequest", "chat_restricted"): (400, "Bad Request: CHAT_RESTRICTED"),
    ("BadRequest", "chat_write_forbidden"): (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
    ("BadRequest", "chat_send_plain_forbidden"): (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"),
    ("BadRequest", "chat_guest_send_forbidden"): (400, "Bad Request: CHAT_GUEST_SEND_FORBIDDEN"),
    ("BadRequest", "chat_admin_required"): (400, "Bad Request: CHAT_ADMIN_REQUIRED"),
    ("BadRequest", "user_banned_in_channel"): (400, "Bad Request: USER_BANNED_IN_CHANNEL"),
    ("BadRequest", "user is deactivated"): (400, "Bad Request: user is deactivated"),
    ("BadRequest", "input_user_deactivated"): (400, "Bad Request: INPUT_USER_DEACTIVATED"),
    ("BadRequest", "user_is_blocked"): (400, "Bad Request: USER_IS_BLOCKED"),
    ("BadRequest", "you_blocked_user"): (400, "Bad Request: YOU_BLOCKED_USER"),
    ("BadRequest", "user_is_bot"): (400, "Bad Request: USER_IS_BOT"),
    ("BadRequest", "privacy_premium_required"): (400, "Bad Request: PRIVACY_PREMIUM_REQUIRED"),
    ("BadRequest", "allow_payment_required"): (400, "Bad Request: ALLOW_PAYMENT_REQUIRED_5"),
    ("BadRequest", "not enough rights to send"): (
        400,
        "Bad Request: not enough rights to send text messages to the chat",
    ),
    ("BadRequest", "need administrator rights"): (400, "Bad Request: need administrator rights in the channel chat"),
    ("BadRequest", "have no rights to send"): (400, "Bad Request: have no rights to send a message"),
    ("BadRequest", "have no write access"): (400, "Bad Request: have no write access to the chat"),
    ("BadRequest", "balance_too_low"): (400, "Bad Request: BALANCE_TOO_LOW"),
    ("BadRequest", "payment_unsupported"): (400, "Bad Request: PAYMENT_UNSUPPORTED"),
    ("BadRequest", "payment_required"): (400, "Bad Request: PAYMENT_REQUIRED"),
    ("Forbidden", ""): (403, "Forbidden: bot was blocked by the user"),
    ("BadRequest", "message to edit not found"): (400, "Bad Request: message to edit not found"),
    ("BadRequest", "message to delete not found"): (400, "Bad Request: message to delete not found"),
    ("BadRequest", "message_id_invalid"): (400, "Bad Request: MESSAGE_ID_INVALID"),
    ("BadRequest", "message can't be edited"): (400, "Bad Request: message can't be edited"),
    ("BadRequest", "message can't be deleted"): (400, "Bad Request: message can't be deleted"),
    ("BadRequest", "message_author_required"): (400, "Bad Request: MESSAGE_AUTHOR_REQUIRED"),
    ("BadRequest", "message_edit_time_expired"): (400, "Bad Request: MESSAGE_EDIT_TIME_EXPIRED"),
    ("BadRequest", "there is no text in the message to edit"): (
        400,
        "Bad Request: there is no text in the message to edit",
    ),
    ("BadRequest", "there is no caption in the message to edit"): (
        400,
        "Bad Request: there is no caption in the message to edit",
    ),
    ("BadRequest", "can't parse"): (
        400,
        'Bad Request: can\'t parse entities: unsupported start tag "br" at byte offset 5',
    ),
    ("BadRequest", "receive an entity with incorrect"): (
        400,
        "Bad Request: receive an entity with incorrect length 0",
    ),
    ("BadRequest", "entity begins"): (400, "Bad Request: entity begins after the end of the text"),
    ("BadRequest", "entities_too_long"): (400, "Bad Request: ENTITIES_TOO_LONG"),
    ("BadRequest", "entity_"): (400, "Bad Request: ENTITY_BOUNDS_INVALID"),
    ("BadRequest", "message is too long"): (400, "Bad Request: message is too long"),
    ("BadRequest", "message_too_long"): (400, "Bad Request: MESSAGE_TOO_LONG"),
    ("BadRequest", "text is too long"): (400, "Bad Request: text is too long"),
    ("BadRequest", "caption is too long"): (400, "Bad Request: message caption is too long"),
    ("BadRequest", "message text is empty"): (400, "Bad Request: message text is empty"),
    ("BadRequest", "message_empty"): (400, "Bad Request: MESSAGE_EMPTY"),
    ("BadRequest", "must be non-empty"): (400, "Bad Request: text must be non-empty"),
    ("BadRequest", "must be encoded in utf-8"): (400, "Bad Request: strings must be encoded in UTF-8"),
    ("BadRequest", "reply markup is too long"): (400, "Bad Request: reply markup is too long"),
    ("BadRequest", "reply_markup_"): (400, "Bad Request: REPLY_MARKUP_INVALID"),
    ("BadRequest", "button_"): (400, "Bad Request: BUTTON_URL_INVALID"),
    ("BadRequest", "inline keyboard button"): (
        400,
        "Bad Request: inline keyboard button URL 'x' is invalid: Wrong URL",
    ),
    ("BadRequest", ""): (400, "Bad Request: NEW_KIND_OF_ERROR"),
    ("Conflict", ""): (409, "Conflict: terminated by other getUpdates request"),
    ("TelegramError", ""): (500, "Internal Server Error: sent message was immediately deleted"),
}

#: Rows whose error PTB makes without an answer of the server.
WITHOUT_ANSWER = {("EndPointNotFound", ""): EndPointNotFound("Endpoint 'sendMessage' not found in Bot API")}

EVERY_TEXT = [(row, text) for row in TABLE for text in row.texts or ("",)]


class Canned(BaseRequest):
    """A Bot API that answers one thing only."""

    read_timeout = 1.0

    def __init__(self, status, body):
        self.status, self.body = status, body

    async def initialize(self):
        pass

    async def shutdown(self):
        pass

    async def do_request(self, *_args, **_kwargs):
        if isinstance(self.body, Exception):
            raise self.body
        return self.status, self.body


def answered(status, description, parameters=None):
    body = {"ok": False, "error_code": status}
    body |= {"description": description} if description else {}
    body |= {"parameters": parameters} if parameters else {}
    return messenger(status, json.dumps(body).encode())


def messenger(status, body):
    return TelegramMessenger(Bot("123:abc", request=Canned(status, body)))


async def refusal(telegram) -> face.SendError:
    with pytest.raises(face.SendError) as caught:
        await telegram.send(HERE, HELLO)
    return caught.value


def key_of(row, text):
    return row.answers[0].__name__, text


@pytest.mark.parametrize(("row", "text"), EVERY_TEXT, ids=[":".join(key_of(*pair)) for pair in EVERY_TEXT])
async def test_every_text_of_every_row_has_an_answer_that_it_decides(row, text):
    made = WITHOUT_ANSWER.get(key_of(row, text))
    if made is None:
        error = await refusal(answered(*ANSWERS[key_of(row, text)]))
        made = error.__cause__
        assert isinstance(made, TelegramError)
        assert type(error) is (row.means or face.UnknownError)
    assert row_of(made) is row
    assert row.text_in(made) == text
    assert type(meaning(made)) is (row.means or face.UnknownError)


def test_no_answer_is_written_here_that_the_table_does_not_know():
    assert {key_of(*pair) for pair in EVERY_TEXT} == ANSWERS.keys() | WITHOUT_ANSWER.keys()


def test_the_last_row_fits_whatever_comes():
    assert (TABLE[-1].answers, TABLE[-1].texts) == ((TelegramError,), ())


@pytest.mark.parametrize(
    "description",
    [
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
        "Forbidden: bot was kicked from the group chat",
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: bot was kicked from the channel chat",
        "Forbidden: bot is not a member of the supergroup chat",
        "Forbidden: bot is not a member of the channel chat",
        "Forbidden: bot can't initiate conversation with a user",
        "Forbidden: bot can't send messages to bots",
        "Forbidden: the group chat was deleted",
        "Forbidden: a reason that is yet to be thought of",
    ],
)
async def test_every_403_of_telegram_pauses_the_chat(description):
    assert type(await refusal(answered(403, description))) is face.BlockedError


async def test_what_is_forbidden_of_a_picture_or_a_topic_does_not_pause_the_chat():
    picture = await refusal(answered(403, "Forbidden: not enough rights to send photos to the chat"))
    topic = await refusal(answered(403, "Forbidden: TOPIC_CLOSED"))
    assert (type(picture), type(topic)) == (face.MediaRefusedError, face.TopicGoneError)


async def test_an_edit_that_changes_nothing_is_done():
    same = answered(*ANSWERS["BadRequest", "message is not modified"])
    await same.edit(HERE, SentPart((1,), "text"), HELLO)
    gone = answered(400, "Bad Request: message to edit not found")
    with pytest.raises(face.GoneError):
        await gone.edit(HERE, SentPart((1,), "text"), HELLO)
    assert not is_not_modified(NetworkError("Bad Gateway"))


@pytest.mark.parametrize(
    ("description", "parameters", "wait"),
    [
        ("Too Many Requests: retry after 17", {"retry_after": 17}, 17.0),
        ("Too Many Requests: restart", None, UNSAID_REST),
        ("", None, UNSAID_REST),
    ],
)
@pytest.mark.filterwarnings("ignore:.*retry_after")
async def test_a_429_rests_as_long_as_it_says_or_a_little(description, parameters, wait):
    error = await refusal(answered(429, description, parameters))
    assert (type(error), error.retry_after) == (face.FloodError, wait)


async def test_a_429_inside_of_an_albums_refusal_is_a_429():
    said = 'Bad Request: failed to send message #2 with the error message "Too Many Requests: retry after 9"'
    assert type(await refusal(answered(400, said))) is face.FloodError


async def test_a_migration_keeps_the_new_chat_and_one_that_names_none_is_tried_again():
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    moved = await refusal(answered(400, said, {"migrate_to_chat_id": -1005}))
    assert (type(moved), moved.new_chat_id) == (face.MigratedError, -1005)
    assert type(await refusal(answered(400, said))) is face.UnknownError


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
@pytest.mark.parametrize("body", [b"<html><h1>Bad Gateway</h1></html>", b"", b'{"ok":false,"descr'])
async def test_a_5xx_may_have_been_carried_out_whatever_its_body(status, body):
    assert type(await refusal(messenger(status, body))) is face.LostAnswerError


@pytest.mark.parametrize(
    "body", [b"", b'{"ok":true,"result":{"message_id":1,"da', b"<html>Welcome to the hotel</html>"]
)
async def test_an_answer_that_cannot_be_read_leaves_it_open_whether_it_was_carried_out(body):
    assert type(await refusal(messenger(200, body))) is face.LostAnswerError


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 409])
async def test_a_page_of_a_proxy_says_nothing_of_the_token_or_the_chat(status):
    error = await refusal(messenger(status, b"<html><p>chat not found, photo_ of our lobby, unauthorized</p></html>"))
    assert type(error) is face.LostAnswerError
    assert "lobby" not in str(error)


@pytest.mark.parametrize(("status", "kind"), [(413, face.MediaRefusedError), (429, face.FloodError)])
async def test_a_proxy_may_refuse_what_is_too_large_or_too_much(status, kind):
    assert type(await refusal(messenger(status, b"<html><h1>nginx</h1></html>"))) is kind


@pytest.mark.parametrize(
    "cause", [httpx.ConnectError("refused"), httpx.ConnectTimeout("late"), httpx.PoolTimeout("full")]
)
def test_a_request_that_never_left_certainly_did_not_arrive(cause):
    error = NetworkError("httpx")
    error.__cause__ = cause
    assert type(meaning(error)) is face.NotSentError
    assert type(meaning(NeverLeftError("no connection to Telegram: chat not found"))) is face.NotSentError


@pytest.mark.parametrize(
    "cause", [httpx.ReadTimeout("late"), httpx.RemoteProtocolError("cut"), httpx.ReadError("reset")]
)
def test_a_request_whose_answer_never_came_may_have_arrived(cause):
    error = NetworkError("httpx")
    error.__cause__ = cause
    assert type(meaning(error)) is face.LostAnswerError
