"""One test for each row of the classifier's table, named after it; then what several rows contend for."""

import json

import pytest
from weibo_shapes import (
    DELETED,
    LOGIN_WALL,
    NEEDS_LOGIN,
    NO_PERMISSION,
    NOTHING_HERE,
    TOO_OFTEN,
    VISITOR_PAGE,
    as_bytes,
    mblog,
    timeline,
)

from bot.model.reason import Cause
from bot.sources.weibo.classifier import ADVICE, CAUSES, TABLE, Action, Kind, Seen, classify

LOGIN_PAGE = "https://passport.weibo.com/sso/signin?entry=wapsso&url=https%3A%2F%2Fm.weibo.cn%2F"


def judged(body: object = b"", **fields: object):
    return classify(Seen(body=as_bytes(body), **fields))


@pytest.mark.parametrize(
    "fields",
    [{"failure": "m.weibo.cn broke the connection off"}, {"status": 500}, {"status": 503, "body": b"<html>"}],
)
def test_row_timeout_dns_reset_5xx_is_transient(fields):
    verdict = judged(**fields)
    assert (verdict.kind, verdict.action) == (Kind.TRANSIENT, Action.RETRY_TWICE)


@pytest.mark.parametrize("body", [b"", b"refused", timeline(mblog())])
def test_row_432_is_auth_or_antibot(body):
    verdict = judged(body, status=432)
    assert (verdict.kind, verdict.action) == (Kind.AUTH_OR_ANTIBOT, Action.REMINT)


@pytest.mark.parametrize(
    ("status", "body"), [(418, b""), (429, b""), (429, VISITOR_PAGE), (403, {"error": "Forbidden"}), (403, b"")]
)
def test_row_418_429_403_non_login_is_rate_limited(status, body):
    verdict = judged(body, status=status)
    assert (verdict.kind, verdict.action) == (Kind.RATE_LIMITED, Action.BACK_OFF)


@pytest.mark.parametrize("status", [301, 302, 307])
@pytest.mark.parametrize(
    "location",
    [
        LOGIN_PAGE,
        "https://visitor.passport.weibo.cn/visitor/visitor?entry=sinawap",
        "https://weibo.com/login.php?url=x",
        "/sso/signin?x=1",
        "/login",
    ],
)
def test_row_redirect_to_passport_or_login_is_auth(status, location):
    verdict = judged(status=status, location=location)
    assert (verdict.kind, verdict.action) == (Kind.AUTH, Action.REMINT)


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("body", [VISITOR_PAGE, b"\xef\xbb\xbf\r\n <html></html>", b"<script src=wbBotDetector.js>"])
def test_row_200_or_403_with_html_body_is_auth_or_antibot(status, body):
    verdict = judged(body, status=status)
    assert (verdict.kind, verdict.action) == (Kind.AUTH_OR_ANTIBOT, Action.REMINT)


@pytest.mark.parametrize(
    "body", [b"", b"service busy", b"[]", b'"ok"', b'{"ok":1,"data":{"cards":[{"card', b"\xff\xfe\x00"]
)
def test_row_empty_not_json_or_not_an_object_is_bad_body(body):
    verdict = judged(body)
    assert (verdict.kind, verdict.action) == (Kind.BAD_BODY, Action.RETRY_ONCE)


@pytest.mark.parametrize("body", [NEEDS_LOGIN, NEEDS_LOGIN | {"ok": "-100"}, {"ok": -100}])
def test_row_ok_minus_100_is_auth_and_never_no_posts(body):
    verdict = judged(body, timeline=True)
    assert (verdict.kind, verdict.action) == (Kind.AUTH, Action.REMINT)


@pytest.mark.parametrize("name", ["msg", "message", "errmsg"])
@pytest.mark.parametrize("words", ["前方有点拥堵，请登录后使用", "请先登录"])
@pytest.mark.parametrize("status", [200, 403])
def test_row_ok_0_with_login_words_is_login_wall(name, words, status):
    verdict = judged({"ok": 0, name: words}, status=status)
    assert (verdict.kind, verdict.action) == (Kind.LOGIN_WALL, Action.WANT_LOGIN)


@pytest.mark.parametrize("words", ["访问频次过高", "操作频繁", "请求过于频繁，请稍后再试"])
def test_row_ok_0_with_too_often_words_is_rate_limited(words):
    verdict = judged({"ok": "0", "msg": words})
    assert (verdict.kind, verdict.action) == (Kind.RATE_LIMITED, Action.BACK_OFF)


def test_row_ok_0_nothing_here_yet_is_empty_ambiguous():
    verdict = judged(NOTHING_HERE, timeline=True)
    assert (verdict.kind, verdict.action) == (Kind.EMPTY_AMBIGUOUS, Action.CHECK_PROFILE)


@pytest.mark.parametrize("status", [200, 403])
def test_row_errno_20101_is_post_deleted(status):
    verdict = judged(DELETED, status=status)
    assert (verdict.kind, verdict.action) == (Kind.DELETED, Action.RECORD)


@pytest.mark.parametrize("status", [200, 403])
def test_row_error_code_20112_is_no_permission(status):
    verdict = judged(NO_PERMISSION, status=status)
    assert (verdict.kind, verdict.action) == (Kind.NO_PERMISSION, Action.RECORD)


@pytest.mark.parametrize("data", [{}, {"cards": None}, {"cards": "none"}, {"cards": {"0": {}}}, None])
def test_row_ok_1_without_a_list_of_cards_is_schema_error(data):
    verdict = judged({"ok": 1, "data": data}, timeline=True)
    assert (verdict.kind, verdict.action) == (Kind.SCHEMA_ERROR, Action.REPORT)


@pytest.mark.parametrize(
    "body", [timeline(), {"ok": 1, "data": {"cards": [{"card_type": 8}]}}, {"ok": 1, "data": {"list": []}}]
)
def test_row_ok_1_no_mblogs_although_known_non_empty_is_suspicious_empty(body):
    verdict = judged(body, timeline=True, known_non_empty=True)
    assert (verdict.kind, verdict.action) == (Kind.SUSPICIOUS_EMPTY, Action.CHECK_PROFILE)


@pytest.mark.parametrize(
    "body", [{"ok": 0, "msg": "系统繁忙"}, {"ok": 7}, {"ok": 0}, {"error": "odd"}, {"errno": 10023}]
)
def test_an_unknown_refusal_is_never_read_as_an_answer(body):
    verdict = judged(body)
    assert (verdict.kind, verdict.action) == (Kind.SITE_ERROR, Action.REPORT)


def test_an_odd_status_with_a_proper_body_is_never_read_as_an_answer():
    assert judged(timeline(mblog()), status=404, timeline=True).kind is Kind.SITE_ERROR


@pytest.mark.parametrize("body", [timeline(mblog()), timeline(), timeline(mblog()) | {"ok": "1"}])
def test_a_page_is_usable_when_no_row_applies(body):
    assert judged(body, timeline=True).kind is Kind.USABLE


def test_the_words_geetest_and_captcha_in_an_answer_mean_nothing():
    body = timeline(mblog(text="geetest captcha 验证码"))
    assert judged(body, timeline=True).kind is Kind.USABLE


def test_a_redirect_elsewhere_is_no_answer_but_no_call_for_a_cookie_either():
    assert judged(status=302, location="https://weibo.com/u/1288915263").kind is Kind.BAD_BODY


def test_the_rows_stand_in_the_order_of_the_research():
    kinds = list(dict.fromkeys(row.kind for row in TABLE))
    assert kinds[:4] == [Kind.TRANSIENT, Kind.AUTH_OR_ANTIBOT, Kind.RATE_LIMITED, Kind.AUTH]
    assert kinds.index(Kind.BAD_BODY) < kinds.index(Kind.LOGIN_WALL) < kinds.index(Kind.EMPTY_AMBIGUOUS)
    assert kinds.index(Kind.DELETED) < kinds.index(Kind.SCHEMA_ERROR) < kinds.index(Kind.SUSPICIOUS_EMPTY)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_class_has_a_word_of_advice(row):
    assert ADVICE[row.kind].endswith(".")


@pytest.mark.parametrize("body", [LOGIN_WALL, TOO_OFTEN, NOTHING_HERE, DELETED, {"ok": 0, "msg": "{status} 坏\n了"}])
def test_every_verdict_is_one_line(body):
    why = judged(body).why
    assert why.endswith(".")
    assert "\n" not in why


def test_a_long_message_is_cut():
    assert len(judged({"ok": 0, "msg": "长" * 10_000}).why) < 250


def test_json_nested_beyond_the_stack_is_a_bad_body():
    assert judged(b'{"a":' * 200_000).kind is Kind.BAD_BODY
    assert judged(json.dumps({"ok": 1}).encode("utf-16")).kind is Kind.USABLE


@pytest.mark.parametrize("kind", Kind)
def test_every_class_has_a_cause_that_subscribers_can_be_told(kind):
    assert isinstance(CAUSES[kind], Cause)
