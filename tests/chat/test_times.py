from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.times import ago, told
from bot.locales import phrases

MOMENT = datetime(2012, 7, 21, 3, 51, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-60, "just now"),
        (4, "just now"),
        (30, "30 sec ago"),
        (119, "119 sec ago"),
        (120, "2 min ago"),
        (7199, "119 min ago"),
        (7200, "2 hr ago"),
        (172_799, "47 hr ago"),
        (172_800, "2 days ago"),
    ],
)
def test_how_long_ago(seconds, words):
    assert ago(MOMENT, MOMENT + timedelta(seconds=seconds), phrases("en")) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "21 Jul 2012, 11:51 UTC+8 (3 min ago)"),
        ("zh", "2012年7月21日 11:51 UTC+8（3分钟前）"),
        ("zh-TW", "2012年7月21日 11:51 UTC+8（3 分鐘前）"),
    ],
)
def test_both_together(language, words):
    assert told(MOMENT, 480, MOMENT + timedelta(minutes=3), phrases(language)) == words
