"""Each quirk of the research's section 4 that concerns a poller, by its name."""

import pytest
from weibo_shapes import NEEDS_LOGIN, NOTHING_HERE, VISITOR_PAGE, mblog, mid_at, picture, timeline
from weibo_standin import Says

from bot.sources.face import Broken, Posts, Refused
from bot.sources.weibo.session import SITE_PACE


def ids(outcome):
    assert isinstance(outcome, Posts), outcome
    return [post.id for post in outcome.posts]


async def test_quirk_no_cookie_gives_432_so_a_visitor_cookie_is_minted_before_the_first_question(
    weibo, source, account
):
    weibo.says("timeline", timeline(mblog(1)))
    assert ids(await source.poll(account, {})) == [mid_at(1)]
    assert weibo.names(minting=True)[0] == "mint"
    assert all(asked.cookie for asked in weibo.asked if asked.what == "timeline")


async def test_quirk_a_visitors_refusal_is_200_with_ok_minus_100(weibo, source, account):
    weibo.says("timeline", NEEDS_LOGIN)
    assert isinstance(await source.poll(account, {}), Refused)


async def test_quirk_a_concurrent_mint_hits_its_own_cooldown(weibo, source, account):
    import asyncio

    weibo.says("timeline", timeline(mblog(1)))
    await asyncio.gather(*(source.poll(account, {}) for _ in range(6)))
    assert weibo.minted == 1


async def test_quirk_418_on_bursts_is_answered_by_quiet_and_bursts_are_not_made(weibo, source, account):
    assert SITE_PACE.gap_min >= 5
    assert SITE_PACE.concurrency == 1
    weibo.says("timeline", Says(b"", status=418))
    await source.poll(account, {})
    await source.poll(account, {})
    assert weibo.names() == ["timeline"]


async def test_quirk_an_ip_ban_of_tens_of_minutes_is_sat_out(weibo, source, account, clock):
    weibo.says("timeline", Says(b"", status=432))
    outcome = await source.poll(account, {})
    assert (outcome.until - clock()).total_seconds() == 1800


async def test_quirk_403s_on_long_texts_keep_the_short_text(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1, text='短 <a href="/status/1">全文</a>', isLongText=True)))
    for name in ("extend", "show", "longtext"):
        weibo.says(name, Says(NOTHING_HERE))
    weibo.says("longtext", Says({"error": "Forbidden"}, status=403))
    outcome = await source.poll(account, {})
    assert (outcome.posts[0].text, outcome.posts[0].truncated) == ("短", True)


async def test_quirk_a_pinned_post_first_does_not_stop_the_scan_of_the_page(weibo, source, account):
    weibo.says("timeline", timeline(mblog(90_000, isTop=1), mblog(1)))
    first = await source.poll(account, {})
    weibo.says("timeline", timeline(mblog(90_000, isTop=1), mblog(0), mblog(1)))
    assert ids(await source.poll(account, first.memory)) == [mid_at(90_000), mid_at(0), mid_at(1)]


async def test_quirk_the_same_post_twice_on_a_page_is_told_once(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1), mblog(1), mblog(2)))
    assert ids(await source.poll(account, {})) == [mid_at(1), mid_at(2)]


async def test_quirk_posts_of_others_that_the_account_liked_are_not_its_own(weibo, source, account):
    liked = mblog(1, user={"id": 2656274875, "screen_name": "央视新闻"}, title={"text": "赞过的微博"})
    weibo.says("timeline", timeline(liked, mblog(2)))
    assert ids(await source.poll(account, {})) == [mid_at(2)]


async def test_quirk_posts_hidden_from_visitors_are_told_to_the_operator(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1, visible={"type": 10, "list_id": 0}), mblog(2)))
    assert "not public" in (await source.poll(account, {})).notes[0]


async def test_quirk_a_visitor_sees_only_the_ten_newest_so_a_gap_raises_an_alarm(weibo, source, account):
    weibo.says("timeline", timeline(mblog(600)))
    first = await source.poll(account, {})
    weibo.says("timeline", timeline(*(mblog(number) for number in range(1, 11))))
    assert "Possible gap" in (await source.poll(account, first.memory)).notes[0]
    assert all("page" not in asked.query and "since_id" not in asked.query for asked in weibo.asked)


async def test_quirk_the_rest_of_the_page_is_not_lost_when_a_pause_comes_in_between(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1, isLongText=True), mblog(2), mblog(3)))
    weibo.says("extend", Says(b"", status=432))
    assert len(ids(await source.poll(account, {}))) == 3


async def test_quirk_lists_lag_so_a_late_post_below_newer_ones_is_told(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1), mblog(9)))
    first = await source.poll(account, {})
    weibo.says("timeline", timeline(mblog(1), mblog(5), mblog(9)))
    assert mid_at(5) in ids(await source.poll(account, first.memory))


@pytest.mark.parametrize("body", [b"", b"Expecting value", VISITOR_PAGE[1:]])
async def test_quirk_an_answer_that_is_no_json_is_broken_and_not_quiet(weibo, source, account, body):
    weibo.says("timeline", body)
    assert isinstance(await source.poll(account, {}), Broken)


async def test_quirk_more_than_nine_pictures_are_fetched_from_the_post_itself(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1, pics=[picture(number) for number in range(9)], pic_num=10)))
    weibo.says("show", {"ok": 1, "data": mblog(1, pics=[picture(number) for number in range(10)], pic_num=10)})
    assert len((await source.poll(account, {})).posts[0].media) == 10


async def test_quirk_the_bot_detectors_shell_is_a_refusal(weibo, source, account):
    weibo.says("timeline", b"<!DOCTYPE html><html><script src='/wbBotDetector.js'></script></html>")
    assert isinstance(await source.poll(account, {}), Refused)
