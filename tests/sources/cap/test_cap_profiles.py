"""National profiles of CAP as their services publish them: what each does that the standard would not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model.alert import MsgType, Severity, Status
from bot.reading.relaying import is_over, lane_of, why_not_relayed
from bot.sources.face import NothingNew, Posts

PROFILES = Path(__file__).parents[2] / "recorded" / "cap" / "profiles"
NOW = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)


@pytest.fixture
def publish(publisher):
    """Put recorded documents on the site, by path."""

    def put(**documents: str) -> None:
        for path, name in documents.items():
            body = (PROFILES / name).read_bytes().replace(b"{base}", publisher.url("").encode())
            publisher.put(_PATHS.get(path, f"/{path}"), body)

    return put


_PATHS = {
    "rain": "/Capstorage/rain.cap", "old": "/Capstorage/old.cap", "tornado": "/2026-07-21/tornado.xml",
    "ended": "/2026-07-21/ended.xml", "thunder": "/cap_public_website/FetchXMLFile?identifier=1784605500001",
}  # fmt: skip


def recorded(name: str) -> bytes:
    return (PROFILES / name).read_bytes()


async def test_taiwan_lists_its_history_and_writes_a_namespace_of_its_own(publish, caps, cap_at):
    publish(cap="ncdr.atom", rain="ncdr_rain.cap", old="ncdr_old.cap")
    outcome = await caps.poll(cap_at(), {})
    assert isinstance(outcome, Posts)
    old, rain = outcome.posts
    # the list is a buffer of days: closed schools of last week are not closed today
    assert why_not_relayed(old, NOW) == "it expired at 2026-07-18T15:00:00+00:00"
    assert why_not_relayed(rain, NOW) == ""
    assert (rain.language, rain.utc_offset, rain.author) == ("zh-TW", 480, "示例氣象署")
    (hazard,) = rain.alert.hazards
    assert [area.geocodes for area in hazard.areas] == [
        (("Taiwan_Geocode_103", "64"),),
        (("Taiwan_Geocode_103", "10013"),),
    ]
    assert rain.text.startswith("西南風影響，今（21）日")  # a hard wrap in Chinese leaves no blank
    assert rain.alert.flags == ()


async def test_taiwan_is_found_by_its_list(publish, caps, publisher):
    publish(cap="ncdr.atom")
    (account,) = await caps.find(publisher.url("/cap"))
    assert (account.kind, account.name) == ("cap", "NCDR_CAP")


async def test_canada_signs_and_speaks_two_languages_and_ends_by_a_cancel(publish, caps, cap_at, publisher):
    publish(cap="naad.atom", tornado="naad_tornado.xml", ended="naad_ended.xml")
    outcome = await caps.poll(cap_at(), {})
    tornado, ended = outcome.posts
    (hazard,) = tornado.alert.hazards
    assert [word.language for word in hazard.wordings] == ["en-CA", "fr-CA"]
    assert ("layer:SOREM:1.0:Broadcast_Immediately", "Yes") in hazard.parameters
    assert ("profile:CAP-CP:Location:0.3", "4611040") in hazard.areas[0].geocodes
    assert lane_of(tornado).name == "EXTREME"
    assert (ended.alert.msg_type, ended.supersedes) == (MsgType.CANCEL, (tornado.id,))
    assert is_over(ended.alert)
    assert isinstance(await caps.poll(cap_at(), outcome.memory), NothingNew)
    assert publisher.paths.count(_PATHS["tornado"]) == 1


def test_a_heartbeat_of_canada_is_no_alert_and_ends_none(read_cap):
    beat = read_cap(recorded("naad_heartbeat.xml"))
    assert beat.alert.status is Status.SYSTEM
    assert len(beat.alert.references) == 2
    assert why_not_relayed(beat, NOW, lifts=True) == "status is System, not Actual"


async def test_australia_wraps_its_alerts_in_edxl_and_raises_them_by_references(publish, caps, cap_at):
    publish(cap="rfs.edxl")
    first = await caps.poll(cap_at(), {})
    assert [post.alert.severity for post in first.posts] == [Severity.SEVERE, Severity.MINOR]
    fire = first.posts[0]
    assert ("AlertLevel", "Watch and Act") in fire.alert.hazards[0].parameters
    assert "ALERT LEVEL: Watch and Act\nLOCATION:" in fire.text  # its HTML was escaped
    area = fire.alert.hazards[0].areas[0]
    assert area.polygons[0][0] == (-33.1, 150.1)
    assert area.circles[0].radius_km == 0
    publish(cap="rfs_raised.edxl")
    second = await caps.poll(cap_at(), first.memory)
    raised = next(post for post in second.posts if post.alert.msg_type is MsgType.UPDATE)
    assert (raised.supersedes, raised.event_id) == ((fire.id,), fire.event_id)
    assert raised.alert.severity is Severity.EXTREME
    # none burns: an answer, and no cancel of what was listed
    publish(cap="rfs_none.edxl")
    none = await caps.poll(cap_at(), second.memory)
    assert isinstance(none, Posts)
    assert none.posts == ()


def test_an_exercise_on_the_envelope_is_one_for_all_that_it_holds(read_cap):
    fire = read_cap(recorded("rfs_exercise.edxl"))
    assert fire.alert.status is Status.EXERCISE
    assert why_not_relayed(fire, NOW) == "status is Exercise, not Actual"


async def test_india_leaves_elements_empty_and_gives_a_language_without_a_country(publish, caps, cap_at):
    publish(cap="sachet.rss", thunder="sachet.xml")
    outcome = await caps.poll(cap_at(), {})
    (storm,) = outcome.posts
    (hazard,) = storm.alert.hazards
    assert [word.language for word in hazard.wordings] == ["en-IN", "HI"]
    assert hazard.onset is None
    assert {area.description for area in hazard.areas} == {"3 districts of Beispiel", "बेइस्पील के 3 जिले"}
    assert all(not area.polygons and not area.circles for area in hazard.areas)
    assert storm.utc_offset == 330
    assert why_not_relayed(storm, NOW) == ""
    assert storm.url.endswith("FetchXMLFile?identifier=1784605500001")  # an empty <web/> is none


async def test_india_is_found_by_its_list(publish, caps, publisher):
    publish(cap_public_website="sachet.rss", thunder="sachet.xml")
    (account,) = await caps.find(publisher.url("/cap_public_website"))
    assert account.name == "Sachet: All India alerts"
