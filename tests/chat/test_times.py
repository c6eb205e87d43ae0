from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.times import ago, on_the_clock, told
from bot.locales import phrases

MOMENT = datetime(2012, 7, 21, 3, 51, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-60, "just now"),
        (4, "just now"),
        (30, "30 s ago"),
        (119, "119 s ago"),
        (120, "2 min ago"),
        (7199, "119 min ago"),
        (7200, "2 h ago"),
        (172_799, "47 h ago"),
        (172_800, "2 d ago"),
    ],
)
def test_how_long_ago(seconds, words):
    assert ago(MOMENT, MOMENT + timedelta(seconds=seconds), phrases("en")) == words


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (None, "2012-07-21 03:51 UTC"),
        (0, "2012-07-21 03:51 UTC"),
        (480, "2012-07-21 11:51 UTC+8"),
        (345, "2012-07-21 09:36 UTC+5:45"),
        (-210, "2012-07-21 00:21 UTC-3:30"),
        (100_000, "2012-07-21 03:51 UTC"),
    ],
)
def test_the_agencys_own_clock(offset, words):
    assert on_the_clock(MOMENT, offset) == words


def test_both_together_in_chinese():
    assert told(MOMENT, 480, MOMENT + timedelta(minutes=3), phrases("zh")) == "2012-07-21 11:51 UTC+8 (3 分钟前)"
