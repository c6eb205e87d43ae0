"""Every look at a Mastodon account ends as posts, nothing new, refused or broken; and how an account is found."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.model.account import Account
from bot.model.reason import Cause
from bot.sources.face import Broken, NotFoundError, NothingNew, Posts, Presence, Refused, UnreadableError

LIST = "/api/v1/accounts/9001/statuses?limit=40&exclude_replies=true"


async def test_the_first_look_gives_the_newest_forty_and_who_speaks(mastodon, office, publisher, recorded_answer):
    publisher.put(LIST, recorded_answer(), ETag='W/"1"')
    outcome = await mastodon.poll(office, {})
    assert isinstance(outcome, Posts)
    assert len(outcome.posts) == 8
    assert outcome.memory["newest"] == "1010"
    assert (outcome.account.name, outcome.account.key) == ("Wetteramt Küste", office.key)
    assert isinstance(await mastodon.poll(office, outcome.memory), NothingNew)
    assert publisher.paths == [LIST, LIST]


async def test_an_edited_post_is_read_again_though_nothing_is_newer(mastodon, office, publisher, statuses):
    publisher.put(LIST, statuses((2, "b"), (1, "a")))
    memory = (await mastodon.poll(office, {})).memory
    assert isinstance(await mastodon.poll(office, memory), NothingNew)
    publisher.put(LIST, statuses((2, "b"), (1, "changed")))
    outcome = await mastodon.poll(office, memory)
    assert [(post.id, post.text) for post in outcome.posts] == [("2", "b"), ("1", "changed")]


async def test_a_rename_is_seen_in_the_posts(mastodon, office, publisher, recorded_answer):
    account = json.loads(recorded_answer("account.json")) | {"display_name": "Wetterdienst"}
    publisher.put(LIST, json.dumps([{"id": "1", "content": "<p>x</p>", "account": account}]))
    outcome = await mastodon.poll(office, {})
    assert outcome.account.name == "Wetterdienst"
    assert outcome.account.key == office.key


async def test_a_gap_is_paged_back_to_what_is_known(mastodon, office, publisher, statuses):
    publisher.put(LIST, statuses((102, "d"), (101, "c")))
    publisher.put(f"{LIST}&max_id=101", statuses((100, "b"), (99, "a")))
    outcome = await mastodon.poll(office, {"newest": "99"})
    assert [post.id for post in outcome.posts] == ["100", "99", "102", "101"]
    assert outcome.memory["newest"] == "102"


async def test_a_gap_that_cannot_be_closed_now_is_closed_at_the_next_look(mastodon, office, publisher, statuses):
    publisher.put(LIST, statuses((101, "c")), ETag='"1"')
    publisher.put(f"{LIST}&max_id=101", "", 500)
    outcome = await mastodon.poll(office, {"newest": "9"})
    assert "newest" not in outcome.memory or outcome.memory["newest"] == "9"
    assert not {"etag", "sha"} & set(outcome.memory)
    publisher.put(f"{LIST}&max_id=101", statuses((8, "a")))
    assert [post.id for post in (await mastodon.poll(office, outcome.memory)).posts] == ["8", "101"]


async def test_a_server_with_few_requests_left_is_not_asked_before_its_window_ends(
    mastodon, office, publisher, statuses, clock
):
    publisher.put(LIST, statuses((1, "a")), X_RateLimit_Remaining="4", X_RateLimit_Reset="2026-07-21T03:55:00.5Z")
    assert isinstance(await mastodon.poll(office, {}), Posts)
    asked = len(publisher.asked)
    neighbour = Account("mastodon", publisher.url("/api/v1/accounts/9002"), "n", "")
    outcome = await mastodon.poll(neighbour, {})
    assert isinstance(outcome, Refused)
    assert outcome.until.minute == 55
    assert await mastodon.confirm(office, "1") is Presence.UNKNOWN
    assert len(publisher.asked) == asked
    clock.advance(300)
    assert isinstance(await mastodon.poll(office, {}), Posts)


async def test_429_is_refused_until_the_window_ends(mastodon, office, publisher, clock):
    publisher.put(LIST, '{"error":"Too many requests"}', 429, X_RateLimit_Reset="2026-07-21T03:55:30Z")
    outcome = await mastodon.poll(office, {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=270)


@pytest.mark.parametrize(
    ("status", "body", "cause", "lasting"),
    [
        (401, '{"error":"This method requires an authenticated user"}', Cause.LOGIN, True),
        (404, '{"error":"Record not found"}', Cause.MISSING, True),
        (410, "", Cause.GONE, False),
        (502, "<html>bad gateway</html>", Cause.SITE_FAULT, False),
        (200, "<html>maintenance</html>", Cause.UNREADABLE, False),
        (200, '[{"id": "1", "content": "<p>cut', Cause.UNREADABLE, False),
    ],
)
async def test_other_answers_are_broken(status, body, cause, lasting, mastodon, office, publisher):
    publisher.put(LIST, body, status)
    outcome = await mastodon.poll(office, {"newest": "5"})
    assert isinstance(outcome, Broken)
    assert (outcome.reason.cause, outcome.lasting) == (cause, lasting)


async def test_a_deleted_post_is_404_by_the_api_and_nothing_else_is_a_deletion(mastodon, office, publisher):
    publisher.put("/api/v1/statuses/1", '{"error":"Record not found"}', 404)
    publisher.put("/api/v1/statuses/2", '{"id":"2","content":"x"}')
    publisher.put("/api/v1/statuses/3", "<html>404</html>", 404)
    publisher.put("/api/v1/statuses/4", '{"error":"login"}', 401)
    publisher.put("/api/v1/statuses/5", "", 502)
    told = [await mastodon.confirm(office, number) for number in ("1", "2", "3", "4", "5", "../6", "")]
    unknown = Presence.UNKNOWN
    assert told == [Presence.DELETED, Presence.THERE, unknown, Presence.HIDDEN, unknown, unknown, unknown]


async def test_an_account_is_looked_up_on_its_own_server(mastodon, publisher, recorded_answer):
    publisher.put("/api/v1/accounts/lookup?acct=wetter", recorded_answer("account.json"))
    (found,) = await mastodon.find(publisher.url("/@wetter"))
    assert found.key == publisher.url("/api/v1/accounts/9001")
    assert found.name == "Wetteramt Küste"


async def test_a_domain_that_is_not_the_server_leads_there(mastodon, publisher, recorded_answer):
    domain = type(publisher)()
    server = await asyncio.start_server(domain.talk, "127.0.0.1", 0)
    domain.port = server.sockets[0].getsockname()[1]
    link = {"rel": "self", "type": "application/activity+json", "href": publisher.url("/users/wetter")}
    domain.put(
        f"/.well-known/webfinger?resource=acct%3Awetter%40127.0.0.1%3A{domain.port}",
        json.dumps({"subject": "acct:Wetter@x", "links": [{"rel": "self", "type": "text/html"}, link]}),
    )
    publisher.put("/api/v1/accounts/lookup?acct=Wetter", recorded_answer("account.json"))
    (found,) = await mastodon.find(domain.url("/@wetter"))
    assert found.key == publisher.url("/api/v1/accounts/9001")
    server.close()
    await server.wait_closed()


async def test_what_cannot_be_found_is_told_with_its_cause(mastodon, publisher):
    with pytest.raises(NotFoundError) as caught:
        await mastodon.find(publisher.url("/@nobody"))
    assert caught.value.reason.cause is Cause.MISSING
    publisher.put("/api/v1/accounts/lookup?acct=shut", '{"error":"login"}', 401)
    with pytest.raises(NotFoundError, match=r"@shut\.rss"):
        await mastodon.find(publisher.url("/@shut"))
    publisher.put("/api/v1/accounts/lookup?acct=gone", '{"id":"1","username":"gone","suspended":true}')
    with pytest.raises(NotFoundError, match="suspended"):
        await mastodon.find(publisher.url("/@gone"))
    publisher.put("/api/v1/accounts/lookup?acct=odd", "<html>")
    with pytest.raises(UnreadableError):
        await mastodon.find(publisher.url("/@odd"))
    with pytest.raises(NotFoundError):
        await mastodon.find("good morning")


@pytest.mark.parametrize(
    "memory", [{"newest": 5}, {"newest": ""}, {"newest": "z" * 500}, {"sha": [], "etag": 1, "url": {}}]
)
async def test_any_memory_is_borne(memory, mastodon, office, publisher, statuses):
    publisher.put(LIST, statuses((7, "a")))
    assert isinstance(await mastodon.poll(office, memory), Posts)


async def test_an_account_without_an_address_is_broken(mastodon):
    assert isinstance(await mastodon.poll(Account("mastodon", "nonsense", "n", ""), {}), Broken)
    assert await mastodon.confirm(Account("mastodon", "nonsense", "n", ""), "1") is Presence.UNKNOWN
