"""Which alerts have a map, and what is drawn on it. Looks at numbers alone: the shapes are made where it is drawn."""

import hashlib
from array import array
from collections.abc import Iterator

from bot.model.alert import Alert, Area, Circle, Severity, areas_once
from bot.model.mapping import AreaMap
from bot.model.post import MediaKind, Post
from bot.reading.relaying import is_over, is_past

#: What the button that asks for the larger map sends back: "map:17" (post 17).
MAP = "map"
#: Corners of all rings, and rings and circles, of one alert beyond which it has no map.
MOST_CORNERS, MOST_SHAPES = 20_000, 500
#: A circle that comes nearer to a pole has no shape on the plane of a map, degrees; kilometres of one of them.
_LAST_LATITUDE, _KM_A_DEGREE = 89.0, 111.2
#: Decimals of a reader's place: some hundred metres.
_PLACE_DECIMALS = 3


def map_of(post: Post, *, reader: tuple[float, float] | None = None, larger: bool = False) -> AreaMap | None:
    """The map of what is in force. None where there is none, and where it would show a part of the areas alone: who sees
    such a map takes their place for a safe one.
    """
    alert = post.alert
    if alert is None or is_over(alert):
        return None
    patches = _patches(alert)
    if not patches or not all(_can_be_drawn(area) for areas, _ in patches for area in areas):
        return None
    numbers = [number for areas, _ in patches for area in areas for number in _numbers(area)]
    shapes = sum(len(area.polygons) + len(area.circles) for areas, _ in patches for area in areas)
    if shapes > MOST_SHAPES or len(numbers) > 2 * MOST_CORNERS:
        return None
    if reader is not None:
        reader = (round(reader[0], _PLACE_DECIMALS), round(reader[1], _PLACE_DECIMALS))
    return AreaMap(
        MediaKind.PHOTO, f"{MAP}:{_digest(patches, reader, larger=larger)}",
        patches=patches, reader=reader, larger=larger,
    )  # fmt: skip


def _patches(alert: Alert) -> tuple[tuple[tuple[Area, ...], Severity], ...]:
    """Each set of areas once, as grave as its gravest hazard. Empty when a hazard does not say where it is."""
    found: dict[tuple[Area, ...], Severity] = {}
    for hazard in alert.hazards:
        if is_past(hazard):
            continue
        if not hazard.areas:
            return ()
        # what an area is called is not drawn, and differs from language to language
        areas = tuple(Area("", area.polygons, area.circles) for area in areas_once(hazard))
        found[areas] = max(hazard.severity, found.get(areas, hazard.severity), key=lambda severity: severity.rank)
    return tuple(found.items())


def _can_be_drawn(area: Area) -> bool:
    return (
        bool(area.polygons or area.circles)
        and all(_is_ring(ring) for ring in area.polygons)
        and all(_is_circle(circle) for circle in area.circles)
    )


def _is_ring(ring: tuple[tuple[float, float], ...]) -> bool:
    return len(ring) > 2 and all(_on_earth(*corner) for corner in ring)  # noqa: PLR2004 - a triangle


def _is_circle(circle: Circle) -> bool:
    if not _on_earth(circle.latitude, circle.longitude) or not circle.radius_km >= 0:
        return False
    return abs(circle.latitude) + circle.radius_km / _KM_A_DEGREE <= _LAST_LATITUDE


def _on_earth(latitude: float, longitude: float) -> bool:
    return abs(latitude) <= 90 and abs(longitude) <= 360  # noqa: PLR2004 - degrees


def _numbers(area: Area) -> Iterator[float]:
    for ring in area.polygons:
        for corner in ring:
            yield from corner
    for circle in area.circles:
        yield from (circle.latitude, circle.longitude, circle.radius_km)


def _digest(
    patches: tuple[tuple[tuple[Area, ...], Severity], ...], reader: tuple[float, float] | None, *, larger: bool
) -> str:
    """Of everything that is drawn, as bytes: the text of twenty thousand corners would take a while."""
    digest = hashlib.sha256(repr((reader, larger, len(patches))).encode())
    for areas, severity in patches:
        shape = [(tuple(map(len, area.polygons)), len(area.circles)) for area in areas]
        digest.update(repr((severity.value, shape)).encode())
        digest.update(array("d", (number for area in areas for number in _numbers(area))).tobytes())
    return digest.hexdigest()[:32]
