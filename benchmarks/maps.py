"""How long a map takes: the first one of a process, which reads its files, and those after it."""

import statistics
import time
import tracemalloc

from shapely.geometry.base import BaseGeometry

from benchmarks.figures import Figure, read_options, show
from bot.geo.drawing import Ground, Patch, draw
from bot.geo.shapes import around, shape_of
from bot.model.alert import Area, Circle, Severity

GOAL_S = 0.3
#: A city by the sea with many islands, a province, a region, a piece of the world.
AREAS = (
    around(Circle(22.3, 114.17, 20.0)),
    around(Circle(29.6, 102.1, 120.0)),
    shape_of([Area("", polygons=(((45, 5), (55, 5), (55, 15), (45, 15)),))]),
    shape_of([Area("", polygons=(((-30, 60), (60, 60), (60, 150), (-30, 150)),))]),
)


def _patches(area: BaseGeometry | None) -> list[Patch]:
    return [(area, Severity.SEVERE)] if area is not None else []


def main() -> None:
    """Measure and print."""
    options = read_options("Maps of areas from a city's size to a continent's.")
    rounds = 1 if options.quick else 10
    ground, times = Ground(), []
    began = time.perf_counter()
    draw(ground, _patches(AREAS[0]))
    first = time.perf_counter() - began
    for area in AREAS:
        draw(ground, _patches(area))  # its coarser or finer lines are read now
        for _ in range(rounds):
            began = time.perf_counter()
            draw(ground, _patches(area))
            times.append(time.perf_counter() - began)
    # counted apart: counting makes everything several times slower
    tracemalloc.start()
    other = Ground()
    draw(other, _patches(AREAS[0]))
    kept, _ = tracemalloc.get_traced_memory()
    figures = [
        Figure("a map, median", 1000 * statistics.median(times), "ms", 1000 * GOAL_S),
        Figure("a map, slowest", 1000 * max(times), "ms", 1000 * GOAL_S),
        Figure("the first map of a process", 1000 * first, "ms", 1500.0),
        Figure("kept in memory after it", kept / 2**20, "MiB", 30.0),
    ]
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
