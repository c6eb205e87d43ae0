from datetime import timedelta

import pytest

from bot.demo.site.mblog import weibo_time
from bot.demo.site.pictures import picture
from bot.demo.site.site import POLICE, WEATHER
from bot.demo.site.snowflake import bid_of, time_of

WHEN = "Tue Jul 21 11:51:00 +0800 2026"


async def test_a_new_post_stands_below_the_pinned_one_with_the_time_of_its_mid(visitor, site, clock):
    mid = site.weibo_post(POLICE, "请注意安全")
    pinned, newest, *_ = await visitor.posts(POLICE)
    assert (pinned["isTop"], pinned["mblogtype"], pinned["title"]["text"]) == (1, 2, "置顶")
    assert (newest["mid"], newest["id"], newest["bid"]) == (mid, mid, bid_of(mid))
    assert newest["created_at"] == weibo_time(time_of(mid)) == WHEN
    assert newest["user"]["id"] == int(POLICE)
    assert (newest["user"]["verified"], newest["user"]["verified_type"]) == (True, 1)
    assert newest["user"]["followers_count"] == "300.2万"


async def test_a_page_shows_ten_posts_and_the_pinned_one(visitor, site):
    mids = [site.weibo_post(POLICE, f"第{number}条") for number in range(14)]
    data = (await visitor.timeline(POLICE))["data"]
    shown = [card["mblog"]["mid"] for card in data["cards"]]
    assert shown == [site.published["p-standing"], *reversed(mids[-10:])]
    assert data["cards"][0]["profile_type_id"].startswith("proweibotop")
    assert {card["card_type"] for card in data["cards"]} == {9}
    assert data["cardlistInfo"]["since_id"] == int(mids[-10])


async def test_pinning_another_post_unpins_the_first(visitor, site):
    mid = site.weibo_post(POLICE, "求助电话", pinned=True)
    assert [post["mid"] for post in await visitor.posts(POLICE) if post.get("isTop")] == [mid]


async def test_posts_may_come_in_a_group_card(visitor, site):
    site.weibo_routes.grouped = True
    (group,) = (await visitor.timeline(POLICE))["data"]["cards"]
    assert group["card_type"] == 11
    assert {card["card_type"] for card in group["card_group"]} == {9}


async def test_a_post_written_in_the_past_appears_below_newer_ones(visitor, site, clock):
    new = site.weibo_post(POLICE, "新")
    late = site.weibo_post(POLICE, "迟到", at=clock() - timedelta(minutes=20))
    assert [post["mid"] for post in await visitor.posts(POLICE)][1:3] == [new, late]


async def test_an_edit_keeps_the_id_and_counts(visitor, site, clock):
    mid = site.weibo_post(POLICE, "莲花池东路断行")
    before = next(post for post in await visitor.posts(POLICE) if post["mid"] == mid)
    clock.advance(60)
    site.edit(mid, "莲花池西路断行")
    after = next(post for post in await visitor.posts(POLICE) if post["mid"] == mid)
    assert before["edit_config"] == {"edited": False}
    assert "edit_count" not in before
    assert (after["edit_count"], after["edit_config"]) == (1, {"edited": True})
    assert after["edit_at"] == "Tue Jul 21 11:52:00 +0800 2026"
    assert after["created_at"] == before["created_at"]
    assert "莲花池西路" in after["text"]


async def test_a_removed_post_leaves_the_page_and_show_says_20101(visitor, site):
    mid = site.weibo_post(POLICE, "预计22时恢复通行")
    assert (await visitor.get("/statuses/show", id=mid)).json()["ok"] == 1
    site.remove(mid)
    assert mid not in [post["mid"] for post in await visitor.posts(POLICE)]
    for name in (mid, bid_of(mid)):
        told = (await visitor.get("/statuses/show", id=name)).json()
        assert (told["ok"], told["errno"]) == (0, "20101")


async def test_a_hidden_post_leaves_the_page_and_show_says_20112(visitor, site):
    mid = site.weibo_post(POLICE, "仅粉丝可见")
    site.hide(mid)
    assert mid not in [post["mid"] for post in await visitor.posts(POLICE)]
    assert (await visitor.get("/statuses/show", id=mid)).json()["error_code"] == 20112


async def test_a_long_post_is_cut_in_the_list_and_whole_elsewhere(visitor, site):
    mid = site.weibo_post(POLICE, "路况：" + "桥下积水，" * 60 + "完", long=True)
    short = next(post for post in await visitor.posts(POLICE) if post["mid"] == mid)
    assert short["isLongText"] is True
    assert short["text"].endswith(f'...<a href="/status/{mid}">全文</a>')
    extended = (await visitor.get("/statuses/extend", id=mid)).json()["data"]["longTextContent"]
    whole = (await visitor.get("/statuses/show", id=bid_of(mid))).json()["data"]["text"]
    pc = (await visitor.get("/ajax/statuses/longtext", id=bid_of(mid))).json()["data"]["longTextContent"]
    assert extended == whole == pc
    assert "完" in whole
    assert "完" not in short["text"]


async def test_pictures_are_listed_with_their_large_form_and_served(visitor, site, url):
    mid = site.weibo_post(POLICE, "图", pictures=("underpass", "detour"))
    post = next(post for post in await visitor.posts(POLICE) if post["mid"] == mid)
    assert post["pic_num"] == len(post["pics"]) == len(post["pic_ids"]) == 2
    large = [shown["large"]["url"] for shown in post["pics"]]
    assert all(address.startswith(url) for address in large)
    answer = await visitor.client.get(large[0])
    assert (answer.headers["content-type"], answer.content) == ("image/png", picture("underpass"))


async def test_more_than_nine_pictures_are_counted_but_nine_shown(visitor, site):
    site.weibo_post(POLICE, "图", pictures=("underpass",) * 12)
    post = (await visitor.posts(POLICE))[1]
    assert (post["pic_num"], len(post["pic_ids"]), len(post["pics"])) == (12, 12, 9)


async def test_the_picture_host_may_want_a_referer(visitor, site):
    site.pictures_need_referer = True
    path = "/large/underpass.png"
    assert (await visitor.client.get(path)).status_code == 403
    assert (await visitor.client.get(path, headers={"Referer": "https://m.weibo.cn/"})).status_code == 200
    assert (await visitor.client.get("/large/nothing.png", headers={"Referer": "x"})).status_code == 404


async def test_a_retweet_carries_the_whole_original_until_it_is_removed(visitor, site):
    original = site.weibo_post(WEATHER, "升级为黄色")
    mid = site.weibo_post(POLICE, "请留意", retweet=original)
    post = next(post for post in await visitor.posts(POLICE) if post["mid"] == mid)
    assert post["raw_text"] == "请留意"
    assert post["retweeted_status"]["user"]["id"] == int(WEATHER)
    site.remove(original)
    post = next(post for post in await visitor.posts(POLICE) if post["mid"] == mid)
    gone = post["retweeted_status"]
    assert (gone["user"], gone["deleted"], gone["mid"]) == (None, "1", original)
    assert gone["text"].startswith("抱歉，此微博已被作者删除")


async def test_figures_are_numbers_or_the_sites_abbreviations(visitor, site):
    mid = site.weibo_post(POLICE, "转发")
    site.figures(mid, 5213, "1.2万", "100万+")
    post = (await visitor.posts(POLICE))[1]
    assert (post["reposts_count"], post["comments_count"], post["attitudes_count"]) == (5213, "1.2万", "100万+")
    assert post["number_display_strategy"]["display_text"] == "100万+"


async def test_an_unknown_or_empty_account_answers_that_nothing_is_here(visitor, site):
    site.weibo_account("7100000777", "新账号")
    for uid in ("7100000777", "7199999999"):
        assert await visitor.timeline(uid) == {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}


async def test_a_profile_names_its_timeline(visitor):
    told = (await visitor.get("/api/container/getIndex", type="uid", value=POLICE)).json()["data"]
    assert told["userInfo"]["screen_name"] == "平安北京"
    tabs = {tab["tabKey"]: tab["containerid"] for tab in told["tabsInfo"]["tabs"]}
    assert tabs["weibo"] == f"107603{POLICE}"


@pytest.mark.parametrize("query", [{"screen_name": "平安北京"}, {"custom": "pinganbeijing"}, {"uid": POLICE}])
async def test_profile_info_finds_an_account_by_name_address_and_uid(visitor, query):
    told = (await visitor.get("/ajax/profile/info", **query)).json()
    assert told["data"]["user"]["idstr"] == POLICE


async def test_profile_info_of_nobody_is_an_error_and_a_stranger_is_sent_to_login(visitor):
    assert (await visitor.get("/ajax/profile/info", screen_name="无此账号")).json()["ok"] == 0
    visitor.cookie = ""
    assert (await visitor.get("/ajax/profile/info", uid=POLICE)).json()["ok"] == -100


async def test_names_and_addresses_lead_to_the_account(client):
    for path in ("/n/平安北京", "/pinganbeijing"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (302, f"/u/{POLICE}")
    assert (await client.get("/n/nobody")).status_code == 404
    assert (await client.get("/nobody")).status_code == 404


async def test_search_gives_accounts_in_a_group_card(visitor):
    told = (await visitor.get("/api/container/getIndex", containerid="100103type=3&q=北京")).json()
    (group,) = told["data"]["cards"]
    assert [card["card_type"] for card in group["card_group"]] == [10, 10]
    assert {card["user"]["screen_name"] for card in group["card_group"]} == {"平安北京", "气象北京"}


async def test_a_rename_keeps_the_uid(visitor, site):
    site.rename(POLICE, "平安北京在线")
    assert {post["user"]["screen_name"] for post in await visitor.posts(POLICE)} == {"平安北京在线"}


async def test_the_pc_timeline_wants_a_login(visitor, site):
    answer = await visitor.get("/ajax/statuses/mymblog", uid=POLICE)
    assert (answer.status_code, answer.json()["message"]) == (403, "前方有点拥堵，请登录后使用")
    site.visitors.logins.add("operator")
    visitor.cookie = "SUB=operator"
    assert len((await visitor.get("/ajax/statuses/mymblog", uid=POLICE)).json()["data"]["list"]) == 3


async def test_permalinks_open_a_page_for_people(visitor, site):
    mid = site.weibo_post(POLICE, "<b>请绕行</b>", english="take a detour")
    for path in (f"/{POLICE}/{bid_of(mid)}", f"/detail/{mid}", f"/status/{bid_of(mid)}", f"/u/{POLICE}"):
        answer = await visitor.client.get(path)
        assert answer.status_code == 200
        assert "&lt;b&gt;请绕行" in answer.text
        assert "take a detour" in answer.text
    site.remove(mid)
    assert (await visitor.client.get(f"/detail/{mid}")).status_code == 404
