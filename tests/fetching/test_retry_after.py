from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.fetching import Request, RestingError
from bot.fetching.resting import Rests, parse_retry_after

NOW = datetime(2012, 7, 21, 11, 51, tzinfo=UTC)
DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 1 ", timedelta(seconds=1)),
        ("86400", DAY),
        ("86401", DAY),
        ("31536000", DAY),
        ("9" * 30, DAY),
        ("9" * 30_000, DAY),
        ("Sat, 21 Jul 2012 11:52:00 GMT", timedelta(minutes=1)),
        ("Saturday, 21-Jul-12 11:52:00 GMT", timedelta(minutes=1)),
        ("Sat Jul 21 11:52:00 2012", timedelta(minutes=1)),
        ("Sat, 21 Jul 2012 19:52:00 +0800", timedelta(minutes=1)),
        ("Sat, 21 Jul 2012 11:52:00 -0000", timedelta(minutes=1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("Sat, 21 Jul 2012 11:50:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("0", None),
        ("-5", None),
        ("+5", None),
        ("1.5", None),
        ("1e3", None),
        ("１２０", None),
        ("", None),
        ("soon", None),
        ("Sat, 99 Jul 2012 99:99:99 GMT", None),
        ("Sat, 21 Jul 99999 11:52:00 GMT", None),
        ("2012-07-21T11:52:00Z", None),
        ("\x00", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms_and_nothing_else(value, wait) -> None:
    assert parse_retry_after(value, NOW) == wait


@given(
    st.text(max_size=100) | st.from_regex(r"\A[A-Z][a-z]{2}, ?[0-9 ]{1,6}[ -][A-Z][a-z]{2}[ -][0-9]+ [0-9:]* .*\Z")
)
@example("Sun, 06 Nov 1994 08:49:37 +9999999999")
@example("1 Jan 1 00:00:00 +2359")
def test_no_text_at_all_makes_retry_after_fail(value) -> None:
    wait = parse_retry_after(value, NOW)
    assert wait is None or timedelta(0) < wait <= DAY


async def test_a_host_that_refuses_is_not_asked_again_before_its_time(fetcher, open_site, answer, clock) -> None:
    site = await open_site({"/a": answer(status="429 Too Many", Retry_After="120"), "/b": answer(b"x")})
    refused = await fetcher.fetch(Request(site.url("/a")))
    assert (refused.status, refused.retry_at) == (429, clock.now + timedelta(seconds=120))
    clock.advance(seconds=119)
    for interactive in (False, True):
        with pytest.raises(RestingError, match="asked not to be asked before 2012-07-21 11:53:00 UTC") as caught:
            await fetcher.fetch(Request(site.url("/b"), interactive=interactive))
        assert caught.value.until == refused.retry_at
    assert site.paths == ["/a"]
    clock.advance(seconds=1)
    assert (await fetcher.fetch(Request(site.url("/b")))).body == b"x"


async def test_a_date_in_retry_after_is_kept_too(fetcher, open_site, answer, clock) -> None:
    site = await open_site({"/": answer(status="503 Busy", Retry_After="Sat, 21 Jul 2012 12:51:00 GMT")})
    refused = await fetcher.fetch(Request(site.url()))
    assert refused.retry_at == clock.now + timedelta(hours=1)


async def test_the_rest_of_one_host_is_not_anothers(fetcher, open_site, answer) -> None:
    tired = await open_site({"/": answer(status="429 Too Many", Retry_After="3600")})
    other = await open_site({"/": answer(b"fine")})
    await fetcher.fetch(Request(tired.url(), site="weibo"))
    assert (await fetcher.fetch(Request(other.url(), site="weibo"))).body == b"fine"


async def test_a_rest_outlives_the_program(open_fetcher, open_site, answer, clock) -> None:
    site = await open_site({"/": answer(status="429 Too Many", Retry_After="3600")})
    await open_fetcher().fetch(Request(site.url()))
    clock.advance(minutes=59)
    with pytest.raises(RestingError):
        await open_fetcher().fetch(Request(site.url()))
    assert len(site.seen) == 1
    clock.advance(minutes=1)
    assert (await open_fetcher().fetch(Request(site.url()))).status == 429


@pytest.mark.parametrize("header", [{}, {"Retry_After": "0"}, {"Retry_After": "-1"}, {"Retry_After": "later"}])
async def test_without_a_usable_retry_after_the_rests_double_up_to_an_hour(
    fetcher, open_site, answer, clock, header
) -> None:
    site = await open_site({"/": answer(status="503 Busy", **header)})
    minutes = []
    for _ in range(9):
        refused = await fetcher.fetch(Request(site.url()))
        minutes.append((refused.retry_at - clock.now) / timedelta(minutes=1))
        clock.now = refused.retry_at
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_a_good_answer_starts_the_rests_from_the_shortest_again(
    fetcher, open_site, answer, clock, keep
) -> None:
    site = await open_site({"/": answer(status="429 Too Many"), "/ok": answer(b"x")})
    for _ in range(3):
        clock.now = (await fetcher.fetch(Request(site.url()))).retry_at
    await fetcher.fetch(Request(site.url("/ok")))
    assert keep.values == {}
    refused = await fetcher.fetch(Request(site.url()))
    assert refused.retry_at - clock.now == timedelta(minutes=1)


async def test_the_growth_outlives_the_program_too(open_fetcher, open_site, answer, clock) -> None:
    site = await open_site({"/": answer(status="429 Too Many")})
    clock.now = (await open_fetcher().fetch(Request(site.url()))).retry_at
    refused = await open_fetcher().fetch(Request(site.url()))
    assert refused.retry_at - clock.now == timedelta(minutes=2)


async def test_a_server_error_is_neither_a_refusal_nor_a_good_answer(fetcher, open_site, answer, clock, keep) -> None:
    site = await open_site({"/": answer(status="429 Too Many"), "/broken": answer(status="500 Oops")})
    clock.now = (await fetcher.fetch(Request(site.url()))).retry_at
    broken = await fetcher.fetch(Request(site.url("/broken")))
    assert broken.retry_at is None
    assert len(keep.values) == 1


async def test_a_redirect_to_a_resting_host_is_not_followed(fetcher, open_site, answer) -> None:
    tired = await open_site({"/": answer(status="429 Too Many", Retry_After="60")})
    site = await open_site({"/": answer(status="302 Found", Location=tired.url())})
    assert (await fetcher.fetch(Request(site.url()))).status == 429
    with pytest.raises(RestingError):
        await fetcher.fetch(Request(site.url()))
    assert (len(site.seen), len(tired.seen)) == (2, 1)


@pytest.mark.parametrize(
    "kept",
    [
        "x",
        5,
        [],
        {},
        {"until": 5},
        {"until": "never"},
        {"until": "2012-07-21T13:00:00"},
        {"until": "2012-07-01T00:00:00Z"},
    ],
)
async def test_a_kept_rest_that_cannot_be_read_is_none(open_fetcher, open_site, answer, keep, kept) -> None:
    site = await open_site({"/": answer(b"x")})
    keep.values[f"127.0.0.1:{site.port}", "rest"] = kept
    assert (await open_fetcher().fetch(Request(site.url()))).body == b"x"


async def test_a_kept_rest_is_never_longer_than_a_day(open_fetcher, open_site, keep, clock) -> None:
    site = await open_site()
    keep.values[f"127.0.0.1:{site.port}", "rest"] = {"until": "2099-01-01T00:00:00+00:00", "strikes": 1}
    with pytest.raises(RestingError) as caught:
        await open_fetcher().fetch(Request(site.url()))
    assert caught.value.until == clock.now + DAY


async def test_the_database_is_asked_once_for_a_host(fetcher, open_site, answer, keep) -> None:
    site = await open_site({"/": answer(b"x")})
    for _ in range(5):
        await fetcher.fetch(Request(site.url()))
    assert keep.loads == 1


async def test_thousands_of_hosts_are_forgotten_in_memory_but_their_rests_are_not(keep, clock) -> None:
    rests = Rests(keep, clock)
    await rests.refused("tired.test", "3600")
    for n in range(5000):
        await rests.check(f"host-{n}.test")
    assert len(rests._known) == 4096
    with pytest.raises(RestingError):
        await rests.check("tired.test")


async def test_an_answer_that_was_on_its_way_does_not_end_a_rest(keep, clock) -> None:
    rests = Rests(keep, clock)
    await rests.refused("tired.test", "3600")
    await rests.answered("tired.test")
    with pytest.raises(RestingError):
        await rests.check("tired.test")


async def test_refusals_of_one_moment_count_once_and_the_longest_holds(keep, clock) -> None:
    rests = Rests(keep, clock)
    until = await rests.refused("tired.test", "3600")
    assert await rests.refused("tired.test", "60") == until
    assert keep.values["tired.test", "rest"]["strikes"] == 1
