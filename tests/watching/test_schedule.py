"""When an account is looked at next: faster while it speaks, slower while it is silent, within its kind's bounds."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.face import Pace
from bot.watching.schedule import RECENT, after_failure, jittered, next_interval, with_override

PACE = Pace(default=600, floor=180, ceiling=1800, promise=3600)
NOW = datetime(2012, 7, 21, 4, 0, tzinfo=UTC)


def looks(interval: float, count: int, *, news: bool, last_post_at: datetime | None = None) -> float:
    for _ in range(count):
        interval = next_interval(PACE, interval, news=news, last_post_at=NOW if news else last_post_at, now=NOW)
    return interval


def test_in_a_storm_it_is_looked_at_twice_as_often_down_to_the_floor():
    assert looks(600, 1, news=True) == 300
    assert looks(600, 5, news=True) == PACE.floor


def test_the_first_word_after_a_long_silence_brings_it_below_the_usual_interval_at_once():
    assert looks(PACE.ceiling, 1, news=True) == PACE.default / 2


def test_a_silent_account_is_looked_at_less_and_less_up_to_the_ceiling():
    assert 600 < looks(600, 1, news=False) < 700
    assert looks(600, 100, news=False) == PACE.ceiling


def test_who_spoke_within_hours_is_not_let_slower_than_usual():
    lately, long_ago = NOW - RECENT / 2, NOW - RECENT
    assert looks(180, 100, news=False, last_post_at=lately) == PACE.default
    assert looks(180, 100, news=False, last_post_at=long_ago) == PACE.ceiling


def test_failures_back_off_doubling_with_jitter_up_to_the_ceiling():
    waits = [after_failure(PACE, failures, random.Random(1)) for failures in range(1, 7)]
    assert 480 <= waits[0] <= 720
    assert 960 <= waits[1] <= 1440
    assert all(1440 <= wait <= 2160 for wait in waits[2:])
    assert len({after_failure(PACE, 1, random.Random(seed)) for seed in range(20)}) > 15


def test_a_page_that_is_forbidden_or_not_there_is_asked_for_less_and_less():
    waits = [after_failure(PACE, failures, random.Random(1), lasting=True) for failures in range(1, 12)]
    assert waits[:2] == [after_failure(PACE, failures, random.Random(1)) for failures in (1, 2)]
    assert 0.8 * 12 * PACE.ceiling <= waits[-1] <= 1.2 * 12 * PACE.ceiling


def test_a_fixed_interval_is_kept_and_its_failures_back_off_all_the_same():
    fixed = with_override(PACE, 7)
    assert looks(7, 3, news=True) == PACE.floor  # without the override
    assert next_interval(fixed, 7, news=True, last_post_at=NOW, now=NOW) == 7
    assert next_interval(fixed, 7, news=False, last_post_at=None, now=NOW) == 7
    assert after_failure(fixed, 10, random.Random(1)) > 7 * 4


def test_who_asks_but_once_a_day_does_not_promise_an_hour():
    assert with_override(PACE, 86_400).promise == 3 * 86_400
    assert with_override(PACE, 1).promise == PACE.promise
    assert with_override(PACE, None) == PACE


@pytest.mark.parametrize("seconds", [180.0, 600.0])
def test_every_interval_is_spread_by_a_tenth_and_never_under_the_floor(seconds):
    waits = [jittered(seconds, PACE.floor, random.Random(seed)) for seed in range(200)]
    assert all(max(PACE.floor, 0.9 * seconds) <= wait <= 1.1 * seconds for wait in waits)
    assert max(waits) - min(waits) > 0.05 * seconds


@given(
    st.floats(0, 1e6),
    st.booleans(),
    st.none() | st.timedeltas(timedelta(0), timedelta(days=999)),
    st.integers(1, 9999),
)
def test_whatever_happened_the_next_look_is_within_the_bounds(interval, news, silence, failures):
    last = None if silence is None else NOW - silence
    assert PACE.floor <= next_interval(PACE, interval, news=news, last_post_at=last, now=NOW) <= PACE.ceiling
    assert PACE.floor <= after_failure(PACE, failures, random.Random(failures)) <= 1.2 * PACE.ceiling
