"""Telling from a text alone whether it names a Weibo account, and how; nothing here asks Weibo."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from bot.sources.face import Claim
from bot.sources.weibo.cards import uid_of_container
from bot.sources.weibo.ids import is_bid, is_mid

#: Where accounts have addresses.
_HOSTS = frozenset(
    {"weibo.com", "www.weibo.com", "m.weibo.com", "e.weibo.com", "weibo.cn", "www.weibo.cn", "m.weibo.cn"}
)
_MAX_LENGTH = 500

#: Bare digits: UIDs have 10 digits (9 and 11 leave room); mids have 16, so the two are not mixed up.
_BARE_UID = re.compile(r"\d{9,11}", re.ASCII)
_URL_UID = re.compile(r"\d{5,12}", re.ASCII)
#: In ``weibo.com/1288915263`` a short number may be somebody's chosen address instead.
_PATH_UID = re.compile(r"\d{9,11}", re.ASCII)
_PAGE_ID = re.compile(r"10\d{4}(\d{9,11})", re.ASCII)
_DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,29}", re.ASCII)
#: Screen names: letters of any script, digits, "_", "-" and "·", at most 30.
_NAME = re.compile(r"[\w·-]{2,30}")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")

#: First steps of paths that are Weibo's own rooms, not somebody's chosen address.
_ROOMS = frozenset(
    (
        *("a", "ajax", "api", "at", "c", "comments", "compose", "detail", "fav", "feed", "home", "hot", "login"),
        *("login.php", "logout", "message", "messages", "my", "mygroups", "n", "newlogin", "p", "page", "profile"),
        *("search", "set", "settings", "share", "show", "signup", "sso", "status", "statuses", "sw.js", "tv", "u"),
        *("ttarticle", "visitor"),
    )
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


@dataclass(frozen=True, slots=True)
class Named:
    """How a text names an account: one member is set, or none when it names none."""

    uid: str = ""
    #: A screen name.
    name: str = ""
    #: A chosen address (weibo.com/DOMAIN).
    domain: str = ""
    #: A post's mid or bid, whose author is meant.
    post: str = ""
    claim: Claim = Claim.NO


_NOBODY = Named()


def read_name(what: str, own_netlocs: frozenset[str] = frozenset()) -> Named:
    """Read what somebody sent. ``own_netlocs`` are further "host[:port]" that stand for Weibo (a stand-in's)."""
    if len(what) > _MAX_LENGTH:
        return _NOBODY
    text = unicodedata.normalize("NFKC", what).translate(_INVISIBLE).strip().strip("<>\"'“”‘’「」")
    if _BARE_UID.fullmatch(text):
        return Named(uid=text, claim=Claim.SURE)
    if text.startswith("@"):
        name = text[1:].strip()
        return Named(name=name, claim=Claim.MAYBE) if _NAME.fullmatch(name) else _NOBODY
    if _NAME.fullmatch(text) and _HAN.search(text):
        return Named(name=text, claim=Claim.MAYBE)
    return _read_url(text, own_netlocs)


def _read_url(text: str, own_netlocs: frozenset[str]) -> Named:
    if "://" not in text:
        text = "https://" + text.removeprefix("//")
    try:
        url = urlsplit(text)
        host, netloc = (url.hostname or "").rstrip("."), url.netloc.lower()
    except ValueError:
        return _NOBODY
    if url.scheme.lower() not in ("http", "https") or not (host in _HOSTS or netloc in own_netlocs):
        return _NOBODY
    return _read_path([unquote(step) for step in url.path.split("/") if step], url)


def _read_path(steps: list[str], url: SplitResult) -> Named:
    first, second = (*steps, "", "")[:2]
    if first in ("u", "profile") and _URL_UID.fullmatch(second):
        return Named(uid=second, claim=Claim.SURE)
    if first == "n":
        name = unicodedata.normalize("NFKC", second).removeprefix("@")
        return Named(name=name, claim=Claim.SURE) if _NAME.fullmatch(name) else _NOBODY
    if first in ("p", "api"):
        return _read_page(second, url)
    if first in ("detail", "status") and (is_mid(second) or is_bid(second)):
        return Named(post=second, claim=Claim.SURE)
    if _PATH_UID.fullmatch(first):
        return Named(uid=first, claim=Claim.SURE)
    if first.lower() not in _ROOMS and _DOMAIN.fullmatch(first):
        return Named(domain=first, claim=Claim.SURE)
    return _NOBODY


def _read_page(page_id: str, url: SplitResult) -> Named:
    """Read /p/1005051288915263, and the container in /p/index?... and /api/container/getIndex?..."""
    found = _PAGE_ID.fullmatch(page_id)
    if found:
        return Named(uid=found[1], claim=Claim.SURE)
    try:
        containers = parse_qs(url.query, max_num_fields=50).get("containerid", [])
    except ValueError:
        return _NOBODY
    uid = next((uid for uid in map(uid_of_container, containers) if uid), "")
    return Named(uid=uid, claim=Claim.SURE) if uid else _NOBODY
