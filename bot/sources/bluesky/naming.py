"""Telling from a text alone which Bluesky account it names: by handle, DID, address or at:// name. Asks nobody."""

import re
from urllib.parse import unquote, urlsplit

from bot.sources.face import Claim

#: AT Protocol: did:plc and did:web are the methods in use.
DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[A-Za-z0-9.%-]{3,250})")
_HANDLE = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}", re.IGNORECASE)
_HOSTS = frozenset(("bsky.app", "www.bsky.app", "staging.bsky.app", "main.bsky.dev"))
_OWN = ".bsky.social"
_LONGEST = 600


def actor_named(what: str) -> tuple[str, Claim]:
    """The handle (small letters) or DID that a text names, and how surely; ("", NO) when it names none."""
    what = what.strip()
    if len(what) > _LONGEST or re.search(r"\s", what):
        return "", Claim.NO
    if DID.fullmatch(what):
        return what, Claim.SURE
    if what.startswith("at://"):
        return _checked(what.removeprefix("at://").partition("/")[0])
    if what.startswith("@"):
        # a handle is a domain, which other platforms' names are not
        name, claim = _checked(what[1:])
        return name, claim
    if what.lower().endswith(_OWN) and _HANDLE.fullmatch(what):
        return what.lower(), Claim.SURE
    return _of_address(what)


def _of_address(what: str) -> tuple[str, Claim]:
    try:
        url = urlsplit(what if "://" in what else f"https://{what}")
        host = url.hostname or ""
    except ValueError:
        return "", Claim.NO
    steps = [unquote(step) for step in url.path.split("/") if step]
    if url.scheme not in ("http", "https") or host not in _HOSTS or steps[:1] != ["profile"] or len(steps) < 2:  # noqa: PLR2004
        return "", Claim.NO
    return _checked(steps[1])


def _checked(name: str) -> tuple[str, Claim]:
    if DID.fullmatch(name):
        return name, Claim.SURE
    return (name.lower(), Claim.SURE) if _HANDLE.fullmatch(name) else ("", Claim.NO)
