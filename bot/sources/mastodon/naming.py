"""Telling from a text alone which account on which server it names; nothing here asks anybody."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.sources.face import Claim
from bot.sources.links import normalised

#: Mastodon's user names have at most 30 letters, other software's are longer and may have dots and hyphens.
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?")
_HANDLE = re.compile(r"@([^@\s/:]{1,64})@([^@\s/?#]{3,255})")
#: Pages that look like an account's on sites that speak another language.
_OTHERS = (
    "youtube.com",
    "youtu.be",
    "medium.com",
    "tiktok.com",
    "threads.net",
    "threads.com",
    "t.me",
    "flipboard.com",
)
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Named:
    """An account by its name on a server ("https://social.bund.de", no slash at the end)."""

    server: str
    name: str
    claim: Claim


def account_named(what: str) -> Named | None:
    """Read @name@server or an account's or a post's address; None where it names none."""
    what = what.strip()
    if len(what) > _LONGEST:
        return None
    handle = _HANDLE.fullmatch(what)
    if handle:
        return _named(handle[1], f"https://{handle[2]}", Claim.SURE)
    if re.search(r"\s", what):
        return None
    try:
        url = urlsplit(what if "://" in what else f"https://{what}")
        host = url.hostname or ""
        steps = [step for step in url.path.split("/") if step]
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not host or any(host == o or host.endswith(f".{o}") for o in _OTHERS):
        return None
    if steps[:1] == ["web"]:
        steps = steps[1:]
    if steps[:1] == ["users"] and len(steps) > 1:
        return _named(steps[1], f"{url.scheme}://{url.netloc}", Claim.MAYBE)
    if not steps or not steps[0].startswith("@"):
        return None
    # another server's account, as this one shows it
    name, _, home = steps[0][1:].partition("@")
    return _named(name, f"https://{home}" if home else f"{url.scheme}://{url.netloc}", Claim.MAYBE)


def _named(name: str, server: str, claim: Claim) -> Named | None:
    base = normalised(server).rstrip("/")
    return Named(base, name, claim) if base and _NAME.fullmatch(name) else None
