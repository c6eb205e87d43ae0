"""What people type of times, spans and ways: understood in any digits and widths, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.typed import (
    clock_of,
    hazards_of,
    minute_of,
    numbered_in_front,
    pause_of,
    plain,
    quiet_of,
    severity_of,
    way_of,
)
from bot.model.alert import Severity
from bot.model.manners import Pause, Quiet, Telling, Way

NOW = datetime(2026, 11, 28, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("22:00-07:00", (Quiet(1320, 420), "")),
        ("22-7", (Quiet(1320, 420), "")),
        ("22.30 – 6.15", (Quiet(1350, 375), "")),
        ("２２：００～０７：００", (Quiet(1320, 420), "")),
        ("٢٢:٠٠-٠٧:٠٠", (Quiet(1320, 420), "")),
        ("22:00 to 07:00 extreme", (Quiet(1320, 420, Severity.EXTREME), "")),
        (
            "22:00-07:00 Moderate America/Port-au-Prince",
            (Quiet(1320, 420, Severity.MODERATE), "America/Port-au-Prince"),
        ),
        ("22:00-07:00 new york", (Quiet(1320, 420), "new york")),
        ("22:00-22:00", None),
        ("24:00-07:00", None),
        ("22:60-07:00", None),
        ("22:00", None),
        ("", None),
        ("night", None),
        ("22:00-07:00-09:00", None),
    ],
)
def test_quiet_hours(typed, expected):
    assert quiet_of(typed) == expected


@pytest.mark.parametrize(
    ("typed", "until", "whole"),
    [
        ("2h", NOW + timedelta(hours=2), False),
        ("30 min", NOW + timedelta(minutes=30), False),
        ("3d", NOW + timedelta(days=3), False),
        ("all 2h", NOW + timedelta(hours=2), True),
        ("2h all", NOW + timedelta(hours=2), True),
        ("until 18:00", datetime(2026, 11, 29, 10, tzinfo=UTC), False),
        ("until 03:00", datetime(2026, 11, 28, 19, tzinfo=UTC), False),
        ("UNTIL 2026-12-01", datetime(2026, 11, 30, 16, tzinfo=UTC), False),
        ("until 2026-12-01 08:30 all", datetime(2026, 12, 1, 0, 30, tzinfo=UTC), True),
    ],
)
def test_a_pause_by_the_clock_of_beijing(typed, until, whole):
    assert pause_of(typed, "Asia/Shanghai", NOW) == Pause(until, whole)


@pytest.mark.parametrize(
    "typed",
    ["", "all", "until", "0h", "9999d", "61d", "until 2026-11-01", "until 2026-02-30", "until 9999-12-31", "2h 3h", "soon",
     "until 2026-12-01 25:00", "-2h", "until 0000-01-01"],
)  # fmt: skip
def test_no_pause(typed):
    assert pause_of(typed, "Asia/Shanghai", NOW) is None


@pytest.mark.parametrize(
    ("typed", "way"),
    [
        ("once", Telling()),
        ("Silent", Telling(Way.SILENT)),
        ("hourly", Telling(Way.HOURLY)),
        ("daily", Telling(Way.DAILY, 480)),
        ("daily 21:30", Telling(Way.DAILY, 1290)),
        ("max 5", Telling(Way.MOST, 1200, 5)),
        ("max ٥ ٢١", Telling(Way.MOST, 1260, 5)),
        ("max 0", None),
        ("max 101", None),
        ("max 5 25:00", None),
        ("max 5 20:00 21:00", None),
        ("daily 8 9", None),
        ("daily soon", None),
        ("weekly", None),
        ("", None),
    ],
)
def test_a_way(typed, way):
    assert way_of(typed) == way


def test_hazards_and_severities_in_any_language():
    assert {hazards_of(each) for each in ("rainstorm", "暴雨", "ливень")} == {hazards_of("暴雨")}
    assert hazards_of("rainstorm") is not None
    assert hazards_of("dragons") is None
    assert {severity_of(each) for each in ("severe", "SEVERE", "严重")} == {Severity.SEVERE}
    assert severity_of("berlin") is None


def test_a_time_is_read_back_as_it_is_shown():
    assert all(minute_of(clock_of(minute)) == minute for minute in range(1440))
    assert plain("  ＡＢ　 ٣ ") == "ab 3"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2", (2, "")),
        (" 2\n 22-7 ", (2, "22-7")),
        ("٢ 2h", (2, "2h")),
        ("২ 2h", (2, "2h")),
        ("२ 2h", (2, "2h")),
        ("๒ 2h", (2, "2h")),
        ("0002 2h", (2, "2h")),
        ("9999 2h", (9999, "2h")),
        ("10000 2h", None),
        ("-1 2h", None),
        ("+1 2h", None),
        ("1_0 2h", None),
        ("2h", None),
        ("፩ 2h", None),
        ("二 2h", None),
        ("", None),
    ],
)
def test_a_number_in_front(typed, expected):
    assert numbered_in_front(typed) == expected


def test_digits_that_are_no_decimal_ones_are_no_number_of_messages():
    assert way_of("max ፩") is None
