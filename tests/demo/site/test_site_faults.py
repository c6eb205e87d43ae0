import json

import httpx
import pytest

from bot.demo.site.faults import ALWAYS, Endpoint, Fault
from bot.demo.site.site import POLICE

PATH = f"/api/container/getIndex?containerid=107603{POLICE}"


async def answer_with(site, visitor, fault, **plan):
    site.faults.set(Endpoint.TIMELINE, fault, **plan)
    return await visitor.get(PATH)


@pytest.mark.parametrize(
    ("fault", "status", "telling"),
    [
        (Fault.SERVER_ERROR, 503, ""),
        (Fault.STATUS_432, 432, ""),
        (Fault.STATUS_418, 418, ""),
        (Fault.STATUS_429, 429, ""),
        (Fault.STATUS_403, 403, "Forbidden"),
        (Fault.REDIRECT_TO_LOGIN, 302, ""),
        (Fault.VISITOR_PAGE, 200, "Sina Visitor System"),
        (Fault.BOT_SHELL, 200, "wbBotDetector"),
        (Fault.FORBIDDEN_PAGE, 403, "<!DOCTYPE html>"),
        (Fault.EMPTY_BODY, 200, ""),
        (Fault.NOT_JSON, 200, "busy"),
        (Fault.JSON_LIST, 200, "[]"),
        (Fault.TRUNCATED, 200, '"mblog":{"id":"49'),
        (Fault.LOGIN_REQUIRED, 200, '"ok":-100'),
        (Fault.LOGIN_WALL, 403, "请登录后使用"),
        (Fault.TOO_FREQUENT, 200, "频次过高"),
        (Fault.NOTHING_HERE, 200, "这里还没有内容"),
        (Fault.DELETED, 200, "20101"),
        (Fault.NO_PERMISSION, 200, "20112"),
        (Fault.CARDS_MISSING, 200, '"ok":1'),
        (Fault.CARDS_NOT_A_LIST, 200, '"cards":"none"'),
        (Fault.NO_POSTS, 200, '"cards":[]'),
    ],
)
async def test_each_row_of_the_classifier_can_be_had(site, visitor, fault, status, telling):
    answer = await answer_with(site, visitor, fault)
    assert answer.status_code == status
    assert telling in answer.text
    assert (await visitor.timeline(POLICE))["ok"] == 1


def test_every_fault_is_tried_here():
    tried = {mark.args[1][index][0] for mark in _parameters() for index in range(len(mark.args[1]))}
    assert set(Fault) - tried == {Fault.CUT, Fault.SLOW, Fault.MINT_REFUSED}


def _parameters():
    return [mark for mark in test_each_row_of_the_classifier_can_be_had.pytestmark if mark.name == "parametrize"]


async def test_429_says_when_to_come_back(site, visitor):
    answer = await answer_with(site, visitor, Fault.STATUS_429, retry_after="120")
    assert answer.headers["retry-after"] == "120"


async def test_truncated_json_is_no_json(site, visitor):
    with pytest.raises(json.JSONDecodeError):
        (await answer_with(site, visitor, Fault.TRUNCATED)).json()


async def test_a_cut_answer_breaks_off_in_the_middle(site, visitor):
    with pytest.raises(httpx.RemoteProtocolError):
        await answer_with(site, visitor, Fault.CUT)


async def test_a_slow_answer_outlasts_an_impatient_reader_and_is_whole_for_a_patient_one(site, visitor):
    site.faults.set(Endpoint.TIMELINE, Fault.SLOW, times=2, seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        await visitor.client.get(PATH, timeout=0.1)
    assert (await visitor.timeline(POLICE))["ok"] == 1


async def test_a_refused_mint_gives_no_cookie(site, client):
    site.faults.set(Endpoint.MINT, Fault.MINT_REFUSED)
    answer = await client.post("/visitor/genvisitor2", data={"cb": "visitor_gray_callback"})
    assert '"retcode":50111261' in answer.text
    assert "set-cookie" not in answer.headers


async def test_plans_are_used_up_in_order_and_one_may_last(site, visitor):
    site.faults.set("timeline", "418")
    site.faults.set("timeline", "432", times=ALWAYS)
    statuses = [(await visitor.get(PATH)).status_code for _ in range(4)]
    site.faults.clear()
    assert statuses == [418, 432, 432, 432]
    assert (await visitor.get(PATH)).status_code == 200


async def test_a_fault_of_one_endpoint_leaves_the_others_alone_and_any_means_all(site, visitor):
    site.faults.set(Endpoint.SHOW, Fault.STATUS_418)
    assert (await visitor.get(PATH)).status_code == 200
    site.faults.clear(Endpoint.SHOW)
    site.faults.set(Endpoint.ANY, Fault.SERVER_ERROR, times=2)
    assert [(await visitor.get(path)).status_code for path in (PATH, "/feeds/fire.xml", PATH)] == [503, 503, 200]


def test_a_fault_that_does_not_exist_is_an_error(site):
    with pytest.raises(ValueError, match="no-such"):
        site.faults.set("timeline", "no-such")
