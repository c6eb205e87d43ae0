from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.weibo.ids import bid_of, is_bid, is_mid, mid_of, time_of

VECTORS = [
    ("5073209014095008", "OuIv3hbiw"),
    ("5347399807533369", "RjT5ivBLX"),
    ("3501756485200075", "z0JH2lOMb"),
    ("4645748019299849", "Kjc77D1jz"),
]


@pytest.mark.parametrize(("mid", "bid"), VECTORS)
def test_a_mid_and_its_bid_name_the_same_post(mid, bid):
    assert bid_of(mid) == bid
    assert mid_of(bid) == mid


@given(st.integers(min_value=10**12, max_value=2**63 - 1).map(str))
def test_every_mid_survives_the_way_to_a_bid_and_back(mid):
    assert mid_of(bid_of(mid)) == mid


def test_a_mid_carries_the_second_in_which_it_was_given_out():
    written = datetime(2021, 6, 8, 1, 35, 4, tzinfo=UTC)
    assert abs((time_of("4645748019299849") - written).total_seconds()) <= 1


@pytest.mark.parametrize("text", ["", "12345", "1" * 20, "12a4567890123456", "１２３４５６７８９０", "-123456789"])
def test_what_is_no_number_of_a_post_is_no_mid(text):
    assert not is_mid(text)
    assert time_of(text) is None


@pytest.mark.parametrize("text", ["", "abc", "Kjc77D1j/", "../../etc", "0" * 13])
def test_what_has_other_letters_is_no_bid(text):
    assert not is_bid(text)
