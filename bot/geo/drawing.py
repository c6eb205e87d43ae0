"""A small map of an alert's area: coasts, borders, large cities, the area in its severity's colour, the reader's own point,
and in a corner where in the world that is.
"""

import io
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from shapely import affinity, clip_by_rect
from shapely.errors import ShapelyError
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from bot.geo.atlas import Atlas, Box, Detail, Ring
from bot.geo.cities import Cities
from bot.geo.shapes import KM_A_DEGREE, turned
from bot.model.alert import Severity

#: Of the picture, in pixels; drawn twice as large and made smaller, which smooths its lines.
WIDTH, HEIGHT, _FINER = 640, 400, 2
#: What is around the area, as a part of its larger side on each side; and the least that is shown, degrees of latitude:
#: some 70 km, so that there is something to know the place by.
_MARGIN, _LEAST_SPAN = 0.35, 0.6
#: The reader's point is shown where it does not make the map more than so many times as large.
_FARTHEST = 3.0
_MOST_NORTH = 85.0

_SEA, _LAND, _COAST, _BORDER = "#cfe3ee", "#f6f3ea", "#8aa4b3", "#8d8779"
_INK, _PAPER = "#333333", "#ffffff"
_COLOURS = {
    Severity.EXTREME: (200, 30, 30),
    Severity.SEVERE: (226, 110, 20),
    Severity.MODERATE: (214, 170, 0),
    Severity.MINOR: (40, 100, 200),
    Severity.UNKNOWN: (90, 90, 90),
}
_FILLED, _EDGED = 96, 230
#: From so many degrees of latitude on the coarser lines are fine enough.
_CRUDE_FROM, _LOW_FROM = 40.0, 9.0
#: Islands smaller than so many pixels are left out.
_LEAST_PIXELS = 2.0
#: The inset: pixels as drawn, what it shows in degrees of latitude, and from which height of the map on it is of no use.
_INSET, _INSET_SPAN, _INSET_BELOW = (150 * _FINER, 110 * _FINER), 32.0, 12.0
#: Cities that are named, and that are tried for it.
_NAMED, _ASKED = 7, 40
#: Lengths that a scale may have, km.
_SCALES = tuple(number * 10**power for power in range(4) for number in (1, 2, 5))


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


def draw(
    ground: Ground, area: BaseGeometry, severity: Severity = Severity.UNKNOWN, reader: Point | None = None
) -> bytes:
    """A PNG of 640 by 400 pixels. Blocking, some tenths of a second: call it in a thread. Raises ValueError for an area
    that has no extent at all.
    """
    if area.is_empty:
        raise ValueError("an empty area has no map")
    if reader is not None:
        reader = _near(reader, area)
    view = view_of(area, reader)
    picture = _world(ground.atlas, view)
    picture = _with_area(picture, area, view, _COLOURS[severity])
    pen = ImageDraw.Draw(picture)
    _names(pen, ground.cities, view)
    if reader is not None:
        _mark(pen, view, reader)
    _scale(pen, view)
    if view.box.north - view.box.south < _INSET_BELOW:
        picture.paste(_inset(ground.atlas, view, _COLOURS[severity]), (view.wide - _INSET[0] - _FINER, _FINER))
    out = io.BytesIO()
    picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).quantize(128).save(out, "PNG")
    return out.getvalue()


def view_of(area: BaseGeometry, reader: Point | None = None) -> View:
    """The area (and the reader) with something around it."""
    west, south, east, north = area.bounds if reader is None else area.union(reader).bounds
    middle = max(-_MOST_NORTH, min(_MOST_NORTH, (south + north) / 2))
    narrow = math.cos(math.radians(middle))
    # in degrees of latitude, as long in both directions
    high = max(_LEAST_SPAN, (north - south) * (1 + 2 * _MARGIN))
    wide = max(_LEAST_SPAN, (east - west) * narrow * (1 + 2 * _MARGIN))
    high = max(high, wide * HEIGHT / WIDTH)
    wide = high * WIDTH / HEIGHT
    east_west = min(360.0, wide / narrow) / 2
    return View(
        Box((west + east) / 2 - east_west, middle - high / 2, (west + east) / 2 + east_west, middle + high / 2)
    )


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


def _with_area(picture: Image.Image, area: BaseGeometry, view: View, colour: tuple[int, int, int]) -> Image.Image:
    """The area laid over the ground so that this shines through."""
    across, up = view.pixels_a_degree
    there = affinity.affine_transform(area, [across, 0, 0, -up, -view.box.west * across, view.box.north * up])
    over = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(over)
    for part in _polygons(clip_by_rect(there, *view.canvas)):
        pen.polygon(_flat(np.asarray(part.exterior.coords)), fill=(*colour, _FILLED))
        for hole in part.interiors:
            pen.polygon(_flat(np.asarray(hole.coords)), fill=(0, 0, 0, 0))
    for part in _polygons(there):
        for ring in (part.exterior, *part.interiors):
            for line in _parts(clip_by_rect(LineString(ring.coords), *view.canvas)):
                pen.line(_flat(line), fill=(*colour, _EDGED), width=2 * _FINER, joint="curve")
    for spot in _points(there):
        reach = 7 * _FINER
        pen.ellipse((spot.x - reach, spot.y - reach, spot.x + reach, spot.y + reach), fill=(*colour, _EDGED))
    return Image.alpha_composite(picture.convert("RGBA"), over).convert("RGB")


def _parts(shape: BaseGeometry) -> Iterator[np.ndarray]:
    for part in getattr(shape, "geoms", (shape,)):
        if isinstance(part, LineString) and not part.is_empty:
            yield np.asarray(part.coords)


def _points(shape: BaseGeometry) -> Iterator[Point]:
    for part in getattr(shape, "geoms", (shape,)):
        if isinstance(part, Point) and not part.is_empty:
            yield part


def _names(pen: ImageDraw.ImageDraw, cities: Cities, view: View) -> None:
    """The largest cities, none over another; the corners of the inset and the scale stay free."""
    font = ImageFont.load_default(size=11 * _FINER)
    taken = [
        (view.wide - _INSET[0], 0.0, float(view.wide), float(_INSET[1])),
        (0.0, view.high * 0.86, 180.0 * _FINER, float(view.high)),
    ]
    shown = 0
    for name, longitude, latitude in cities.within(view.box, _ASKED):
        ((x, y),) = _pixels(np.array([[longitude, latitude]]), view)
        words = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        place = pen.textbbox((x + 5 * _FINER, y), words, font=font, anchor="lm")
        room = (place[0] - 8 * _FINER, place[1] - 2 * _FINER, place[2] + 4 * _FINER, place[3] + 2 * _FINER)
        if place[2] > view.wide or not words or any(_meet(room, other) for other in taken):
            continue
        taken.append(room)
        pen.ellipse((x - 2 * _FINER, y - 2 * _FINER, x + 2 * _FINER, y + 2 * _FINER), fill=_INK)
        pen.text((x + 5 * _FINER, y), words, _INK, font=font, anchor="lm", stroke_width=2 * _FINER, stroke_fill=_LAND)
        shown += 1
        if shown == _NAMED:
            return


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


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


def _mark(pen: ImageDraw.ImageDraw, view: View, reader: Point) -> None:
    """Where the reader is: a dark ring with a white one around it."""
    ((x, y),) = _pixels(np.array([[reader.x, reader.y]]), view)
    for reach, colour in ((8 * _FINER, _PAPER), (6 * _FINER, _INK), (2.5 * _FINER, _PAPER)):
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)


def _scale(pen: ImageDraw.ImageDraw, view: View) -> None:
    """How long so many kilometres are, at the picture's middle."""
    pixels_a_km = view.pixels_a_degree[1] / KM_A_DEGREE
    length = next((km for km in reversed(_SCALES) if km * pixels_a_km <= WIDTH * _FINER / 4), _SCALES[0])
    left, bottom, long = 12 * _FINER, HEIGHT * _FINER - 14 * _FINER, length * pixels_a_km
    pen.line((left, bottom, left + long, bottom), fill=_INK, width=2 * _FINER)
    for end in (left, left + long):
        pen.line((end, bottom - 4 * _FINER, end, bottom + 4 * _FINER), fill=_INK, width=2 * _FINER)
    font = ImageFont.load_default(size=12 * _FINER)
    pen.text((left, bottom - 20 * _FINER), f"{length} km", fill=_INK, font=font)
