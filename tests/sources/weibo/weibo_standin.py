"""A Weibo of a few lines that answers over HTTP exactly what a test lays out, in order; the last answer stays."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from weibo_shapes import NOTHING_HERE, as_bytes


@dataclass
class Asked:
    what: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def cookie(self) -> str:
        return self.headers.get("cookie", "")


@dataclass
class Says:
    """One answer."""

    body: object = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


_NAMES = {
    "/api/config": "config",
    "/statuses/extend": "extend",
    "/statuses/show": "show",
    "/ajax/profile/info": "info",
    "/ajax/statuses/longtext": "longtext",
    "/visitor/genvisitor2": "mint",
    "/visitor/genvisitor": "mint-old",
    "/visitor/visitor": "incarnate",
}
_CONTAINERS = {"107603": "timeline", "100505": "profile", "100103": "search"}


class WeiboStandIn:
    """``answers[name]`` is asked by name: timeline, profile, search, extend, show, info, longtext, config, mint, ..."""

    def __init__(self) -> None:
        self.answers: dict[str, deque[Says]] = {}
        self.asked: list[Asked] = []
        self.minted = 0
        self.url = ""
        self.says("timeline", NOTHING_HERE)
        self.says("config", {"ok": 1, "data": {"login": False, "st": "a1b2c3"}})

    def says(self, name: str, *bodies: object) -> None:
        self.answers[name] = deque(body if isinstance(body, Says) else Says(body) for body in bodies)

    def names(self, *, minting: bool = False) -> list[str]:
        aside = () if minting else ("mint", "mint-old", "incarnate", "config")
        return [asked.what for asked in self.asked if asked.what not in aside]

    def count(self, name: str) -> int:
        return sum(asked.what == name for asked in self.asked)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        name = _name(request)
        self.asked.append(Asked(name, dict(request.query_params), dict(request.headers), await request.body()))
        if name not in self.answers:
            return self._mint() if name == "mint" else Response(status_code=404)
        laid_out = self.answers[name]
        says = laid_out.popleft() if len(laid_out) > 1 else laid_out[0]
        response = Response(as_bytes(says.body), says.status, headers=says.headers)
        for cookie in says.cookies:
            response.headers.append("Set-Cookie", cookie)
        return response

    def _mint(self) -> Response:
        self.minted += 1
        return self.minting(f"visitor-{self.minted}")

    @staticmethod
    def minting(sub: str, domain: str = ".weibo.cn", retcode: int = 20000000) -> Response:
        data: dict[str, Any] = {"sub": sub, "subp": "0033visitor", "tid": "01A", "confidence": 95}
        told = as_bytes({"retcode": retcode, "msg": "succ", "data": data}).decode()
        response = Response(f"window.visitor_gray_callback && visitor_gray_callback({told});", media_type="text/html")
        tail = f"expires=Monday, 27-Sep-2027 16:42:59 GMT; path=/; domain={domain}"
        response.headers.append("Set-Cookie", f"SUB={sub}; {tail}; secure; httponly; SameSite=None")
        response.headers.append("Set-Cookie", f"SUBP=0033visitor; {tail}")
        return response


def _name(request: Request) -> str:
    path = request.url.path
    if path == "/api/container/getIndex":
        container = request.query_params.get("containerid", "")
        return _CONTAINERS.get(container[:6], f"container {container}")
    return _NAMES.get(path, path)
