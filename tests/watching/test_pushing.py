"""WebSub against a hub and callbacks on 127.0.0.1: asked, verified, renewed, ended; a notification only makes us look."""

import asyncio
import hashlib
import hmac
import random
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from hubs import HubServer
from starlette.applications import Starlette

from bot.fetching import GuardedFetcher
from bot.model.account import Account
from bot.model.subscription import ChatKind, Wish
from bot.outside import ForgetfulKeep
from bot.sources.face import Hub
from bot.sources.feed import FeedSource
from bot.store import accounts, chats
from bot.store import posts as post_store
from bot.store.site_state import SiteKeep
from bot.watching import pushing as websub
from bot.watching.following import Following
from bot.watching.pushing import MOST, Pushing, signed
from bot.watching.watcher import Watcher
from bot.web.callbacks import LARGEST_BODY, hub_routes
from bot.web.serving import serve

FEED = Account("feed", "https://fire.example/feed", "Fire", "https://fire.example/")
TOPIC = "https://fire.example/feed"


class Late:
    """Stands for a Pushing that is made after those who need it."""

    def __init__(self) -> None:
        self.to: Pushing | None = None

    def offered(self, account, hub) -> None:
        self.to.offered(account, hub)

    def __getattr__(self, name):
        return getattr(self.to, name)


@pytest.fixture
async def hub():
    server = HubServer()
    async with serve(server.app()) as url:
        server.url, server.feed_url = f"{url}/hub", f"{url}/feed"
        yield server


@pytest.fixture
async def town(hub, clock, monkeypatch):
    """A Pushing with its callbacks served; ``looks`` is what it made to be asked."""
    monkeypatch.setattr(websub, "TURN_SECONDS", 0.01)
    late, keep = Late(), ForgetfulKeep()

    class Town:
        def __init__(self) -> None:
            self.looks: list[tuple[str, str]] = []
            self.watched: list[Account] | None = [FEED]
            self.fetcher, self.url = None, ""

        def called_back(self, pushing: Pushing) -> None:
            late.to = pushing

        def pushing(self) -> Pushing:
            late.to = Pushing(
                self.fetcher, keep, self.url, clock=clock, rng=random.Random(1),
                look=lambda kind, key: self.looks.append((kind, key)), watched=lambda: self.watched,
            )  # fmt: skip
            return late.to

        @asynccontextmanager
        async def running(self):
            made = self.pushing()
            task = asyncio.ensure_future(made.run())
            try:
                await until(lambda: made.running)
                yield made
            finally:
                task.cancel()
                await asyncio.wait({task})

        async def kept(self):
            tokens = await keep.load("websub", "subscriptions")
            found = [await keep.load("websub", token) for token in tokens]
            # nothing is kept that is not listed
            assert sum(1 for value in keep._values.values() if isinstance(value, dict)) == len(found)
            return found

        async def spoil(self, listed, kept):
            await keep.save("websub", "subscriptions", listed)
            await keep.save("websub", "t" * 20, kept)

    made = Town()
    async with (
        GuardedFetcher(
            user_agent="Tocsin/test", keep=ForgetfulKeep(), clock=clock, rng=random.Random(1),
            allowed_private_hosts=frozenset({"127.0.0.1"}), gap_override=0.0,
        ) as made.fetcher,
        serve(Starlette(routes=hub_routes(late))) as made.url,
    ):  # fmt: skip
        yield made


async def until(true) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def live(hub, pushing) -> dict[str, str]:
    """Subscribe and be verified; gives the hub's form."""
    pushing.offered(FEED, Hub(hub.url, TOPIC))
    await until(lambda: hub.verified)
    return hub.asked[-1]


async def test_a_hub_is_asked_and_verifies_and_a_signed_word_makes_us_look(hub, town):
    async with town.running() as pushing:
        form = await live(hub, pushing)
        assert (form["hub.mode"], form["hub.topic"], form["hub.lease_seconds"]) == ("subscribe", TOPIC, "864000")
        assert form["hub.callback"].startswith(f"{town.url}/hub/")
        assert len(form["hub.callback"].rpartition("/")[2]) > 30
        assert (hub.verified[0].status_code, hub.verified[0].text) == (200, "c-1")
        assert town.looks == []
        for method in ("sha256", "sha1", "sha512"):
            assert await hub.tell(form, b"anything at all, never read", method) == 202
        assert town.looks == [("feed", FEED.key)] * 3


async def test_what_is_not_signed_rightly_is_ignored(hub, town):
    async with town.running() as pushing:
        form = await live(hub, pushing)
        good = hmac.new(form["hub.secret"].encode(), b"x", hashlib.sha256).hexdigest()
        for header in (
            "",
            good,
            f"sha256={good[:-2]}00",
            f"md5={good[:32]}",
            f"sha1={good}",
            "sha256=",
            f"sha999={good}",
        ):
            assert await hub.tell(form, b"x", **{"X-Hub-Signature": header}) == 202
        assert await hub.tell(form, b"y", **{"X-Hub-Signature": f"sha256={good}"}) == 202
        assert town.looks == []
    assert signed("s", f"sha256={hmac.new(b's', b'x', 'sha256').hexdigest().upper()}", b"x")


async def test_what_was_never_asked_for_is_refused(hub, town):
    async with town.running() as pushing:
        form = await live(hub, pushing)
        stranger = form | {"hub.callback": f"{town.url}/hub/guessed"}
        assert (await hub.verify(stranger)).status_code == 404
        assert await hub.tell(stranger) == 410
        assert (await hub.verify(form, hub_topic="https://evil.example/")).status_code == 404
        assert (await hub.verify(form, hub_mode="unsubscribe")).status_code == 404
        assert (await hub.verify(form, hub_mode="dance")).status_code == 404
        assert (await hub.verify(form, hub_challenge="")).status_code == 404
        assert await hub.tell(form, b"x" * (LARGEST_BODY + 1)) == 413
        assert town.looks == []


async def test_the_subscription_is_kept_before_the_hub_is_asked_and_lasts_over_a_restart(hub, town):
    states = []
    hub.seen = lambda: states.append([each.state for each in town_topics()])
    async with town.running() as pushing:
        town_topics = pushing._topics.values
        form = await live(hub, pushing)
        assert states == [["asked"]]
    assert [each["state"] for each in await town.kept()] == ["live"]
    # nobody polls here now: another process is to be asked, and the hub keeps the subscription
    assert await hub.tell(form) == 503
    async with town.running():
        assert await hub.tell(form) == 202
        assert len(hub.asked) == 1
    assert town.looks == [("feed", FEED.key)]


@pytest.mark.parametrize(
    ("listed", "kept"),
    [("nonsense", 1), ({"a": 1}, None), ([1, None, "t" * 20], None), (["t" * 20], {"kind": "feed"}), (["t" * 20], [1]),
     (["t" * 20], {"kind": "feed", "key": "k", "hub": "h", "topic": "t", "token": "short", "secret": "short", "state": "live",
                   "next_at": "2026-07-21T00:00:00+00:00", "lease_until": None, "failures": 0})],
)  # fmt: skip
async def test_what_was_kept_may_be_anything(listed, kept, hub, town):
    await town.spoil(listed, kept)
    async with town.running() as pushing:
        assert not pushing._topics
        await live(hub, pushing)


async def test_a_lease_is_renewed_when_four_fifths_of_it_are_over(hub, town, clock):
    hub.lease = "1000"
    async with town.running() as pushing:
        await live(hub, pushing)
        clock.advance(790)
        await asyncio.sleep(0.05)
        assert len(hub.asked) == 1
        clock.advance(20)
        await until(lambda: len(hub.verified) == 2)
        assert hub.asked[1] == hub.asked[0]  # the same callback and secret
        assert await hub.tell(hub.asked[0]) == 202
    assert len(town.looks) == 1


@pytest.mark.parametrize(
    ("given", "seconds"), [("1", 300), ("", 864_000), ("soon", 864_000), ("999999999", 2_592_000)]
)
async def test_a_lease_of_any_length_is_held_within_bounds(given, seconds, hub, town, clock):
    hub.lease = given
    async with town.running() as pushing:
        await live(hub, pushing)
    (each,) = await town.kept()
    assert each["lease_until"] == (clock() + timedelta(seconds=seconds)).isoformat()


async def test_a_hub_in_trouble_is_asked_again_less_and_less_often(hub, town, clock):
    hub.status = 500
    waits = []
    async with town.running() as pushing:
        pushing.offered(FEED, Hub(hub.url, TOPIC))
        for tries in range(1, 13):
            await until(
                lambda tries=tries: (
                    len(hub.asked) == tries and topic(pushing).failures == tries and waiting(pushing, clock)
                )
            )
            waits.append((topic(pushing).next_at - clock()).total_seconds() / 60)
            clock.advance(waits[-1] * 60 + 1)
    assert 4 <= waits[0] <= 6
    assert 8 <= waits[1] <= 12
    assert all(wait <= 24 * 60 * 1.2 for wait in waits)
    assert waits[-1] >= 24 * 60 * 0.8


def topic(pushing):
    (each,) = pushing._topics.values()
    return each


def waiting(pushing, clock) -> bool:
    """The answer has come: what is due is not the ten minutes for its verification."""
    return topic(pushing).next_at - clock() != websub.VERIFIED_WITHIN


async def test_a_hub_that_does_not_verify_is_asked_again_after_ten_minutes(hub, town, clock):
    hub.verifies = False
    async with town.running() as pushing:
        pushing.offered(FEED, Hub(hub.url, TOPIC))
        await until(lambda: len(hub.asked) == 1)
        clock.advance(601)
        await until(lambda: len(hub.asked) == 2)
        # it may still verify, late
        assert (await hub.verify(hub.asked[0])).status_code == 200
        assert topic(pushing).failures == 0


async def test_a_denial_is_heard_and_the_hub_left_alone_for_a_day(hub, town, clock):
    async with town.running() as pushing:
        form = await live(hub, pushing)
        assert (await hub.verify(form, hub_mode="denied")).status_code == 200
        assert timedelta(hours=19) < topic(pushing).next_at - clock() < timedelta(hours=29)


async def test_what_is_watched_no_more_is_ended_once_the_list_is_known(hub, town, clock):
    async with town.running() as pushing:
        form = await live(hub, pushing)
        town.watched = None  # a process that just began knows no list yet
        await asyncio.sleep(0.05)
        town.watched = []  # what was just followed may not be in the list yet
        await asyncio.sleep(0.05)
        assert len(hub.asked) == 1
        clock.advance(120)
        await until(lambda: not pushing._topics)
        assert hub.asked[1]["hub.mode"] == "unsubscribe"
        await until(lambda: len(hub.verified) == 2)
        assert hub.verified[1].status_code == 200
        assert await hub.tell(form) == 410
    assert await town.kept() == []


async def test_a_hub_that_is_gone_does_not_keep_what_is_watched_no_more(hub, town, clock):
    async with town.running() as pushing:
        await live(hub, pushing)
        hub.status, town.watched = 500, []
        await asyncio.sleep(0.05)
        clock.advance(121)
        await until(lambda: len(hub.asked) == 2)
        await until(lambda: waiting(pushing, clock))
        clock.advance(3600)
        await until(lambda: not pushing._topics)
        assert len(hub.asked) == 2


async def test_the_same_offer_changes_nothing_and_another_hub_is_asked_instead(hub, town):
    async with town.running() as pushing:
        first = await live(hub, pushing)
        pushing.offered(FEED, Hub(hub.url, TOPIC))
        pushing.offered(FEED, None)
        assert len(pushing._topics) == 1
        pushing.offered(FEED, Hub(hub.url, "https://fire.example/moved"))
        await until(lambda: len(hub.verified) == 2)
        assert len(pushing._topics) == 1
        assert await hub.tell(first) == 410
    assert [each["topic"] for each in await town.kept()] == ["https://fire.example/moved"]


async def test_the_number_of_subscriptions_is_bounded(town, monkeypatch):
    monkeypatch.setattr(websub, "REQUESTS_A_TURN", 0)
    async with town.running() as pushing:
        for number in range(MOST + 5):
            pushing.offered(Account("feed", f"https://x.example/{number}", "n", ""), Hub("https://hub.example/", "t"))
        assert len(pushing._topics) == MOST


async def test_a_feeds_own_hub_makes_the_watcher_read_it_at_once(hub, town, clock, sqlite_db):
    """The whole way: followed, the hub asked and verified, a change, the hub's word, the post in the database."""
    hub.feed = hub.feed_of(1)
    sources = {"feed": FeedSource(town.fetcher, clock, random.Random(1))}
    later = Late()
    watcher = Watcher(sqlite_db, sources, clock=clock, rng=random.Random(1), offered=later.offered)
    pushing = Pushing(
        town.fetcher, SiteKeep(sqlite_db, clock), town.url, clock=clock, rng=random.Random(1), look=watcher.hurry,
        watched=watcher.watched,
    )  # fmt: skip
    later.to = pushing
    following = Following(sqlite_db, sources, clock, lambda _kind: 300.0, watcher.nudge, offered=pushing.offered)
    town.called_back(pushing)
    async with sqlite_db.begin() as conn:
        chat = await chats.ensure(conn, 7, ChatKind.PRIVATE, "", clock(), "en")
    tasks = [asyncio.ensure_future(pushing.run()), asyncio.ensure_future(watcher.run())]
    try:
        await until(lambda: pushing.running)
        await following.follow(Wish(Account("feed", hub.feed_url, "Fire", ""), chat, 0))
        await until(lambda: hub.verified and watcher.watched())
        assert hub.asked[0]["hub.topic"] == hub.feed_url
        hub.feed = hub.feed_of(2, 1)
        clock.advance(61)  # past the floor of feeds, far from the next ordinary look
        assert await hub.tell(hub.asked[0], b"<rss>a lie</rss>") == 202
        await until(lambda: hub.feed_asked == 2)
        async with asyncio.timeout(20):
            while await titles(sqlite_db) != ["Fire 1", "Fire 2"]:
                await asyncio.sleep(0.01)
        # told again within the floor: not before it is over
        assert await hub.tell(hub.asked[0]) == 202
        await asyncio.sleep(0.1)
        assert hub.feed_asked == 2
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def titles(db) -> list[str]:
    async with db.read() as conn:
        (stored,) = [await accounts.get(conn, 1)]
        return sorted(post.title for post in await post_store.latest(conn, stored.id, 10))
