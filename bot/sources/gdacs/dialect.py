"""Which lists of GDACS can be followed, and what of one is told: Orange and Red, Green only where it was asked for."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from bot.model.alert import MsgType, Urgency
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
#: The level of an event that is over, which comes after every other.
_NOT_CURRENT = "not current"
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
    """Name each event's present level. Green is left out, unless it was asked for or follows what was told before; an
    event that is no longer current ends what was told, and is nothing to whoever was not told.
    """
    known = levels_of(memory)
    told = (_over(post) if post.id in known and _has_ended(post) else post for post in document.posts)
    wanted = tuple(post for post in told if post.id in known or _is_told(post))
    return followed(replace(document, posts=wanted), memory, after, LEVEL)


def _has_ended(post: Post) -> bool:
    """What is current has no end: GDACS says anew with each list that it goes on."""
    return post.alert is not None and any(hazard.expires for hazard in post.alert.hazards)


def _over(post: Post) -> Post:
    alert = post.alert
    if alert is None:
        return post
    hazards = tuple(
        replace(
            hazard, urgency=Urgency.PAST, response_types=("AllClear",),
            parameters=(*((name, value) for name, value in hazard.parameters if name != LEVEL), (LEVEL, _NOT_CURRENT)),
        )
        for hazard in alert.hazards
    )  # fmt: skip
    return replace(post, alert=replace(alert, msg_type=MsgType.CANCEL, hazards=hazards))


def _is_told(post: Post) -> bool:
    if _has_ended(post):
        return False
    return post.account.endswith(ALL_LEVELS) or level_of(post, LEVEL) != GREEN


def _name(key: str) -> str:
    return "GDACS, all levels" if key.endswith(ALL_LEVELS) else "GDACS, Orange and Red"


GDACS = Dialect(
    kind="gdacs", pace=GDACS_PACE, accept=_ACCEPT, address=address, wanted=_WANTED, read=read_events, name=_name,
    settle=settle, language="en", utc_offset=0,
)  # fmt: skip
