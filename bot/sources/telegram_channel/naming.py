"""Telling from a text alone which public channel it names; nothing here asks Telegram."""

import re
from urllib.parse import parse_qs, urlsplit

_HOSTS = frozenset(("t.me", "www.t.me", "telegram.me", "telegram.dog"))
#: Telegram's user names: 5 to 32 letters, digits and "_" (a few bought ones have 4), a letter first.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
#: First steps of paths that are no channel.
_ROOMS = frozenset(
    ("joinchat", "addstickers", "addemoji", "addlist", "addtheme", "share", "proxy", "socks", "setlanguage", "login")
) | frozenset(("invoice", "boost", "giftcode", "contact", "iv", "bg", "nft"))
_LONGEST = 300


def is_link(what: str) -> bool:
    """True for every link to Telegram, also for one that names no public channel."""
    return _steps(what) is not None


def channel_of(what: str) -> str:
    """The channel's name in small letters, "" when the link leads to none (an invitation, a private channel)."""
    steps = _steps(what) or []
    if steps[:1] == ["s"]:
        steps = steps[1:]
    name = steps[0] if steps else ""
    return name.lower() if _NAME.fullmatch(name) and name.lower() not in _ROOMS else ""


def _steps(what: str) -> list[str] | None:
    what = what.strip()
    if len(what) > _LONGEST or re.search(r"\s", what):
        return None
    try:
        url = urlsplit(what if "://" in what or what.startswith("tg:") else f"https://{what}")
        if url.scheme == "tg" and (url.netloc or url.path.strip("/")) == "resolve":
            return parse_qs(url.query, max_num_fields=10).get("domain", [""])[:1]
        host = (url.hostname or "").rstrip(".")
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or host not in _HOSTS:
        return None
    return [step for step in url.path.split("/") if step]
