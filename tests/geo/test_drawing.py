"""Small maps: the picture is looked at, pixel by pixel where it matters."""

import io
from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageDraw
from shapely.geometry import Polygon, box

from bot.geo import drawing
from bot.geo.atlas import Atlas, Box, Detail
from bot.geo.cities import Cities, find
from bot.geo.drawing import HEIGHT, WIDTH, Ground, draw, view_of
from bot.geo.lettering import Lettering, in_ascii
from bot.geo.shapes import around, point, shape_of
from bot.model.alert import Area, Circle, Severity

SEA, LAND = (207, 227, 238), (246, 243, 234)
HONG_KONG = around(Circle(22.3, 114.17, 20.0))


@pytest.fixture(scope="module")
def ground():
    return Ground()


def picture(ground, area, severity=Severity.SEVERE, reader=None):
    content = draw(ground, [(area, severity)], reader)
    image = Image.open(io.BytesIO(content))
    assert image.format == "PNG"
    assert image.size == (WIDTH, HEIGHT)
    assert len(content) < 100_000
    return image.convert("RGB")


def at(image, area, latitude, longitude, reader=None):
    """The colour where a place lies on the map."""
    shown = view_of(area, reader).box
    x = (longitude - shown.west) / (shown.east - shown.west) * WIDTH
    y = (shown.north - latitude) / (shown.north - shown.south) * HEIGHT
    return image.getpixel((int(x), int(y)))


def pixels(image):
    return [tuple(pixel) for pixel in np.asarray(image).reshape(-1, 3).tolist()]


def near(colour, other, far=12):
    return all(abs(a - b) <= far for a, b in zip(colour, other, strict=True))


def test_land_is_land_and_sea_is_sea(ground):
    italy = box(9, 40, 16, 44)
    image = picture(ground, italy)
    assert near(at(image, italy, 45.3, 9.9), LAND)  # Lombardy, outside of the area
    assert near(at(image, italy, 43.0, 5.5), SEA)  # off Marseille


def test_a_lake_is_water(ground):
    michigan = box(-90, 41, -85, 46)
    image = picture(ground, michigan)
    assert not near(at(image, michigan, 43.5, -87.0), at(image, michigan, 44.5, -89.5))


def test_a_name_that_would_be_cut_off_is_left_out():
    pen = ImageDraw.Draw(Image.new("RGB", (100, 100)))
    assert not Lettering(pen, 100, 100, 1).name("Johannesburg", 50, 50)
    assert Lettering(pen, 100, 100, 1).name("Bo", 50, 50)


def test_the_area_has_the_colour_of_its_severity_and_the_ground_shines_through(ground):
    orange, red = picture(ground, HONG_KONG), picture(ground, HONG_KONG, Severity.EXTREME)
    spot = (22.42, 114.05)  # on land, in the circle
    red_part, green, blue = at(red, HONG_KONG, *spot)
    assert red_part > green + 40
    assert red_part > blue + 40
    assert at(orange, HONG_KONG, *spot) != (red_part, green, blue)
    # on the sea in the circle it is another colour than on land
    assert not near(at(red, HONG_KONG, 22.2, 114.07), (red_part, green, blue), far=4)


def test_the_readers_point_is_on_the_map_where_it_is_near_and_nowhere_else(ground):
    without = picture(ground, HONG_KONG)
    here = picture(ground, HONG_KONG, reader=point(22.28, 114.16))
    far = picture(ground, HONG_KONG, reader=point(48.9, 2.3))
    assert far.tobytes() == without.tobytes()
    assert here.tobytes() != without.tobytes()
    dark = sum(sum(pixel) < 200 for pixel in _around(here, HONG_KONG, 22.28, 114.16))
    assert dark > 30


def _around(image, area, latitude, longitude, reader=None):
    shown = view_of(area, reader or point(latitude, longitude)).box
    x = int((longitude - shown.west) / (shown.east - shown.west) * WIDTH)
    y = int((shown.north - latitude) / (shown.north - shown.south) * HEIGHT)
    return pixels(image.crop((x - 10, y - 10, x + 10, y + 10)))


def test_a_city_at_the_readers_point_keeps_its_name(ground):
    lettering = Lettering(ImageDraw.Draw(Image.new("RGB", (400, 200))), 400, 200, 1)
    lettering.mark_reader(200, 100)
    assert lettering.name("Hong Kong", 204, 102)
    assert lettering.name("Victoria", 200, 100)  # on the other side
    assert not lettering.name("Kowloon", 200, 98)


def test_names_are_written_in_letters_that_the_font_has():
    assert in_ascii("Łódź") == "Lodz"
    assert in_ascii("Đà Nẵng") == "Da Nang"
    assert in_ascii("北京") == ""


def test_where_two_areas_lie_over_each_other_the_graver_one_is_seen_and_no_third_colour(ground):
    yellow, red = around(Circle(30.0, 103.0, 100.0)), around(Circle(30.0, 103.8, 100.0))
    patches = [(red, Severity.EXTREME), (yellow, Severity.MODERATE)]
    image = Image.open(io.BytesIO(draw(ground, patches))).convert("RGB")
    area = yellow.union(red)
    assert near(at(image, area, 30.2, 103.4), at(image, area, 30.2, 104.5))
    assert not near(at(image, area, 30.2, 103.4), at(image, area, 30.2, 102.4), far=30)


def test_hundreds_of_areas_are_filled_as_often_as_there_are_severities(ground, monkeypatch):
    """An alert of a country has so many; each filled by itself they took three seconds."""
    filled = []
    monkeypatch.setattr(drawing, "_filled", lambda *given, real=drawing._filled: filled.append(given) or real(*given))
    areas = [(box(x, 45, x + 1, 46 + x / 10), list(Severity)[x % 5]) for x in range(20)]
    draw(ground, areas)
    assert len(filled) == len(Severity)


def test_the_hole_of_an_area_wipes_nothing_out_of_another_one(ground):
    ring = box(5, 45, 15, 55).difference(box(7, 47, 13, 53))
    image = Image.open(io.BytesIO(draw(ground, [(box(0, 40, 20, 60), Severity.SEVERE), (ring, Severity.SEVERE)])))
    whole = box(0, 40, 20, 60)
    inside, outside = (at(image.convert("RGB"), whole, 50.2, x) for x in (11.5, 18.5))
    assert near(inside, outside, far=4)


def test_a_hole_is_no_part_of_the_area_but_what_lies_in_it_is(ground):
    ring = box(5, 45, 15, 55).difference(box(7, 47, 13, 53))
    image = picture(ground, ring.union(box(9.5, 49.5, 10.5, 50.5)))
    land = at(image, ring, 48.3, 8.0)
    assert near(land, LAND)
    assert at(image, ring, 50.2, 10.2)[2] < land[2] - 60


def test_the_inset_does_not_lie_over_the_reader(ground):
    lodz, warsaw = around(Circle(51.7, 19.4, 40.0)), point(52.1, 20.6)
    image = picture(ground, lodz, reader=warsaw)
    dark = sum(sum(pixel) < 200 for pixel in _around(image, lodz, 52.1, 20.6, warsaw))
    assert dark > 30
    assert near(image.getpixel((WIDTH - 60, 8)), LAND)


def test_what_is_smaller_than_its_line_is_ringed(ground):
    street = box(13.400, 52.520, 13.402, 52.521)
    image = picture(ground, street)
    middle = (WIDTH // 2, HEIGHT // 2)
    ringed = [image.getpixel((middle[0] + x, middle[1])) for x in range(10, 22)]
    assert any(not near(colour, LAND, far=60) for colour in ringed)


def test_the_larger_map_is_larger(ground):
    image = Image.open(io.BytesIO(draw(ground, [(HONG_KONG, Severity.MINOR)], larger=True)))
    assert image.size == (1280, 800)


def test_an_area_across_the_date_line_is_drawn_in_one_piece(ground):
    fiji = shape_of([Area("", polygons=(((-16, 178), (-16, -178), (-19, -178), (-19, 178)),))])
    image = picture(ground, fiji, Severity.MODERATE)
    assert near(at(image, fiji, -18.8, 180.0), at(image, fiji, -18.8, 181.0), far=8)
    assert near(at(image, fiji, -17.75, 177.7), LAND)  # Viti Levu, west of the area
    assert view_of(fiji).box.east - view_of(fiji).box.west < 15


def test_a_point_has_a_map_too_and_an_empty_area_has_none(ground):
    image = picture(ground, point(35.7, 139.7), Severity.EXTREME)
    assert near(image.getpixel((WIDTH // 2, HEIGHT // 2)), (156, 23, 23), far=40)
    around_it = view_of(point(35.7, 139.7)).box
    assert around_it.north - around_it.south == pytest.approx(3.0)
    with pytest.raises(ValueError, match="no map"):
        draw(ground, [(Polygon(), Severity.UNKNOWN)])


@pytest.mark.parametrize(
    "area",
    [
        box(-180, -90, 180, 90),
        box(-400, -90, 400, 90),
        box(0, 88, 1, 89.9),
        box(10, 10, 10.00001, 10.00001),
        around(Circle(0.0, 180.0, 3000.0)),
    ],
)
def test_areas_of_any_size_are_drawn(ground, area):
    assert len(Counter(pixels(picture(ground, area)))) > 2


def test_coasts_are_those_of_the_box_and_the_outer_come_first():
    rings = list(Atlas().coasts(Box(113, 21, 116, 24), Detail.LOW))
    assert [ring.kind for ring in rings] == sorted(ring.kind for ring in rings)
    for ring in rings:
        west, south = ring.points.min(axis=0)
        east, north = ring.points.max(axis=0)
        assert west <= 116
        assert east >= 113
        assert south <= 24
        assert north >= 21
    assert np.isfinite(np.concatenate([ring.points for ring in rings])).all()


def test_the_largest_cities_of_a_box_are_known_by_name():
    names = [name for name, _, _ in Cities().within(Box(100, 20, 125, 45), 5)]
    assert {"Shanghai", "Beijing"} <= set(names)
    assert [name for name, x, _ in Cities().within(Box(475, 35, 477, 41), 1) if 475 <= x <= 477] == ["Beijing"]


@pytest.mark.parametrize("name", ["Beijing", "北京市", "пекин"])
def test_a_city_is_found_by_its_name_in_other_languages(name):
    found = find(name)
    assert found[0].name == "Beijing"
    assert (round(found[0].latitude), round(found[0].longitude)) == (40, 116)


def test_no_city_is_called_nothing():
    assert find("") == []
    assert find("no such place") == []
