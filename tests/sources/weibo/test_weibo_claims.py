import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.face import Claim
from bot.sources.weibo.claims import read_name

UID = "1288915263"


@pytest.mark.parametrize(
    "what",
    [
        UID,
        f" {UID} ",
        "１２８８９１５２６３",
        f"https://weibo.com/u/{UID}",
        f"weibo.com/u/{UID}",
        f"www.weibo.com/u/{UID}",
        f"HTTPS://Weibo.com/u/{UID}?tabtype=feed#top",
        f"//weibo.com/u/{UID}",
        f"ｈｔｔｐｓ：／／ｗｅｉｂｏ．ｃｏｍ／ｕ／{UID}",
        f"https://weibo.com/{UID}",
        f"https://weibo.com/{UID}/",
        f"https://weibo.com/{UID}/OuIv3hbiw?refer_flag=1001030103_",
        f"https://weibo.com/p/100505{UID}",
        f"https://weibo.com/p/100206{UID}/home?from=page",
        f"https://www.weibo.com/p/100306{UID}",
        f"https://weibo.com/profile/{UID}",
        f"https://m.weibo.cn/u/{UID}?uid={UID}&luicode=10000011&lfid=100505{UID}",
        f"https://m.weibo.cn/profile/{UID}",
        f"m.weibo.cn/u/{UID}",
        f"http://weibo.cn/u/{UID}",
        f"https://m.weibo.cn/p/index?containerid=107603{UID}",
        f"https://m.weibo.cn/api/container/getIndex?type=uid&value={UID}&containerid=107603{UID}",
        f"<https://weibo.com/u/{UID}>",
        f"\u200bhttps://weibo.com/u/{UID}",
    ],
)
def test_every_form_of_a_profiles_address_is_surely_weibos(what):
    named = read_name(what)
    assert (named.uid, named.claim) == (UID, Claim.SURE)


@pytest.mark.parametrize(
    "what",
    ["https://weibo.com/n/平安北京", "weibo.com/n/%E5%B9%B3%E5%AE%89%E5%8C%97%E4%BA%AC", "m.weibo.cn/n/平安北京"],
)
def test_an_address_may_hold_a_screen_name(what):
    named = read_name(what)
    assert (named.name, named.claim) == ("平安北京", Claim.SURE)


@pytest.mark.parametrize("what", ["@平安北京", "＠平安北京", "平安北京", "@CCTV_News", "“平安北京”"])
def test_a_name_by_itself_may_be_weibos(what):
    named = read_name(what)
    assert named.name
    assert named.claim is Claim.MAYBE


@pytest.mark.parametrize("what", ["https://weibo.com/kaifulee", "weibo.com/kaifulee?is_all=1", "m.weibo.cn/kaifulee"])
def test_an_address_may_be_one_that_somebody_chose(what):
    named = read_name(what)
    assert (named.domain, named.claim) == ("kaifulee", Claim.SURE)


@pytest.mark.parametrize("what", ["https://m.weibo.cn/detail/4645748019299849", "m.weibo.cn/status/Kjc77D1jz"])
def test_the_address_of_a_post_means_its_author(what):
    named = read_name(what)
    assert named.post
    assert named.claim is Claim.SURE


@pytest.mark.parametrize(
    "what",
    [
        "",
        "hello",
        "12345",
        "4645748019299849",
        "https://example.org/u/1288915263",
        "https://weibo.com.evil.example/u/1288915263",
        "https://evil.example/?weibo.com/u/1288915263",
        "https://weibo.com@evil.example/u/1288915263",
        "https://weibo.com",
        "https://weibo.com/search?q=x",
        "https://weibo.com/login.php",
        "https://weibo.com/u/",
        "https://weibo.com/u/abc",
        "ftp://weibo.com/u/1288915263",
        "@",
        "@a b",
        "平安 北京",
        "暴雨" * 300,
        "http://[::1",
        "https://www.beijing.gov.cn/rss.xml",
    ],
)
def test_what_names_no_account_of_weibos_is_not_claimed(what):
    assert read_name(what).claim is Claim.NO


def test_a_stand_ins_addresses_are_weibos_where_it_is_set():
    url = f"http://127.0.0.1:8402/u/{UID}"
    assert read_name(url).claim is Claim.NO
    assert read_name(url, frozenset({"127.0.0.1:8402"})).uid == UID


@given(st.text(max_size=600))
def test_no_text_makes_the_reader_of_names_fail(what):
    for text in (what, "https://weibo.com/" + what, "http://" + what):
        named = read_name(text)
        assert (named.claim is Claim.NO) == (not (named.uid or named.name or named.domain or named.post))
