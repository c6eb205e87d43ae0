"""When an account posts: its posts counted by hour of day and level, and a picture of that. No I/O.

The picture has figures alone: Pillow's own font knows no Chinese, so names and words stand in the caption.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.hours import HOURS, offset_of
from bot.model.alert import Severity
from bot.model.post import Post, words_of
from bot.reading import reader
from bot.reading.relaying import is_over
from bot.reading.weighing import proved_severity

#: From the bottom of a bar to its top: the few grave ones stand on the line, where they can be compared.
ORDER = (Severity.EXTREME, Severity.SEVERE, Severity.MODERATE, Severity.MINOR, Severity.UNKNOWN)
#: As on maps; posts without a level are pale.
_COLOURS = {
    Severity.EXTREME: "#c81e1e",
    Severity.SEVERE: "#e26e14",
    Severity.MODERATE: "#e2b000",
    Severity.MINOR: "#2864c8",
    Severity.UNKNOWN: "#b4bcc2",
}
_PAPER, _INK, _FAINT = "#ffffff", "#333333", "#dfe3e6"
#: Pixels of the picture, drawn twice as large; what is left free around the bars, and between two of them.
_WIDTH, _HEIGHT, _FINER = 800, 500, 2
_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP = 64, 20, 24, 56, 5
_FONT = 22
#: Pixels of a level's part at least: one grave post beside hundreds must be seen.
_LEAST = 4
#: Hours with a figure below them.
_LABELLED = (0, 6, 12, 18, 24)
#: Lines across, at most.
_LINES = 4


@dataclass(frozen=True, slots=True)
class Chart:
    """Posts by hour of day (0 to 23, by the clock asked for) and level."""

    hours: tuple[dict[Severity, int], ...]

    @property
    def total(self) -> int:
        """All posts."""
        return sum(map(sum_of, self.hours))

    @property
    def busiest(self) -> int:
        """The hour with the most posts, the first of several."""
        return max(range(HOURS), key=lambda hour: sum_of(self.hours[hour]))

    def of_level(self, severity: Severity) -> int:
        """All posts of a level."""
        return sum(hour.get(severity, 0) for hour in self.hours)


def sum_of(hour: dict[Severity, int]) -> int:
    """All posts of one hour."""
    return sum(hour.values())


def count(posts: Iterable[tuple[Post, datetime]], zone: str) -> Chart:
    """Count posts, each with the moment that it is taken to be of where it does not say. Blocking: a post without fields
    is read, some milliseconds each.
    """
    hours: tuple[dict[Severity, int], ...] = tuple({} for _ in range(HOURS))
    for post, seen in posts:
        moment = post.published or seen
        hour = (moment + timedelta(minutes=offset_of(zone, moment))).hour
        severity = _severity(post)
        hours[hour][severity] = hours[hour].get(severity, 0) + 1
    return Chart(hours)


def _severity(post: Post) -> Severity:
    """What it warns of; what says that something is over warns of nothing."""
    if post.alert is not None:
        return Severity.UNKNOWN if is_over(post.alert) else post.alert.severity
    reading = reader.read(words_of(post), published=post.published, utc_offset=post.utc_offset)
    return proved_severity(reading, post.published)


def draw(chart: Chart) -> bytes:
    """A PNG of 800 by 500 pixels: a bar for each hour, its levels one on the other. Blocking, some 30 ms."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (_WIDTH * _FINER, _HEIGHT * _FINER), _PAPER)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=_FONT * _FINER)
    bottom, high = (_HEIGHT - _BOTTOM) * _FINER, (_HEIGHT - _BOTTOM - _TOP) * _FINER
    left, wide = _LEFT * _FINER, (_WIDTH - _LEFT - _RIGHT) * _FINER / HOURS
    step, most = _scale(max(map(sum_of, chart.hours)))
    for value in range(0, most + 1, step):
        y = bottom - high * value / most
        pen.line((left, y, left + wide * HOURS, y), fill=_INK if not value else _FAINT, width=_FINER)
        pen.text((left - 10 * _FINER, y), str(value), fill=_INK, font=font, anchor="rm")
    for hour, levels in enumerate(chart.hours):
        begin, end = left + wide * hour, float(bottom)
        for severity in ORDER:
            if not (number := levels.get(severity, 0)):
                continue
            top = end - max(_LEAST * _FINER, high * number / most)
            room = (begin + _GAP * _FINER, top, begin + wide - _GAP * _FINER, end - _FINER)
            pen.rectangle(room, fill=_COLOURS[severity])
            end = top
    for hour in _LABELLED:
        x = left + wide * hour
        pen.line((x, bottom, x, bottom + 8 * _FINER), fill=_INK, width=_FINER)
        pen.text((x, bottom + 14 * _FINER), str(hour), fill=_INK, font=font, anchor="mt")
    out = io.BytesIO()
    picture.reduce(_FINER).quantize(64).save(out, "PNG")
    return out.getvalue()


def _scale(largest: int) -> tuple[int, int]:
    """Whole numbers: from one line to the next, and at the top."""
    steps: Sequence[int] = [number * 10**power for power in range(7) for number in (1, 2, 5)]
    step = next((each for each in steps if each * _LINES >= largest), steps[-1])
    return step, max(step, -(-largest // step) * step)
