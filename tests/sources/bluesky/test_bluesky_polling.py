"""Every look at a Bluesky account ends as posts, nothing new, refused or broken; and how an account is found."""

from datetime import timedelta

import pytest

from bot.model.account import Account
from bot.model.reason import Cause
from bot.sources.face import Broken, NotFoundError, NothingNew, Posts, Presence, Refused, UnreadableError

DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
PROFILE = "/xrpc/app.bsky.actor.getProfile?actor="


async def test_the_first_look_gives_posts_and_who_speaks(bluesky, office, publisher, recorded_answer, feed_path):
    publisher.put(feed_path(), recorded_answer())
    outcome = await bluesky.poll(office, {})
    assert isinstance(outcome, Posts)
    assert len(outcome.posts) == 7
    assert (outcome.account.name, outcome.account.key) == ("Wetteramt Küste", DID)
    assert outcome.memory["newest"] == "2026-07-21T03:40:10+00:00"
    assert isinstance(await bluesky.poll(office, outcome.memory), NothingNew)
    assert publisher.paths == [feed_path()] * 2


async def test_a_record_that_was_changed_in_place_is_read_again(bluesky, office, publisher, feed_of, feed_path):
    publisher.put(feed_path(), feed_of((1, "a")))
    memory = (await bluesky.poll(office, {})).memory
    publisher.put(feed_path(), feed_of((1, "changed")))
    assert [post.text for post in (await bluesky.poll(office, memory)).posts] == ["changed"]


async def test_a_gap_is_paged_back_to_what_is_known(bluesky, office, publisher, feed_of, feed_path):
    publisher.put(feed_path(), feed_of((40, "d"), (35, "c"), cursor="2026-07-21T03:35:00Z"))
    publisher.put(feed_path("&cursor=2026-07-21T03%3A35%3A00Z"), feed_of((30, "b"), (20, "a")))
    outcome = await bluesky.poll(office, {"newest": "2026-07-21T03:25:00+00:00"})
    assert [post.text for post in outcome.posts] == ["b", "a", "d", "c"]
    assert outcome.memory["newest"] == "2026-07-21T03:40:00+00:00"


async def test_a_gap_that_cannot_be_closed_now_is_closed_at_the_next_look(
    bluesky, office, publisher, feed_of, feed_path
):
    publisher.put(feed_path(), feed_of((40, "d"), cursor="c"), ETag='"1"')
    publisher.put(feed_path("&cursor=c"), "", 502)
    memory = {"newest": "2026-07-21T03:25:00+00:00"}
    outcome = await bluesky.poll(office, memory)
    assert outcome.memory == memory
    assert outcome.notes
    publisher.put(feed_path("&cursor=c"), feed_of((20, "a")))
    assert [post.text for post in (await bluesky.poll(office, outcome.memory)).posts] == ["a", "d"]


async def test_429_is_refused_until_the_window_ends(bluesky, office, publisher, feed_path, clock):
    reset = int((clock() + timedelta(seconds=200)).timestamp())
    publisher.put(feed_path(), '{"error":"RateLimitExceeded"}', 429, RateLimit_Reset=str(reset))
    outcome = await bluesky.poll(office, {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=200)


@pytest.mark.parametrize(
    ("status", "body", "cause", "lasting"),
    [
        (400, '{"error":"AccountTakedown","message":"Account has been suspended"}', Cause.VANISHED, True),
        (400, '{"error":"AccountDeactivated","message":"Account is deactivated"}', Cause.VANISHED, True),
        (400, '{"error":"InvalidRequest","message":"Profile not found"}', Cause.VANISHED, True),
        (400, '{"error":"InvalidRequest","message":"limit must be positive"}', Cause.ODD_ANSWER, False),
        (502, "", Cause.SITE_FAULT, False),
        (200, "<html>down</html>", Cause.UNREADABLE, False),
        (200, '{"feed": [{"post', Cause.UNREADABLE, False),
    ],
)
async def test_other_answers_are_broken(status, body, cause, lasting, bluesky, office, publisher, feed_path):
    publisher.put(feed_path(), body, status)
    outcome = await bluesky.poll(office, {})
    assert isinstance(outcome, Broken)
    assert (outcome.reason.cause, outcome.lasting) == (cause, lasting)


async def test_who_asks_not_to_be_shown_outside_is_neither_found_nor_read(
    bluesky, office, publisher, feed_of, feed_path
):
    label = [{"val": "!no-unauthenticated"}]
    publisher.put(feed_path(), feed_of((1, "a"), labels=label))
    outcome = await bluesky.poll(office, {})
    assert isinstance(outcome, Broken)
    assert outcome.lasting
    publisher.put(
        f"{PROFILE}a.example", f'{{"did":"{DID}","handle":"a.example","labels":[{{"val":"!no-unauthenticated"}}]}}'
    )
    with pytest.raises(NotFoundError, match="nobody outside"):
        await bluesky.find("@a.example")


async def test_only_the_sites_word_makes_a_deletion(bluesky, office, publisher):
    def thread(key: str) -> str:
        return f"/xrpc/app.bsky.feed.getPostThread?uri=at://{DID}/app.bsky.feed.post/{key}&depth=0&parentHeight=0"

    there = f'{{"thread":{{"$type":"app.bsky.feed.defs#threadViewPost","post":{{"uri":"at://{DID}/app.bsky.feed.post/2"}}}}}}'
    publisher.put(thread("1"), '{"error":"NotFound","message":"Post not found: at://..."}', 400)
    publisher.put(thread("2"), there)
    publisher.put(thread("3"), '{"thread":{"$type":"app.bsky.feed.defs#blockedPost"}}')
    publisher.put(thread("4"), "", 502)
    publisher.put(thread("5"), '{"error":"InvalidRequest"}', 400)
    told = [await bluesky.confirm(office, f"at://{DID}/app.bsky.feed.post/{key}") for key in "12345"]
    unknown = Presence.UNKNOWN
    assert told == [Presence.DELETED, Presence.THERE, Presence.HIDDEN, unknown, unknown]
    assert await bluesky.confirm(office, f"at://{DID}/app.bsky.feed.repost/1") is unknown
    assert await bluesky.confirm(office, f"at://{DID}/app.bsky.feed.post/1#repost") is unknown


async def test_an_account_is_found_by_its_handle_and_kept_by_its_did(bluesky, publisher, recorded_answer):
    publisher.put(f"{PROFILE}wetter.amt.example", recorded_answer("profile.json"))
    (found,) = await bluesky.find("https://bsky.app/profile/wetter.amt.example")
    assert (found.key, found.name, found.url) == (DID, "Wetteramt Küste", f"https://bsky.app/profile/{DID}")
    assert found.description.endswith("112.")
    publisher.put(f"{PROFILE}nobody.example", '{"error":"InvalidRequest","message":"Profile not found"}', 400)
    with pytest.raises(NotFoundError, match="no such account"):
        await bluesky.find("@nobody.example")
    publisher.put(f"{PROFILE}odd.example", "{}")
    with pytest.raises(UnreadableError):
        await bluesky.find("@odd.example")
    with pytest.raises(NotFoundError):
        await bluesky.find("good morning")


@pytest.mark.parametrize("memory", [{"newest": 5}, {"newest": "soon"}, {"sha": [], "etag": 1, "url": {}}])
async def test_any_memory_is_borne(memory, bluesky, office, publisher, feed_of, feed_path):
    publisher.put(feed_path(), feed_of((7, "a")))
    assert isinstance(await bluesky.poll(office, memory), Posts)


async def test_an_account_without_a_did_is_broken(bluesky):
    assert isinstance(await bluesky.poll(Account("bluesky", "nonsense", "n", ""), {}), Broken)
