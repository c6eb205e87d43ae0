"""What a post proves: hazard, level, action; and that what only names a warning is none."""

import json
from datetime import UTC, datetime

import pytest

from bot.model.reading import Action, HazardKind, Level, Scheme
from bot.reading.reader import read


def said(text: str, **options):
    reading = read(text, **options)
    assert reading.read, reading.why_not
    return reading.hazard, reading.level, reading.action


@pytest.mark.parametrize(
    ("text", "hazard", "level", "action"),
    [
        ("北京市气象台7月30日14时发布暴雨橙色预警信号。", "rainstorm", "orange", "issued"),
        ("北京市气象台7月30日14时继续发布暴雨橙色预警信号。", "rainstorm", "orange", "continued"),
        ("北京市气象台7月30日14时解除暴雨橙色预警信号。", "rainstorm", "orange", "lifted"),
        ("北京市气象台将暴雨橙色预警信号升级为红色。", "rainstorm", "red", "raised"),
        ("北京市气象台将暴雨橙色预警信号降级为蓝色。", "rainstorm", "blue", "lowered"),
        ("天文台在下午4時20分發出紅色暴雨警告信號。", "rainstorm", "red", "issued"),
        ("天文台在下午5時20分改發三號強風信號，取代八號西南烈風或暴風信號。", "tropical_cyclone", "3", "lowered"),
        ("國家防總將防汛應急響應由三級提升至二級。", "flood", "II", "raised"),
        ("The Black Rainstorm Warning Signal was cancelled at 11:00 a.m.", "rainstorm", "black", "lifted"),
        (
            "Beijing Meteorological Observatory issued an orange alert for rainstorms.",
            "rainstorm",
            "orange",
            "issued",
        ),
        ("京藏高速已恢复通行。", "road_closure", None, "lifted"),
    ],
)
def test_a_plain_sentence_is_read(text, hazard, level, action):
    assert said(text) == (HazardKind(hazard), Level(level) if level else None, Action(action))


@pytest.mark.parametrize(
    "around",
    [
        "如果{}，各单位停工。", "一旦雨势加强，{}。", "听说{}", "{}了吗？", "“{}”", "网友说：“{}。”", "{}？官方回应。",
        "{}的标准是什么", "{}，我信你个鬼", "我宣布，{}", "{}[doge]", "{}。#防汛演练#", "{}，是2016年的事了。",
        "据说{}。", "感谢{}。", "《{}》今日上映。", "关于{}的说明", "{}。以上消息不实。", "{}。此信息为误发。",
    ],
)  # fmt: skip
def test_what_only_names_a_warning_is_not_read(around):
    sentence = "北京市气象台发布暴雨红色预警信号"
    assert read(sentence + "。").read
    assert not read(around.format(sentence)).read


@pytest.mark.parametrize(
    "word", ["未", "并未", "将", "拟", "可能", "不会", "考虑", "即将", "没有", "应", "又", "取消"]
)
def test_a_word_before_the_verb_leaves_it_unread(word):
    assert not read(f"北京市气象台{word}发布暴雨红色预警信号。").read


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("【演练】北京市气象台发布暴雨红色预警信号。", Action.DRILL),
        ("北京市气象台发布暴雨红色预警信号。以上为演练内容。", Action.DRILL),
        ("网传“北京市气象台发布暴雨红色预警信号”为不实信息。", Action.DENIED),
        ("历史上的今天：北京市气象台发布暴雨红色预警信号。", Action.PAST),
        ("去年7月，北京市气象台发布暴雨红色预警。", Action.PAST),
        ("去年今日，北京市气象台发布暴雨红色预警信号。", Action.PAST),
    ],
)
def test_a_frame_turns_the_post_and_nothing_is_in_force(text, action):
    assert said(text) == (HazardKind.RAINSTORM, Level.RED, action)
    assert not action.in_force


def test_a_post_that_denies_being_a_drill_is_none():
    assert said("这不是演练！郑州市气象台16时01分发布暴雨红色预警信号。")[2] is Action.ISSUED


def test_a_level_that_does_not_exist_for_the_hazard_is_not_read():
    assert read("北京市气象台发布霜冻橙色预警信号。").level is Level.ORANGE
    assert not read("北京市气象台发布霜冻红色预警信号。").read


def test_a_verb_against_its_levels_is_not_read():
    assert not read("北京市气象台将暴雨橙色预警信号升级为黄色。").read
    assert not read("北京市气象台将暴雨橙色预警信号升级为大风红色预警信号。").read


def test_a_heading_that_names_another_level_leaves_the_post_unread():
    assert not read("【暴雨红色预警】北京市气象台发布暴雨黄色预警信号。").read
    assert not read("#暴雨红色预警# 北京市气象台发布暴雨黄色预警信号。").read


def test_a_warning_named_in_an_unread_clause_leaves_the_post_unread():
    assert not read("北京市气象台发布暴雨蓝色预警信号。房山区那边是红色预警。").read


def test_a_body_that_no_gazetteer_proves_is_no_issuer():
    assert read("布拖县气象台发布雷电黄色预警信号。").read
    assert not read("隔壁老王市气象台发布雷电黄色预警信号。").read


def test_what_is_issued_leads_what_is_lifted_in_the_same_post():
    reading = read("市气象台8时解除大风蓝色预警信号，并发布大雾黄色预警信号。")
    assert (reading.hazard, reading.level) == (HazardKind.FOG, Level.YELLOW)
    assert [claim.action for claim in reading.claims] == [Action.LIFTED, Action.ISSUED]


def test_an_issue_and_the_change_that_led_to_it_are_one_claim():
    text = "闵行区气象台8月3日12时发布高温红色预警：高温橙色预警信号更新为高温红色预警信号。"
    (claim,) = read(text).claims
    assert (claim.action, claim.level, claim.previous) == (Action.RAISED, Level.RED, Level.ORANGE)
    assert claim.issuer is not None
    assert claim.issuer.words == "闵行区气象台"


def test_the_slots_of_a_warning_are_kept_with_their_places_in_the_text():
    text = "北京市气象台2024年7月30日14时30分发布暴雨橙色预警信号：预计未来3小时内，房山区、门头沟区降雨量将达50毫米以上，请注意防范。"
    reading = read(text)
    assert reading.coverage == 1.0
    assert [clause.form for clause in reading.clauses] == ["warning.issued", "outlook.rain_expected", "advice.beware"]
    for clause in reading.clauses:
        for slot in clause.slots:
            assert text[slot.span.start : slot.span.end] == slot.words
    assert [place.name for place in reading.places] == ["房山区", "门头沟区"]
    (rain,) = reading.figures
    assert (rain.value, rain.unit, rain.what, rain.bound) == (50, "mm", "rainfall", "at_least")


def test_coverage_tells_how_much_was_left_unread():
    half = read("北京市气象台发布暴雨橙色预警信号。猫咪今天心满意足地睡了一个下午觉。")
    assert 0.4 < half.coverage < 0.6
    assert [clause.form for clause in half.clauses] == ["warning.issued", ""]


def test_a_gap_that_takes_any_words_explains_none_of_them():
    sentence = "北京市气象台发布暴雨红色预警信号。"
    assert read(sentence + "（来源：国家预警信息发布中心）").read
    assert not read(sentence + "（来源：网传截图）").read


def test_what_is_also_issued_needs_a_claim_before_it():
    assert not read("同时发布大雾黄色预警信号。").read
    assert len(read("市气象台解除大风蓝色预警信号。同时发布大雾黄色预警信号。").claims) == 2


def test_a_rumour_denied_and_told_in_one_post_leaves_it_unread():
    assert not read("北京市气象台发布暴雨红色预警信号。以上消息为谣言。").read
    assert not read("【谣言】北京市气象台发布暴雨红色预警信号。").read
    assert not read("网传“北京市气象台发布暴雨红色预警信号”不实。北京市气象台发布暴雨红色预警信号。").read


@pytest.mark.parametrize(
    "text",
    [
        "如果北京地铁停运，请改乘公交", "北京地铁未停运", "市民小张的梦想停运", "京藏高速可能双向封闭", "昨天京藏高速双向封闭",
        "今天8时，我家发生7.8级地震", "长江可能发生2026年第1号洪水", "国家防总2016年启动防汛四级应急响应",
        "If Nathan Road is closed, use Lai Chi Kok Road.", "My heart is closed in both directions.",
    ],
)  # fmt: skip
def test_what_only_resembles_an_event_is_not_read(text):
    assert not read(text).read


def test_dated_long_before_it_was_published_it_is_past():
    text = "北京市气象台2012年7月21日18时30分发布暴雨橙色预警信号。"
    published = datetime(2026, 7, 21, 10, 0, tzinfo=UTC)
    assert said(text)[2] is Action.ISSUED  # when it was published is not known
    assert said(text, published=published)[2] is Action.PAST
    assert said(text, published=datetime(2012, 7, 21, 10, 40, tzinfo=UTC))[2] is Action.ISSUED


def test_an_earthquake_of_long_ago_is_past_and_a_measured_one_is_news():
    assert said("1976年7月28日3时42分，河北唐山发生7.8级地震。")[2] is Action.PAST
    text = "中国地震台网正式测定：5月18日05时41分在云南临沧市云县（北纬24.44度，东经100.13度）发生3.7级地震，震源深度9千米。"
    assert said(text) == (HazardKind.EARTHQUAKE, None, Action.ISSUED)
    assert {figure.what: figure.value for figure in read(text).figures} == {"magnitude": 3.7, "depth": 9}


def test_hong_kong_signals_and_colour_warnings_stand_on_ladders_of_their_own():
    assert read("天文台在下午4時20分發出紅色暴雨警告信號。").lead.scheme is Scheme.HKO
    assert read("北京市气象台发布暴雨红色预警信号。").lead.scheme is Scheme.CMA
    assert said("天文台在下午3時05分發出黃色暴雨警告信號。")[1] is Level.AMBER


def test_the_word_for_the_post_being_unread_is_told():
    reading = read("请各校做好暴雨红色预警发布后的停课准备。")
    assert not reading.read
    assert reading.why_not
    assert reading.claims == ()


def test_every_post_of_the_evaluation_is_read_rightly_or_not_at_all():
    from benchmarks.language.reading import judge, load

    verdicts = [judge(post) for post in load()]
    assert [v.post.id for v in verdicts if v.wrong] == []
    formulaic = [v for v in verdicts if v.post.style == "formulaic"]
    assert sum(not v.missed for v in formulaic) >= 0.9 * len(formulaic)


def test_the_posts_of_the_evaluation_are_what_the_issue_asks_for():
    from benchmarks.language.reading import POSTS

    posts = [json.loads(line) for line in POSTS.read_text("utf-8").splitlines()]
    assert len(posts) >= 300
    assert sum(post["style"] == "adversarial" for post in posts) >= 60
    assert len({post["text"] for post in posts}) == len(posts)
    assert sum(post["held_out"] for post in posts) >= 100
