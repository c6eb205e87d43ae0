"""The headline says what was proved, in the reader's language, and never shows as standing what does not stand."""

from datetime import UTC, datetime

import pytest

from bot.delivery.headline import facts, headline
from bot.locales import available, phrases
from bot.model.words import Fact
from bot.reading.reader import read

WHEN = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)


def headed(text, language="en"):
    return headline(read(text, published=WHEN), phrases(language))


@pytest.mark.parametrize(
    ("text", "sign", "words"),
    [
        (
            "北京市气象台7月21日9时30分发布暴雨蓝色预警信号。",
            "🔵",
            "Warning: rainstorm, blue · Issued · Beijing Meteorological Observatory",
        ),
        (
            "昌平区气象台19时20分升级发布暴雨红色预警信号。",
            "🔴",
            "Warning: rainstorm, red · Raised · Changping District Meteorological Observatory",
        ),
        (
            "海淀区气象台14时解除雷电黄色预警信号。",
            "✅",
            "Lifted: this warning is over · Warning: lightning, yellow · Haidian District Meteorological Observatory",
        ),
        (
            "【演练】北京市气象台发布暴雨红色预警信号。",
            "🧪",
            "Exercise: this is not real · Warning: rainstorm, red · Beijing Meteorological Observatory",
        ),
        (
            "中国地震台网正式测定：07月21日11时51分在四川阿坝州茂县发生3.1级地震，震源深度15千米。",
            "📣",
            "Earthquake · Maoxian County (Aba Prefecture, Sichuan)",
        ),
        (
            "北京市防汛指挥部启动防汛二级应急响应。",
            "🟠",
            "Emergency response: Level II, flood control · Issued · Beijing Flood Control Headquarters",
        ),
        (
            "The Hong Kong Observatory has issued the Red Rainstorm Warning Signal.",
            "🔴",
            "Red Rainstorm Warning Signal · Issued · Hong Kong Observatory",
        ),
    ],
)
def test_it_says_level_hazard_action_and_place(text, sign, words):
    assert headed(text) == (sign, words)


@pytest.mark.parametrize(
    "text", ["请市民注意安全，尽量减少外出。", "第3条", "", "解除了吗？暴雨橙色预警！", "If only the rain would stop"]
)
def test_what_is_not_proved_has_none(text):
    assert headed(text) == ("", "")
    assert facts(read(text), phrases("en")) == ()


NOT_NOW = {
    "网传北京市气象台发布暴雨红色预警信号，不实。": ("🚫", "action.denied"),
    "【辟谣】网传“北京市发布暴雨红色预警信号”不实。": ("🚫", "action.denied"),
    "海淀区气象台14时解除雷电黄色预警信号。": ("✅", "message.lifted"),
    "【演练】北京市气象台发布暴雨红色预警信号。": ("🧪", "message.exercise"),
    "2012年7月21日，北京市气象台发布暴雨橙色预警信号。": ("🕰", "action.past"),
}


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("text", NOT_NOW)
def test_what_does_not_stand_says_so_first_in_every_language(text, language):
    sign, words = headed(text, language)
    assert (sign, words.split(" · ")[0]) == (NOT_NOW[text][0], phrases(language)(NOT_NOW[text][1]))


@pytest.mark.parametrize("language", available())
def test_every_language_has_words_for_a_standing_warning(language):
    sign, words = headed("北京市气象台发布暴雨橙色预警信号。", language)
    assert sign == "🟠"
    assert len(words.split(" · ")) == 3


def test_a_name_that_the_phrasebook_does_not_know_stands_as_it_is_written():
    _, words = headed("某某镇气象站发布暴雨橙色预警信号。")
    assert words in {"", "Warning: rainstorm, orange · Issued · 某某镇气象站"}


def test_the_lines_below_it_say_only_what_the_text_gives():
    text = "北京市气象台7月21日9时30分发布暴雨蓝色预警信号，请注意防范。"
    told = dict(facts(read(text, published=WHEN), phrases("en")))
    assert told == {
        Fact.WHEN: "21 July, 09:30",
        Fact.WHAT_TO_DO: "Take precautions.",
        Fact.SOURCE: "Beijing Meteorological Observatory",
    }


def test_a_drill_gives_no_orders():
    assert facts(read("【演练】北京市气象台发布暴雨红色预警信号，请注意防范。"), phrases("en")) == ()
