"""Pauses that grow with each failure: the first one, doubled again and again, up to the longest."""

from datetime import timedelta
from typing import TypeVar

Pause = TypeVar("Pause", float, timedelta)
#: 2**20 seconds are twelve days: no pause here grows further, and no number overflows.
_MOST_DOUBLINGS = 20


def grown(first: Pause, failures: int, longest: Pause) -> Pause:
    """The pause after so many failures in a row (1 or more), in the unit of ``first``; without any spread."""
    doubled: Pause = first * (1 << min(max(failures - 1, 0), _MOST_DOUBLINGS))
    return min(doubled, longest)
