from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from weibo_shapes import NOW

from bot.sources.weibo.dates import read_time


@pytest.mark.parametrize(
    ("text", "instant", "offset"),
    [
        ("Tue Jun 08 09:35:04 +0800 2021", datetime(2021, 6, 8, 1, 35, 4, tzinfo=UTC), 480),
        ("Sat Jul 21 11:51:00 +0800 2012", datetime(2012, 7, 21, 3, 51, tzinfo=UTC), 480),
        ("Fri Jan 01 00:00:00 -0330 2021", datetime(2021, 1, 1, 3, 30, tzinfo=UTC), -210),
        ("刚刚", datetime(2026, 7, 21, 3, 51, tzinfo=UTC), 480),
        ("30秒前", datetime(2026, 7, 21, 3, 50, 30, tzinfo=UTC), 480),
        ("5分钟前", datetime(2026, 7, 21, 3, 46, tzinfo=UTC), 480),
        ("2小时前", datetime(2026, 7, 21, 1, 51, tzinfo=UTC), 480),
        ("今天 09:30", datetime(2026, 7, 21, 1, 30, tzinfo=UTC), 480),
        ("昨天 23:10", datetime(2026, 7, 20, 15, 10, tzinfo=UTC), 480),
        ("07-20", datetime(2026, 7, 19, 16, 0, tzinfo=UTC), 480),
        ("07-20 08:15", datetime(2026, 7, 20, 0, 15, tzinfo=UTC), 480),
        ("2012-07-21", datetime(2012, 7, 20, 16, 0, tzinfo=UTC), 480),
        ("2012-07-21 11:51", datetime(2012, 7, 21, 3, 51, tzinfo=UTC), 480),
    ],
)
def test_every_way_in_which_weibo_writes_a_time_is_read(text, instant, offset):
    assert read_time(text, NOW) == (instant, offset)


def test_a_day_without_a_year_that_lies_ahead_is_last_years():
    assert read_time("12-31", NOW)[0] == datetime(2025, 12, 30, 16, 0, tzinfo=UTC)


def test_yesterday_is_yesterday_on_chinas_clock():
    just_after_midnight_in_beijing = datetime(2026, 7, 20, 16, 5, tzinfo=UTC)
    assert read_time("昨天 23:59", just_after_midnight_in_beijing)[0] == datetime(2026, 7, 20, 15, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "soon", "Tue Foo 08 09:35:04 +0800 2021", "Tue Jun 31 09:35:04 +0800 2021", "02-30", "今天 25:00"]
)
def test_what_is_no_time_is_none(text):
    assert read_time(text, NOW) is None


@given(st.text())
def test_no_text_makes_the_reader_of_times_fail(text):
    read = read_time(text, NOW)
    assert read is None or read[0].tzinfo is UTC
