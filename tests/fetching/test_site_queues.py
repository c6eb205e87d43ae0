import asyncio
import random
from collections.abc import Callable

import pytest

from bot.fetching import FetchError, Request, RestingError, SitePace
from bot.fetching.queueing import MOST_WAITING, MOST_WAITING_INTERACTIVE, Queues


class Time:
    """The loop's clock in a test's hand: timers run when the test moves it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.timers: list[tuple[float, Callable[[], None]]] = []
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "time", lambda: self.now)
        monkeypatch.setattr(loop, "call_at", self._call_at)

    def _call_at(self, when: float, callback: Callable[[], None], *args: object, **_: object) -> object:
        entry = (when, lambda: callback(*args))
        self.timers.append(entry)
        timers = self.timers

        class Handle:
            def cancel(self) -> None:
                if entry in timers:
                    timers.remove(entry)

            def when(self) -> float:
                return when

        return Handle()

    async def to(self, now: float) -> None:
        self.now = now
        for when, callback in sorted(self.timers, key=lambda timer: timer[0]):
            if when <= now and (when, callback) in self.timers:
                self.timers.remove((when, callback))
                callback()
        await settle()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Visitors:
    """Requests without a network: each enters, says so, and leaves when told."""

    def __init__(self, queues: Queues) -> None:
        self.queues = queues
        self.inside: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.doors: dict[str, asyncio.Event] = {}

    async def come(self, name: str, pace: SitePace, site: str = "weibo", *, interactive: bool = False) -> None:
        self.doors[name] = asyncio.Event()

        async def visit() -> None:
            await self.queues.enter(site, pace, interactive=interactive)
            self.inside.append(name)
            try:
                await self.doors[name].wait()
            finally:
                self.inside.remove(name)
                self.queues.leave(site, pace, asked=True)

        self.tasks[name] = asyncio.create_task(visit())
        await settle()

    async def go(self, name: str) -> None:
        self.doors[name].set()
        await settle()

    async def cancel(self, name: str) -> None:
        self.tasks[name].cancel()
        await settle()


@pytest.fixture
async def visitors() -> Visitors:
    return Visitors(Queues(random.Random(7), None, 16))


NO_GAP = SitePace(0, 0, 1)


async def test_no_more_than_its_concurrency_are_at_one_site(visitors) -> None:
    for name in "abc":
        await visitors.come(name, SitePace(0, 0, 2))
    assert visitors.inside == ["a", "b"]
    await visitors.go("a")
    assert visitors.inside == ["b", "c"]


async def test_sites_do_not_wait_for_each_other(visitors) -> None:
    for name in "abc":
        await visitors.come(name, NO_GAP, site=name)
    assert visitors.inside == ["a", "b", "c"]


async def test_the_next_request_starts_a_gap_after_the_last_one_ended(visitors, monkeypatch) -> None:
    time = Time(monkeypatch)
    pace = SitePace(3, 3, 1)
    await visitors.come("a", pace)
    await visitors.come("b", pace)
    await time.to(1010)
    await visitors.go("a")
    await time.to(1012.9)
    assert visitors.inside == []
    await time.to(1013)
    assert visitors.inside == ["b"]


async def test_the_gap_holds_for_who_comes_later_too(visitors, monkeypatch) -> None:
    time = Time(monkeypatch)
    pace = SitePace(3, 3, 2)
    await visitors.come("a", pace)
    await visitors.go("a")
    await time.to(1002)
    await visitors.come("b", pace)
    assert visitors.inside == []
    await time.to(1003)
    assert visitors.inside == ["b"]


async def test_gaps_are_random_between_their_bounds(visitors) -> None:
    gaps = {visitors.queues._gap(SitePace(2, 5)) for _ in range(50)}
    assert len(gaps) == 50
    assert min(gaps) >= 2
    assert max(gaps) <= 5


async def test_the_operators_gap_replaces_every_pace() -> None:
    assert Queues(random.Random(7), 0.25, 16)._gap(SitePace(2, 5)) == 0.25


async def test_who_sits_in_a_chat_goes_before_polls(visitors) -> None:
    await visitors.come("a", NO_GAP)
    await visitors.come("poll 1", NO_GAP)
    await visitors.come("poll 2", NO_GAP)
    await visitors.come("chat 1", NO_GAP, interactive=True)
    await visitors.come("chat 2", NO_GAP, interactive=True)
    order = []
    for _ in range(5):
        order += visitors.inside
        await visitors.go(visitors.inside[0])
    assert order == ["a", "chat 1", "chat 2", "poll 1", "poll 2"]


async def test_no_more_than_the_total_are_under_way_and_chats_go_first_there_too() -> None:
    visitors = Visitors(Queues(random.Random(7), None, 2))
    for name in "abc":
        await visitors.come(name, NO_GAP, site=name)
    await visitors.come("chat", NO_GAP, site="d", interactive=True)
    assert visitors.inside == ["a", "b"]
    await visitors.go("a")
    assert visitors.inside == ["b", "chat"]
    await visitors.go("b")
    assert visitors.inside == ["chat", "c"]


async def test_who_gives_up_waiting_leaves_the_line(visitors) -> None:
    for name in "abc":
        await visitors.come(name, NO_GAP)
    await visitors.cancel("b")
    await visitors.go("a")
    assert visitors.inside == ["c"]


async def test_who_gives_up_in_the_moment_of_his_turn_passes_it_on(visitors) -> None:
    for name in "abc":
        await visitors.come(name, NO_GAP)
    visitors.doors["a"].set()
    await asyncio.sleep(0)  # a has left and b was called, but has not run yet
    visitors.tasks["b"].cancel()
    await settle()
    assert visitors.inside == ["c"]


async def test_who_gives_up_before_the_way_out_frees_his_site() -> None:
    visitors = Visitors(Queues(random.Random(7), None, 1))
    await visitors.come("a", NO_GAP, site="a")
    await visitors.come("b", NO_GAP, site="b")
    await visitors.cancel("b")
    await visitors.come("c", NO_GAP, site="b")
    await visitors.go("a")
    assert visitors.inside == ["c"]


async def test_a_line_that_grows_without_end_refuses_with_a_sentence(visitors) -> None:
    await visitors.come("a", NO_GAP)
    for n in range(MOST_WAITING):
        visitors.tasks[str(n)] = asyncio.create_task(visitors.queues.enter("weibo", NO_GAP, interactive=False))
    await settle()
    with pytest.raises(FetchError, match="Too many requests are waiting for weibo already") as caught:
        await visitors.queues.enter("weibo", NO_GAP, interactive=False)
    assert caught.value.advice
    for n in range(MOST_WAITING_INTERACTIVE):
        visitors.tasks[f"chat {n}"] = asyncio.create_task(visitors.queues.enter("weibo", NO_GAP, interactive=True))
    await settle()
    with pytest.raises(FetchError):
        await visitors.queues.enter("weibo", NO_GAP, interactive=True)
    for task in visitors.tasks.values():
        task.cancel()
    await asyncio.gather(*visitors.tasks.values(), return_exceptions=True)
    assert len(visitors.queues) == 0


async def test_thousands_of_sites_leave_nothing_behind(visitors, monkeypatch) -> None:
    time = Time(monkeypatch)
    pace = SitePace(1, 1)
    for n in range(2000):
        await visitors.queues.enter(f"site-{n}", pace, interactive=False)
        visitors.queues.leave(f"site-{n}", pace, asked=True)
    assert len(visitors.queues) == 2000  # their gaps run
    await time.to(1001)
    assert len(visitors.queues) == 0
    assert time.timers == []


async def test_requests_of_one_site_name_share_a_line_whatever_their_hosts(open_fetcher, open_site, answer) -> None:
    running = most = 0

    async def count(seen, writer) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        writer.write(answer(b"x"))

    sites = [await open_site({"/": count}) for _ in range(3)]
    fetcher = open_fetcher()
    await asyncio.gather(*(fetcher.fetch(Request(site.url(), site="weibo", pace=NO_GAP)) for site in sites * 2))
    assert most == 1
    await asyncio.gather(*(fetcher.fetch(Request(site.url(), pace=NO_GAP)) for site in sites))
    assert most > 1


async def test_what_waits_for_a_host_that_then_refuses_is_not_sent(open_fetcher, open_site, answer) -> None:
    site = await open_site({"/": answer(status="429 Too Many", Retry_After="60")})
    fetcher = open_fetcher()
    results = await asyncio.gather(
        *(fetcher.fetch(Request(site.url(), pace=NO_GAP)) for _ in range(5)), return_exceptions=True
    )
    assert len(site.seen) == 1
    assert [type(result) for result in results[1:]] == [RestingError] * 4


async def test_a_cancelled_request_frees_its_place_and_its_connection(open_fetcher, open_site, answer) -> None:
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def hold(seen, writer) -> None:
        arrived.set()
        try:
            await asyncio.sleep(60)
        finally:
            gone.set()

    site = await open_site({"/": hold, "/b": answer(b"next")})
    fetcher = open_fetcher()
    task = asyncio.create_task(fetcher.fetch(Request(site.url(), pace=NO_GAP)))
    async with asyncio.timeout(10):
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await fetcher.fetch(Request(site.url("/b"), pace=NO_GAP))).body == b"next"
    assert site.connections == 2
