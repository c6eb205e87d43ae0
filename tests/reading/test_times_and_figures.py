"""Times are resolved where the publishing time proves them; figures keep number, unit and bound."""

from datetime import UTC, datetime

import pytest

from bot.model.reading import Bound, PlaceKind, Span
from bot.reading.figures import parse_figure
from bot.reading.levelling import level, level_words
from bot.reading.numbers import number
from bot.reading.places import parse_places, proved_kind
from bot.reading.times import Clock, parse_moment

#: 21 July 2026, 18:30 in Beijing.
PUBLISHED = datetime(2026, 7, 21, 10, 30, tzinfo=UTC)


def moment(words: str, published: datetime | None = PUBLISHED, utc_offset: int = 480):
    found = parse_moment(level_words(words), Span(0, len(words)), words, Clock(published, utc_offset))
    return tuple(t and t.strftime("%m-%d %H:%M") for t in (found.start, found.end))


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2026年7月20日14时30分", "07-20 06:30", None),
        ("7月21日18時", "07-21 10:00", None),
        ("21日18时", "07-21 10:00", None),
        ("18时30分", "07-21 10:30", None),
        ("18:30", "07-21 10:30", None),
        ("下午3时05分", "07-21 07:05", None),
        ("今日下午2時正", "07-21 06:00", None),
        ("明天8时", "07-22 00:00", None),
        ("昨晚10时20分", "07-20 14:20", None),
        ("凌晨1時40分", "07-20 17:40", None),
        ("正午12時", "07-21 04:00", None),
        ("24时", "07-21 16:00", None),
        ("未来3小时", "07-21 10:30", "07-21 13:30"),
        ("未来6小时内", "07-21 10:30", "07-21 16:30"),
        ("过去1小时", "07-21 09:30", "07-21 10:30"),
        ("未来两天", "07-21 10:30", "07-23 10:30"),
        ("今明两天", "07-20 16:00", "07-22 16:00"),
        ("今天", "07-20 16:00", "07-21 16:00"),
        ("7月21日20时至22日20时", "07-21 12:00", "07-22 12:00"),
        ("7月21日至24日", "07-20 16:00", "07-24 16:00"),
        ("at 4:20 p.m.", "07-21 08:20", None),
        ("at 12:00 noon", "07-21 04:00", None),
        ("at 2:30 p.m. on July 20", "07-20 06:30", None),
        ("at 12:30 a.m.", "07-20 16:30", None),
    ],
)
def test_a_time_is_resolved(words, start, end):
    assert moment(words) == (start, end)


@pytest.mark.parametrize("words", ["傍晚", "今天下午", "近日", "夜间", "25时", "7月32日8时", "2月30日8时", "目前"])
def test_what_proves_no_instant_stays_words(words):
    assert moment(words) == (None, None)


def test_without_the_publishing_time_only_a_full_date_is_resolved():
    assert moment("18时30分", None) == (None, None)
    assert moment("未来3小时", None) == (None, None)
    assert moment("2026年7月21日18时", None) == ("07-21 10:00", None)


def test_a_date_without_its_year_is_the_nearest():
    new_year = datetime(2026, 1, 2, 4, 0, tzinfo=UTC)
    found = parse_moment("12月31日20时", Span(0, 9), "12月31日20时", Clock(new_year, 480))
    assert found.start == datetime(2025, 12, 31, 12, 0, tzinfo=UTC)


def test_the_zone_is_the_agencys():
    assert moment("18时", utc_offset=540) == ("07-21 09:00", None)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("50", 50), ("3.5", 3.5), ("1,200", 1200), ("三", 3), ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105),
        ("两百", 200), ("三千四百", 3400), ("3.4万", 34000), ("1.2亿", 120_000_000), ("二〇一二", 2012), ("-10", -10),
    ],
)  # fmt: skip
def test_a_number_is_read(words, value):
    assert number(words) == pytest.approx(value)


@pytest.mark.parametrize("words", ["", "十十", "一二十", "abc", "万"])
def test_what_is_no_number_has_no_value(words):
    assert number(words) is None


@pytest.mark.parametrize(
    ("words", "unit", "value", "upper", "bound"),
    [
        ("50毫米以上", "mm", 50, None, Bound.AT_LEAST),
        ("50毫米", "mm", 50, None, Bound.EXACT),
        ("10～20毫米", "mm", 10, 20, Bound.RANGE),
        ("10毫米至20毫米", "mm", 10, 20, Bound.RANGE),
        ("小于200米", "m", 200, None, Bound.AT_MOST),
        ("约30人", "person", 30, None, Bound.ABOUT),
        ("120余人", "person", 120, None, Bound.AT_LEAST),
        ("37℃以上", "degC", 37, None, Bound.AT_LEAST),
        ("8级左右", "force", 8, None, Bound.ABOUT),
    ],
)
def test_a_figure_keeps_its_number_unit_and_bound(words, unit, value, upper, bound):
    figure = parse_figure(level_words(words), Span(0, len(words)), unit, "x", words)
    assert figure is not None
    assert (figure.value, figure.upper, figure.unit, figure.bound, figure.words) == (value, upper, unit, bound, words)


@pytest.mark.parametrize("words", ["20～10毫米", "超过50毫米以下", "50", "毫米"])
def test_a_figure_that_contradicts_itself_is_none(words):
    assert parse_figure(level_words(words), Span(0, len(words)), "mm", "x", words) is None


def places(words: str, *, strict: bool = True):
    found = parse_places(level_words(words), 0, level(words), words, strict=strict)
    return found and [(place.name, place.kind, place.parts) for place in found]


def test_a_list_of_places_is_cut_at_its_commas_and_ands():
    assert places("房山区、门头沟区和丰台区") == [
        ("房山区", PlaceKind.DISTRICT, ()),
        ("门头沟区", PlaceKind.DISTRICT, ()),
        ("丰台区", PlaceKind.DISTRICT, ()),
    ]
    assert places("和平区") == [("和平区", PlaceKind.DISTRICT, ())]


def test_what_narrows_a_place_is_told_apart_from_its_name():
    assert places("贵州南部和东部") == [
        ("贵州", PlaceKind.PROVINCE, ("south",)),
        ("贵州", PlaceKind.PROVINCE, ("east",)),
    ]
    assert places("我市大部分地区") == [("我市", PlaceKind.HERE, ("most",))]
    assert places("北京山区") == [("北京", PlaceKind.CITY, ("mountains",))]
    assert places("房山区") == [("房山区", PlaceKind.DISTRICT, ())]


def test_roads_and_bridges_are_places():
    assert places("G45大广高速") == [("G45大广高速", PlaceKind.ROAD, ())]
    assert places("莲花桥") == [("莲花桥", PlaceKind.BRIDGE, ())]
    assert places("京港澳高速杜家坎至良乡段") == [("京港澳高速杜家坎至良乡段", PlaceKind.ROAD, ())]


def test_a_bare_word_is_a_place_only_where_the_gazetteer_has_it():
    assert places("房山") == [("房山", PlaceKind.DISTRICT, ())]
    assert places("钱包") is None
    assert places("钱包", strict=False) == [("钱包", PlaceKind.NAMED, ())]


@pytest.mark.parametrize(
    "words", ["浙江省宁波市", "昭觉县", "惠东县平山街道", "甘肃甘南州迭部县", "浙江舟山普陀", "上海市浦东新区"]
)
def test_a_chain_of_names_is_proved_by_the_gazetteer(words):
    assert proved_kind(words) is not None


@pytest.mark.parametrize("words", ["感谢北京市", "听说北京市", "隔壁老王市", "如北京市", "平山街道", ""])
def test_what_hangs_on_no_name_is_not_proved(words):
    assert proved_kind(words) is None


def test_a_levelled_text_finds_its_way_back():
    text = "天文台　在 下午２時,\n\n發出 The  Red３℃"
    levelled = level(text)
    assert levelled.text == "天文台在下午2时,\n发出the red3°c"
    assert text[slice(*levelled.span(5, 8))] == "午２時"
    at = levelled.text.index("°")
    assert text[slice(*levelled.span(at, at + 2))] == "℃"
