"""A list that several accounts are sifted from is asked for once in its pace, whoever wants it and whatever they hold."""

import asyncio

import pytest

from bot.fetching import FetchError, Request, Validators
from bot.model.account import Account
from bot.sources.cenc import CencSource
from bot.sources.nmc import NmcSource
from bot.sources.sharing import MOST_KEPT, SharedLists

PATH = "/list"
PACE_S = 60


@pytest.fixture
def lists(open_fetcher, clock) -> SharedLists:
    return SharedLists(open_fetcher, clock, PACE_S, bulky=lambda url: url.endswith("long"))


@pytest.fixture
def wanted(publisher):
    return lambda etag=None, path=PATH: Request(publisher.url(path), validators=Validators(etag))


async def test_who_asks_within_the_pace_gets_the_same_answer_and_a_pace_later_a_new_one(
    lists, wanted, publisher, clock
):
    publisher.put(PATH, "one")
    assert [(await lists.fetch(wanted())).body for _ in range(3)] == [b"one"] * 3
    publisher.put(PATH, "two")
    clock.advance(PACE_S - 1)
    assert (await lists.fetch(wanted())).body == b"one"
    assert len(publisher.asked) == 1
    clock.advance(1)
    assert (await lists.fetch(wanted())).body == b"two"
    assert len(publisher.asked) == 2


async def test_those_who_ask_at_the_same_time_wait_for_one_answer(lists, wanted, publisher):
    publisher.put(PATH, "one")
    answers = await asyncio.gather(*(lists.fetch(wanted()) for _ in range(5)))
    assert {answer.body for answer in answers} == {b"one"}
    assert len(publisher.asked) == 1


async def test_what_has_not_changed_is_given_whole_to_whoever_does_not_hold_it(lists, wanted, publisher, clock):
    publisher.put(PATH, "one", ETag='"a"')
    await lists.fetch(wanted())
    clock.advance(PACE_S)
    assert (await lists.fetch(wanted())).body == b"one"  # the site said 304
    assert publisher.asked[-1][1]["if-none-match"] == '"a"'


async def test_after_a_restart_not_changed_is_said_to_those_alone_who_hold_that_version(lists, wanted, publisher):
    publisher.put(PATH, "two", ETag='"b"')
    assert [(await lists.fetch(wanted('"b"'))).status for _ in range(3)] == [304] * 3
    assert len(publisher.asked) == 1
    assert (await lists.fetch(wanted('"a"'))).body == b"two"
    assert (await lists.fetch(wanted('"b"'))).body == b"two"
    assert len(publisher.asked) == 2


async def test_an_error_is_nobody_elses(lists, wanted, publisher):
    publisher.put(PATH, "", status=500)
    assert (await lists.fetch(wanted())).status == 500
    publisher.put(PATH, "one")
    assert (await lists.fetch(wanted())).body == b"one"
    with pytest.raises(FetchError):
        await lists.fetch(Request("http://10.0.0.1/"))


async def test_a_large_list_is_not_kept_for_longer_than_its_pace(lists, wanted, publisher, clock):
    publisher.put("/long", "long")
    publisher.put(PATH, "one")
    await lists.fetch(wanted(path="/long"))
    clock.advance(PACE_S)
    await lists.fetch(wanted())
    assert list(lists._kept) == [publisher.url(PATH)]


async def test_no_more_lists_are_kept_than_fit(lists, wanted, publisher, clock):
    for number in range(MOST_KEPT + 3):
        publisher.put(f"/list/{number}", "one")
        await lists.fetch(wanted(path=f"/list/{number}"))
        clock.advance(1)
    assert len(lists._kept) == MOST_KEPT
    assert publisher.url("/list/2") not in lists._kept
    assert not lists._turns


async def test_magnitudes_and_divisions_of_one_list_do_not_multiply_its_requests(open_fetcher, publisher, clock):
    cenc, nmc = CencSource(open_fetcher, clock), NmcSource(open_fetcher, clock)
    publisher.put("/ajax/google", '[{"CATA_ID": "A", "O_TIME": "2026-07-21 11:51:00", "EPI_LAT": 30, "EPI_LON": 99, "M": 5,'
                  ' "AUTO_FLAG": "M", "LOCATION_C": "四川甘孜州"}]')  # fmt: skip
    empty = '{"msg": "success", "code": 0, "data": {"page": {"count": 0, "list": []}}}'
    publisher.put("/rest/findAlarm?pageNo=1&pageSize=100&signaltype=&signallevel=&province=", empty)
    found = []
    for least in ("4", "4.5", "6"):
        key = publisher.url("/ajax/google") + f"?from={least}"
        found.append(len((await cenc.poll(Account("cenc", key, "CENC", key), {})).posts))
    assert found == [1, 1, 0]
    for division in ("11", "43", "4301"):
        key = publisher.url("/rest/findAlarm") + f"?signaltype=&signallevel=&province=&area={division}"
        await nmc.poll(Account("nmc", key, "NMC", key), {})
    assert len(publisher.asked) == 2
