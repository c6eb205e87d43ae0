"""What a filter finds in a post, and that what cannot be known lets it through."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from matching.filtering import FACTS, TREES

from bot.matching.evaluating import Truth, deciding, judge, passes
from bot.matching.facts import Facts, facts_of
from bot.matching.folding import fold
from bot.matching.parsing import parse
from bot.matching.tree import Not, written
from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Count, Engagement, Media, MediaKind, Post, Repost
from bot.model.reading import HazardKind, Level
from bot.reading.reader import read

NOW = datetime(2026, 7, 21, 4, tzinfo=UTC)
WARNING = "北京市气象台21日11时发布暴雨橙色预警信号，预计未来3小时朝阳区、海淀区有强降雨。"


def post(text="", **changes):
    made = Post("weibo", "1", "1", text, "https://weibo.com/1/1", published=NOW, utc_offset=480, author="气象北京")
    return dataclasses.replace(made, **changes)


def seen(text="", **changes):
    """A post as the watcher sees it: its words read."""
    made = post(text, **changes)
    return facts_of(made, read(made.text, published=NOW, utc_offset=480))


def truth(text, facts):
    return judge(parse(text), facts)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("rainstorm", "北京市发布暴雨预警"),
        ("Rainstorms", "北京市发布暴雨预警"),
        ("lluvia", "北京市发布暴雨预警"),
        ("ливень", "發布暴雨預警"),
        ("暴雨", "An amber rainstorm warning is in force."),
        ("暴雨", "Rainstorms are expected."),
        ("rain", "预计今夜有大雨"),
        ("beijing", "北京交警提醒"),
        ("Pekín", "北京交警提醒"),
        ("chaoyang", "朝阳区部分路段"),
        ("北京", "Police in Beijing say"),
        ("baoyu", "暴雨来了"),
        ("flood", "山洪灾害风险"),
        ("earthquakes", "发生4.2级地震"),
        ("evacuar", "已转移群众"),
        ("road", "Roads are closed"),
        ("bus", "no buses today"),
        ("ＲＥＤ", "a red warning"),
        ("紅色", "红色预警"),
        ("7号线", "地铁７號線停运"),
    ],
)
def test_a_word_finds_what_it_is_called_in_the_post(word, text):
    assert truth(word, Facts(seen(text).text)) is Truth.YES


#: What subscribers of twelve languages write for it, with and without accents, in any case and number.
ASKED = {
    "今天有暴雨": "rainstorm lluvia lluvias aguacero chubasco Regen Starkregen Starkregenwarnung ливень ливня ливней ливнем дождём "
    "مطر المطر والمطر أمطار الأمطار أَمْطَار 豪雨 大雨 ごうう 豪雨警報 폭우 호우 호우주의보 chuva temporal बारिश वर्षा pluie pluies baoyu bao-yu "
    "bàoyǔ 暴雨 RAINSTORM ＲＡＩＮ",
    "台风来了": "typhoon tifón tifon tifones Taifun typhon tufão tufao тайфун тайфуна тайфунов إعصار الإعصار اعصار إعصَار तूफान तूफ़ान "
    "चक्रवात 颱風 たいふう タイフウ 태풍 taifeng táifēng",
    "发生地震": "earthquake earthquakes terremoto sismos séisme seisme Erdbeben землетрясение землетрясений زلزال الزلزال زلازل भूकंप "
    "भूकम्प じしん 지진 dizhen",
    "北京消息": "Beijing Pekín Pekin Pékin Peking Pequim Пекин Пекина Пекине بكين बीजिंग ペキン 베이징 běijīng",
    "山洪洪水": "floods inundación inundacion inundaciones Hochwasser Überschwemmung Ueberschwemmung Uberschwemmung наводнения "
    "الفيضان बाढ़ बाढ 홍수 inundação inundacao inondations こうずい",
    "全城停电": "blackout outage apagón apagon Stromausfall apagão 停電 정전 tingdian",
    "地铁停运": "metro subway underground U-Bahn métro метро مترو मेट्रो 地下鉄 지하철 metrô ditie",
    "警方通报": "police policía policia Polizei полиция полиции الشرطة पुलिस 경찰 polícia",
    "红色预警": "red rojo roja rouge rot красный красная أحمر लाल vermelho alerta Warnung 警報 warning",
    "大雾弥漫": "fog niebla Nebel туман тумана ضباب الضباب कोहरा 霧 안개 neblina きり",
    "海啸信息": "tsunami цунами تسونامي सुनामी 津波 つなみ ツナミ 쓰나미 maremoto",
    "道路封路": "closed closures",
}


@pytest.mark.parametrize(("text", "words"), ASKED.items())
def test_a_word_of_any_of_the_readers_languages_finds_the_official_one(text, words):
    facts = Facts(fold(text))
    assert [word for word in words.split() if truth(word, facts) is not Truth.YES] == []


@pytest.mark.parametrize(
    ("asked", "text"),
    [("heavy rain", "今天有暴雨"), ("bei jing", "北京交警"), ("tai feng bao yu", "台风暴雨"), ("power cut", "停电"), ("power cuts", "停电"),
     ("tremblement de terre", "发生地震"), ("сильный дождь", "暴雨"), ("भारी बारिश", "暴雨"), ("انقطاع الكهرباء", "停电"),
     ("tormenta de nieve", "暴雪"), ("road closed", "封路"), ("red alert", "红色预警"), ("heavy rain", "rain, and heavy at that"),
     ("rot rain", "红色 暴雨")],
)  # fmt: skip
def test_names_of_several_words_find_the_official_one_and_their_words_apart(asked, text):
    assert truth(asked, Facts(fold(text))) is Truth.YES


@pytest.mark.parametrize(
    ("word", "text"),
    [("ливня", "Сильный ливень"), ("ливень", "ливневые дожди"), ("Москва", "в Москве"), ("пожаров", "пожар"), ("إعصار", "الاعصار"),
     ("المطر", "مطر"), ("жёлтый", "желтый уровень")],
)  # fmt: skip
def test_a_word_is_found_in_another_case_of_its_own_language(word, text):
    assert truth(word, Facts(fold(text))) is Truth.YES


@pytest.mark.parametrize(
    ("word", "text"),
    [("rain", "The train is late"), ("rain", "rainbow"), ("road", "abroad"), ("beijing", "背景板"), ("as", "assess"),
     ('"rainstorm"', "暴雨"), ('"road"', "roads"), ("暴雨", "大雨"), ("bus", "business"),
     ("ice", "police"), ("rain", "brainstorm"), ("град", "Волгоград"), ("лёд", "гололёд"), ("село", "сель"), ("baoyu", "大雨"),
     ("heavy rain", "heavy traffic"), ("rain", "terrain")],
)  # fmt: skip
def test_a_word_does_not_find_what_merely_looks_like_it(word, text):
    assert truth(word, Facts(seen(text, author="").text)) is Truth.NO


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("hazard:暴雨", True), ("hazard:rainstorm", True), ("hazard:tormenta", True), ("hazard:fog", False),
        ("level:orange", True), ("level:橙色", True), ("level>=yellow", True), ("level>orange", False),
        ("agency:weather OR agency:气象台", True), ("级别：橙色", True), ("地点：朝阳区", True), ("灾害：台风", False),
        ("level:red|orange", True), ("severity>=severe", True), ("severity:extreme", False),
        ("place:朝阳区", True), ("place:chaoyang", True), ("place:北京", True), ("place:上海", False),
        ("place:丰台区", False), ("agency:气象台", True), ("agency:公安", False), ("lang:zh", True), ("lang:en", False),
        ("is:drill", False), ("is:update", False), ("is:repost", False), ("is:edited", False), ("has:photo", False),
        ("/朝陽區/", True), ("/暴雨.{0,4}橙/", True), ("/[红紅]色/", False),
    ],
)  # fmt: skip
def test_what_a_read_warning_proves(asked, holds):
    assert truth(asked, seen(WARNING)) is (Truth.YES if holds else Truth.NO)


def alert(severity=Severity.SEVERE, event="Heavy rainstorm", **changes):
    wording = Wording("en-US", event=event, headline=f"{event} warning", sender_name="Met Office")
    hazard = Hazard(
        Urgency.IMMEDIATE, severity, Certainty.LIKELY, (wording,), areas=(Area("Harris County; Galveston"),),
        parameters=(("awareness_level", "3; orange; Severe"),),
    )  # fmt: skip
    made = Alert("met", "A1", NOW, NOW.isoformat(), Status.ACTUAL, MsgType.UPDATE, Scope.PUBLIC, (hazard,))
    return dataclasses.replace(made, **changes)


def test_what_an_alert_with_fields_says():
    facts = facts_of(post("", alert=alert(), author=""))
    held = (
        "hazard:暴雨",
        "level:橙色",
        "severity>=moderate",
        "place:Galveston",
        "agency:met",
        "lang:en",
        "is:update",
    )
    assert [truth(asked, facts) for asked in held] == [Truth.YES] * len(held)
    not_held = (
        "hazard:fog",
        "level:red",
        "severity:extreme",
        'place:"Travis County"',
        "is:drill",
        "is:lifted",
        "lang:zh",
    )
    assert [truth(asked, facts) for asked in not_held] == [Truth.NO] * len(not_held)
    assert truth("is:drill", facts_of(post("", alert=alert(status=Status.EXERCISE)))) is Truth.YES


#: What nobody can know of a post without fields whose words prove nothing.
UNKNOWN = ("level:red", "level>blue", "severity>=severe", "hazard:fog", "place:上海", "is:drill", "is:lifted", "is:update",
           "forwards>5000", "comments<3")  # fmt: skip


@pytest.mark.parametrize("asked", UNKNOWN)
@pytest.mark.parametrize("reading", ["none", "unread"])
def test_what_cannot_be_known_passes_and_so_does_its_opposite(asked, reading):
    made = post("hello")
    facts = facts_of(made, None if reading == "none" else read("hello"))
    assert truth(asked, facts) is Truth.UNKNOWN
    assert truth(f"-{asked}", facts) is Truth.UNKNOWN
    assert passes(parse(f"hello {asked}"), facts)
    assert passes(parse(f"hello -{asked}"), facts)
    assert not passes(parse(f"snow {asked}"), facts)


def test_the_language_is_known_from_the_platform_or_by_the_script_or_not():
    asked = [
        truth("lang:zh", facts_of(post("hello"))),
        truth("lang:zh", seen("今天")),
        truth("lang:zh", seen("hello")),
        truth("lang:zh-Hans", facts_of(post("hello", language="zh_CN"))),
        truth("lang:zh-CN", facts_of(post("hello", language="zh-CN"))),
        truth("lang:zh-TW", facts_of(post("hello", language="zh-CN"))),
    ]
    assert asked == [Truth.UNKNOWN, Truth.YES, Truth.NO, Truth.YES, Truth.YES, Truth.NO]


def test_a_tag_that_begins_alike_is_another_language():
    facts = facts_of(post("hello", language="enm"))
    assert [truth(f"lang:{tag}", facts) for tag in ("en", "enm")] == [Truth.NO, Truth.YES]


@pytest.mark.parametrize(
    ("asked", "said", "holds"),
    [
        ("hazard:flood", HazardKind.FLASH_FLOOD, True),
        ("hazard:flash_flood", HazardKind.RIVER_FLOOD, False),
        ("hazard:typhoon", HazardKind.TROPICAL_CYCLONE, True),
        ("hazard:cold", HazardKind.FROST, True),
        ("hazard:frost", HazardKind.COLD, False),
    ],
)
def test_a_hazard_takes_in_what_readers_call_so(asked, said, holds):
    assert truth(asked, Facts("", hazards=frozenset({said}))) is (Truth.YES if holds else Truth.NO)


@pytest.mark.parametrize(
    ("asked", "said", "holds"),
    [
        ("level:8", Level.EIGHT_NE, True),
        ("level:9", Level.EIGHT_NE, False),
        ("level>=orange", Level.LEVEL_II, True),
        ("level>=orange", Level.LEVEL_III, False),
        ("level:blue OR level>blue", Level.LEVEL_IV, False),
        ("level>=yellow", Level.LEVEL_III, True),
        ("level>=yellow", Level.LEVEL_IV, False),
        ("level>=yellow", Level.AMBER, True),
        ("level>red", Level.BLACK, True),
        ("level<blue", Level.WHITE, True),
        ("level<=blue", Level.ONE, True),
    ],
)
def test_levels_of_all_ladders_stand_beside_each_other(asked, said, holds):
    assert truth(asked, Facts("", levels=frozenset({said}))) is (Truth.YES if holds else Truth.NO)


def test_an_agency_is_found_by_what_it_is_in_the_readers_language():
    facts = facts_of(post("x", author="北京市公安局"))
    for word in ("police", "policía", "полиция", "الشرطة", "警察", "경찰"):
        assert truth(f"agency:{word}", facts) is Truth.YES
    assert truth("agency:police", facts_of(post("x", author="气象北京"))) is Truth.NO


def test_nobody_who_signs_is_not_known_and_a_bound_tells_only_one_way():
    assert truth("agency:police", facts_of(post("x", author=""))) is Truth.UNKNOWN
    counted = post("x", engagement=Engagement(forwards=Count(1000, "1000+", is_lower_bound=True)))
    answers = [truth(f"forwards{asked}", facts_of(counted)) for asked in (">500", ">5000", "<500", "<5000", "<=1000")]
    assert answers == [Truth.YES, Truth.UNKNOWN, Truth.NO, Truth.UNKNOWN, Truth.UNKNOWN]


def test_media_reposts_edits_and_links_are_always_known():
    photo = Media(MediaKind.PHOTO, "https://example.org/1.jpg")
    shared = post("see https://example.org", repost=Repost(available=True, text="x", media=(photo,)), edit_count=1)
    facts = facts_of(shared)
    held = ("has:photo", "has:video|link", "is:repost", "is:edited")
    assert [truth(asked, facts) for asked in held] == [Truth.YES] * len(held)
    assert truth("has:video|file", facts) is Truth.NO


def test_a_second_version_is_edited_and_so_is_what_its_platform_says_was():
    assert truth("is:edited", facts_of(post("x"), revision=2)) is Truth.YES
    assert truth("is:edited", facts_of(post("x", edited=NOW))) is Truth.YES
    assert truth("is:edited", facts_of(post("x", edit_count=1))) is Truth.YES
    assert truth("is:edited", facts_of(post("x"))) is Truth.NO


def test_what_takes_the_place_of_another_post_is_an_update():
    assert truth("is:update", facts_of(post("x", supersedes=("0",)))) is Truth.YES


def test_a_link_in_what_is_passed_on_is_one():
    shared = post("x", repost=Repost(available=True, text="see www.example.org"))
    assert truth("has:link", facts_of(shared)) is Truth.YES
    assert truth("has:link", facts_of(post("x", repost=Repost(available=True, text="x")))) is Truth.NO


def test_an_office_speaks_of_its_own_ground_only_where_it_names_no_place():
    silent = seen("北京市气象台发布暴雨橙色预警信号。")
    assert truth("place:朝阳区", silent) is Truth.YES
    assert truth("place:上海", silent) is not Truth.YES
    assert truth("place:丰台区", seen(WARNING)) is Truth.NO


@pytest.mark.parametrize("said", ["chuva torrencial", "भारी वर्षा", "पुलिस", "अमुक"])
def test_the_last_word_of_a_long_list_is_looked_for_too(said):
    asked = "police" if said == "पुलिस" else "rain"
    assert truth(asked, Facts(fold(said))) is (Truth.NO if said == "अमुक" else Truth.YES)


def test_the_parts_that_decide_are_the_smallest_that_do():
    facts = seen(WARNING)
    told = {asked: [written(part) for part, _ in deciding(parse(asked), facts)] for asked in (
        "rainstorm level:orange", "rainstorm level:red -暴雨", "(snow OR fog) rain", "snow OR rain OR 台风",
    )}  # fmt: skip
    assert told == {
        "rainstorm level:orange": ["rainstorm", "level:orange"],
        "rainstorm level:red -暴雨": ["level:red", "-暴雨"],
        "(snow OR fog) rain": ["snow", "fog"],
        "snow OR rain OR 台风": ["rain"],
    }


@settings(max_examples=200, deadline=None)
@given(TREES, FACTS)
def test_judging_never_raises_and_an_opposite_is_one(tree, facts):
    assert judge(Not(tree), facts) == 2 - judge(tree, facts)
    parts = list(deciding(tree, facts))
    assert all((part_truth is Truth.NO) == (not passes(tree, facts)) for _, part_truth in parts)
