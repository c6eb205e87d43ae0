"""A wish granted: one look for an account that nobody watched, in silence, within the time that somebody waits."""

import asyncio
from datetime import timedelta

import pytest
from scripted import ScriptedSource, account

from bot.model.post import Post
from bot.model.reason import Cause, Reason, reason_of
from bot.model.subscription import ChatForgottenError, ChatKind, TooManySubscriptionsError, Wish
from bot.sources.face import Broken, NothingNew, Posts, Refused
from bot.store import accounts, chats, forgetting, posts, subscriptions
from bot.watching import following as followings
from bot.watching.following import Following

UID = "1288915263"


class Site(ScriptedSource):
    def __init__(self) -> None:
        super().__init__()
        self.polled = 0
        self.open = asyncio.Event()
        self.open.set()

    async def poll(self, account, memory):
        self.polled += 1
        await self.open.wait()
        return self.outcome


class Town:
    def __init__(self, db, clock) -> None:
        self.db, self.clock = db, clock
        self.site = Site()
        self.nudges = 0
        self.following = self.patient(60.0)

    def patient(self, seconds: float) -> Following:
        return Following(self.db, {"weibo": self.site}, self.clock, lambda _kind: 600.0, self.nudge, seconds)

    def nudge(self) -> None:
        self.nudges += 1

    async def chat(self, telegram_id: int = 1001) -> int:
        async with self.db.begin() as conn:
            return await chats.ensure(conn, telegram_id, ChatKind.PRIVATE, "", self.clock(), "en")

    async def follow(self, *words: str, telegram_id: int = 1001, key: str = UID):
        return await self.following.follow(Wish(account(key), await self.chat(telegram_id), 0, words, 7))

    async def followed(self, telegram_id: int = 1001) -> list[subscriptions.Listed]:
        chat = await self.chat(telegram_id)
        async with self.db.read() as conn:
            return await subscriptions.of_chat(conn, chat)

    async def queued(self) -> int:
        from sqlalchemy import text

        async with self.db.read() as conn:
            return (await conn.execute(text("SELECT count(*) FROM deliveries"))).scalar_one()

    def posts(self, *numbers: int) -> Posts:
        made = [
            Post("weibo", UID, str(5_000_000_000_000_000 + n), f"第{n}条", "https://weibo.com/1/p",
                 published=self.clock() - timedelta(minutes=60 - n))
            for n in numbers
        ]  # fmt: skip
        return Posts(tuple(made), {"ids": ["x"]})


@pytest.fixture
def town(db, clock) -> Town:
    return Town(db, clock)


async def test_the_first_look_is_silent_and_shows_the_newest_post(town):
    town.site.outcome = town.posts(3, 1, 2)
    followed = await town.follow()
    assert (followed.created, followed.problem, followed.latest.text) == (True, None, "第3条")
    assert await town.queued() == 0
    (listed,) = await town.followed()
    assert listed.watch.baseline_at == town.clock()
    assert listed.watch.memory == {"ids": ["x"]}
    assert listed.watch.next_poll_at == town.clock() + timedelta(seconds=600)
    assert town.nudges == 1


async def test_an_account_that_is_watched_already_is_not_asked_again(town):
    town.site.outcome = town.posts(1)
    await town.follow()
    followed = await town.follow(telegram_id=1002)
    assert town.site.polled == 1
    assert followed.latest.text == "第1条"


async def test_a_chat_that_is_forgotten_while_a_site_is_looked_at_follows_nothing(town):
    town.site.open.clear()
    chat = await town.chat()
    asked = asyncio.ensure_future(town.following.follow(Wish(account(), chat, 0)))
    async with asyncio.timeout(10):
        while not town.site.polled:
            await asyncio.sleep(0.001)
    async with town.db.begin() as conn:
        await forgetting.forget(conn, chat, town.clock())
    town.site.open.set()
    with pytest.raises(ChatForgottenError):
        await asked
    async with town.db.read() as conn:
        assert await subscriptions.of_chat(conn, chat) == []
        assert await accounts.by_key(conn, "weibo", UID) is None


async def test_the_same_wish_twice_is_one_subscription(town):
    assert (await town.follow("雨")).created
    again = await town.follow("雨")
    assert not again.created
    assert len(await town.followed()) == 1


@pytest.mark.parametrize("kind", ["refused", "broken"])
async def test_when_the_first_look_fails_the_subscription_stands_and_says_why(town, kind):
    until = town.clock() + timedelta(minutes=30)
    town.site.outcome = (
        Refused("HTTP 432", until, advice="Set TOCSIN_WEIBO_COOKIE.", reason=Reason(Cause.VISITORS))
        if kind == "refused"
        else Broken("HTTP 502", reason=Reason(Cause.VISITORS))
    )
    followed = await town.follow()
    assert (followed.created, followed.problem) == (True, Reason(Cause.VISITORS))
    (listed,) = await town.followed()
    assert (listed.watch.outcome, listed.watch.baseline_at) == (kind, None)
    assert reason_of(listed.watch.reason) == Reason(Cause.VISITORS)
    assert listed.watch.next_poll_at == (until if kind == "refused" else town.clock() + timedelta(seconds=600))


async def test_a_site_that_does_not_answer_keeps_nobody_waiting_and_the_subscription_is_made(town):
    town.following = town.patient(0.05)
    town.site.open.clear()
    async with asyncio.timeout(5):
        followed = await town.follow()
    assert (followed.created, followed.problem) == (True, Reason(Cause.SLOW))
    (listed,) = await town.followed()
    assert listed.watch.baseline_at is None  # the next poll is the silent first look
    assert listed.watch.next_poll_at == town.clock()  # and comes at once
    assert town.nudges == 1


async def test_the_time_of_a_first_look_is_bounded_by_default(town):
    assert Following(town.db, {}, town.clock, lambda _kind: 1.0, town.nudge)._first_look_seconds == 90.0


async def test_who_comes_back_to_an_account_that_nobody_watched_meanwhile_hears_no_old_news(town):
    town.site.outcome = town.posts(1)
    first = await town.follow()
    chat = await town.chat()
    async with town.db.begin() as conn:
        await subscriptions.remove(conn, first.subscription_id, chat)
    town.site.outcome = town.posts(1, 2, 3)
    followed = await town.follow()
    assert (town.site.polled, followed.latest.text) == (2, "第3条")
    assert await town.queued() == 0


async def test_an_account_that_had_closed_is_watched_again_when_somebody_asks_for_it(town):
    town.site.outcome = Broken("HTTP 410", gone=True, reason=Reason(Cause.GONE))
    await town.follow()
    async with town.db.begin() as conn:
        stored = await accounts.by_key(conn, "weibo", UID)
        watch = await accounts.watch_of(conn, stored.id)
        from dataclasses import replace

        await accounts.save_watch(conn, replace(watch, state="gone"))
    town.site.outcome = town.posts(1)
    await town.follow("雨")
    assert (await town.followed())[0].watch.state == "active"


async def test_a_site_that_says_unchanged_to_a_first_look_is_asked_again_at_once(town):
    town.site.outcome = NothingNew()
    followed = await town.follow()
    assert (followed.created, followed.problem) == (True, None)
    assert (await town.followed())[0].watch.next_poll_at == town.clock()


async def test_a_chat_that_follows_as_many_as_it_may_gets_no_more_and_no_site_is_asked(town, monkeypatch):
    monkeypatch.setattr(followings, "MOST_SUBSCRIPTIONS", 3)
    for number in range(3):
        await town.follow(key=str(10_000 + number))
    asked = town.site.polled
    with pytest.raises(TooManySubscriptionsError):
        await town.follow(key="99999")
    assert town.site.polled == asked
    assert len(await town.followed()) == 3
    async with town.db.read() as conn:
        assert await accounts.by_key(conn, "weibo", "99999") is None
    # what it follows already is answered as ever, and another chat has its own room
    assert not (await town.follow(key="10001")).created
    with pytest.raises(TooManySubscriptionsError):
        await town.follow("雨", key="10001")
    assert (await town.follow(key="99999", telegram_id=1002)).created


async def test_a_preview_shows_the_newest_and_following_soon_after_asks_the_site_no_more(town):
    town.site.outcome = town.posts(3, 1, 2)
    shown = await town.following.preview(account(UID))
    assert [post.text for post in shown] == ["第3条", "第2条", "第1条"]
    assert [post.text for post in await town.following.preview(account(UID))] == [post.text for post in shown]
    town.site.outcome = town.posts(3, 1, 2, 4)
    followed = await town.follow()
    assert town.site.polled == 1
    assert followed.latest.text == "第3条"
    # the one written meanwhile was not taken for known: the next poll brings it as news
    async with town.db.read() as conn:
        assert len(await posts.latest(conn, (await town.followed())[0].account_id, 10)) == 3
    assert (await town.following.preview(account(UID)))[0].text == "第3条"
    assert town.site.polled == 1


async def test_a_preview_is_good_for_a_while_only(town, clock):
    town.site.outcome = town.posts(1)
    await town.following.preview(account(UID))
    clock.now += followings.LOOK_KEPT
    town.site.outcome = town.posts(1, 2)
    followed = await town.follow()
    assert (town.site.polled, followed.latest.text) == (2, "第2条")


async def test_what_cannot_be_read_has_no_preview_and_is_asked_again(town):
    town.site.outcome = Broken("no answer", reason=Reason(Cause.UNREACHABLE))
    assert await town.following.preview(account(UID)) == ()
    town.site.outcome = town.posts(1)
    assert len(await town.following.preview(account(UID))) == 1


async def test_previews_of_many_accounts_take_bounded_memory(town):
    town.site.outcome = town.posts(1)
    for number in range(followings.LOOKS_KEPT + 5):
        await town.following.preview(account(str(10**9 + number)))
    assert len(town.following._looks) == followings.LOOKS_KEPT
