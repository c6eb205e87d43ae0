"""What counts as an edit, and by what a renumbered post is known again."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.alert import Alert, Area, Certainty, Circle, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Count, Engagement, Media, MediaKind, Post, Repost
from bot.store.fingerprint import fingerprint, title_key

NOW = datetime(2026, 7, 21, 4, 0, tzinfo=UTC)

WORDING = Wording("en-US", "Flood", "Flood Warning", "Creeks rise.", "Move up.", "NWS", "https://a", "tel")
HAZARD = Hazard(
    Urgency.IMMEDIATE,
    Severity.SEVERE,
    Certainty.OBSERVED,
    (WORDING,),
    categories=("Met",),
    response_types=("Shelter",),
    event_codes=(("SAME", "FFW"),),
    parameters=(("VTEC", "/O.NEW/"),),
    effective=NOW,
    onset=NOW,
    expires=NOW + timedelta(hours=6),
    areas=(Area("Shawnee", (((1.0, 2.0), (3.0, 4.0), (1.0, 2.0)),), (Circle(1.0, 2.0, 3.0),), (("UGC", "KSC177"),)),),
)
ALERT = Alert("a", "b", NOW, "2026-07-21T04:00:00-00:00", Status.ACTUAL, MsgType.ALERT, Scope.PUBLIC, (HAZARD,))
PICTURE = Media(MediaKind.PHOTO, "https://wx1.sinaimg.cn/large/abc.jpg?Expires=1&ssig=x")
REPOST = Repost(True, "", "77", "气象北京", "暴雨蓝色预警", "https://weibo.com/77", (PICTURE,))
POST = Post(
    kind="weibo",
    account="1288915263",
    id="1",
    title="提醒",
    text="今天白天请市民注意出行安全。\n转发周知",
    url="https://weibo.com/1",
    published=NOW,
    author="平安北京",
    media=(PICTURE,),
    repost=REPOST,
    alert=ALERT,
)


def with_hazard(**changes) -> dict:
    return {"alert": dataclasses.replace(ALERT, hazards=(dataclasses.replace(HAZARD, **changes),))}


def with_area(**changes) -> dict:
    return with_hazard(areas=(dataclasses.replace(HAZARD.areas[0], **changes),))


def picture(url: str) -> dict:
    return {"media": (dataclasses.replace(PICTURE, url=url),)}


SAME = {
    "counts": {"engagement": Engagement(Count(5000, "5000"), Count(1, "1"), Count(1_000_000, "100万+", True))},
    "pinned": {"pinned": True},
    "time of the last edit": {"edited": NOW, "edit_count": 3},
    "publication time": {"published": NOW + timedelta(minutes=1)},
    "name of the account": {"author": "北京公安"},
    "link": {"url": "https://weibo.com/1?refer=x"},
    "host of a picture": picture("https://wx4.sinaimg.cn/large/abc.jpg?Expires=1&ssig=x"),
    "expiry of a picture": picture("https://wx1.sinaimg.cn/large/abc.jpg?Expires=999&ssig=y"),
    "referer and alt text of a picture": {"media": (dataclasses.replace(PICTURE, referer="r", description="d"),)},
    "line breaks": {"text": "今天白天请市民注意出行安全。  \r\n转发周知 "},
    "zero-width spaces": {"text": "今天白天请市民注意出行安全。\u200b\n转发周知\u200b"},
    "name of the one passed on": {"repost": dataclasses.replace(REPOST, author="x", url="y")},
    "other ids": {"aliases": ("x",), "event_id": "e"},
    "truncated by itself": {"truncated": True},
    "who sends the alert in words": with_hazard(wordings=(dataclasses.replace(WORDING, sender_name="x", web="y"),)),
    "odd things noted while reading": {"alert": dataclasses.replace(ALERT, flags=("expires lies before sent",))},
}

DIFFERENT = {
    "title": {"title": "通知"},
    "text": {"text": "今天白天请市民减少出行。"},
    "more text": {"text": POST.text + "。全文", "truncated": False},
    "another picture": picture("https://wx1.sinaimg.cn/large/def.jpg"),
    "one more picture": {"media": (PICTURE, dataclasses.replace(PICTURE, url="https://wx1.sinaimg.cn/large/d.jpg"))},
    "no picture": {"media": ()},
    "film instead of picture": {"media": (dataclasses.replace(PICTURE, kind=MediaKind.VIDEO),)},
    "text passed on": {"repost": dataclasses.replace(REPOST, text="暴雨红色预警")},
    "post passed on removed": {"repost": Repost(False, "removed by its author")},
    "nothing passed on": {"repost": None},
    "no alert": {"alert": None},
    "status": {"alert": dataclasses.replace(ALERT, status=Status.TEST)},
    "msgType": {"alert": dataclasses.replace(ALERT, msg_type=MsgType.CANCEL)},
    "scope": {"alert": dataclasses.replace(ALERT, scope=Scope.PRIVATE)},
    "note": {"alert": dataclasses.replace(ALERT, note="issued in error")},
    "references": {"alert": dataclasses.replace(ALERT, references=("a,b",))},
    "one hazard more": {"alert": dataclasses.replace(ALERT, hazards=(HAZARD, HAZARD))},
    "urgency": with_hazard(urgency=Urgency.FUTURE),
    "severity": with_hazard(severity=Severity.EXTREME),
    "certainty": with_hazard(certainty=Certainty.LIKELY),
    "what to do in kind": with_hazard(response_types=("Evacuate",)),
    "categories": with_hazard(categories=("Geo",)),
    "event codes": with_hazard(event_codes=(("SAME", "FFA"),)),
    "parameters": with_hazard(parameters=(("awareness_level", "4; red"),)),
    "effective": with_hazard(effective=None),
    "onset": with_hazard(onset=NOW + timedelta(hours=1)),
    "expires": with_hazard(expires=NOW + timedelta(hours=9)),
    "event in words": with_hazard(wordings=(dataclasses.replace(WORDING, event="Storm"),)),
    "headline": with_hazard(wordings=(dataclasses.replace(WORDING, headline="x"),)),
    "description": with_hazard(wordings=(dataclasses.replace(WORDING, description="x"),)),
    "instruction": with_hazard(wordings=(dataclasses.replace(WORDING, instruction="x"),)),
    "one language more": with_hazard(wordings=(WORDING, dataclasses.replace(WORDING, language="es-US"))),
    "area in words": with_area(description="Jackson"),
    "polygon": with_area(polygons=(((1.0, 2.5), (3.0, 4.0), (1.0, 2.5)),)),
    "circle": with_area(circles=()),
    "geocode": with_area(geocodes=(("UGC", "KSC085"),)),
    "its document could not be read": {"incomplete": "the document answered 500"},
}


@pytest.mark.parametrize("changes", SAME.values(), ids=SAME.keys())
def test_this_is_no_edit(changes):
    assert fingerprint(dataclasses.replace(POST, **changes)) == fingerprint(POST)


@pytest.mark.parametrize("changes", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_this_is_an_edit(changes):
    assert fingerprint(dataclasses.replace(POST, **changes)) != fingerprint(POST)


def test_no_two_of_these_edits_look_alike():
    assert len({fingerprint(dataclasses.replace(POST, **changes)) for changes in DIFFERENT.values()}) == len(
        DIFFERENT
    )


def test_composed_and_decomposed_letters_are_the_same_letters():
    assert fingerprint(dataclasses.replace(POST, text="cafe\u0301")) == fingerprint(
        dataclasses.replace(POST, text="café")
    )


def test_the_order_of_pictures_is_no_edit():
    one, other = PICTURE, dataclasses.replace(PICTURE, url="https://wx1.sinaimg.cn/large/def.jpg")
    assert fingerprint(dataclasses.replace(POST, media=(one, other))) == fingerprint(
        dataclasses.replace(POST, media=(other, one))
    )


def test_the_fingerprint_of_a_released_version_stays():
    # when this fails, every listed post of every account would look edited once: bring the stored ones along
    assert fingerprint(POST) == "146c0b76cb7e25fcd3d5331d335994c249bef2d121f11af804558e2d2fd58603"


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_has_a_fingerprint_and_a_title_key(title, text):
    post = dataclasses.replace(POST, title=title, text=text, media=(dataclasses.replace(PICTURE, url=text),))
    assert len(fingerprint(post)) == 64
    assert len(title_key(post)) in {0, 64}


def test_a_title_is_known_again_in_other_case_and_width():
    one = dataclasses.replace(POST, title="Flood  Warning")
    other = dataclasses.replace(POST, title="ＦＬＯＯＤ warning", text="something else")
    assert title_key(one) == title_key(other) != title_key(POST)


def test_a_post_without_a_title_is_known_by_the_start_of_its_text():
    one = dataclasses.replace(POST, title="", text="x" * 120 + "a")
    other = dataclasses.replace(POST, title="", text="x" * 120 + "b")
    assert title_key(one) == title_key(other) != title_key(dataclasses.replace(POST, title="", text="y"))


def test_a_post_without_words_has_no_title_key():
    assert title_key(dataclasses.replace(POST, title="", text=" \u200b\n")) == ""
