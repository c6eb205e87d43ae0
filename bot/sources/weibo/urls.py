"""Every address of Weibo's that we ask, and the headers it wants; nothing here sends a request."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode, urlsplit

from bot import __version__

#: Weibo gives its mobile JSON to mobile browsers only; we say who we are at the end of it.
#: It must stay the same from minting a cookie to using it, so it is kept with the cookie.
USER_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    f"Version/18.6 Mobile/15E148 Safari/604.1 Tocsin/{__version__}"
)

_PASSPORT_CN = "https://visitor.passport.weibo.cn"
_PASSPORT_COM = "https://passport.weibo.com"


class Side(StrEnum):
    """Weibo's two realms. Each has cookies of its own, and a cookie of one is refused by the other."""

    #: m.weibo.cn: the API that we poll.
    MOBILE = "cn"
    #: weibo.com/ajax: names, and the last resort for long texts.
    WEB = "com"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address to ask. ``referer`` is the page that would ask it."""

    url: str
    side: Side
    referer: str
    #: The answer is a timeline, so it must have cards.
    timeline: bool = False
    #: The answer is a redirect that says what we want to know.
    redirect: bool = False


@dataclass(frozen=True, slots=True)
class WeiboUrls:
    """Where Weibo lives. Tests and stand-ins put other addresses here."""

    api: str = "https://m.weibo.cn"
    visitor: str = _PASSPORT_CN
    web: str = "https://weibo.com"

    def passport(self, side: Side) -> str:
        """Give the host that mints cookies for a side. Weibo has one for each; a stand-in has one for both."""
        visitor = self.visitor.rstrip("/")
        return _PASSPORT_COM if side is Side.WEB and visitor == _PASSPORT_CN else visitor

    def timeline(self, uid: str, container: str = "", following: tuple[str, str] | None = None) -> Endpoint:
        """A: one page of an account's posts; ``following`` is what the page before said (logged in only)."""
        query = {"type": "uid", "value": uid, "containerid": container or f"107603{uid}"}
        if following:
            query[following[0]] = following[1]
        return self._mobile("/api/container/getIndex", query, f"/u/{uid}", timeline=True)

    def profile(self, uid: str) -> Endpoint:
        """B: an account's profile (userInfo, tabsInfo)."""
        query = {"type": "uid", "value": uid, "containerid": f"100505{uid}"}
        return self._mobile("/api/container/getIndex", query, f"/u/{uid}")

    def long_text(self, mid: str) -> Endpoint:
        """C: the whole text of a post."""
        return self._mobile("/statuses/extend", {"id": mid}, f"/detail/{mid}")

    def post(self, post_id: str) -> Endpoint:
        """D: one whole post, by mid or bid."""
        return self._mobile("/statuses/show", {"id": post_id}, f"/detail/{post_id}")

    def web_long_text(self, bid: str) -> Endpoint:
        """H: the whole text of a post, from the web side."""
        return self._web("/ajax/statuses/longtext", {"id": bid})

    def user_by_name(self, screen_name: str) -> Endpoint:
        """G: who has this screen name."""
        return self._web("/ajax/profile/info", {"screen_name": screen_name})

    def user_by_domain(self, domain: str) -> Endpoint:
        """G: who has this personal address (weibo.com/DOMAIN)."""
        return self._web("/ajax/profile/info", {"custom": domain})

    def domain_redirect(self, domain: str) -> Endpoint:
        """A page that redirects to /u/UID for a personal address."""
        return replace(self._mobile(f"/{domain}", {"jumpfrom": "weibocom"}, "/"), redirect=True)

    def search_users(self, name: str) -> Endpoint:
        """Accounts whose names are like this one."""
        return self._mobile("/api/container/getIndex", {"containerid": f"100103type=3&q={name}"}, "/search")

    def config(self) -> Endpoint:
        """Whether we are logged in; also sets the small cookies of the mobile side."""
        return self._mobile("/api/config", {}, "/")

    def netlocs(self) -> frozenset[str]:
        """Give "host[:port]" of the addresses set here, for telling an account's URL by."""
        return frozenset(urlsplit(url).netloc.lower() for url in (self.api, self.web)) - {""}

    def _mobile(self, path: str, query: Mapping[str, str], referer: str, *, timeline: bool = False) -> Endpoint:
        root = self.api.rstrip("/")
        return Endpoint(_join(root, path, query), Side.MOBILE, root + referer, timeline)

    def _web(self, path: str, query: Mapping[str, str]) -> Endpoint:
        root = self.web.rstrip("/")
        return Endpoint(_join(root, path, query), Side.WEB, root + "/")


def _join(root: str, path: str, query: Mapping[str, str]) -> str:
    return f"{root}{path}?{urlencode(query)}" if query else root + path


class SecretHeaders(dict[str, str]):
    """Request headers whose cookie does not show when somebody prints them."""

    def __repr__(self) -> str:
        return repr({name: "…" if name.lower() in _SECRET else value for name, value in self.items()})


_SECRET = frozenset({"cookie", "x-xsrf-token"})


def headers_for(endpoint: Endpoint, user_agent: str, cookies: Mapping[str, str]) -> Mapping[str, str]:
    """Give the headers that the site's own page would send."""
    headers = SecretHeaders(
        {
            "User-Agent": user_agent,
            "Referer": endpoint.referer,
            "X-Requested-With": "XMLHttpRequest",
            "Accept": "application/json, text/plain, */*",
            "Accept-Language": "zh-CN,zh;q=0.9",
        }
    )
    if endpoint.side is Side.MOBILE:
        headers["MWeibo-Pwa"] = "1"
    if cookies.get("XSRF-TOKEN"):
        headers["X-XSRF-TOKEN"] = cookies["XSRF-TOKEN"]
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return headers
