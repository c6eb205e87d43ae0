"""Maps are drawn beside the loop: each once, the last ones kept, and an odd one stops neither the loop nor an alert."""

import asyncio
import subprocess
import sys
import threading

import pytest

from bot.geo import drawer as drawing
from bot.geo.drawer import KEPT, WAITING, Drawer, missing
from bot.model.alert import Area, Circle, Severity
from bot.model.mapping import AreaMap
from bot.model.post import MediaKind


def picture(name="map:1", *areas):
    return AreaMap(MediaKind.PHOTO, name, patches=((areas, Severity.SEVERE),) if areas else ())


@pytest.fixture
def made():
    """Makes drawers with a pen of the test's choice."""
    drawers = []

    def make(draw=None):
        drawers.append(Drawer(draw))
        return drawers[-1]

    yield make
    for each in drawers:
        each.close()


async def test_a_map_is_drawn_once_for_all_who_ask(made):
    drawn, gate = [], threading.Event()

    def draw(wanted):
        gate.wait(10)
        drawn.append(wanted.url)
        return b"png"

    drawer = made(draw)
    asking = [asyncio.ensure_future(drawer.png(picture())) for _ in range(50)]
    await asyncio.sleep(0)
    gate.set()
    assert set(await asyncio.gather(*asking)) == {b"png"}
    assert await drawer.png(picture()) == b"png"
    assert drawn == ["map:1"]


async def test_who_gives_up_takes_the_map_from_nobody(made):
    gate = threading.Event()
    drawer = made(lambda _wanted: gate.wait(10) and b"png")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await drawer.png(picture())
    gate.set()
    assert await drawer.png(picture()) == b"png"


async def test_only_the_last_maps_are_kept(made):
    drawn = []
    drawer = made(lambda wanted: drawn.append(wanted.url) or b"png")
    for number in range(KEPT + 1):
        await drawer.png(picture(f"map:{number}"))
    await drawer.png(picture(f"map:{KEPT}"))
    assert len(drawn) == KEPT + 1
    await drawer.png(picture("map:0"))
    assert drawn[-1] == "map:0"


async def test_what_cannot_be_drawn_is_no_map_and_the_next_one_is(made):
    def draw(wanted):
        if wanted.url == "map:bad":
            raise ValueError("an area has no shape")
        return b"png"

    drawer = made(draw)
    assert await drawer.png(picture("map:bad")) is None
    assert await drawer.png(picture()) == b"png"


async def test_so_many_wait_and_no_more(made):
    gate = threading.Event()
    drawer = made(lambda _wanted: gate.wait(10) and b"png")
    asking = [asyncio.ensure_future(drawer.png(picture(f"map:{n}"))) for n in range(WAITING)]
    await asyncio.sleep(0)
    assert await drawer.png(picture("map:more")) is None
    gate.set()
    assert set(await asyncio.gather(*asking)) == {b"png"}
    assert await drawer.png(picture("map:more")) == b"png"


async def test_nobody_waits_behind_a_map_that_takes_too_long(made, monkeypatch):
    monkeypatch.setattr(drawing, "PATIENCE_S", 0.01)
    gate = threading.Event()
    drawer = made(lambda _wanted: gate.wait(10) and b"png")
    assert await drawer.png(picture("map:odd")) is None
    monkeypatch.setattr(drawing, "PATIENCE_S", 10.0)
    async with asyncio.timeout(1):
        assert await drawer.png(picture()) is None
    gate.set()
    async with asyncio.timeout(10):
        while await drawer.png(picture()) is None:
            await asyncio.sleep(0.01)


async def test_the_real_pen_draws(made):
    drawer = made()
    drawer.warm()
    png = await drawer.png(picture("map:1", Area("", circles=(Circle(52.5, 13.4, 30.0),))))
    assert png.startswith(b"\x89PNG")
    assert await drawer.png(picture("map:2", Area("", polygons=(((1.0, 1.0),),)))) is None


def test_nothing_heavy_is_loaded_before_the_first_map():
    asked = "import bot.service, sys; print([m for m in ('PIL', 'shapely', 'bot.geo.drawing') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_what_is_missing_is_named(monkeypatch):
    assert missing() == []
    monkeypatch.setitem(drawing.NEEDED, "no_such_module.at_all", "no-such-package")
    assert missing() == ["no-such-package"]
