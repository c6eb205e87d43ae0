from datetime import UTC, datetime

import pytest
from weibo_shapes import NAME, NOW, UID, mblog, mid_at, picture, user

from bot.model.post import Count, Engagement
from bot.sources.weibo.ids import bid_of
from bot.sources.weibo.people import account_of
from bot.sources.weibo.posts import Completed, read_post


def test_a_post_carries_what_the_agency_wrote_and_where_to_find_it():
    post = read_post(mblog(5, text="暴雨将至<br />请勿外出", bid="QxYzAbCdE"), NOW)
    assert (post.kind, post.account, post.id) == ("weibo", UID, mid_at(5))
    assert post.text == "暴雨将至\n请勿外出"
    assert post.url == f"https://weibo.com/{UID}/QxYzAbCdE"
    assert post.published == datetime(2026, 7, 21, 3, 46, tzinfo=UTC)
    assert (post.utc_offset, post.language, post.author) == (480, "zh", NAME)
    assert post.engagement == Engagement(Count(12, "12"), Count(3, "3"), Count(40, "40"))
    assert (post.pinned, post.edited, post.edit_count, post.truncated, post.repost) == (False, None, 0, False, None)


@pytest.mark.parametrize("fields", [{}, {"bid": ""}, {"bid": None}, {"bid": "../x"}])
def test_a_missing_bid_is_computed_from_the_mid(fields):
    assert read_post(mblog(5, **fields), NOW).url == f"https://weibo.com/{UID}/{bid_of(mid_at(5))}"


def test_the_bid_of_the_cards_address_is_used_before_a_computed_one():
    assert read_post(mblog(5, bid=""), NOW, scheme_bid="Kjc77D1jz").url.endswith("/Kjc77D1jz")


def test_a_post_without_a_readable_time_has_the_time_of_its_mid():
    post = read_post(mblog(5, created_at="whenever"), NOW)
    assert post.published == datetime(2026, 7, 21, 3, 46, tzinfo=UTC)
    assert post.utc_offset == 480


def test_an_edit_is_told_by_its_count_and_its_time():
    post = read_post(mblog(5, edit_count=2, edit_at="Tue Jul 21 11:50:10 +0800 2026"), NOW)
    assert post.edit_count == 2
    assert post.edited == datetime(2026, 7, 21, 3, 50, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, ""])
def test_a_post_without_words_falls_back_to_its_raw_text_or_says_nothing(text):
    assert read_post(mblog(5, text=text, raw_text="转发微博"), NOW).text == "转发微博"
    assert read_post(mblog(5, text=text), NOW).text == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"isLongText": True},
        {"text": '请注意 ...<a href="/status/4649031014551911">全文</a>'},
        {"text": '请注意 ...<span class="expand">展开</span>'},
        {"continue_tag": {"title": "全文"}},
    ],
)
def test_a_text_of_which_more_exists_is_truncated_until_the_rest_is_there(fields):
    assert read_post(mblog(5, **fields), NOW).truncated
    whole = read_post(mblog(5, **fields), NOW, completed=Completed(text="请注意，全文如下。"))
    assert (whole.text, whole.truncated) == ("请注意，全文如下。", False)


def test_the_flag_of_a_long_text_is_false_when_weibo_says_that_there_is_no_more():
    post = read_post(mblog(5, isLongText=True), NOW, completed=Completed(short_is_whole=True))
    assert not post.truncated


def test_the_unreliable_length_of_a_text_changes_nothing():
    assert not read_post(mblog(5, textLength=2000), NOW).truncated


def test_a_passed_on_post_comes_with_its_author_and_address():
    weather = {"id": 2117508734, "screen_name": "中国气象局"}
    original = mblog(60, text="橙色预警", user=weather, bid="QAbCdEfGh", pics=[picture(1)])
    repost = read_post(mblog(5, retweeted_status=original), NOW).repost
    assert (repost.available, repost.author, repost.text) == (True, "中国气象局", "橙色预警")
    assert repost.url == "https://weibo.com/2117508734/QAbCdEfGh"
    assert len(repost.media) == 1


@pytest.mark.parametrize(
    "original",
    [
        {"user": None, "deleted": "1", "text": "抱歉，此微博已被作者删除。查看帮助：http://t.cn/Rfd3rQV"},
        {"deleted": "1", "text": "抱歉，此微博已被作者删除。"},
        {"user": None, "text": "抱歉，作者已设置仅展示半年内微博，此微博已不可见。"},
        {"text": "抱歉，你暂时没有这条微博的查看权限哦。"},
        {"user": user(), "text": "该账号因被投诉违反法律法规和《微博社区公约》的相关规定，现已无法查看。"},
        {"user": user(), "text": "根据博主设置，此内容无法访问"},
    ],
)
def test_a_passed_on_post_that_was_removed_says_so_in_weibos_words(original):
    post = read_post(
        mblog(5, text="请大家注意", retweeted_status={"id": mid_at(60), "mid": mid_at(60)} | original), NOW
    )
    assert post.text == "请大家注意"
    assert not post.repost.available
    assert post.repost.reason.startswith(original["text"][:10])
    assert not post.truncated


def test_a_post_that_quotes_the_words_of_a_removal_is_still_there():
    text = "有网友问，为什么打开链接后显示“抱歉，此微博已被作者删除”？原因是原作者更正了数字，请以最新通报为准。"
    original = mblog(
        60, text="提醒：" + "请注意安全。" * 8 + text, user={"id": 2117508734, "screen_name": "中国气象局"}
    )
    assert read_post(mblog(5, retweeted_status=original), NOW).repost.available


def test_a_passed_on_post_that_is_cut_makes_the_post_truncated():
    original = mblog(60, user={"id": 2117508734}, isLongText=True)
    assert read_post(mblog(5, retweeted_status=original), NOW).truncated


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"verified_type": 1}, "government: 北京市公安局官方微博"),
        ({"verified_type": "3", "verified_reason": "新华社法人微博"}, "media: 新华社法人微博"),
        ({"verified_type": 7, "verified_reason": ""}, "organisation"),
        ({"verified_type": 999}, "verified: 北京市公安局官方微博"),
        ({"verified_type": -1, "verified": False}, ""),
        ({"verified": False}, ""),
    ],
)
def test_what_weibo_vouches_for_is_said_in_words(fields, words):
    assert account_of(user(**fields)).verified == words


def test_a_user_without_a_number_is_nobody():
    assert account_of({"screen_name": NAME}) is None
    assert account_of({"id": "x"}) is None


def test_lone_surrogates_in_foreign_words_can_still_be_stored():
    post = read_post(mblog(5, text="雨\ud83d<br>停", user=user(screen_name="平安\udc00")), NOW)
    (post.text + post.author).encode("utf-8")
    assert post.text.startswith("雨")
