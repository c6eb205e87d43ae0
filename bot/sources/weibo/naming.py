"""Which account a text names, as far as the text alone tells: UID, screen name or custom domain. No I/O."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from bot.sources.face import Claim

#: Everyday UIDs have 10 digits; shorter ones are old accounts and need a link to be believed.
_BARE_UID = re.compile(r"\d{9,12}", re.ASCII)
_UID = re.compile(r"\d{5,12}", re.ASCII)
#: /p/1005051288915263: a page id is a six-digit prefix and the UID.
_PAGE_ID = re.compile(r"10\d{4}(\d{10})", re.ASCII)
_NAME = re.compile(r"@?[\w·-]{2,30}")
_HOSTS = frozenset(
    ("weibo.com", "www.weibo.com", "m.weibo.cn", "weibo.cn", "m.weibo.com", "www.weibo.cn", "e.weibo.com")
)
#: First path parts that are no custom domains.
_RESERVED = frozenset(("n", "u", "p", "profile", "search", "login", "signup", "tv", "ttarticle", "detail", "status"))


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names: exactly one field is set, or none."""

    uid: str = ""
    name: str = ""
    domain: str = ""


def read_name(what: str, own_hosts: frozenset[str] = frozenset()) -> tuple[Named, Claim]:
    """What the text names and how surely it is Weibo's."""
    text = unicodedata.normalize("NFKC", what).strip()
    if _BARE_UID.fullmatch(text):
        return Named(uid=text), Claim.SURE
    named = _in_link(text, own_hosts)
    if named is not None:
        return named, Claim.SURE if named != Named() else Claim.NO
    if text.startswith("@") and _NAME.fullmatch(text):
        return Named(name=text[1:]), Claim.SURE
    if _NAME.fullmatch(text) and not text.isascii():
        return Named(name=text), Claim.MAYBE
    return Named(), Claim.NO


def _in_link(text: str, own_hosts: frozenset[str]) -> Named | None:
    """The account of a Weibo link, None when it is no link to Weibo."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.netloc.rpartition("@")[2]).lower()
    except ValueError:
        return None
    if host not in _HOSTS and host not in own_hosts:
        return None
    path = [unquote(part) for part in parts.path.split("/") if part]
    query = parse_qs(parts.query)
    for value in (*query.get("uid", []), *query.get("value", [])):
        if _UID.fullmatch(value):
            return Named(uid=value)
    return _in_path(path)


def _in_path(path: list[str]) -> Named:
    if len(path) > 1 and path[0] in {"u", "profile"} and _UID.fullmatch(path[1]):
        return Named(uid=path[1])
    if len(path) > 1 and path[0] == "n":
        return Named(name=path[1].lstrip("@"))
    if len(path) > 1 and path[0] == "p" and (page := _PAGE_ID.match(path[1])):
        return Named(uid=page[1])
    if path and _UID.fullmatch(path[0]):
        return Named(uid=path[0])
    if path and path[0] not in _RESERVED and re.fullmatch(r"[A-Za-z0-9_.-]{2,40}", path[0]):
        return Named(domain=path[0])
    return Named()
