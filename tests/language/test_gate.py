"""The fidelity gate: what must be the same on both sides, fact by fact, and how languages may say it in their way."""

import pytest


@pytest.fixture
def kinds(gate):
    """The kinds of breach found between a text and its translation."""

    def check(original, translation, source="zh-Hans", target="en"):
        return {breach.kind for breach in gate.check(original, translation, source, target).breaches}

    return check


SAME = [
    # figures in words, 万 and 亿, tenths
    ("转移群众3.5万人。", "35,000 people were evacuated."),
    ("受影响人口1.4亿。", "The population affected is 140 million."),
    ("两人死亡,十二人受伤。", "Two people died and 12 were injured."),
    ("三十二名游客获救。", "Thirty-two tourists were rescued."),
    ("一名男子获救。", "A man was rescued."),
    ("完成九成供电。", "Power supply is 90% complete."),
    ("第八名矿工获救。", "The eighth miner has been rescued."),
    # clock times
    ("14时30分解封道路。", "The road reopens at 2:30 p.m."),
    ("凌晨3时起火。", "Fire broke out at 3 a.m."),
    ("下午5点半恢复供水。", "Water supply resumes at 17:30."),
    ("傍晚6时停运。", "Service stops at 6 p.m."),
    ("晚上12点关闭。", "It closes at midnight."),
    ("中午12时恢复。", "It resumes at noon."),
    ("下午2时至5时停电。", "Power is off from 2 to 5 p.m."),
    ("8时到20时停水。", "Water is off from 8:00 to 20:00."),
    ("23日24时结束。", "It ends at 0:00 on the 23rd, midnight."),
    # dates
    ("7月21日发布。", "Issued on July 21."),
    ("7月21日发布。", "Issued on 21 July."),
    ("2026年7月21日发布。", "Issued on 2026-07-21."),
    ("七月二十一日发布。", "Issued on the 21st of July."),
    ("10月1日至7日免费。", "Free from October 1 to 7."),
    ("今明两天有雨。", "Rain today and tomorrow."),
    ("今明两天有雨。", "Rain over the next two days."),
    ("后天停课。", "Classes are suspended the day after tomorrow."),
    # bounds, below zero, units
    ("雨量50毫米以上。", "Rainfall of 50 mm or more."),
    ("能见度不足500米。", "Visibility is less than 500 metres."),
    ("最低气温零下15℃。", "The minimum temperature is 15 degrees below zero."),
    ("最低气温-15℃。", "The lowest temperature is minus 15 °C."),
    ("2025年6月9日4时12分9秒发布。", "Issued on 9 June 2025 at 04:12:09."),
    # what says nothing more may be left out
    ("针对浙江、安徽、江西、湖南4省启动。", "Started for Zhejiang, Anhui, Jiangxi, Hunan."),
    ("新增一宗登革热个案。", "New cases of dengue fever: 1."),
    ("新增一宗登革热个案。", "There is a new case of dengue fever."),
    ("流量达到4650立方米每秒。", "The flow reached 4,650 m³/s."),
    # what stands for a thing is that thing, and a body's name is no news
    ("表示本港有大风。", "It means that there are gales in Hong Kong."),
    ("江淮有雨。", "Rain between the Yangtze River and the Huai River."),
    ("省防指启动防台风应急响应。", "The Flood Control Headquarters started a response to the typhoon."),
    ("历史上的今天发布过预警。", "A warning was issued on this day in history."),
    ("取消红色暴雨警告信号,改发黄色暴雨警告信号。", "An amber rainstorm signal was issued, replacing the red one."),
    (
        "取消红色暴雨警告信号,改发黄色暴雨警告信号。",
        "The red rainstorm signal was cancelled and the amber one issued.",
    ),
    # levels
    ("启动Ⅲ级应急响应。", "A Level III emergency response has been activated."),
    ("启动三级应急响应。", "A Level 3 emergency response has been activated."),
    # negations that are said in other words
    ("请勿靠近河道。", "Stay away from river channels."),
    ("严禁烟火。", "Open fires are strictly prohibited."),
    ("不信谣、不传谣。", "Do not believe or spread rumours."),
    ("火灾未造成人员伤亡。", "The fire caused no casualties."),
    ("未来三天有雨。", "Rain for the next three days."),
    ("机动车和非机动车绕行。", "Motor and non-motor vehicles should take another route."),
    ("山洪淹没道路,请特别注意。", "Flash floods have submerged roads; take special care."),
    # places
    ("京津高速封闭。", "The Beijing–Tianjin Expressway is closed."),
    ("陕西省西安市有雨。", "Rain in Xi'an, Shaanxi Province."),
    ("黑龙江西部降雪。", "Snow in western Heilongjiang."),
    ("三峡大坝泄洪。", "The Three Gorges Dam is discharging floodwater."),
    # signs
    ("咨询电话:010-62345678。", "Enquiries: 010 6234 5678."),
    ("详见 https://www.weather.com.cn/a/ 。", "See https://www.weather.com.cn/a/."),
    ("请关注@平安北京。", "Please follow Safe Beijing (@平安北京)."),
    ("来源:@平安北京", "Source: Safe Beijing (Beijing police)"),
]


@pytest.mark.parametrize(("original", "translation"), SAME)
def test_the_same_fact_in_the_other_languages_way_passes(original, translation, gate):
    assert gate.check(original, translation, "zh-Hans", "en").sentence == ""


CHANGED = [
    ("figure", "转移群众3.5万人。", "3,500 people were evacuated."),
    ("figure", "转移群众35人。", "53 people were evacuated."),
    ("figure", "雨量50毫米。", "Rainfall of 50 cm."),
    ("figure", "两人死亡。", "Three people died."),
    ("figure", "造成3人死亡、2人受伤、2人失踪。", "3 people died, 3 were injured and 2 are missing."),
    ("figure", "有人受伤。", "5 people were injured."),
    ("figure", "20时关闭道路。", "The road closes at 8 a.m."),
    ("figure", "14时30分关闭道路。", "The road closes at 14:50."),
    ("figure", "7月21日发布。", "Issued on July 12."),
    ("figure", "7月21日发布。", "Issued on June 21."),
    ("figure", "21日发布。", "Issued on July 21."),
    ("figure", "最低气温零下15℃。", "The minimum temperature is 15 °C."),
    ("figure", "雨量50毫米以上。", "Rainfall of 50 mm or less."),
    ("figure", "启动Ⅲ级应急响应。", "A Level II emergency response has been activated."),
    ("casualties", "事故造成2人死亡、5人受伤。", "The accident left 5 people dead and 2 injured."),
    ("day", "明天停课。", "Classes are suspended today."),
    ("day", "周六停课。", "Classes are suspended on Sunday."),
    ("colour", "发布暴雨橙色预警。", "A red rainstorm warning has been issued."),
    ("colour", "发布暴雨预警。", "A red rainstorm warning has been issued."),
    ("colour", "发布暴雨橙色预警。", "A rainstorm warning has been issued."),
    ("colour", "由橙色升级为红色预警。", "The warning was upgraded from red to orange."),
    ("meaning", "解除暴雨预警。", "A rainstorm warning has been issued."),
    ("meaning", "发布暴雨预警。", "The rainstorm warning has been lifted."),
    ("meaning", "预警降级为黄色。", "The warning was upgraded to yellow."),
    ("meaning", "明天举行消防演练。", "Firefighting will take place tomorrow."),
    ("meaning", "发生地震。", "There was a flood."),
    ("meaning", "3人死亡。", "3 people were injured."),
    ("meaning", "该消息系谣言。", "The news is as follows."),
    ("meaning", "发布暴雨预警。", "Here is the translation: a rainstorm warning has been issued."),
    ("negation", "请勿靠近河道。", "Please approach the river channel."),
    ("negation", "请靠近避险场所。", "Please do not approach the shelter."),
    ("negation", "请带好证件。不要外出。", "Please do not carry your documents. Go out."),
    ("place", "北京市有雨。", "Rain in Tianjin."),
    ("place", "北京市海淀区有雨。", "Rain in Chaoyang District, Beijing."),
    ("place", "北京市海淀区有雨。", "Rain in Beijing."),
    ("place", "山西有雨。", "Rain in Shaanxi."),
    ("phone", "电话:010-62345678。", "Telephone: 010-62345687."),
    ("phone", "请致电。", "Please call 13800138000."),
    ("link", "详情请见官网。", "See https://evil.example/x for details."),
    ("link", "详见 https://a.gov.cn/1 。", "See the website for details."),
    ("mention", "请关注官方账号。", "Please follow @evil_bot."),
    ("command", "请关注官方账号。", "Please send /unsubscribe to the official account."),
    ("language", "北京发布暴雨红色预警。", "北京发布暴雨红色预警。"),
    ("language", "北京发布暴雨红色预警,请市民注意。", "Пекин объявил красный уровень опасности, будьте внимательны."),
    (
        "language",
        "北京发布暴雨预警,请市民注意防范,不要外出。",
        "La ciudad de Pekín ha emitido una alerta por lluvias; por favor, no salga de la casa.",
    ),
    ("length", "北京市气象台发布预警,请注意防范,减少外出,远离河道,关好门窗,备好食物和饮水,听从安排。", "A warning."),
    ("empty", "北京发布预警。", "   "),
]


CHANGED += [
    ("figure", "2025年6月9日4时12分9秒发布。", "Issued on 9 June 2025 at 04:12:19."),
    ("figure", "针对浙江、安徽、江西、湖南4省启动。", "Started for 5 provinces: Zhejiang, Anhui, Jiangxi, Hunan."),
    ("figure", "针对浙江、安徽、江西4省启动。", "Started for Zhejiang, Anhui, Jiangxi."),
    ("figure", "新增两宗登革热个案。", "There is 1 new case of dengue fever."),
    ("figure", "流量达到4650立方米每秒。", "The flow reached 4,650 m²."),
    ("colour", "取消红色暴雨警告信号,改发黄色暴雨警告信号。", "A red signal was issued instead of the amber one."),
    ("day", "今天发布暴雨预警。", "A rainstorm warning was issued."),
    ("meaning", "省防指启动防台风应急响应。", "The Flood Control Headquarters started a response to floods."),
    ("meaning", "取消暴雨警告信号。", "The rainstorm signal was replaced."),
    ("place", "地铁因台风停运。", "The metro in Hong Kong stopped because of a typhoon."),
    ("place", "318国道康定至雅江段中断。", "National Highway 318 is cut between Yajiang and Yajiang."),
    ("negation", "船舶沉没,16人获救。", "The ship sank; 16 people were not rescued."),
    (
        "negation",
        "水库停止对外开放,请勿擅自进入。",
        "The reservoir is not closed to the public. Do not enter without permission.",
    ),
    ("negation", "火灾原因尚不清楚,警方正在调查。", "The cause is still unclear; police are not investigating."),
    ("negation", "消防通道严禁停车。", "Parking in fire lanes is not forbidden."),
]


@pytest.mark.parametrize(("kind", "original", "translation"), CHANGED)
def test_a_changed_fact_is_a_breach_of_its_kind(kind, original, translation, kinds):
    assert kind in kinds(original, translation)


OTHER_LANGUAGES = [
    (
        "es",
        "Alerta naranja: 35.000 personas evacuadas a las 20:00 del 21 de julio.",
        "Alerta roja: 35.000 personas evacuadas a las 20:00 del 21 de julio.",
    ),
    (
        "es",
        "Alerta naranja: 35.000 personas evacuadas a las 8 de la noche del 21 de julio.",
        "Alerta naranja: 3.500 personas evacuadas a las 20:00 del 21 de julio.",
    ),
    (
        "fr",
        "Alerte orange : 35 000 personnes évacuées à 20 h le 21 juillet.",
        "Alerte orange : 35 000 personnes évacuées à 22 h le 21 juillet.",
    ),
    (
        "de",
        "Warnstufe Orange: 35.000 Menschen am 21. Juli um 20 Uhr evakuiert.",
        "Warnstufe Orange: 35.000 Menschen am 12. Juli um 20 Uhr evakuiert.",
    ),
    (
        "ru",
        "Оранжевый уровень опасности: 21 июля в 20 часов эвакуировано 35 тысяч человек.",
        "Синий уровень опасности: 21 июля в 20 часов эвакуировано 35 тысяч человек.",
    ),
    (
        "pt",
        "Alerta laranja: 35 mil pessoas evacuadas às 20h de 21 de julho.",
        "Alerta laranja: 53 mil pessoas evacuadas às 20h de 21 de julho.",
    ),
    (
        "ja",
        "オレンジ警報、7月21日20時に3万5000人が避難しました。",
        "赤色警報、7月21日20時に3万5000人が避難しました。",
    ),
    (
        "ko",
        "주황색 경보: 7월 21일 20시에 3만5천 명이 대피했습니다.",
        "주황색 경보: 7월 21일 22시에 3만5천 명이 대피했습니다.",
    ),
    (
        "ar",
        "إنذار برتقالي: تم إجلاء 35 ألف شخص في 21 يوليو الساعة 20:00.",
        "إنذار أحمر: تم إجلاء 35 ألف شخص في 21 يوليو الساعة 20:00.",
    ),
    (
        "hi",
        "नारंगी चेतावनी: 21 जुलाई को 20:00 बजे 35 हज़ार लोगों को निकाला गया।",
        "लाल चेतावनी: 21 जुलाई को 20:00 बजे 35 हज़ार लोगों को निकाला गया।",
    ),
]


@pytest.mark.parametrize(("language", "good", "broken"), OTHER_LANGUAGES)
def test_every_other_language_is_checked_for_figures_and_colours(language, good, broken, gate):
    original = "橙色预警:7月21日20时疏散3.5万人。"
    assert gate.check(original, good, "zh-Hans", language).sentence == ""
    assert not gate.check(original, broken, "zh-Hans", language).passed


def test_arabic_and_hindi_digits_are_digits(gate):
    assert gate.check("转移500人。", "تم إجلاء ٥٠٠ شخص.", "zh-Hans", "ar").passed
    assert not gate.check("转移500人。", "تم إجلاء ٦٠٠ شخص.", "zh-Hans", "ar").passed


def test_traditional_chinese_is_read_like_simplified(gate):
    original = "紅色暴雨警告信號現正生效,請勿外出。"
    assert gate.check(
        original, "The Red Rainstorm Warning Signal is in force. Do not go out.", "zh-Hant", "en"
    ).passed
    assert not gate.check(original, "The Black Rainstorm Warning Signal is in force. Go out.", "zh-TW", "en").passed


def test_from_english_to_chinese_the_same_facts_are_checked(gate):
    original = "Orange warning in Beijing until 8 p.m. on July 21. Do not go out."
    assert gate.check(original, "北京市橙色预警生效至7月21日20时。请勿外出。", "en", "zh-Hans").passed
    for broken in (
        "北京市红色预警生效至7月21日20时。请勿外出。",
        "天津市橙色预警生效至7月21日20时。请勿外出。",
        "北京市橙色预警生效至7月21日8时。请勿外出。",
        "北京市橙色预警生效至7月21日20时。请外出。",
    ):
        assert not gate.check(original, broken, "en", "zh-Hans").passed


def test_a_language_without_word_lists_is_checked_for_figures_and_links(gate):
    assert gate.check(
        "转移500人,详见 https://a.cn/x", "Evakuerade 500 personer, se https://a.cn/x", "zh-Hans", "sv"
    ).passed
    assert not gate.check("转移500人。", "Evakuerade 600 personer.", "zh-Hans", "sv").passed


def test_a_verdict_says_in_one_line_what_is_wrong(gate):
    verdict = gate.check(
        "发布暴雨橙色预警,转移35人。", "A red rainstorm warning; 53 people evacuated.", "zh-Hans", "en"
    )
    assert verdict.sentence == "figure: missing 35; figure: added 53; colour: orange became red"


@pytest.mark.parametrize(
    "text", ["", "\x00" * 50, "﷽" * 200, "1" * 5000, "a.b" * 3000, "不" * 3000, "@" * 3000, "20:" * 2000, "\ud800"]
)
def test_strange_texts_are_judged_without_an_error(text, gate):
    gate.check(text or "雨", text, "zh-Hans", "en")
    gate.check(text or "rain", text, "en", "zh-Hans")


def test_a_text_of_figures_without_end_is_refused_at_once(gate):
    text = "1,234 " * 2000
    assert gate.check(text, text, "zh-Hans", "en").sentence.startswith("figure: more figures than are compared")


def test_every_file_of_words_is_read_and_knows_its_colours():
    from bot.language.fidelity.words import read_words
    from bot.language.languages import LANGUAGES

    for language in LANGUAGES:
        words = read_words(language)
        assert set(words.colours) == {"red", "orange", "yellow", "blue", "black"}, language
        assert words.negation is not None, language
        assert len(words.months) in {0, 12}, language


@pytest.mark.parametrize(
    ("told", "passes"),
    [
        ("Fangshan구, Mentougou구, Shigatse시: 폭우 경보.", True),
        ("G45 Daguang 고속도로: 통행 재개.", True),
        ("Fangshan District: rainstorm warning 경보.", False),
        ("Heavy Rain Warning In Fangshan 경보.", False),
        ("Fangshan Mentougou", False),
    ],
)
def test_names_in_latin_letters_make_no_text_another_language(told, passes, gate):
    verdict = gate.check("房山区、门头沟区、日喀则市:G45大广高速暴雨预警。", told, "zh-Hans", "ko")
    assert ("language" not in {breach.kind for breach in verdict.breaches}) is passes
