"""Words are looked for before the transaction that queues, and whoever subscribed in between is not missed."""

import pytest

from bot.store import fanout
from bot.watching import foreseeing, intake
from bot.watching.queueing import Queueing

WORDS = ("暴雨", "地铁", "封路", "停水", "大风")


@pytest.fixture
def looked_for(monkeypatch):
    """Which words were looked for, before the transaction and in it."""
    inside, found = False, {"before": [], "inside": []}
    matches, wanting = foreseeing.matches, Queueing._to_wanting

    def noted(words, hay):
        found["inside" if inside else "before"].append(words)
        return matches(words, hay)

    async def to_wanting(self, said, *, anew=False):
        nonlocal inside
        inside = True
        await wanting(self, said, anew=anew)
        inside = False

    monkeypatch.setattr(foreseeing, "matches", noted)
    monkeypatch.setattr(Queueing, "_to_wanting", to_wanting)
    return found


@pytest.fixture
async def rainy(town, monkeypatch):
    """Readers with different wishes, read by small pages."""
    monkeypatch.setattr(fanout, "WISHES", 2)
    for number, word in enumerate(WORDS):
        await town.subscribe(1000 + number, word)
    await town.see()
    return town


async def test_each_wish_is_looked_at_once_and_none_while_others_wait_to_write(rainy, looked_for):
    await rainy.see(rainy.post(1, "暴雨，部分路段封路"))
    await rainy.deliver()
    assert sorted(looked_for["before"]) == sorted((word,) for word in WORDS)
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
    assert sorted(looked_for["inside"]) == sorted([("路段",), ("海啸",)])


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
