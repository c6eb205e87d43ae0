"""api.weather.gov: CAP's fields as GeoJSON, continuation and end by VTEC, and nothing real made of a test."""

import json
from datetime import UTC, datetime, timedelta

import listed
import pytest

from bot.model.alert import MsgType, Severity, Status
from bot.reading.relaying import effective_expiry, is_over, why_not_relayed
from bot.sources.face import Claim, Posts
from bot.sources.nws import NWS

PATH = "/alerts/active?status=actual&area=TX"
read = listed.reader(NWS)


@pytest.fixture
def nws(publisher, open_fetcher, clock):
    return listed.on(publisher, open_fetcher, clock, NWS, PATH)


def answer(name: str) -> bytes:
    return listed.recorded(f"nws/{name}.json")


def by_event(name: str):
    return {post.alert.hazards[0].wordings[0].event: post for post in read(answer(name))}


async def test_the_ways_a_look_can_end(nws):
    await listed.check_quiet_refused_and_broken(nws, answer("active"), answer("none"))


async def test_whoever_names_no_contact_is_told_to(nws, publisher):
    publisher.put(PATH, b"", 403)
    assert "TOCSIN_CONTACT" in (await nws.poll()).advice


async def test_alerts_come_with_all_that_cap_says(nws):
    nws.put(answer("active"))
    outcome = await nws.poll()
    assert isinstance(outcome, Posts)
    posts = {post.alert.severity: post for post in outcome.posts}
    tornado = posts[Severity.EXTREME]
    assert tornado.kind == "nws"
    assert tornado.url == "https://api.weather.gov/alerts/urn:oid:2.49.0.1.840.0.tor.1"
    assert tornado.published == datetime(2026, 7, 21, 3, 45, tzinfo=UTC)
    assert tornado.utc_offset == -300
    (hazard,) = tornado.alert.hazards
    assert (hazard.urgency, hazard.certainty, hazard.response_types) == ("Immediate", "Likely", ("Shelter",))
    (area,) = hazard.areas
    assert area.description == "Tarrant, TX; Dallas, TX"
    assert area.polygons[0][0] == (32.9, -97.4)  # GeoJSON has the longitude first, CAP the latitude
    assert ("SAME", "048113") in area.geocodes
    assert ("UGC", "TXC439") in area.geocodes
    flood = posts[Severity.SEVERE]
    assert flood.alert.hazards[0].areas[0].polygons == ()  # geometry null: whole zones
    assert "Portions of north central Texas." in flood.text  # hard line wraps undone
    assert flood.alert.hazards[0].wordings[0].language == "en-US"


def test_the_end_of_the_hazard_is_shown_not_that_of_the_message():
    watch = by_event("active")["Flood Watch"]
    assert watch.alert.hazards[0].expires == datetime(2026, 7, 21, 14, 0, tzinfo=UTC)
    body = json.loads(answer("active"))
    body["features"][0]["properties"]["ends"] = None  # until further notice
    (open_ended,) = [p for p in read(json.dumps(body).encode()) if p.id == watch.id]
    assert open_ended.alert.hazards[0].expires == datetime(2026, 7, 21, 10, 0, tzinfo=UTC)


async def test_a_continuation_updates_the_message_it_names_and_its_event(nws):
    nws.put(answer("active"))
    first = await nws.poll()
    nws.put(answer("continued"))
    second = await nws.poll(first.memory)
    old = {post.alert.hazards[0].wordings[0].event: post for post in first.posts}
    new = {post.alert.hazards[0].wordings[0].event: post for post in second.posts}
    watch = new["Flood Watch"]
    assert watch.alert.msg_type is MsgType.UPDATE
    assert watch.supersedes == (old["Flood Watch"].id,)
    # zones expire and are issued again under new ids: the VTEC names the event
    assert watch.event_id == old["Flood Watch"].event_id == "vtec,KFWD.FF.A.0007.2026"
    assert watch.alert.severity is old["Flood Watch"].alert.severity  # so that it does not ring again


@pytest.mark.parametrize("action", ["CAN", "EXP", "UPG"])
def test_a_message_whose_events_are_all_over_is_a_cancel_whatever_its_type(action):
    body = answer("continued").replace(b"/O.CAN.", f"/O.{action}.".encode())
    tornado = next(post for post in read(body) if post.alert.severity is Severity.MINOR)
    assert tornado.alert.msg_type is MsgType.CANCEL
    assert is_over(tornado.alert)
    assert tornado.supersedes[0].startswith("w-nws.webmaster@noaa.gov,urn:oid:2.49.0.1.840.0.tor.1,")


@pytest.mark.parametrize("action", ["NEW", "CON", "EXT", "EXA", "EXB", "COR", "ROU"])
def test_every_other_action_leaves_the_event_in_force(action):
    body = answer("continued").replace(b"/O.CAN.", f"/O.{action}.".encode())
    assert {post.alert.msg_type for post in read(body)} == {MsgType.UPDATE}


def test_a_watch_that_became_a_warning_goes_on_in_its_thread():
    (warning,) = read(answer("upgraded"))
    assert warning.alert.msg_type is MsgType.UPDATE
    assert warning.event_id == "vtec,KFWD.FF.A.0007.2026"
    # what had run out by then is named among the parameters
    assert [name.split(",")[1] for name in warning.supersedes] == ["urn:oid:2.49.0.1.840.0.watch.2"]


def test_tests_and_exercises_are_never_real():
    posts = read(answer("tests"))
    assert len(posts) == 4
    assert {post.alert.status for post in posts} >= {Status.TEST, Status.EXERCISE}
    for post in posts:
        why_not = why_not_relayed(post, post.alert.sent + timedelta(minutes=1))
        assert why_not.startswith(("status is", "its event is a test"))


def test_a_real_alert_is_relayed_until_its_hazard_ends():
    watch = by_event("active")["Flood Watch"]
    assert why_not_relayed(watch, watch.alert.sent + timedelta(hours=9)) == ""
    assert why_not_relayed(watch, effective_expiry(watch.alert)).startswith("it expired")


def test_an_alert_without_a_name_is_never_relayed():
    body = json.loads(answer("active"))
    del body["features"][1]["properties"]["id"]
    assert [bool(post.incomplete) for post in read(json.dumps(body).encode())].count(True) == 1


def test_a_list_that_goes_on_elsewhere_is_told_to_the_operator():
    body = json.loads(answer("active")) | {"pagination": {"next": "https://api.weather.gov/alerts?cursor=x"}}
    document = NWS.read(json.dumps(body).encode(), "a", "u")
    assert [note for note in document.notes if "another page" in note]


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("nws:TX", "&area=TX"), ("NWS gm", "&area=GM"), ("nws:txz213", "&zone=TXZ213"), ("nws: TXC439", "&zone=TXC439"),
        ("nws:38.89512,-77.0363999", "&point=38.8951,-77.0364"), ("nws:38, -77.50", "&point=38,-77.5"), ("nws:us", ""),
    ],
)  # fmt: skip
def test_a_state_a_zone_a_county_and_a_point_are_accounts(nws, what, query):
    assert NWS.address(what) == f"https://api.weather.gov/alerts/active?status=actual{query}"
    assert nws.source.claims(what) is Claim.SURE


@pytest.mark.parametrize(
    "what", ["nws:", "nws:Texas", "nws:99,200", "https://weather.gov/alerts", "TX", "1288915263"]
)
def test_what_is_none_of_its_lists_is_left_to_others(nws, what):
    assert nws.source.claims(what) is Claim.NO


async def test_the_account_is_named_by_the_list(nws, publisher):
    nws.put(answer("active"))
    (account,) = await nws.source.find(publisher.url(PATH))
    assert (account.kind, account.key) == ("nws", publisher.url(PATH))
    assert account.name == "Current watches, warnings, and advisories for Texas"
    assert account.language == "en-US"


def test_any_answer_is_read_or_refused():
    listed.check_any_answer(
        NWS,
        listed.anything(
            "features", "properties", "geometry", "coordinates", "type", "id", "sender", "sent", "status", "messageType",
            "parameters", "VTEC", "references", "identifier", "geocode", "ends", "expires",
        ),
    )  # fmt: skip


def test_fetch_shows_its_alerts(tmp_path, monkeypatch):
    shown = listed.shown_by_fetch("nws", answer("active"), tmp_path, monkeypatch)
    assert "2026-07-20 22:45 -0500 · NWS Fort Worth TX · Extreme · new · Actual" in shown
    assert "Tornado Warning issued July 20" in shown
    assert "where: Tarrant, TX; Dallas, TX" in shown


@pytest.mark.corpus
def test_the_test_of_a_tsunami_warning_is_not_relayed():
    posts = read(listed.sample("nws/linecast_nws_alerts_with_test.json"))
    assert len(posts) == 2  # the fixture left out the names of both
    assert all(why_not_relayed(post, listed.NOW) for post in posts)
    assert read(listed.sample("nws/linecast_nws_alerts.json")) == ()
