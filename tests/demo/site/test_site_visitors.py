import json

import pytest

from bot.demo.site.faults import Endpoint
from bot.demo.site.site import POLICE


async def test_without_a_cookie_the_mobile_site_answers_432(visitor):
    visitor.cookie = ""
    answer = await visitor.get("/api/container/getIndex", containerid=f"107603{POLICE}")
    assert (answer.status_code, answer.content) == (432, b"")


async def test_a_minted_cookie_opens_the_timeline(visitor, site):
    assert (await visitor.timeline(POLICE))["ok"] == 1
    assert site.visitors.minted == 1
    assert site.asked[Endpoint.TIMELINE] == 1


async def test_the_mint_answers_a_script_call_with_success_and_both_cookies(client):
    answer = await client.post("/visitor/genvisitor2", data={"cb": "visitor_gray_callback", "from": "weibo"})
    assert answer.text.startswith("window.visitor_gray_callback && visitor_gray_callback(")
    told = json.loads(answer.text[answer.text.index("(") + 1 : answer.text.rindex(")")])
    assert told["retcode"] == 20000000
    lines = answer.headers.get_list("set-cookie")
    assert [line.partition(";")[0] for line in lines] == [
        f"SUB={told['data']['sub']}",
        f"SUBP={told['data']['subp']}",
    ]
    assert all("domain=.weibo.cn" in line for line in lines)


async def test_the_older_way_gives_a_ticket_and_then_cookies(client, visitor):
    ticket = (await client.post("/visitor/genvisitor", data={"cb": "gen_callback", "fp": "{}"})).text
    tid = json.loads(ticket[ticket.index("(") + 1 : ticket.rindex(")")])["data"]["tid"]
    answer = await client.get("/visitor/visitor", params={"a": "incarnate", "t": tid, "w": "3", "cb": "cross_domain"})
    visitor.cookie = answer.headers.get_list("set-cookie")[0].partition(";")[0]
    assert (await visitor.timeline(POLICE))["ok"] == 1


async def test_a_callback_cannot_bring_a_script_of_its_own(client):
    answer = await client.post("/visitor/genvisitor2", data={"cb": "<script>"})
    assert "<script>" not in answer.text


async def test_a_revoked_cookie_is_answered_with_minus_100(visitor, site):
    site.visitors.revoke()
    told = await visitor.timeline(POLICE)
    assert told["ok"] == -100
    assert "passport" in told["url"]


async def test_a_cookie_counts_only_with_the_user_agent_that_fetched_it(visitor):
    visitor.client.headers["User-Agent"] = "Somebody else"
    assert (await visitor.timeline(POLICE))["ok"] == -100


async def test_a_closed_site_mints_but_lets_nobody_in(visitor, site):
    site.visitors.closed = True
    await visitor.mint()
    assert visitor.cookie
    assert (await visitor.timeline(POLICE))["ok"] == -100


@pytest.mark.parametrize("params", [{"page": "2"}, {"since_id": "4900000000000000"}])
async def test_later_pages_are_refused_to_visitors(visitor, params):
    assert (await visitor.timeline(POLICE, **params))["ok"] == -100


async def test_a_logged_in_reader_gets_later_pages_and_config_says_so(visitor, site):
    for number in range(15):
        site.weibo_post(POLICE, f"第{number}条")
    site.visitors.logins.add("operator")
    visitor.cookie = "SUB=operator"
    first = await visitor.timeline(POLICE)
    since = str(first["data"]["cardlistInfo"]["since_id"])
    second = await visitor.timeline(POLICE, since_id=since)
    mids = [[card["mblog"]["mid"] for card in page["data"]["cards"]] for page in (first, second)]
    assert len(mids[0]) == 11
    assert not set(mids[0]) & set(mids[1])
    assert "since_id" not in second["data"]["cardlistInfo"]
    assert (await visitor.get("/api/config")).json()["data"]["login"] is True


async def test_config_gives_the_small_cookies_and_no_login(visitor):
    answer = await visitor.get("/api/config")
    assert answer.json() == {"data": {"login": False, "st": "d3m0aa"}, "ok": 1}
    names = {line.partition("=")[0] for line in answer.headers.get_list("set-cookie")}
    assert names == {"XSRF-TOKEN", "_T_WM", "MLOGIN", "M_WEIBOCN_PARAMS"}
