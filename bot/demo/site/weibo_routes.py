"""The paths of m.weibo.cn, weibo.com and visitor.passport.weibo.cn that are asked, answered from a WeiboState."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.demo.site.faults import LOGIN_PAGE, NOTHING_HERE, Endpoint
from bot.demo.site.markup import to_html
from bot.demo.site.mblog import card, mblog, user
from bot.demo.site.snowflake import mid_of_bid
from bot.demo.site.visitors import Visitors, sub_of
from bot.demo.site.weibo import PostState, WeiboPost, WeiboState

#: Posts on a page besides the pinned ones.
PAGE_SIZE = 10
TIMELINE = "107603"
PROFILE = "100505"
SEARCH = "100103"

Answer = Callable[[Request], Awaitable[Response]]
#: Wraps an answer: counts the request and misbehaves when a fault is planned.
Guard = Callable[[Endpoint, Answer], Answer]


class WeiboRoutes:
    """Weibo's faces on one host."""

    def __init__(self, state: WeiboState, visitors: Visitors, guard: Guard) -> None:
        self._state = state
        self._visitors = visitors
        self._guard = guard
        #: True wraps the posts in a card of type 11, as the site has done at times.
        self.grouped = False

    def routes(self) -> list[Route]:
        """What to mount. The order matters: an account's own address matches any single word."""
        guard = self._guard
        return [
            Route("/api/container/getIndex", self._container),
            Route("/api/config", guard(Endpoint.CONFIG, self._config)),
            Route("/statuses/extend", guard(Endpoint.EXTEND, self._mobile(self._extend))),
            Route("/statuses/show", guard(Endpoint.SHOW, self._mobile(self._show))),
            Route("/setup/nick/detail", guard(Endpoint.NICK, self._mobile(self._nick))),
            Route("/ajax/profile/info", guard(Endpoint.INFO, self._web(self._info))),
            Route("/ajax/statuses/mymblog", guard(Endpoint.PC_TIMELINE, self._web(self._pc_timeline))),
            Route("/ajax/statuses/longtext", guard(Endpoint.PC_LONG, self._web(self._pc_long))),
            Route("/ajax/statuses/show", guard(Endpoint.PC_SHOW, self._web(self._show_pc))),
            Route("/visitor/genvisitor2", guard(Endpoint.MINT, self._mint), methods=["POST"]),
            Route("/visitor/genvisitor", guard(Endpoint.MINT_OLD, self._mint_begin), methods=["POST"]),
            Route("/visitor/visitor", guard(Endpoint.MINT_OLD, self._mint_old)),
            Route("/n/{name}", self._by_name),
        ]

    async def by_domain(self, request: Request) -> Response:
        """``weibo.com/DOMAIN`` leads to the account's page."""
        account = self._state.find(domain=request.path_params["domain"])
        if account is None:
            return Response("没有这个页面", 404, media_type="text/plain")
        return RedirectResponse(f"/u/{account.uid}", 302)

    async def _by_name(self, request: Request) -> Response:
        account = self._state.find(name=request.path_params["name"])
        if account is None:
            return Response("没有这个用户", 404, media_type="text/plain")
        return RedirectResponse(f"/u/{account.uid}", 302)

    async def _container(self, request: Request) -> Response:
        """Timeline, profile and search share one path; the container id tells them apart."""
        container = request.query_params.get("containerid", "")
        if container.startswith(SEARCH):
            return await self._guard(Endpoint.SEARCH, self._mobile(self._search))(request)
        if container.startswith(TIMELINE):
            return await self._guard(Endpoint.TIMELINE, self._mobile(self._timeline))(request)
        return await self._guard(Endpoint.PROFILE, self._mobile(self._profile))(request)

    def _mobile(self, answer: Answer) -> Answer:
        """Without a cookie m.weibo.cn gives 432; with one that it does not know (any more), ok -100."""

        async def checked(request: Request) -> Response:
            cookie = request.headers.get("cookie", "")
            if not sub_of(cookie):
                return Response(status_code=432)
            if not self._knows(request):
                return JSONResponse({"ok": -100, "url": LOGIN_PAGE})
            return await answer(request)

        return checked

    def _web(self, answer: Answer) -> Answer:
        """weibo.com answers ok -100 to whoever it does not know."""

        async def checked(request: Request) -> Response:
            if not self._knows(request):
                return JSONResponse({"ok": -100, "url": "https://weibo.com/login.php?url=https%3A%2F%2Fweibo.com%2F"})
            return await answer(request)

        return checked

    def _knows(self, request: Request) -> bool:
        return self._visitors.knows(request.headers.get("cookie", ""), request.headers.get("user-agent", ""))

    def _logged_in(self, request: Request) -> bool:
        return self._visitors.logged_in(request.headers.get("cookie", ""))

    async def _timeline(self, request: Request) -> Response:
        query = request.query_params
        uid = query["containerid"].removeprefix(TIMELINE)
        since = query.get("since_id", "")
        logged_in = self._logged_in(request)
        if (since or query.get("page", "1") not in {"", "0", "1"}) and not logged_in:
            return JSONResponse({"ok": -100, "url": LOGIN_PAGE})
        posts = self._state.page(uid, PAGE_SIZE, since if since.isdigit() else "", everything=logged_in)
        if not posts:
            return JSONResponse(dict(NOTHING_HERE))
        cards = [card(self._state, post, _base(request)) for post in posts]
        if self.grouped:
            cards = [{"card_type": 11, "show_type": 1, "card_group": cards}]
        info: dict[str, Any] = {
            "containerid": query["containerid"],
            "v_p": 42,
            "show_style": 1,
            "total": self._state.total(uid),
        }
        more = self._state.page(uid, 1, posts[-1].mid, everything=logged_in)
        info |= {"since_id": int(posts[-1].mid)} if more else {"page": None}
        scheme = f"sinaweibo://cardlist?containerid={query['containerid']}&v_p=42"
        data = {"cardlistInfo": info, "cards": cards, "scheme": scheme, "showAppTips": 0}
        return JSONResponse({"ok": 1, "data": data})

    async def _profile(self, request: Request) -> Response:
        query = request.query_params
        uid = query.get("containerid", "").removeprefix(PROFILE) or query.get("value", "")
        account = self._state.accounts.get(uid)
        if account is None:
            return JSONResponse(dict(NOTHING_HERE))
        tabs = [
            _tab(1, "profile", "精选", f"230283{uid}"),
            _tab(2, "weibo", "微博", f"{TIMELINE}{uid}"),
            _tab(10, "album", "相册", f"107803{uid}"),
        ]
        data = {
            "isVideoCoverStyle": 1,
            "isStarStyle": 0,
            "userInfo": user(account, _base(request), self._state.total(uid)),
            "tabsInfo": {"selectedTab": 1, "tabs": tabs},
            "profile_ext": f"touid:{uid}",
            "scheme": f"sinaweibo://userinfo?uid={uid}",
            "showAppTips": 0,
        }
        return JSONResponse({"ok": 1, "data": data})

    async def _search(self, request: Request) -> Response:
        inside = parse_qs(request.query_params["containerid"].removeprefix(SEARCH)).get("q", [""])[0]
        wanted = inside or request.query_params.get("q", "")
        found = self._state.search(wanted)
        if not found:
            return JSONResponse(dict(NOTHING_HERE))
        group = [{"card_type": 10, "user": user(account, _base(request))} for account in found]
        cards = [{"card_type": 11, "show_type": 1, "card_group": group}]
        return JSONResponse({"ok": 1, "data": {"cards": cards, "cardlistInfo": {"total": len(found)}}})

    def _post(self, request: Request) -> WeiboPost | Response:
        """The post that ``id`` (mid or bid) names, or why it is not shown."""
        name = request.query_params.get("id", "")
        if not name.isascii() or not name.isalnum():
            return JSONResponse({"ok": 0, "errno": "100", "msg": "参数错误"})
        post = self._state.posts.get(name if name.isdigit() else mid_of_bid(name))
        if post is None or post.state is PostState.DELETED:
            return JSONResponse({"ok": 0, "errno": "20101", "msg": "该微博不存在"})
        if post.state is PostState.HIDDEN and not self._logged_in(request):
            return JSONResponse({"ok": 0, "message": "暂无查看权限", "error_code": 20112})
        return post

    async def _extend(self, request: Request) -> Response:
        post = self._post(request)
        if isinstance(post, Response):
            return post
        data = {
            "ok": 1,
            "longTextContent": to_html(post.text),
            "reposts_count": post.forwards,
            "comments_count": post.comments,
            "attitudes_count": post.likes,
        }
        return JSONResponse({"ok": 1, "data": data})

    async def _show(self, request: Request) -> Response:
        post = self._post(request)
        if isinstance(post, Response):
            return post
        return JSONResponse({"ok": 1, "data": mblog(self._state, post, _base(request), whole=True)})

    async def _show_pc(self, request: Request) -> Response:
        post = self._post(request)
        if isinstance(post, Response):
            return post
        return JSONResponse({"ok": 1} | mblog(self._state, post, _base(request), whole=True))

    async def _pc_long(self, request: Request) -> Response:
        post = self._post(request)
        if isinstance(post, Response):
            return post
        return JSONResponse({"ok": 1, "data": {"longTextContent": to_html(post.text)} if post.long else {}})

    async def _pc_timeline(self, request: Request) -> Response:
        if not self._logged_in(request):
            return JSONResponse({"ok": 0, "message": "前方有点拥堵，请登录后使用"}, 403)
        posts = self._state.page(request.query_params.get("uid", ""), PAGE_SIZE, everything=True)
        shown = [
            mblog(self._state, post, _base(request)) | {"id": int(post.mid), "idstr": post.mid} for post in posts
        ]
        return JSONResponse({"ok": 1, "data": {"since_id": "", "list": shown, "total": len(shown)}})

    async def _info(self, request: Request) -> Response:
        query = request.query_params
        account = self._state.accounts.get(query.get("uid", "")) or self._state.find(
            name=query.get("screen_name", ""), domain=query.get("custom", "")
        )
        if account is None:
            return JSONResponse({"ok": 0, "message": "该用户不存在(20003)", "error_code": 20003}, 400)
        shown = user(account, _base(request), self._state.total(account.uid))
        shown |= {"idstr": account.uid, "domain": account.domain, "profile_url": f"/u/{account.uid}"}
        return JSONResponse({"ok": 1, "data": {"user": shown, "tabList": [], "blockText": ""}})

    async def _config(self, request: Request) -> Response:
        xsrf = "d3m0aa"
        response = JSONResponse({"data": {"login": self._logged_in(request), "st": xsrf}, "ok": 1})
        for cookie in (f"XSRF-TOKEN={xsrf}", "_T_WM=10000000001", "MLOGIN=0", "M_WEIBOCN_PARAMS=uicode%3D20000174"):
            response.headers.append("Set-Cookie", f"{cookie}; path=/; domain=.weibo.cn")
        return response

    async def _nick(self, request: Request) -> Response:
        if not self._logged_in(request):
            return JSONResponse({"ok": -100, "url": LOGIN_PAGE})
        return JSONResponse({"ok": 1, "data": {"user": {"id": 7100000001, "screen_name": "备用账号"}}})

    async def _mint(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        callback = form.get("cb", ["visitor_gray_callback"])[0]
        return self._visitors.mint(request.headers.get("user-agent", ""), callback)

    async def _mint_begin(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        return self._visitors.begin(form.get("cb", ["gen_callback"])[0])

    async def _mint_old(self, request: Request) -> Response:
        query = request.query_params
        if query.get("a") != "incarnate" or not query.get("t"):
            return Response("<title>Sina Visitor System</title>", media_type="text/html")
        return self._visitors.incarnate(request.headers.get("user-agent", ""), query.get("cb", "cross_domain"))


def _tab(number: int, key: str, title: str, container: str) -> dict[str, Any]:
    return {
        "id": number,
        "tabKey": key,
        "must_show": 1,
        "hidden": 0,
        "title": title,
        "tab_type": key,
        "containerid": container,
    }


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
