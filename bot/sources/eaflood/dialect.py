"""Which flood lists of the Environment Agency can be followed: all of England, a county, or what lies round a point."""

import re
from urllib.parse import quote, urlsplit

from bot.sources.cap.dialect import JSON_ACCEPT, Dialect
from bot.sources.cap.documents import Document
from bot.sources.cap.following import followed
from bot.sources.eaflood.reading import LEVEL, read_floods
from bot.sources.face import Memory, Pace
from bot.sources.links import as_url

#: The list is made anew each quarter of an hour; a look each five minutes is ten late at most.
EAFLOOD_PACE = Pace(default=300, floor=120, ceiling=900, promise=3600)
_HOST, _PATH = "environment.data.gov.uk", "/flood-monitoring/id/floods"
_LIST = f"https://{_HOST}{_PATH}"
_PREFIX = re.compile(r"eaflood(?::|\s+)\s*", re.IGNORECASE)
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d{1,6})?)\s*,\s*(-?\d{1,2}(?:\.\d{1,6})?)")
_COUNTY = re.compile(r"[A-Za-z][A-Za-z ,'-]{2,60}")
#: Kilometres round a point.
_ROUND = 10
_ALL = frozenset(("england", "all"))
_WANTED = "Send eaflood:england, eaflood:Somerset (a county), or eaflood:51.06,-1.31 (10 km round a point)."


def address(what: str) -> str:
    """The list that a text names: "eaflood:" and "england", a county or a point, or a link of the service."""
    what = what.strip()
    named = _PREFIX.match(what)
    if named:
        return _of_place(what[named.end() :].strip())
    url = as_url(what)
    parts = urlsplit(url)
    return url if parts.hostname == _HOST and parts.path == _PATH else ""


def _of_place(place: str) -> str:
    if place.casefold() in _ALL:
        return _LIST
    point = _POINT.fullmatch(place)
    if point:
        return f"{_LIST}?lat={point[1]}&long={point[2]}&dist={_ROUND}"
    return f"{_LIST}?county={quote(place, safe='')}" if _COUNTY.fullmatch(place) else ""


def _settle(document: Document, memory: Memory, after: dict[str, object]) -> Document:
    return followed(document, memory, after, LEVEL)


def _name(key: str) -> str:
    del key
    return "Environment Agency floods"


EAFLOOD = Dialect(
    kind="eaflood", pace=EAFLOOD_PACE, accept=JSON_ACCEPT, address=address, wanted=_WANTED, read=read_floods, name=_name,
    settle=_settle, language="en-GB",
)  # fmt: skip
