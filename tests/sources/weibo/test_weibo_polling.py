import random
from dataclasses import replace

import pytest
from weibo_shapes import (
    LOGIN_WALL,
    NAME,
    NOTHING_HERE,
    UID,
    card,
    mblog,
    mid_at,
    profile,
    timeline,
    user,
)
from weibo_standin import Says

from bot.sources.face import Broken, NothingNew, Posts, Refused
from bot.sources.weibo import WEIBO_PACE, WeiboSource, WeiboUrls


async def polled(source, account, memory=None):
    """A poll that must end in posts."""
    outcome = await source.poll(account, memory or {})
    assert isinstance(outcome, Posts), outcome
    return outcome


async def test_an_ordinary_poll_is_one_request_for_the_first_page(weibo, source, account):
    weibo.says("timeline", timeline(mblog(9000, isTop=1), mblog(1), mblog(2)))
    outcome = await polled(source, account)
    assert [post.id for post in outcome.posts] == [mid_at(9000), mid_at(1), mid_at(2)]
    assert [post.pinned for post in outcome.posts] == [True, False, False]
    assert weibo.names() == ["timeline"]
    weibo.says("timeline", timeline(mblog(1, reposts_count=13)))
    await polled(source, account, outcome.memory)
    assert weibo.names() == ["timeline", "timeline"]


async def test_the_request_looks_as_the_sites_own_page_would_send_it(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1)))
    await polled(source, account)
    asked = weibo.asked[-1]
    assert asked.query == {"type": "uid", "value": UID, "containerid": f"107603{UID}"}
    assert asked.headers["referer"] == f"{weibo.url}/u/{UID}"
    assert asked.headers["x-requested-with"] == "XMLHttpRequest"
    assert asked.headers["mweibo-pwa"] == "1"
    assert asked.headers["accept-language"] == "zh-CN,zh;q=0.9"
    assert "Mobile" in asked.headers["user-agent"]
    assert "Tocsin/" in asked.headers["user-agent"]


async def test_the_answer_shows_how_the_account_calls_itself_now(weibo, source, account):
    weibo.says("timeline", timeline(mblog(9000, isTop=1), mblog(1, user=user(screen_name="平安首都"))))
    outcome = await polled(source, account)
    assert (outcome.account.key, outcome.account.name) == (UID, "平安首都")
    assert outcome.account.verified.startswith("government")


async def test_the_same_bytes_again_are_nothing_new(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1)))
    memory = (await polled(source, account)).memory
    assert await source.poll(account, memory) == NothingNew(memory)


async def test_figures_that_grow_are_told_and_memory_stays_small(weibo, source, account):
    memory = {}
    for poll in range(30):
        weibo.says(
            "timeline", timeline(*(mblog(poll * 10 + number, reposts_count=poll) for number in range(10, 0, -1)))
        )
        memory = (await polled(source, account, memory)).memory
    assert len(memory["ids"]) == 60
    assert len(str(memory)) < 3000


async def test_an_account_key_that_is_no_uid_is_broken_without_a_request(weibo, source, account):
    outcome = await source.poll(replace(account, key="../admin"), {})
    assert isinstance(outcome, Broken)
    assert weibo.asked == []


# ---------------------------------------------------------------- empty is not quiet


async def test_nothing_here_from_an_account_that_had_posts_is_broken_and_never_no_posts(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1)), NOTHING_HERE)
    weibo.says("profile", profile(4321))
    memory = (await polled(source, account)).memory
    outcome = await source.poll(account, memory)
    assert isinstance(outcome, Broken)
    assert "4321 posts" in outcome.why
    assert weibo.names() == ["timeline", "timeline", "profile"]


@pytest.mark.parametrize(
    "empty", [timeline(), timeline({"card_type": 8}), timeline(mblog(1, user={"id": 2418724427}))]
)
async def test_an_empty_page_of_an_account_that_had_posts_is_broken(weibo, source, account, empty):
    weibo.says("timeline", timeline(mblog(1)), empty)
    weibo.says("profile", profile(4321))
    memory = (await polled(source, account)).memory
    assert isinstance(await source.poll(account, memory), Broken)


async def test_an_account_that_is_gone_altogether_is_broken_and_says_so(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1)), NOTHING_HERE)
    weibo.says("profile", NOTHING_HERE)
    memory = (await polled(source, account)).memory
    outcome = await source.poll(account, memory)
    assert isinstance(outcome, Broken)
    assert "gone" in outcome.why
    assert f"weibo.com/u/{UID}" in outcome.advice


async def test_an_empty_first_look_at_an_account_with_posts_is_broken_too(weibo, source, account):
    weibo.says("timeline", NOTHING_HERE)
    weibo.says("profile", profile(4321))
    assert isinstance(await source.poll(account, {}), Broken)


async def test_an_account_that_never_posted_is_quiet_and_its_profile_is_asked_once(weibo, source, account):
    weibo.says("timeline", NOTHING_HERE)
    weibo.says("profile", profile(0))
    outcome = await polled(source, account)
    assert outcome.posts == ()
    assert (await polled(source, account, outcome.memory)).posts == ()
    assert weibo.names() == ["timeline", "profile", "timeline"]
    weibo.says("timeline", timeline(mblog(1)))
    assert len((await polled(source, account, outcome.memory)).posts) == 1


async def test_a_blank_profile_of_an_account_never_seen_is_quiet_with_a_note(weibo, source, account):
    weibo.says("timeline", NOTHING_HERE)
    weibo.says("profile", NOTHING_HERE)
    outcome = await polled(source, account)
    assert outcome.posts == ()
    assert "blank or gone" in outcome.notes[0]


async def test_posts_that_only_fans_may_see_are_not_an_empty_page(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1, visible={"type": 10, "list_id": 0})))
    outcome = await polled(source, account)
    assert outcome.posts == ()
    assert "not public" in outcome.notes[0]
    assert weibo.names() == ["timeline"]


# ---------------------------------------------------------------- the page's shape and its container


async def test_a_page_without_cards_is_broken_and_its_beginning_is_kept(weibo, source, account, keep):
    weibo.says("timeline", {"ok": 1, "data": {"feed": ["odd"]}})
    weibo.says("profile", profile(10))
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Broken)
    assert "format" in outcome.why
    assert '"odd"' in keep.values["weibo", "odd-answer"]["body"]


@pytest.mark.parametrize("tabs_as_dict", [False, True])
async def test_an_account_whose_posts_live_in_another_container_is_found_by_its_tabs(
    weibo, source, account, tabs_as_dict
):
    weibo.says("timeline", {"ok": 1, "data": {}})
    told = profile(10, container=f"230413{UID}")
    if tabs_as_dict:
        tabs = told["data"]["tabsInfo"]["tabs"]
        told["data"]["tabsInfo"]["tabs"] = {str(number): tab for number, tab in enumerate(tabs)}
    weibo.says("profile", told)
    weibo.says(f"container 230413{UID}", timeline(mblog(1)))
    outcome = await polled(source, account)
    assert len(outcome.posts) == 1
    weibo.asked.clear()
    weibo.says(f"container 230413{UID}", timeline(mblog(1), mblog(2)))
    await polled(source, account, outcome.memory)
    assert weibo.names() == [f"container 230413{UID}"]


# ---------------------------------------------------------------- gaps


async def test_a_page_of_which_nothing_is_known_is_a_possible_gap(weibo, source, account):
    weibo.says("timeline", timeline(*(mblog(600 + number) for number in range(10))))
    first = await polled(source, account)
    assert first.notes == ()
    weibo.says("timeline", timeline(mblog(9000, isTop=1), *(mblog(number) for number in range(1, 11))))
    outcome = await polled(source, account, first.memory)
    assert outcome.notes[0].startswith("Possible gap")
    assert mid_at(10) in outcome.notes[0]
    assert "TOCSIN_WEIBO_COOKIE" in outcome.notes[0]
    assert len(outcome.posts) == 11


@pytest.mark.parametrize("new", [4, 9])
async def test_a_page_that_is_short_or_joins_the_one_before_is_no_gap(weibo, source, account, new):
    weibo.says("timeline", timeline(mblog(600)))
    first = await polled(source, account)
    joined = [mblog(number) for number in range(1, new + 1)] + ([mblog(600)] if new >= 5 else [])
    weibo.says("timeline", timeline(*joined))
    assert (await polled(source, account, first.memory)).notes == ()


async def test_a_known_pinned_post_does_not_hide_a_gap(weibo, source, account):
    weibo.says("timeline", timeline(mblog(9000, isTop=1), mblog(600)))
    first = await polled(source, account)
    weibo.says("timeline", timeline(mblog(9000, isTop=1), *(mblog(number) for number in range(1, 11))))
    assert (await polled(source, account, first.memory)).notes[0].startswith("Possible gap")


# ---------------------------------------------------------------- outcomes that are no posts


async def test_a_login_wall_before_one_account_rests_that_account_alone(weibo, source, account, clock):
    weibo.says("timeline", Says(LOGIN_WALL, status=403))
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Refused)
    assert not outcome.site_wide
    assert outcome.until > clock()
    assert "TOCSIN_WEIBO_COOKIE" in outcome.advice
    assert weibo.minted == 1


async def test_a_broken_answer_is_asked_for_once_more_and_then_told(weibo, source, account):
    weibo.says("timeline", b"service busy")
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Broken)
    assert weibo.names() == ["timeline", "timeline"]


async def test_a_broken_answer_may_be_followed_by_a_good_one(weibo, source, account):
    weibo.says("timeline", b"", timeline(mblog(1)))
    assert len((await polled(source, account)).posts) == 1


async def test_a_server_error_is_asked_for_twice_more_and_then_told(weibo, source, account):
    weibo.says("timeline", Says(b"upstream", status=500))
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Broken)
    assert "HTTP 500" in outcome.why
    assert weibo.names() == ["timeline"] * 3


async def test_a_weibo_that_cannot_be_reached_is_broken_and_not_refused(fetcher, keep, clock, weibo, account):
    nobody = WeiboUrls(api="http://127.0.0.1:9", visitor=weibo.url, web=weibo.url)
    source = WeiboSource(fetcher, keep, clock, random.Random(7), nobody)
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Broken)
    assert "127.0.0.1" in outcome.why


async def test_a_passport_that_cannot_be_reached_is_broken_and_asked_again_at_once(
    fetcher, keep, clock, weibo, account
):
    nobody = WeiboUrls(api=weibo.url, visitor="http://127.0.0.1:9", web=weibo.url)
    source = WeiboSource(fetcher, keep, clock, random.Random(7), nobody)
    assert isinstance(await source.poll(account, {}), Broken)
    weibo.says("timeline", timeline(mblog(1)))
    again = WeiboSource(fetcher, keep, clock, random.Random(7), WeiboUrls(weibo.url, weibo.url, weibo.url))
    assert len((await polled(again, account)).posts) == 1


async def test_a_page_of_more_than_a_quarter_megabyte_is_read_all_the_same(weibo, source, account):
    weibo.says("timeline", timeline(*(mblog(number, text="雨" * 3000) for number in range(1, 60))))
    assert len((await polled(source, account)).posts) == 59


async def test_a_card_that_is_unreadable_does_not_cost_the_others(weibo, source, account):
    odd = [
        {"card_type": 9, "mblog": 7},
        {"card_type": None},
        card({"mid": mid_at(3)}),
        card(mblog(4, created_at=[], text={})),
    ]
    weibo.says("timeline", timeline(mblog(1), *odd, mblog(2)))
    assert [post.id for post in (await polled(source, account)).posts] == [mid_at(1), mid_at(4), mid_at(2)]


def test_the_pace_is_what_the_research_chose():
    assert (WEIBO_PACE.floor, WEIBO_PACE.default, WEIBO_PACE.ceiling, WEIBO_PACE.promise) == (180, 600, 1800, 3600)


def test_the_source_says_what_it_is(source):
    assert (source.kind, source.pace, source.ids_may_churn) == ("weibo", WEIBO_PACE, False)
    assert source.claims(f"https://weibo.com/u/{UID}") == 2
    assert source.claims(NAME) == 1
    assert source.claims("https://example.org/feed.xml") == 0
