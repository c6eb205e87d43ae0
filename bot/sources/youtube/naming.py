"""Telling from a text alone which YouTube channel it names: by id, or by a page that tells the id. Asks nobody."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
_HOSTS = frozenset(("youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"))
_SHORT = "youtu.be"
#: Names in addresses: any letters, for handles may be written in any script.
_NAME = re.compile(r"@?[\w.·-]{1,100}")
_FILMS = ("shorts", "live", "embed", "v")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Named:
    """A channel by its id, or the path of a page that names it ("/@nws"); one of both."""

    channel: str = ""
    page: str = ""


def channel_named(what: str) -> Named | None:
    """Read what somebody sent; None where it has nothing to do with YouTube's channels."""
    what = what.strip()
    if len(what) > _LONGEST or re.search(r"\s", what):
        return None
    if CHANNEL.fullmatch(what):
        return Named(channel=what)
    try:
        url = urlsplit(what if "://" in what else f"https://{what}")
        host = url.hostname or ""
    except ValueError:
        return None
    if url.scheme not in ("http", "https"):
        return None
    steps = [unquote(step) for step in url.path.split("/") if step]
    if host == _SHORT:
        return _film(steps[0] if steps else "")
    return _of_path(steps, url) if host in _HOSTS else None


def _of_path(steps: list[str], url: SplitResult) -> Named | None:
    first, second = (*steps, "", "")[:2]
    if first in ("channel", "feeds"):
        given = second if first == "channel" else _asked(url.query, "channel_id")
        return Named(channel=given) if CHANNEL.fullmatch(given) else None
    if first == "watch":
        return _film(_asked(url.query, "v"))
    if first in _FILMS:
        return _film(second)
    if first.startswith("@") and _NAME.fullmatch(first):
        return Named(page="/" + quote(first, safe="@"))
    if first in ("c", "user") and _NAME.fullmatch(second):
        return Named(page=f"/{first}/{quote(second)}")
    return None


def _film(video: str) -> Named | None:
    return Named(page=f"/watch?v={video}") if VIDEO.fullmatch(video) else None


def _asked(query: str, name: str) -> str:
    try:
        return parse_qs(query, max_num_fields=50).get(name, [""])[0]
    except ValueError:
        return ""
