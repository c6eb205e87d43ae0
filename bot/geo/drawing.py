"""A small map of an alert's areas: coasts, borders, large cities, each area in its severity's colour, the reader's own
point, and in a corner where in the world that is. What is written on it stands in ``lettering``.
"""

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from PIL import Image, ImageChops, ImageDraw
from shapely import affinity, clip_by_rect
from shapely.errors import ShapelyError
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from bot.geo.atlas import Atlas, Box, Detail, Ring
from bot.geo.cities import Cities
from bot.geo.lettering import Lettering, Room
from bot.geo.shapes import KM_A_DEGREE, turned
from bot.model.alert import Severity

#: An area and how grave it is there.
Patch = tuple[BaseGeometry, Severity]

#: Of the picture, in pixels; drawn twice as large and made smaller, which smooths its lines. A phone shows it some 300
#: points wide: the letters (``lettering``) are large enough for that.
WIDTH, HEIGHT, _FINER = 800, 500, 2
#: The larger map has the same letters, and room for more of them: for who opens it.
LARGER = 1.6
#: What is around the area, as a part of its larger side on each side; and the least that is shown, degrees of latitude:
#: some 70 km, so that there is something to know the place by. A mere point (an epicentre) has some 300 km around it.
_MARGIN, _LEAST_SPAN, _POINT_SPAN = 0.35, 0.6, 3.0
#: The reader's point is shown where it does not make the map more than so many times as large.
_FARTHEST = 3.0
_MOST_NORTH = 85.0

_SEA, _LAND, _COAST, _BORDER = "#cfe3ee", "#f6f3ea", "#8aa4b3", "#8d8779"
_INK, _PAPER = "#333333", "#ffffff"
#: Of the filling; its edge is darker, so that yellow is seen on land too.
_COLOURS = {
    Severity.EXTREME: (200, 30, 30),
    Severity.SEVERE: (226, 110, 20),
    Severity.MODERATE: (226, 176, 0),
    Severity.MINOR: (40, 100, 200),
    Severity.UNKNOWN: (90, 90, 90),
}
_DARKER = 0.78
_FILLED = 110
#: An area smaller than so many pixels is ringed, so that it is found.
_TINY, _RINGED = 14 * _FINER, 18 * _FINER
#: From so many degrees of latitude on the coarser lines are fine enough.
_CRUDE_FROM, _LOW_FROM = 40.0, 9.0
#: Islands smaller than so many pixels are left out.
_LEAST_PIXELS = 2.0
#: The inset: pixels as drawn, what it shows in degrees of latitude, and from which height of the map on it is of no use.
_INSET, _INSET_SPAN, _INSET_BELOW = (190 * _FINER, 136 * _FINER), 32.0, 12.0
#: Cities that are tried for a name, and those that get one on the smaller map and on the larger one.
_ASKED, _NAMED, _NAMED_LARGER = 40, 6, 14


@dataclass(frozen=True, slots=True)
class View:
    """What a picture shows: a box, stretched so that a kilometre is as long in both directions at its middle."""

    box: Box
    #: Pixels, drawn size.
    wide: int = WIDTH * _FINER
    high: int = HEIGHT * _FINER

    @property
    def pixels_a_degree(self) -> tuple[float, float]:
        """East and north."""
        return self.wide / (self.box.east - self.box.west), self.high / (self.box.north - self.box.south)

    @property
    def canvas(self) -> tuple[float, float, float, float]:
        """A little beyond the picture's edges, where the cut is not seen."""
        edge = 4.0 * _FINER
        return -edge, -edge, self.wide + edge, self.high + edge


@dataclass(slots=True)
class Ground:
    """What all maps are drawn on; reads its files when they are first needed."""

    atlas: Atlas = field(default_factory=Atlas)
    cities: Cities = field(default_factory=Cities)


def draw(ground: Ground, patches: Sequence[Patch], reader: Point | None = None, *, larger: bool = False) -> bytes:
    """A PNG of 800 by 500 pixels, or 1280 by 800. Blocking, some tenths of a second: call it in a thread. Raises
    ValueError for areas that have no extent at all.
    """
    seen = sorted((patch for patch in patches if not patch[0].is_empty), key=lambda patch: patch[1].rank)
    if not seen:
        raise ValueError("an empty area has no map")
    area, worst = _beside(seen), _COLOURS[seen[-1][1]]
    if reader is not None:
        reader = _near(reader, area)
    view = view_of(area, reader, larger=larger)
    picture = _world(ground.atlas, view)
    seen = [(turned(shape, area), severity) for shape, severity in seen]
    there = [(_in_pixels(shape, view), severity) for shape, severity in seen]
    picture = _with_areas(picture, _by_severity(seen, view), there, view)
    pen = ImageDraw.Draw(picture)
    lettering = Lettering(pen, view.wide, view.high, _FINER)
    spot = tuple(_pixels(np.array([[reader.x, reader.y]]), view)[0]) if reader is not None else None
    if view.box.north - view.box.south < _INSET_BELOW:
        corner = _corner(view, spot)
        picture.paste(_inset(ground.atlas, view, worst), (round(corner.left), round(corner.top)))
        lettering.keep_free(corner)
    for tiny in filter(None, (_tiny(shape) for shape, _ in there)):
        lettering.marked(tiny.x, tiny.y, _RINGED)
    if spot is not None:
        lettering.mark_reader(*spot)
    lettering.credit()
    lettering.scale(view.pixels_a_degree[1] / KM_A_DEGREE)
    _names(lettering, ground.cities, view, _NAMED_LARGER if larger else _NAMED)
    out = io.BytesIO()
    picture.reduce(_FINER).quantize(128).save(out, "PNG")
    return out.getvalue()


def nearest(patches: Sequence[Patch], points: Iterable[Point]) -> int | None:
    """Which of these points lies nearest to the areas, by its number; None where none is near enough to be on their map."""
    seen = sorted((patch for patch in patches if not patch[0].is_empty), key=lambda patch: patch[1].rank)
    area = _beside(seen)
    shown = [(area.distance(moved), number) for number, each in enumerate(points) if (moved := _near(each, area))]
    return min(shown)[1] if shown else None


def _beside(patches: Sequence[Patch]) -> BaseGeometry:
    """All areas as one, each on the same side of the date line as the gravest one."""
    gravest = patches[-1][0]
    return unary_union([turned(shape, gravest) for shape, _ in patches]) if len(patches) > 1 else gravest


def view_of(area: BaseGeometry, reader: Point | None = None, *, larger: bool = False) -> View:
    """The area (and the reader) with something around it."""
    west, south, east, north = area.bounds if reader is None else area.union(reader).bounds
    middle = max(-_MOST_NORTH, min(_MOST_NORTH, (south + north) / 2))
    narrow = math.cos(math.radians(middle))
    least = _LEAST_SPAN if area.area else _POINT_SPAN
    # in degrees of latitude, as long in both directions
    high = max(least, (north - south) * (1 + 2 * _MARGIN))
    wide = max(least, (east - west) * narrow * (1 + 2 * _MARGIN))
    high = max(high, wide * HEIGHT / WIDTH)
    wide = high * WIDTH / HEIGHT
    east_west = min(360.0, wide / narrow) / 2
    box = Box((west + east) / 2 - east_west, middle - high / 2, (west + east) / 2 + east_west, middle + high / 2)
    times = _FINER * (LARGER if larger else 1)
    return View(box, round(WIDTH * times), round(HEIGHT * times))


def _near(reader: Point, area: BaseGeometry) -> Point | None:
    """The reader's point beside the area, None when it is too far away to be on its map."""
    moved = turned(reader, area)
    box = view_of(area).box
    far_x = abs(moved.x - (box.west + box.east) / 2) / (box.east - box.west)
    far_y = abs(moved.y - (box.south + box.north) / 2) / (box.north - box.south)
    return Point(moved.x, moved.y) if max(far_x, far_y) <= _FARTHEST / 2 else None


def _detail(view: View) -> Detail:
    high = view.box.north - view.box.south
    if high >= _CRUDE_FROM:
        return Detail.CRUDE
    return Detail.LOW if high >= _LOW_FROM else Detail.FINE


def _world(atlas: Atlas, view: View) -> Image.Image:
    """Sea, land and borders."""
    picture = Image.new("RGB", (view.wide, view.high), _SEA)
    pen, detail = ImageDraw.Draw(picture), _detail(view)
    pixel_km = KM_A_DEGREE / view.pixels_a_degree[1]
    for ring in atlas.coasts(view.box, detail, least_km2=(_LEAST_PIXELS * pixel_km) ** 2):
        # odd ones are land (1) and islands (3), even ones water in them
        fill = _LAND if ring.kind % 2 else _SEA
        for corners in _clipped_ring(ring, view):
            pen.polygon(_flat(corners), fill=fill)
        for line in _clipped_line(ring, view, close=True):
            pen.line(_flat(line), fill=_COAST, width=_FINER)
    for ring in atlas.borders(view.box, detail):
        for line in _clipped_line(ring, view):
            pen.line(_flat(line), fill=_BORDER, width=_FINER)
    return picture


def _clipped_ring(ring: Ring, view: View) -> Iterator[np.ndarray]:
    """What of a ring lies in the picture, in pixels."""
    if len(ring.points) < 3:  # noqa: PLR2004 - a triangle
        return
    try:
        inside = clip_by_rect(Polygon(_pixels(ring.points, view)), *view.canvas)
    except (ShapelyError, ValueError):
        return
    for part in _polygons(inside):
        yield np.asarray(part.exterior.coords)


def _clipped_line(ring: Ring, view: View, *, close: bool = False) -> Iterator[np.ndarray]:
    points = ring.points if not close else np.concatenate((ring.points, ring.points[:1]))
    if len(points) < 2:  # noqa: PLR2004 - a line
        return
    yield from _parts(clip_by_rect(LineString(_pixels(points, view)), *view.canvas))


def _pixels(points: np.ndarray, view: View) -> np.ndarray:
    across, up = view.pixels_a_degree
    x = (points[:, 0].astype(np.float64) - view.box.west) * across
    y = (view.box.north - points[:, 1].astype(np.float64)) * up
    return np.column_stack((x, y))


def _flat(corners: np.ndarray) -> list[float]:
    return corners.ravel().tolist()


def _polygons(shape: BaseGeometry) -> Iterator[Polygon]:
    if isinstance(shape, Polygon):
        if not shape.is_empty:
            yield shape
    elif isinstance(shape, MultiPolygon) or hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from _polygons(part)


def _by_severity(patches: Sequence[Patch], view: View) -> Iterator[Patch]:
    """All areas of each severity as one, in pixels, the gravest first: hundreds of them are filled as fast as one."""
    for severity, alike in groupby(reversed(patches), key=lambda patch: patch[1]):
        yield _in_pixels(unary_union([shape for shape, _ in alike]), view), severity


def _with_areas(picture: Image.Image, fills: Iterable[Patch], edges: Sequence[Patch], view: View) -> Image.Image:
    """The areas (in pixels; the gravest are filled first and have their edge last) laid over the ground so that this shines
    through. No colour is mixed with another one: where two lie over each other the graver one is seen, for red on yellow
    would look like orange.
    """
    covered = Image.new("L", picture.size, 0)
    for shape, severity in fills:
        filled = ImageChops.subtract(_filled(shape, view), covered)
        picture = Image.composite(Image.new("RGB", picture.size, _COLOURS[severity]), picture, filled)
        covered = ImageChops.lighter(covered, filled)
    pen = ImageDraw.Draw(picture)
    for shape, severity in edges:
        _edge(pen, shape, view, tuple(round(_DARKER * value) for value in _COLOURS[severity]))
    return picture


def _in_pixels(area: BaseGeometry, view: View) -> BaseGeometry:
    across, up = view.pixels_a_degree
    return affinity.affine_transform(area, [across, 0, 0, -up, -view.box.west * across, view.box.north * up])


def _filled(shape: BaseGeometry, view: View) -> Image.Image:
    """How much of the colour lies on each pixel."""
    filled = Image.new("L", (view.wide, view.high), 0)
    pen = ImageDraw.Draw(filled)
    # the larger first: what lies in a hole of another is not wiped out with it
    for part in sorted(_polygons(clip_by_rect(shape, *view.canvas)), key=lambda part: -Polygon(part.exterior).area):
        pen.polygon(_flat(np.asarray(part.exterior.coords)), fill=_FILLED)
        for hole in part.interiors:
            pen.polygon(_flat(np.asarray(hole.coords)), fill=0)
    return filled


def _edge(pen: ImageDraw.ImageDraw, shape: BaseGeometry, view: View, colour: tuple[int, ...]) -> None:
    for part in _polygons(shape):
        for ring in (part.exterior, *part.interiors):
            for line in _parts(clip_by_rect(LineString(ring.coords), *view.canvas)):
                pen.line(_flat(line), fill=colour, width=2 * _FINER, joint="curve")
    for spot in _points(shape):
        _dot(pen, spot, 7 * _FINER, colour)
    if (tiny := _tiny(shape)) is not None:
        ring = tiny.buffer(_RINGED)
        pen.ellipse(ring.bounds, outline=_PAPER, width=6 * _FINER)
        pen.ellipse(ring.buffer(-_FINER).bounds, outline=colour, width=3 * _FINER)


def _tiny(shape: BaseGeometry) -> Point | None:
    """The middle of what is too small to be seen by itself, in pixels; None for what is not."""
    west, north, east, south = shape.bounds
    return Point((west + east) / 2, (north + south) / 2) if max(east - west, south - north) < _TINY else None


def _dot(pen: ImageDraw.ImageDraw, spot: Point, reach: float, colour: tuple[int, ...]) -> None:
    pen.ellipse((spot.x - reach, spot.y - reach, spot.x + reach, spot.y + reach), fill=colour)


def _parts(shape: BaseGeometry) -> Iterator[np.ndarray]:
    for part in getattr(shape, "geoms", (shape,)):
        if isinstance(part, LineString) and not part.is_empty:
            yield np.asarray(part.coords)


def _points(shape: BaseGeometry) -> Iterator[Point]:
    for part in getattr(shape, "geoms", (shape,)):
        if isinstance(part, Point) and not part.is_empty:
            yield part


def _names(lettering: Lettering, cities: Cities, view: View, most: int) -> None:
    """The largest cities that there is room for."""
    shown = 0
    for name, longitude, latitude in cities.within(view.box, _ASKED):
        ((x, y),) = _pixels(np.array([[longitude, latitude]]), view)
        shown += lettering.name(name, x, y)
        if shown == most:
            return


def _corner(view: View, reader: tuple[float, float] | None) -> Room:
    """Where the inset lies: on the right, or on the left where the reader is on the right."""
    right = reader is None or reader[0] < view.wide / 2
    left = view.wide - _INSET[0] - _FINER if right else _FINER
    return Room(left, _FINER, left + _INSET[0], _FINER + _INSET[1])


def _inset(atlas: Atlas, view: View, colour: tuple[int, int, int]) -> Image.Image:
    """The countries around, and where among them the picture lies."""
    box = view.box
    x, y = (box.west + box.east) / 2, (box.south + box.north) / 2
    high = _INSET_SPAN
    wide = min(360.0, high * _INSET[0] / _INSET[1] / math.cos(math.radians(max(-60.0, min(60.0, y)))))
    small = View(Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), *_INSET)
    picture = _world(atlas, small)
    pen = ImageDraw.Draw(picture)
    (left, top), (right, bottom) = _pixels(np.array([[box.west, box.north], [box.east, box.south]]), small)
    reach = 4 * _FINER
    if right - left < 2 * reach:
        left, right = (left + right) / 2 - reach, (left + right) / 2 + reach
    if bottom - top < 2 * reach:
        top, bottom = (top + bottom) / 2 - reach, (top + bottom) / 2 + reach
    pen.rectangle((left, top, right, bottom), outline=colour, width=2 * _FINER)
    pen.rectangle((0, 0, small.wide - 1, small.high - 1), outline=_INK, width=_FINER)
    return picture
