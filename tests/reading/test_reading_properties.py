"""Whatever the text, reading ends soon, never raises, and stays within the text."""

import time
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from benchmarks.language.reading import load
from bot.model.reading import Reading
from bot.reading.reader import read

PIECES = [
    "北京市气象台", "天文台", "发布", "解除", "将", "升级为", "暴雨", "橙色", "红色预警信号", "预警", "7月21日", "14时30分", "，", "。", "：",
    "“", "”", "【", "】", "（", "演练", "网传", "谣言", "未来3小时", "房山区、", "50毫米以上", "至", "的", "和", "1.", "#", "[", "]", "\n", " ",
    "The ", "Red Rainstorm Warning Signal ", "was issued ", "at 4:20 p.m. ", "Ⅲ级", "應急響應", "二級", "台", "市", "0", "\u200b", "😀",
]  # fmt: skip
texts = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


def holds(reading: Reading, text: str) -> None:
    assert 0 <= reading.coverage <= 1
    assert reading.read == bool(reading.claims)
    assert bool(reading.why_not) != reading.read
    last = 0
    for clause in reading.clauses:
        assert last <= clause.span.start <= clause.span.end <= len(text)
        last = clause.span.end
        for slot in clause.slots:
            assert clause.span.start <= slot.span.start <= slot.span.end <= clause.span.end
            assert text[slot.span.start : slot.span.end] == slot.words
    for claim in reading.claims:
        assert reading.clauses[claim.clause].read


@given(texts)
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_without_an_error_and_within_its_bounds(text):
    holds(read(text), text)


TIMED = ["7月21日14时30分", "31日24时", "2月30日", "未来3小时", "未来999周", "昨晚10时20分", "今明两天", "7月21日20时至22日8时", "9999年12月31日24时", "0000年1月1日"]  # fmt: skip
TIMED_EN = [
    "at 4:20 p.m.",
    "at 12:00 midnight",
    "on Saturday morning",
    "on Feb. 30",
    "at 99:99",
    "on July 21, 0001",
    "tonight",
]


@given(
    st.sampled_from(TIMED), st.sampled_from(TIMED_EN), st.datetimes(timezones=st.just(UTC)), st.integers(-1439, 1439)
)
@settings(max_examples=300, deadline=None)
def test_any_publishing_time_resolves_or_leaves_a_time(chinese, english, published, offset):
    for text in (
        f"北京市气象台{chinese}发布暴雨橙色预警信号：预计{chinese}，房山区降雨量将达50毫米以上。",
        f"The Red Rainstorm Warning Signal was issued {english}",
        f"Beijing Meteorological Observatory {english} issued an orange alert for rainstorms",
    ):
        reading = read(text, published=published, utc_offset=offset)
        holds(reading, text)
        assert all(moment.end is None or moment.start < moment.end for moment in reading.times)


@given(texts)
@settings(max_examples=100, deadline=None)
def test_reading_twice_gives_the_same(text):
    assert read(text) == read(text)


def test_traditional_and_simplified_of_the_same_text_read_the_same():
    convert = OpenCC("s2t").convert
    for post in load():
        # letters of their own length for letter, so that only the script differs
        traditional = "".join(convert(letter) for letter in post.text)
        one, other = read(post.text), read(traditional)
        told = [(c.action, c.hazard, c.level, c.previous, c.scheme) for c in one.claims]
        assert [(c.action, c.hazard, c.level, c.previous, c.scheme) for c in other.claims] == told, post.text
        assert other.coverage == one.coverage
        assert [clause.form for clause in other.clauses] == [clause.form for clause in one.clauses]


@pytest.mark.parametrize(
    "piece",
    ["市", "北京市", "发布", "暴雨红色预警", "北京市气象台", "1", "12时", "、", "和", "“", "【", "至", "未来", "50毫米", "a ", "a", "网传", "的", "7月1日至", "气象台解除", "房山区、", "將", "signal ", "#", "[", "(", "\n"],
)  # fmt: skip
def test_a_megabyte_of_anything_ends_soon_and_is_not_read_as_a_warning(piece):
    text = (piece * (1_000_000 // len(piece)))[:1_000_000]
    began = time.process_time()
    reading = read(text)
    assert time.process_time() - began < 5  # a hang is what this finds; how fast it is, the benchmark says
    assert not reading.read
    assert reading.coverage < 0.02


def test_what_lies_beyond_the_bound_leaves_a_text_unread():
    sentence = "北京市气象台发布暴雨红色预警信号。"
    assert read(sentence).read
    assert not read(sentence + "啊" * 10_000).read
