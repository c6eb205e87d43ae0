"""Which lists of GDACS can be followed, and what of one is told: Orange and Red, Green only where it was asked for."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from bot.model.post import Post
from bot.sources.cap.dialect import Dialect
from bot.sources.cap.documents import Document
from bot.sources.cap.following import followed, level_of, levels_of
from bot.sources.face import Memory, Pace
from bot.sources.gdacs.reading import GREEN, LEVEL, read_events
from bot.sources.links import as_url

#: The lists are made anew each six minutes.
GDACS_PACE = Pace(default=360, floor=360, ceiling=900, promise=3600)
_ACCEPT = "application/rss+xml, application/geo+json, application/json;q=0.9, application/xml;q=0.9, */*;q=0.1"
_HOSTS = frozenset(("www.gdacs.org", "gdacs.org"))
_PATHS = re.compile(
    r"/xml/rss(?:_\w{1,20})?\.xml|/gdacsapi/api/events/geteventlist/\w{1,20}", re.IGNORECASE
)  # fmt: skip
_LIST = "https://www.gdacs.org/xml/rss.xml"
#: Ends the key of an account that wants Green events too: some ten a day, most of them without harm. Never sent.
ALL_LEVELS = "#green"
_WANTED = "Send gdacs (Orange and Red), “gdacs green” (every event), or a list's link of gdacs.org."


def address(what: str) -> str:
    """The list that a text names: "gdacs", "gdacs:green", or a link; "#green" behind a link asks for Green too."""
    what = " ".join(what.strip().casefold().replace(":", " ").split()) if "/" not in what else what.strip()
    if what in ("gdacs", "gdacs green"):
        return _LIST + (ALL_LEVELS if what.endswith("green") else "")
    url = as_url(what)
    parts = urlsplit(url)
    if parts.hostname not in _HOSTS or not _PATHS.fullmatch(parts.path):
        return ""
    return url + (ALL_LEVELS if what.casefold().endswith(ALL_LEVELS) else "")


def settle(document: Document, memory: Memory, after: dict[str, object]) -> Document:
    """Name each event's present level. Green is left out, unless it was asked for or follows what was told before."""
    known = levels_of(memory)
    told = tuple(post for post in document.posts if _is_told(post) or post.id in known)
    return followed(replace(document, posts=told), memory, after, LEVEL)


def _is_told(post: Post) -> bool:
    return post.account.endswith(ALL_LEVELS) or level_of(post, LEVEL) != GREEN


def _name(key: str) -> str:
    return "GDACS, all levels" if key.endswith(ALL_LEVELS) else "GDACS, Orange and Red"


GDACS = Dialect(
    kind="gdacs", pace=GDACS_PACE, accept=_ACCEPT, address=address, wanted=_WANTED, read=read_events, name=_name,
    settle=settle, language="en", utc_offset=0,
)  # fmt: skip
