"""Which lists of the US National Weather Service can be followed, and how often they are asked."""

import re
from urllib.parse import urlsplit

from bot.sources.cap.dialect import JSON_ACCEPT, Dialect
from bot.sources.face import Pace
from bot.sources.links import as_url
from bot.sources.nws.reading import read_features

#: The service asks for no less than 30 s between looks; it says no with 429, which the fetcher heeds.
NWS_PACE = Pace(default=60, floor=30, ceiling=300, promise=900)
_HOST, _ROOT = "api.weather.gov", "/alerts/active"
#: ``status=actual`` spares both sides the tests; what comes is judged by its own status all the same.
_LIST = f"https://{_HOST}{_ROOT}?status=actual"
_PREFIX = re.compile(r"nws(?::|\s+)\s*", re.IGNORECASE)
_ALL = frozenset(("us", "usa", "all"))
#: A state, territory or marine area ("CA", "GM"), or a forecast zone or county ("TXZ213", "CAC037").
_AREA, _ZONE = re.compile(r"[A-Z]{2}"), re.compile(r"[A-Z]{2}[ZC]\d{3}")
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)")
#: The service redirects or refuses points with more digits.
_DECIMALS = 4
_WANTED = (
    "Send nws:CA (a state), nws:TXZ213 (a zone or county), nws:38.9,-77.04 (a point), or a link of api.weather.gov."
)


def address(what: str) -> str:
    """The list that a text names: a link of the service, or "nws:" and a state, zone, county, point or "us"."""
    named = _PREFIX.match(what.strip())
    if named:
        return _of_place(what.strip()[named.end() :].strip().upper())
    url = as_url(what)
    parts = urlsplit(url)
    is_list = parts.path == _ROOT or parts.path.startswith(f"{_ROOT}/")
    return url if url and parts.hostname == _HOST and is_list else ""


def _of_place(place: str) -> str:
    if place.casefold() in _ALL:
        return _LIST
    if _ZONE.fullmatch(place):
        return f"{_LIST}&zone={place}"
    if _AREA.fullmatch(place):
        return f"{_LIST}&area={place}"
    point = _POINT.fullmatch(place)
    if not point or abs(float(point[1])) > 90 or abs(float(point[2])) > 180:  # noqa: PLR2004 - degrees
        return ""
    return f"{_LIST}&point={_degrees(point[1])},{_degrees(point[2])}"


def _degrees(text: str) -> str:
    return f"{float(text):.{_DECIMALS}f}".rstrip("0").rstrip(".")


def _name(key: str) -> str:
    del key
    return "US National Weather Service"


NWS = Dialect(
    kind="nws", pace=NWS_PACE, accept=JSON_ACCEPT, address=address, wanted=_WANTED, read=read_features, name=_name,
    language="en-US", forbidden="The service answers nobody who does not say how to be reached: set TOCSIN_CONTACT.",
)  # fmt: skip
