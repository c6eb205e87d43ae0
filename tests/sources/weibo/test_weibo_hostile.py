"""Whatever Weibo, or somebody in its place, answers: a reader raises nothing but its own error, a poll nothing."""

import json
import random
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from weibo_shapes import NAME, NOW, UID, card, mblog, picture, timeline

from bot.fetching.face import Response, Validators
from bot.model.account import Account
from bot.sources.face import Broken, NothingNew, Posts, Presence, Refused, UnreadableError
from bot.sources.weibo import WeiboSource, WeiboUrls
from bot.sources.weibo.cards import read_page
from bot.sources.weibo.posts import read_post
from bot.sources.weibo.saved import read_saved

#: What Weibo's JSON is made of, so that arbitrary JSON reaches deep into the readers.
NAMES = st.sampled_from(
    [
        "ok",
        "data",
        "cards",
        "list",
        "card_type",
        "card_group",
        "mblog",
        "id",
        "mid",
        "idstr",
        "bid",
        "mblogid",
        "user",
        "screen_name",
        "text",
        "text_raw",
        "created_at",
        "edit_at",
        "edit_count",
        "isLongText",
        "continue_tag",
        "pics",
        "pic_num",
        "pic_ids",
        "pic_infos",
        "large",
        "url",
        "mix_media_info",
        "items",
        "type",
        "page_info",
        "page_url",
        "object_id",
        "retweeted_status",
        "deleted",
        "visible",
        "isTop",
        "title",
        "msg",
        "errno",
        "error_code",
        "longTextContent",
        "cardlistInfo",
        "since_id",
        "page",
        "containerid",
        "itemid",
        "scheme",
        "reposts_count",
        "comments_count",
        "userInfo",
        "tabsInfo",
        "tabs",
        "tab_type",
        "verified",
        "verified_type",
        "verified_reason",
        "statuses_count",
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(
        [1, "1", 9, 11, -100, UID, int(UID), "4645748019299849", "Kjc77D1jz", "100万+", "http://[::1", "\ud800"]
    ),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(NAMES, st.text(max_size=5)), inner, max_size=6)
    ),
    max_leaves=25,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=12)
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_or_refuse(body: bytes, origin: str = "saved.json") -> None:
    try:
        posts = read_saved(body, origin, NOW)
    except UnreadableError:
        return
    for post in posts:
        assert post.id
        assert post.published is None or post.published.tzinfo is UTC
        repr(post).encode("utf-8")


@FEW
@given(st.binary(max_size=400), st.text(max_size=60))
def test_no_bytes_make_the_reader_raise_anything_else(body, origin):
    read_or_refuse(body, origin)


@FEW
@given(JSON)
def test_no_json_makes_the_reader_raise_anything_else(value):
    read_or_refuse(json.dumps(value).encode())


@FEW
@given(st.lists(OBJECTS, max_size=3), st.text(max_size=30))
def test_no_post_makes_the_reader_of_pages_raise_anything_else(changes, origin):
    posts = [mblog(number) | change for number, change in enumerate(changes)]
    read_or_refuse(json.dumps(timeline(*map(card, posts))).encode(), origin)
    read_or_refuse(json.dumps({"ok": 1, "data": {"list": posts}}).encode(), origin)


@FEW
@given(OBJECTS)
def test_no_page_makes_the_walker_fail(data):
    for uid in (UID, ""):
        for item in read_page(data, uid).items:
            post = read_post(item.mblog, NOW, pinned=item.pinned, scheme_bid=item.scheme_bid)
            assert post is None or post.pinned == item.pinned


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"ok":1,"data":{"cards":[' + b'{"card_type":11,"card_group":[' * 500,
        b'{"ok":1,"data":{"cards":' + b"[" * 5000 + b"]" * 5000 + b"}}",
        b'{"ok":1e999,"data":NaN}',
        b'{"ok":' + b"9" * 5000 + b"}",
        b'{"ok":1,"data":{"cards":[{"mblog":{"mid":"4645748019299849","text":"' + b"<b>" * 60_000 + b'"}}]}}',
        b'{"ok":1,"data":{"cards":[{"mblog":{"mid":"4645748019299849","text":"' + b"&" * 300_000 + b'"}}]}}',
        '{"ok":1,"data":{"cards":[]}}'.encode("utf-16"),
        b"\xff\xfe",
        b"\x1f\x8b\x08",
    ],
    ids=["brackets", "groups", "nested", "infinite", "huge number", "tags", "ampersands", "utf-16", "bom", "gzip"],
)
def test_answers_made_to_hurt_are_read_or_refused(body):
    read_or_refuse(body)


def test_a_page_of_a_hundred_thousand_cards_is_cut():
    assert len(read_page({"cards": [card(mblog(number)) for number in range(2000)]}, UID).items) <= 200
    inner = {"card_type": 11, "card_group": [card(mblog(number)) for number in range(150)]}
    assert len(read_page({"cards": [inner] * 150}, UID).items) <= 200


def test_a_post_with_ten_thousand_pictures_is_cut():
    assert len(read_post(mblog(1, pics=[picture(number) for number in range(10_000)]), NOW).media) == 18


class Arbitrary:
    """Answers whatever comes, with whatever status."""

    def __init__(self, answers):
        self.answers = answers

    async def fetch(self, request):
        status, body = next(self.answers)
        return Response(request.url, status, httpx.Headers(), body, Validators(), NOW)


class Forgetful:
    async def load(self, site, name):
        if name == "visitor-cn":
            return {"cookies": {"SUB": "kept"}, "minted_at": NOW.isoformat(), "generation": 1}
        return None

    async def save(self, site, name, value):
        json.dumps(value)


STATUSES = st.sampled_from([200, 200, 200, 302, 403, 404, 418, 432, 500])
BODIES = st.one_of(
    st.binary(max_size=60),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.lists(OBJECTS, max_size=2).map(
        lambda changes: json.dumps(timeline(*(card(mblog(n) | c) for n, c in enumerate(changes)))).encode()
    ),
    OBJECTS.map(lambda data: json.dumps({"ok": 1, "data": data}).encode()),
)


@FEW
@given(st.lists(st.tuples(STATUSES, BODIES), min_size=1, max_size=6), OBJECTS)
async def test_no_answer_makes_a_poll_raise_and_every_memory_is_json(answers, memory):
    def for_ever():
        while True:
            yield from answers

    source = WeiboSource(Arbitrary(for_ever()), Forgetful(), lambda: NOW, random.Random(1), WeiboUrls())
    account = Account("weibo", UID, NAME, f"https://weibo.com/u/{UID}")
    outcome = await source.poll(account, memory)
    assert isinstance(outcome, Posts | NothingNew | Refused | Broken)
    if isinstance(outcome, Posts):
        json.dumps(outcome.memory)
        assert all(isinstance(post.published, datetime | None) for post in outcome.posts)
        await source.poll(account, json.loads(json.dumps(outcome.memory)))
    assert await source.confirm(account, "4645748019299849") in Presence
