"""Which of many places an area comes near: on the plane of longitude and latitude, rather too many than too few.

A place is a circle; of a polygon's distance the rounding of the earth is left aside in the direction that makes it shorter.
All at once by numpy and shapely: a million places take a tenth of a second. In a thread, for hostile areas take longer.
"""

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from bot.model.alert import Circle

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Kilometres of the shortest degree of latitude (WGS 84: 110.57 at the equator).
KM_A_DEGREE = 110.5
_EARTH_KM = 6371.0088
_TURNS = (-360.0, 0.0, 360.0)
#: Nearer to a pole than this everything lies in every direction.
_LAST_LATITUDE = 89.9
#: Radii that are measured together as if they were the larger one.
_RADII = np.array([12.0, 32.0, 102.0, 300.0, 1100.0, 25_000.0])


def reached_by_circles(latitudes: Numbers, longitudes: Numbers, radii: Numbers, circles: Iterable[Circle]) -> Mask:
    """Which places touch one of the circles. Degrees and kilometres."""
    found = np.zeros(len(latitudes), dtype=np.bool_)
    for circle in circles:
        found |= _apart(latitudes, longitudes, circle) <= radii + circle.radius_km
    return found


def reached_by_shape(latitudes: Numbers, longitudes: Numbers, radii: Numbers, shape: BaseGeometry) -> Mask:
    """Which places touch the shape. Degrees (the shape's as (x, y)) and kilometres."""
    found = np.zeros(len(latitudes), dtype=np.bool_)
    if shape.is_empty:
        return found
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    high = radii / KM_A_DEGREE
    polar = np.abs(latitudes) + high >= _LAST_LATITUDE
    wide = np.where(polar, 360.0, high / _narrowing(latitudes, high))
    level = (latitudes + high >= south) & (latitudes - high <= north)
    for turn in _TURNS:
        x = longitudes + turn
        near = np.flatnonzero(level & ~found & (x + wide >= west) & (x - wide <= east))
        if not near.size:
            continue
        inside = shapely.intersects_xy(shape, x[near], latitudes[near])
        found[near[inside]] = True
        outside = near[~inside]
        found[outside] = _beside(latitudes[outside], x[outside], radii[outside], shape)
    return found


def gap_km(latitude: float, longitude: float, shape: BaseGeometry | None, circles: Iterable[Circle]) -> float | None:
    """How far it is from a point to the nearest of them, 0 inside; None where there is nothing."""
    north, east = np.array([latitude]), np.array([longitude])
    gaps = [max(0.0, float(_apart(north, east, circle)[0]) - circle.radius_km) for circle in circles]
    if shape is not None and not shape.is_empty:
        narrow = float(_narrowing(north, np.zeros(1))[0])
        flat = _narrowed(shape, narrow)
        gaps += [
            float(shapely.distance(flat, shapely.Point((longitude + turn) * narrow, latitude))) * KM_A_DEGREE
            for turn in _TURNS
        ]
    return min(gaps, default=None)


def _beside(latitudes: Numbers, x: Numbers, radii: Numbers, shape: BaseGeometry) -> Mask:
    """Which of these, all outside of the shape, come as near to it as their radius."""
    found = np.zeros(len(latitudes), dtype=np.bool_)
    classes = np.searchsorted(_RADII, radii)
    bands = np.floor(np.abs(latitudes)).astype(np.int64)
    for band, which in np.unique(np.stack([bands, classes]), axis=1).T:
        some = np.flatnonzero((bands == band) & (classes == which))
        reach = _RADII[min(int(which), len(_RADII) - 1)] / KM_A_DEGREE
        # at a pole all longitudes are one
        polar = band + 1.0 + reach >= _LAST_LATITUDE
        narrow = 0.0 if polar else float(_narrowing(np.array([band + 1.0]), np.array([reach]))[0])
        points = shapely.points(x[some] * narrow, latitudes[some])
        # what has no distance is not further off
        found[some] = ~(shapely.distance(_narrowed(shape, narrow), points) * KM_A_DEGREE > radii[some])
    return found


def _narrowing(latitudes: Numbers, reach: Numbers) -> Numbers:
    """How much shorter a degree of longitude is than one of latitude, at the end of that reach that lies nearer the pole."""
    narrow: Numbers = np.cos(np.radians(np.minimum(np.abs(latitudes) + reach, _LAST_LATITUDE)))
    return narrow


def _narrowed(shape: BaseGeometry, by: float) -> BaseGeometry:
    return shapely.transform(shape, lambda corners: corners * np.array([by, 1.0]))


def _apart(latitudes: Numbers, longitudes: Numbers, circle: Circle) -> Numbers:
    """Kilometres to a circle's middle, along great circles."""
    a, b = np.radians(latitudes), np.radians(circle.latitude)
    turn = np.radians(longitudes - circle.longitude)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(turn / 2) ** 2
    apart: Numbers = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    return apart
