"""What is kept between polls and restarts may be anything (an older version wrote it, a disk bent it): nobody crashes."""

import json
import random
from datetime import UTC, datetime

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.fetching.face import Response, RestingError, Validators
from bot.fetching.resting import Rests
from bot.model.account import Account
from bot.model.reason import Reason, reason_of
from bot.sources.cap import CapSource
from bot.sources.charset import decode
from bot.sources.face import Broken, NothingNew, Posts, Refused, UnreadableError
from bot.sources.feed import FeedSource
from bot.sources.feed.reading import feed_links
from bot.sources.plain import from_html
from bot.sources.weibo import WeiboSource, WeiboUrls
from bot.sources.weibo.jar import from_json, login_expiry, read_cookies, read_login
from bot.sources.weibo.minting import read_jsonp
from bot.sources.weibo.urls import Side

NOW = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
ANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

_NAMES = st.sampled_from(
    ["etag", "modified", "sha", "hint_s", "same", "moved", "url", "seen", "tries", "lost", "to", "count", "since", "until",
     "strikes", "step", "kind", "why", "cookies", "SUB", "minted_at", "generation", "user_agent", "worked", "ids", "texts",
     "pictures", "had_posts", "blank", "container", "digest"]
)  # fmt: skip
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["2026-07-21T03:51:00+00:00", "2026-07-21T03:51:00", "9999-12-31T23:59:59+00:00", "\ud800", "A" * 8]
    )
)
JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=8), inner, max_size=5),
    max_leaves=15,
)
MEMORY = st.dictionaries(_NAMES, JSON, max_size=8)

FEED = b"<rss><channel><title>t</title><item><guid>1</guid><title>x</title></item></channel></rss>"
INDEX = b'<feed><entry><id>1</id><link type="application/cap+xml" href="https://x.example/1.cap"/></entry></feed>'
PAGE = json.dumps(
    {
        "ok": 1,
        "data": {"cards": [{"card_type": 9, "mblog": {"mid": "4645748019299849", "text": "x", "user": {"id": 1}}}]},
    }
).encode()


class Site:
    """Gives the same answer to everybody, or 304, or 404 for single alerts."""

    def __init__(self, body: bytes, status: int) -> None:
        self.body, self.status = body, status

    async def fetch(self, request):
        status = 404 if request.url.endswith(".cap") else self.status
        body = self.body if status == 200 else b""
        return Response(request.url, status, httpx.Headers(), body, Validators('"e"', None), NOW)


class Kept:
    """A Keep that holds the same odd value under every name."""

    def __init__(self, value: object) -> None:
        self.value = value

    async def load(self, site, name):
        return self.value

    async def save(self, site, name, value):
        json.dumps(value)


async def _polled(source, kind: str, memory: dict[str, object]) -> None:
    key = "1288915263" if kind == "weibo" else "https://x.example/list"
    outcome = await source.poll(Account(kind, key, "n", key), memory)
    assert isinstance(outcome, Posts | NothingNew | Refused | Broken)
    json.dumps(dict(outcome.memory or {}))  # what it remembers can be kept


@ANY
@given(MEMORY, st.sampled_from([200, 304]))
async def test_a_feed_is_polled_whatever_was_remembered(memory, status):
    await _polled(FeedSource(Site(FEED, status), lambda: NOW, random.Random(1)), "feed", memory)


@ANY
@given(MEMORY, st.sampled_from([200, 304]))
@example({"tries": {"x": ["a", "b"]}}, 200)
@example({"tries": {"x": [1, float("inf")]}, "sha": "s"}, 304)
@example({"seen": "odd length", "lost": 7}, 200)
async def test_a_list_of_alerts_is_polled_whatever_was_remembered(memory, status):
    await _polled(CapSource(Site(INDEX, status), lambda: NOW, random.Random(1)), "cap", memory)


@ANY
@given(MEMORY, JSON, st.sampled_from(["", "SUB=abc; ALF=x", "abc"]))
async def test_weibo_is_polled_whatever_was_remembered_and_kept_for_the_site(memory, kept, login):
    source = WeiboSource(Site(PAGE, 200), Kept(kept), lambda: NOW, random.Random(1), WeiboUrls(), login)
    await _polled(source, "weibo", memory)


@ANY
@given(JSON)
async def test_a_host_is_asked_whatever_rest_was_kept_for_it(kept):
    rests = Rests(Kept(kept), lambda: NOW)
    try:
        await rests.check("x.example")
    except RestingError as error:
        told = error.until
    else:
        told = NOW
    assert (told - NOW).total_seconds() <= 24 * 3600
    assert await rests.refused("x.example", "60") > NOW


@ANY
@given(JSON)
def test_a_jar_is_read_from_anything_or_not_at_all(value):
    jar = from_json(value)
    assert jar is None or ("SUB" in jar.cookies and jar.minted_at.tzinfo is not None)


@ANY
@given(st.lists(st.text(max_size=60) | st.text(alphabet='SUBP=; max-age0domain.weibo.cn,"', max_size=60), max_size=4))
def test_whatever_a_site_sets_as_cookies_can_be_sent_again(lines):
    for side in Side:
        for name, value in read_cookies(lines, side).items():
            httpx.Headers({"Cookie": f"{name}={value}"})
            assert not set(value) & set("\r\n;, ")


@ANY
@given(st.text(max_size=80) | st.text(alphabet="SUB=_ALF0123;\"' cookie:", max_size=60))
def test_whatever_the_operator_gives_as_a_login_is_read_or_left(setting):
    assert read_login(setting).keys() <= {"SUB"}
    assert login_expiry(setting) is None or isinstance(login_expiry(setting), int)


@ANY
@given(st.binary(max_size=200) | st.builds(lambda inner: b"cb(" + inner + b");", st.binary(max_size=80)))
def test_whatever_the_passport_answers_is_read_or_nothing(body):
    assert isinstance(read_jsonp(body), dict)


@ANY
@given(
    st.binary(max_size=400), st.text(max_size=12) | st.sampled_from(["gb2312", "utf-16", "utf-7", "rot13", "base64"])
)
def test_bytes_in_any_charset_become_text_or_are_refused(body, charset):
    try:
        text = decode(body, charset).text
    except UnreadableError:
        return
    assert "\0" not in text


@ANY
@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_page_is_searched_for_feeds(body, url):
    assert all(link.startswith(("http://", "https://")) for link in feed_links(body, url))


@ANY
@given(st.text(max_size=200) | st.text(alphabet="<>/abip =\"'&#x;\n", max_size=200), st.text(max_size=20))
def test_any_html_becomes_words_that_can_be_stored(html, base):
    plain = from_html(html, base)
    plain.text.encode()
    assert all(medium.url.startswith("http") for medium in plain.media)


@ANY
@given(st.text(max_size=80) | JSON.map(json.dumps))
@example('{"cause": "site_fault", "values": {}}')
@example('{"cause": ["rest"], "values": null}')
def test_any_kept_reason_is_read_or_none(text):
    assert isinstance(reason_of(text), Reason | None)


@ANY
@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_saved_answer_is_read_or_refused_by_every_kind(body, origin):
    def clock() -> datetime:
        return NOW

    kinds = (
        CapSource(None, clock, random.Random(1)),
        FeedSource(None, clock, random.Random(1)),
        WeiboSource(None, Kept(None), clock, random.Random(1), WeiboUrls()),
    )
    for source in kinds:
        try:
            posts = source.read(body, origin)
        except UnreadableError as error:
            posts, told = (), str(error)
            told.encode("utf-8", "strict")
        assert all(post.id for post in posts)
