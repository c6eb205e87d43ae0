"""The Environment Agency's floods: a level that rises rings, one that falls does not, "no longer in force" is an end."""

from datetime import UTC, datetime

import listed
import pytest

from bot.model.alert import MsgType, Severity, Urgency
from bot.reading.relaying import is_over, lane_of, why_not_relayed
from bot.sources.eaflood import EAFLOOD
from bot.sources.face import Claim
from bot.store.fingerprint import fingerprint

PATH = "/flood-monitoring/id/floods"
read = listed.reader(EAFLOOD)


@pytest.fixture
def eaflood(publisher, open_fetcher, clock):
    return listed.on(publisher, open_fetcher, clock, EAFLOOD, PATH)


def answer(name: str) -> bytes:
    return listed.recorded(f"eaflood/{name}.json")


@pytest.fixture
def look(eaflood):
    """One look after another, with what was remembered in between: the warning that changes."""
    look = eaflood.looking()

    async def look_at(name: str):
        return next(post for post in await look(answer(name)) if "TEST1" in post.id)

    return look_at


async def test_the_ways_a_look_can_end(eaflood):
    await listed.check_quiet_refused_and_broken(eaflood, answer("alert"), answer("none"))


async def test_a_warning_is_told_with_its_place_and_message(look):
    post = await look("alert")
    assert post.title == "Flood Alert: River Beispiel at Oake and Hillfarrance"
    assert "possible from this morning" in post.text
    assert post.url == "https://check-for-flooding.service.gov.uk/target-area/112WAFTEST1"
    (hazard,) = post.alert.hazards
    assert hazard.areas[0].geocodes == (("floodAreaID", "112WAFTEST1"),)
    assert ("riverOrSea", "River Beispiel") in hazard.parameters
    assert why_not_relayed(post, listed.NOW) == ""


async def test_a_new_message_at_the_same_level_is_an_edit(look):
    before = await look("alert")
    after = await look("alert_reworded")
    assert after.id == before.id
    assert fingerprint(after) != fingerprint(before)
    assert after.edited == datetime(2026, 7, 21, 3, 20, tzinfo=UTC)


async def test_each_level_follows_the_one_before_until_it_is_no_longer_in_force(look):
    chain = [await look(name) for name in ("alert", "warning", "severe", "over")]
    assert [post.alert.severity for post in chain] == [
        Severity.MODERATE,
        Severity.SEVERE,
        Severity.EXTREME,
        Severity.MINOR,
    ]
    assert [post.alert.msg_type for post in chain] == [MsgType.ALERT, MsgType.UPDATE, MsgType.UPDATE, MsgType.CANCEL]
    assert [post.supersedes for post in chain] == [(), *((post.id,) for post in chain[:3])]
    assert len({post.id for post in chain}) == 4
    assert len({post.event_id for post in chain}) == 1
    assert lane_of(chain[2]).name == "EXTREME"
    assert is_over(chain[3].alert)
    assert chain[3].alert.hazards[0].urgency is Urgency.PAST
    # back at a level it had before: again a message of its own
    back = await look("alert")
    assert back.supersedes == (chain[3].id,)


async def test_the_first_look_at_one_that_is_over_ends_nothing(look):
    over = await look("over")
    assert (over.alert.msg_type, over.supersedes) == (MsgType.CANCEL, ())


@pytest.mark.parametrize("kept", [None, "x", {"a": 1}, {"112WAFTEST1,2026-07-21T04:02:11": ["x"]}, {"a": [1, 2]}])
async def test_whatever_was_remembered_the_list_is_read(eaflood, kept):
    eaflood.put(answer("alert"))
    assert len((await eaflood.poll({"levels": kept})).posts) == 2


def test_an_exercise_is_no_flood():
    (post,) = (
        post
        for post in read(answer("alert").replace(b"River levels", b"EXERCISE. River levels"))
        if "TEST1" in post.id
    )
    assert why_not_relayed(post, listed.NOW) == "status is Test, not Actual"


def test_times_without_a_zone_are_those_of_england():
    summer = next(post for post in read(answer("alert")) if "TEST1" in post.id)
    assert summer.published == datetime(2026, 7, 21, 3, 2, 11, tzinfo=UTC)
    assert summer.utc_offset == 60
    stated = next(post for post in read(answer("odd")) if "112Z" in post.id)
    assert (stated.published, stated.utc_offset) == (datetime(2026, 1, 5, 10, 0, tzinfo=UTC), 0)


def test_a_level_that_nobody_knows_is_relayed_and_told_to_the_operator():
    posts = {post.id.partition(",")[0]: post for post in read(answer("odd"))}
    assert posts.keys() == {"112X", "112Z"}
    assert posts["112X"].alert.severity is Severity.UNKNOWN
    assert posts["112X"].alert.flags == ("its level is none of the agency's (7)",)
    assert why_not_relayed(posts["112X"], listed.NOW) == ""
    assert EAFLOOD.read(answer("odd"), "a", "u").notes == ("2 warning(s) without flood area or time were left out",)


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("eaflood:england", ""), ("EAflood Somerset", "?county=Somerset"), ("eaflood:North Yorkshire", "?county=North%20Yorkshire"),
        ("eaflood:51.06,-1.31", "?lat=51.06&long=-1.31&dist=10"),
        ("https://environment.data.gov.uk/flood-monitoring/id/floods?min-severity=2", "?min-severity=2"),
    ],
)  # fmt: skip
def test_england_a_county_and_a_point_are_accounts(eaflood, what, query):
    assert EAFLOOD.address(what) == f"https://environment.data.gov.uk{PATH}{query}"
    assert eaflood.source.claims(what) is Claim.SURE


@pytest.mark.parametrize(
    "what", ["eaflood:", "eaflood:1", "https://environment.data.gov.uk/flood-monitoring/id/stations"]
)
def test_what_is_none_of_its_lists_is_left_to_others(eaflood, what):
    assert eaflood.source.claims(what) is Claim.NO


def test_any_answer_is_read_or_refused():
    listed.check_any_answer(
        EAFLOOD,
        listed.anything("items", "floodAreaID", "floodArea", "notation", "timeRaised", "timeSeverityChanged", "severityLevel",
                        "message", "description", "severity", "county", "isTidal"),
    )  # fmt: skip


def test_fetch_shows_its_alerts(tmp_path, monkeypatch):
    shown = listed.shown_by_fetch("eaflood", answer("warning"), tmp_path, monkeypatch)
    assert "2026-07-21 04:30 +0100 · Environment Agency · Severe · new · Actual" in shown
    assert "Flood Warning: River Beispiel at Oake and Hillfarrance" in shown
