"""What each answer of the Bot API means: the table row by row, and what no row names."""

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bot.chat.errors import TABLE, is_not_modified, meaning
from bot.delivery import face

ROWS = [
    (InvalidToken("Unauthorized"), face.TokenLostError),
    (Forbidden("Forbidden: bot was blocked by the user"), face.BlockedError),
    (Forbidden("Forbidden: user is deactivated"), face.BlockedError),
    (Forbidden("Forbidden: bot was kicked from the supergroup chat"), face.BlockedError),
    (Forbidden("Forbidden: bot is not a member of the channel chat"), face.BlockedError),
    (BadRequest("Not enough rights to send photos to the chat"), face.MediaRefusedError),
    (BadRequest("Chat not found"), face.BlockedError),
    (BadRequest("Not enough rights to send text messages to the chat"), face.BlockedError),
    (BadRequest("Need administrator rights in the channel chat"), face.BlockedError),
    (BadRequest("Message thread not found"), face.TopicGoneError),
    (BadRequest("Topic_closed"), face.TopicGoneError),
    (BadRequest("Message can't be edited"), face.NotEditableError),
    (BadRequest("Message to edit not found"), face.GoneError),
    (BadRequest("Wrong file identifier/HTTP URL specified"), face.MediaRefusedError),
    (BadRequest("Failed to get HTTP URL content"), face.MediaRefusedError),
    (BadRequest("Wrong type of the web page content"), face.MediaRefusedError),
    (BadRequest("Photo_invalid_dimensions"), face.MediaRefusedError),
    (BadRequest('Failed to send message #1 with the error message "Wrong file identifier"'), face.MediaRefusedError),
    (BadRequest("Can't parse entities: unsupported start tag"), face.RejectedError),
    (BadRequest("Message is too long"), face.RejectedError),
    (NetworkError("Request Entity Too Large"), face.MediaRefusedError),
    (EndPointNotFound("Not Found"), face.RejectedError),
    (Conflict("terminated by other getUpdates request"), face.RejectedError),
    (NetworkError("Bad Gateway"), face.LostAnswerError),
    (NetworkError("Internal Server Error"), face.LostAnswerError),
    (TimedOut(), face.LostAnswerError),
]


@pytest.mark.parametrize(("error", "kind"), ROWS, ids=[str(error) for error, _ in ROWS])
def test_an_answer_means_what_the_table_says(error, kind):
    assert type(meaning(error)) is kind


def test_every_row_of_the_table_decides_one_of_these_answers():
    def row_of(error):
        import re

        return next(
            (
                n
                for n, row in enumerate(TABLE)
                if isinstance(error, row.error) and re.search(row.text, str(error), re.IGNORECASE)
            ),
            None,
        )

    assert {row_of(error) for error, _ in ROWS} >= set(range(len(TABLE)))


@pytest.mark.parametrize(
    "cause", [httpx.ConnectError("refused"), httpx.ConnectTimeout("late"), httpx.PoolTimeout("full")]
)
def test_a_request_that_never_left_certainly_did_not_arrive(cause):
    error = NetworkError("httpx")
    error.__cause__ = cause
    assert type(meaning(error)) is face.NotSentError


@pytest.mark.parametrize(
    "cause", [httpx.ReadTimeout("late"), httpx.RemoteProtocolError("cut"), httpx.ReadError("reset")]
)
def test_a_request_whose_answer_never_came_may_have_arrived(cause):
    error = NetworkError("httpx")
    error.__cause__ = cause
    assert type(meaning(error)) is face.LostAnswerError


@pytest.mark.filterwarnings("ignore:.*retry_after")
def test_a_flood_keeps_its_wait_and_a_migration_its_new_chat():
    flood = meaning(RetryAfter(17))
    moved = meaning(ChatMigrated(-1005))
    assert (type(flood), flood.retry_after) == (face.FloodError, 17)
    assert (type(moved), moved.new_chat_id) == (face.MigratedError, -1005)


def test_an_edit_that_changes_nothing_is_success():
    assert is_not_modified(BadRequest("Message is not modified: specified new message content is exactly the same"))
    assert not is_not_modified(BadRequest("Message to edit not found"))
