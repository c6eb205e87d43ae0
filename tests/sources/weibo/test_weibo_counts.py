import pytest
from hypothesis import given
from hypothesis import strategies as st
from weibo_shapes import mblog

from bot.model.post import Count
from bot.sources.weibo.counts import read_count, read_engagement


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (5000, Count(5000, "5000")),
        ("4321", Count(4321, "4321")),
        ("100万+", Count(1_000_000, "100万+", is_lower_bound=True)),
        ("1.2万", Count(12_000, "1.2万")),
        ("1.51亿", Count(151_000_000, "1.51亿")),
        ("145.5万", Count(1_455_000, "145.5万")),
        ("10万+", Count(100_000, "10万+", is_lower_bound=True)),
        ("万+", Count(10_000, "万+", is_lower_bound=True)),
        ("1,234", Count(1234, "1,234")),
        ("１００万＋", Count(1_000_000, "100万+", is_lower_bound=True)),
        (0, Count(0, "0")),
    ],
)
def test_a_figure_is_read_in_every_form_that_weibo_writes(value, count):
    assert read_count(value) == count


@pytest.mark.parametrize("value", [None, "", "转发", "+", -1, True, 1.5, [], {}, "9" * 25, "1.2.3万"])
def test_what_is_no_figure_is_not_said_rather_than_zero(value):
    assert read_count(value) is None


def test_the_rule_for_display_is_not_taken_for_a_figure():
    told = read_engagement(mblog(reposts_count=None, comments_count="100万+", attitudes_count=7))
    assert told.forwards is None
    assert told.comments == Count(1_000_000, "100万+", is_lower_bound=True)
    assert told.likes == Count(7, "7")


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
def test_no_value_makes_the_reader_of_figures_fail(value):
    read = read_count(value)
    assert read is None or read.value >= 0
