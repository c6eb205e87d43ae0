"""Which severity a post's words prove: the table, and everything that must weigh nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.language.reading import load
from bot.model.alert import Severity
from bot.reading.reader import read
from bot.reading.weighing import proved_severity

EXTREME, SEVERE, MODERATE, MINOR, UNKNOWN = (
    Severity.EXTREME,
    Severity.SEVERE,
    Severity.MODERATE,
    Severity.MINOR,
    Severity.UNKNOWN,
)
NOW = datetime(2012, 7, 21, 10, 40, tzinfo=UTC)


def severity(text, published=NOW):
    return proved_severity(read(text, published=published), published)


@pytest.mark.parametrize(
    ("text", "weighs"),
    [
        ("北京市气象台2012年7月21日18时30分发布暴雨橙色预警", SEVERE),
        ("北京市气象台18时30分发布暴雨红色预警信号。", EXTREME),
        ("北京市气象台18时30分发布暴雨黄色预警信号。", MODERATE),
        ("北京市气象台18时30分发布雷电蓝色预警信号。", MINOR),
        ("北京市气象台18时30分继续发布暴雨橙色预警。", SEVERE),
        ("北京市气象台18时30分将暴雨橙色预警升级为红色预警。", EXTREME),
        ("北京市气象台18时30分将暴雨红色预警降级为橙色预警。", SEVERE),
        ("Beijing Meteorological Observatory issued an orange rainstorm warning at 18:30 on July 21.", SEVERE),
        ("香港天文台發出黑色暴雨警告信號。", EXTREME),
        ("香港天文台發出紅色暴雨警告信號。", SEVERE),
        ("香港天文台發出黃色暴雨警告信號。", MODERATE),
        ("八號東北烈風或暴風信號現正生效。", SEVERE),
        ("香港天文台发出十号飓风信号。", EXTREME),
        ("香港天文台发出九号烈风或暴风风力增强信号。", EXTREME),
        ("香港天文台发出三号强风信号。", MODERATE),
        ("香港天文台发出海啸警告。", SEVERE),
        ("香港天文台发出山泥倾泻警告。", SEVERE),
        ("香港天文台发出红色火灾危险警告。", UNKNOWN),
        ("香港天文台发出寒冷天气警告。", UNKNOWN),
        ("自然资源部海啸预警中心发布海啸黄色预警。", SEVERE),
        ("自然资源部海啸预警中心发布海啸红色预警。", EXTREME),
        ("国家防总启动防汛Ⅰ级应急响应。", EXTREME),
        ("国家防总启动防汛Ⅱ级应急响应。", SEVERE),
        ("国家防总启动防汛Ⅳ级应急响应。", MINOR),
        # the gravest of what stands, not of what is named
        ("北京市气象台解除暴雨红色预警，发布雷电黄色预警。", MODERATE),
        ("北京市气象台18时30分发布雷电黄色预警。北京市气象台18时30分发布暴雨橙色预警。", SEVERE),
    ],
)
def test_a_level_weighs_what_the_table_says(text, weighs):
    assert severity(text) is weighs


@pytest.mark.parametrize(
    "text",
    [
        "北京市气象台18时30分解除暴雨红色预警信号。",
        "【演练】北京市气象台18时30分发布暴雨红色预警信号。",
        "网传北京市气象台发布暴雨红色预警，不实。",
        "去年7月21日，北京市气象台发布暴雨红色预警。",
        "2011年7月21日18时，北京市气象台发布暴雨红色预警。",
        "香港天文台取消所有热带气旋警告信号。",
        "北京市气象台未发布暴雨红色预警。",
        "如果发布暴雨红色预警，请立即转移。",
        "今天的晚霞很红，橙色的云，注意安全。",
        # no level: it has happened, and nothing is proved of what comes
        "中国地震台网正式测定：07月21日18时30分在四川芦山县发生7.0级地震，震源深度13千米。",
        "",
    ],
)
def test_what_does_not_stand_or_has_no_level_weighs_nothing(text):
    assert severity(text) is UNKNOWN


def test_what_was_announced_more_than_a_day_ago_weighs_nothing_unless_it_continues():
    text = "北京市气象台7月20日8时发布暴雨红色预警。"
    issued = datetime(2012, 7, 20, 0, 0, tzinfo=UTC)
    assert severity(text, issued + timedelta(hours=23)) is EXTREME
    assert severity(text, issued + timedelta(hours=25)) is UNKNOWN
    assert severity("北京市气象台继续发布暴雨红色预警。", NOW) is EXTREME


def test_of_the_written_posts_none_weighs_much_that_proves_no_warning_in_force():
    """Lifted, drilled, denied, past, quoted, conditional: the evaluation's posts have some hundreds of them."""
    standing = {"issued", "raised", "lowered", "continued"}
    others = [post for post in load() if post.expect.get("action") not in standing]
    assert len(others) > 250
    grave = {post.id for post in others if proved_severity(read(post.text)).rank >= SEVERE.rank}
    assert grave == set()
