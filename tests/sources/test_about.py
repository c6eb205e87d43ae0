"""Every kind of source says what it gives, on whose terms, and which test proves it."""

import importlib
from pathlib import Path

import pytest

from bot.sources.face import About
from bot.sources.registry import built_in_kinds

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", sorted(built_in_kinds()))
def test_every_kind_says_what_it_is(kind):
    about = getattr(importlib.import_module(f"bot.sources.{kind}"), "ABOUT", None)
    assert isinstance(about, About), f"bot.sources.{kind} needs a constant ABOUT = About(...) (see face.py)"
    assert about.name
    assert about.gives
    assert about.languages
    assert about.terms
    assert list((ROOT / about.proof).glob("test_*.py")) or (ROOT / about.proof).is_file()
    assert about.proof.startswith("tests/")
    cells = [getattr(about, name) for name in About.__dataclass_fields__]
    assert [cell for cell in cells if "|" in cell or "\n" in cell] == []
