"""One name of a formula is one meaning: what differs in strength, direction, certainty or tense is told apart."""

from datetime import UTC, datetime

import pytest

from bot.model.reading import Term
from bot.reading import lexicon as lexicon_module
from bot.reading.levelling import level
from bot.reading.lexicon import LexiconError, data, lexicon
from bot.reading.places import parse_places
from bot.reading.reader import read


def form_of(text: str) -> tuple[str, dict[str, str]]:
    """The only clause's formula, and the terms that it was told."""
    (clause,) = read(text).clauses
    return clause.form, {slot.name: slot.value.id for slot in clause.slots if isinstance(slot.value, Term)}


@pytest.mark.parametrize(
    ("text", "form", "terms"),
    [
        ("预计未来6小时我市将有大到暴雨", "outlook.weather_expected", {"what": "heavy_to_rainstorm"}),
        ("预计未来6小时我市将有暴雨到大暴雨", "outlook.weather_expected", {"what": "rainstorm_to_severe"}),
        ("我市可能出现冰雹", "outlook.weather_possible", {"what": "hail"}),
        ("我市有中雨", "outlook.weather", {"what": "moderate_rain"}),
        ("并伴有雷暴大风、冰雹等强对流天气", "outlook.with", {"what": "thunderstorm_gale", "what2": "hail"}),
        ("局部地区伴有雷电", "outlook.with_locally", {"what": "lightning"}),
        ("我市降雨量将达50毫米以上", "outlook.rain_expected", {"kind": "rain"}),
        ("我市降雨量已达50毫米以上", "outlook.rain_measured", {"kind": "rain"}),
        ("我市累计降雨量达50毫米以上", "outlook.rain", {"kind": "total_rain"}),
        ("出现小时雨量30毫米以上的强降雨", "outlook.rain_hourly", {"what": "strong_rain"}),
        ("出现小时雨强30毫米以上的短时强降水", "outlook.rain_hourly", {"what": "short_heavy_rain"}),
        ("阵风可达10级", "outlook.gusts_up_to", {}),
        ("阵风10级", "outlook.gusts", {}),
        ("预计我市最高气温将升至37℃以上", "outlook.max_temperature_expected", {}),
        ("我市最高气温已达37℃以上", "outlook.max_temperature", {}),
        ("降雨明显减弱", "outlook.eases", {"what": "rain", "change": "much_weaker"}),
        ("降雨趋于结束", "outlook.eases", {"what": "rain", "change": "ending"}),
        ("预计降雨趋于结束", "outlook.eases_expected", {"what": "rain", "change": "ending"}),
        ("切断有危险的室外电源", "guide.power_outdoors", {}),
        ("切断低洼地带有危险的室外电源", "guide.power_low_ground", {}),
        ("暂停户外作业", "guide.pause_outdoor_work", {}),
        ("暂停在空旷地方的户外作业", "guide.pause_open_ground", {}),
        ("停止集会、停课、停业", "guide.stop_all", {}),
        ("停止集会、停课、停业（除特殊行业外）", "guide.stop_all", {"except": "except_special_trades"}),
        ("政府及相关部门按照职责做好防暴雨应急工作", "guide.government_work", {"against": "rainstorm", "stage": "emergency"}),
        ("政府及相关部门按照职责做好防台风工作", "guide.government_work", {"against": "typhoon"}),
        ("机场高速双向封闭", "road.closed", {"extent": "both_directions", "state": "closed"}),
        ("机场高速单向临时关闭", "road.closed", {"extent": "one_direction", "state": "temporarily_closed"}),
        ("机场高速交通管制", "road.closed", {"state": "traffic_control"}),
        ("京广线停运", "transport.stopped", {"state": "suspended"}),
        ("轮渡停航", "transport.stopped", {"state": "no_sailings"}),
        ("预计明天8时前不能恢复", "road.not_open_before", {}),
        ("预计明天8时前恢复通行", "road.open_by", {}),
        ("明火已扑灭", "fire.flames_out", {}),
        ("火势已得到控制", "fire.controlled", {}),
        ("正在全力扑救中", "fire.fighting", {}),
        ("暂无人员伤亡", "toll.none_yet", {}),
        ("无人员伤亡", "toll.none", {}),
        ("3人轻伤", "toll.injured", {}),
        ("犯罪嫌疑人王某被警方控制", "police.custody", {"state": "under_control"}),
    ],
)  # fmt: skip
def test_what_differs_in_meaning_is_told_apart(text, form, terms):
    assert form_of(text) == (form, terms)


def test_a_name_leaves_the_hour_to_its_own_slot():
    for text in (
        "广深港高铁9月23日18时起停运",
        "寸滩站7月20日14时流量50000立方米每秒",
        "长江三峡水库7月2日14时入库流量达到50000立方米每秒",
    ):
        (clause,) = read(text).clauses
        assert {"since", "time"} & {slot.name for slot in clause.slots}, text
        assert not any("日" in slot.words for slot in clause.slots if isinstance(slot.value, str)), text


def test_a_storm_off_a_coast_is_not_told_to_be_there():
    text = "台风“海葵”的中心21日9时位于台湾省花莲市东南方约500公里的洋面上。"
    reading = read(text, published=datetime(2026, 7, 21, 2, tzinfo=UTC))
    (clause,) = reading.clauses
    assert clause.form == "typhoon.off_coast"
    assert clause.slot("bearing").value == Term("compass", "southeast")  # type: ignore[union-attr]
    assert [claim.places for claim in reading.claims] == [()]


def test_light_and_bad_injuries_stand_in_slots_of_their_own():
    (clause,) = read("事故造成1人死亡、2人重伤、3人失踪").clauses
    assert [slot.name for slot in clause.slots] == ["dead", "badly", "missing"]


def test_a_time_on_its_own_lends_a_warning_nothing():
    published = datetime(2026, 7, 21, 12, tzinfo=UTC)
    for text in (
        "预计明天20时，北京市气象台发布暴雨橙色预警信号。",
        "预计，北京市气象台发布暴雨橙色预警信号。",
        "北京市气象台发布暴雨橙色预警信号，2015年7月1日至7月3日。",
    ):
        assert not read(text, published=published).read, text


@pytest.mark.parametrize(
    ("words", "name", "part"), [("陕西南部", "陕西", "south"), ("广东北部", "广东", "north"), ("云南西南部", "云南", "southwest")]
)  # fmt: skip
def test_a_province_keeps_its_last_character(words, name, part):
    places = parse_places(words, 0, level(words), words, strict=True)
    assert places is not None
    assert [(place.name, place.parts) for place in places] == [(name, (part,))]


def test_every_term_is_found_by_its_words():
    for group, rows in data("terms.toml").items():
        for term, row in rows.items():
            words = row if isinstance(row, list) else [*row.get("zh", ()), *row.get("en", ())]
            assert {lexicon().terms[group][level(word).text] for word in words} == {Term(group, term)}


def test_a_word_that_stands_for_two_terms_is_a_mistake():
    with pytest.raises(LexiconError, match="two terms"):
        lexicon_module._terms("rain", {"rainstorm": ["暴雨"], "heavy": ["暴雨"]})
