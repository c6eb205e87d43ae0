"""A small cookie jar for one side of Weibo: what is taken from Set-Cookie, and what is kept; nothing here asks Weibo."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.sources.weibo.fields import integer, mapping, string
from bot.sources.weibo.urls import USER_AGENT, Side

#: The cookies that decide whether we are let in; only minting (or an operator) sets them.
_IDENTITY = frozenset({"SUB", "SUBP", "SVB", "SRT", "SRF"})
#: The small ones that the mobile side sets along the way and wants back.
_PASSING = frozenset({"_T_WM", "XSRF-TOKEN", "MLOGIN", "M_WEIBOCN_PARAMS"})

#: RFC 6265's cookie-octet: what may stand in a value without breaking the header it is sent in.
_VALUE = re.compile(r"[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]{1,4096}")
_DOMAINS = {Side.MOBILE: "weibo.cn", Side.WEB: "weibo.com"}


@dataclass(frozen=True, slots=True)
class Jar:
    """Cookies of one side. ``generation`` tells two minted jars apart: it is never the same twice."""

    cookies: Mapping[str, str] = field(repr=False)
    minted_at: datetime
    generation: int
    user_agent: str = USER_AGENT
    #: It was let in at least once.
    worked: bool = False
    #: An operator's login rather than a visitor's cookie.
    login: bool = False


def read_cookies(set_cookie: Sequence[str], side: Side) -> dict[str, str]:
    """Read Set-Cookie lines. Cookies of the other side's domain, unknown ones and deletions are left out."""
    other = _DOMAINS[Side.WEB if side is Side.MOBILE else Side.MOBILE]
    cookies: dict[str, str] = {}
    for line in set_cookie:
        pair, *attributes = line.split(";")
        name, _, value = (part.strip() for part in pair.partition("="))
        told = {key.strip().lower(): said.strip() for key, _, said in (item.partition("=") for item in attributes)}
        foreign = told.get("domain", "").lower().lstrip(".").endswith(other)
        deleted = value == "deleted" or (integer(told.get("max-age")) or 1) <= 0 or told.get("max-age") == "0"
        if not foreign and not deleted and is_kept(name, value):
            cookies[name] = value
    return cookies


def passing_cookies(cookies: Mapping[str, str]) -> dict[str, str]:
    """Give those that an ordinary answer may change."""
    return {name: value for name, value in cookies.items() if name in _PASSING}


def is_kept(name: str, value: str) -> bool:
    """Tell whether a cookie is one that Weibo wants back, with a value that may be sent."""
    return name in (_IDENTITY | _PASSING) and _VALUE.fullmatch(value) is not None


def read_login(setting: str) -> dict[str, str]:
    """Read TOCSIN_WEIBO_COOKIE: a whole Cookie header or the value of SUB alone; empty when it has no SUB.

    Only SUB is taken: the server sets the rest anew, and a stale SSOLoginState brings a 432 (research 2.6).
    """
    text = setting.strip().strip("'\"").strip()
    if text.lower().startswith("cookie:"):
        text = text[len("cookie:") :].strip()
    if "=" not in text:
        return {"SUB": text} if is_kept("SUB", text) else {}
    for pair in text.split(";"):
        name, _, value = (part.strip() for part in pair.partition("="))
        if name == "SUB" and is_kept(name, value):
            return {"SUB": value}
    return {}


def login_expiry(setting: str) -> int | None:
    """Give the Unix second at which the login ends, by its ALF cookie; None when it does not say."""
    for pair in setting.split(";"):
        name, _, value = (part.strip() for part in pair.partition("="))
        if name == "ALF":
            # "02_1760000000" in newer sessions, the bare second in older ones.
            return integer(value.rpartition("_")[2])
    return None


def to_json(jar: Jar) -> dict[str, object]:
    """Write a jar for the Keep."""
    return {
        "cookies": dict(jar.cookies),
        "minted_at": jar.minted_at.isoformat(),
        "generation": jar.generation,
        "user_agent": jar.user_agent,
        "worked": jar.worked,
    }


def from_json(value: object) -> Jar | None:
    """Read a jar from the Keep; None when it is none."""
    stored = mapping(value)
    try:
        minted_at = datetime.fromisoformat(string(stored.get("minted_at")))
    except ValueError:
        return None
    pairs = mapping(stored.get("cookies")).items()
    cookies = {name: string(told) for name, told in pairs if is_kept(name, string(told))}
    if minted_at.tzinfo is None or "SUB" not in cookies:
        return None
    return Jar(
        cookies=cookies,
        minted_at=minted_at,
        generation=integer(stored.get("generation")) or 0,
        user_agent=string(stored.get("user_agent")) or USER_AGENT,
        worked=bool(stored.get("worked")),
    )
