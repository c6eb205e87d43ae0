"""MeteoAlarm: green is no warning, a colour is a level, and many regions with one warning are one message."""

import json

import listed
import pytest

from bot.model.alert import MsgType, Severity
from bot.reading.relaying import is_over, why_not_relayed
from bot.sources.face import Claim
from bot.sources.meteoalarm import METEOALARM
from bot.store.fingerprint import fingerprint

PATH = "/api/v1/warnings/feeds-germany"
read = listed.reader(METEOALARM)


@pytest.fixture
def meteoalarm(publisher, open_fetcher, clock):
    return listed.on(publisher, open_fetcher, clock, METEOALARM, PATH)


@pytest.fixture
def look(meteoalarm):
    """One look after another, with what was remembered in between."""
    look = meteoalarm.looking()

    async def look_at(name: str):
        return await look(answer(name))

    return look_at


def answer(name: str) -> bytes:
    return listed.recorded(f"meteoalarm/{name}.json")


def with_parameters(*pairs: tuple[str, str], **fields: object) -> bytes:
    body = json.loads(answer("test"))
    body["warnings"][0]["alert"]["status"] = "Actual"
    for info in body["warnings"][0]["alert"]["info"]:
        info.update(fields)
        info["parameter"] = [{"valueName": name, "value": value} for name, value in pairs]
    return json.dumps(body).encode()


def regions(post) -> list[str]:
    return [area.description for hazard in post.alert.hazards for area in hazard.areas]


def storm_of(posts):
    return next(post for post in posts if len(regions(post)) > 1)


async def test_the_ways_a_look_can_end(meteoalarm):
    await listed.check_quiet_refused_and_broken(meteoalarm, answer("storm"), answer("none"))


async def test_one_warning_for_many_regions_is_one_message(look):
    posts = await look("storm")
    assert len(posts) == 2  # three regions in orange, one in red; the green one says that nothing is the matter
    storm = storm_of(posts)
    assert regions(storm) == ["Kreis Rostock", "Kreis Ludwigslust", "Kreis Nordwestmecklenburg"]
    assert (
        storm.title
        == "Amtliche WARNUNG vor STURMBÖEN für Kreis Rostock, Kreis Ludwigslust, Kreis Nordwestmecklenburg"
    )
    (hazard,) = storm.alert.hazards
    assert [word.language for word in hazard.wordings] == ["de-DE", "en-GB"]
    assert hazard.wordings[1].headline.endswith("for Kreis Rostock, Kreis Ludwigslust, Kreis Nordwestmecklenburg")
    assert storm.author == "Deutscher Wetterdienst (EUMETNET - MeteoAlarm)"  # as its terms ask
    assert why_not_relayed(storm, listed.NOW) == ""


async def test_the_same_list_again_is_the_same_messages(look, meteoalarm):
    first = await look("storm")
    body = json.loads(answer("storm"))
    body["warnings"].reverse()
    meteoalarm.put(json.dumps(body))
    second = (await meteoalarm.poll({"bundles": (await meteoalarm.poll()).memory["bundles"]})).posts
    assert {post.id: fingerprint(post) for post in first} == {post.id: fingerprint(post) for post in second}


async def test_one_region_raised_leaves_the_message_of_the_others_in_force(look):
    before = storm_of(await look("storm"))
    posts = {post.id: post for post in await look("one_updated")}
    storm = posts[before.id]
    assert regions(storm) == ["Kreis Rostock", "Kreis Nordwestmecklenburg"]  # an edit of what was said
    raised = next(post for post in posts.values() if regions(post) == ["Kreis Ludwigslust"])
    assert (raised.alert.msg_type, raised.alert.severity) == (MsgType.UPDATE, Severity.EXTREME)
    assert raised.supersedes == ()  # it does not end the message of three regions …
    assert raised.event_id == storm.event_id != ""  # … but stands in its thread


async def test_one_region_cancelled_leaves_the_message_and_does_not_lift_it(look):
    before = storm_of(await look("storm"))
    posts = {post.id: post for post in await look("one_cancelled")}
    assert regions(posts[before.id]) == ["Kreis Rostock", "Kreis Nordwestmecklenburg"]
    cancel = next(post for post in posts.values() if post.alert.msg_type is MsgType.CANCEL)
    assert cancel.supersedes == ()


async def test_all_regions_updated_update_the_message(look):
    before = storm_of(await look("storm"))
    (update,) = await look("all_updated")
    assert len(regions(update)) == 3
    assert before.id in update.supersedes
    assert set(update.supersedes) <= {before.id, *before.aliases}


async def test_green_after_orange_says_that_it_is_over(look):
    before = storm_of(await look("storm"))
    (over,) = await look("greened")
    assert is_over(over.alert)
    assert before.id in over.supersedes
    assert why_not_relayed(over, listed.NOW, lifts=True) == ""
    assert why_not_relayed(over, listed.NOW) == "its level is green: no warning is in force"


async def test_a_region_that_joins_later_is_a_message_that_rings(look):
    before = storm_of(await look("storm"))
    posts = {post.id: post for post in await look("joined")}
    assert fingerprint(posts[before.id]) == fingerprint(before)
    assert ["Stadt Wismar"] in [regions(post) for post in posts.values()]


@pytest.mark.parametrize("kept", [None, "x", {"a": 1}, {"a": "short"}, [["a"]]])
async def test_whatever_was_remembered_the_list_is_read(meteoalarm, kept):
    meteoalarm.put(answer("storm"))
    assert len((await meteoalarm.poll({"bundles": kept})).posts) == 2


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("2; yellow; Moderate", Severity.MODERATE), ("Orange", Severity.SEVERE), ("4;Red;Extreme", Severity.EXTREME),
        ("3", Severity.SEVERE), ("1; green; Minor", Severity.MINOR), ("purple", Severity.MODERATE),
    ],
)  # fmt: skip
def test_the_colour_is_the_level_however_a_service_writes_it(level, severity):
    (post,) = read(with_parameters(("Awareness_Level", level), severity="Moderate"))
    assert post.alert.severity is severity
    told = [flag for flag in post.alert.flags if "colour" in flag]
    assert bool(told) is (severity is not Severity.MODERATE)
    assert bool(why_not_relayed(post, listed.NOW)) is (severity is Severity.MINOR)


@pytest.mark.parametrize(
    ("kind", "event"),
    [("12; Flooding", "Flooding"), ("13", "Rain-Flood"), ("7;Coastalevent", "Coastal event"), ("Hail", "Hail")],
)
def test_the_type_names_what_the_service_does_not(kind, event):
    (post,) = read(
        with_parameters(("awareness_type", kind), ("awareness_level", "3; orange; Severe"), event="", headline="")
    )
    assert post.alert.hazards[0].wordings[0].event == event
    assert why_not_relayed(post, listed.NOW) == ""


def test_a_test_is_never_real():
    (post,) = read(answer("test"))
    assert why_not_relayed(post, listed.NOW) == "status is Test, not Actual"


@pytest.mark.parametrize(
    "what",
    [
        "meteoalarm:united-kingdom", "MeteoAlarm United Kingdom", "https://feeds.meteoalarm.org/api/v1/warnings/feeds-united-kingdom",
        "https://feeds.meteoalarm.org/feeds/meteoalarm-legacy-atom-united-kingdom",
        "feeds.meteoalarm.org/feeds/meteoalarm-legacy-rss-united-kingdom",
    ],
)  # fmt: skip
def test_a_country_is_an_account(meteoalarm, what):
    assert METEOALARM.address(what) == "https://feeds.meteoalarm.org/api/v1/warnings/feeds-united-kingdom"
    assert meteoalarm.source.claims(what) is Claim.SURE


@pytest.mark.parametrize(
    "what", ["meteoalarm:", "meteoalarm:../x", "https://meteoalarm.org/", "https://x.example/feeds-germany"]
)
def test_what_is_no_country_of_it_is_left_to_others(meteoalarm, what):
    assert meteoalarm.source.claims(what) is Claim.NO


async def test_a_quiet_country_has_a_name_all_the_same(meteoalarm, publisher):
    meteoalarm.put(answer("none"))
    (account,) = await meteoalarm.source.find(publisher.url(PATH))
    assert account.name == "MeteoAlarm Germany"


def test_any_answer_is_read_or_refused():
    listed.check_any_answer(
        METEOALARM,
        listed.anything("warnings", "alert", "uuid", "info", "area", "areaDesc", "identifier", "sender", "sent", "status",
                        "parameter", "valueName", "value", "language", "event", "references"),
    )  # fmt: skip


def test_fetch_shows_its_alerts(tmp_path, monkeypatch):
    shown = listed.shown_by_fetch("meteoalarm", answer("storm"), tmp_path, monkeypatch)
    assert "Deutscher Wetterdienst (EUMETNET - MeteoAlarm) · Extreme · new · Actual" in shown
    assert "→ not relayed: its level is green: no warning is in force" in shown


@pytest.mark.corpus
def test_the_green_warnings_of_a_quiet_country_are_never_delivered():
    body = listed.sample("meteoalarm/linecast_meteoalarm_netherlands.json")
    posts = read(body)
    assert [why_not_relayed(post, post.published) for post in posts] == [
        "its level is green: no warning is in force"
    ] * 3
    assert METEOALARM.settle(METEOALARM.read(body, "a", "u"), {}, {}).posts == ()
