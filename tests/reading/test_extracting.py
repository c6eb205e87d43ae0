"""An extract keeps every sentence that says a level, an action, who came to harm or when; whole sentences of the original,
in their order, within its room, or nothing.
"""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.reading import Reading
from bot.reading.extracting import GAP, Extract, extract, split
from bot.reading.reader import read

LEVELS = [
    "橙色等级已经很高。",
    "全市防汛Ⅱ级响应中。",
    "這是紅色暴雨警告！",
    "风险等级为三级。",
    "The level is orange.",
]
ACTIONS = [
    "市防指要求转移群众。",
    "京港澳高速封闭。",
    "警報已經解除。",
    "经核实为谣言。",
    "以上内容为演练。",
    "The order was lifted.",
]
HARM = ["已有三人死亡。", "仍有12人失联！", "多名學生受傷。", "No deaths were reported.", "Two people are missing."]
TIMES = ["傍晚雨势最大。", "雨到20：30才停。", "持續至7月22日。", "二十四小时后再看。", "It peaks at 6 p.m. there."]
FACTS = [*LEVELS, *ACTIONS, *HARM, *TIMES]
FILLERS = [
    "山路上的风很大，灯光照着水面。",
    "这座城市的老居民对这样的雨并不陌生。",
    "“别怕。我们来了。”队长说。",
    "队员们的鞋子都湿了！",
    "老人們常說，雨大不過山。",
    "The old town lies quiet under its bridges.",
    "Mr. Li likes the sound of rain.",
]
STORY = "".join(FILLERS[:4])


def cut(text: str, room: int) -> Extract:
    return extract(text, read(text), room)


def holds(text: str, room: int, found: Extract) -> None:
    """What is true of every extract: whole sentences of the original, in order, within the room."""
    assert len(found.text) <= max(0, room)
    if not found:
        assert found == Extract()
        return
    whole = list(split(text))
    assert [span for span in whole if span in found.kept] == list(found.kept)
    assert len(found.kept) + found.left_out == len(whole)
    said = "".join(text[slice(*span)] for span in found.kept)
    added = found.text if found.left_out else found.text.replace(GAP, "")
    without = re.sub(rf"[\s{GAP}]", "", added)
    assert without == re.sub(rf"[\s{GAP}]", "", said)


@pytest.mark.parametrize("fact", FACTS)
def test_a_sentence_that_carries_a_fact_stays(fact):
    text = f"{STORY}{STORY}{fact}{STORY}"
    found = cut(text, len(fact) + 40)
    assert fact in found.text
    assert found.left_out > 0
    assert FILLERS[3] not in found.text


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.sampled_from([*FACTS, *FILLERS]), max_size=40),
    st.sampled_from(["", "\n", "\n\n"]),
    st.integers(0, 900),
)
def test_no_fact_is_dropped_whatever_the_order_and_the_room(sentences, between, room):
    text = between.join(s + ("" if between or not s[0].isascii() else " ") for s in sentences)
    found = cut(text, room)
    holds(text, room, found)
    if found:
        at = 0
        for sentence in (s for s in sentences if s in FACTS):
            at = found.text.find(sentence, at)
            assert at >= 0, sentence
            at += len(sentence)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="雨。！“”（）.…\n aZ9时死\u202e\ud83d", max_size=200), st.integers(-5, 120))
def test_any_text_is_cut_without_an_error(text, room):
    found = cut(text, room)
    if text.strip():
        holds(text, room, found)
    spans = list(split(text))
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert re.sub(r"\s", "", "".join(text[slice(*span)] for span in spans)) == re.sub(r"\s", "", text)


def test_a_bulletin_keeps_its_facts_then_its_advice_and_says_where_it_was_cut():
    text = (
        "【暴雨橙色预警】北京市气象台2012年7月21日18时30分发布暴雨橙色预警信号：预计未来6小时，房山降雨量将达100毫米以上。"
        f"{STORY}截至19时，已有3人死亡、12人受伤。{STORY}请市民尽量减少外出。{STORY}"
    )
    found = cut(text, 200)
    assert found.text == (
        "【暴雨橙色预警】北京市气象台2012年7月21日18时30分发布暴雨橙色预警信号：预计未来6小时，房山降雨量将达100毫米以上。"
        " … 截至19时，已有3人死亡、12人受伤。 … 请市民尽量减少外出。 …"
    )
    assert "请市民" not in cut(text, 95).text
    assert "已有3人死亡" in cut(text, 95).text


def test_where_the_facts_alone_are_too_long_there_is_no_extract():
    text = "截至19时，已有3人死亡。" * 30 + STORY
    assert not cut(text, 200)
    assert cut("截至19时，已有3人死亡。" + STORY * 9, 200)


def test_a_frame_that_turns_the_whole_text_stays():
    text = f"{STORY}北京市气象台18时30分发布暴雨红色预警信号。{STORY}经核实，以上消息不实。{STORY}"
    assert "以上消息不实。" in cut(text, 110).text


def test_a_short_text_is_its_own_extract():
    found = cut(f" {STORY}\n", 200)
    assert (found.text, found.left_out) == (STORY, 0)


def test_what_is_beyond_the_reader_is_kept_by_its_words():
    """Reading ends at 4,000 characters and then claims nothing; the facts beyond it are kept all the same."""
    text = STORY * 90 + "截至19时，已有3人死亡。" + STORY * 20
    assert not read(text).read
    assert "已有3人死亡。" in cut(text, 300).text


@pytest.mark.parametrize(
    "text", ["Alerta roja. " * 200, "大雨警報を発表しました。" * 100, "雨。" * 10_001, "20" * 900]
)
def test_what_is_in_no_language_that_is_read_or_endless_has_no_extract(text):
    spanish = Reading(language="es") if text.startswith("Alerta") else read(text)
    assert extract(text, spanish, 300) == Extract()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("一。二！三？四", ["一。", "二！", "三？", "四"]),
        ("他说：“走吧。别怕。”然后走了。好。", ["他说：“走吧。别怕。”然后走了。", "好。"]),
        ("一（注：二。三。）四。五。", ["一（注：二。三。）四。", "五。"]),
        ("“没有结尾。走。", ["“没有结尾。", "走。"]),
        ("Rain fell, said Dr. Li at 5.30 p.m. on July 21. It stopped.", ["Rain fell, said Dr. Li at 5.30 p.m. on July 21.", "It stopped."]),
        ("SHOWERS MOVE\nEAST AT 9. - one\n- two", ["SHOWERS MOVE\nEAST AT 9. - one", "- two"]),
        ("第一行\n第二行\n\n第三行", ["第一行", "第二行", "第三行"]),
    ],
)  # fmt: skip
def test_where_sentences_end(text, sentences):
    assert [text[slice(*span)] for span in split(text)] == sentences
