"""Posts as JSON: everything comes back, whatever it holds and whichever version wrote it."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.alert import (
    Alert,
    Area,
    Certainty,
    Circle,
    Hazard,
    MsgType,
    Scope,
    Severity,
    Status,
    Urgency,
    Wording,
)
from bot.model.post import Count, Engagement, Media, MediaKind, Post, Repost
from bot.store.codec import CodecError, post_from_json, post_to_json

# control characters and lone surrogates included: hostile sites send them
words = st.text(st.characters(), max_size=20)
moments = st.datetimes(timezones=st.just(UTC))
numbers = st.floats(allow_nan=False)
pairs = st.lists(st.tuples(words, words), max_size=3).map(tuple)


def several(strategy, most=2):
    return st.lists(strategy, max_size=most).map(tuple)


media = st.builds(Media, st.sampled_from(MediaKind), words, words, words)
counts = st.builds(Count, st.integers(0, 10**12), words, st.booleans())
engagements = st.builds(Engagement, *[st.none() | counts] * 3)
reposts = st.builds(Repost, st.booleans(), words, words, words, words, words, several(media))
areas = st.builds(
    Area,
    words,
    several(st.lists(st.tuples(numbers, numbers), max_size=4).map(tuple)),
    several(st.builds(Circle, numbers, numbers, numbers)),
    pairs,
)
wordings = st.builds(Wording, *[words] * 8)
hazards = st.builds(
    Hazard,
    st.sampled_from(Urgency),
    st.sampled_from(Severity),
    st.sampled_from(Certainty),
    several(wordings),
    several(words),
    several(words),
    pairs,
    pairs,
    st.none() | moments,
    st.none() | moments,
    st.none() | moments,
    several(areas),
)
alerts = st.builds(
    Alert,
    words,
    words,
    moments,
    words,
    st.sampled_from(Status),
    st.sampled_from(MsgType),
    st.sampled_from(Scope),
    several(hazards),
    several(words),
    several(words),
    words,
    several(words),
)
posts = st.builds(
    Post,
    kind=words,
    account=words,
    id=words,
    text=words,
    url=words,
    title=words,
    published=st.none() | moments,
    utc_offset=st.none() | st.integers(-720, 840),
    language=words,
    author=words,
    media=several(media),
    pinned=st.booleans(),
    edited=st.none() | moments,
    edit_count=st.integers(0, 1000),
    truncated=st.booleans(),
    engagement=engagements,
    repost=st.none() | reposts,
    alert=st.none() | alerts,
    aliases=several(words),
    supersedes=several(words),
    event_id=words,
    incomplete=words,
)


@given(posts)
@settings(max_examples=200, deadline=None)
def test_every_post_comes_back_as_it_was(post):
    text = post_to_json(post)
    text.encode()
    assert "\0" not in text
    assert post_from_json(text) == post


def test_the_strategy_above_fills_every_field_of_a_post():
    # a field that the model gains must be added to it
    assert {field.name for field in dataclasses.fields(Post)} == {
        "kind", "account", "id", "text", "url", "title", "published", "utc_offset", "language", "author", "media",
        "pinned", "edited", "edit_count", "truncated", "engagement", "repost", "alert", "aliases", "supersedes",
        "event_id", "incomplete",
    }  # fmt: skip


def test_what_equals_its_default_is_left_out(a_post):
    assert json.loads(post_to_json(a_post())) == {
        "kind": "weibo",
        "account": "1288915263",
        "id": "4470000000000001",
        "text": "今天白天请市民注意出行安全。",
        "url": "https://weibo.com/1288915263/4470000000000001",
        "author": "平安北京",
    }


def test_chinese_is_written_as_it_is(a_post):
    assert "今天白天" in post_to_json(a_post())


def test_times_come_back_as_utc(a_post):
    beijing = datetime(2012, 7, 21, 11, 51, tzinfo=timezone(timedelta(hours=8)))
    back = post_from_json(post_to_json(a_post(published=beijing)))
    assert back.published == beijing
    assert back.published.tzinfo is UTC


def changed(post: Post, change) -> Post:
    value = json.loads(post_to_json(post))
    change(value)
    return post_from_json(json.dumps(value))


FULL = Post(
    kind="cap",
    account="https://example.org/cap.xml",
    id="a,b,c",
    text="Flood",
    url="https://example.org/1",
    alert=Alert(
        sender="a",
        identifier="b",
        sent=datetime(2026, 7, 21, tzinfo=UTC),
        sent_text="2026-07-21T00:00:00-00:00",
        status=Status.ACTUAL,
        msg_type=MsgType.ALERT,
        scope=Scope.PUBLIC,
        hazards=(Hazard(Urgency.FUTURE, Severity.MINOR, Certainty.LIKELY, (Wording("en"),)),),
    ),
)


def test_keys_that_a_newer_version_wrote_are_passed_over():
    def change(value):
        value["mood"] = {"deep": [1]}
        value["alert"]["colour"] = "red"
        value["alert"]["hazards"][0]["wordings"][0]["emoji"] = "🌊"

    assert changed(FULL, change) == FULL


def test_fields_that_an_older_version_did_not_know_take_their_default():
    def change(value):
        del value["alert"]["hazards"]

    back = changed(FULL, change)
    assert back.alert.hazards == ()
    assert back.engagement == Engagement()


def test_a_word_that_a_newer_version_wrote_reads_as_unknown_where_there_is_an_unknown():
    def change(value):
        value["alert"]["status"] = "Rehearsal"
        value["alert"]["hazards"][0]["severity"] = "Apocalyptic"

    back = changed(FULL, change)
    assert back.alert.status is Status.UNKNOWN
    assert back.alert.severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"post"',
        "{}",
        '{"kind":1,"account":"","id":"","text":"","url":""}',
        '{"kind":"","account":"","id":"","text":"","url":"","media":{"a":1}}',
        '{"kind":"","account":"","id":"","text":"","url":"","media":[{"kind":"smell","url":""}]}',
        '{"kind":"","account":"","id":"","text":"","url":"","published":"yesterday"}',
    ],
)
def test_what_is_no_post_is_a_codec_error(text):
    with pytest.raises(CodecError, match="stored post"):
        post_from_json(text)
