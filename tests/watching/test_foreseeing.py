"""Words are looked for before the transaction that queues, and whoever subscribed in between is not missed."""

import asyncio
import random
import threading

import pytest

from bot.matching.evaluating import passes
from bot.model.post import Count, Engagement
from bot.store import asked
from bot.watching import foreseeing, intake, queueing, wishing
from bot.watching.recording import Recorder
from bot.watching.weigher import Weigher

WORDS = ("暴雨", "地铁", "封路", "停水", "大风")


@pytest.fixture
def looked_for(monkeypatch):
    """Which filters were tried, before the transaction and in it."""
    found = {"before": [], "inside": []}

    def noting(when):
        def noted(tree, seen):
            found[when].append(tree.text)
            return passes(tree, seen)

        return noted

    monkeypatch.setattr(wishing, "passes", noting("before"))
    monkeypatch.setattr(foreseeing, "passes", noting("inside"))
    return found


@pytest.fixture
async def rainy(town, monkeypatch):
    """Readers with different wishes, read by small pages."""
    monkeypatch.setattr(asked, "AT_ONCE", 2)
    for number, word in enumerate(WORDS):
        await town.subscribe(1000 + number, word)
    await town.see()
    return town


async def test_each_wish_is_looked_at_once_and_none_while_others_wait_to_write(rainy, looked_for):
    await rainy.see(rainy.post(1, "暴雨，部分路段封路"))
    await rainy.deliver()
    assert sorted(looked_for["before"]) == sorted(WORDS)
    assert looked_for["inside"] == []
    assert [len(rainy.messenger.texts(1000 + n)) for n in range(5)] == [1, 0, 1, 0, 0]
    looked_for["before"].clear()
    await rainy.see(rainy.post(1, "暴雨，部分路段封路，地铁停运"))
    await rainy.deliver()
    assert len(looked_for["before"]) == len(WORDS)
    assert looked_for["inside"] == []
    assert [len(rainy.messenger.texts(1000 + n)) > 0 for n in range(5)] == [True, True, True, False, False]


async def test_a_page_without_news_looks_for_nothing(rainy, looked_for):
    post = rainy.post(1, "暴雨")
    await rainy.see(post)
    looked_for["before"].clear()
    await rainy.see(post)
    assert looked_for == {"before": [], "inside": []}


async def test_who_subscribes_or_leaves_between_the_looking_and_the_queueing_is_not_missed(
    rainy, looked_for, monkeypatch
):
    real = foreseeing.foresee

    async def and_then(*given, **more):
        foreseen = await real(*given, **more)
        await rainy.subscribe(2001, "路段")  # words that nobody had
        await rainy.subscribe(2002, "封路")  # words that somebody had
        await rainy.subscribe(2003, "海啸")
        await rainy.subscribe(2004)
        await rainy.unsubscribe(1000)
        return foreseen

    monkeypatch.setattr("bot.watching.recording.foresee", and_then)
    await rainy.see(rainy.post(1, "暴雨，部分路段封路"))
    await rainy.deliver()
    told = [chat for chat in (1000, 1002, 2001, 2002, 2003, 2004) if rainy.messenger.texts(chat)]
    assert told == [1002, 2001, 2002, 2004]
    assert sorted(looked_for["inside"]) == sorted(["路段", "海啸"])


async def test_without_anything_foreseen_all_is_looked_for_in_the_transaction(rainy, looked_for, monkeypatch):
    async def blind(*_given, **_more):
        return foreseeing.Foreseen()

    monkeypatch.setattr("bot.watching.recording.foresee", blind)
    await rainy.see(rainy.post(1, "暴雨，部分路段封路"))
    await rainy.deliver()
    assert len(looked_for["inside"]) == len(WORDS)
    assert [len(rainy.messenger.texts(1000 + n)) for n in range(5)] == [1, 0, 1, 0, 0]


async def test_a_page_whose_ids_are_all_new_is_not_looked_through_beforehand(rainy, looked_for):
    """A feed that renumbers brings nothing new, and would cost all wishes times all entries."""
    async with rainy.db.read() as conn:
        assert (await intake.post_store.newest(conn, rainy.watch.account_id, 1)) == []
    foreseen = await foreseeing.foresee(
        rainy.db, rainy.watch, [rainy.post(1, "暴雨")], {}, rainy.clock(), ids_may_churn=True
    )
    assert foreseen == foreseeing.Foreseen()
    assert looked_for["before"] == []


async def test_many_filters_are_indexed_and_followed_through_every_change(rainy, monkeypatch):
    """The index lives from page to page; whoever writes to the database, and from wherever, it follows."""
    monkeypatch.setattr(wishing, "INDEXED_FROM", 3)
    made = []
    real = wishing.FilterIndex
    monkeypatch.setattr(wishing, "FilterIndex", lambda: made.append(real()) or made[-1])
    await rainy.see(rainy.post(1, "暴雨"))
    await rainy.subscribe(2001, "暴雨", "封路")
    await rainy.unsubscribe(1000)
    await rainy.see(rainy.post(2, "暴雨，部分路段封路"))
    await rainy.deliver()
    [index] = made
    assert len(index) == len(WORDS)  # one came, one went
    told = {chat: len(rainy.messenger.texts(chat)) for chat in (1000, 1001, 1002, 2001)}
    assert told == {1000: 1, 1001: 0, 1002: 1, 2001: 1}


async def test_a_threshold_rings_once_when_it_is_passed(town):
    for chat, wanted in (
        (1001, "forwards>5000"),
        (1002, "forwards>5000 -地铁"),
        (1003, "暴雨"),
        (1004, "forwards<9"),
    ):
        await town.ask(chat, wanted)
    await town.see()
    for forwards in (10, 10, 4000, 6000, 7000, 3000, 8000):
        count = Count(forwards, str(forwards))
        await town.see(town.post(1, "暴雨", engagement=Engagement(forwards=count)))
        await town.deliver()
    assert [len(town.messenger.texts(chat)) for chat in (1001, 1002, 1003, 1004)] == [1, 1, 1, 0]
    await town.restart()
    await town.see(town.post(1, "暴雨", engagement=Engagement(forwards=Count(9000, "9000"))))
    await town.see(town.post(1, "暴雨。", engagement=Engagement(forwards=Count(9500, "9500"))))
    await town.deliver()
    assert [len([m for m in town.shown(chat) if "Post" in m.text]) for chat in (1001, 1002)] == [1, 1]


async def test_an_edit_that_a_filter_sees_rings_where_it_did_not(town):
    weigher = Weigher(patience_s=20.0)
    town.recorder = Recorder(town.db, town.clock, random.Random(1), lambda: None, weigher)
    await town.ask(1001, "hazard:rainstorm level:orange")
    await town.ask(1002, "is:edited")
    await town.see()
    await town.see(town.post(1, "北京市气象台发布暴雨蓝色预警信号。"))
    await town.deliver()
    assert [len(town.messenger.texts(chat)) for chat in (1001, 1002)] == [0, 0]
    await town.see(town.post(1, "北京市气象台发布暴雨橙色预警信号。"))
    await town.deliver()
    weigher.close()
    assert [len(town.messenger.texts(chat)) for chat in (1001, 1002)] == [1, 1]


@pytest.fixture
def stuck(monkeypatch):
    """Matching before the transaction stands still until it is let go; how many are at it."""
    let_go, begun = threading.Event(), []

    def stands_still(tree, seen):
        begun.append(tree.text)
        let_go.wait(20)
        return passes(tree, seen)

    monkeypatch.setattr(wishing, "passes", stands_still)
    monkeypatch.setattr(foreseeing, "LOOKING_S", 0.05)
    stands_still.begun, stands_still.let_go = begun, let_go
    yield stands_still
    let_go.set()


async def test_matching_that_stands_still_holds_up_no_bell_and_rings_for_the_same_readers(rainy, stuck, monkeypatch):
    async with asyncio.timeout(10):
        await rainy.see(rainy.post(1, "暴雨，部分路段封路"))
        await rainy.see(rainy.post(2, "地铁停运"))
        await rainy.deliver()
    assert [len(rainy.messenger.texts(1000 + n)) for n in range(5)] == [1, 1, 1, 0, 0]
    # nothing was begun behind what stands still
    assert len(stuck.begun) == 1
    stuck.let_go.set()
    monkeypatch.setattr(foreseeing, "LOOKING_S", 10.0)
    async with asyncio.timeout(10):
        while len(stuck.begun) < len(WORDS):  # it ends by itself
            await asyncio.sleep(0.005)
    await asyncio.sleep(0)
    await rainy.see(rainy.post(3, "停水"))
    await rainy.deliver()
    assert len(rainy.messenger.texts(1003)) == 1


async def test_where_matching_stands_still_in_the_transaction_too_the_post_goes_to_every_subscriber(
    rainy, stuck, monkeypatch
):
    monkeypatch.setattr(foreseeing, "passes", lambda *_given: stuck.let_go.wait(20))
    monkeypatch.setattr(queueing, "MATCHING_S", 0.05)
    async with asyncio.timeout(10):
        await rainy.see(rainy.post(1, "暴雨"))
        await rainy.deliver()
    assert [len(rainy.messenger.texts(1000 + n)) for n in range(5)] == [1] * 5
