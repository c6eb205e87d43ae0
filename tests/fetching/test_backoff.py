"""Pauses double with each failure in a row, up to the longest, in whichever unit they are given."""

from datetime import timedelta

import pytest

from bot.fetching.backoff import grown


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 5), (1, 5), (2, 10), (5, 80), (8, 640), (9, 900), (10**6, 900)]
)
def test_a_pause_doubles_up_to_the_longest(failures, seconds):
    assert grown(5.0, failures, 900.0) == seconds
    assert grown(timedelta(seconds=5), failures, timedelta(seconds=900)) == timedelta(seconds=seconds)
