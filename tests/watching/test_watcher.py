"""The scheduler at work on both databases: what is polled, what is not, and what a restart finds."""

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from scripted import ScriptedSource, account

from bot.model.post import Post
from bot.model.reason import Cause, reason_of
from bot.model.subscription import ChatKind
from bot.sources.face import Broken, NothingNew, Pace, Posts, Refused
from bot.store import accounts, chats, subscriptions
from bot.watching import freshness
from bot.watching import watcher as watching
from bot.watching.watcher import Watcher

READER = 1001


class Site(ScriptedSource):
    """Answers by account; notes who was asked, and how many at once."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = {}
        self.polled: list[str] = []
        self.memories: list[object] = []
        self.inside = self.most_inside = 0
        self.open = asyncio.Event()
        self.open.set()

    async def poll(self, account, memory):
        self.polled.append(account.key)
        self.memories.append(memory)
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            await asyncio.sleep(0)
            await self.open.wait()
        finally:
            self.inside -= 1
        answer = self.answers.get(account.key, self.outcome)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Town:
    """Accounts with one reader, a site, and watchers started and stopped."""

    db: object
    clock: object
    site: Site = field(default_factory=Site)
    may_poll: bool = True

    async def watch(self, *keys: str, due_in: float = 0.0, looked: bool = True) -> None:
        now = self.clock()
        async with self.db.begin() as conn:
            chat = await chats.ensure(conn, READER, ChatKind.PRIVATE, "", now, "en")
            for key in keys:
                account_id = await accounts.upsert(conn, account(key), now)
                await accounts.ensure_watch(conn, account_id, now + timedelta(seconds=due_in), 10.0)
                await subscriptions.add(conn, chat, 0, account_id, (), "", None, now)
                if looked:
                    watch = await accounts.watch_of(conn, account_id)
                    await accounts.save_watch(conn, replace(watch, baseline_at=now, last_poll_at=now, last_ok_at=now))

    async def unwatch(self, key: str) -> None:
        async with self.db.begin() as conn:
            stored = await accounts.by_key(conn, "weibo", key)
            chat = await chats.get(conn, READER)
            (listed,) = [s for s in await subscriptions.of_chat(conn, chat.id) if s.account_id == stored.id]
            await subscriptions.remove(conn, listed.subscription_id, chat.id)

    async def stored(self, key: str) -> accounts.Watch:
        async with self.db.read() as conn:
            found = await accounts.by_key(conn, "weibo", key)
            return await accounts.watch_of(conn, found.id)

    async def notices(self) -> list[str]:
        from sqlalchemy import text

        async with self.db.read() as conn:
            rows = await conn.execute(text("SELECT notice FROM deliveries WHERE op = 'notice' ORDER BY id"))
            return [row[0] for row in rows]

    @asynccontextmanager
    async def watching(self, **settings):
        watcher = Watcher(
            self.db, {"weibo": self.site}, clock=self.clock, rng=random.Random(1),
            may_poll=lambda _kind: self.may_poll, **settings,
        )  # fmt: skip
        running = asyncio.ensure_future(watcher.run())
        try:
            yield watcher
        finally:
            running.cancel()
            await asyncio.wait({running})
            assert running.cancelled()

    async def until(self, predicate) -> None:
        async with asyncio.timeout(10):
            while True:
                found = predicate()
                if await found if asyncio.iscoroutine(found) else found:
                    return
                await asyncio.sleep(0.005)


@pytest.fixture
def town(db, clock, monkeypatch) -> Town:
    monkeypatch.setattr(watching, "SWEEP_SECONDS", 0.02)
    # what was quiet is written down every five seconds otherwise: several tests would wait for nothing else
    monkeypatch.setattr(watching, "FLUSH_SECONDS", 0.05)
    return Town(db, clock)


def post(number: int, clock, **changes) -> Post:
    made = Post("weibo", "1", str(5_000_000_000_000_000 + number), f"第{number}条", "https://weibo.com/1/p",
                published=clock())  # fmt: skip
    return replace(made, **changes)


async def test_what_is_due_is_polled_and_what_is_not_is_left_alone(town):
    await town.watch("1", "2")
    await town.watch("3", due_in=60)
    async with town.watching():
        await town.until(lambda: _all_written(town, "1", "2"))
    assert sorted(town.site.polled) == ["1", "2"]
    assert (await town.stored("1")).next_poll_at > town.clock()


async def test_a_restart_neither_asks_again_nor_forgets_what_the_source_remembers(town):
    await town.watch("1")
    town.site.outcome = Posts((post(1, town.clock),), {"etag": '"a"'})
    async with town.watching():
        await town.until(lambda: town.site.polled)
        await town.until(lambda: _written(town, "posts"))
    before = await town.stored("1")
    async with town.watching() as watcher:
        watcher.nudge()
        await asyncio.sleep(0.05)
        assert town.site.polled == ["1"]  # not due yet
        town.clock.advance(60)
        watcher.nudge()
        await town.until(lambda: len(town.site.polled) == 2)
    assert town.site.memories[1] == {"etag": '"a"'}
    assert (await town.stored("1")).baseline_at == before.baseline_at  # no second first look, which would be silent


async def _all_written(town, *keys: str) -> bool:
    return all([(await town.stored(key)).outcome == "posts" for key in keys])


async def _written(town, outcome: str) -> bool:
    return (await town.stored("1")).outcome == outcome


async def test_quiet_polls_are_written_at_a_stop(town):
    await town.watch("1")
    town.site.outcome = NothingNew()
    account_id = (await town.stored("1")).account_id
    async with town.watching() as watcher:
        await town.until(lambda: watcher._recorder.is_pending(account_id))
        assert (await town.stored("1")).outcome == "never"
    stored = await town.stored("1")
    assert stored.outcome == "nothing_new"
    assert stored.last_ok_at == town.clock()


async def test_a_page_that_is_as_it_was_is_written_with_the_quiet_polls_and_so_is_what_its_source_remembers(town):
    await town.watch("1")
    told = post(1, town.clock)
    town.site.outcome = Posts((told,), {"etag": "a"})
    account_id = (await town.stored("1")).account_id
    async with town.watching() as watcher:
        await town.until(lambda: _written(town, "posts"))
        town.clock.advance(60)
        town.site.outcome = Posts((told,), {"etag": "b"})
        watcher.nudge()
        await town.until(lambda: watcher._recorder.is_pending(account_id))
        assert (await town.stored("1")).memory == {"etag": "a"}
    stored = await town.stored("1")
    assert (stored.memory, stored.last_ok_at) == ({"etag": "b"}, town.clock())
    assert stored.next_poll_at > town.clock()
    async with town.watching() as watcher:  # what is new is written at once
        town.clock.advance(60)
        town.site.outcome = Posts((told, post(2, town.clock)), {"etag": "c"})
        watcher.nudge()
        await town.until(lambda: len(town.site.polled) == 3)
        await town.until(lambda: _remembered(town, "c"))
        assert not watcher._recorder.is_pending(account_id)


async def _remembered(town, etag: str) -> bool:
    return (await town.stored("1")).memory == {"etag": etag}


async def test_accounts_due_at_the_same_moment_drift_apart(town):
    await town.watch(*(str(n) for n in range(1, 31)))
    async with town.watching():
        await town.until(lambda: _all_written(town, *(str(n) for n in range(1, 31))))
    due = {(await town.stored(str(n))).next_poll_at for n in range(1, 31)}
    assert len(due) > 25


async def test_a_site_is_asked_about_no_more_accounts_at_once_than_it_bears(town):
    town.site.pace = Pace(default=10, floor=5, ceiling=60, promise=100, at_once=3)
    await town.watch(*(str(n) for n in range(1, 13)))
    async with town.watching():
        await town.until(lambda: len(town.site.polled) == 12)
    assert town.site.most_inside == 3


async def test_a_source_that_crashes_is_written_down_as_broken_and_stops_nobody_else(town):
    await town.watch("1", "2")
    town.site.answers["1"] = RuntimeError("a slip")
    async with town.watching():
        await town.until(lambda: _written(town, "broken"))
        await town.until(lambda: _all_written(town, "2"))
    stored = await town.stored("1")
    assert reason_of(stored.reason).cause is Cause.FAULT
    assert stored.failures == 1


async def test_when_a_site_refuses_all_its_accounts_rest_and_start_again_spread(town):
    await town.watch("1", due_in=0)
    await town.watch("2", "3", "4", due_in=30)
    until = town.clock() + timedelta(minutes=30)
    town.site.outcome = Refused("HTTP 432", until, site_wide=True)
    async with town.watching():
        await town.until(lambda: _all_rest(town, until))
    assert town.site.polled == ["1"]
    due = [(await town.stored(key)).next_poll_at for key in ("1", "2", "3", "4")]
    assert all(until <= each <= until + timedelta(seconds=60) for each in due)
    assert len(set(due)) == 4


async def test_what_was_about_to_be_due_rests_with_its_site(town):
    await town.watch("1")
    await town.watch("2", due_in=20)
    until = town.clock() + timedelta(minutes=30)
    town.site.outcome = Refused("HTTP 432", until, site_wide=True)
    async with town.watching() as watcher:
        await town.until(lambda: watcher._watches and all(w.next_poll_at >= until for w in watcher._watches.values()))
        town.clock.advance(21)  # before the list is read again
        watcher._woken.set()
        await town.until(lambda: not watcher._woken.is_set())
        await asyncio.sleep(0.05)
    assert town.site.polled == ["1"]


async def test_a_poll_that_ends_while_the_list_is_being_read_is_not_done_again(town, monkeypatch):
    read_list, goes_on, reads = accounts.watched, asyncio.Event(), []

    async def slowly(conn):
        listed = await read_list(conn)
        reads.append(len(listed))
        if len(reads) == 2:
            await goes_on.wait()
        return listed

    monkeypatch.setattr(watching.account_store, "watched", slowly)
    await town.watch("1")
    town.site.open.clear()
    async with town.watching() as watcher:
        await town.until(lambda: town.site.polled)
        watcher.nudge()
        await town.until(lambda: len(reads) == 2)  # the list as it was before the poll ended
        town.clock.advance(1)
        town.site.open.set()
        await town.until(lambda: _written(town, "posts"))
        await town.until(lambda: not watcher._polling)
        goes_on.set()
        await town.until(lambda: not watcher._list_changed)
        watcher.nudge()
        await town.until(lambda: len(reads) == 3)
        await town.until(lambda: not watcher._polling)
    assert town.site.polled == ["1"]


async def _all_rest(town, until) -> bool:
    return all([(await town.stored(key)).next_poll_at >= until for key in ("1", "2", "3", "4")])


async def test_an_account_that_is_gone_or_no_longer_followed_is_not_polled(town):
    await town.watch("1", "2", "3")
    async with town.db.begin() as conn:
        stored = await accounts.by_key(conn, "weibo", "1")
        await accounts.save_watch(conn, replace(await accounts.watch_of(conn, stored.id), state="gone"))
    await town.unwatch("2")
    async with town.watching():
        await town.until(lambda: _all_written(town, "3"))
    assert town.site.polled == ["3"]


async def test_a_new_account_is_polled_as_soon_as_it_is_told_of(town):
    async with town.watching() as watcher:
        await asyncio.sleep(0.02)
        await town.watch("1")
        watcher.nudge()
        await town.until(lambda: town.site.polled == ["1"])


async def test_nothing_is_polled_without_the_lease(town, monkeypatch):
    monkeypatch.setattr(watching, "RETRY_SECONDS", 0.01)
    town.may_poll = False
    await town.watch("1")
    async with town.watching() as watcher:
        await asyncio.sleep(0.05)
        assert town.site.polled == []
        town.may_poll = True
        town.clock.advance(1)
        watcher.nudge()
        await town.until(lambda: town.site.polled == ["1"])


async def test_subscribers_are_told_once_of_a_source_that_is_blind(town):
    await town.watch("1")
    town.site.outcome = Broken("no answer")
    async with town.watching():
        await town.until(lambda: _written(town, "broken"))
        town.clock.advance(town.site.pace.promise + 1)
        await town.until(lambda: _told(town))
        await asyncio.sleep(0.06)
    assert len(await town.notices()) == 1


async def test_subscribers_are_told_of_a_source_whose_turn_never_comes(town):
    town.site.pace = Pace(default=10, floor=5, ceiling=60, promise=100, at_once=1)
    await town.watch("1", "2")
    town.site.open.clear()
    async with town.watching():
        await town.until(lambda: len(town.site.polled) == 1)  # the other waits for its turn
        waiting = "2" if town.site.polled == ["1"] else "1"
        town.clock.advance(town.site.pace.promise + 1)
        await town.until(lambda: _told(town))
        assert (await town.stored(waiting)).blind_told_at == town.clock()
        (told,) = await town.notices()
        assert "unwatched" in told
        town.site.open.set()
        await town.until(lambda: _told(town, 2))
    # what was told while it waited was not forgotten: it is told that it is back
    assert "notice.back" in (await town.notices())[1]
    assert (await town.stored(waiting)).blind_told_at is None


async def test_who_is_polled_while_its_readers_are_told_that_it_is_blind_is_told_back(town, monkeypatch):
    """Telling a hundred thousand takes seconds."""
    real, telling, go = freshness.tell_blind, asyncio.Event(), asyncio.Event()

    async def slow(*given):
        telling.set()
        await go.wait()
        return await real(*given)

    monkeypatch.setattr(freshness, "tell_blind", slow)
    await town.watch("1")
    town.site.outcome = Broken("no answer")
    async with town.watching() as watcher:
        await town.until(lambda: _written(town, "broken"))
        town.site.outcome = Posts(())
        town.clock.advance(town.site.pace.promise + 1)
        await town.until(telling.is_set)
        watcher.nudge()
        await town.until(lambda: watcher._polling)
        go.set()
        await town.until(lambda: _told(town, 2))
    assert ["notice.blind" in told for told in await town.notices()] == [True, False]
    assert (await town.stored("1")).blind_told_at is None


async def test_an_account_that_is_seen_while_others_are_told_of_is_not_called_blind(town, monkeypatch):
    real = freshness.tell_blind
    await town.watch("1", "2")
    town.site.answers = {"1": Broken("no answer"), "2": Broken("no answer")}
    told = []

    async with town.watching() as watcher:

        async def other_seen(conn, watch, *given):
            told.append(watch.account.key)
            other = "2" if watch.account.key == "1" else "1"
            if len(told) == 1:
                found = next(w for w in watcher._watches.values() if w.account.key == other)
                watcher._watches[found.account_id] = replace(found, last_ok_at=town.clock(), failures=0)
            return await real(conn, watch, *given)

        monkeypatch.setattr(freshness, "tell_blind", other_seen)
        await town.until(lambda: all(watch.failures for watch in watcher._watches.values()) and watcher._watches)
        town.clock.advance(town.site.pace.promise + 1)
        await town.until(lambda: _told(town, 1))
        await watcher._sweep()
    assert len(told) == 1


async def _told(town, count: int = 1) -> bool:
    return len(await town.notices()) == count


async def test_a_word_of_news_makes_it_look_at_once_but_never_below_the_floor(town):
    town.site.pace = Pace(default=100, floor=20, ceiling=600, promise=1000)
    await town.watch("1", due_in=90)
    async with town.watching() as watcher:
        await town.until(watcher.watched)
        watcher.hurry("weibo", "1")
        await asyncio.sleep(0.05)
        assert town.site.polled == []  # it was looked at just now
        town.clock.advance(20)
        watcher.nudge()
        await town.until(lambda: town.site.polled == ["1"])
        await town.until(lambda: _written(town, "posts"))
        town.clock.advance(5)
        watcher.hurry("weibo", "1")
        watcher.hurry("weibo", "1")
        await asyncio.sleep(0.05)
        assert town.site.polled == ["1"]
        town.clock.advance(15)
        watcher.nudge()
        await town.until(lambda: town.site.polled == ["1", "1"])
        await town.until(lambda: _in_time(town, 20))
        watcher.nudge()
        await asyncio.sleep(0.05)
        assert town.site.polled == ["1", "1"]  # the ordinary look that it stood before is not due too
        watcher.hurry("weibo", "nobody")


async def _in_time(town, seconds: float) -> bool:
    return (await town.stored("1")).next_poll_at >= town.clock() + timedelta(seconds=seconds)


async def test_news_told_while_it_is_being_read_is_looked_for_once_more(town):
    town.site.pace = Pace(default=100, floor=20, ceiling=600, promise=1000)
    await town.watch("1")
    town.site.open.clear()
    async with town.watching() as watcher:
        await town.until(lambda: town.site.polled)
        watcher.hurry("weibo", "1")
        town.site.open.set()
        await town.until(lambda: _written(town, "posts"))
        town.clock.advance(20)
        watcher.nudge()
        await town.until(lambda: len(town.site.polled) == 2)


async def test_a_fixed_interval_does_not_hold_news_back(town):
    town.site.pace = Pace(default=100, floor=20, ceiling=600, promise=1000)
    await town.watch("1", due_in=900)
    async with town.watching(poll_seconds=3600) as watcher:
        await town.until(watcher.watched)
        town.clock.advance(20)
        watcher.hurry("weibo", "1")
        await town.until(lambda: town.site.polled == ["1"])


async def test_a_site_that_wants_rest_is_not_hurried(town):
    await town.watch("1")
    town.site.outcome = Refused("too often", town.clock() + timedelta(hours=1))
    async with town.watching() as watcher:
        await town.until(lambda: _written(town, "refused"))
        town.clock.advance(600)
        watcher.hurry("weibo", "1")
        await asyncio.sleep(0.05)
        assert len(town.site.polled) == 1
