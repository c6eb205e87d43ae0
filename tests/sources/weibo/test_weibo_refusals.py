"""What happens after a refusal: one new cookie and one retry, then rests that grow and outlive a restart."""

import asyncio
from datetime import timedelta

import pytest
from weibo_shapes import (
    DELETED,
    LOGIN_WALL,
    NEEDS_LOGIN,
    NOTHING_HERE,
    TOO_OFTEN,
    VISITOR_PAGE,
    mblog,
    profile,
    timeline,
)
from weibo_standin import Says

from bot.model.reason import Cause
from bot.sources.face import Broken, NotFoundError, Posts, Refused

LOGIN_PAGE = "https://passport.weibo.com/sso/signin?entry=wapsso"
REFUSALS = [
    Says(b"", status=432),
    Says(NEEDS_LOGIN),
    Says(VISITOR_PAGE),
    Says(VISITOR_PAGE, status=403),
    Says(b"", status=302, headers={"Location": LOGIN_PAGE}),
]
GOOD = timeline(mblog(1))


async def with_an_old_cookie(weibo, source, account, clock):
    """A source whose visitor cookie was minted long ago and let in."""
    weibo.says("timeline", GOOD)
    assert isinstance(await source.poll(account, {}), Posts)
    clock.advance(24 * 3600)
    weibo.asked.clear()


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_an_old_cookie_that_is_refused_is_minted_anew_once_and_tried_once(
    weibo, source, account, clock, refusal
):
    await with_an_old_cookie(weibo, source, account, clock)
    weibo.says("timeline", refusal, GOOD)
    assert isinstance(await source.poll(account, {}), Posts)
    assert weibo.names(minting=True) == ["timeline", "mint", "config", "timeline"]
    assert "SUB=visitor-2" in weibo.asked[-1].cookie


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_fresh_cookie_that_is_refused_means_half_an_hour_of_quiet_for_all_of_weibo(
    weibo, source, account, clock, refusal
):
    await with_an_old_cookie(weibo, source, account, clock)
    weibo.says("timeline", refusal)
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Refused)
    assert outcome.site_wide
    assert outcome.until == clock() + timedelta(minutes=30)
    assert "TOCSIN_WEIBO_COOKIE" in outcome.advice
    assert weibo.count("mint") == 1
    assert weibo.names() == ["timeline", "timeline"]


async def test_a_first_cookie_that_is_refused_at_once_is_not_minted_again(weibo, source, account, clock):
    weibo.says("timeline", Says(b"", status=432))
    assert isinstance(await source.poll(account, {}), Refused)
    assert weibo.names(minting=True) == ["mint", "config", "timeline"]


async def test_nobody_asks_while_weibo_is_left_alone_not_even_after_a_restart(weibo, open_source, account, clock):
    weibo.says("timeline", Says(b"", status=432))
    first = await open_source().poll(account, {})
    weibo.asked.clear()
    clock.advance(29 * 60)
    second = await open_source().poll(account, {})
    assert (second.until, second.why) == (first.until, first.why)
    assert weibo.asked == []


async def test_the_quiet_grows_from_30_to_60_to_120_minutes_and_no_further(weibo, source, account, clock):
    weibo.says("timeline", Says(b"", status=432))
    waits = []
    for _ in range(4):
        outcome = await source.poll(account, {})
        waits.append((outcome.until - clock()).total_seconds() / 60)
        clock.advance((outcome.until - clock()).total_seconds())
    assert waits == [30, 60, 120, 120]
    assert weibo.count("mint") == 4


async def test_an_answer_makes_the_next_quiet_short_again(weibo, source, account, clock):
    weibo.says("timeline", Says(b"", status=432))
    await source.poll(account, {})
    clock.advance(31 * 60)
    weibo.says("timeline", GOOD)
    assert isinstance(await source.poll(account, {}), Posts)
    clock.advance(3600)
    weibo.says("timeline", Says(b"", status=432))
    assert (await source.poll(account, {})).until == clock() + timedelta(minutes=30)


@pytest.mark.parametrize(
    "refusal", [Says(b"", status=418), Says({"error": "Forbidden"}, status=403), Says(TOO_OFTEN)]
)
async def test_too_often_is_not_tried_again_and_rests_10_20_40_minutes(weibo, source, account, clock, refusal):
    weibo.says("timeline", refusal)
    waits = []
    for _ in range(4):
        outcome = await source.poll(account, {})
        assert isinstance(outcome, Refused)
        assert outcome.site_wide
        waits.append((outcome.until - clock()).total_seconds() / 60)
        clock.advance((outcome.until - clock()).total_seconds())
    assert waits == [10, 20, 40, 40]
    assert weibo.names() == ["timeline"] * 4
    assert weibo.minted == 1


async def test_a_time_that_weibo_names_is_waited_for(weibo, source, account, clock):
    weibo.says("timeline", Says(b"", status=429, headers={"Retry-After": "7200"}))
    assert (await source.poll(account, {})).until == clock() + timedelta(hours=2)


async def test_two_mints_are_at_least_ten_minutes_apart(weibo, source, account, clock):
    weibo.says("timeline", GOOD)
    await source.poll(account, {})
    clock.advance(9 * 60)
    weibo.says("timeline", Says(b"", status=432))
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(minutes=1)
    assert weibo.minted == 1


async def test_accounts_that_are_refused_together_share_one_new_cookie(weibo, source, account, clock):
    await with_an_old_cookie(weibo, source, account, clock)
    weibo.says("timeline", *[Says(b"", status=432)] * 1, GOOD)
    outcomes = await asyncio.gather(*(source.poll(account, {}) for _ in range(5)))
    assert all(isinstance(outcome, Posts) for outcome in outcomes)
    assert weibo.count("mint") == 1


async def test_many_accounts_at_the_start_wait_for_one_mint(weibo, source, account):
    weibo.says("timeline", GOOD)
    await asyncio.gather(*(source.poll(account, {}) for _ in range(8)))
    assert weibo.count("mint") == 1
    assert {asked.cookie.split(";")[0] for asked in weibo.asked if asked.what == "timeline"} == {"SUB=visitor-1"}


async def test_a_cookie_outlives_a_restart_with_the_user_agent_that_fetched_it(weibo, open_source, account, keep):
    weibo.says("timeline", GOOD)
    await open_source().poll(account, {})
    keep.values["weibo", "visitor-cn"]["user_agent"] = "An older Tocsin (Mobile)"
    await open_source().poll(account, {})
    assert weibo.minted == 1
    assert weibo.asked[-1].headers["user-agent"] == "An older Tocsin (Mobile)"
    assert "SUB=visitor-1" in weibo.asked[-1].cookie


@pytest.mark.parametrize("kept", ["x", {"cookies": {}}, {"minted_at": "soon"}, {"cookies": {"SUB": "a\r\nb"}}, 7])
async def test_a_kept_cookie_that_is_unreadable_is_minted_anew(weibo, open_source, account, keep, kept):
    keep.values["weibo", "visitor-cn"] = kept
    weibo.says("timeline", GOOD)
    assert isinstance(await open_source().poll(account, {}), Posts)
    assert weibo.minted == 1


async def test_a_refused_mint_blocks_and_is_not_repeated_within_ten_minutes(weibo, open_source, account, clock):
    refused = b'window.visitor_gray_callback && visitor_gray_callback({"retcode":50111261,"msg":"busy","data":{}});'
    for way in ("mint", "mint-old", "incarnate"):
        weibo.says(way, refused)
    outcome = await open_source().poll(account, {})
    assert isinstance(outcome, Refused)
    assert outcome.site_wide
    assert outcome.until == clock() + timedelta(minutes=30)
    assert weibo.names() == []


async def test_a_passport_with_a_server_error_is_broken_and_asked_again_by_the_next_poll(weibo, source, account):
    weibo.says("mint", Says(b"", status=500))
    assert isinstance(await source.poll(account, {}), Broken)
    del weibo.answers["mint"]
    weibo.says("timeline", GOOD)
    assert isinstance(await source.poll(account, {}), Posts)


async def test_a_poll_that_is_cancelled_while_it_mints_leaves_the_door_open(weibo, source, account):
    weibo.says("timeline", GOOD)
    poll = asyncio.create_task(source.poll(account, {}))
    await asyncio.sleep(0)
    poll.cancel()
    with pytest.raises(asyncio.CancelledError):
        await poll
    assert isinstance(await source.poll(account, {}), Posts)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (LOGIN_WALL, Cause.LOGIN),
        (TOO_OFTEN, Cause.REST),
        (Says(status=432), Cause.VISITORS),
        (NEEDS_LOGIN, Cause.VISITORS),
        (VISITOR_PAGE, Cause.VISITORS),
        (b"service busy", Cause.UNREADABLE),
        ({"ok": 1, "data": {}}, Cause.CHANGED),
        ({"ok": 0, "msg": "系统繁忙"}, Cause.ODD_ANSWER),
        (Says(status=500), Cause.UNREACHABLE),
    ],
)
async def test_each_refusal_has_the_cause_that_subscribers_are_told(answer, cause, weibo, source, account):
    weibo.says("timeline", answer)
    weibo.says("profile", profile())
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Refused | Broken)
    assert outcome.reason.cause is cause


async def test_a_page_that_weibo_hides_and_an_account_that_is_gone_have_their_causes(weibo, source, account):
    weibo.says("timeline", timeline(mblog(1)))
    memory = (await source.poll(account, {})).memory
    weibo.says("timeline", timeline())
    weibo.says("profile", profile())
    assert (await source.poll(account, memory)).reason.cause is Cause.HIDDEN
    weibo.says("timeline", NOTHING_HERE)
    weibo.says("profile", NOTHING_HERE)
    assert (await source.poll(account, memory)).reason.cause is Cause.VANISHED


async def test_looking_for_somebody_in_vain_has_its_cause(weibo, source):
    weibo.says("profile", NOTHING_HERE)
    with pytest.raises(NotFoundError) as caught:
        await source.find("1288915263")
    assert caught.value.reason.cause is Cause.NO_ACCOUNT
    weibo.says("show", DELETED)
    with pytest.raises(NotFoundError) as caught:
        await source.find("https://m.weibo.cn/detail/4645748019299849")
    assert caught.value.reason.cause is Cause.POST_HIDDEN
