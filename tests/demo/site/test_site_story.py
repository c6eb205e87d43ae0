from itertools import pairwise

from bot.demo.site.markup import SHOWN, to_plain
from bot.demo.site.pictures import names
from bot.demo.site.story import EventKind, clock_of, load_story, minute_of

STORY = load_story()
POLICE_POSTS = [event for event in STORY.events if event.account == "police" and event.kind is EventKind.POST]


def events(kind):
    return [event for event in STORY.events if event.kind is kind]


def test_the_police_account_writes_thirty_one_posts_from_11_51_on():
    assert len(POLICE_POSTS) == 31
    assert POLICE_POSTS[0].clock == "11:51"
    assert "今天出门请多加小心" in POLICE_POSTS[0].text
    assert STORY.accounts["police"].uid == "1288915263"


def test_events_are_in_order_and_pass_midnight():
    minutes = [event.minute for event in STORY.events]
    assert minutes == sorted(minutes)
    assert max(minutes) > minute_of("24:00")
    assert clock_of(minute_of("26:20")) == "02:20"


def test_one_post_is_edited_and_one_removed_after_they_were_written():
    written = {event.id: event.minute for event in events(EventKind.POST)}
    for kind in (EventKind.EDIT, EventKind.REMOVE):
        (event,) = events(kind)
        assert event.minute > written[event.id]


def test_one_post_is_forwarded_over_five_thousand_times_and_its_figure_only_grows():
    by_post = {}
    for event in events(EventKind.FORWARDS):
        by_post.setdefault(event.id, []).append(event.forwards)
    assert [post for post, counts in by_post.items() if counts[-1] >= 5000] == ["p15"]
    assert all(before <= after for counts in by_post.values() for before, after in pairwise(counts))
    assert len(by_post["p15"]) > 4


def test_the_day_has_a_long_post_an_album_a_pinned_post_and_both_kinds_of_retweet():
    assert [event.id for event in POLICE_POSTS if event.long] == ["p17"]
    assert len(to_plain(next(event.text for event in POLICE_POSTS if event.long))) > SHOWN
    assert {len(event.pictures) for event in POLICE_POSTS} >= {0, 1, 4}
    assert [event.id for event in POLICE_POSTS if event.pinned] == ["p21"]
    assert [(event.retweet, event.retweet_gone) for event in POLICE_POSTS if event.retweet] == [
        ("w-forecast", True),
        ("w-yellow", False),
    ]
    assert any("辟谣" in event.text for event in POLICE_POSTS)


def test_the_rain_warning_is_raised_step_by_step_lowered_and_lifted():
    rain = [
        event.bulletin
        for event in events(EventKind.CAP)
        if event.bulletin.status == "Actual" and event.bulletin.incident == "rainstorm"
    ]
    assert [(said.colour, said.msg_type, said.severity) for said in rain] == [
        ("蓝", "Alert", "Minor"),
        ("黄", "Update", "Moderate"),
        ("橙", "Update", "Severe"),
        ("黄", "Update", "Moderate"),
        ("黄", "Cancel", "Moderate"),
    ]
    assert rain[-1].references


def test_an_exercise_and_a_test_are_sent_that_would_frighten_if_they_were_taken_for_real():
    unreal = [event.bulletin for event in events(EventKind.CAP) if event.bulletin.status != "Actual"]
    assert [(said.status, said.severity) for said in unreal] == [("Test", "Extreme"), ("Exercise", "Severe")]


def test_every_reference_and_picture_of_the_story_exists():
    seen = {event.id for event in STORY.backlog}
    for event in STORY.events:
        wanted = {*(event.bulletin.references if event.bulletin else ()), *([event.retweet] if event.retweet else ())}
        if event.kind in {EventKind.EDIT, EventKind.REMOVE, EventKind.FORWARDS}:
            wanted.add(event.id)
        assert wanted <= seen, event.id
        seen.add(event.id)
        assert set(event.pictures) <= set(names())
        assert not event.bulletin or set(event.bulletin.areas) <= set(STORY.areas)


def test_everything_that_is_shown_has_an_english_gloss():
    shown = [event for event in (*STORY.backlog, *STORY.events) if event.kind is not EventKind.FORWARDS]
    assert [event.id for event in shown if not event.english] == []


def test_polygons_are_closed_rings_of_latitude_and_longitude_around_beijing():
    for area in STORY.areas.values():
        points = area.polygon.split()
        assert len(points) >= 4
        assert points[0] == points[-1]
        for point in points:
            latitude, longitude = map(float, point.split(","))
            assert 39 < latitude < 42
            assert 115 < longitude < 118
