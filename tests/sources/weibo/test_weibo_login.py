"""With an operator's cookie: it is used, checked, never told, and left for a visitor's when it ends."""

import logging
from datetime import timedelta

import pytest
from weibo_shapes import NEEDS_LOGIN, mblog, mid_at, timeline
from weibo_standin import Says

from bot.sources.face import Posts, Refused

SECRET = "_2A25LoginSecretValue"
LIVING = {"ok": 1, "data": {"login": True, "uid": "1", "st": "a1"}}
ENDED = {"ok": 1, "data": {"login": False, "st": "a1"}}
GOOD = timeline(mblog(1))


@pytest.fixture
def source(open_source):
    return open_source(f"SUB={SECRET}; SUBP=0033; SSOLoginState=1")


async def test_the_login_is_used_and_no_visitor_is_minted(weibo, source, account):
    weibo.says("config", LIVING)
    weibo.says("timeline", GOOD)
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Posts)
    assert outcome.notes == ()
    assert f"SUB={SECRET}" in weibo.asked[-1].cookie
    assert "SSOLoginState" not in weibo.asked[-1].cookie
    assert weibo.minted == 0


async def test_a_login_that_has_ended_is_left_for_a_visitors_cookie_and_told_once_an_hour(
    weibo, source, account, clock
):
    weibo.says("config", ENDED)
    weibo.says("timeline", GOOD)
    first = await source.poll(account, {})
    assert "TOCSIN_WEIBO_COOKIE has ended" in first.notes[0]
    assert "SUB=visitor-1" in weibo.asked[-1].cookie
    assert (await source.poll(account, {})).notes == ()
    clock.advance(3601)
    assert (await source.poll(account, {})).notes == first.notes


async def test_a_login_that_ends_on_the_way_is_left_for_a_visitors_cookie(weibo, source, account):
    weibo.says("config", LIVING, ENDED)
    weibo.says("timeline", Says(b"", status=432), GOOD)
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Posts)
    assert "has ended" in outcome.notes[0]
    assert "SUB=visitor-1" in weibo.asked[-1].cookie


async def test_an_ended_login_is_not_tried_again_after_a_restart_but_a_new_one_is(weibo, open_source, account):
    weibo.says("config", ENDED)
    weibo.says("timeline", GOOD)
    await open_source(f"SUB={SECRET}").poll(account, {})
    weibo.asked.clear()
    await open_source(f"SUB={SECRET}").poll(account, {})
    assert weibo.names(minting=True) == ["timeline"]
    weibo.says("config", LIVING)
    await open_source("SUB=another").poll(account, {})
    assert "SUB=another" in weibo.asked[-1].cookie


async def test_a_living_login_that_is_refused_rests_instead_of_turning_visitor(weibo, source, account, clock):
    weibo.says("config", LIVING)
    weibo.says("timeline", Says(b"", status=432))
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Refused)
    assert outcome.until == clock() + timedelta(minutes=30)
    assert weibo.minted == 0


async def test_a_refused_login_of_which_nobody_knows_is_tried_again_after_an_hour(weibo, source, account, clock):
    weibo.says("config", LIVING, Says(b"", status=432))
    weibo.says("timeline", Says(NEEDS_LOGIN), GOOD)
    outcome = await source.poll(account, {})
    assert isinstance(outcome, Posts)
    assert "refused the login" in outcome.notes[0]
    clock.advance(3601)
    weibo.says("config", LIVING)
    await source.poll(account, {})
    assert f"SUB={SECRET}" in weibo.asked[-1].cookie


async def test_a_setting_without_a_sub_is_told_and_a_visitors_cookie_is_used(weibo, open_source, account):
    weibo.says("timeline", GOOD)
    outcome = await open_source("SUBP=0033; MLOGIN=1").poll(account, {})
    assert "holds no SUB cookie" in outcome.notes[0]
    assert weibo.minted == 1


async def test_a_login_whose_end_is_known_to_have_passed_is_not_even_tried(weibo, open_source, account, clock):
    weibo.says("timeline", GOOD)
    past = int(clock().timestamp()) - 60
    outcome = await open_source(f"SUB={SECRET}; ALF={past}").poll(account, {})
    assert "has ended" in outcome.notes[0]
    assert all(SECRET not in asked.cookie for asked in weibo.asked)


async def test_a_login_that_ends_soon_is_told_while_it_still_works(weibo, open_source, account, clock):
    weibo.says("config", LIVING)
    weibo.says("timeline", GOOD)
    soon = int((clock() + timedelta(hours=30)).timestamp())
    outcome = await open_source(f"SUB={SECRET}; ALF={soon}").poll(account, {})
    assert "ends on 22 July 2026 at 09:51 UTC" in outcome.notes[0]
    assert f"SUB={SECRET}" in weibo.asked[-1].cookie


async def test_with_a_login_a_gap_is_closed_by_older_pages(weibo, source, account):
    weibo.says("config", LIVING)
    weibo.says("timeline", timeline(mblog(600)))
    first = await source.poll(account, {})
    pages = [
        timeline(*(mblog(number) for number in range(1, 11)), since_id=int(mid_at(10))),
        timeline(*(mblog(number) for number in range(11, 21)), page=3),
        timeline(*(mblog(number) for number in range(21, 30)), mblog(600)),
    ]
    weibo.asked.clear()
    weibo.says("timeline", *pages)
    outcome = await source.poll(account, first.memory)
    assert len(outcome.posts) == 30
    assert outcome.notes == ()
    assert [asked.query.get("since_id") for asked in weibo.asked] == [None, mid_at(10), None]
    assert [asked.query.get("page") for asked in weibo.asked] == [None, None, "3"]


async def test_a_gap_is_paged_back_five_pages_at_most(weibo, source, account):
    weibo.says("config", LIVING)
    weibo.says("timeline", timeline(mblog(6000)))
    first = await source.poll(account, {})
    weibo.asked.clear()
    weibo.says(
        "timeline",
        *(timeline(*(mblog(page * 10 + number) for number in range(1, 11)), page=page + 2) for page in range(9)),
    )
    outcome = await source.poll(account, first.memory)
    assert weibo.names() == ["timeline"] * 5
    assert outcome.notes[0].startswith("Possible gap")
    assert "TOCSIN_WEIBO_COOKIE" not in outcome.notes[0]


async def test_the_same_page_for_ever_is_not_asked_for_for_ever(weibo, source, account):
    weibo.says("config", LIVING)
    weibo.says("timeline", timeline(mblog(6000)))
    first = await source.poll(account, {})
    weibo.asked.clear()
    weibo.says("timeline", timeline(*(mblog(number) for number in range(1, 11)), since_id=int(mid_at(10))))
    outcome = await source.poll(account, first.memory)
    assert weibo.names() == ["timeline"] * 2
    assert len(outcome.posts) == 10


async def test_the_cookie_stands_in_no_error_no_note_no_log_and_no_repr(weibo, open_source, account, keep, caplog):
    caplog.set_level(logging.DEBUG)
    told = []
    for config, page in [(LIVING, Says(b"", status=432)), (ENDED, GOOD), (LIVING, Says(b"", status=500))]:
        keep.values.clear()
        weibo.says("config", config)
        weibo.says("timeline", page)
        source = open_source(f"SUB={SECRET}; ALF=9999999999")
        told += [repr(await source.poll(account, {})), repr(source), repr(vars(source)), repr(keep.values)]
        session = source._session
        jar = next(iter(session._cookies.values()))
        told += [repr(vars(session)), repr(jar._login), str(jar.take_note())]
    assert SECRET not in "".join(told) + caplog.text


async def test_headers_that_hold_a_cookie_do_not_show_it_when_they_are_printed():
    from bot.fetching.face import Request
    from bot.sources.weibo.urls import WeiboUrls, headers_for

    endpoint = WeiboUrls().profile("1288915263")
    request = Request(endpoint.url, headers=headers_for(endpoint, "UA", {"SUB": SECRET, "XSRF-TOKEN": "tok3n"}))
    assert request.headers["Cookie"] == f"SUB={SECRET}; XSRF-TOKEN=tok3n"
    assert SECRET not in repr(request)
    assert "tok3n" not in repr(request)
