"""How a figure is named, held against its goal and printed. Nothing is measured here."""

import argparse
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and the most (``at_least``: the least) that it may be."""

    figure: str
    value: float
    unit: str
    goal: float
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Whether the goal is held."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def read_options(about: str, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options that every benchmark has: ``quick`` and ``json``."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="a small run that shows that it works; no good figures")
    parser.add_argument("--json", action="store_true", help="one object a line instead of a table")
    return parser.parse_args(arguments)


def show(figures: Iterable[Figure], *, as_json: bool) -> None:
    """Print the figures. A missed goal is shown, it is no error: machines differ."""
    for found in figures:
        if as_json:
            fields = {"figure": found.figure, "value": round(found.value, 4), "unit": found.unit, "goal": found.goal}
            print(json.dumps({**fields, "held": found.held}), flush=True)
        else:
            verdict = "held" if found.held else "MISSED"
            goal = f"{'>=' if found.at_least else ''}{found.goal:g}"
            print(f"{found.figure:<58} {found.value:>9.3f} {found.unit:<4} goal {goal:>7}  {verdict}", flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share of the values does not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
