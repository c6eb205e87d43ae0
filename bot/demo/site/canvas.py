"""Draws smooth shapes into an RGB picture and writes it as PNG, with the standard library alone."""

import functools
import itertools
import math
import struct
import zlib
from collections.abc import Sequence

Colour = tuple[int, int, int]
Point = tuple[float, float]

#: Lines sampled inside each row of pixels; enough for edges that look smooth.
SAMPLES = 4
#: Sides of a circle's polygon.
CIRCLE_SIDES = 48


class Canvas:
    """A picture of ``width`` by ``height`` pixels. Shapes are convex; what lies outside is cut off."""

    def __init__(self, width: int, height: int, top: Colour, bottom: Colour) -> None:
        """Start with a colour that runs from ``top`` to ``bottom``."""
        self.width = width
        self.height = height
        self._rows = [bytearray(bytes(_mix(top, bottom, y / max(height - 1, 1))) * width) for y in range(height)]

    def polygon(self, points: Sequence[Point], colour: Colour, alpha: float = 1.0) -> None:
        """Fill a convex polygon."""
        first = max(0, math.floor(min(y for _, y in points)))
        last = min(self.height, math.ceil(max(y for _, y in points)))
        edges = list(zip(points, (*points[1:], points[0]), strict=True))
        for y in range(first, last):
            spans = [_span(edges, y + (sample + 0.5) / SAMPLES) for sample in range(SAMPLES)]
            self._fill(y, [span for span in spans if span], colour, alpha)

    def rectangle(self, x: float, y: float, width: float, height: float, colour: Colour, alpha: float = 1.0) -> None:
        """Fill an upright rectangle whose upper left corner is (x, y)."""
        self.polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], colour, alpha)

    def circle(self, x: float, y: float, radius: float, colour: Colour, alpha: float = 1.0) -> None:
        """Fill a circle."""
        turns = [2 * math.pi * side / CIRCLE_SIDES for side in range(CIRCLE_SIDES)]
        self.polygon([(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns], colour, alpha)

    def line(self, points: Sequence[Point], width: float, colour: Colour, alpha: float = 1.0) -> None:
        """Draw a line through the points, with round joints when it is thick."""
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            length = math.hypot(x1 - x0, y1 - y0) or 1.0
            dx, dy = (x1 - x0) / length * width / 2, (y1 - y0) / length * width / 2
            self.polygon(
                [(x0 - dy, y0 + dx), (x1 - dy, y1 + dx), (x1 + dy, y1 - dx), (x0 + dy, y0 - dx)], colour, alpha
            )
        if width > SAMPLES and alpha == 1:
            for x, y in points:
                self.circle(x, y, width / 2, colour)

    def text(self, x: float, y: float, size: float, text: str, colour: Colour) -> float:
        """Write digits as strokes; give the x where the text ends."""
        for character in text:
            for stroke in STROKES.get(character, ()):
                self.line([(x + px * size / 6, y + py * size / 6) for px, py in stroke], size / 7, colour)
            x += size * (0.5 if character == "1" else 0.85)
        return x

    def png(self) -> bytes:
        """The picture as a PNG file (8 bit RGB)."""
        raw = b"".join(b"\x00" + row for row in self._rows)
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        chunks = (b"IHDR", header), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)

    def _fill(self, y: int, spans: Sequence[tuple[float, float]], colour: Colour, alpha: float) -> None:
        """Paint one row: whole pixels in one go, pixels at the edges by how much of them is covered."""
        spans = [(max(0.0, left), min(float(self.width), right)) for left, right in spans]
        spans = [(left, right) for left, right in spans if left < right]
        if not spans:
            return
        solid_left = solid_right = 0
        if len(spans) == SAMPLES:
            solid_left = math.ceil(max(left for left, _ in spans))
            solid_right = math.floor(min(right for _, right in spans))
            if solid_left < solid_right:
                self._blend(y, solid_left, solid_right, colour, alpha)
        first = math.floor(min(left for left, _ in spans))
        last = math.ceil(max(right for _, right in spans))
        edge = (
            range(first, last)
            if solid_left >= solid_right
            else (*range(first, solid_left), *range(solid_right, last))
        )
        for x in edge:
            covered = sum(max(0.0, min(right, x + 1) - max(left, x)) for left, right in spans) / SAMPLES
            if covered:
                self._blend(y, x, x + 1, colour, alpha * covered)

    def _blend(self, y: int, left: int, right: int, colour: Colour, alpha: float) -> None:
        row = self._rows[y]
        if alpha >= 1:
            row[left * 3 : right * 3] = bytes(colour) * (right - left)
            return
        for channel in range(3):
            part = slice(left * 3 + channel, right * 3, 3)
            wanted = colour[channel]
            if right - left == 1:
                row[part.start] += round((wanted - row[part.start]) * alpha)
            else:
                row[part] = row[part].translate(_blending(wanted, alpha))


@functools.lru_cache(maxsize=32)
def _blending(wanted: int, alpha: float) -> bytes:
    """What each of the 256 values becomes when ``wanted`` lies over it."""
    return bytes(round(value + (wanted - value) * alpha) for value in range(256))


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _span(edges: Sequence[tuple[Point, Point]], y: float) -> tuple[float, float] | None:
    """Where the line at ``y`` enters and leaves the polygon."""
    crossings = [
        x0 + (y - y0) * (x1 - x0) / (y1 - y0) for (x0, y0), (x1, y1) in edges if y0 <= y < y1 or y1 <= y < y0
    ]
    return (min(crossings), max(crossings)) if crossings else None


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


#: Strokes on a grid four wide and six high.
STROKES: dict[str, tuple[tuple[Point, ...], ...]] = {
    "0": (((0, 1), (1, 0), (3, 0), (4, 1), (4, 5), (3, 6), (1, 6), (0, 5), (0, 1)),),
    "1": (((0, 1), (1, 0), (1, 6)),),
    "2": (((0, 1), (1, 0), (3, 0), (4, 1), (4, 2), (0, 6), (4, 6)),),
    "3": (((0, 0), (4, 0), (2, 2.5), (4, 4), (4, 5), (3, 6), (1, 6), (0, 5)),),
    "4": (((3, 6), (3, 0), (0, 4), (4, 4)),),
    "5": (((4, 0), (0, 0), (0, 2.5), (3, 2.5), (4, 3.5), (4, 5), (3, 6), (0, 6)),),
    "6": (((3, 0), (1, 0), (0, 2), (0, 5), (1, 6), (3, 6), (4, 5), (4, 4), (3, 3), (0, 3)),),
    "7": (((0, 0), (4, 0), (1, 6)),),
    "8": (
        ((1, 3), (0, 2), (0, 1), (1, 0), (3, 0), (4, 1), (4, 2), (3, 3), (1, 3)),
        ((1, 3), (0, 4), (0, 5), (1, 6), (3, 6), (4, 5), (4, 4), (3, 3)),
    ),
    "9": (((4, 3), (1, 3), (0, 2), (0, 1), (1, 0), (3, 0), (4, 1), (4, 4), (3, 6), (1, 6)),),
}
