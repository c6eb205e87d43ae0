"""What subscriptions want of their own is read back as it was kept."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.alert import Severity
from bot.model.manners import NOTHING_OWN, Own, Pause, Quiet, Telling, Way
from bot.store.manners import own_from_json, own_to_json

minutes = st.integers(0, 1439)
tellings = st.one_of(
    st.sampled_from([Telling(Way.ONCE), Telling(Way.SILENT), Telling(Way.HOURLY)]),
    st.builds(Telling, st.just(Way.DAILY), minutes),
    st.builds(Telling, st.just(Way.MOST), minutes, st.integers(1, 100)),
)
moments = st.integers(0, 10**9).map(lambda by: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=by * 999))
owns = st.builds(
    Own,
    st.none() | tellings,
    st.none() | st.builds(Quiet, minutes, minutes, st.sampled_from(list(Severity))),
    st.booleans(),
    st.none() | st.builds(Pause, moments, st.booleans()),
    st.lists(st.sampled_from(["hazard:rainstorm", "hazard:fog"]), max_size=3).map(tuple),
)


@given(owns)
def test_what_is_kept_is_read_back(own):
    assert own_from_json(own_to_json(own)) == own


def test_nothing_of_its_own_is_the_empty_text_which_queries_rely_on():
    assert own_to_json(NOTHING_OWN) == ""
    assert own_from_json("") == NOTHING_OWN


@pytest.mark.parametrize("kept", ['{"telling": "weekly 3"}', '{"colour": "red"}'])
def test_what_another_version_wrote_is_left_aside(kept):
    assert own_from_json(kept) == NOTHING_OWN
