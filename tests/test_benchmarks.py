"""Every benchmark runs and says what it measured; how fast this machine is, is not asked here."""

import json
import math
import os
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.language.phrasebook import Rendered, misses
from benchmarks.language.reading import load

ROOT = Path(__file__).parents[1]
#: Figures whose goal is the least; every other goal is the most.
AT_LEAST = (
    "broadcast to",
    "paid broadcast to",
    "without limits",
    "of 30 messages/s",
    "precision",
    "recall",
    "formulaic posts",
)


#: Each database's figures; PostgreSQL's are left out where there is none.
FANOUT = pytest.param("fanout", 12, marks=pytest.mark.postgres)


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("polling", 3),
        ("hour", 8),
        ("latency", 3),
        ("hostile", 6),
        ("broadcast", 7),
        ("soak", 6),
        ("stats", 4),
        ("maps", 6),
        ("gate", 8),
        ("matching", 12),
        ("places", 8),
        ("language", 33),
        FANOUT,
    ],
)
def test_a_benchmark_prints_every_figure_beside_its_goal(name, figures):
    command = [sys.executable, "-m", f"benchmarks.{name}", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if name == "fanout" and len(found) < figures and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL")
    assert len(found) == figures
    for line in found:
        assert set(line) == {"figure", "value", "unit", "goal", "held"}
        assert math.isfinite(line["value"])
        least = name in {"broadcast", "soak", "language"} and line["figure"].startswith(AT_LEAST)
        least = least or (name == "gate" and "caught" in line["figure"])
        least = least or (name == "hour" and line["figure"].endswith("in an hour"))
        assert line["held"] == (line["value"] >= line["goal"] if least else line["value"] <= line["goal"])


def test_a_reviewed_rendering_counts_again_when_it_is_said_otherwise():
    reviewed = tomllib.loads((ROOT / "benchmarks" / "language" / "reviewed.toml").read_text("utf-8"))["rendering"]
    post = {post.id: post for post in load()}
    for row in reviewed:
        as_it_was = Rendered(post[row["post"]], row["language"], row["text"], "the gate refuses it")
        changed = replace(as_it_was, text=f"{row['text']}!")
        assert [line.split()[0] for line in misses([as_it_was, changed])] == ["reviewed", "REFUSED"]
        assert row["reason"]
