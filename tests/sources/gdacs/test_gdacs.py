"""GDACS: one name for an event, a message for each level, Green for who asked for it, and what is over is not news."""

from datetime import UTC, datetime

import listed
import pytest
from hypothesis import strategies as st

from bot.model.alert import Certainty, Circle, MsgType, Severity
from bot.reading.relaying import is_over, why_not_relayed
from bot.sources.face import Claim
from bot.sources.gdacs import GDACS
from bot.sources.gdacs.dialect import ALL_LEVELS
from bot.store.fingerprint import fingerprint

PATH = "/xml/rss.xml"
read = listed.reader(GDACS)


@pytest.fixture
def gdacs(publisher, open_fetcher, clock):
    return listed.on(publisher, open_fetcher, clock, GDACS, PATH)


@pytest.fixture
def look(gdacs):
    """One look after another, with what was remembered in between: the posts by the name of their event."""
    look = gdacs.looking()

    async def look_at(name: str):
        return {post.event_id: post for post in await look(answer(name))}

    return look_at


def answer(name: str) -> bytes:
    return listed.recorded(f"gdacs/{name}" if "." in name else f"gdacs/{name}.rss")


async def test_the_ways_a_look_can_end(gdacs):
    await listed.check_quiet_refused_and_broken(gdacs, answer("first"), answer("none"))


async def test_the_ways_a_look_at_geojson_can_end(gdacs):
    await listed.check_quiet_refused_and_broken(gdacs, answer("events.geojson"), b'{"features": []}')


async def test_an_event_is_told_with_its_place_and_level(look):
    cyclone = (await look("first"))["TC1001"]
    assert cyclone.title == "Orange alert for tropical cyclone BEISPIEL-26"
    assert cyclone.text == "The cyclone nears Luzon.\nTropical Storm (maximum wind speed of 93 km/h)"
    (hazard,) = cyclone.alert.hazards
    assert (hazard.severity, hazard.wordings[0].event) == (Severity.MODERATE, "Tropical cyclone")
    (area,) = hazard.areas
    assert area.circles == (Circle(14.2, 123.4, 0.0),)  # the bbox has the longitudes first
    assert (area.description, area.geocodes) == ("Philippines", (("iso3", "PHL"),))
    assert why_not_relayed(cyclone, listed.NOW) == ""


async def test_another_episode_at_the_same_level_is_an_edit(look):
    before = (await look("first"))["TC1001"]
    after = (await look("again"))["TC1001"]
    assert after.id == before.id
    assert fingerprint(after) != fingerprint(before)
    assert after.supersedes == ()


async def test_a_level_that_changes_is_a_message_that_follows(look):
    chain = [(await look(name))["TC1001"] for name in ("first", "raised", "lowered")]
    assert [post.alert.severity for post in chain] == [Severity.MODERATE, Severity.SEVERE, Severity.MINOR]
    assert [post.alert.msg_type for post in chain] == [MsgType.ALERT, MsgType.UPDATE, MsgType.UPDATE]
    # Green after Red is told to those who were told of Red, though Green alone is not
    assert [post.supersedes for post in chain] == [(), (chain[0].id,), (chain[1].id,)]


async def test_what_is_no_longer_current_ends_what_was_told_and_only_that(look, gdacs):
    told = (await look("first"))["TC1001"]
    gdacs.put(answer("first").replace(b"iscurrent>true", b"iscurrent>false"))
    first = await gdacs.poll({})
    assert [post.event_id for post in first.posts] == ["DR4004"]  # what was over before it was seen is no news
    over = await gdacs.poll({"levels": {"TC1001": [told.id, "Orange"]}})
    (end,) = [post for post in over.posts if post.event_id == "TC1001"]
    assert (end.alert.msg_type, end.supersedes, is_over(end.alert)) == (MsgType.CANCEL, (told.id,), True)
    again = await gdacs.poll({"levels": over.memory["levels"]})
    assert [post.id for post in again.posts] == [post.id for post in over.posts]  # it is said once


def test_an_exercise_is_no_disaster():
    for post in read(answer("first").replace(b"<title>", b"<title>EXERCISE: ")):
        assert why_not_relayed(post, post.published) == "status is Test, not Actual"


async def test_green_alone_is_not_told_unless_it_was_asked_for(look, publisher, open_fetcher, clock):
    assert await look("quiet") == {}
    everything = listed.on(publisher, open_fetcher, clock, GDACS, f"{PATH}{ALL_LEVELS}")
    publisher.put(PATH, answer("quiet"))
    (post,) = (await everything.poll()).posts
    assert post.alert.severity is Severity.MINOR
    assert publisher.paths[-1] == PATH  # the wish is ours: the site never sees it
    # and when it rises it is new to whoever follows Orange and Red alone
    assert (await look("first"))["TC1001"].supersedes == ()


def test_what_is_current_stays_news_and_what_is_not_is_none():
    posts = {post.id: post for post in read(answer("first"))}
    assert why_not_relayed(posts["FL2002"], listed.NOW) == ""  # its own dates are four days old
    assert why_not_relayed(posts["EQ3003"], listed.NOW) == "it expired at 2026-07-14T02:00:00+00:00"
    assert why_not_relayed(posts["DR4004"], listed.NOW) == ""  # every drought is listed as not current


def test_geojson_says_the_same():
    (quake,) = read(answer("events.geojson"))
    assert (quake.id, quake.title) == ("EQ1500001", "Red alert: Earthquake in Chile")
    assert quake.alert.severity is Severity.SEVERE  # its icon is green
    assert quake.text == "Earthquake in Chile\nMagnitude 8.1M, Depth:25km"
    assert quake.alert.hazards[0].certainty is Certainty.POSSIBLE  # "istemporary": a first guess
    assert quake.published == datetime(2026, 7, 21, 3, 31, 5, tzinfo=UTC)
    assert quake.alert.hazards[0].areas[0].circles == (Circle(-30.1, -71.2, 0.0),)
    assert GDACS.read(answer("events.geojson"), "a", "u").notes == (
        "1 event(s) without type, id or time were left out",
    )


@pytest.mark.parametrize(
    ("what", "url"),
    [
        ("gdacs", "https://www.gdacs.org/xml/rss.xml"), ("GDACS:green", "https://www.gdacs.org/xml/rss.xml#green"),
        ("www.gdacs.org/xml/rss_24h.xml", "https://www.gdacs.org/xml/rss_24h.xml"),
        ("https://www.gdacs.org/xml/rss_7d.xml#green", "https://www.gdacs.org/xml/rss_7d.xml#green"),
        ("https://www.gdacs.org/gdacsapi/api/events/geteventlist/EVENTS4APP",) * 2,
    ],
)  # fmt: skip
def test_its_lists_are_accounts(gdacs, what, url):
    assert GDACS.address(what) == url
    assert gdacs.source.claims(what) is Claim.SURE


@pytest.mark.parametrize("what", ["gdacs blue", "https://www.gdacs.org/", "https://x.example/xml/rss.xml"])
def test_what_is_none_of_its_lists_is_left_to_others(gdacs, what):
    assert gdacs.source.claims(what) is Claim.NO


def test_any_answer_is_read_or_refused():
    names = ("features", "properties", "eventtype", "eventid", "alertlevel", "fromdate", "datemodified", "iscurrent", "geometry",
             "type", "coordinates", "url", "severitydata")  # fmt: skip
    pieces = st.sampled_from(
        ["<item>", "</item>", "<gdacs:eventtype>EQ</gdacs:eventtype>", "<gdacs:eventid>1</gdacs:eventid>", "<pubDate>x</pubDate>",
         "<gdacs:todate>Tue, 21 Jul 2026 00:00:00 GMT</gdacs:todate>", "<geo:Point/>", "&", "<title>"]
    )  # fmt: skip
    head = '<rss xmlns:gdacs="http://www.gdacs.org" xmlns:geo="g"><channel>'
    lists = st.lists(pieces, max_size=9).map(lambda inner: f"{head}{''.join(inner)}</channel></rss>".encode())
    listed.check_any_answer(GDACS, listed.anything(*names) | lists)


def test_fetch_shows_its_alerts(tmp_path, monkeypatch):
    shown = listed.shown_by_fetch("gdacs", answer("first"), tmp_path, monkeypatch)
    assert "2026-07-21 03:00 +0000 · GDACS · Moderate · new · Actual" in shown
    assert "Orange alert for tropical cyclone BEISPIEL-26" in shown


@pytest.mark.corpus
def test_real_lists_are_read_and_their_names_are_stable():
    lists = [read(listed.sample(f"gdacs/{name}")) for name in ("gdacs-rss.xml", "gdacs-rss-24h.xml")]
    assert [len(posts) for posts in lists] == [16, 21]
    first, second = ({post.id: post for post in posts} for posts in lists)
    assert first.keys() & second.keys()
    assert all(
        post.title and post.text and post.alert.hazards[0].areas[0].circles for posts in lists for post in posts
    )
    told = GDACS.settle(GDACS.read(listed.sample("gdacs/gdacs-rss.xml"), "a", "u"), {}, {}).posts
    assert {post.alert.severity for post in told} == {Severity.MODERATE}
    assert len(told) == 8
