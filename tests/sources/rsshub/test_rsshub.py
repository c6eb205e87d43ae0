"""Routes through the operator's instance: how they are written, what is sent, whose trouble it is, and no secret told."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.account import Account
from bot.model.reason import Cause
from bot.sources.face import Broken, Claim, NotFoundError, NothingNew, Posts, Presence, Refused, UnreadableError
from bot.sources.rsshub import RsshubSource
from bot.sources.rsshub.routes import request_url, route_named

RECORDED = Path(__file__).parents[2] / "recorded" / "rsshub"
ROUTE = "/gov/zhengce/zuixin"
KEY = "open-sesame"
HUB = "https://hub.example/rss"


@pytest.fixture
def recorded_route() -> str:
    return (RECORDED / "route.xml").read_text(encoding="utf-8")


@pytest.fixture
def hub(open_fetcher, publisher) -> RsshubSource:
    return RsshubSource(open_fetcher, publisher.url(""), "")


@pytest.fixture
def locked(open_fetcher, publisher) -> RsshubSource:
    return RsshubSource(open_fetcher, publisher.url(""), KEY)


@pytest.fixture
def route() -> Account:
    return Account("rsshub", ROUTE, "gov", "https://www.gov.example/")


async def test_a_route_gives_posts_of_its_own_kind(hub, route, publisher, recorded_route):
    publisher.put(ROUTE, recorded_route, ETag='"1"')
    outcome = await hub.poll(route, {})
    assert isinstance(outcome, Posts)
    first, second = outcome.posts
    assert (first.kind, first.account, first.id) == ("rsshub", ROUTE, "https://www.gov.example/1.htm")
    assert (first.title, first.text) == ("关于做好防汛工作的通知", "各地：\n\n做好准备。")
    assert first.media[0].url == "https://www.gov.example/pic/1.jpg"
    assert second.id == "2"
    assert (outcome.account.name, outcome.account.language) == ("最新政策 - 中国政府网", "zh-cn")
    assert outcome.memory["hint_s"] == 300
    assert isinstance(await hub.poll(route, outcome.memory), NothingNew)
    assert publisher.asked[-1][1]["if-none-match"] == '"1"'


async def test_an_edited_entry_is_read_again(hub, route, publisher, recorded_route):
    publisher.put(ROUTE, recorded_route)
    memory = (await hub.poll(route, {})).memory
    assert isinstance(await hub.poll(route, memory), NothingNew)
    publisher.put(ROUTE, recorded_route.replace("全文", "修订"))
    assert (await hub.poll(route, memory)).posts[1].text == "修订。"


async def test_only_a_code_made_of_the_key_is_sent_and_nothing_tells_it(locked, route, publisher, recorded_route):
    assert request_url("https://h", "/qdaily/column/59", "ILoveRSSHub").endswith(
        "?code=0f820530128805ffc10351f22b5fd121"
    )
    publisher.put(request_url("", ROUTE, KEY), recorded_route)
    outcome = await locked.poll(route, {})
    assert isinstance(outcome, Posts)
    (path,) = publisher.paths
    assert path.startswith(f"{ROUTE}?code=")
    assert KEY not in path
    code = path.partition("code=")[2]
    told = repr(outcome)
    assert code not in told
    assert KEY not in told
    (found,) = await locked.find("rsshub://gov/zhengce/zuixin")
    assert code not in repr(found)


async def test_a_route_in_trouble_says_why_and_does_not_rest_the_others(hub, route, publisher, recorded_route):
    publisher.put("/weibo/user/1", (RECORDED / "error.html").read_text(), 503)
    publisher.put(ROUTE, recorded_route)
    outcome = await hub.poll(Account("rsshub", "/weibo/user/1", "n", ""), {})
    assert isinstance(outcome, Broken)
    assert outcome.why.endswith(": ConfigNotFoundError: this route needs a cookie")
    assert (outcome.reason.cause, outcome.lasting) == (Cause.SITE_FAULT, False)
    assert isinstance(await hub.poll(route, {}), Posts)


async def test_429_rests_the_instance(hub, route, publisher, clock):
    publisher.put(ROUTE, "", 429, Retry_After="60")
    outcome = await hub.poll(route, {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=60)
    assert isinstance(await hub.poll(Account("rsshub", "/other", "n", ""), {}), Refused)
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    ("status", "body", "advice"),
    [(403, "Access denied. Authentication failed.", "TOCSIN_RSSHUB_KEY"), (404, "", ""), (500, "x", "browser"),
     (200, "<html>welcome</html>", "browser"), (200, "", "browser"), (200, "<rss><channel><item><ti", "browser")],
)  # fmt: skip
async def test_other_answers_are_broken(status, body, advice, hub, route, publisher):
    publisher.put(ROUTE, body, status)
    outcome = await hub.poll(route, {"newest": 1})
    assert isinstance(outcome, Broken)
    assert advice in outcome.advice


async def test_without_an_instance_the_operator_is_told_what_to_set(route):
    nowhere = RsshubSource(None, "", "")
    assert nowhere.claims("rsshub://gov/zhengce/zuixin") is Claim.SURE
    assert nowhere.claims("https://rsshub.app/gov/zhengce/zuixin") is Claim.NO  # a feed like any other
    assert "TOCSIN_RSSHUB_URL" in (await nowhere.poll(route, {})).why
    with pytest.raises(NotFoundError, match="TOCSIN_RSSHUB_URL"):
        await nowhere.find("rsshub://gov/zhengce/zuixin")


async def test_another_instance_is_asked_without_the_first_ones_validators(hub, route, publisher, recorded_route):
    publisher.put(ROUTE, recorded_route, ETag='"1"')
    memory = (await hub.poll(route, {})).memory
    outcome = await hub.poll(route, {**memory, "from": "https://elsewhere.example"})
    assert isinstance(outcome, Posts)
    assert "if-none-match" not in publisher.asked[-1][1]


async def test_no_redirect_is_learned(hub, route, publisher, recorded_route, clock):
    publisher.put(ROUTE, "", 301, Location="/moved")
    publisher.put("/moved", recorded_route)
    memory = {}
    for _ in range(4):
        memory = (await hub.poll(route, memory)).memory
        clock.advance(13 * 3600)
    assert not {"url", "moved"} & set(memory)
    assert len(json.dumps(memory)) < 500


async def test_a_route_is_found_when_it_answers_with_a_feed(hub, publisher, recorded_route):
    publisher.put(ROUTE, recorded_route)
    (found,) = await hub.find("rsshub://gov/zhengce/zuixin")
    assert (found.key, found.url) == (ROUTE, "https://www.gov.example/zhengce/zuixin/")
    publisher.put("/gov/none", "", 503)
    with pytest.raises(NotFoundError, match="could not make"):
        await hub.find("rsshub://gov/none")
    with pytest.raises(NotFoundError):
        await hub.find("good morning")
    publisher.put("/gov/page", "<html>")
    with pytest.raises(UnreadableError):
        await hub.find("rsshub://gov/page")


async def test_a_route_cannot_say_what_became_of_an_entry(hub, route):
    assert await hub.confirm(route, "1") is Presence.UNKNOWN


@pytest.mark.parametrize(
    ("what", "route"),
    [
        ("rsshub://weibo/user/1288915263", "/weibo/user/1288915263"),
        ("RSSHub:/weibo/user/1", "/weibo/user/1"),
        ("rsshub:weibo/user/1", "/weibo/user/1"),
        ("https://rsshub.app/weibo/user/1?limit=5&key=secret&code=abc", "/weibo/user/1?limit=5"),
        ("https://hub.example/rss/telegram/channel/x/", "/telegram/channel/x"),
        ("https://HUB.example/rss/a/%E6%9A%B4%E9%9B%A8", "/a/%E6%9A%B4%E9%9B%A8"),
    ],
)
def test_routes_are_kept_in_one_spelling_and_without_secrets(what, route):
    assert route_named(what, HUB) == route
    assert route_named(f"rsshub:/{route}", HUB) == route


@pytest.mark.parametrize(
    "what",
    ["https://hub.example/other/x", "https://rsshub.app/", "rsshub://", "rsshub://../x", "https://evil.example/rss/x", "two words",
     "https://[", "ftp://rsshub.app/x", "rsshub://" + "x" * 900],
)  # fmt: skip
def test_other_words_name_no_route(what):
    assert route_named(what, HUB) == ""


@pytest.mark.parametrize(
    "memory", [{"sha": 1, "from": 2}, {"etag": [], "url": {}, "moved": "x", "hint_s": "y", "from": None}]
)
async def test_any_memory_is_borne(memory, hub, route, publisher, recorded_route):
    publisher.put(ROUTE, recorded_route)
    assert isinstance(await hub.poll(route, {**memory, "from": publisher.url("")}), Posts)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=60))
def test_arbitrary_bytes_are_read_or_refused_and_any_words_are_a_route_or_none(body, what):
    route = route_named(f"rsshub://{what}", HUB)
    assert route == "" or route_named(f"rsshub:/{route}", HUB) == route
    try:
        posts = RsshubSource(None, HUB, "").read(body, "https://hub.example/x")
    except UnreadableError:
        return
    assert all(post.kind == "rsshub" for post in posts)
