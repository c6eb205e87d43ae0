"""The phrasebook: what is read whole is said whole, exactly; everything else is not said at all."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.language.phrasebook.book import book
from bot.language.phrasebook.issuers import issuer_words
from bot.language.phrasebook.names import name_words
from bot.language.phrasebook.pinyin import latin
from bot.language.phrasebook.rendering import render
from bot.language.phrasebook.templates import parse
from bot.language.phrasebook.times import time_words
from bot.language.phrasebook.values import figure_words
from bot.model.reading import Moment, Span
from bot.reading.figures import parse_figure
from bot.reading.levelling import level_words
from bot.reading.reader import read

PUBLISHED = datetime(2012, 7, 21, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def english():
    found = book("en")
    assert found is not None
    return found


def rendered(text: str, language: str = "en") -> str | None:
    return render(read(text, published=PUBLISHED), text, language)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "北京市气象台2012年7月21日18时30分发布暴雨橙色预警信号。",
            "Beijing Meteorological Observatory issued a warning: rainstorm, orange (21 July 2012, 18:30).",
        ),
        (
            "布拖县气象台06月02日解除雷电黄色预警信号。",
            "Butuo County Meteorological Observatory lifted a warning: lightning, yellow (2 June). The warning is over.",
        ),
        ("大兴区解除雷电黄色预警", "Daxing District lifted a warning: lightning, yellow. The warning is over."),
    ],
)
def test_a_warning_is_said_with_its_level_its_action_its_body_and_its_time(text: str, said: str) -> None:
    assert rendered(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "北京市气象台21日18时30分将暴雨黄色预警信号升级为橙色预警信号。",
        "南京市气象台2025年6月24日05时将暴雨黄色预警降为暴雨蓝色预警。",
    ],
)
def test_whether_a_level_went_up_or_down_is_said(text: str) -> None:
    said = rendered(text)
    assert said is not None
    assert ("raised" in said, "lowered" in said) == ("升" in text, "降" in text)


@pytest.mark.parametrize(
    "text",
    [
        "北京市气象台发布暴雨橙色预警信号。今天的云真好看。",  # a clause that no formula explains
        "北京市气象台发布暴雨橙色预警信号，请大家相互转告，另见某某通知。",
        "听说北京市气象台发布暴雨橙色预警信号。",
        "今天天气不错",
        "",
    ],
)
def test_what_is_not_read_whole_is_not_said(text: str) -> None:
    assert rendered(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("大兴区解除雷电黄色预警", "zh-Hans"),
        ("大兴区解除雷电黄色预警", "zh-Hant"),
        ("The Observatory cancelled the Thunderstorm Warning.", "en"),
        ("大兴区解除雷电黄色预警", "tlh"),
    ],
)
def test_a_reader_of_the_language_and_one_whose_language_is_unknown_get_none(text: str, language: str) -> None:
    assert rendered(text, language) is None


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("【历史上的今天】2008年5月12日14时28分，四川汶川发生8.0级地震。", "LOOKING BACK"),
        ("2023年7月31日，北京市气象台曾发布暴雨红色预警信号。", "LOOKING BACK"),
    ],
)
def test_what_is_not_now_says_so_before_everything_else(text: str, begins: str) -> None:
    said = rendered(text)
    assert said is not None
    assert said.startswith(begins)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("2024年7月30日14时30分", "30 July 2024, 14:30"),
        ("21日18时30分", "21 July, 18:30"),
        ("今天下午3时", "today, 15:00"),
        ("今晚8点半", "tonight, 20:30"),
        ("明天凌晨", "tomorrow, early hours"),
        ("7月18日20时至19日20时", "18 July, 20:00 to 19 July, 20:00"),
        ("7月30日至2日", "30 July to 2 August"),
        ("未来3小时内", "in the next 3 hours"),
        ("未来1小时", "in the next hour"),
        ("未来2~3天", "in the next 2–3 days"),
        ("今明两天", "today and tomorrow"),
        ("下午2至5时", "14:00 to 17:00"),
        ("2025年06月09日04时12分09秒", "9 June 2025, 04:12:09"),
        ("今天(21日)夜间", "today (21 July), night"),
        ("22时前", "before 22:00"),
        ("5:30 p.m. on 21 July", "21 July, 17:30"),
        ("at 11:45 p.m. today", "today, 23:45"),
        ("at 10 a.m. on Saturday", "Saturday, 10:00"),
        ("12:05 a.m.", "00:05"),
        ("noon", "12:00"),
        ("12:00 noon", "12:00"),
        ("3:00 noon", None),
        # what is not certain is not said
        ("夜间2时", None),
        ("25时", None),
        ("2月30日", None),
        ("13 p.m.", None),
        ("某日", None),
    ],
)
def test_times_are_the_same_day_and_hour(english, words: str, said: str | None) -> None:
    assert time_words(Moment(words, Span(0, len(words)), PUBLISHED), english) == said


def test_a_day_without_a_month_is_counted_where_nothing_proves_the_month(english) -> None:
    days = [time_words(Moment(f"{day}日", Span(0, 2)), english) for day in (1, 2, 3, 11, 21)]
    assert days == ["the 1st", "the 2nd", "the 3rd", "the 11th", "the 21st"]


@pytest.mark.parametrize(
    ("words", "unit", "said"),
    [
        ("50毫米以上", "mm", "50 mm or more"),
        ("超过50毫米", "mm", "more than 50 mm"),
        ("小于200米", "m", "less than 200 m"),
        ("200米以下", "m", "200 m or less"),
        ("约30人", "person", "about 30 people"),
        ("1人", "person", "1 person"),
        ("10~12级", "force", "force 10–12"),
        ("5.0级", "magnitude", "5.0"),
        ("-3°c", "degC", "-3 °C"),
        ("1.2万人", "person", "12,000 people"),
        ("201.9毫米", "mm", "201.9 mm"),
        # a range that is bounded once more has no exact words
        ("约30~50毫米", "mm", None),
    ],
)
def test_figures_keep_their_value_unit_and_bound(english, words: str, unit: str, said: str | None) -> None:
    figure = parse_figure(level_words(words), Span(0, len(words)), unit, "", words)
    assert figure is not None
    assert figure_words(figure, english) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("浙江省宁波市海曙区", "Haishu District (Ningbo, Zhejiang Province)"),
        ("四川汶川", "Wenchuan (Sichuan)"),  # and not the river of 四川汶
        ("惠东县平山街道", "Pingshan Subdistrict (Huidong County)"),
        ("莲花池西路", "Lianhuachixi Road"),  # and not a road in the county 莲花
        ("杭州东站", "Hangzhoudong Station"),
        ("G4京港澳高速", "G4 Jinggang'ao Expressway"),
        ("京港澳高速杜家坎至良乡段", "Jinggang'ao Expressway, Dujiakan to Liangxiang"),
        ("沈海高速盐城段", "Shenhai Expressway, Yancheng section"),
        ("北京地铁2号线", "Line 2 (Beijing)"),
        ("109国道", "National Road 109"),
        # districts and roads that are called like a sea, a lake or a region
        ("南海区", "Nanhai District"),
        ("太湖县", "Taihu County"),
        ("江南区", "Jiangnan District"),
        ("南海大道", "Nanhai Avenue"),
        ("西江干流梧州站", "Wuzhou Station (Xi River, main stream)"),
        ("滨河区光明商场", None),
        ("印尼苏门答腊岛", "Sumatra (Indonesia)"),
        ("珠江新城", None),
        ("永定河卢沟桥站", "Lugouqiao Station (Yongding River)"),
        ("G4京港澳高速杜家坎收费站", "Dujiakan toll station (G4 Jinggang'ao Expressway)"),
        ("黄浦江大桥", "Huangpujiang Bridge"),
        ("台湾花莲县", "Hualien County (Taiwan)"),
        ("清新区", "Qingxin District"),
        ("缅甸", "Myanmar (Burma)"),
        ("我市一在建工地", "a construction site (this city)"),
        ("新疆维吾尔自治区", "Xinjiang Autonomous Region"),
        ("恩施土家族苗族自治州", "Enshi Prefecture"),
        ("单县", "Shanxian County"),
        ("长治市", "Changzhi"),
        ("六安市", "Lu'an"),
        ("the Tsing Ma Bridge", "Tsing Ma Bridge"),
        ("Hong Kong", "Hong Kong"),
        # a description is no name, and a character of unknown reading spells none
        ("parts of Kowloon", "Kowloon (some areas)"),
        ("某小区", None),
        ("大堡镇", None),
    ],
)
def test_names_are_spelt_by_word_and_only_when_that_is_certain(english, name: str, said: str | None) -> None:
    assert name_words(name, english) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("浙江省宁波市海曙区", "浙江省寧波市海曙区"),
        ("窦店收费站", "竇店料金所"),  # what it is, is said in Japanese
        ("莲花桥", "蓮花橋"),
        ("G45大广高速", "G45 大広高速道路"),
        # an end alone proves no name
        ("上海地铁明天4条线路", None),
        ("市森防办与市", None),
    ],
)
def test_names_keep_their_characters_in_japanese_only_when_they_are_names(name: str, said: str | None) -> None:
    japanese = book("ja")
    assert japanese is not None
    assert name_words(name, japanese) == said


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        (
            "China raised its emergency response for flooding in Jiangxi and Hunan to Level III.",
            "zh-Hans",
            "中国将针对江西、湖南的洪水应急响应提升至Ⅲ级。",
        ),
        ("An orange rainstorm warning has been issued for Fangshan District.", "zh-Hans", "发布房山区暴雨橙色预警。"),
        ("Line 10 service has resumed.", "zh-Hans", "10号线恢复正常运营。"),
        # half a translation is none, and neither is a storm whose Chinese name nobody knows
        ("Fisher Road has been closed due to flooding.", "zh-Hans", None),
        ("Fisher Road has been closed due to flooding.", "ja", None),
        ("Nathan Road near Argyle Street has reopened.", "zh-Hant", "彌敦道近亞皆老街恢復通行。"),
        ("All lanes of Tuen Mun Road have reopened to traffic.", "zh-Hans", "屯门公路全部车道恢复通行。"),
        ("The Beijing-Kunming Expressway is closed in both directions.", "zh-Hans", "京昆高速公路双向封闭。"),
        (
            "A fire broke out at a warehouse in Fangshan District at 2 p.m.",
            "zh-Hans",
            "14:00，房山区一仓库发生火灾。",
        ),
        # two districts and cities are called so
        ("A fire broke out at a warehouse in Fangshan at 2 p.m.", "zh-Hans", None),
        ("An orange rainstorm warning has been issued for Suzhou.", "zh-Hans", None),
        ("Typhoon Nobody made landfall in Fujian at 5:20 a.m.", "zh-Hans", None),
    ],
)
def test_names_of_english_texts_are_said_in_chinese_or_not_at_all(text: str, language: str, said: str | None) -> None:
    assert rendered(text, language) == said


@pytest.mark.parametrize(("language", "storm"), [("zh-Hans", "海葵"), ("ja", "Haikui"), ("fr", "Haikui")])
def test_a_storm_of_an_english_text_has_its_name(language: str, storm: str) -> None:
    assert storm in (rendered("Typhoon Haikui made landfall in Fujian at 5:20 a.m.", language) or "")


def test_a_road_of_hong_kong_is_not_spelt_in_pinyin() -> None:
    assert rendered("青山公路因水浸封闭。") is not None
    assert rendered("青山公路因水浸封閉。") == "Road: Castle Peak Road: closed. Cause: flooding."
    assert rendered("青衣公路因水浸封閉。") is None


@pytest.mark.parametrize(
    ("place", "said"),
    [
        # 于田 and 玉田
        ("Yutian County, Xinjiang", "新疆于田县"),
        ("Yutian County, Hebei Province", "河北省玉田县"),
        ("Yutian County", None),
        ("Luding County in southwest China's Sichuan Province", "中国西南部四川省泸定县"),
        ("Luding County in southwest China's Gansu Province", None),
        ("Hotan, northwest China's Xinjiang Uygur Autonomous Region", "中国西北部新疆维吾尔自治区和田"),
        ("Yibin, Sichuan", "四川宜宾"),
        ("Atlantis, Sichuan", None),
        ("parts of Sichuan", "四川部分地区"),
        ("a warehouse of ours", None),
    ],
)
def test_a_place_that_lies_in_another_is_the_one_there(place: str, said: str | None) -> None:
    chinese = book("zh-Hans")
    assert chinese is not None
    assert name_words(place, chinese) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("市森防办与市气象台", "City Forest Fire Control Office, City Meteorological Observatory"),
        ("福建省防汛抗旱指挥部", "Fujian Province Flood Control and Drought Relief Headquarters"),
        ("the Hong Kong Observatory", "Hong Kong Observatory"),
        ("某某委员会", None),
        # of two bodies neither is left out
        ("市森防办与某某", None),
    ],
)
def test_bodies_are_their_ground_and_what_they_are(english, name: str, said: str | None) -> None:
    assert issuer_words(name, english) == said


def test_words_between_two_clauses_a_gap_filled_twice_and_what_proves_nothing_are_not_passed_over() -> None:
    text = "北京市气象台发布暴雨橙色预警信号，请注意防范。"
    whole = read(text)
    assert render(whole, text, "en") is not None
    assert render(replace(whole, clauses=whole.clauses[:1]), text, "en") is None
    assert render(replace(whole, clauses=whole.clauses[1:]), text, "en") is None
    assert render(replace(whole, claims=()), text, "en") is None
    first = whole.clauses[0]
    twice = replace(first, slots=(*first.slots, first.slots[0]))
    assert render(replace(whole, clauses=(twice, *whole.clauses[1:])), text, "en") is None


def test_what_narrows_a_place_is_no_place_of_its_own() -> None:
    said = rendered(
        "市气象台14时将暴雨蓝色预警升级为黄色：未来6小时大部分地区降雨量可达50毫米以上，西部、南部山区请特别注意山洪。"
    )
    assert said is not None
    assert "west, south, mountains" in said


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("广东省减灾委将省Ⅲ级救灾应急响应提升至Ⅱ级。", "disaster relief"),
        ("国家防总启动防汛四级应急响应", "flood control"),
        ("海南省防风防汛防旱总指挥部决定启动防风防汛Ⅳ级应急响应。", "flood and typhoon control"),
    ],
)
def test_what_a_response_answers_is_said(text: str, task: str) -> None:
    assert f", {task}" in (rendered(text) or "")


@pytest.mark.parametrize("stem", ["长", "堡", "行", "x", ""])
def test_a_character_that_may_be_read_in_two_ways_is_spelt_only_where_names_settle_it(stem: str) -> None:
    assert latin(stem) == ("Chang" if stem == "长" else None)


def test_a_sentence_says_every_value_or_is_not_said() -> None:
    template = parse("{who} closed[, from {since}][ for {why}| for reasons unknown].")
    assert template.fill({"who": "They", "why": "snow"}) == "They closed for snow."
    assert template.fill({"who": "They"}) == "They closed for reasons unknown."
    assert template.fill({"who": "They", "since": "noon"}) == "They closed, from noon for reasons unknown."
    assert template.fill({"since": "noon"}) is None
    assert template.fill({"who": "They", "stray": "value"}) is None
    assert parse("[{who}, {why}|{since}].").fill({"who": "They", "since": "noon"}) is None
    assert template.fill({"who": "{since}"}) == "{since} closed for reasons unknown."


@pytest.mark.parametrize("source", ["[no slot]", "[{open}", "{Open}", "a ] b", "[{a}[{b}]]"])
def test_a_sentence_that_cannot_be_read_says_what_is_wrong(source: str) -> None:
    with pytest.raises(ValueError, match="in "):
        parse(source)
