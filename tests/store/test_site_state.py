"""What is kept for a site: across restarts, per name, until it is forgotten."""

import asyncio

from bot.store.site_state import SiteKeep

VALUE = {"SUB": "_2A\0\ud800", "until": 1.5, "list": [None, True], "deep": {"a": {}}}


async def test_what_was_saved_is_loaded_also_by_another_process(db, second, clock):
    keep = SiteKeep(db, clock)
    await keep.save("m.weibo.cn", "visitor", VALUE)
    assert await keep.load("m.weibo.cn", "visitor") == VALUE
    assert await SiteKeep(second, clock).load("m.weibo.cn", "visitor") == VALUE


async def test_a_later_value_takes_the_place_of_the_earlier(db, clock):
    keep = SiteKeep(db, clock)
    await keep.save("s", "n", 1)
    await keep.save("s", "n", [2])
    assert await keep.load("s", "n") == [2]


async def test_sites_and_names_are_kept_apart(db, clock):
    keep = SiteKeep(db, clock)
    await keep.save("s", "n", 1)
    await keep.save("s", "m", 2)
    await keep.save("t", "n", 3)
    assert [await keep.load(*which) for which in (("s", "n"), ("s", "m"), ("t", "n"), ("t", "m"))] == [1, 2, 3, None]


async def test_none_forgets(db, clock):
    keep = SiteKeep(db, clock)
    await keep.save("s", "n", 1)
    await keep.save("s", "n", None)
    await keep.save("s", "n", None)
    assert await keep.load("s", "n") is None


async def test_false_and_zero_are_values(db, clock):
    keep = SiteKeep(db, clock)
    for value in (False, 0, "", [], {}):
        await keep.save("s", "n", value)
        assert await keep.load("s", "n") == value


async def test_a_site_name_longer_than_the_column_works(db, clock):
    keep = SiteKeep(db, clock)
    await keep.save("x" * 999, "n", 1)
    assert await keep.load("x" * 999, "n") == 1


async def test_many_that_save_at_once_leave_one_value(db, second, clock):
    keeps = [SiteKeep(each, clock) for each in (db, second)]
    await asyncio.gather(*(keep.save("s", "n", n) for n in range(5) for keep in keeps))
    assert await keeps[0].load("s", "n") in range(5)
