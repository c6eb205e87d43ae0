"""How long a map takes: the first one of a process, which loads libraries and reads files, those after it, and one that is
kept; and how much memory they take.
"""

import asyncio
import math
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.figures import Figure, read_options, show
from bot.geo.drawer import Drawer
from bot.model.alert import Area, Circle, Severity
from bot.model.mapping import AreaMap
from bot.model.post import MediaKind

GOAL_S = 0.3
#: The first map of a process comes after its libraries and files; an alert waits a second for it at most.
FIRST_GOAL_S, KEPT_GOAL_S, MEMORY_GOAL_MIB = 2.5, 0.001, 150.0


def _ragged(corners: int) -> tuple[tuple[float, float], ...]:
    """A region with a coast: as many corners as the largest that agencies send."""
    ring = []
    for n in range(corners):
        angle, reach = 2 * math.pi * n / corners, 3.0 + 0.3 * math.sin(61 * n) + 0.5 * math.sin(n / 40)
        ring.append((55.0 + reach * math.cos(angle), 12.0 + 1.6 * reach * math.sin(angle)))
    return tuple(ring)


#: A street, a city by the sea with many islands, a province, a region, a piece of the world, one with thousands of corners.
AREAS = (
    Area("", circles=(Circle(52.52, 13.4, 0.1),)),
    Area("", circles=(Circle(22.3, 114.17, 20.0),)),
    Area("", circles=(Circle(29.6, 102.1, 120.0),)),
    Area("", polygons=(((45.0, 5.0), (55.0, 5.0), (55.0, 15.0), (45.0, 15.0)),)),
    Area("", polygons=(((-30.0, 60.0), (60.0, 60.0), (60.0, 150.0), (-30.0, 150.0)),)),
    Area("", polygons=(_ragged(5000),)),
)


def _maps(round_: int, *, larger: bool = False) -> Iterator[AreaMap]:
    """Each with a name of its own, so that none is kept from the round before."""
    for number, area in enumerate(AREAS):
        patches = (((area,), Severity.SEVERE),)
        yield AreaMap(MediaKind.PHOTO, f"map:{round_}:{number}:{larger}", patches=patches, larger=larger)


async def _timed(drawer: Drawer, picture: AreaMap) -> float:
    began = time.perf_counter()
    if await drawer.png(picture) is None:
        raise RuntimeError("a map was not drawn")
    return time.perf_counter() - began


async def _first() -> None:
    """In a fresh process: seconds and MiB of the first map."""
    before = _resident_mib()
    seconds = await _timed(drawer := Drawer(), next(_maps(0)))
    drawer.close()
    print(seconds, _resident_mib() - before)


def _resident_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _measure(rounds: int) -> list[Figure]:
    drawer = Drawer()
    for picture in _maps(0):
        await _timed(drawer, picture)  # its coarser or finer lines are read now
    times = [await _timed(drawer, picture) for n in range(rounds) for picture in _maps(n + 1)]
    larger = [await _timed(drawer, picture) for n in range(rounds) for picture in _maps(n + 1, larger=True)]
    kept = [await _timed(drawer, picture) for _ in range(10) for picture in _maps(rounds)]
    drawer.close()
    return [
        Figure("a map, median", 1000 * statistics.median(times), "ms", 1000 * GOAL_S),
        Figure("a map, slowest", 1000 * max(times), "ms", 1000 * GOAL_S),
        Figure("a larger map, median", 1000 * statistics.median(larger), "ms", 1000 * GOAL_S),
        Figure("a map that is kept, median", 1000 * statistics.median(kept), "ms", 1000 * KEPT_GOAL_S),
    ]


def main() -> None:
    """Measure and print."""
    if sys.argv[1:] == ["--first"]:
        asyncio.run(_first())
        return
    options = read_options("Maps of areas from a street's size to a continent's.")
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.maps", "--first"], capture_output=True, text=True, check=True
    )
    seconds, mib = map(float, told.stdout.split())
    figures = [
        Figure("the first map of a process", 1000 * seconds, "ms", 1000 * FIRST_GOAL_S),
        Figure("memory that it takes, at its height", mib, "MiB", MEMORY_GOAL_MIB),
        *asyncio.run(_measure(1 if options.quick else 10)),
    ]
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
