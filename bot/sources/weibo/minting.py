"""Asking Weibo's passport for a visitor's cookies, by its present way and its older one; nothing here keeps them."""

import json
import random
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from bot.fetching.face import Fetcher, FetchError, Limits, Request, Response, RestingError, SitePace
from bot.sources.weibo.fields import Json, first_string, inner, integer, mapping, parse, truth
from bot.sources.weibo.jar import is_kept, read_cookies
from bot.sources.weibo.urls import USER_AGENT, Endpoint, Side, WeiboUrls, headers_for

#: A queue of its own: a mint must not wait behind fifty polls that wait for the mint.
MINT_SITE = "weibo-visitor"
#: A page that mints asks two or three times in a row; 2 s apart is how a browser's own pauses look.
MINT_PACE = SitePace(gap_min=2.0, gap_max=2.0, concurrency=1)
MINT_LIMITS = Limits(max_bytes=256 * 1024)

_SUCCESS = 20_000_000
#: What a visitor's browser tells of itself in the older way (research 2.3).
_FINGERPRINT = {
    "os": "1",
    "browser": "Chrome142,0,0,0",
    "fonts": "undefined",
    "screenInfo": "1920*1080*24",
    "plugins": "",
}
_DEFAULT_CONFIDENCE = 100


class MintError(Exception):
    """The passport gave no cookie. The message is a sentence without any secret."""


class MintUnreachableError(MintError):
    """The passport could not be asked; trying again soon is fair."""


async def mint(fetcher: Fetcher, urls: WeiboUrls, side: Side, rng: random.Random) -> dict[str, str]:
    """Give a visitor's cookies for one side. Raises MintError and MintUnreachableError."""
    cookies = await _genvisitor2(fetcher, urls, side)
    if "SUB" not in cookies:
        cookies = await _genvisitor(fetcher, urls, side, rng)
    if "SUB" not in cookies:
        raise MintError("Weibo's visitor passport gave no cookie, neither by its present way nor by its older one.")
    return cookies


async def warm_up(
    fetcher: Fetcher, urls: WeiboUrls, cookies: Mapping[str, str]
) -> tuple[dict[str, str], bool | None]:
    """Ask ``api/config``: the small cookies it sets, and whether it takes us for logged in (None: not told)."""
    endpoint = urls.config()
    headers = headers_for(endpoint, USER_AGENT, cookies)
    request = Request(
        endpoint.url,
        headers=headers,
        limits=MINT_LIMITS,
        site=MINT_SITE,
        pace=MINT_PACE,
        follow_redirects=False,
        interactive=True,
    )
    try:
        response = await fetcher.fetch(request)
    except FetchError:
        return {}, None
    answer = _json(response.body)
    login = inner(answer, "data").get("login")
    told = truth(login) if integer(answer.get("ok")) == 1 and login is not None else None
    return read_cookies(response.headers.get_list("set-cookie"), Side.MOBILE), told


def read_jsonp(body: bytes) -> Json:
    """Read ``window.cb && cb({...});``: the object between the first "(" and the last ")"; empty when it is none."""
    start, end = body.find(b"("), body.rfind(b")")
    return _json(body[start + 1 : end]) if 0 <= start < end else {}


def _json(body: bytes) -> Json:
    try:
        return mapping(parse(body))
    except ValueError:
        return {}


async def _genvisitor2(fetcher: Fetcher, urls: WeiboUrls, side: Side) -> dict[str, str]:
    form = {"cb": "visitor_gray_callback", "tid": "", "from": "weibo"}
    response = await _ask(fetcher, urls, side, "/visitor/genvisitor2", form)
    answer = read_jsonp(response.body)
    data = inner(answer, "data")
    if integer(answer.get("retcode")) != _SUCCESS or not first_string(data, "sub"):
        return {}
    return _cookies(response, data, side)


async def _genvisitor(fetcher: Fetcher, urls: WeiboUrls, side: Side, rng: random.Random) -> dict[str, str]:
    form = {"cb": "gen_callback", "fp": json.dumps(_FINGERPRINT, separators=(",", ":"))}
    answer = read_jsonp((await _ask(fetcher, urls, side, "/visitor/genvisitor", form)).body)
    data = inner(answer, "data")
    tid = first_string(data, "tid")
    if integer(answer.get("retcode")) != _SUCCESS or not tid:
        return {}
    confidence = integer(data.get("confidence"))
    query = {
        "a": "incarnate",
        "t": tid,
        "w": "3" if truth(data.get("new_tid")) else "2",
        "c": f"{_DEFAULT_CONFIDENCE if confidence is None else confidence:03d}",
        "gc": "",
        "cb": "cross_domain",
        "from": "weibo",
        "_rand": str(rng.random()),
    }
    response = await _ask(fetcher, urls, side, "/visitor/visitor?" + urlencode(query))
    return _cookies(response, inner(read_jsonp(response.body), "data"), side)


def _cookies(response: Response, data: Json, side: Side) -> dict[str, str]:
    """Take the cookies that were set, and from the JSON what was not."""
    cookies = read_cookies(response.headers.get_list("set-cookie"), side)
    for name, member in (("SUB", "sub"), ("SUBP", "subp")):
        told = first_string(data, member)
        if name not in cookies and is_kept(name, told):
            cookies[name] = told
    return cookies


async def _ask(
    fetcher: Fetcher, urls: WeiboUrls, side: Side, path: str, form: Mapping[str, str] | None = None
) -> Response:
    root = urls.passport(side)
    headers = dict(headers_for(Endpoint(root + path, side, f"{root}/visitor/visitor"), USER_AGENT, {}))
    headers["Origin"] = root
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    request = Request(
        root + path,
        method="GET" if form is None else "POST",
        headers=headers,
        body=None if form is None else urlencode(form).encode(),
        limits=MINT_LIMITS,
        site=MINT_SITE,
        pace=MINT_PACE,
        follow_redirects=False,
        interactive=True,
    )
    try:
        response = await fetcher.fetch(request)
    except RestingError as error:
        raise MintError(f"Weibo's visitor passport wants a rest. {error.why}") from error
    except FetchError as error:
        raise MintUnreachableError(f"Weibo's visitor passport could not be asked. {error.why}") from error
    if response.status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise MintUnreachableError(f"Weibo's visitor passport answered with HTTP {response.status}.")
    return response
