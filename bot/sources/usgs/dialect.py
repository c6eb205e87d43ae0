"""Which earthquake lists of the US Geological Survey can be followed, and what became of an event that left one."""

import asyncio
import re
from urllib.parse import quote, urljoin, urlsplit

import httpx

from bot.fetching import Fetcher, FetchError, Limits, Request
from bot.model.account import Account
from bot.sources import asking, json
from bot.sources.cap.dialect import JSON_ACCEPT, Dialect
from bot.sources.face import Pace, Presence, UnreadableError
from bot.sources.links import as_url
from bot.sources.usgs.naming import settle
from bot.sources.usgs.reading import is_deleted, read_quakes

#: The lists are made anew each minute; a look between is the same answer from a cache.
USGS_PACE = Pace(default=60, floor=60, ceiling=300, promise=900)
_HOST = "earthquake.usgs.gov"
_SUMMARY, _QUERY = "/earthquakes/feed/v1.0/summary/", "/fdsnws/event/1/query"
_LIST = re.compile(r"(?:significant|all|4\.5|2\.5|1\.0)_(?:hour|day|week|month)")
_PREFIX = re.compile(r"usgs(?::|\s+)\s*", re.IGNORECASE)
_ONE_EVENT = Limits(max_bytes=2 * 1024 * 1024)
_WANTED = "Send usgs:4.5_day (or significant_week, 2.5_hour, all_day …), or a GeoJSON link of earthquake.usgs.gov."


def address(what: str) -> str:
    """The list that a text names: a summary by its name, its link, or a search (a circle, a rectangle) in GeoJSON."""
    what = what.strip()
    named = _PREFIX.match(what)
    if named:
        name = what[named.end() :].strip().lower()
        return f"https://{_HOST}{_SUMMARY}{name}.geojson" if _LIST.fullmatch(name) else ""
    url = as_url(what)
    parts = urlsplit(url)
    is_summary = parts.path.startswith(_SUMMARY) and parts.path.endswith(".geojson")
    is_search = parts.path == _QUERY and "format=geojson" in parts.query
    return url if parts.hostname == _HOST and (is_summary or is_search) else ""


async def confirm(fetcher: Fetcher, account: Account, post_id: str) -> Presence:
    """Ask for one event by its id: a deleted one leaves the lists without a word, and so does one that grew weaker."""
    url = urljoin(account.key, f"{_QUERY}?eventid={quote(post_id, safe='')}&includedeleted=true&format=geojson")
    request = Request(url=url, headers={"Accept": JSON_ACCEPT}, limits=_ONE_EVENT, pace=asking.SITE_PACE)
    try:
        response = await fetcher.fetch(request)
    except FetchError:
        return Presence.UNKNOWN
    if response.status == httpx.codes.CONFLICT:  # how the service says "deleted" to whoever does not ask for such
        return Presence.DELETED
    if response.status != httpx.codes.OK:
        return Presence.UNKNOWN
    try:
        event = json.mapping(await asyncio.to_thread(json.load, response.body))
    except UnreadableError:
        return Presence.UNKNOWN
    if not json.string(event.get("id")):
        return Presence.UNKNOWN
    return Presence.DELETED if is_deleted(event) else Presence.THERE


def _name(key: str) -> str:
    del key
    return "USGS Earthquakes"


USGS = Dialect(
    kind="usgs", pace=USGS_PACE, accept=JSON_ACCEPT, address=address, wanted=_WANTED, read=read_quakes, name=_name,
    settle=settle, confirm=confirm, language="en",
)  # fmt: skip
