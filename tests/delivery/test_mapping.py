"""Which alerts have a map: none that would show a part of the areas, none of what is over, and equal ones once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.delivery.mapping import MOST_CORNERS, map_of
from bot.delivery.rendering import CAPTION_ROOM, Manner, buttons, render
from bot.locales import phrases
from bot.model.account import Account
from bot.model.alert import (
    Alert,
    Area,
    Certainty,
    Circle,
    Hazard,
    MsgType,
    Scope,
    Severity,
    Status,
    Urgency,
    Wording,
)
from bot.model.mapping import AreaMap
from bot.model.post import Media, MediaKind, Post, Revision, RevisionKind
from bot.model.words import Words

SENT = datetime(2026, 7, 21, 4, 0, tzinfo=UTC)
RING = ((52.0, 13.0), (53.0, 13.0), (53.0, 14.0))
HERE, THERE = Area("Berlin", (RING,)), Area("Potsdam", circles=(Circle(52.4, 13.0, 5.0),))
ACCOUNT = Account("cap", "https://agency.test/cap", "Agency", "https://agency.test")


def hazard(*areas, severity=Severity.SEVERE, words="Stay inside.", **more):
    wording = Wording("en", "Storm", "Storm warning", instruction=words)
    return Hazard(Urgency.IMMEDIATE, severity, Certainty.OBSERVED, (wording,), areas=areas, **more)


def post(*hazards, kind=MsgType.ALERT, **more):
    alert = Alert("a", "1", SENT, SENT.isoformat(), Status.ACTUAL, kind, Scope.PUBLIC, hazards)
    return Post("cap", "key", "1", "", "https://agency.test/1", alert=alert, published=SENT, **more)


def shown(post, **manner):
    return render(Revision(post, 1, RevisionKind.NEW), ACCOUNT, phrases("en"), Manner(post_id=7, maps=True, **manner))


def test_an_alert_with_areas_has_a_map_and_a_post_without_has_none():
    assert map_of(post(hazard(HERE, THERE))).patches[0][1] is Severity.SEVERE
    assert map_of(Post("weibo", "key", "1", "storm", "https://agency.test/1")) is None
    assert map_of(post(hazard())) is None


@pytest.mark.parametrize(
    "bad",
    [
        Area("by code", geocodes=(("SAME", "006037"),)),
        Area("two corners", (((52.0, 13.0), (53.0, 13.0)),)),
        Area("off the Earth", (((52.0, 13.0), (93.0, 13.0), (53.0, 14.0)),)),
        Area("no number", (((52.0, 13.0), (float("nan"), 13.0), (53.0, 14.0)),)),
        Area("at the pole", circles=(Circle(88.0, 0.0, 500.0),)),
        Area("negative", circles=(Circle(52.0, 13.0, -1.0),)),
        Area("endless", circles=(Circle(52.0, 13.0, float("inf")),)),
    ],
    ids=lambda area: area.description,
)
def test_a_map_never_shows_a_part_of_the_areas_alone(bad):
    assert map_of(post(hazard(HERE, bad))) is None
    assert map_of(post(hazard(HERE), hazard(bad))) is None


def test_an_area_named_in_a_second_language_is_no_other_area():
    code = (("EMMA_ID", "DE001"),)
    said, again = Area("Berlin", (RING,), geocodes=code), Area("柏林", geocodes=code)
    both = hazard(said, again)
    both = replace(both, wordings=(*both.wordings, Wording("zh", "风暴")))
    assert map_of(post(both)) == map_of(post(hazard(said)))
    # in one language, without a code, or by another one, it may be anywhere
    assert map_of(post(hazard(said, again))) is None
    for other in (Area("柏林"), Area("柏林", geocodes=(("EMMA_ID", "DE002"),))):
        assert map_of(post(replace(both, areas=(said, other)))) is None
    assert map_of(post(replace(both, areas=(Area("Berlin", (RING,)), Area("柏林"))))) is None


def test_a_hazard_that_does_not_say_where_leaves_the_alert_without_a_map():
    assert map_of(post(hazard(HERE), hazard())) is None


def test_what_is_over_has_none():
    assert map_of(post(hazard(HERE), kind=MsgType.CANCEL)) is None
    assert map_of(post(hazard(HERE, response_types=("AllClear",)))) is None
    clear = hazard(THERE, response_types=("AllClear",))
    assert map_of(post(hazard(HERE), clear)) == map_of(post(hazard(HERE)))


def test_more_corners_than_can_be_drawn_are_no_map():
    ring = tuple((50 + n / 1e5, 10 + n % 7) for n in range(MOST_CORNERS + 1))
    assert map_of(post(hazard(Area("", (ring,))))) is None


def test_maps_of_the_same_areas_are_one_whatever_they_are_called():
    one, other = map_of(post(hazard(HERE))), map_of(post(hazard(replace(HERE, description="柏林"))))
    assert one == other
    moved = replace(HERE, polygons=(((52.0, 13.0), (53.0, 13.0), (53.0, 14.1)),))
    different = [
        map_of(post(hazard(moved))),
        map_of(post(hazard(HERE, severity=Severity.EXTREME))),
        map_of(post(hazard(HERE, THERE))),
        map_of(post(hazard(HERE)), reader=(52.5, 13.4)),
        map_of(post(hazard(HERE)), larger=True),
    ]
    assert len({one.url, *(each.url for each in different)}) == 6


def test_the_same_areas_are_as_grave_as_their_gravest_hazard():
    drawn = map_of(post(hazard(HERE, severity=Severity.MINOR), hazard(HERE, severity=Severity.EXTREME)))
    assert [severity for _, severity in drawn.patches] == [Severity.EXTREME]


def test_the_words_that_fit_are_the_maps_caption_and_others_stand_alone():
    [part] = shown(post(hazard(HERE))).parts
    assert isinstance(part.media[0], AreaMap)
    assert part.buttons[0][0].data == "map:7"
    [part] = shown(post(hazard(HERE, words="x" * CAPTION_ROOM))).parts
    assert part.media == ()
    assert part.buttons[0][0].data == "map:7"


def test_room_is_left_for_words_that_are_still_to_come():
    words = "x" * (CAPTION_ROOM // 2)
    assert shown(post(hazard(HERE, words=words))).parts[0].media
    assert not shown(post(hazard(HERE, words=words)), words=Words(promised=True)).parts[0].media


def test_the_agencys_own_photo_goes_before_a_map():
    photo = Media(MediaKind.PHOTO, "https://agency.test/radar.png")
    [part] = shown(post(hazard(HERE), media=(photo,))).parts
    assert part.media == (photo,)
    assert part.buttons[0][0].data == "map:7"


def test_who_wants_no_maps_sees_none():
    revision = Revision(post(hazard(HERE)), 1, RevisionKind.NEW)
    [part] = render(revision, ACCOUNT, phrases("en"), Manner(post_id=7)).parts
    assert (part.media, part.buttons) == ((), ())
    assert buttons(Manner(maps=True), phrases("en"), map_of(revision.post)) == ()
