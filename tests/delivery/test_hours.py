"""An hour by a clock that a reader names: zones and offsets, short and long nights, and nothing that is none."""

from datetime import UTC, datetime

import pytest

from bot.delivery.hours import next_time, offset_name, zone_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" asia/shanghai ", "Asia/Shanghai"),
        ("america/new_york", "America/New_York"),
        ("UTC", "UTC"),
        ("z", "UTC"),
        ("UTC+8", "UTC+8"),
        ("+08:00", "UTC+8"),
        ("gmt-3:30", "UTC-3:30"),
        ("UTC+0", "UTC"),
        ("+14", "UTC+14"),
    ],
)
def test_a_zone_is_known_by_its_name_or_its_distance(typed, kept):
    assert zone_name(typed) == kept
    assert zone_name(kept) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "Berlin", "Europe/Berlim", "../../etc/passwd", "/etc/localtime", "UTC+15", "+8:75", "8", "x" * 200, "a\0b"],
)
def test_what_is_no_zone_is_none(typed):
    assert zone_name(typed) == ""


@pytest.mark.parametrize(("minutes", "name"), [(0, "UTC"), (480, "UTC+8"), (-210, "UTC-3:30"), (345, "UTC+5:45")])
def test_an_offset_has_the_name_by_which_it_is_known(minutes, name):
    assert offset_name(minutes) == name
    assert zone_name(name) == name


@pytest.mark.parametrize(
    ("hour", "zone", "after", "due"),
    [
        (8, "UTC+8", "2026-07-21T00:00+00:00", "2026-07-22T00:00+00:00"),  # just past
        (8, "UTC+8", "2026-07-20T23:59+00:00", "2026-07-21T00:00+00:00"),
        (0, "UTC-5", "2026-07-21T04:00+00:00", "2026-07-21T05:00+00:00"),
        (8, "Europe/Berlin", "2026-03-28T08:00+00:00", "2026-03-29T06:00+00:00"),  # the night is an hour short
        (8, "Europe/Berlin", "2026-10-24T08:00+00:00", "2026-10-25T07:00+00:00"),  # … and an hour long
        (2, "Europe/Berlin", "2026-10-24T23:00+00:00", "2026-10-25T00:00+00:00"),  # twice that night: once
        (2, "Europe/Berlin", "2026-10-25T00:00+00:00", "2026-10-26T01:00+00:00"),
        (8, "Not/There", "2026-07-21T00:00+00:00", "2026-07-21T08:00+00:00"),
    ],
)
def test_the_next_time_is_by_that_clock(hour, zone, after, due):
    assert next_time(hour, zone, datetime.fromisoformat(after)) == datetime.fromisoformat(due).astimezone(UTC)


def test_an_hour_that_a_night_leaves_out_still_comes_once():
    after = datetime(2026, 3, 28, 12, tzinfo=UTC)
    due = next_time(2, "Europe/Berlin", after)
    assert after < due < next_time(2, "Europe/Berlin", due)
