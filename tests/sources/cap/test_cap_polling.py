"""A list is asked with validators, each linked alert once, and no error ever reads as "nothing in force"."""

import itertools
import json
from datetime import timedelta

import pytest

from bot.model.reason import Cause, Reason
from bot.sources.cap.gathering import LONGEST_PAUSE_S, MAX_FETCHED, MAX_PATIENT_TRIES, MAX_TRIES
from bot.sources.face import Broken, NothingNew, Posts, Presence, Refused


def names(outcome):
    return [post.alert.identifier for post in outcome.posts]


@pytest.fixture
def publish(publisher, alert, index):
    """Put these alerts on the site, and an index of them at /cap."""

    def put(*numbers: int, **headers: str) -> None:
        for number in numbers:
            publisher.put(
                f"/{number}.xml", alert(identifier=f"W{number}", sent=f"2026-07-21T03:{number % 60:02}:00Z")
            )
        publisher.put("/cap", index(*(f"/{number}.xml" for number in numbers)), **headers)

    return put


async def test_a_bare_alert_is_asked_with_validators(caps, cap_at, publisher, alert):
    publisher.put("/cap", alert(), ETag='"1"', Cache_Control="max-age=129600")
    outcome = await caps.poll(cap_at(), {})
    assert names(outcome) == ["A1"]
    assert outcome.memory["hint_s"] == 300  # an agency's cache of 36 hours is no reason to be late
    again = await caps.poll(cap_at(), outcome.memory)
    assert isinstance(again, NothingNew)
    assert again.memory is outcome.memory
    assert publisher.asked[-1][1]["if-none-match"] == '"1"'


async def test_the_alerts_of_an_index_are_fetched_in_order_of_sending(caps, cap_at, publish):
    publish(3, 1, 2)
    outcome = await caps.poll(cap_at(), {})
    assert names(outcome) == ["W1", "W2", "W3"]
    assert outcome.account.name == "Warnings"


async def test_a_known_alert_is_never_fetched_again(caps, cap_at, publisher, publish):
    publish(1)
    memory = (await caps.poll(cap_at(), {})).memory
    publish(2, 1)
    outcome = await caps.poll(cap_at(), memory)
    assert names(outcome) == ["W2"]
    assert publisher.paths.count("/1.xml") == 1
    publish(2)  # the first leaves the list and comes back
    memory = (await caps.poll(cap_at(), outcome.memory)).memory
    publish(2, 1)
    await caps.poll(cap_at(), memory)
    assert publisher.paths.count("/1.xml") == 1


async def test_entries_that_point_at_one_document_fetch_it_once(caps, cap_at, publisher, alert, index):
    publisher.put("/1.xml", alert())
    publisher.put("/cap", index("/1.xml", "/1.xml", "/1.xml"))
    assert names(await caps.poll(cap_at(), {})) == ["A1"]
    assert publisher.paths.count("/1.xml") == 1


async def test_an_index_that_says_304_costs_no_other_request(caps, cap_at, publisher, publish):
    publish(1, ETag='"1"')
    memory = (await caps.poll(cap_at(), {})).memory
    asked = len(publisher.asked)
    outcome = await caps.poll(cap_at(), memory)
    assert isinstance(outcome, NothingNew)
    assert outcome.memory is memory
    assert len(publisher.asked) == asked + 1


async def test_the_same_bytes_are_nothing_new(caps, cap_at, publish):
    publish(1)
    memory = (await caps.poll(cap_at(), {})).memory
    assert isinstance(await caps.poll(cap_at(), memory), NothingNew)


async def test_an_empty_index_is_nothing_in_force_and_leaving_it_is_no_cancel(caps, cap_at, publish):
    publish(1)
    memory = (await caps.poll(cap_at(), {})).memory
    publish()
    outcome = await caps.poll(cap_at(), memory)
    assert isinstance(outcome, Posts)
    assert outcome.posts == ()
    assert await caps.confirm(cap_at(), "anything") is Presence.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Maintenance</html>", b"<feed><entry>", b'{"alerts": []}', b"<!DOCTYPE a><alerts/>", b"<other/>"],
)
async def test_an_error_is_never_an_empty_list(body, caps, cap_at, publisher):
    publisher.put("/cap", body, ETag='"broken"')
    outcome = await caps.poll(cap_at(), {"etag": '"good"', "sha": "x"})
    assert isinstance(outcome, Broken)
    assert outcome.why
    assert outcome.advice
    assert outcome.memory is None  # the validators of the last good list stay


async def test_alerts_beyond_a_poll_wait_for_the_next(caps, cap_at, publisher, publish):
    publish(0)
    memory = (await caps.poll(cap_at(), {})).memory
    publish(*range(50), ETag='"many"')
    first = await caps.poll(cap_at(), memory)
    assert len(first.posts) == MAX_FETCHED
    assert any("wait for the next look" in note for note in first.notes)
    second = await caps.poll(cap_at(), first.memory)  # though the list itself did not change
    assert len(first.posts) + len(second.posts) == 49
    assert len(set(publisher.paths)) == 51  # the index and fifty alerts
    assert isinstance(await caps.poll(cap_at(), second.memory), NothingNew)


async def test_what_lay_behind_the_first_look_is_history(caps, cap_at, publisher, publish):
    publish(*range(50))
    first = await caps.poll(cap_at(), {})
    assert len(first.posts) == MAX_FETCHED
    publish(*range(51))
    assert names(await caps.poll(cap_at(), first.memory)) == ["W50"]


async def test_one_bad_alert_does_not_stop_the_others_and_is_tried_a_few_times(
    caps, cap_at, publisher, publish, clock
):
    publish(1, 2)
    publisher.put("/1.xml", b"<alert>")
    outcome = await caps.poll(cap_at(), {})
    assert names(outcome) == ["W2"]
    assert any("/1.xml" in note for note in outcome.notes)
    for _ in range(MAX_TRIES - 1):
        clock.advance(3601)
        outcome = await caps.poll(cap_at(), outcome.memory)
    assert any("given up" in note for note in outcome.notes)
    clock.advance(3601)
    again = await caps.poll(cap_at(), outcome.memory)
    assert publisher.paths.count("/1.xml") == MAX_TRIES
    # what was given up stays visible for as long as the list names it
    assert [each.lacking for each in (outcome, again)] == [Reason(Cause.ALERTS_MISSING, {"count": "1"})] * 2
    publish(2)
    assert (await caps.poll(cap_at(), again.memory)).lacking is None


async def test_an_alert_that_is_listed_and_not_there_yet_is_asked_for_for_hours_and_told(
    caps, cap_at, publisher, publish, clock, alert, reply
):
    publish(1)
    memory = (await caps.poll(cap_at(), {})).memory
    publish(1, 2)
    publisher.replies["/2.xml"] = reply(status=404)  # the list is ahead of its CDN
    waited, asked = 0, []
    outcome = await caps.poll(cap_at(), memory)
    # the list itself is a good answer: the other alerts on it are in time, and nobody is told that it is blind
    assert isinstance(outcome, Posts)
    assert outcome.lacking == Reason(Cause.ALERTS_MISSING, {"count": "1"})
    while waited < 3 * 3600:
        clock.advance(caps.pace.default)
        waited += caps.pace.default
        before = publisher.paths.count("/2.xml")
        outcome = await caps.poll(cap_at(), outcome.memory)
        if publisher.paths.count("/2.xml") > before:
            asked.append(waited)
    pauses = [later - earlier for earlier, later in itertools.pairwise([0, *asked])]
    assert pauses[:5] == [60, 60, 120, 240, 480]
    assert max(pauses) <= LONGEST_PAUSE_S + caps.pace.default
    assert outcome.lacking is not None  # three hours later it is neither forgotten nor given up
    publisher.put("/2.xml", alert(identifier="W2"))
    clock.advance(LONGEST_PAUSE_S)
    outcome = await caps.poll(cap_at(), outcome.memory)
    assert names(outcome) == ["W2"]
    assert outcome.lacking is None


async def test_what_lacks_is_told_also_when_the_list_did_not_change(caps, cap_at, publisher, publish, clock):
    publish(1, 2, ETag='"same"')
    publisher.put("/2.xml", b"<alert>")
    outcome = await caps.poll(cap_at(), {})
    for _ in range(MAX_TRIES):
        clock.advance(3601)
        outcome = await caps.poll(cap_at(), outcome.memory)
    assert isinstance(outcome, NothingNew)
    assert outcome.lacking == Reason(Cause.ALERTS_MISSING, {"count": "1"})


async def test_a_bad_alert_that_is_mended_is_read_though_the_list_did_not_change(
    caps, cap_at, publisher, publish, alert
):
    publish(1, 2, ETag='"same"')
    publisher.put("/1.xml", b"<alert>")
    outcome = await caps.poll(cap_at(), {})
    publisher.put("/1.xml", alert(identifier="W1"))
    outcome = await caps.poll(cap_at(), outcome.memory)
    assert names(outcome) == ["W1"]
    assert "tries" not in outcome.memory


async def test_when_no_new_alert_can_be_read_the_source_is_broken(caps, cap_at, publisher, publish):
    publish(1, 2)
    publisher.put("/1.xml", b"oops", 500)
    publisher.put("/2.xml", b"<html></html>")
    outcome = await caps.poll(cap_at(), {})
    assert isinstance(outcome, Broken)
    assert "none of its 2 new alerts" in outcome.why
    assert outcome.reason == Reason(Cause.ALERTS_MISSING, {"count": "2"})


async def test_an_alert_whose_host_is_at_fault_is_tried_for_hours_with_growing_pauses(
    caps, cap_at, publisher, publish, clock
):
    publish(1, 2)
    publisher.put("/1.xml", b"", 500)
    outcome = await caps.poll(cap_at(), {})
    asked = publisher.paths.count("/1.xml")
    outcome = await caps.poll(cap_at(), outcome.memory)
    assert publisher.paths.count("/1.xml") == asked  # not yet
    assert isinstance(outcome, Posts)
    for _ in range(MAX_PATIENT_TRIES + 3):
        clock.advance(3601)
        outcome = await caps.poll(cap_at(), outcome.memory)
    assert publisher.paths.count("/1.xml") == MAX_PATIENT_TRIES


async def test_a_host_that_asks_for_rest_ends_the_fetching_and_loses_nothing(
    caps, cap_at, publisher, publish, clock, alert
):
    publish(*range(1, 9))
    publisher.put("/8.xml", b"", 429, Retry_After="60")
    outcome = await caps.poll(cap_at(), {})
    got = names(outcome) if isinstance(outcome, Posts) else []
    assert len(got) < 8
    clock.advance(61)
    publisher.put("/8.xml", alert(identifier="W8"))
    again = await caps.poll(cap_at(), outcome.memory)
    assert sorted(got + names(again)) == [f"W{n}" for n in range(1, 9)]


async def test_a_list_that_is_refused_is_refused(caps, cap_at, publisher, clock):
    publisher.put("/cap", b"", 503, Retry_After="90")
    outcome = await caps.poll(cap_at(), {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(seconds=90)


async def test_an_alert_larger_than_two_mebibytes_is_not_read(caps, cap_at, publisher, publish):
    publish(1, 2)
    publisher.put("/1.xml", b"<alert>" + b" " * (2 * 1024 * 1024) + b"</alert>")
    outcome = await caps.poll(cap_at(), {})
    assert names(outcome) == ["W2"]
    assert any("/1.xml" in note for note in outcome.notes)


async def test_a_link_to_another_list_or_a_private_address_is_not_followed_far(
    caps, cap_at, publisher, publish, index
):
    publish(1)
    publisher.put("/cap", index("/1.xml", "/loop").replace(publisher.url("/loop"), "http://10.0.0.1/metadata"))
    outcome = await caps.poll(cap_at(), {})
    assert names(outcome) == ["W1"]
    assert any("10.0.0.1" in note for note in outcome.notes)
    publisher.put("/cap", index("/1.xml", "/cap"))
    outcome = await caps.poll(cap_at(), {})
    assert any("another list" in note for note in outcome.notes)


async def test_inline_alerts_need_no_request(caps, cap_at, publisher, recorded_cap):
    publisher.put("/cap", recorded_cap("index.atom").replace(b"https://weather.example", b"http://127.0.0.1:1"))
    outcome = await caps.poll(cap_at(), {})
    assert names(outcome) == ["w-1"]


async def test_the_memory_of_a_large_index_stays_small(caps, cap_at, publisher, publish):
    publish(*range(1200))
    outcome = await caps.poll(cap_at(), {})
    assert len(json.dumps(outcome.memory)) < 12 * 1024


def test_names_of_alerts_are_proof_and_its_pace_is_the_agreed_one(caps):
    assert not caps.ids_may_churn
    assert (caps.pace.default, caps.pace.floor, caps.pace.ceiling, caps.pace.promise) == (60, 30, 300, 900)
