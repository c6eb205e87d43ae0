import random

import pytest
from weibo_shapes import mblog, timeline
from weibo_standin import Says

from bot.sources.face import Posts
from bot.sources.weibo.jar import login_expiry, read_cookies, read_login
from bot.sources.weibo.minting import mint, read_jsonp
from bot.sources.weibo.urls import Side, WeiboUrls

GOOD = timeline(mblog(1))


def test_the_answer_of_the_passport_is_read_between_its_brackets():
    body = b'window.visitor_gray_callback && visitor_gray_callback({"retcode":20000000,"data":{"sub":"a(b)c"}});'
    assert read_jsonp(body) == {"retcode": 20000000, "data": {"sub": "a(b)c"}}


@pytest.mark.parametrize("body", [b"", b"()", b")(", b"cb([1]);", b"<html></html>", b'cb({"retcode":'])
def test_an_answer_that_is_no_callback_holds_nothing(body):
    assert read_jsonp(body) == {}


async def test_the_present_way_is_a_short_form_and_its_cookies_are_taken(weibo, source, account):
    weibo.says("timeline", GOOD)
    await source.poll(account, {})
    asked = next(asked for asked in weibo.asked if asked.what == "mint")
    assert asked.body == b"cb=visitor_gray_callback&tid=&from=weibo"
    assert asked.headers["origin"] == weibo.url
    assert asked.headers["referer"] == f"{weibo.url}/visitor/visitor"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    polled = weibo.asked[-1]
    assert "SUB=visitor-1" in polled.cookie
    assert "SUBP=0033visitor" in polled.cookie
    assert polled.headers["user-agent"] == asked.headers["user-agent"]


async def test_cookies_that_were_not_set_are_taken_from_the_answer(weibo, source, account):
    told = b'window.cb && cb({"retcode":20000000,"data":{"sub":"_2AkTold","subp":"0033Told"}});'
    weibo.says("mint", Says(told))
    weibo.says("timeline", GOOD)
    await source.poll(account, {})
    assert "SUB=_2AkTold; SUBP=0033Told" in weibo.asked[-1].cookie


async def test_the_older_way_is_gone_when_the_present_one_gives_nothing(weibo, fetcher):
    weibo.says("mint", b"gone")
    weibo.says(
        "mint-old", b'window.gen_callback && gen_callback({"retcode":20000000,"data":{"tid":"01A=","new_tid":true}});'
    )
    weibo.says(
        "incarnate", Says(b"ok", cookies=("SUB=_2AkOld; path=/; domain=.weibo.cn", "SUBP=0033Old; domain=.weibo.cn"))
    )
    cookies = await mint(fetcher, WeiboUrls(weibo.url, weibo.url, weibo.url), Side.MOBILE, random.Random(1))
    assert cookies == {"SUB": "_2AkOld", "SUBP": "0033Old"}
    ticket, asked = weibo.asked[-2], weibo.asked[-1].query
    assert b"cb=gen_callback&fp=%7B%22os%22" in ticket.body
    assert (asked["a"], asked["t"], asked["w"], asked["c"], asked["from"]) == (
        "incarnate",
        "01A=",
        "3",
        "100",
        "weibo",
    )


async def test_the_small_cookies_of_the_warm_up_go_along_and_its_token_is_sent(weibo, source, account):
    weibo.says(
        "config", Says({"ok": 1, "data": {"login": False}}, cookies=("XSRF-TOKEN=a1b2c3; path=/", "_T_WM=99; path=/"))
    )
    weibo.says("timeline", GOOD)
    await source.poll(account, {})
    assert "_T_WM=99" in weibo.asked[-1].cookie
    assert weibo.asked[-1].headers["x-xsrf-token"] == "a1b2c3"


@pytest.mark.parametrize("config", [Says(b"", status=500), Says(b"<html>"), Says(b"", status=432)])
async def test_a_warm_up_that_fails_does_no_harm(weibo, source, account, config):
    weibo.says("config", config)
    weibo.says("timeline", GOOD)
    assert isinstance(await source.poll(account, {}), Posts)


async def test_small_cookies_that_a_page_sets_are_sent_with_the_next(weibo, source, account):
    weibo.says("timeline", Says(GOOD, cookies=("XSRF-TOKEN=new; path=/", "SUB=stolen; path=/", "evil=1; path=/")))
    await source.poll(account, {})
    await source.poll(account, {})
    assert "XSRF-TOKEN=new" in weibo.asked[-1].cookie
    assert "SUB=visitor-1" in weibo.asked[-1].cookie
    assert "evil" not in weibo.asked[-1].cookie


async def test_the_two_sides_have_jars_of_their_own(weibo, source, account, keep):
    weibo.says("timeline", GOOD)
    weibo.says("info", {"ok": 1, "data": {"user": {"id": 1288915263, "screen_name": "平安北京"}}})
    await source.poll(account, {})
    await source.find("@平安北京")
    cookies = {asked.what: asked.cookie.split(";")[0] for asked in weibo.asked}
    assert (cookies["timeline"], cookies["info"]) == ("SUB=visitor-1", "SUB=visitor-2")
    assert {name for _, name in keep.values} >= {"visitor-cn", "visitor-com"}


def test_a_cookie_of_the_other_sides_domain_is_left_out():
    lines = ["SUB=com; domain=.weibo.com", "SUBP=cn; domain=.weibo.cn"]
    assert read_cookies(lines, Side.MOBILE) == {"SUBP": "cn"}
    assert read_cookies(lines, Side.WEB) == {"SUB": "com"}


@pytest.mark.parametrize(
    "line",
    [
        "SUB=deleted; expires=x",
        "SUB=a; Max-Age=0",
        "SUB=a; max-age=-1",
        "SUB=",
        "SUB",
        "",
        "SUB=a b",
        'SUB="a"',
        "X=1",
    ],
)
def test_a_deleted_unknown_or_unsendable_cookie_is_left_out(line):
    assert read_cookies([line], Side.MOBILE) == {}


def test_each_side_is_minted_where_its_cookies_belong():
    real, standin = WeiboUrls(), WeiboUrls(visitor="http://127.0.0.1:1")
    assert real.passport(Side.MOBILE) == "https://visitor.passport.weibo.cn"
    assert real.passport(Side.WEB) == "https://passport.weibo.com"
    assert standin.passport(Side.WEB) == standin.passport(Side.MOBILE) == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    "setting",
    [
        "SUB=_2A25; SUBP=x",
        "ALF=1; SUB=_2A25",
        "_2A25",
        "Cookie: SUB=_2A25; SSOLoginState=1",
        " 'SUB=_2A25' ",
        "SUB=_2A25",
    ],
)
def test_of_a_login_only_sub_is_taken(setting):
    assert read_login(setting) == {"SUB": "_2A25"}


@pytest.mark.parametrize("setting", ["", "SUBP=x", "SUB=", "SUB=a\r\nX: y", "MLOGIN=1; _T_WM=2"])
def test_a_login_without_a_usable_sub_is_none(setting):
    assert read_login(setting) == {}


@pytest.mark.parametrize(
    ("setting", "second"),
    [("SUB=a; ALF=1795000000", 1795000000), ("ALF=02_1795000000", 1795000000), ("SUB=a", None), ("ALF=x", None)],
)
def test_the_end_of_a_login_is_read_from_alf(setting, second):
    assert login_expiry(setting) == second
