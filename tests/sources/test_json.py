"""JSON of strangers: bounded, refused in a sentence, its values read whatever type they come in."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources import json
from bot.sources.face import UnreadableError


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"<html>", "no JSON"),
        (b'{"a": [1, 2', "cut off"),
        (b'{"a": NaN}', "cannot be read"),
        (b"[" * 100_000 + b"]" * 100_000, "cannot be read"),
        (b"[" + b"1," * json.MAX_VALUES + b"1]", "more values"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "cannot be read"),
    ],
)
def test_what_is_no_json_is_refused_in_a_sentence(body, why):
    with pytest.raises(UnreadableError, match=why):
        json.load(body)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_other_charsets_are_read(charset):
    assert json.load('{"标题": "北京市气象台发布暴雨红色预警信号"}'.encode(charset)) == {
        "标题": "北京市气象台发布暴雨红色预警信号"
    }


def test_values_are_read_whatever_type_they_come_in():
    assert [json.string(v) for v in ("a", 7, True, None, "\ud800", [])] == ["a", "7", "", "", "?", ""]
    assert [json.integer(v) for v in ("9", -3, 4.0, 4.5, "x", True)] == [9, -3, 4, None, None, None]
    assert [json.number(v) for v in ("6.4", 6, "-1.", "1e9", "nan", None)] == [6.4, 6.0, -1.0, None, None, None]
    assert [json.truth(v) for v in (True, "true", "1", 0, "no", None)] == [True, True, True, False, False, False]
    assert json.strings(["a", "", 3]) == ("a", "3")
    assert json.strings("a") == ("a",)
    assert json.inner({"a": {"b": {"c": 1}}}, "a", "b") == {"c": 1}
    assert json.inner({"a": 3}, "a", "b") == {}
    assert list(json.objects([{"a": 1}, 2, {"b": 3}, {"c": 4}], most=3)) == [{"a": 1}, {"b": 3}]


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026/07/21 11:51", 480, (datetime(2026, 7, 21, 3, 51, tzinfo=UTC), 480)),
        ("2026-07-21 11:51:07", 480, (datetime(2026, 7, 21, 3, 51, 7, tzinfo=UTC), 480)),
        ("2026-07-21T11:51:00+09:00", 480, (datetime(2026, 7, 21, 2, 51, tzinfo=UTC), 540)),
        ("2026-07-21T11:51:00Z", None, (datetime(2026, 7, 21, 11, 51, tzinfo=UTC), 0)),
        ("2026-07-21T11:51:00", None, (datetime(2026, 7, 21, 11, 51, tzinfo=UTC), None)),
        ("0001-01-01T00:00:00+14:00", None, (None, None)),
        ("9999-12-31T23:59:59-14:00", None, (None, None)),
        ("soon", 480, (None, None)),
    ],
)
def test_times_get_their_zone(text, zone, expected):
    assert json.instant(text, zone) == expected


def test_milliseconds_since_1970_are_a_time():
    assert json.epoch_ms(1_784_605_860_000) == datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
    assert [json.epoch_ms(v) for v in (None, "x", 10**18, -1)] == [None] * 4


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: ("{" + text).encode("utf-8", "replace")))
def test_arbitrary_bytes_are_read_or_refused(body):
    refused = ""
    value: object = None
    try:
        value = json.load(body)
    except UnreadableError as error:
        refused = str(error)
    assert refused or isinstance(value, dict | list)
