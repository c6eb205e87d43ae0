"""What JMA's telegrams say: drills, corrections and withdrawals, earthquakes, tsunami, warnings, volcanoes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.alert import Certainty, MsgType, Severity, Status
from bot.reading.relaying import is_over, why_not_relayed
from bot.sources.face import UnreadableError
from bot.sources.jma.levels import severity_of_kind
from bot.sources.jma.telegrams import UNSTATED, read_telegram

SAMPLES = Path(__file__).parents[3].parent / "shared/data/samples/jma"


def read(text: str):
    return read_telegram(text.encode(), "a", "https://www.data.jma.go.jp/x.xml")


def levels(post) -> dict[str, tuple[str, list[str]]]:
    return {
        hazard.wordings[0].event: (hazard.severity.value, [area.description for area in hazard.areas])
        for hazard in post.alert.hazards
    }


@pytest.mark.parametrize(
    ("status", "read_as"),
    [
        ("通常", Status.ACTUAL),
        ("訓練", Status.EXERCISE),
        ("試験", Status.TEST),
        ("", Status.UNKNOWN),
        ("?", Status.UNKNOWN),
    ],
)
def test_only_what_is_usual_is_real(status, read_as, recorded_jma):
    post = read(recorded_jma("VTSE41").replace("<Status>通常<", f"<Status>{status}<"))
    assert post.alert.status is read_as
    assert (why_not_relayed(post, post.published) == "") == (read_as is Status.ACTUAL)


@pytest.mark.parametrize(
    ("info_type", "msg_type", "mark"),
    [
        ("発表", MsgType.ALERT, ""), ("遅延", MsgType.ALERT, ""), ("訂正", MsgType.UPDATE, "【訂正】"),
        ("取消", MsgType.CANCEL, "【取消】"), ("他", MsgType.UNKNOWN, ""),
    ],
)  # fmt: skip
def test_new_corrected_and_withdrawn(info_type, msg_type, mark, recorded_jma):
    post = read(recorded_jma("VXSE53").replace("<InfoType>発表<", f"<InfoType>{info_type}<"))
    assert post.alert.msg_type is msg_type
    assert post.title.startswith(f"{mark}震源・震度情報")
    assert (why_not_relayed(post, post.published) == "") == (msg_type is not MsgType.UNKNOWN)


def test_an_earthquake(recorded_jma):
    post = read(recorded_jma("VXSE53"))
    assert post.title == "震源・震度情報 紀伊水道 M6.2 最大震度６弱"
    assert post.published == datetime(2026, 7, 21, 2, 55, tzinfo=UTC)
    assert (post.utc_offset, post.language, post.event_id) == (540, "ja", "jma.go.jp,20260721115107")
    (hazard,) = post.alert.hazards
    assert (hazard.severity, hazard.certainty) == (Severity.EXTREME, Certainty.OBSERVED)
    assert [area.description for area in hazard.areas] == [
        "徳島県南部", "和歌山県北部", "和歌山県南部", "震源 紀伊水道",
    ]  # fmt: skip
    assert hazard.areas[0].geocodes == (("JMA 地震情報／細分区域", "601"),)
    assert (hazard.areas[-1].circles[0].latitude, hazard.areas[-1].circles[0].longitude) == (33.8, 134.9)
    assert dict(hazard.parameters) == {"magnitude": "6.2", "depth_km": "20", "max_intensity": "6-"}
    assert "震度５強：和歌山県北部" in post.text
    assert "発生 21日11時51分、震源 紀伊水道、深さ 20km、Ｍ６．２" in post.text
    assert not is_over(post.alert)


def test_an_earthquake_abroad_is_not_rung_like_one_at_home(recorded_jma):
    text = recorded_jma("VXSE53").replace("<MaxInt>6-</MaxInt>", "").replace("6.2</jmx_eb", "7.9</jmx_eb")
    for area in ("<MaxInt>5+</MaxInt>", "<MaxInt>3</MaxInt>"):
        text = text.replace(area, "")
    home = read(text)
    assert home.alert.severity is Severity.EXTREME
    assert UNSTATED in home.alert.hazards[0].parameters
    assert read(text.replace("震源・震度情報", "遠地地震に関する情報")).alert.severity is Severity.MODERATE


def test_an_early_warning_ends_within_minutes(recorded_jma):
    text = recorded_jma("VXSE53").replace("<InfoKind>地震情報<", "<InfoKind>緊急地震速報<")
    post = read(text.replace("<Title>震源・震度情報<", "<Title>緊急地震速報（警報）<"))
    assert post.alert.severity is Severity.EXTREME
    assert why_not_relayed(post, post.published + timedelta(minutes=4)) == ""
    assert why_not_relayed(post, post.published + timedelta(minutes=6)).startswith("it expired")


def test_a_tsunami_warning_has_a_hazard_for_each_level(recorded_jma):
    post = read(recorded_jma("VTSE41"))
    assert levels(post) == {
        "大津波警報": ("Extreme", ["徳島県"]), "津波警報": ("Extreme", ["和歌山県"]), "津波注意報": ("Severe", ["大阪府"]),
    }  # fmt: skip
    assert "徳島県：ただちに津波来襲と予測、予想される高さ 巨大" in post.text
    assert "和歌山県：到達予想 12時10分、予想される高さ ３ｍ" in post.text
    assert "Ｍ８を超える巨大地震" in post.text
    assert post.alert.hazards[0].wordings[0].instruction == "ただちに避難してください。"


def test_what_gauges_saw_is_told_though_no_level_is(recorded_jma):
    text = recorded_jma("VTSE41").replace("<InfoKind>津波警報・注意報・予報<", "<InfoKind>沖合の津波情報<")
    text = text.replace("大津波警報・津波警報・津波注意報・津波予報", "沖合の津波観測に関する情報")
    seen = (
        "<Observation><Item><Area><Name>和歌山県</Name></Area><Station><Name>串本</Name><MaxHeight>"
        '<TsunamiHeight description="２．４ｍ">2.4</TsunamiHeight></MaxHeight></Station></Item></Observation>'
    )
    begin, end = text.index("<Forecast>"), text.index("</Tsunami>")
    post = read(text[:begin] + seen + text[end:])
    assert "串本：観測された高さ ２．４ｍ" in post.text
    assert UNSTATED in post.alert.hazards[0].parameters
    assert post.alert.incidents == ("tsunami,20260721115107",)


def test_a_tsunami_warning_is_over_when_all_of_it_is_lifted(recorded_jma):
    text = recorded_jma("VTSE41_lifted")
    assert is_over(read(text).alert)
    some = read(text.replace("津波注意報解除</Name><Code>60", "津波注意報</Name><Code>62"))
    assert not is_over(some.alert)
    assert levels(some) == {"津波注意報": ("Severe", ["大阪府"])}


def test_warnings_by_town_without_those_that_are_lifted(recorded_jma):
    post = read(recorded_jma("VPWW54"))
    assert levels(post) == {
        "大雨特別警報": ("Extreme", ["奈良市"]), "大雨警報": ("Severe", ["生駒市"]),
        "雷注意報": ("Moderate", ["奈良市", "生駒市", "天理市"]),
    }  # fmt: skip
    assert post.alert.hazards[0].areas[0].geocodes == (("JMA", "2920100"),)
    assert post.event_id == ""  # a list of warnings is no event
    assert is_over(read(recorded_jma("VPWW54_none")).alert)


def test_a_volcano(recorded_jma):
    post = read(recorded_jma("VFVO50"))
    assert levels(post) == {"レベル５（避難）": ("Extreme", ["雲取山", "架空県雲取町"])}
    assert post.alert.hazards[0].wordings[0].instruction == "居住地域から避難してください。"
    assert post.text.count("＜雲取山に噴火警報を発表＞") == 1
    assert is_over(read(recorded_jma("VFVO50_level1")).alert)


def test_a_bulletin_of_words_alone(recorded_jma):
    text = recorded_jma("VPWW54")
    body = "<Body><Comment><Text type='本文'>台風第７号は２２日に近畿に上陸する見込みです。</Text></Comment></Body>"
    text = text[: text.index("<Body")] + body + "</Report>"
    text = text.replace("奈良県気象警報・注意報", "台風第７号に関する情報").replace(
        "<InfoKind>気象警報・注意報<", "<InfoKind>全般台風情報<"
    )
    post = read(text)
    assert post.text.endswith("台風第７号は２２日に近畿に上陸する見込みです。")
    assert (post.alert.severity, post.alert.msg_type) == (Severity.MODERATE, MsgType.ALERT)
    assert why_not_relayed(post, post.published) == ""


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("大雨特別警報", Severity.EXTREME), ("レベル５大雨特別警報", Severity.EXTREME), ("レベル4土砂災害危険警報", Severity.EXTREME),
        ("大雨危険警報", Severity.EXTREME), ("大津波警報", Severity.EXTREME), ("土砂災害警戒情報", Severity.EXTREME),
        ("氾濫危険情報", Severity.EXTREME), ("レベル３大雨警報", Severity.SEVERE), ("暴風警報", Severity.SEVERE),
        ("津波注意報", Severity.SEVERE), ("レベル３（入山規制）", Severity.SEVERE), ("記録的短時間大雨情報", Severity.SEVERE),
        ("雷注意報", Severity.MODERATE), ("レベル２大雨注意報", Severity.MODERATE), ("竜巻注意情報", Severity.MODERATE),
        ("津波予報（若干の海面変動）", Severity.MINOR), ("噴火予報", Severity.MINOR), ("初雪", Severity.UNKNOWN),
    ],
)  # fmt: skip
def test_how_grave_a_kind_is_stands_in_its_name(kind, severity):
    assert severity_of_kind(kind) is severity


@pytest.mark.parametrize(
    "text",
    [
        "", "<html>404</html>", "<Report/>", "<Report><Control/><Head/></Report>", "<alert/>", "<Report><Control>",
        "<!DOCTYPE Report><Report/>",
    ],
)  # fmt: skip
def test_what_is_no_telegram_is_refused_in_a_sentence(text):
    with pytest.raises(UnreadableError, match=r"\.$"):
        read(text)


@pytest.mark.corpus
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no ../shared/data beside the checkout")
def test_real_telegrams():
    posts = {path.stem[-6:]: read_telegram(path.read_bytes(), "a", "") for path in sorted(SAMPLES.glob("[0-9]*.xml"))}
    assert len(posts) > 14
    not_real = {name: post.alert.status for name, post in posts.items() if post.alert.status is not Status.ACTUAL}
    assert not_real == {"VXSE52": Status.EXERCISE, "VXSE42": Status.TEST}
    told = {name: post.alert.severity.value for name, post in posts.items()}
    assert told | {
        "VTSE41": "Extreme", "VTSE51": "Extreme", "VPWW53": "Extreme", "VPWW54": "Severe", "VXWW50": "Extreme",
        "VXSE51": "Extreme", "VXSE53": "Moderate", "VXSE43": "Extreme", "VXSE45": "Minor", "VFVO50": "Severe",
        "VFVO56": "Extreme", "VPHW50": "Moderate", "VPOA50": "Severe",
    } == told  # fmt: skip
    assert levels(posts["VTSE41"])["大津波警報"][1] == ["岩手県", "宮城県", "福島県"]
    assert len(levels(posts["VPWW53"])["大雨特別警報"][1]) == 27
    assert posts["VPHW50"].alert.hazards[0].expires == datetime(2009, 8, 9, 23, 40, tzinfo=UTC)
    assert "北九州市" in levels(posts["VXWW50"])["土砂災害警戒情報"][1]
    assert "福岡市" not in levels(posts["VXWW50"])["土砂災害警戒情報"][1]
