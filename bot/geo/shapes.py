"""An alert's areas as shapes on the plane of longitude and latitude, degrees. Shapes may go beyond 180 degrees east or
west, so that none is torn at the date line; who compares two of them shifts one by full turns (``turned``).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from bot.model.alert import Area, Circle

#: Mean kilometres of a degree of latitude (WGS 84: 110.57 to 111.69).
KM_A_DEGREE = 111.2
_TURN, _HALF = 360.0, 180.0
#: Corners of a circle.
_CORNERS = 64
#: A circle that comes nearer to a pole than this has no shape on this plane, degrees.
_LAST_LATITUDE = 89.0
#: A circle smaller than a metre is a point: its corners would be one.
_LEAST_KM = 0.001
#: Bounds of what is drawn and compared; a sender may write anything.
MOST_RINGS, MOST_CORNERS = 500, 20_000
#: A ring that crosses itself more often is a scribble: mending it would take long (fifty random corners cross three hundred
#: times and take 5 ms, a thousand take 15 s). Its hull is taken, which leaves nobody out.
MOST_CROSSINGS = 300
#: Sides that are looked at together while crossings are counted; the count can stop after each of them.
_SIDES_AT_ONCE = 32


def shape_of(areas: Iterable[Area]) -> BaseGeometry | None:
    """The union of all polygons and circles, each valid; None where there are none that make sense. What was parted at the
    date line, as agencies do, is one piece.
    """
    shapes = [shape for shape in _shapes(areas) if not shape.is_empty]
    return unary_union(together(shapes)) if shapes else None


def together(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """These moved by full turns until they lie on the narrowest strip of the globe that holds them: the widest gap between
    them is what lies outside of it. The westernmost one stays.
    """
    if not shapes:
        return []
    turns = [math.floor(shape.bounds[0] / _TURN) for shape in shapes]
    sides = sorted(
        (shape.bounds[0] - _TURN * turn, shape.bounds[2] - _TURN * turn, number)
        for number, (shape, turn) in enumerate(zip(shapes, turns, strict=True))
    )
    furthest = list(accumulate((east for _, east, _ in sides), max))
    gaps = [sides[0][0] + _TURN - furthest[-1]]
    gaps += [west - before for (west, _, _), before in zip(sides[1:], furthest, strict=False)]
    first = gaps.index(max(gaps))
    for _, _, number in sides[:first]:
        turns[number] -= 1
    stays = turns[sides[first][2]]
    return [
        affinity.translate(shape, _TURN * (stays - turn)) if turn != stays else shape
        for shape, turn in zip(shapes, turns, strict=True)
    ]


def turned(shape: BaseGeometry, beside: BaseGeometry) -> BaseGeometry:
    """The shape moved by full turns until it lies as near to the other one as it can."""
    if shape.is_empty or beside.is_empty:
        return shape
    turns = round((beside.centroid.x - shape.centroid.x) / _TURN)
    return affinity.translate(shape, turns * _TURN) if turns else shape


def point(latitude: float, longitude: float) -> Point:
    """A point; note the order."""
    return Point(longitude, latitude)


def around(circle: Circle) -> BaseGeometry:
    """A circle as a polygon that is true to within a percent up to 1,000 km; empty when its numbers make no sense."""
    latitude, longitude, radius = circle.latitude, circle.longitude, circle.radius_km
    reach = radius / KM_A_DEGREE
    if not _on_earth(latitude, longitude) or not radius >= 0 or abs(latitude) + reach > _LAST_LATITUDE:
        return Polygon()
    if radius < _LEAST_KM:
        return Point(longitude, latitude)
    return Polygon([_corner(latitude, longitude, reach, 2 * math.pi * n / _CORNERS) for n in range(_CORNERS)])


def _corner(latitude: float, longitude: float, reach: float, bearing: float) -> tuple[float, float]:
    """Where one is after so many degrees of a great circle in this direction (radians from north), as (x, y)."""
    start, way = math.radians(latitude), math.radians(reach)
    there = math.asin(math.sin(start) * math.cos(way) + math.cos(start) * math.sin(way) * math.cos(bearing))
    turn = math.atan2(
        math.sin(bearing) * math.sin(way) * math.cos(start), math.cos(way) - math.sin(start) * math.sin(there)
    )
    return longitude + math.degrees(turn), math.degrees(there)


def _shapes(areas: Iterable[Area]) -> Iterator[BaseGeometry]:
    rings = corners = 0
    for area in areas:
        for ring in area.polygons:
            rings, corners = rings + 1, corners + len(ring)
            if rings > MOST_RINGS or corners > MOST_CORNERS:
                return
            yield _polygon(ring)
        for circle in area.circles:
            rings, corners = rings + 1, corners + _CORNERS
            if rings > MOST_RINGS or corners > MOST_CORNERS:
                return
            yield around(circle)


def _polygon(ring: tuple[tuple[float, float], ...]) -> BaseGeometry:
    """A ring of (latitude, longitude); empty when it is none."""
    return _mended(_flat(ring))


def _flat(ring: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Its corners as (x, y), torn nowhere; none when it is no ring."""
    if len(ring) < 3 or not all(_on_earth(*corner) for corner in ring):  # noqa: PLR2004 - a triangle
        return []
    flat: list[tuple[float, float]] = []
    for latitude, longitude in ring:
        x = longitude
        if flat:  # the shorter way from the corner before
            x += _TURN * round((flat[-1][0] - x) / _TURN)
        flat.append((x, latitude))
    return flat


def _mended(flat: list[tuple[float, float]]) -> BaseGeometry:
    shape = Polygon(flat)
    if shape.is_valid:
        return shape
    if _is_scribble(flat):
        return shape.convex_hull
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def _is_scribble(ring: list[tuple[float, float]]) -> bool:
    ends = np.array(ring)
    sides = shapely.linestrings(np.stack((ends, np.roll(ends, -1, axis=0)), axis=1))
    tree = shapely.STRtree(sides)
    # each side meets itself and its two neighbours, and each crossing is found from both of its sides
    left = 3 * len(sides) + 2 * MOST_CROSSINGS
    for start in range(0, len(sides), _SIDES_AT_ONCE):
        left -= tree.query(sides[start : start + _SIDES_AT_ONCE], predicate="intersects").shape[1]
        if left < 0:
            return True
    return False


#: Degrees: more than what rounding moves a corner by.
_STEP = 1e-5


def _on_earth(latitude: float, longitude: float) -> bool:
    return abs(latitude) <= _HALF / 2 and abs(longitude) <= _TURN


def outline(ring: tuple[tuple[float, float], ...]) -> BaseGeometry:
    """A ring of (latitude, longitude) to decide by: empty when it encloses nothing, larger where it is a tangle."""
    flat = _flat(ring) if len(ring) <= MOST_CORNERS else []
    # one that goes around a pole has no inside on this plane, one that goes around again and again none at all
    if not flat or abs(flat[-1][0] - flat[0][0]) > _HALF or any(abs(x) > _TURN for x, _ in flat):
        return Polygon()
    # to ten centimetres: far smaller steps than that are no line to GEOS
    flat = [(round(x, 6), round(y, 6)) for x, y in flat]
    shape = _mended(flat)
    # a corner at the end of a spike encloses nothing and is gone, but who lives there may be meant
    lost = not shape.is_empty and bool((shapely.distance(shape, shapely.points(flat)) > _STEP).any())
    return Polygon(flat).convex_hull if lost else shape
