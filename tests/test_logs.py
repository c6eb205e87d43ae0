"""How the log is written: no secret in it, and never a fault of the work that it tells of."""

import contextlib
import io
import json
import logging

import pytest
import structlog

from bot.logs import set_up_logs


@pytest.fixture(autouse=True)
def as_it_was():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_log_outlives_the_stream_that_was_there_when_it_was_set_up(capsys):
    first = io.StringIO()
    with contextlib.redirect_stderr(first):
        set_up_logs("json")
        log = structlog.get_logger("tests.logs").bind()
        log.info("one")
        assert json.loads(first.getvalue())["event"] == "one"
        first.close()
    log.info("two")
    logging.getLogger("some.library").warning("three")
    written = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["event"] for line in written] == ["two", "three"]


def test_secrets_and_tokens_are_blanked_in_every_value(capsys):
    set_up_logs("json", ["sesame-1234567"])
    structlog.get_logger("tests.secrets").warning(
        "asked",
        url="https://api.telegram.org/bot123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi/getMe",
        cookie="sesame-1234567",
    )
    written = capsys.readouterr().err
    assert "ABCDEFGHIJKLMNOP" not in written
    assert "sesame" not in written
