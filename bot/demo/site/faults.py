"""The ways in which the site can misbehave on demand, one for each row of Weibo's classifier, and what they answer."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

#: What a page and a profile answer with nothing to show.
NOTHING_HERE: Mapping[str, Any] = MappingProxyType({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}})
LOGIN_PAGE = "https://passport.weibo.com/sso/signin?entry=wapsso&source=wapssowb&url=https%3A%2F%2Fm.weibo.cn%2F"
#: Where a fault plan has no end.
ALWAYS = -1


class Endpoint(StrEnum):
    """What can be asked of the site, by the name that faults and the request log use."""

    ANY = "any"
    TIMELINE = "timeline"
    PROFILE = "profile"
    SEARCH = "search"
    EXTEND = "extend"
    SHOW = "show"
    MINT = "mint"
    #: The older way to a cookie (genvisitor, then incarnate).
    MINT_OLD = "mint-old"
    CONFIG = "config"
    INFO = "info"
    PC_TIMELINE = "pc-timeline"
    PC_SHOW = "pc-show"
    PC_LONG = "pc-long"
    NICK = "nick"
    FEED = "feed"
    INDEX = "index"
    DOCUMENT = "document"
    PICTURE = "picture"
    HOSTILE = "hostile"


class Fault(StrEnum):
    """One kind of bad answer."""

    SERVER_ERROR = "server-error"
    CUT = "cut"
    SLOW = "slow"
    STATUS_432 = "432"
    STATUS_418 = "418"
    STATUS_429 = "429"
    STATUS_403 = "403"
    REDIRECT_TO_LOGIN = "redirect-to-login"
    VISITOR_PAGE = "visitor-page"
    BOT_SHELL = "bot-shell"
    FORBIDDEN_PAGE = "forbidden-page"
    EMPTY_BODY = "empty-body"
    NOT_JSON = "not-json"
    JSON_LIST = "json-list"
    TRUNCATED = "truncated"
    LOGIN_REQUIRED = "login-required"
    LOGIN_WALL = "login-wall"
    TOO_FREQUENT = "too-frequent"
    NOTHING_HERE = "nothing-here"
    DELETED = "deleted"
    NO_PERMISSION = "no-permission"
    CARDS_MISSING = "cards-missing"
    CARDS_NOT_A_LIST = "cards-not-a-list"
    NO_POSTS = "no-posts"
    MINT_REFUSED = "mint-refused"


@dataclass(slots=True)
class Plan:
    """A fault that will be answered ``times`` more times (``ALWAYS``: until cleared)."""

    fault: Fault
    times: int = 1
    #: For SLOW: how long the answer waits.
    seconds: float = 1.0
    #: For 429: the Retry-After header as it is sent ("120" or an HTTP date), "" for none.
    retry_after: str = ""


class Faults:
    """Which endpoint will misbehave how; plans of one endpoint are used up in order."""

    def __init__(self) -> None:
        self._plans: dict[Endpoint, deque[Plan]] = {}

    def set(
        self,
        endpoint: Endpoint | str,
        fault: Fault | str,
        *,
        times: int = 1,
        seconds: float = 1.0,
        retry_after: str = "",
    ) -> None:
        """Plan a fault; raises ValueError for a name that does not exist."""
        plan = Plan(Fault(fault), times, seconds, retry_after)
        self._plans.setdefault(Endpoint(endpoint), deque()).append(plan)

    def clear(self, endpoint: Endpoint | str | None = None) -> None:
        """Behave again."""
        if endpoint is None:
            self._plans.clear()
        else:
            self._plans.pop(Endpoint(endpoint), None)

    def take(self, endpoint: Endpoint) -> Plan | None:
        """The fault for this request, None to answer properly."""
        for place in (endpoint, Endpoint.ANY):
            plans = self._plans.get(place)
            if plans:
                plan = plans[0]
                if plan.times != ALWAYS:
                    plan.times -= 1
                    if plan.times <= 0:
                        plans.popleft()
                return plan
        return None


async def misbehave(plan: Plan) -> Response | None:
    """Answer as planned. None after a SLOW plan has waited: the proper answer follows then."""
    if plan.fault is Fault.SLOW:
        await asyncio.sleep(plan.seconds)
        return None
    if plan.fault is Fault.CUT:
        return _Cut()
    if plan.fault is Fault.STATUS_429:
        headers = {"Retry-After": plan.retry_after} if plan.retry_after else None
        return Response(status_code=429, headers=headers)
    if plan.fault is Fault.REDIRECT_TO_LOGIN:
        return RedirectResponse(LOGIN_PAGE, 302)
    if plan.fault in _JSON:
        status, answer = _JSON[plan.fault]
        return JSONResponse(answer, status)
    status, media_type, body = _RAW[plan.fault]
    return Response(body, status, media_type=media_type)


class _Cut(Response):
    """Promises more bytes than it sends: the connection breaks in the middle of the body."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"5000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"ok":1,"data":{"cards":[', "more_body": True})


_VISITOR_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Sina Visitor System</title></head><body>
<script>var request_id = "00000000000000000000000000000000";</script></body></html>"""
_BOT_SHELL = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>微博</title>
<script src="/wbBotDetector.js"></script></head><body><div id="app"></div></body></html>"""

#: Seen in the field, and what to make of each: see the classifier's table in sources/weibo.
_JSON: Mapping[Fault, tuple[int, object]] = MappingProxyType(
    {
        Fault.JSON_LIST: (200, []),
        Fault.LOGIN_REQUIRED: (200, {"ok": -100, "url": LOGIN_PAGE}),
        Fault.LOGIN_WALL: (403, {"ok": 0, "message": "前方有点拥堵，请登录后使用"}),
        Fault.TOO_FREQUENT: (200, {"ok": 0, "msg": "请求过于频繁，歇歇吧（频次过高）"}),
        Fault.NOTHING_HERE: (200, dict(NOTHING_HERE)),
        Fault.DELETED: (200, {"ok": 0, "errno": "20101", "msg": "该微博不存在"}),
        Fault.NO_PERMISSION: (200, {"ok": 0, "message": "暂无查看权限", "error_code": 20112}),
        Fault.CARDS_MISSING: (200, {"ok": 1, "data": {"cardlistInfo": {"total": 3}}}),
        Fault.CARDS_NOT_A_LIST: (200, {"ok": 1, "data": {"cards": "none", "cardlistInfo": {"total": 3}}}),
        Fault.NO_POSTS: (200, {"ok": 1, "data": {"cards": [], "cardlistInfo": {"total": 0}}}),
    }
)
_RAW: Mapping[Fault, tuple[int, str, str]] = MappingProxyType(
    {
        Fault.SERVER_ERROR: (503, "text/plain", "upstream unavailable"),
        Fault.STATUS_432: (432, "text/plain", ""),
        Fault.STATUS_418: (418, "text/plain", ""),
        Fault.STATUS_403: (403, "application/json", '{"error":"Forbidden"}'),
        Fault.VISITOR_PAGE: (200, "text/html", _VISITOR_PAGE),
        Fault.BOT_SHELL: (200, "text/html", _BOT_SHELL),
        Fault.FORBIDDEN_PAGE: (403, "text/html", _BOT_SHELL),
        Fault.EMPTY_BODY: (200, "application/json", ""),
        Fault.NOT_JSON: (200, "application/json", "service busy"),
        Fault.TRUNCATED: (200, "application/json", '{"ok":1,"data":{"cards":[{"card_type":9,"mblog":{"id":"49'),
        Fault.MINT_REFUSED: (
            200,
            "text/html",
            'window.visitor_gray_callback && visitor_gray_callback({"retcode":50111261,"msg":"busy","data":{}});',
        ),
    }
)
