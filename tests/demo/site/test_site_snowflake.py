from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.site.snowflake import bid_of, mid_of, mid_of_bid, time_of
from bot.demo.site.weibo import WeiboPost, WeiboState


@pytest.mark.parametrize(
    ("mid", "bid"),
    [
        ("5073209014095008", "OuIv3hbiw"),
        ("5347399807533369", "RjT5ivBLX"),
        ("3501756485200075", "z0JH2lOMb"),
    ],
)
def test_known_ids_turn_into_their_short_form_and_back(mid, bid):
    assert bid_of(mid) == bid
    assert mid_of_bid(bid) == mid


def test_a_mid_carries_its_second():
    when = datetime(2026, 7, 21, 3, 51, 7, tzinfo=UTC)
    assert time_of(mid_of(when, 4_000_000)) == when


def test_new_ids_grow_even_when_the_clock_goes_back(clock):
    state = WeiboState(clock)
    mids = []
    for step in (0, 0, 1, -30, 0, 60):
        clock.advance(step)
        mids.append(int(state.new_mid()))
    assert mids == sorted(set(mids))


def test_an_id_of_the_past_carries_the_past(clock):
    state = WeiboState(clock)
    then = clock() - timedelta(hours=5)
    first = state.add(WeiboPost(state.new_mid(then), "1", "a"))
    second = state.new_mid(then)
    assert first != second
    assert time_of(first) == time_of(second) == then
    assert int(state.new_mid()) > int(second)
