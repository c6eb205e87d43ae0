"""Visitor cookies as visitor.passport.weibo.cn mints them: who holds a valid one, and what the mint answers."""

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response

#: A minted cookie says that it lives about a year; the site ends it when it likes.
LIFE = timedelta(days=365)
#: Cookies remembered; more than any test mints.
KEPT = 10_000


class Visitors:
    """The site's memory of whom it gave a cookie. A cookie counts only with the User-Agent that fetched it."""

    def __init__(self, rng: random.Random, clock: Callable[[], datetime]) -> None:
        self._rng = rng
        self._clock = clock
        self._agents: dict[str, str] = {}
        #: How many cookies were minted.
        self.minted = 0
        #: True: cookies are minted as ever, but none is accepted (the site has closed to visitors).
        self.closed = False
        #: SUB values of logged-in accounts; any User-Agent may use them.
        self.logins: set[str] = set()

    def revoke(self) -> None:
        """Forget every cookie: whoever asks next has to mint again."""
        self._agents.clear()

    def mint(self, user_agent: str, callback: str) -> Response:
        """A new cookie in the JSONP form of genvisitor2."""
        sub, subp = self._issue(user_agent)
        data = {
            "next": "cross_domain",
            "sub": sub,
            "subp": subp,
            "alt": "",
            "savestate": 0,
            "tid": self._tid(),
            "new_tid": False,
            "confidence": 95,
        }
        return self._with_cookies(jsonp(callback, 20000000, "succ", data), sub, subp)

    def begin(self, callback: str) -> Response:
        """The first step of the older way: a ticket."""
        return jsonp(callback, 20000000, "succ", {"tid": self._tid(), "new_tid": True, "confidence": 95})

    def incarnate(self, user_agent: str, callback: str) -> Response:
        """The second step of the older way: cookies for a ticket."""
        sub, subp = self._issue(user_agent)
        return self._with_cookies(jsonp(callback, 20000000, "succ", {"sub": sub, "subp": subp}), sub, subp)

    def _issue(self, user_agent: str) -> tuple[str, str]:
        sub = f"_2Ak{self._rng.getrandbits(256):064x}"
        if len(self._agents) >= KEPT:
            self._agents.clear()
        self._agents[sub] = user_agent
        self.minted += 1
        return sub, f"0033Wr{self._rng.getrandbits(128):032x}"

    def _tid(self) -> str:
        return f"01A{self._rng.getrandbits(96):x}"

    def _with_cookies(self, response: Response, sub: str, subp: str) -> Response:
        expires = (self._clock() + LIFE).strftime("%A, %d-%b-%Y %H:%M:%S GMT")
        tail = f"expires={expires}; path=/; domain=.weibo.cn"
        response.headers.append("Set-Cookie", f"SUB={sub}; {tail}; secure; httponly; SameSite=None")
        response.headers.append("Set-Cookie", f"SUBP={subp}; {tail}")
        return response

    def knows(self, cookie: str, user_agent: str) -> bool:
        """True when the Cookie header shows that a visitor or a logged-in account is asking."""
        sub = sub_of(cookie)
        if sub in self.logins:
            return True
        return not self.closed and sub in self._agents and self._agents[sub] == user_agent

    def logged_in(self, cookie: str) -> bool:
        """True when the Cookie header belongs to a logged-in account."""
        return sub_of(cookie) in self.logins


def jsonp(callback: str, retcode: int, message: str, data: object) -> Response:
    """Weibo's passport answers a script call, whatever asked. A callback that is no name is not written."""
    name = callback if callback.isidentifier() else "visitor_gray_callback"
    answer = json.dumps({"retcode": retcode, "msg": message, "data": data}, separators=(",", ":"))
    return Response(f"window.{name} && {name}({answer});", media_type="text/html")


def sub_of(cookie: str) -> str:
    """The SUB value of a Cookie header, "" when there is none."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(cookie)
    except CookieError:
        return ""
    return jar["SUB"].value if "SUB" in jar else ""
