"""Every poll ends as posts, nothing new, refused or broken; what is remembered, and when it is not."""

import json
from datetime import timedelta

import pytest

from bot.model.account import Account
from bot.model.reason import Cause, Reason
from bot.sources.face import Broken, NotFoundError, NothingNew, Posts, Presence, Refused

ITEM = "<guid isPermaLink='false'>1</guid><title>Road closed</title><link>https://fire.example/1</link>"


async def test_a_feed_gives_posts_the_account_as_it_shows_itself_and_validators_verbatim(
    feeds, feed_at, publisher, rss
):
    publisher.put(
        "/feed", rss(ITEM, head="<link>https://fire.example/</link>"), ETag='W/"a b"', Last_Modified="yesterday"
    )
    outcome = await feeds.poll(feed_at(), {})
    assert isinstance(outcome, Posts)
    assert [(p.id, p.title, p.account) for p in outcome.posts] == [("1", "Road closed", publisher.url("/feed"))]
    assert (outcome.account.name, outcome.account.url) == ("Fire", "https://fire.example/")
    assert (outcome.memory["etag"], outcome.memory["modified"]) == ('W/"a b"', "yesterday")


async def test_validators_are_sent_back_and_304_changes_nothing(feeds, feed_at, publisher, rss):
    publisher.put("/feed", rss(ITEM), ETag='"v1"', Last_Modified="Sat, 21 Jul 2012 03:51:00 GMT")
    memory = (await feeds.poll(feed_at(), {})).memory
    outcome = await feeds.poll(feed_at(), memory)
    assert isinstance(outcome, NothingNew)
    assert outcome.memory is memory  # no copy, and the validators stay though the 304 repeats none
    headers = publisher.asked[-1][1]
    assert headers["if-none-match"] == '"v1"'
    assert headers["if-modified-since"] == "Sat, 21 Jul 2012 03:51:00 GMT"
    assert "cookie" not in headers


async def test_an_answer_without_validators_drops_the_old_ones(feeds, feed_at, publisher, rss):
    publisher.put("/feed", rss(ITEM))
    memory = (await feeds.poll(feed_at(), {"etag": '"old"', "modified": "old", "sha": "x"})).memory
    assert "etag" not in memory
    assert "modified" not in memory


async def test_the_same_bytes_are_nothing_new_and_new_validators_are_kept(feeds, feed_at, publisher, rss):
    publisher.put("/feed", rss(ITEM), ETag='"v1"')
    memory = (await feeds.poll(feed_at(), {})).memory
    publisher.put("/feed", rss(ITEM), ETag='"v2"')
    outcome = await feeds.poll(feed_at(), memory)
    assert isinstance(outcome, NothingNew)
    assert outcome.memory["etag"] == '"v2"'


async def test_a_site_that_ignores_validators_is_asked_less_often_and_noted(feeds, feed_at, publisher, rss):
    publisher.put("/feed", rss(ITEM))
    memory = (await feeds.poll(feed_at(), {})).memory
    for _ in range(5):
        memory = (await feeds.poll(feed_at(), memory)).memory
    assert memory["hint_s"] == 900
    assert (await feeds.poll(feed_at(), memory)).memory == memory  # counted no further: nothing to write each time
    publisher.put("/feed", rss(ITEM, "<title>Another</title>"))
    outcome = await feeds.poll(feed_at(), memory)
    assert any("ignores conditional requests" in note for note in outcome.notes)


async def test_a_feed_that_cannot_be_read_is_broken_and_its_validators_are_not_kept(feeds, feed_at, publisher):
    publisher.put("/feed", "<html><body>Please log in</body></html>", ETag='"login"')
    outcome = await feeds.poll(feed_at(), {"etag": '"good"', "sha": "x"})
    assert isinstance(outcome, Broken)
    assert outcome.why == "This is a web page, not a feed (a login or block page?)."
    assert outcome.advice
    assert outcome.memory is None  # what was remembered of the last good answer stays


@pytest.mark.parametrize("body", [b"", b"   ", b'{"version": "https://jsonfeed.org/ver', b"<rss><channel><item><ti"])
async def test_an_error_never_reads_as_an_empty_feed(body, feeds, feed_at, publisher):
    publisher.put("/feed", body)
    assert isinstance(await feeds.poll(feed_at(), {}), Broken)


async def test_an_empty_but_whole_feed_says_that_all_is_quiet(feeds, feed_at, publisher, rss):
    publisher.put("/feed", rss())
    outcome = await feeds.poll(feed_at(), {})
    assert isinstance(outcome, Posts)
    assert outcome.posts == ()


async def test_a_feed_that_was_cut_off_gives_its_whole_entries_and_is_asked_for_again(feeds, feed_at, publisher, rss):
    whole = rss(ITEM, "<guid>2</guid><title>Second</title>")
    publisher.put("/feed", whole[: whole.index(b"Second") + 3], ETag='"v1"')
    outcome = await feeds.poll(feed_at(), {})
    assert [p.id for p in outcome.posts] == ["1"]
    assert any("cut off" in note for note in outcome.notes)
    assert not {"etag", "sha"} & set(outcome.memory)


async def test_304_to_a_feed_that_was_never_read_is_no_quiet(feeds, feed_at, publisher, reply):
    publisher.replies["/feed"] = reply(status=304)
    outcome = await feeds.poll(feed_at(), {"etag": '"x"'})
    assert isinstance(outcome, Broken)
    assert outcome.memory == {}


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, Broken, "login"),
        (403, Broken, "forbids"),
        (404, Broken, "may have moved"),
        (408, Broken, "in a browser"),
        (410, Broken, "new address"),
        (418, Broken, "in a browser"),
        (500, Broken, "by itself"),
        (502, Broken, "by itself"),
    ],
)
async def test_each_status_ends_as_the_design_says_with_advice(status, kind, words, feeds, feed_at, publisher):
    publisher.put("/feed", b"sorry", status)
    outcome = await feeds.poll(feed_at(), {})
    assert isinstance(outcome, kind)
    assert str(status) in outcome.why
    assert words in outcome.advice
    assert outcome.gone is (status == 410)
    assert outcome.lasting is (status in (401, 403, 404))


async def test_429_and_503_are_refused_until_the_site_says(feeds, feed_at, publisher, clock):
    for status in (429, 503):
        publisher.put("/feed", b"", status, Retry_After="120")
        outcome = await feeds.poll(feed_at(), {})
        assert isinstance(outcome, Refused)
        assert outcome.until == clock() + timedelta(seconds=120)
        assert not outcome.site_wide
        # the host rests: nothing is sent before then, and that too is a refusal
        asked = len(publisher.asked)
        assert isinstance(await feeds.poll(feed_at(), {}), Refused)
        assert len(publisher.asked) == asked
        clock.advance(121)


async def test_a_host_that_does_not_answer_is_broken(feeds, feed_at, publisher):
    outcome = await feeds.poll(feed_at(), {"url": "http://127.0.0.1:1/feed"})
    assert isinstance(outcome, Broken)
    assert outcome.why
    assert outcome.advice


@pytest.mark.parametrize(
    ("headers", "head", "hint"),
    [
        ({"Cache_Control": "public, max-age=600"}, "", 600),
        ({}, "<ttl>20</ttl>", 1200),
        ({"Cache_Control": "max-age=129600"}, "<ttl>9999</ttl>", 3600),  # never above the ceiling
        ({"Expires": "Tue, 21 Jul 2026 04:21:00 GMT"}, "", 1800),
        ({"Expires": "0"}, "<ttl>soon</ttl>", None),
    ],
)
async def test_what_the_feed_says_of_its_freshness_is_remembered(headers, head, hint, feeds, feed_at, publisher, rss):
    publisher.put("/feed", rss(ITEM, head=head), **headers)
    outcome = await feeds.poll(feed_at(), {})
    assert outcome.memory.get("hint_s") == hint


async def test_a_permanent_redirect_is_learned_after_a_day_and_told(feeds, feed_at, publisher, clock, rss):
    publisher.put("/feed", b"", 301, Location="/new")
    publisher.put("/new", rss(ITEM), ETag='"v1"')
    memory = {}
    for _ in range(4):
        outcome = await feeds.poll(feed_at(), memory)
        memory = outcome.memory
        clock.advance(12 * 3600)
    assert memory["url"] == publisher.url("/new")
    await feeds.poll(feed_at(), memory)
    assert publisher.paths[-1] == "/new"


async def test_a_move_learned_with_new_entries_is_noted(feeds, feed_at, publisher, clock, rss):
    publisher.put("/feed", b"", 308, Location="/new")
    memory = {}
    for number in range(4):
        publisher.put("/new", rss(f"<title>Entry {number}</title>"))
        outcome = await feeds.poll(feed_at(), memory)
        memory = outcome.memory
        clock.advance(13 * 3600)
        if "url" in memory:
            break
    assert any("moved for good" in note for note in outcome.notes)


async def test_a_temporary_redirect_is_followed_and_never_kept(feeds, feed_at, publisher, clock, rss):
    publisher.put("/feed", b"", 302, Location="/new")
    publisher.put("/new", rss(ITEM))
    memory = {}
    for _ in range(4):
        memory = (await feeds.poll(feed_at(), memory)).memory
        clock.advance(13 * 3600)
    assert "url" not in memory
    assert "moved" not in memory


async def test_memory_is_json_and_small(feeds, feed_at, publisher, rss):
    publisher.put("/feed", rss(*(f"<title>Entry {n}</title>" for n in range(150))), ETag='"v1"')
    memory = (await feeds.poll(feed_at(), {})).memory
    assert len(json.dumps(memory)) < 1000


async def test_a_feed_cannot_say_what_became_of_an_old_entry(feeds, feed_at):
    assert await feeds.confirm(feed_at(), "1") is Presence.UNKNOWN


def test_ids_of_feeds_may_churn_and_its_pace_is_the_agreed_one(feeds):
    assert feeds.ids_may_churn
    assert (feeds.pace.default, feeds.pace.floor, feeds.pace.ceiling, feeds.pace.promise) == (300, 60, 3600, 10800)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"", Reason(Cause.MISSING)),
        (401, b"", Reason(Cause.FORBIDDEN, {"status": "401"})),
        (403, b"", Reason(Cause.FORBIDDEN, {"status": "403"})),
        (410, b"", Reason(Cause.GONE)),
        (418, b"", Reason(Cause.ODD_ANSWER)),
        (502, b"", Reason(Cause.SITE_FAULT, {"status": "502"})),
        (429, b"", Reason(Cause.REST)),
        (200, b"<html>log in</html>", Reason(Cause.WEB_PAGE)),
        (200, b"<rss><channel><item><title>Half a ti", Reason(Cause.UNREADABLE)),
        (200, b"x" * (9 * 1024 * 1024), Reason(Cause.TOO_LARGE)),
    ],
)
async def test_each_trouble_has_the_cause_that_subscribers_are_told(status, body, reason, feeds, feed_at, publisher):
    publisher.put("/feed", body, status)
    assert (await feeds.poll(feed_at(), {})).reason == reason


async def test_a_host_that_is_not_there_or_may_not_be_asked_has_its_cause(feeds, feed_at, publisher):
    nobody = Account("feed", "http://127.0.0.1:1/", "n", "")
    assert (await feeds.poll(nobody, {})).reason == Reason(Cause.UNREACHABLE)
    private = Account("feed", "http://10.0.0.1/", "n", "")
    assert (await feeds.poll(private, {})).reason == Reason(Cause.ADDRESS)
    publisher.put("/feed", b"", 302, Location=publisher.url("/feed"))
    assert (await feeds.poll(feed_at(), {})).reason == Reason(Cause.BAD_REDIRECT)


@pytest.mark.parametrize(
    ("what", "cause"), [("good morning", Cause.NO_ADDRESS), ("/page", Cause.NO_FEED), ("/none", Cause.MISSING)]
)
async def test_what_is_not_found_has_its_cause(what, cause, feeds, publisher):
    publisher.put("/page", b"<html><title>no feed here</title></html>")
    with pytest.raises(NotFoundError) as caught:
        await feeds.find(publisher.url(what) if what.startswith("/") else what)
    assert caught.value.reason.cause is cause
