"""USGS earthquakes: one name for an event whose id changes, revisions as edits, deletions asked for, no scenario real."""

import json
from datetime import UTC, datetime, timedelta

import listed
import pytest

from bot.model.alert import Certainty, Circle, MsgType, Severity, Status, Urgency
from bot.reading.relaying import lane_of, why_not_relayed
from bot.sources.face import Claim, Presence
from bot.sources.usgs import USGS
from bot.store.fingerprint import fingerprint

PATH = "/earthquakes/feed/v1.0/summary/2.5_day.geojson"
QUERY = "/fdsnws/event/1/query?eventid={}&includedeleted=true&format=geojson"
read = listed.reader(USGS)


@pytest.fixture
def usgs(publisher, open_fetcher, clock):
    return listed.on(publisher, open_fetcher, clock, USGS, PATH)


def answer(name: str) -> bytes:
    return listed.recorded(f"usgs/{name}.json")


def changed(name: str, **properties: object) -> bytes:
    body = json.loads(answer(name))
    body["features"][0]["properties"] |= properties
    return json.dumps(body).encode()


def newest(posts):
    return max(posts, key=lambda post: post.published)


async def test_the_ways_a_look_can_end(usgs):
    await listed.check_quiet_refused_and_broken(usgs, answer("first"), answer("none"))


async def test_an_earthquake_is_told_with_its_figures(usgs):
    usgs.put(answer("first"))
    quake = newest((await usgs.poll()).posts)
    assert quake.title == "M 6.1 - 12 km N of Napa, California"
    assert quake.text.splitlines() == [
        "Earthquake: magnitude 6.1 mww, depth 10.0 km",
        "Origin: 2026-07-21 03:40:00 UTC",
        "Computed automatically, not reviewed yet.",
        "In a region where tsunamis can arise: heed the tsunami centres (this is no tsunami warning).",
    ]
    assert quake.published == datetime(2026, 7, 21, 3, 40, tzinfo=UTC)  # milliseconds since 1970
    (hazard,) = quake.alert.hazards
    assert hazard.areas[0].circles == (Circle(38.8, -122.8, 0.0),)  # [longitude, latitude, depth]
    assert (hazard.certainty, hazard.urgency) == (Certainty.LIKELY, Urgency.UNKNOWN)
    assert why_not_relayed(quake, quake.published + timedelta(hours=1)) == ""
    assert quake.url == "https://earthquake.usgs.gov/earthquakes/eventpage/us7000qk1"


async def test_a_revision_under_another_id_is_an_edit_of_the_same_event(usgs):
    usgs.put(answer("first"))
    first = await usgs.poll()
    usgs.put(answer("revised"))
    second = await usgs.poll(first.memory)
    before, after = newest(first.posts), newest(second.posts)
    assert after.id == before.id == "us7000qk1"
    assert after.aliases == ("nc75000123",)
    assert after.title == "M 6.4 - 11 km N of Napa, California"
    assert "Reviewed by a seismologist." in after.text
    assert after.alert.hazards[0].certainty is Certainty.OBSERVED
    assert after.edited == datetime(2026, 7, 21, 4, 5, tzinfo=UTC)
    assert fingerprint(after) != fingerprint(before)
    # and it keeps the name when the old id is no longer even mentioned
    usgs.put(changed("revised", ids=",us7000qk1,nc75000123,ci9,"))
    third = await usgs.poll(second.memory)
    assert newest(third.posts).id == "us7000qk1"


async def test_an_event_that_left_the_list_comes_back_under_its_name(usgs):
    usgs.put(answer("first"))
    memory = (await usgs.poll()).memory
    usgs.put(answer("none"))
    memory = (await usgs.poll(memory)).memory
    usgs.put(answer("revised"))
    assert newest((await usgs.poll(memory)).posts).id == "us7000qk1"


def test_counts_of_reports_and_stamps_are_no_edit():
    before = newest(read(answer("first")))
    after = newest(read(changed("first", felt=4000, updated=1784606000000, sig=900, ids=",us7000qk1,at00,")))
    assert fingerprint(after) == fingerprint(before)


@pytest.mark.parametrize(
    ("properties", "severity"),
    [
        ({"alert": "red"}, Severity.EXTREME), ({"alert": "orange"}, Severity.SEVERE), ({"alert": "yellow"}, Severity.MODERATE),
        ({"alert": "green", "mag": 7.2}, Severity.MINOR), ({"mag": 7.0}, Severity.SEVERE), ({"mag": 5.5}, Severity.MODERATE),
        ({"mag": 5.4}, Severity.MINOR), ({"mag": None}, Severity.UNKNOWN), ({"mag": 6.0, "type": "explosion"}, Severity.MINOR),
    ],
)  # fmt: skip
def test_the_level_is_that_of_the_expected_losses_and_before_that_of_the_magnitude(properties, severity):
    assert newest(read(changed("first", **properties))).alert.severity is severity


def test_a_great_earthquake_is_urgent():
    assert lane_of(newest(read(changed("first", alert="red")))).name == "EXTREME"


async def test_a_deletion_in_the_list_is_a_cancel_of_the_event(usgs):
    usgs.put(answer("first"))
    memory = (await usgs.poll()).memory
    usgs.put(answer("revised"))
    memory = (await usgs.poll(memory)).memory
    usgs.put(answer("deleted"))
    gone = newest((await usgs.poll(memory)).posts)
    assert gone.alert.msg_type is MsgType.CANCEL
    assert gone.supersedes == ("us7000qk1",)
    assert gone.id != "us7000qk1"


async def test_an_event_that_vanished_is_asked_for_by_name(usgs, publisher):
    async def presence(body: bytes, status: int = 200) -> Presence:
        publisher.put(QUERY.format("us7000qk1"), body, status)
        return await usgs.source.confirm(usgs.account, "us7000qk1")

    there, deleted = (json.dumps(json.loads(answer(name))["features"][0]).encode() for name in ("revised", "deleted"))
    assert await presence(there) is Presence.THERE  # weaker than the list wants by now
    assert await presence(deleted) is Presence.DELETED
    assert await presence(b"Error 409: Conflict", 409) is Presence.DELETED
    for body, status in ((b"", 404), (b"", 204), (b"", 500), (b"{", 200), (b"{}", 200)):
        assert await presence(body, status) is Presence.UNKNOWN


def test_a_scenario_is_an_exercise_and_a_blast_says_what_it_is():
    posts = {post.id: post for post in read(answer("odd"))}
    assert posts.keys() == {"uu60001", "bssc2014"}
    scenario = posts["bssc2014"]
    assert scenario.alert.status is Status.EXERCISE
    assert why_not_relayed(scenario, scenario.published) == "status is Exercise, not Actual"
    assert posts["uu60001"].title == "M ? - 5 km W of Magna, Utah"
    assert posts["uu60001"].text.startswith("Quarry blast: magnitude not known yet")
    assert USGS.read(answer("odd"), "a", "u").notes == ("1 event(s) without id or time of origin were left out",)


@pytest.mark.parametrize(
    ("what", "url"),
    [
        ("usgs:4.5_day", f"https://earthquake.usgs.gov{PATH.replace('2.5', '4.5')}"),
        ("USGS significant_week", "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/significant_week.geojson"),
        (f"https://earthquake.usgs.gov{PATH}", f"https://earthquake.usgs.gov{PATH}"),
        ("https://earthquake.usgs.gov/fdsnws/event/1/query?format=geojson&latitude=38&longitude=-122&maxradiuskm=100",) * 2,
    ],
)  # fmt: skip
def test_summaries_and_searches_are_accounts(usgs, what, url):
    assert USGS.address(what) == url
    assert usgs.source.claims(what) is Claim.SURE


@pytest.mark.parametrize(
    "what",
    ["usgs:5.0_day", "usgs:", "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/2.5_day.atom", "https://usgs.gov/",
     "https://earthquake.usgs.gov/fdsnws/event/1/query?format=xml"],
)  # fmt: skip
def test_what_is_none_of_its_lists_is_left_to_others(usgs, what):
    assert usgs.source.claims(what) is Claim.NO


@pytest.mark.parametrize("kept", [None, "x", [1, None], {"a": 1}, ["us7000qk1"] * 9000])
async def test_whatever_was_remembered_names_go_on(usgs, kept):
    usgs.put(answer("first"))
    outcome = await usgs.poll({"named": kept})
    assert {post.id for post in outcome.posts} == {"us7000qk1", "ak026abc"}
    assert len(outcome.memory["named"]) <= 5000


def test_any_answer_is_read_or_refused():
    listed.check_any_answer(
        USGS,
        listed.anything("features", "properties", "geometry", "coordinates", "id", "ids", "time", "mag", "status", "metadata",
                        "title", "type", "alert", "updated", "types"),
    )  # fmt: skip


def test_fetch_shows_its_alerts(tmp_path, monkeypatch):
    shown = listed.shown_by_fetch("usgs", answer("first"), tmp_path, monkeypatch)
    assert "2026-07-21 03:40 +0000 · USGS · Moderate · new · Actual" in shown
    assert "M 6.1 - 12 km N of Napa, California" in shown
    assert "where: 12 km N of Napa, California" in shown


@pytest.mark.corpus
def test_real_shaped_lists_are_read():
    assert [post.title for post in read(listed.sample("usgs/earthquakes-1.json"))] == [
        "Title 1",
        "Title 2",
        "Title 3",
    ]
    assert read(listed.sample("usgs/earthquakes-2.json")) == ()
