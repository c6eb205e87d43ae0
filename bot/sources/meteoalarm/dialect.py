"""Which lists of MeteoAlarm can be followed, how often they are asked, and what of one is told."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from bot.model.alert import MsgType
from bot.model.post import Post
from bot.sources.cap.dialect import JSON_ACCEPT, Dialect
from bot.sources.cap.documents import Document
from bot.sources.face import Memory, Pace
from bot.sources.links import as_url
from bot.sources.meteoalarm.awareness import is_green
from bot.sources.meteoalarm.bundling import bundled
from bot.sources.meteoalarm.reading import read_warnings

#: MeteoAlarm asks for two minutes between looks.
METEOALARM_PACE = Pace(default=120, floor=120, ceiling=300, promise=1800)
_HOST = "feeds.meteoalarm.org"
_LIST = f"https://{_HOST}/api/v1/warnings/feeds-"
_PREFIX = re.compile(r"meteoalarm(?::|\s+)\s*", re.IGNORECASE)
_COUNTRY = re.compile(r"[a-z]{3,20}(?:-[a-z]{2,20}){0,5}")
#: The list as JSON, and the old one as Atom, which says less and takes a request for each warning.
_PATHS = re.compile(r"/(?:api/v1/warnings/feeds-|feeds/meteoalarm-legacy-(?:atom|rss)-)([a-z-]+)/?")
_WANTED = "Send meteoalarm:germany (the country's English name), or a country's link of feeds.meteoalarm.org."


def address(what: str) -> str:
    """The list of a country: "meteoalarm:" and its English name, or one of the links of its feeds."""
    what = what.strip()
    named = _PREFIX.match(what)
    if named:
        return _of_country("-".join(what[named.end() :].lower().split()))
    parts = urlsplit(as_url(what))
    path = _PATHS.fullmatch(parts.path) if parts.hostname == _HOST else None
    return _of_country(path[1]) if path else ""


def _of_country(country: str) -> str:
    return f"{_LIST}{country}" if _COUNTRY.fullmatch(country) else ""


def settle(document: Document, memory: Memory, after: dict[str, object]) -> Document:
    """Leave out what says "no warning", and make one message of what differs only in its region."""
    worth = [post for post in document.posts if not _is_empty_word(post)]
    return replace(document, posts=bundled(worth, memory, after))


def _is_empty_word(post: Post) -> bool:
    """A green "warning" that ends nothing: some services publish one for each quiet region and day."""
    alert = post.alert
    return alert is not None and alert.msg_type is MsgType.ALERT and not alert.references and is_green(alert)


def _name(key: str) -> str:
    country = key.rpartition("feeds-")[2].strip("/").replace("-", " ").title()
    return f"MeteoAlarm {country}".strip()


METEOALARM = Dialect(
    kind="meteoalarm", pace=METEOALARM_PACE, accept=JSON_ACCEPT, address=address, wanted=_WANTED, read=read_warnings,
    name=_name, settle=settle,
)  # fmt: skip
