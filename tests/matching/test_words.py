"""Lists of words, the first form of filters: which posts they let through, read as the filters that they are now."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.evaluating import passes
from bot.matching.facts import Facts
from bot.matching.folding import fold
from bot.matching.parsing import read_back
from bot.matching.words import (
    SEARCHED,
    Haystack,
    haystack,
    words_key,
)
from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post, Repost
from bot.model.subscription import words_as_filter

POST = Post(
    kind="weibo",
    account="1288915263",
    id="1",
    title="提醒",
    text="今天有暴雨，请注意防范。Avoid the A4 near Fengtai; the M40 is closed.",
    url="https://weibo.com/1288915263/1",
    author="平安北京",
    repost=Repost(available=True, author="气象北京", text="Blue level rainstorm"),
)


def says(text: str) -> Haystack:
    return haystack(dataclasses.replace(POST, title="", text=text, author="", repost=None))


def matches(words: tuple[str, ...], hay: Haystack) -> bool:
    return passes(read_back(words_as_filter(words)), Facts(hay.text))


# ------------------------------------------------------------------ the same wish


def test_wishes_that_mean_the_same_have_the_same_key():
    assert words_key(["暴雨", "RED"]) == words_key(["ｒｅｄ", "暴雨"]) == words_key(["red", "暴雨", "Red"])
    assert words_key(["預警"]) == words_key(["预警"])


def test_wishes_that_differ_have_different_keys():
    keys = {words_key(words) for words in ([], ["a"], ["a", "b"], ["a b"], ["b"], ["ab"])}
    assert len(keys) == 6


# ------------------------------------------------------------------ letting through


def test_no_words_let_every_post_through():
    assert matches((), haystack(POST))
    assert matches((), Haystack(""))


def test_all_words_must_occur():
    assert matches(("暴雨", "Fengtai"), haystack(POST))
    assert not matches(("暴雨", "Haidian"), haystack(POST))


@pytest.mark.parametrize("word", ["提醒", "防范", "平安北京", "气象北京", "rainstorm"])
def test_title_text_author_and_the_post_passed_on_are_searched(word):
    assert matches((word,), haystack(POST))


def test_every_wording_and_the_areas_of_an_alert_are_searched():
    alert = Alert(
        sender="w-nws.webmaster@noaa.gov",
        identifier="1",
        sent=datetime(2026, 7, 21, tzinfo=UTC),
        sent_text="2026-07-21T00:00:00-00:00",
        status=Status.ACTUAL,
        msg_type=MsgType.ALERT,
        scope=Scope.PUBLIC,
        hazards=(
            Hazard(
                Urgency.IMMEDIATE,
                Severity.EXTREME,
                Certainty.OBSERVED,
                wordings=(
                    Wording(
                        "en-US",
                        "Flash Flood Warning",
                        "Flooding now",
                        "Creeks rise",
                        "Move to higher ground",
                        "NWS Topeka",
                    ),
                    Wording("es-US", "Aviso de inundaciones"),
                ),
                areas=(Area("Shawnee County"), Area("Jackson County")),
            ),
        ),
    )
    hay = haystack(dataclasses.replace(POST, alert=alert))
    for phrase in (
        "flash flood warning",
        "flooding now",
        "creeks",
        "higher ground",
        "topeka",
        "inundaciones",
        "shawnee",
        "jackson county",
    ):
        assert matches((phrase,), hay), phrase


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ＲＥＤ alert", "red"),
        ("red alert", "ＲＥＤ"),
        ("暴雨紅色預警", "红色预警"),
        ("暴雨红色预警", "紅色預警"),
        ("启动Ⅲ级应急响应", "III"),
        ("降雨50㎜", "50mm"),
        ("Straße gesperrt", "STRASSE"),
        ("heavy\n rain", "heavy rain"),
        ("暴\u200b雨", "暴雨"),
    ],
)
def test_width_case_and_script_do_not_matter(text, word):
    assert matches((word,), says(text))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("A4 closed", "A4"),
        ("the (A4) is", "a4"),
        ("京A4封闭", "A4"),
        ("rain,flood", "rain"),
        ("rain", "rain"),
        ("rain-soaked", "rain"),
        ("A40 and A4", "A4"),
        ("#flood#", "#flood"),
        ("штормовое предупреждение", "шторм"),
        ("今天有暴雨", "暴雨"),
    ],
)
def test_a_word_stands_free_where_no_latin_letter_or_digit_touches_it(text, word):
    assert matches((word,), says(text))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("A40 closed", "A4"),
        ("the DA4 train", "A4"),
        ("training", "rain"),
        ("rain2", "rain"),
        ("cafés", "caf"),
        ("naïve", "na"),
        ("15mm", "5mm"),
        ("Ａ４０", "A4"),
    ],
)
def test_a_latin_word_inside_a_longer_one_does_not_count(text, word):
    assert not matches((word,), says(text))


def test_no_phrase_reaches_from_one_text_into_the_next():
    post = dataclasses.replace(POST, title="heavy", text="rain", author="", repost=None)
    assert matches(("heavy", "rain"), haystack(post))
    assert not matches(("heavy rain",), haystack(post))


def test_a_giant_post_is_searched_as_far_as_the_limit():
    hay = says("a " * SEARCHED + "flood")
    assert len(hay.text) <= SEARCHED
    assert matches(("a",), hay)
    assert not matches(("flood",), hay)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8), st.data())
def test_a_word_of_the_text_always_matches(parts, data):
    text = " ".join(parts)
    words = [word for word in text.split() if fold(word)]
    if words:
        word = data.draw(st.sampled_from(words))
        assert matches((word,), says(text))


@given(st.text(st.sampled_from("暴雨紅色預警信號乾坤著名後裏臺發薴苧"), min_size=1), st.data())
def test_any_piece_of_a_chinese_text_matches(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert matches((text[start:end],), says(text))
    assert matches((fold(text)[start:end],), says(text))


@given(st.text(), st.text(min_size=1))
def test_any_text_and_any_word_give_an_answer(text, word):
    assert matches((word,), says(text)) in {True, False}
