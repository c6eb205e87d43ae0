"""What stands now, from posts: the newest word of a speaker holds, what is not real or over does not stand, nothing is invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post
from bot.model.reading import Action, HazardKind, Level
from bot.model.situation import Change, How, Told
from bot.reading.reader import read
from bot.reading.situation import compare, gather

#: 21 July 2012, 20:00 in Beijing.
START = datetime(2012, 7, 21, 12, tzinfo=UTC)
NOW = START + timedelta(hours=1)
ORANGE = "北京市气象台发布暴雨橙色预警信号。"
RED = "北京市气象台将暴雨橙色预警升级为红色预警。"
LIFTED = "北京市气象台解除暴雨橙色预警信号。"


def told(number, text, minutes=0, *, account=1, state="current", wanted=True, changed=None):
    at = START + timedelta(minutes=minutes)
    post = Post(
        "weibo", str(account), f"p{number}", text, f"https://a.example/{number}", published=at, utc_offset=480
    )
    claims = read(text, published=at, utc_offset=480).claims
    return Told(number, account, post, at, state, changed, claims, wanted=wanted)


def told_all(*texts):
    return [told(number, text, number) for number, text in enumerate(texts, 1)]


def shown(lines):
    return [
        (line.hazard.value, line.level and line.level.value, tuple(p.words for p in line.places)) for line in lines
    ]


def alert(number, minutes=0, *, event="Flood warning", severity=Severity.SEVERE, area="Fangshan", hours=6, **changes):
    at = START + timedelta(minutes=minutes)
    hazard = Hazard(
        Urgency.IMMEDIATE, severity, Certainty.OBSERVED, (Wording("en", event=event),),
        expires=at + timedelta(hours=hours), areas=(Area(area),),
    )  # fmt: skip
    hazard = replace(hazard, **changes.pop("hazard", {}))
    told_fields = {name: changes.pop(name) for name in ("state", "changed_at", "wanted") if name in changes}
    supersedes = changes.pop("supersedes", ())
    fields = {"status": Status.ACTUAL, "msg_type": MsgType.ALERT, "scope": Scope.PUBLIC} | changes
    said = Alert("s@a", f"a{number}", at, at.isoformat(), hazards=(hazard,), **fields)
    post = Post("cap", "2", f"a{number}", "", f"https://a.example/a{number}", published=at, alert=said,
                supersedes=supersedes)  # fmt: skip
    return Told(number, 2, post, at, **told_fields)


# ------------------------------------------------------------------ words


def test_what_is_issued_stands_with_its_level_place_time_and_post():
    [line] = gather(told_all("解除寒潮蓝色预警", "房山区气象台21日20时发布暴雨红色预警信号。"), NOW).standing
    assert (line.hazard, line.level, line.action) == (HazardKind.RAINSTORM, Level.RED, Action.ISSUED)
    assert (line.url, line.since, line.issuer) == (
        "https://a.example/2",
        START + timedelta(minutes=2),
        "房山区气象台",
    )


def test_a_raise_takes_the_place_of_what_stood_and_keeps_since_when():
    [line] = gather(told_all(ORANGE, RED), NOW).standing
    assert (line.level, line.action) == (Level.RED, Action.RAISED)
    assert (line.since, line.at) == (START + timedelta(minutes=1), START + timedelta(minutes=2))


@pytest.mark.parametrize("lift", [LIFTED, "市气象台解除暴雨橙色预警信号。", "解除暴雨橙色预警"])
def test_a_lift_takes_away_what_it_lifts_whoever_of_the_account_it_names(lift):
    found = gather(told_all(ORANGE, lift), NOW)
    assert found.standing == ()
    [over] = found.over
    assert (over.how, over.url, over.line.level) == (How.LIFTED, "https://a.example/2", Level.ORANGE)


@pytest.mark.parametrize(
    "lift",
    [
        "北京市气象台解除暴雨黄色预警信号。",  # another level
        "北京市气象台解除大风橙色预警信号。",  # another hazard
        "房山区气象台解除暴雨橙色预警信号。",  # another body
        "北京市气象台解除海淀区暴雨橙色预警信号。",  # one place of many
    ],
)
def test_a_lift_of_something_else_leaves_it_standing(lift):
    found = gather(told_all(ORANGE, lift), NOW)
    assert shown(found.standing) == [("rainstorm", "orange", ())]
    assert len(found.over) == 1  # what the agency says is over is told as it says it


def test_another_accounts_bare_observatory_is_another_body():
    other = told(2, "市气象台解除暴雨橙色预警信号。", 2, account=9)
    assert len(gather([told(1, ORANGE), other], NOW).standing) == 1


def test_the_same_body_relayed_by_two_accounts_is_one_line():
    [line] = gather([told(1, ORANGE), told(2, RED, 2, account=9)], NOW).standing
    assert line.level is Level.RED


def test_a_districts_observatory_and_its_district_are_one_place():
    found = gather(told_all("海淀区气象台发布暴雨黄色预警信号。", "解除海淀区暴雨黄色预警"), NOW)
    assert found.standing == ()


def test_places_stand_apart_and_are_lifted_apart():
    found = gather(told_all("广渠门桥积水严重，双向断路。", "莲花桥积水严重，双向断路。", "广渠门桥已恢复通行"), NOW)
    assert [places for _, _, places in shown(found.standing)] == [("莲花桥",)]


@pytest.mark.parametrize(
    "text",
    [
        "【防汛演练】演练：北京市气象台发布暴雨红色预警信号。",
        "网传北京市气象台发布暴雨红色预警系谣言",
        "去年7月21日，北京市气象台发布暴雨红色预警信号。",
    ],
)
def test_what_is_not_real_or_not_now_never_stands(text):
    found = gather(told_all(text), NOW)
    assert (found.standing, found.over) == ((), ())


def test_what_cannot_be_read_is_counted_with_its_link():
    found = gather(told_all("早安，北京", ORANGE, "今晚的雨好大"), NOW)
    assert [each.url for each in found.unsorted] == ["https://a.example/3", "https://a.example/1"]


def test_a_withdrawn_post_stands_for_nothing_and_is_told_as_removed():
    gone = told(1, ORANGE, state="withdrawn", changed=NOW)
    found = gather([gone], NOW)
    assert found.standing == ()
    assert [(over.how, over.at) for over in found.over] == [(How.REMOVED, NOW)]


def test_a_withdrawn_raise_leaves_what_stood_before_it():
    found = gather([told(1, ORANGE), told(2, RED, 2, state="withdrawn", changed=NOW)], NOW)
    assert shown(found.standing) == [("rainstorm", "orange", ())]
    assert found.over == ()


def test_what_nobody_writes_of_for_two_days_is_told_as_unheard_and_not_as_lifted():
    later = START + timedelta(hours=48)
    assert len(gather(told_all(ORANGE), later).standing) == 1
    [over] = gather(told_all(ORANGE), later + timedelta(minutes=1)).over
    assert over.how is How.UNHEARD


def test_posts_without_the_wanted_words_are_not_shown_but_lift_what_is():
    asked, other = told(1, ORANGE), told(2, "海淀区气象台发布雷电黄色预警信号。", 1, wanted=False)
    lift = told(3, LIFTED, 2, wanted=False)
    assert shown(gather([asked, other], NOW).standing) == [("rainstorm", "orange", ())]
    found = gather([asked, other, lift, told(4, "早安", 3, wanted=False)], NOW)
    assert (found.standing, len(found.over), found.unsorted) == ((), 1, ())


def test_the_order_in_which_posts_are_handed_in_does_not_matter():
    posts = told_all(ORANGE, "广渠门桥积水严重，双向断路。", RED, "早安")
    assert gather(posts, NOW) == gather(posts[::-1], NOW)


# ------------------------------------------------------------------ fields


def test_an_update_supersedes_and_keeps_since_when():
    found = gather(
        [alert(1), alert(2, 5, severity=Severity.EXTREME, msg_type=MsgType.UPDATE, supersedes=("a1",))], NOW
    )
    [line] = found.standing
    assert (line.severity, line.action, line.since, line.url) == (
        Severity.EXTREME, Action.RAISED, START, "https://a.example/a2"
    )  # fmt: skip
    assert found.over == ()


@pytest.mark.parametrize(
    "end",
    [
        {"msg_type": MsgType.CANCEL},
        {"msg_type": MsgType.UPDATE, "hazard": {"response_types": ("AllClear",)}},
        {"msg_type": MsgType.UPDATE, "hazard": {"urgency": Urgency.PAST}},
    ],
)
def test_each_way_to_say_that_it_is_over_takes_it_away(end):
    found = gather([alert(1), alert(2, 5, supersedes=("a1",), **end)], NOW)
    assert found.standing == ()
    assert [(over.how, over.url) for over in found.over] == [(How.LIFTED, "https://a.example/a2")]


def test_an_expired_alert_leaves_at_its_time():
    assert len(gather([alert(1, hours=1)], NOW - timedelta(seconds=1)).standing) == 1
    found = gather([alert(1, hours=1)], NOW)
    assert (found.standing, [(over.how, over.at) for over in found.over]) == ((), [(How.ENDED, NOW)])


@pytest.mark.parametrize("status", [Status.TEST, Status.EXERCISE, Status.DRAFT, Status.SYSTEM])
def test_only_what_is_actual_stands_or_lifts(status):
    cancel = alert(2, 5, status=status, msg_type=MsgType.CANCEL, supersedes=("a1",))
    assert len(gather([alert(1), cancel], NOW).standing) == 1
    assert gather([alert(1, status=status)], NOW) == gather([], NOW)


def test_what_was_superseded_by_a_message_that_is_not_here_does_not_stand():
    assert gather([alert(1, state="superseded")], NOW).standing == ()


def test_two_messages_that_say_the_same_are_one_line_and_two_places_are_two():
    found = gather([alert(1), alert(2, 5), alert(3, 6, area="Mentougou")], NOW)
    assert [(line.places[0].words, line.since) for line in found.standing] == [
        ("Mentougou", START + timedelta(minutes=6)), ("Fangshan", START)
    ]  # fmt: skip


def test_the_gravest_stands_first():
    found = gather([alert(1, severity=Severity.MINOR), told(2, RED, 1), alert(3, 2, event="Heat")], NOW)
    assert [line.url for line in found.standing] == [
        "https://a.example/2", "https://a.example/a3", "https://a.example/a1"
    ]  # fmt: skip


# ------------------------------------------------------------------ changes


def test_changes_against_what_was_told_before():
    before = gather([told(1, ORANGE), told(2, "广渠门桥积水严重，双向断路。", 1), alert(3, hours=1)], START).standing
    posts = [
        told(1, ORANGE), told(2, "广渠门桥积水严重，双向断路。", 1), alert(3, hours=1), told(4, RED, 30),
        told(5, "广渠门桥已恢复通行", 31), told(6, "莲花桥积水严重，双向断路。", 32), told(7, "早安", 33),
    ]  # fmt: skip
    changes = compare(gather(posts, NOW), before, START + timedelta(minutes=10))
    assert [(line.hazard.value, change) for line, change in changes.standing] == [
        ("rainstorm", Change.RAISED), ("road_closure", Change.NEW)
    ]  # fmt: skip
    assert {(over.line.url, over.how) for over in changes.over} == {
        ("https://a.example/2", How.LIFTED), ("https://a.example/a3", How.ENDED)
    }  # fmt: skip
    assert len(changes.unsorted) == 1


def test_nothing_changed_is_nothing_to_tell():
    found = gather(told_all(ORANGE), NOW)
    assert not compare(found, found.standing, NOW).any
    assert not compare(gather([*told_all(ORANGE), told(9, "早安", 50)], NOW), found.standing, START).any
    assert not compare(found, None, NOW).any
    assert compare(found, None, START).any


def test_a_line_that_an_edit_took_away_is_told_as_gone():
    before = gather(told_all(ORANGE), NOW).standing
    changes = compare(gather(told_all("更正：今晚有雨"), NOW), before, NOW)
    assert [over.how for over in changes.over] == [How.GONE]
