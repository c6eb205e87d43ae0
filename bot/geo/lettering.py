"""What is written on a map: names, a scale, whose data it is, and where the reader is; nothing over anything else.

Pillow's own font has the letters of ASCII alone, so names are written in these.
"""

import unicodedata
from typing import NamedTuple

from PIL import ImageDraw, ImageFont

_INK, _PAPER, _HALO, _FAINT = "#333333", "#ffffff", "#f6f3ea", "#6b7378"
#: Pixels of the picture, not of the drawing: a phone shows 800 of them on 300 points.
_NAME_SIZE, _SCALE_SIZE, _CREDIT_SIZE = 23, 22, 13
#: What stays free on each side of the reader's point.
_KEPT = 17
#: GeoNames asks for it (CC BY 4.0); the lines are GSHHG's and the CIA World DataBank's.
_CREDIT = "Map: GeoNames, GSHHG, CIA WDB II"
#: Lengths that a scale may have, km.
_SCALES = tuple(number * 10**power for power in range(4) for number in (1, 2, 5))
#: Letters that are no other letter with a sign above or below it.
_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ø": "o", "Ø": "O", "ß": "ss", "ı": "i", "æ": "ae",
     "Æ": "Ae", "œ": "oe", "ħ": "h", "ə": "a", "Ə": "A", "þ": "th", "Þ": "Th", "–": "-", "’": "'", "ʻ": "'"}
)  # fmt: skip


class Room(NamedTuple):
    """A rectangle of the drawing, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Room") -> bool:
        """They have a piece in common."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )


class Lettering:
    """Of one map, ``wide`` by ``high`` pixels; ``finer``: pixels as drawn for one of the picture."""

    def __init__(self, pen: ImageDraw.ImageDraw, wide: int, high: int, finer: int) -> None:
        self._pen = pen
        self._wide, self._high, self._finer = wide, high, finer
        self._taken: list[Room] = []
        self._marks: list[Room] = []
        self._font = ImageFont.load_default(size=_NAME_SIZE * finer)

    def keep_free(self, room: Room) -> None:
        """Nothing is written there."""
        self._taken.append(room)

    def marked(self, x: float, y: float, reach: float) -> None:
        """A mark of that reach is there: a name that belongs there stands beside it."""
        mark = Room(x - reach, y - reach, x + reach, y + reach)
        self._marks.append(mark)
        self.keep_free(mark)

    def name(self, name: str, x: float, y: float) -> bool:
        """A city beside its dot, to the right or else to the left; False where there is no room for it. One at a
        mark has its name beside that, without a dot.
        """
        words, finer = in_ascii(name), self._finer
        if not words:
            return False
        near, dot = 9 * finer, 6 * finer
        places = [(x + near, "lm", dot), (x - near, "rm", dot)]
        room = Room(x - dot, y - dot, x + dot, y + dot)
        for mark in (mark for mark in self._marks if mark.meets(room)):
            places += [(mark.right + dot, "lm", 0), (mark.left - dot, "rm", 0)]
        return any(self._write_name(words, (at, y), anchor, x, reach) for at, anchor, reach in places)

    def _write_name(self, words: str, at: tuple[float, float], anchor: str, x: float, dot: int) -> bool:
        """With a dot at ``x``, so many pixels around it."""
        left, top, right, bottom = self._pen.textbbox(at, words, font=self._font, anchor=anchor)
        if dot:
            left, right = min(left, x - dot), max(right, x + dot)
        finer, y = self._finer, at[1]
        room = Room(left - 2 * finer, top - 4 * finer, right + 2 * finer, bottom + 4 * finer)
        if not self._is_free(room):
            return False
        self._taken.append(room)
        for reach, colour in ((dot, _HALO), (dot * 2 / 3, _INK)) if dot else ():
            self._pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
        self._pen.text(at, words, _INK, font=self._font, anchor=anchor, stroke_width=2 * finer, stroke_fill=_HALO)
        return True

    def mark_reader(self, x: float, y: float) -> None:
        """Where the reader is: a dark ring with a white one around it, through which the map is seen."""
        for reach, width, colour in ((15, 7, _PAPER), (13, 3, _INK)):
            edge = reach * self._finer
            self._pen.ellipse((x - edge, y - edge, x + edge, y + edge), outline=colour, width=width * self._finer)
        dot, keep = 3 * self._finer, _KEPT * self._finer
        self._pen.ellipse((x - dot, y - dot, x + dot, y + dot), fill=_INK)
        self.marked(x, y, keep)

    def credit(self) -> None:
        """Whose data it is, small, in the lower corner on the right."""
        font = ImageFont.load_default(size=_CREDIT_SIZE * self._finer)
        corner = (self._wide - 8 * self._finer, self._high - 8 * self._finer)
        self._write(corner, _CREDIT, font, "rs", _FAINT)

    def scale(self, pixels_a_km: float) -> None:
        """How long so many kilometres are, at the picture's middle; in the lower corner on the left."""
        finer = self._finer
        length = next((km for km in reversed(_SCALES) if km * pixels_a_km <= self._wide / 4), _SCALES[0])
        left, bottom, long = 14 * finer, self._high - 14 * finer, length * pixels_a_km
        for width, colour in ((7, _HALO), (3, _INK)):
            self._pen.line((left, bottom, left + long, bottom), fill=colour, width=width * finer)
        for end in (left, left + long):
            self._pen.line((end, bottom - 6 * finer, end, bottom + 6 * finer), fill=_INK, width=3 * finer)
        font = ImageFont.load_default(size=_SCALE_SIZE * finer)
        self._write((left, bottom - 12 * finer), f"{length} km", font, "ls", _INK)
        self.keep_free(Room(0, bottom - 16 * finer, left + long + 8 * finer, self._high))

    def _write(
        self, place: tuple[float, float], words: str, font: "ImageFont.FreeTypeFont | ImageFont.ImageFont",
        anchor: str, colour: str,
    ) -> None:  # fmt: skip
        self._pen.text(
            place, words, colour, font=font, anchor=anchor, stroke_width=2 * self._finer, stroke_fill=_HALO
        )
        self.keep_free(
            Room(*self._pen.textbbox(place, words, font=font, anchor=anchor, stroke_width=4 * self._finer))
        )

    def _is_free(self, room: Room) -> bool:
        inside = room.left >= 0 and room.top >= 0 and room.right <= self._wide and room.bottom <= self._high
        return inside and not any(room.meets(other) for other in self._taken)


def in_ascii(name: str) -> str:
    """A name in the letters that the font has: "Łódź" as "Lodz"."""
    return unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode().strip()
