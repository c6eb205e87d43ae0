"""Real and transcribed answers, when ../shared/data lies beside the checkout: each shows what its INDEX says."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from weibo_shapes import NOW

from bot.model.post import Count, MediaKind
from bot.sources.face import UnreadableError
from bot.sources.weibo.cards import walk
from bot.sources.weibo.classifier import Kind, Seen, classify
from bot.sources.weibo.ids import bid_of, mid_of, time_of
from bot.sources.weibo.jar import read_cookies
from bot.sources.weibo.minting import read_jsonp
from bot.sources.weibo.people import account_of
from bot.sources.weibo.posts import read_post
from bot.sources.weibo.saved import read_saved
from bot.sources.weibo.urls import Side

CORPUS = Path(__file__).parents[4] / "shared" / "data" / "weibo"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="no ../shared/data/weibo beside the checkout"),
]


def read(name: str):
    path = CORPUS / name
    return read_saved(path.read_bytes(), name, NOW)


def refused(name: str) -> str:
    with pytest.raises(UnreadableError) as raised:
        read(name)
    return str(raised.value)


def judged(name: str, **fields):
    return classify(Seen(body=(CORPUS / name).read_bytes(), **fields)).kind


def every_mblog():
    """Each mblog of the corpus that carries both forms of its id, with the ones passed on."""
    for path in CORPUS.rglob("*.json"):
        data = json.loads(path.read_bytes()).get("data")
        posts = [post for _, post in walk(data.get("cards"))] if isinstance(data, dict) else []
        posts += data.get("list", []) if isinstance(data, dict) else []
        for post in posts:
            for one in (post, post.get("retweeted_status") or {}):
                if one.get("bid") or one.get("mblogid"):
                    yield one


def test_every_mid_of_the_corpus_is_its_bid_and_its_clock():
    seen = 0
    for post in every_mblog():
        mid, bid = str(post["mid"]), post.get("bid") or post["mblogid"]
        assert bid_of(mid) == bid
        assert mid_of(bid) == mid
        written = datetime.strptime(post["created_at"], "%a %b %d %H:%M:%S %z %Y")
        assert abs((time_of(mid) - written).total_seconds()) <= 1
        seen += 1
    assert seen >= 13


def test_bison_list_pinned_post_first_with_its_edit_its_film_and_its_long_text():
    posts = read("nonebot-bison/weibo_ak_list_0.json")
    assert len(posts) == 10
    first = posts[0]
    assert (first.id, first.url) == ("4645748019299849", "https://weibo.com/6279793937/Kjc77D1jz")
    assert [post.pinned for post in posts] == [True] + [False] * 9
    assert first.edit_count == 2
    assert first.edited == datetime(2021, 6, 16, 2, 51, 10, tzinfo=UTC)
    assert first.published == datetime(2021, 6, 8, 1, 35, 4, tzinfo=UTC)
    assert [(medium.kind, medium.url) for medium in first.media] == [
        (MediaKind.VIDEO, "https://video.weibo.com/show?fid=1034%3A4645779462357001")
    ]
    assert first.text.startswith("#明日方舟# #音律联觉#\n2021明日方舟")
    assert first.text.endswith("2. Ma ...")
    assert first.engagement.forwards == Count(9079, "9079")


def test_bison_list_long_texts_are_truncated_and_the_passed_on_post_is_read():
    posts = read("nonebot-bison/weibo_ak_list_0.json")
    # the third passes on the first, whose text is cut
    assert [post.truncated for post in posts] == [True, True, True, False, True, False, False, True, True, True]
    reposts = [post.repost for post in posts if post.repost]
    assert [repost.id for repost in reposts] == ["4645748019299849"]
    assert "微博抽奖平台 (http://t.cn/A6Vks4Os)" in posts[2].text
    assert [len(post.media) for post in posts[6:8]] == [4, 6]


def test_bison_profile_has_a_user_a_count_in_wan_and_a_company_behind_it():
    body = json.loads((CORPUS / "nonebot-bison/weibo_ak_profile.json").read_bytes())
    account = account_of(body["data"]["userInfo"])
    assert (account.key, account.name) == ("6279793937", "明日方舟Arknights")
    assert account.verified == "company: 上海鹰角网络科技有限公司"
    assert "profile of 明日方舟Arknights (UID 6279793937)" in refused("nonebot-bison/weibo_ak_profile.json")


def test_bison_error_profile_is_empty_ambiguous():
    assert judged("nonebot-bison/weibo_err_profile.json", timeline=True) is Kind.EMPTY_AMBIGUOUS
    assert "nothing here yet" in refused("nonebot-bison/weibo_err_profile.json")


def test_bison_detail_is_the_long_text_of_the_pinned_post():
    (post,) = read("nonebot-bison/weibo_detail_4645748019299849")
    short = read("nonebot-bison/weibo_ak_list_0.json")[0]
    assert post.id == short.id
    assert post.text.startswith(short.text[:60])
    assert "网页链接 (http://mrfz.biligame.com/yllj/)" in post.text
    assert "@微博抽奖平台 抽取十位博士" in post.text
    assert len(post.text) > len(short.text)


def test_bison_cookie_name_is_neither_a_timeline_nor_a_post():
    assert "profile of suyiiyii" in refused("nonebot-bison/weibo_get-cookie-name.json")


def test_stablog_item_is_the_web_sides_form_with_a_cut_original():
    (post,) = read("stablog/mymblog_item_2021.json")
    assert (post.id, post.url) == ("4607741009594608", "https://weibo.com/1645372340/K3fnuEfZK")
    assert post.text.startswith("//@南山林雪萍 :虽然")
    assert post.media == ()
    assert (post.repost.author, post.repost.url) == ("智造圈", "https://weibo.com/1044173452/K3dsQFvJr")
    assert post.repost.text.endswith("...")
    assert post.truncated
    assert [medium.url for medium in post.repost.media] == [
        "https://wx4.sinaimg.cn/orj960/3e3cd28cgy1gnx4eqia3sj20930budfw.jpg"
    ]
    assert post.engagement.likes == Count(29, "29")


def test_genvisitor2_response_is_read_as_a_callback():
    answer = read_jsonp((CORPUS / "transcribed/visitor_genvisitor2_response.js").read_bytes())
    assert answer["retcode"] == 20000000
    assert answer["data"]["sub"].startswith("_2AkMR3")
    assert "visitor passport" in refused("transcribed/visitor_genvisitor2_response.js")


def test_genvisitor2_headers_hold_both_cookies():
    lines = (CORPUS / "transcribed/visitor_genvisitor2_headers.txt").read_text().splitlines()
    set_cookie = [line.partition(": ")[2] for line in lines if line.startswith("Set-Cookie")]
    assert read_cookies(set_cookie, Side.MOBILE) == {
        "SUB": "_2AkMfakeVisitorSUB",
        "SUBP": "0033WrSXfakeVisitorSUBP",
    }
    assert read_cookies(set_cookie, Side.WEB) == {}


def test_genvisitor_v1_response_holds_a_ticket():
    data = read_jsonp((CORPUS / "transcribed/visitor_genvisitor_v1_response.js").read_bytes())["data"]
    assert data == {"tid": "abc123", "new_tid": True, "confidence": 95}


@pytest.mark.parametrize(
    ("name", "fields", "kind"),
    [
        ("visitor_page_snippet.html", {}, Kind.AUTH_OR_ANTIBOT),
        ("err_m_login_required.json", {"timeline": True}, Kind.AUTH),
        ("err_pc_needs_visitor.json", {}, Kind.AUTH),
        ("err_pc_login_wall_403.json", {"status": 403}, Kind.LOGIN_WALL),
        ("err_pc_bad_request_403.json", {"status": 403}, Kind.RATE_LIMITED),
        ("err_status_deleted.json", {}, Kind.DELETED),
        ("err_status_no_permission.json", {}, Kind.NO_PERMISSION),
        ("empty_no_content.json", {"timeline": True}, Kind.EMPTY_AMBIGUOUS),
        ("pc_longtext_empty.json", {}, Kind.USABLE),
        ("pc_waterfall_end.json", {}, Kind.USABLE),
    ],
)
def test_each_transcribed_answer_has_its_class_and_is_no_list_of_posts(name, fields, kind):
    assert judged(f"transcribed/{name}", **fields) is kind
    assert refused(f"transcribed/{name}").endswith(".")


def test_retweet_of_deleted_of_2013_is_told_with_its_removed_original():
    body = json.loads((CORPUS / "transcribed/retweet_of_deleted_openapi_2013.json").read_bytes())
    post = read_post(body, NOW)
    assert post.id == "3642347764278219"
    assert not post.repost.available
    assert post.repost.reason.startswith("抱歉，此微博已被作者删除。")
    assert post.published == datetime(2013, 11, 8, 5, 0, 42, tzinfo=UTC)
