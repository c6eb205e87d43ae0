"""What is one event told by two accounts, and above all what is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.alert import Alert, Area, Certainty, Circle, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post
from bot.reading.reader import read
from bot.reading.sameness import QUAKE, Happening, divisions, happening_of, same, warning_of

AT = datetime(2026, 7, 21, 3, 51, 8, tzinfo=UTC)
SENTENCE = "中国地震台网正式测定：07月21日11时51分在四川甘孜州康定市（北纬30.00度，东经101.90度）发生5.6级地震，震源深度10公里。"


def post_of(text="", alert=None, published=AT, title="") -> Post:
    return Post(
        kind="any", account="a", id="1", title=title, text=text, url="https://a/1", published=published, utc_offset=480,
        alert=alert,
    )  # fmt: skip


def alert_of(event, sent=AT, parameters=(), areas=(), **changes) -> Alert:
    wording = Wording("en", event=event)
    hazard = Hazard(
        Urgency.IMMEDIATE,
        Severity.SEVERE,
        Certainty.LIKELY,
        (wording,),
        parameters=parameters,
        onset=sent,
        areas=areas,
    )
    made = Alert("s", "1", sent, sent.isoformat(), Status.ACTUAL, MsgType.ALERT, Scope.PUBLIC, (hazard,))
    return replace(made, **changes)


def quake_alert(magnitude="5.6", radius=0.0, event="Earthquake", **changes) -> Alert:
    return alert_of(
        event, parameters=(("magnitude", magnitude),), areas=(Area("x", circles=(Circle(30.0, 101.9, radius),)),),
        **changes,
    )  # fmt: skip


def listed(code="110111", event="暴雨橙色预警", title="北京市房山区气象台发布暴雨橙色预警信号", **changes):
    alert = alert_of(event, areas=(Area("x", geocodes=(("GB/T 2260", code),)),), **changes)
    return happening_of(post_of(alert=alert, title=title), AT)


def written(text, published=AT):
    return warning_of(read(text, published=published, utc_offset=480), published)


QUAKE_HERE = Happening(QUAKE, AT, 30.0, 101.9, 5.6)


@pytest.mark.parametrize(
    ("other", "one"),
    [
        (Happening(QUAKE, AT + timedelta(seconds=9), 30.1, 101.7, 5.4), True),
        (Happening(QUAKE, AT + timedelta(seconds=60), 30.0, 101.9, 5.6), True),
        (Happening(QUAKE, AT, 30.0, 101.9, 4.6), True),
        (Happening(QUAKE, AT + timedelta(seconds=61), 30.0, 101.9, 5.6), False),
        (Happening(QUAKE, AT + timedelta(minutes=3), 30.0, 101.9, 5.5), False),  # an aftershock
        (Happening(QUAKE, AT, 30.95, 101.9, 5.6), False),  # 106 km
        (Happening(QUAKE, AT, 30.0, 101.9, 4.5), False),
        (Happening(QUAKE, AT), False),
        (Happening("warning rainstorm orange 110111", AT), False),
    ],
)
def test_an_earthquake_is_one_within_seconds_and_kilometres_and_near_in_magnitude(other, one):
    assert same(QUAKE_HERE, other) is same(other, QUAKE_HERE) is one


def test_the_date_line_parts_nothing():
    assert same(Happening(QUAKE, AT, -20.0, 179.9, 6.0), Happening(QUAKE, AT, -20.0, -179.9, 6.1))


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 10), st.floats(-90, 90), st.floats(-180, 180))
@settings(max_examples=60, deadline=None)
def test_two_places_that_are_far_apart_are_never_one(north, east, magnitude, other_north, other_east):
    one = Happening(QUAKE, AT, north, east, magnitude)
    other = Happening(QUAKE, AT, other_north, other_east, magnitude)
    assert same(one, one)
    if abs(north - other_north) > 1:  # a degree of latitude is 111 km
        assert not same(one, other)


def test_an_earthquake_is_known_by_its_fields_and_by_the_centres_sentence():
    by_fields = happening_of(post_of(alert=quake_alert()), AT)
    assert by_fields == QUAKE_HERE
    for text in (SENTENCE, f"【四川康定发生5.6级地震】据{SENTENCE}", f"#地震快讯#{SENTENCE}"):
        told = happening_of(post_of(text, published=AT + timedelta(minutes=9)), AT)
        assert told is not None
        assert same(by_fields, told)


@pytest.mark.parametrize(
    "alert",
    [
        quake_alert(status=Status.EXERCISE),
        quake_alert(status=Status.TEST),
        quake_alert(msg_type=MsgType.CANCEL),
        quake_alert(scope=Scope.PRIVATE),
        quake_alert(event="Quarry blast"),
        quake_alert(magnitude="about 5"),
        quake_alert(magnitude="nan"),
        quake_alert(magnitude="inf"),
        quake_alert(radius=50.0),  # an area that felt it is no epicentre
        quake_alert(hazards=()),
    ],
)
def test_what_is_no_real_earthquake_or_says_too_little_is_like_nothing(alert):
    assert happening_of(post_of(alert=alert), AT) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "刚刚四川甘孜州发生5.6级地震",
        f"【演练】{SENTENCE}",
        f"网传消息不实：{SENTENCE}",
        f"我在现场。{SENTENCE}",
        SENTENCE.replace("07月21日", "07月20日"),
        SENTENCE.replace("07月", "13月"),
        SENTENCE.replace("北纬30.00度，", ""),
    ],
)
def test_a_sentence_that_is_not_the_centres_whole_news_is_like_nothing(text):
    assert happening_of(post_of(text, published=AT + timedelta(minutes=9)), AT) is None


def test_a_warning_of_the_list_and_of_the_stations_account_are_one():
    one, other = listed(), written("房山区气象台7月21日11时50分发布暴雨橙色预警信号。", AT + timedelta(minutes=12))
    assert one == Happening("warning rainstorm orange 110111", AT)
    assert same(one, other)
    assert not same(one, replace(other, at=AT + timedelta(minutes=31)))


@pytest.mark.parametrize(
    "text",
    [
        "门头沟区气象台7月21日11时50分发布暴雨橙色预警信号。",  # the neighbour, in the same words
        "北京市气象台7月21日11时50分发布暴雨橙色预警信号。",  # the city around it
        "房山区气象台7月21日11时50分发布暴雨红色预警信号。",
        "房山区气象台7月21日11时50分发布大风橙色预警信号。",
        "房山区气象台7月21日11时50分解除暴雨橙色预警信号。",
        "房山区气象台7月21日11时50分将暴雨黄色预警信号升级为橙色预警信号。",
        "房山区气象台7月21日11时50分继续发布暴雨橙色预警信号。",
        "【演练】房山区气象台7月21日11时50分发布暴雨橙色预警信号。",
        "房山区气象台7月21日08时50分发布暴雨橙色预警信号。",  # three hours ago
        "鼓楼区气象台7月21日11时50分发布暴雨橙色预警信号。",  # four cities have one
        "房山区将有暴雨，请注意防范。",
    ],
)
def test_another_place_level_hazard_action_or_time_is_another_event(text):
    other = written(text)
    assert other is None or not same(listed(), other)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "110109"},
        {"event": "暴雨红色预警"},
        {"event": "大风橙色预警"},
        {"event": "地质灾害气象风险橙色预警"},
        {"code": "房山"},
        {"status": Status.EXERCISE},
        {"msg_type": MsgType.CANCEL},
        {"msg_type": MsgType.UPDATE},
        {"references": ("s,0",)},
        {"title": "北京市房山区气象台继续发布暴雨橙色预警信号"},
        {"sent": AT - timedelta(minutes=31)},
    ],
)
def test_a_listed_warning_that_differs_is_another(changes):
    other = listed(**changes)
    assert other is None or not same(listed(), other)


def test_only_a_name_that_one_place_has_stands_for_it():
    codes = divisions()
    assert (codes["房山区"], codes["北京市房山区"], codes["北京市"]) == ("110111", "110111", "110000")
    assert "鼓楼区" not in codes
    assert codes["南京市鼓楼区"] != codes["福州市鼓楼区"]
