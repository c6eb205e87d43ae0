"""An alert's areas as shapes: foreign numbers never raise, circles have their size, nothing is torn at the date line."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box
from shapely.ops import unary_union

from bot.geo.shapes import KM_A_DEGREE, MOST_CORNERS, MOST_RINGS, around, outline, point, shape_of, together, turned
from bot.model.alert import Area, Circle

SQUARE = ((39.0, 116.0), (40.0, 116.0), (40.0, 117.0), (39.0, 117.0), (39.0, 116.0))
#: The ring 170 to -170, written across the date line.
ACROSS = ((-16.0, 178.0), (-16.0, -178.0), (-19.0, -178.0), (-19.0, 178.0))


def test_a_polygon_has_latitude_first_as_cap_writes_it():
    shape = shape_of([Area("", polygons=(SQUARE,))])
    assert shape.bounds == (116.0, 39.0, 117.0, 40.0)
    assert shape.contains(point(39.5, 116.5))
    assert not shape.contains(point(38.5, 116.5))


@pytest.mark.parametrize("latitude", [0.0, 40.0, -60.0])
@pytest.mark.parametrize("radius", [1.0, 100.0, 800.0])
def test_a_circle_is_as_wide_as_it_says_wherever_it_lies(latitude, radius):
    shape = around(Circle(latitude, 116.0, radius))
    west, south, east, north = shape.bounds
    assert (north - south) / 2 * KM_A_DEGREE == pytest.approx(radius, rel=0.01)
    middle = (south + north) / 2
    across = (east - west) / 2 * KM_A_DEGREE * math.cos(math.radians(middle))
    assert across == pytest.approx(radius, rel=0.03)


def test_a_circle_without_radius_is_a_point():
    assert around(Circle(35.7, 139.7, 0.0)).equals(point(35.7, 139.7))


def test_an_area_across_the_date_line_is_one_piece_of_four_degrees():
    shape = shape_of([Area("", polygons=(ACROSS,))])
    west, _, east, _ = shape.bounds
    assert east - west == pytest.approx(4.0)
    assert shape.contains(turned(point(-17.5, 179.9), shape))
    assert shape.contains(turned(point(-17.5, -179.9), shape))
    assert not shape.contains(turned(point(-17.5, 0.0), shape))


def test_what_an_agency_parted_at_the_date_line_is_one_piece():
    """As GeoJSON wants it (RFC 7946, 3.1.9), and agencies do."""
    west = ((-19.0, 177.0), (-16.0, 177.0), (-16.0, 180.0), (-19.0, 180.0))
    east = ((-19.0, -180.0), (-16.0, -180.0), (-16.0, -178.0), (-19.0, -178.0))
    for rings in ((west, east), (east, west)):
        shape = shape_of([Area("", polygons=rings)])
        assert shape.geom_type == "Polygon"
        assert shape.bounds[2] - shape.bounds[0] == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("spans", "wide"),
    [
        ([(170, 175), (-175, -170), (-100, -90)], 100.0),
        ([(-10, 10), (20, 30)], 40.0),
        ([(20, 30), (-10, 10)], 40.0),
        # what begins later may end earlier
        ([(0, 120), (10, 20), (130, 140), (-170, -160)], 200.0),
        ([(350, 355), (5, 10)], 20.0),
        ([(-100, -90), (80, 90), (0, 10)], 190.0),
        ([(12, 13)], 1.0),
        ([(-180, 180), (100, 110)], 360.0),
    ],
)
def test_shapes_lie_on_the_narrowest_strip_that_holds_them_all(spans, wide):
    given = [box(west, 0, east, 1) for west, east in spans]
    moved = together(given)
    for before, after in zip(given, moved, strict=True):
        assert (after.bounds[0] - before.bounds[0]) % 360 == 0
        assert after.area == pytest.approx(before.area)
    west, _, east, _ = unary_union(moved).bounds
    assert east - west == pytest.approx(wide)
    assert -540 <= west <= 360


def test_several_areas_are_one_shape_and_one_that_crosses_itself_is_mended():
    bow_tie = ((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0))
    shape = shape_of([Area("", polygons=(SQUARE, bow_tie)), Area("", circles=(Circle(10.0, 10.0, 50.0),))])
    assert shape.is_valid
    assert shape.contains(point(0.4, 1.0)) or shape.contains(point(1.0, 0.4))
    assert shape.contains(point(10.1, 10.1))


@pytest.mark.parametrize(
    "area",
    [
        Area("nothing"),
        Area("two corners", polygons=(((0.0, 0.0), (1.0, 1.0)),)),
        Area("off the earth", polygons=(((95.0, 0.0), (0.0, 1.0), (1.0, 1.0)),)),
        Area("no number", polygons=(((math.nan, 0.0), (0.0, 1.0), (1.0, 1.0)),)),
        Area("over the pole", circles=(Circle(89.0, 0.0, 500.0),)),
        Area("less than nothing", circles=(Circle(0.0, 0.0, -1.0),)),
        Area("no radius", circles=(Circle(0.0, 0.0, math.inf),)),
    ],
)
def test_what_makes_no_sense_has_no_shape(area):
    assert shape_of([area]) is None


def test_what_is_beyond_all_bounds_is_left_out():
    many = Area("", polygons=(SQUARE,) * (MOST_RINGS + 10))
    assert shape_of([many]).bounds == (116.0, 39.0, 117.0, 40.0)
    long = tuple((10 * math.sin(n), 10 * math.cos(n)) for n in range(MOST_CORNERS + 1))
    assert shape_of([Area("", polygons=(long,))]) is None
    circles = tuple(Circle(0.0, 0.1 * n, 10.0) for n in range(MOST_RINGS + 100))
    assert shape_of([Area("", circles=circles)]).bounds[2] < 0.1 * MOST_RINGS + 1


@pytest.mark.parametrize(
    "ring",
    [
        # around the pole, its latitude going up and down: without its pole it would be a narrow band
        tuple((70.0 + 8 * math.sin(math.radians(3 * east)), float(east)) for east in range(-180, 181, 10)),
        # around the globe, and back one degree further north
        tuple((0.0, float(east % 360)) for east in range(0, 541, 90))
        + tuple((1.0, float(east % 360)) for east in range(540, -1, -90)),
    ],
    ids=["around a pole", "more than once around"],
)
def test_a_ring_without_an_inside_decides_nothing(ring):
    assert outline(ring).is_empty


numbers = st.floats(allow_nan=True, allow_infinity=True, width=32)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(numbers, numbers), max_size=8), max_size=4), st.tuples(numbers, numbers, numbers))
def test_any_numbers_give_a_valid_shape_or_none(rings, circle):
    shape = shape_of([Area("", polygons=tuple(map(tuple, rings)), circles=(Circle(*circle),))])
    assert shape is None or (shape.is_valid and not shape.is_empty and all(map(math.isfinite, shape.bounds)))


def test_a_circle_smaller_than_a_metre_is_a_point():
    assert around(Circle(0.0, 1.0, 5.2e-31)) == point(0.0, 1.0)


def test_a_scribble_that_would_take_minutes_to_mend_is_its_hull():
    rng = random.Random(1)
    scribble = tuple((rng.uniform(10, 20), rng.uniform(10, 20)) for _ in range(5000))
    shape = shape_of([Area("", polygons=(scribble,))])
    assert shape.equals(shape.convex_hull)
    assert all(shape.covers(point(*corner)) for corner in scribble)


def test_a_figure_of_eight_is_both_of_its_halves():
    eight = ((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0))
    shape = shape_of([Area("", polygons=(eight,))])
    assert shape.is_valid
    assert shape.covers(point(0.3, 1.0))
    assert shape.covers(point(1.7, 1.0))
    assert not shape.covers(point(1.0, 0.3))
