"""Whose turn it is: the highest lane first, the oldest first within it, no lane starved, a busy chat left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.backlog import SHARE, Backlog
from bot.model.delivery import Lane
from bot.store.waiting import Head

NOW = datetime(2026, 7, 21, tzinfo=UTC)
ALL = frozenset(Lane)


def head(number, lane=Lane.ROUTINE, chat=None, at=NOW):
    chat = number if chat is None else chat
    return Head(number, chat, chat, lane, at)


@pytest.fixture
def backlog():
    return Backlog()


def taken(backlog, count, lanes=ALL, now=NOW):
    heads = []
    for _ in range(count):
        found = backlog.take(lanes, lambda _: None, now)
        if found is not None:
            backlog.free(found.chat_id)
            heads.append(found)
    return heads


def test_the_highest_lane_goes_first_and_the_oldest_within_it(backlog):
    backlog.add([head(1), head(2, Lane.URGENT), head(3, Lane.EXTREME), head(4, Lane.URGENT), head(5)], NOW)
    assert [h.delivery_id for h in taken(backlog, 9)] == [3, 2, 4, 1, 5]


def test_no_lane_starves_under_an_endless_storm(backlog):
    backlog.add([head(n, Lane.EXTREME) for n in range(1, 1001)], NOW)
    backlog.add([head(n, Lane.URGENT) for n in range(1001, 2001)], NOW)
    backlog.add([head(n) for n in range(2001, 3001)], NOW)
    lanes = [h.lane for h in taken(backlog, 10 * SHARE)]
    assert lanes.count(Lane.ROUTINE) >= 9
    assert lanes.count(Lane.URGENT) >= 9
    assert lanes.count(Lane.EXTREME) >= 10 * SHARE - 22


def test_a_lane_that_had_nothing_has_saved_up_no_turns(backlog):
    backlog.add([head(n, Lane.EXTREME) for n in range(1, 200)], NOW)
    taken(backlog, 100)
    backlog.add([head(500)], NOW)
    assert [h.lane for h in taken(backlog, SHARE - 1)] == [Lane.EXTREME] * (SHARE - 1)
    assert taken(backlog, 1)[0].lane is Lane.ROUTINE


def test_a_chat_that_must_wait_lets_others_pass_and_comes_back_in_time(backlog):
    backlog.add([head(1), head(2)], NOW)
    later = NOW + timedelta(seconds=5)
    found = backlog.take(ALL, lambda h: later if h.delivery_id == 1 else None, NOW)
    assert found.delivery_id == 2
    assert backlog.next_wake() == later
    assert backlog.take(ALL, lambda _: None, NOW) is None
    backlog.wake(later)
    assert backlog.take(ALL, lambda _: None, later).delivery_id == 1


def test_a_chat_with_a_request_on_its_way_is_left_alone_until_it_is_free(backlog):
    backlog.add([head(1, chat=7)], NOW)
    assert backlog.take(ALL, lambda _: None, NOW).delivery_id == 1
    backlog.add([head(2, Lane.EXTREME, chat=7), head(3, chat=8)], NOW)
    assert backlog.take(ALL, lambda _: None, NOW).delivery_id == 3
    assert backlog.take(ALL, lambda _: None, NOW) is None
    backlog.free(7)
    backlog.add([head(2, Lane.EXTREME, chat=7)], NOW)
    assert backlog.take(ALL, lambda _: None, NOW).delivery_id == 2


def test_a_delivery_that_was_lifted_into_a_higher_lane_goes_with_it_and_once(backlog):
    backlog.add([head(1), head(2)], NOW)
    backlog.add([head(2, Lane.EXTREME)], NOW)
    assert [h.delivery_id for h in taken(backlog, 5)] == [2, 1]


def test_only_the_lanes_that_are_asked_for_are_given(backlog):
    backlog.add([head(1), head(2, Lane.URGENT)], NOW)
    assert [h.delivery_id for h in taken(backlog, 5, lanes={Lane.ROUTINE})] == [1]
    assert [h.delivery_id for h in taken(backlog, 5)] == [2]


def test_what_is_not_due_rests_until_it_is(backlog):
    due = NOW + timedelta(minutes=1)
    backlog.add([head(1, at=due)], NOW)
    assert not backlog.is_ready()
    assert backlog.next_wake() == due
    backlog.wake(due)
    assert [h.delivery_id for h in taken(backlog, 2, now=due)] == [1]
    assert len(backlog) == 0


def test_how_many_heads_a_lane_has_is_counted_as_they_come_and_go(backlog):
    backlog.add([head(1), head(2), head(3)], NOW)
    backlog.add([head(1, Lane.EXTREME)], NOW)
    assert [backlog.known(lane) for lane in Lane] == [1, 0, 2]
    assert len(taken(backlog, 3)) == 3
    assert [backlog.known(lane) for lane in Lane] == [0, 0, 0]


def test_an_entry_left_over_from_an_earlier_filing_rings_nothing_before_its_time(backlog):
    backlog.add([head(1, at=NOW + timedelta(seconds=5))], NOW)
    backlog.add([head(1, Lane.EXTREME, at=NOW)], NOW)  # lifted: filed twice by now
    assert [h.delivery_id for h in taken(backlog, 1)] == [1]
    later = NOW + timedelta(seconds=30)
    backlog.add([head(1, Lane.EXTREME, at=later)], NOW)
    backlog.wake(NOW + timedelta(seconds=6))
    assert taken(backlog, 1, now=NOW + timedelta(seconds=6)) == []
    backlog.wake(later)
    assert [h.delivery_id for h in taken(backlog, 1, now=later)] == [1]
