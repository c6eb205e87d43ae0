"""The README's table of sources is the code's: a kind that is missing, or told otherwise than it is, fails here."""

from pathlib import Path

import pytest

from bot.sources.registry import built_in_kinds
from bot.sources.table import put_into, table

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_readme_has_the_table_that_the_code_makes():
    assert put_into(README) == README, "run: python -m bot.sources.table README.md"


def test_every_kind_has_its_row_with_intervals_and_proof():
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table().splitlines()]
    assert [row[0] for row in rows] == [f"`{kind}`" for kind in sorted(built_in_kinds())]
    assert {len(row) for row in rows} == {len(head)}
    weibo = next(row for row in rows if row[0] == "`weibo`")
    assert weibo[1:4] == ["Weibo", "10 min", "3 min"]
    assert weibo[-1] == "[tests](tests/sources/weibo)"


def test_a_text_without_the_marks_is_told():
    with pytest.raises(ValueError, match="end of sources"):
        put_into("# Tocsin")
