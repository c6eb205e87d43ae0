"""Reading saved answers, as ``tocsin fetch --kind weibo --from FILE`` does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from weibo_shapes import (
    DELETED,
    LOGIN_WALL,
    NEEDS_LOGIN,
    NO_PERMISSION,
    NOTHING_HERE,
    NOW,
    UID,
    VISITOR_PAGE,
    as_bytes,
    mblog,
    mid_at,
    timeline,
)

from bot.model.post import Count, MediaKind
from bot.sources.face import UnreadableError
from bot.sources.weibo.saved import read_saved

RECORDED = Path(__file__).parents[2] / "recorded" / "weibo"


def read_file(name: str):
    path = next(RECORDED.glob(name))
    return read_saved(path.read_bytes(), path.name, NOW)


@pytest.fixture(scope="module")
def page():
    return read_file("timeline.json")


def test_a_timeline_gives_the_accounts_own_public_posts_in_order(page):
    assert [post.text[:6] for post in page] == [
        "报警请拨打1",
        "#北京暴雨#",
        "转发提醒[话",
        "各路段值守民",
        "//@北京发",
        "雨中的他们 ",
        "早安，北京。",
    ]
    assert {post.account for post in page} == {UID}


def test_a_pinned_and_edited_post_in_a_group_is_read_as_such(page):
    assert page[0].pinned
    assert page[0].edit_count == 1
    assert page[0].edited == datetime(2026, 5, 6, 2, 20, tzinfo=UTC)
    assert page[0].text.endswith("便民服务信息见 网页链接 (https://gaj.beijing.gov.cn/)")
    assert [post.pinned for post in page[1:]] == [False] * 6


def test_a_cut_text_and_its_figures_are_read_as_such(page):
    assert page[1].truncated
    assert page[1].engagement.forwards == Count(1_000_000, "100万+", is_lower_bound=True)
    assert page[1].engagement.comments == Count(12_000, "1.2万")
    assert page[1].published == datetime(2026, 7, 21, 3, 51, 2, tzinfo=UTC)


def test_a_removed_original_is_read_as_such(page):
    assert not page[2].repost.available
    assert page[2].repost.reason.startswith("抱歉，此微博已被作者删除。")


def test_pictures_films_and_passed_on_posts_are_read_as_such(page):
    assert len(page[3].media) == 9
    assert (page[4].repost.author, page[4].repost.text) == ("中国气象局", "中央气象台发布暴雨橙色预警。")
    assert page[4].repost.media[0].url.endswith("30storm.jpg")
    assert [(medium.kind, medium.description) for medium in page[5].media] == [(MediaKind.VIDEO, "雨中的他们")]


def test_a_relative_time_counts_from_now(page):
    assert page[6].published == datetime(2026, 7, 21, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["mymblog.json", "pc_show.json"])
def test_the_web_sides_forms_give_the_same_post(page, name):
    posts = read_file(name)
    web = next(post for post in posts if post.id == page[1].id)
    assert web.url == page[1].url
    assert web.text.startswith("#北京暴雨# 今天下午到夜间")
    assert web.truncated
    assert [medium.url for medium in web.media] == [
        "https://wx2.sinaimg.cn/orj960/a1.jpg",
        "https://wx2.sinaimg.cn/large/a2.jpg",
    ]


def test_the_web_sides_list_keeps_to_the_account_when_its_address_names_it():
    body = next(RECORDED.glob("mymblog.json")).read_bytes()
    posts = read_saved(body, f"https://weibo.com/ajax/statuses/mymblog?uid={UID}&page=1&feature=0", NOW)
    assert {post.account for post in posts} == {UID}


def test_a_single_post_gives_one_post_with_all_its_pictures():
    (post,) = read_file("show.json")
    assert len(post.media) == 13


def test_a_long_text_gives_its_words_and_says_what_it_lacks(page):
    (post,) = read_file("extend_*.json")
    assert post.id == page[1].id
    assert post.text.endswith("远离河道和低洼路段。\n\n遇险请拨打110、119。")
    assert post.incomplete
    assert post.engagement.forwards.value == 5000


def test_a_long_text_that_names_no_post_says_what_to_give():
    with pytest.raises(UnreadableError, match="file name with the post's number"):
        read_saved(as_bytes({"ok": 1, "data": {"longTextContent": "x"}}), "saved.json", NOW)


def test_a_profile_says_that_it_is_one():
    with pytest.raises(UnreadableError, match=r"profile of 平安北京 \(UID 1288915263\), not a list of posts\. Save"):
        read_file("profile.json")


def test_the_passports_answer_says_that_it_is_one():
    with pytest.raises(UnreadableError, match="visitor passport"):
        read_file("visitor_reply.js")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (NEEDS_LOGIN, "ok: -100.*TOCSIN_WEIBO_COOKIE"),
        (LOGIN_WALL, "logged in.*TOCSIN_WEIBO_COOKIE"),
        (NOTHING_HERE, "nothing here yet"),
        (DELETED, "deleted"),
        (NO_PERMISSION, "does not let us see"),
        (VISITOR_PAGE, "visitor check"),
        (b"", "not the JSON object"),
        (b"[]", "not the JSON object"),
        ({"error": "Forbidden"}, "Forbidden"),
        ({"ok": 1, "data": {}}, "empty"),
        ({"ok": 1, "data": {"list": [], "next_cursor": -1}}, "film tab"),
        ({"ok": 1, "data": {"config": {"code": 1}}}, "neither a timeline nor a post"),
        ({"hello": "world"}, "neither a timeline nor a post"),
        (timeline(mblog(1, visible={"type": 10})), "not public"),
    ],
)
def test_what_is_no_post_says_what_it_is_and_what_to_do(body, words):
    with pytest.raises(UnreadableError, match=words) as raised:
        read_saved(as_bytes(body), "saved.json", NOW)
    assert str(raised.value).endswith(".")


def test_an_empty_page_holds_no_posts():
    assert read_saved(as_bytes(timeline()), "saved.json", NOW) == ()


def test_the_source_reads_with_its_own_clock(source):
    (post,) = source.read(as_bytes(timeline(mblog(5, created_at="5分钟前"))), "saved.json")
    assert (post.id, post.published) == (mid_at(5), datetime(2026, 7, 21, 3, 46, tzinfo=UTC))
