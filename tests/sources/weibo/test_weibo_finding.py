import pytest
from weibo_shapes import DELETED, LOGIN_WALL, NAME, NOTHING_HERE, UID, mblog, profile, user
from weibo_standin import Says

from bot.sources.face import NotFoundError, RefusedError, UnreadableError

INFO = {"ok": 1, "data": {"user": user(idstr=UID)}}
NOBODY = Says({"ok": 0, "message": "该用户不存在"}, status=400)


def search(*users):
    return {
        "ok": 1,
        "data": {"cards": [{"card_type": 11, "card_group": [{"card_type": 10, "user": one} for one in users]}]},
    }


@pytest.mark.parametrize(
    "what", [UID, f"https://weibo.com/u/{UID}", f"m.weibo.cn/u/{UID}", f"weibo.com/{UID}/OuIv3hbiw"]
)
async def test_a_uid_is_looked_up_in_its_profile(weibo, source, what):
    weibo.says("profile", profile())
    (found,) = await source.find(what)
    assert (found.kind, found.key, found.name) == ("weibo", UID, NAME)
    assert found.url == f"https://weibo.com/u/{UID}"
    assert found.verified == "government: 北京市公安局官方微博"
    assert found.description == "北京市公安局"
    assert (found.language, found.utc_offset) == ("zh", 480)
    assert weibo.names() == ["profile"]


@pytest.mark.parametrize("nobody", [NOTHING_HERE, profile(id=2418724427), {"ok": 1, "data": {}}])
async def test_a_uid_that_does_not_exist_is_not_found_with_a_sentence(weibo, source, nobody):
    weibo.says("profile", nobody)
    with pytest.raises(NotFoundError, match=rf"no account with the number {UID}\. Check it"):
        await source.find(UID)


@pytest.mark.parametrize("what", ["@平安北京", "平安北京", "https://weibo.com/n/平安北京"])
async def test_a_screen_name_is_looked_up_on_the_web_side(weibo, source, what):
    weibo.says("info", INFO)
    (found,) = await source.find(what)
    assert found.key == UID
    assert weibo.asked[-1].query == {"screen_name": NAME}
    assert weibo.asked[-1].headers["referer"] == f"{weibo.url}/"


async def test_a_name_that_the_web_side_does_not_know_is_searched_for(weibo, source):
    weibo.says("info", NOBODY)
    weibo.says("search", search(user(id=5000000001, screen_name="平安北京朝阳"), user()))
    (found,) = await source.find("@平安北京")
    assert found.key == UID
    assert weibo.asked[-1].query == {"containerid": f"100103type=3&q={NAME}"}


async def test_a_name_that_several_are_like_is_left_to_the_asker(weibo, source):
    weibo.says("info", NOBODY)
    weibo.says("search", search(*(user(id=5000000001 + number, screen_name=f"平安{number}") for number in range(9))))
    found = await source.find("平安")
    assert [account.name for account in found] == ["平安0", "平安1", "平安2", "平安3", "平安4"]


@pytest.mark.parametrize("nothing", [NOTHING_HERE, search()])
async def test_a_name_that_nobody_has_is_not_found_with_a_sentence(weibo, source, nothing):
    weibo.says("info", NOBODY)
    weibo.says("search", nothing)
    with pytest.raises(NotFoundError, match="No Weibo account is called 平安火星"):
        await source.find("@平安火星")


async def test_a_chosen_address_is_looked_up_on_the_web_side(weibo, source):
    weibo.says("info", INFO)
    (found,) = await source.find("https://weibo.com/pinganbeijing")
    assert found.key == UID
    assert weibo.asked[-1].query == {"custom": "pinganbeijing"}


@pytest.mark.parametrize("location", [f"/u/{UID}", f"https://m.weibo.cn/u/{UID}?jumpfrom=weibocom"])
async def test_a_chosen_address_is_followed_by_hand_when_the_web_side_does_not_know_it(weibo, source, location):
    weibo.says("info", NOBODY)
    weibo.says("/kaifulee", Says(b"", status=302, headers={"Location": location}))
    weibo.says("profile", profile())
    (found,) = await source.find("weibo.com/kaifulee")
    assert found.key == UID
    assert weibo.names() == ["info", "/kaifulee", "profile"]


async def test_a_chosen_address_that_leads_nowhere_is_not_found(weibo, source):
    weibo.says("info", NOBODY)
    with pytest.raises(NotFoundError, match=r"weibo\.com/kaifulee"):
        await source.find("weibo.com/kaifulee")


async def test_the_address_of_a_post_finds_its_author(weibo, source):
    weibo.says("show", {"ok": 1, "data": mblog(5)})
    weibo.says("profile", profile())
    (found,) = await source.find("https://m.weibo.cn/status/Kjc77D1jz")
    assert found.key == UID


async def test_the_address_of_a_deleted_post_finds_nobody(weibo, source):
    weibo.says("show", DELETED)
    with pytest.raises(NotFoundError, match="does not show this post"):
        await source.find("https://m.weibo.cn/detail/4645748019299849")


async def test_what_names_nobody_is_not_asked_for(weibo, source):
    with pytest.raises(NotFoundError, match="UID"):
        await source.find("hello")
    assert weibo.asked == []


@pytest.mark.parametrize(
    "answer", [Says(b"", status=432), Says(b"", status=418), Says(b"", status=500), Says(LOGIN_WALL)]
)
async def test_a_refusal_is_no_proof_that_an_account_does_not_exist(weibo, source, answer):
    weibo.says("profile", answer)
    with pytest.raises(RefusedError, match=r"\."):
        await source.find(UID)


async def test_a_refused_search_is_no_proof_either(weibo, source):
    weibo.says("info", NOBODY)
    weibo.says("search", Says(b"", status=432))
    with pytest.raises(RefusedError, match=r"asked again at \d\d:\d\d UTC"):
        await source.find("@平安北京")


async def test_an_answer_that_is_no_answer_is_unreadable(weibo, source):
    weibo.says("profile", b"service busy")
    with pytest.raises(UnreadableError, match="not the JSON object"):
        await source.find(UID)


async def test_somebody_who_waits_goes_before_the_polls(keep, clock, weibo):
    import random

    from bot.fetching.face import UnreachableError
    from bot.sources.weibo import WeiboSource, WeiboUrls

    requests = []

    class Refusing:
        async def fetch(self, request):
            requests.append(request)
            raise UnreachableError("Nobody is there.")

    keep.values["weibo", "visitor-cn"] = {
        "cookies": {"SUB": "kept"}, "minted_at": clock().isoformat(), "generation": 1,
    }  # fmt: skip
    source = WeiboSource(Refusing(), keep, clock, random.Random(1), WeiboUrls())
    with pytest.raises(RefusedError):
        await source.find(UID)
    assert all(request.interactive for request in requests)
    assert {request.site for request in requests} == {"weibo"}
    assert all(not request.follow_redirects for request in requests)
    pace = requests[0].pace
    assert (pace.gap_min, pace.gap_max, pace.concurrency) == (6, 12, 1)
