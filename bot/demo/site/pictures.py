"""The story's pictures, drawn when they are first asked for: the same bytes every time, no file, no download."""

import functools
import itertools
import math
import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.demo.site.canvas import Canvas, Colour, Point

WIDTH = 800
HEIGHT = 500
BADGE = 180

NIGHT: Colour = (24, 36, 58)
DUSK: Colour = (62, 84, 112)
PAPER: Colour = (238, 241, 244)
ROAD: Colour = (92, 100, 110)
WATER: Colour = (58, 124, 178)
WHITE: Colour = (255, 255, 255)
INK: Colour = (36, 44, 56)
RED: Colour = (204, 44, 44)
GREEN: Colour = (64, 164, 92)
AMBER: Colour = (240, 170, 40)
SIGNAL_BLUE: Colour = (44, 108, 200)
SIGNAL_YELLOW: Colour = (244, 200, 32)
SIGNAL_ORANGE: Colour = (240, 124, 24)
#: Rain on a weather map, from light to torrential.
RAIN: tuple[Colour, ...] = ((120, 190, 240), (70, 170, 90), (250, 220, 60), (244, 140, 40), (214, 50, 60))
#: Water, in pixels, from which the road is empty: nobody is shown in danger.
CAR_LEAVES = 60
CENTRE: Point = (430, 250)


def names() -> tuple[str, ...]:
    """Every picture there is."""
    return tuple(_SCENES)


@functools.cache
def picture(name: str) -> bytes:
    """The picture as a PNG file. Takes a few tenths of a second the first time; raises KeyError when unknown."""
    return _SCENES[name]().png()


def size_of(name: str) -> tuple[int, int]:
    """Width and height in pixels."""
    return (BADGE, BADGE) if name.startswith("badge-") else (WIDTH, HEIGHT)


def _rain_map(heaviest: int) -> Canvas:
    """A map of the ring roads with rain over it, coming from the south-west."""
    canvas = Canvas(WIDTH, HEIGHT, (226, 232, 226), (214, 224, 214))
    drops = random.Random(heaviest)  # noqa: S311  a fixed pattern, not a secret
    for level in range(heaviest):
        for _ in range(9):
            reach = 330 - level * 55
            x = CENTRE[0] - 230 + level * 28 + drops.uniform(-reach, reach) * 0.8
            y = CENTRE[1] + 110 - level * 22 + drops.uniform(-reach, reach) * 0.45
            canvas.circle(x, y, drops.uniform(60, 120) - level * 12, RAIN[level], 0.5)
    for ring, size in enumerate((34, 66, 104, 150, 210)):
        canvas.line(_ring(size), 5 if ring else 3, ROAD, 0.8)
    for turn in range(0, 360, 45):
        far = (CENTRE[0] + 420 * math.cos(math.radians(turn)), CENTRE[1] + 420 * math.sin(math.radians(turn)))
        canvas.line([CENTRE, far], 3, ROAD, 0.6)
    canvas.circle(*CENTRE, 7, RED)
    canvas.rectangle(20, HEIGHT - 62, 300, 42, WHITE, 0.9)
    for level, colour in enumerate(RAIN):
        canvas.rectangle(32 + level * 56, HEIGHT - 52, 52, 22, colour)
    return canvas


def _ring(size: float) -> list[Point]:
    x, y = CENTRE
    wide, high, cut = size * 1.25, size, size * 0.3
    right, left, top, bottom = x + wide, x - wide, y - high, y + high
    return [
        (left + cut, top),
        (right - cut, top),
        (right, top + cut),
        (right, bottom - cut),
        (right - cut, bottom),
        (left + cut, bottom),
        (left, bottom - cut),
        (left, top + cut),
        (left + cut, top),
    ]


def _underpass(level: int) -> Canvas:
    """A road under a bridge, the water ``level`` pixels high, with a gauge in centimetres."""
    canvas = Canvas(WIDTH, HEIGHT, NIGHT, DUSK)
    canvas.rectangle(0, 120, WIDTH, 70, (120, 124, 128))
    canvas.rectangle(0, 120, WIDTH, 14, (164, 168, 172))
    for x in (70, 690):
        canvas.rectangle(x, 190, 46, 260, (104, 108, 114))
    canvas.rectangle(0, 440, WIDTH, 60, ROAD)
    if level < CAR_LEAVES:
        _car(canvas, 330, 372)
    _gauge(canvas, 590)
    canvas.rectangle(0, 440 - level, WIDTH, level + 60, WATER, 0.62)
    for row in range(4):
        y = 446 - level + row * 18
        canvas.line([(x, y + 4 * math.sin(x / 26 + row)) for x in range(0, WIDTH + 1, 20)], 2, WHITE, 0.4)
    _rain(canvas, level, 190)
    return canvas


def _car(canvas: Canvas, x: float, y: float) -> None:
    canvas.polygon([(x + 40, y), (x + 130, y), (x + 170, y - 34), (x + 66, y - 34)], (188, 60, 56))
    canvas.polygon([(x + 58, y - 2), (x + 124, y - 2), (x + 150, y - 28), (x + 74, y - 28)], (206, 226, 240))
    canvas.rectangle(x, y, 210, 44, (204, 70, 64))
    for wheel in (x + 48, x + 164):
        canvas.circle(wheel, y + 46, 24, INK)
        canvas.circle(wheel, y + 46, 11, (180, 184, 188))


def _gauge(canvas: Canvas, x: float) -> None:
    canvas.rectangle(x, 230, 56, 210, WHITE)
    for step in range(5):
        y = 440 - 42 * (step + 1)
        canvas.rectangle(x, y, 18, 21, RED if step > 1 else INK)
        canvas.text(x + 24, y + 4, 15, f"{(step + 1) * 20}", INK)


def _rain(canvas: Canvas, seed: int, count: int) -> None:
    drops = random.Random(seed)  # noqa: S311  a fixed pattern, not a secret
    for _ in range(count):
        x, y, length = drops.uniform(0, WIDTH + 60), drops.uniform(-20, HEIGHT), drops.uniform(14, 34)
        canvas.line([(x, y), (x - length * 0.28, y + length)], 1.6, (214, 228, 240), 0.5)


def _road_closed() -> Canvas:
    canvas = Canvas(WIDTH, HEIGHT, NIGHT, DUSK)
    canvas.polygon([(250, HEIGHT), (550, HEIGHT), (450, 300), (350, 300)], ROAD)
    for x in (120, 640):
        canvas.polygon([(x - 34, 470), (x + 34, 470), (x + 9, 340), (x - 9, 340)], SIGNAL_ORANGE)
        canvas.polygon([(x - 24, 430), (x + 24, 430), (x + 18, 398), (x - 18, 398)], WHITE)
    canvas.rectangle(392, 300, 16, 150, (150, 156, 162))
    canvas.circle(400, 200, 124, WHITE)
    canvas.circle(400, 200, 114, RED)
    canvas.rectangle(322, 178, 156, 44, WHITE)
    _rain(canvas, 7, 170)
    return canvas


def _traffic(detour: bool) -> Canvas:
    """The ring roads coloured by how traffic moves; with ``detour``, the way around as an arrow."""
    canvas = Canvas(WIDTH, HEIGHT, PAPER, (224, 229, 234))
    for turn in range(0, 360, 45):
        far = (CENTRE[0] + 460 * math.cos(math.radians(turn)), CENTRE[1] + 460 * math.sin(math.radians(turn)))
        canvas.line([CENTRE, far], 7, AMBER if turn in (135, 180) else GREEN)
    for size, slow in ((66, {2}), (120, {5, 6}), (190, {6})):
        ring = _ring(size)
        for part, (start, end) in enumerate(itertools.pairwise(ring)):
            canvas.line([start, end], 11, RED if part in slow else GREEN)
    blocked = (CENTRE[0] - 150, CENTRE[1] + 40)
    canvas.circle(*blocked, 26, RED)
    canvas.rectangle(blocked[0] - 16, blocked[1] - 5, 32, 10, WHITE)
    if detour:
        way = [(90, 330), (150, 420), (330, 452), (560, 440), (640, 360)]
        canvas.line(way, 16, SIGNAL_BLUE)
        canvas.polygon([(622, 388), (676, 372), (656, 318)], SIGNAL_BLUE)
    canvas.circle(*CENTRE, 9, INK)
    return canvas


def _hotline() -> Canvas:
    canvas = Canvas(WIDTH, HEIGHT, (18, 60, 120), (10, 36, 80))
    canvas.circle(160, 250, 104, WHITE)
    canvas.line([(118, 208), (126, 268), (202, 300)], 30, (18, 60, 120))
    canvas.line([(112, 196), (138, 190)], 24, (18, 60, 120))
    canvas.line([(206, 312), (214, 288)], 24, (18, 60, 120))
    for row, (number, colour) in enumerate((("110", WHITE), ("119", (255, 190, 90)), ("120", (150, 220, 170)))):
        canvas.text(350, 62 + row * 136, 96, number, colour)
    canvas.text(610, 220, 66, "122", (190, 214, 250))
    return canvas


def _signal(colour: Colour) -> Canvas:
    """A rainstorm warning sign in its colour: a cloud and its rain."""
    canvas = Canvas(WIDTH, HEIGHT, PAPER, (222, 226, 230))
    canvas.rectangle(190, 40, 420, 420, INK)
    canvas.rectangle(202, 52, 396, 396, colour)
    for x, y, radius in ((320, 210, 58), (390, 172, 76), (470, 204, 62)):
        canvas.circle(x, y, radius, WHITE)
    canvas.rectangle(320, 214, 152, 54, WHITE)
    for column in range(5):
        x = 318 + column * 42
        canvas.line([(x, 292), (x - 20, 352)], 11, WHITE)
        canvas.line([(x - 26, 368), (x - 40, 410)], 11, WHITE)
    return canvas


def _badge(colour: Colour, mark: str) -> Canvas:
    """An account's round picture: a shield, a cloud or a flame's circle, with no body's real emblem."""
    canvas = Canvas(BADGE, BADGE, colour, (colour[0] // 2, colour[1] // 2, colour[2] // 2))
    if mark == "shield":
        canvas.polygon([(42, 44), (138, 44), (138, 96), (90, 148), (42, 96)], WHITE)
        canvas.polygon([(56, 58), (124, 58), (124, 92), (90, 130), (56, 92)], colour)
    elif mark == "cloud":
        for x, y, radius in ((62, 92, 26), (92, 74, 34), (124, 90, 26)):
            canvas.circle(x, y, radius, WHITE)
        canvas.rectangle(62, 94, 62, 24, WHITE)
    else:
        canvas.polygon([(90, 30), (130, 104), (90, 104)], WHITE)
        canvas.polygon([(90, 30), (90, 104), (50, 104)], WHITE)
        canvas.circle(90, 106, 40, WHITE)
        canvas.circle(90, 116, 20, colour)
    return canvas


_SCENES: Mapping[str, Callable[[], Canvas]] = MappingProxyType(
    {
        "rain-early": lambda: _rain_map(2),
        "rain-peak": lambda: _rain_map(5),
        "underpass": lambda: _underpass(26),
        "underpass-deep": lambda: _underpass(96),
        "road-closed": _road_closed,
        "traffic-west": lambda: _traffic(detour=False),
        "detour": lambda: _traffic(detour=True),
        "hotline": _hotline,
        "sign-blue": lambda: _signal(SIGNAL_BLUE),
        "sign-yellow": lambda: _signal(SIGNAL_YELLOW),
        "sign-orange": lambda: _signal(SIGNAL_ORANGE),
        "badge-police": lambda: _badge((32, 70, 140), "shield"),
        "badge-weather": lambda: _badge((40, 130, 180), "cloud"),
        "badge-fire": lambda: _badge((190, 50, 40), "flame"),
    }
)
