"""Whether a post may come now, for any manners and any moment: nothing rings that should not, and nothing waits for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.manners import (
    Coming,
    Ruling,
    free_from,
    is_paused,
    is_quiet,
    loudest,
    paused_until,
    rank_of,
    rings,
    rule,
)
from bot.model.alert import Severity
from bot.model.delivery import Lane
from bot.model.manners import Effective, Manners, Own, Pause, Quiet, Telling, Way, effective, telling

NIGHT = Manners("Europe/Berlin", quiet=Quiet(22 * 60, 7 * 60))
ZONES = (
    "Europe/Berlin",
    "Asia/Shanghai",
    "America/New_York",
    "Australia/Lord_Howe",
    "UTC+8",
    "Asia/Kolkata",
    "UTC-3:30",
)
MODERATE, SEVERE, EXTREME = (Severity.MODERATE.rank, Severity.SEVERE.rank, Severity.EXTREME.rank)


def at(*when):
    return datetime(*when, tzinfo=UTC)


moments = st.integers(0, 4 * 366 * 1440).map(lambda by: at(2024, 1, 1) + timedelta(minutes=by, seconds=by % 60))
minutes = st.integers(0, 1439)
severities = st.sampled_from([each for each in Severity if each is not Severity.UNKNOWN])
quiets = (
    st.tuples(minutes, minutes, severities).filter(lambda each: each[0] != each[1]).map(lambda each: Quiet(*each))
)
tellings = st.one_of(
    st.sampled_from([Telling(Way.ONCE), Telling(Way.SILENT), Telling(Way.HOURLY)]),
    st.builds(Telling, st.just(Way.DAILY), minutes),
    st.builds(Telling, st.just(Way.MOST), minutes, st.integers(1, 100)),
)


@st.composite
def situations(draw):
    now = draw(moments)
    pauses = st.builds(
        Pause, st.timedeltas(-timedelta(days=2), timedelta(days=60)).map(lambda by: now + by), st.booleans()
    )
    manners = Manners(
        draw(st.sampled_from(ZONES)), draw(tellings), draw(st.none() | quiets), draw(st.none() | pauses)
    )
    return manners, draw(st.integers(0, 4)), now, draw(st.integers(0, 120))


@given(situations())
def test_nothing_rings_that_a_pause_or_the_hour_keeps_back_and_what_is_extreme_passes_all_but_a_whole_pause(given_so):
    manners, rank, now, rung = given_so
    ruling = rule(effective(manners), rank, now, rung)
    whole = manners.pause is not None and manners.pause.whole and manners.pause.until > now
    if rank == EXTREME:
        assert (ruling.coming is Coming.RINGS) is not whole
    elif is_paused(effective(manners), rank, now) or is_quiet(effective(manners), rank, now):
        assert ruling.coming is Coming.LATER
    elif rank >= SEVERE:
        assert ruling.coming in {Coming.RINGS, Coming.SILENTLY}


@given(situations())
def test_whatever_waits_is_due_at_a_moment_to_come_at_which_nothing_keeps_it_back(given_so):
    manners, rank, now, rung = given_so
    ruling = rule(effective(manners), rank, now, rung)
    if ruling.coming is not Coming.LATER:
        assert ruling.until is None
        return
    assert ruling.until > now
    assert not is_paused(effective(manners), rank, ruling.until)
    assert not is_quiet(effective(manners), rank, ruling.until)
    pause = manners.pause.until if manners.pause is not None else now
    # a day's digest, a night, and an hour twice
    assert ruling.until <= max(pause, now) + timedelta(hours=51)


@given(st.sampled_from(ZONES), quiets, moments)
def test_quiet_hours_are_those_of_the_readers_clock(zone, quiet, now):
    """Judged by what the clock shows, in zones and days whose clock is not changed within a day."""
    if zone.startswith("UTC"):
        return
    local = now.astimezone(ZoneInfo(zone))
    if any(
        (now + timedelta(hours=by)).astimezone(ZoneInfo(zone)).utcoffset() != local.utcoffset() for by in (-26, 26)
    ):
        return
    shown = local.hour * 60 + local.minute
    if quiet.begins < quiet.ends:
        expected = quiet.begins <= shown < quiet.ends
    else:
        expected = shown >= quiet.begins or shown < quiet.ends
    assert is_quiet(effective(Manners(zone, quiet=quiet)), 0, now) is (
        expected and quiet.least is not Severity.UNKNOWN
    )


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        # an hour that is left out, and one that is there twice
        (at(2026, 3, 29, 0, 30), at(2026, 3, 29, 5)),
        (at(2026, 10, 25, 0, 30), at(2026, 10, 25, 6)),
        (at(2026, 7, 1, 19, 59), None),
        (at(2026, 7, 1, 20), at(2026, 7, 2, 5)),
        (at(2026, 7, 2, 5), None),
    ],
)
def test_a_night_ends_by_the_clock_whatever_was_done_to_it(now, ends):
    ruling = rule(effective(NIGHT), MODERATE, now)
    assert (ruling.until, ruling.coming) == ((ends, Coming.LATER) if ends else (None, Coming.RINGS))


@pytest.mark.parametrize("fold", [0, 1])
def test_quiet_hours_that_end_within_an_hour_that_is_there_twice_end_once(fold):
    manners = Manners("Europe/Berlin", quiet=Quiet(22 * 60, 2 * 60 + 30))
    now = datetime(2026, 10, 25, 2, 15, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold).astimezone(UTC)
    assert is_quiet(effective(manners), 0, now) is (fold == 0)


def test_quiet_hours_within_an_hour_that_is_left_out_are_no_longer_than_nothing():
    manners = Manners("Europe/Berlin", quiet=Quiet(2 * 60 + 30, 3 * 60))
    assert [
        is_quiet(effective(manners), 0, at(2026, 3, 29, 0, 45) + timedelta(minutes=by)) for by in (0, 15, 30, 60)
    ] == [False] * 4


def test_the_severity_that_passes_is_the_readers_choice():
    only_extreme = Manners("UTC", quiet=Quiet(22 * 60, 7 * 60, Severity.EXTREME))
    from_minor = Manners("UTC", quiet=Quiet(22 * 60, 7 * 60, Severity.MINOR))
    night = at(2026, 7, 1, 23)
    coming = [
        rule(effective(manners), rank, night).coming
        for manners in (only_extreme, from_minor)
        for rank in (0, 1, 3, 4)
    ]
    assert coming == [Coming.LATER, Coming.LATER, Coming.LATER, Coming.RINGS, Coming.LATER, *[Coming.RINGS] * 3]


@pytest.mark.parametrize(
    ("way", "rank", "rung", "expected"),
    [
        (Telling(Way.SILENT), SEVERE, 0, Ruling(Coming.SILENTLY)),
        (Telling(Way.SILENT), EXTREME, 0, Ruling(Coming.RINGS)),
        (Telling(Way.HOURLY), MODERATE, 0, Ruling(Coming.LATER, at(2026, 7, 1, 12, 30), "held back: for the digest")),
        (Telling(Way.HOURLY), SEVERE, 0, Ruling(Coming.RINGS)),
        (Telling(Way.DAILY, 8 * 60), 0, 0, Ruling(Coming.LATER, at(2026, 7, 2, 2, 30), "held back: for the digest")),
        (Telling(Way.MOST, 20 * 60, 3), 0, 2, Ruling(Coming.RINGS)),
        (
            Telling(Way.MOST, 20 * 60, 3),
            0,
            3,
            Ruling(Coming.LATER, at(2026, 7, 1, 14, 30), "held back: enough for today"),
        ),
        (Telling(Way.MOST, 20 * 60, 3), SEVERE, 99, Ruling(Coming.RINGS)),
    ],
)
def test_each_way_by_a_clock_half_an_hour_beside_the_others(way, rank, rung, expected):
    assert rule(effective(Manners("Asia/Kolkata", way)), rank, at(2026, 7, 1, 12, 10), rung) == expected


def test_a_digest_that_would_come_in_quiet_hours_comes_when_they_end():
    manners = Manners("UTC", Telling(Way.DAILY, 23 * 60), Quiet(22 * 60, 7 * 60))
    assert rule(effective(manners), 0, at(2026, 7, 1, 12)).until == at(2026, 7, 2, 7)


def test_what_passes_quiet_hours_need_not_wait_for_their_end_after_a_pause():
    manners = Manners("UTC", quiet=Quiet(22 * 60, 7 * 60), pause=Pause(at(2026, 7, 1, 23), whole=True))
    now = at(2026, 7, 1, 20)
    assert free_from(effective(manners), now, EXTREME) == at(2026, 7, 1, 23)
    assert free_from(effective(manners), now, MODERATE) == at(2026, 7, 2, 7)


def test_of_several_rulings_the_loudest_counts():
    now = at(2026, 7, 1, 12)
    sooner, later = Ruling(Coming.LATER, now + timedelta(hours=1)), Ruling(Coming.LATER, now + timedelta(days=1))
    rings_now, silently, never = Ruling(Coming.RINGS), Ruling(Coming.SILENTLY), Ruling(Coming.NEVER)
    order = [rings_now, silently, sooner, later, never]
    for place, expected in enumerate(order):
        assert loudest(reversed(order[place:]), now) == expected


def test_what_a_subscription_wants_of_its_own_goes_before_what_its_place_wants():
    place = Manners("UTC", Telling(Way.HOURLY), Quiet(0, 60), muted=("hazard:gale",))
    assert effective(place) == Effective("UTC", Telling(Way.HOURLY), Quiet(0, 60), (), ("hazard:gale",))
    own = Own(Telling(Way.ONCE), Quiet(60, 120), muted=("hazard:fog",))
    assert effective(place, own) == Effective(
        "UTC", Telling(Way.ONCE), Quiet(60, 120), (), ("hazard:gale", "hazard:fog")
    )
    assert effective(place, Own(restless=True)).quiet is None


@given(situations(), situations())
def test_a_pause_of_its_own_stands_besides_that_of_the_place_and_the_longer_of_those_that_hold_counts(one, other):
    place, rank, now, _ = one
    pause = other[0].pause and replace(other[0].pause, until=now + (other[0].pause.until - other[2]))
    both = effective(place, Own(pause=pause))
    alone = [effective(Manners(place.zone, pause=each)) for each in (place.pause, pause)]
    until = [found for each in alone if (found := paused_until(each, rank, now)) is not None]
    assert paused_until(both, rank, now) == max(until, default=None)
    assert free_from(both, now, rank) >= max([free_from(effective(place), now, rank), *until])


def test_rows_of_before_severities_were_kept_are_as_grave_as_their_lane():
    assert [rank_of(0, lane) for lane in Lane] == [EXTREME, SEVERE, 0]
    assert rank_of(MODERATE, Lane.ROUTINE) == MODERATE


def test_what_comes_in_any_case_makes_no_sound_at_night_nor_where_silence_or_a_digest_was_asked_for():
    noon = at(2026, 7, 1, 12)
    assert not rings(effective(NIGHT), 0, at(2026, 7, 1, 23))
    assert rings(effective(NIGHT), SEVERE, at(2026, 7, 1, 23))
    assert rings(effective(NIGHT), 0, noon)
    silent = Telling(Way.SILENT)
    assert [rings(effective(Manners("UTC", silent)), rank, noon) for rank in (0, SEVERE, EXTREME)] == [
        False,
        False,
        True,
    ]
    for digest in (Telling(Way.DAILY), Telling(Way.HOURLY), Telling(Way.MOST, 0, 5)):
        assert [rings(effective(Manners("UTC", digest)), rank, noon) for rank in (0, MODERATE, SEVERE)] == [
            False,
            False,
            True,
        ]
    paused = Manners("UTC", pause=Pause(at(2026, 7, 2)))
    assert [rings(effective(paused), rank, noon) for rank in (SEVERE, EXTREME)] == [False, True]


@given(tellings)
def test_a_way_is_read_back_as_it_was(way):
    expected = way if way.way in {Way.DAILY, Way.MOST} else Telling(way.way)
    assert telling(way.spelt()) == expected
    assert len(way.spelt()) <= 16


@pytest.mark.parametrize("spelt", ["", "weekly 3", "daily", "daily x", "most 5", "once 3"])
def test_what_another_version_wrote_is_no_way(spelt):
    assert telling(spelt) is None
