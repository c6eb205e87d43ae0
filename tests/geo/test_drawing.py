"""Small maps: the picture is looked at, pixel by pixel where it matters."""

import io
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from shapely.geometry import Polygon, box

from bot.geo.atlas import Atlas, Box, Detail
from bot.geo.cities import Cities, find
from bot.geo.drawing import HEIGHT, WIDTH, Ground, draw, view_of
from bot.geo.shapes import around, point, shape_of
from bot.model.alert import Area, Circle, Severity

SEA, LAND = (207, 227, 238), (246, 243, 234)
HONG_KONG = around(Circle(22.3, 114.17, 20.0))


@pytest.fixture(scope="module")
def ground():
    return Ground()


def picture(ground, area, severity=Severity.SEVERE, reader=None):
    content = draw(ground, area, severity, reader)
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


def _around(image, area, latitude, longitude):
    shown = view_of(area, point(latitude, longitude)).box
    x = int((longitude - shown.west) / (shown.east - shown.west) * WIDTH)
    y = int((shown.north - latitude) / (shown.north - shown.south) * HEIGHT)
    return pixels(image.crop((x - 10, y - 10, x + 10, y + 10)))


def test_an_area_across_the_date_line_is_drawn_in_one_piece(ground):
    fiji = shape_of([Area("", polygons=(((-16, 178), (-16, -178), (-19, -178), (-19, 178)),))])
    image = picture(ground, fiji, Severity.MODERATE)
    assert near(at(image, fiji, -18.8, 180.0), at(image, fiji, -18.8, 181.0), far=8)
    assert near(at(image, fiji, -17.75, 177.7), LAND)  # Viti Levu, west of the area
    assert view_of(fiji).box.east - view_of(fiji).box.west < 15


def test_a_point_has_a_map_too_and_an_empty_area_has_none(ground):
    image = picture(ground, point(35.7, 139.7), Severity.EXTREME)
    assert near(image.getpixel((WIDTH // 2, HEIGHT // 2)), (200, 30, 30), far=40)
    with pytest.raises(ValueError, match="no map"):
        draw(ground, Polygon())


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
    found = find(name, str.casefold)
    assert found[0].name == "Beijing"
    assert (round(found[0].latitude), round(found[0].longitude)) == (40, 116)


def test_no_city_is_called_nothing():
    assert find("", str.casefold) == []
    assert find("no such place", str.casefold) == []
