"""Folding: what readers hold to be the same compares equal."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.folding import fold, simplified


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ＲＥＤ　Ａｌｅｒｔ", "red alert"),
        ("STRASSE", "straße"),
        ("Ⅲ级响应", "iii级响应"),
        ("降雨50㎜", "降雨50mm"),
        ("①号", "1号"),
        ("暴雨紅色預警信號", "暴雨红色预警信号"),
        ("北京市氣象臺發布", "北京市气象台发布"),
        ("ｶﾞｽ", "ガス"),
        ("暴\u200b雨", "暴雨"),
        ("flo\u00adod", "flood"),
        ("\u202eflood\u202c", "flood"),
        ("暴雨\ufe0f", "暴雨"),
        ("heavy\n\t  rain", "heavy rain"),
        ("  heavy rain\u3000", "heavy rain"),
        ("cafe\u0301", "café"),
        ("إِعْصَارٌ", "اعصار"),
        ("عاصفــــة", "عاصفه"),
        ("ا\u064e\u0654مطار", "امطار"),
        ("ﺃﻣﻄﺎﺭ", "أمطار"),
        ("موسيقى", "موسیقي"),
        ("жёлтый", "желтый"),
        ("е\u0308\u0308ж", "еж"),
        ("तूफ़ान", "तूफान"),
        ("आँधी", "आंधी"),
        ("\u0929", "न"),
    ],
)
def test_what_means_the_same_folds_to_the_same(written, meant):
    assert fold(written) == fold(meant)


@pytest.mark.parametrize(
    ("one", "other"), [("rain", "ruin"), ("暴雨", "暴雪"), ("é", "e"), ("北京", "东京"), ("й", "и")]
)
def test_what_means_something_else_stays_apart(one, other):
    assert fold(one) != fold(other)


def test_a_traditional_character_folds_alike_whatever_stands_beside_it():
    assert "乾" not in fold("乾燥")
    assert fold("乾") in fold("乾坤")
    assert fold("著") in fold("著名")


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(min_codepoint=0x2E80, max_codepoint=0x2FA1F)))
def test_folding_east_asian_text_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(
    st.text(
        "اأإآٱؤئيىةهکیۀۂۓےеёЁनऩरऱळऴफ़क़ँं \u0308\u0301\u0640\u064b\u0651\u0653\u0654\u0655\u0670\u06d6\u06e4\u093c\u094d"
    )
)
def test_folding_arabic_russian_and_hindi_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_what_white_space_separates_is_folded_by_itself(left, right):
    assert fold(f"{left} {right}").split() == f"{fold(left)} {fold(right)}".split()


@given(st.text())
def test_case_does_not_show_in_the_folded_text(text):
    assert fold(text.upper().lower()) == fold(text.upper())


def test_every_simplified_character_of_the_table_stays_as_it_is():
    traditional = "".join(map(chr, range(0x4E00, 0xA000)))
    simplified = fold(traditional)
    assert len(simplified) == len(traditional)
    assert fold(simplified) == simplified
    assert simplified != traditional


def test_a_word_is_folded_as_a_text_is():
    assert fold(simplified("ＡＢＣ 預警")) == fold("ＡＢＣ 預警") == "abc 预警"


@pytest.mark.parametrize(("text", "loaded"), [("Flood warning, Zürich, ガス", False), ("暴雨", True)])
def test_the_chinese_dictionaries_are_loaded_with_the_first_chinese_text(text, loaded):
    program = f"import sys; from bot.matching.folding import fold; fold({text!r}); print('opencc' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == str(loaded)
