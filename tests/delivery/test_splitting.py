"""Long text becomes messages on sentence borders; entities are closed and opened again; nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.face import Span, Styled
from bot.delivery.splitting import TEXT_LIMIT, shorten, split
from bot.delivery.writing import Writing, units

TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(list("北京暴雨。！ \n.,;😀👍🏽\u0301\u200d")),
    ),
    max_size=200,
)
LIMITS = st.lists(st.integers(2, 60), max_size=4)


def of_span(styled, span):
    raw = styled.text.encode("utf-16-le")
    return raw[span.offset * 2 : (span.offset + span.length) * 2].decode("utf-16-le")


@st.composite
def styled_texts(draw):
    text = draw(TEXT)
    borders = [0]
    for char in text:
        borders.append(borders[-1] + (2 if ord(char) > 0xFFFF else 1))
    spans = []
    for _ in range(draw(st.integers(0, 4))):
        first, last = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        if first < last:
            spans.append(Span("bold", borders[first], borders[last] - borders[first]))
    return Styled(text, tuple(spans))


def test_text_that_fits_stays_one_message():
    styled = Writing().add("今日有暴雨", "bold").done()
    assert split(styled, ()) == (styled,)


def test_blank_text_is_no_message():
    assert split(Styled(" \n "), ()) == ()


@pytest.mark.parametrize("sentence", ["注意安全，尽量不要外出。", "Stay indoors if you can. ", "第一行\n"])
def test_the_cut_falls_behind_a_sentence(sentence):
    for part in split(Styled(sentence * 1000), ())[:-1]:
        assert part.text.endswith(sentence.strip()[-1])
        assert units(part.text) > TEXT_LIMIT // 2


def test_a_paragraph_is_kept_together_where_that_leaves_the_message_full():
    first, second = "甲" * 3000 + "。", "乙。" * 1000
    parts = split(Styled(f"{first}\n\n{second}"), ())
    assert parts[0].text == first


def test_a_quotation_over_a_cut_is_closed_and_opened_again():
    out = Writing().add("平安北京\n")
    with out.inside("blockquote"):
        out.add("尽量不要外出。" * 1000)
    first, second = split(out.done(), ())
    assert [span.type for span in (*first.spans, *second.spans)] == ["blockquote", "blockquote"]
    assert of_span(first, first.spans[0]) + of_span(second, second.spans[0]) == "尽量不要外出。" * 1000


def test_an_emoji_and_a_letter_with_marks_are_not_parted():
    for cluster in ("👍🏽", "👩‍🚒", "e\u0301", "कि"):
        for limit in range(8, 14):
            for part in split(Styled(cluster * 20), (), limit):
                assert part.text.count(cluster) * len(cluster) == len(part.text)


@given(styled_texts(), LIMITS, st.integers(2, 60))
def test_every_part_keeps_its_limit_and_no_character_but_blanks_is_lost(styled, limits, then):
    parts = split(styled, limits, then)
    for index, part in enumerate(parts):
        assert units(part.text) <= (limits[index] if index < len(limits) else then)
        assert part.text == part.text.strip() != ""
        for span in part.spans:
            assert span.length > 0
            assert span.offset >= 0
            assert span.offset + span.length <= units(part.text)
            of_span(part, span)  # would raise inside a surrogate pair
    assert "".join("".join(part.text.split()) for part in parts) == "".join(styled.text.split())


@given(styled_texts(), LIMITS, st.integers(2, 60))
def test_what_was_styled_stays_styled_and_nothing_else_is(styled, limits, then):
    def bold(texts):
        marks = []
        for text in texts:
            raw = [False] * units(text.text)
            for span in text.spans:
                raw[span.offset : span.offset + span.length] = [True] * span.length
            at = 0
            for char in text.text:
                if not char.isspace():
                    marks.append((char, raw[at]))
                at += units(char)
        return marks

    assert bold(split(styled, limits, then)) == bold([styled])


@given(styled_texts(), st.integers(3, 40))
def test_shortened_text_keeps_its_limit_and_shows_the_cut(styled, limit):
    short = shorten(styled, limit)
    assert units(short.text) <= limit
    assert short == styled or short.text.endswith("…")
