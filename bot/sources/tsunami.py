"""The US tsunami warning centres (tsunami.gov): an Atom list for each, whose entries lead to CAP."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from bot.sources.cap.dialect import Dialect
from bot.sources.cap.documents import Document, read_document
from bot.sources.cap.gathering import ACCEPT
from bot.sources.cap.source import CapSource
from bot.sources.face import About, Pace, Source, UnreadableError
from bot.sources.links import as_url
from bot.sources.registry import Parts

__all__ = ["ABOUT", "LOOKUP_ORDER", "TSUNAMI", "make_source"]

#: After CAP: a saved alert does not say that it came from here.
LOOKUP_ORDER = 60
#: A wave may be minutes away.
TSUNAMI_PACE = Pace(default=60, floor=30, ceiling=300, promise=900)
_HOSTS = frozenset(("www.tsunami.gov", "tsunami.gov", "ntwc.arh.noaa.gov"))
#: By the centres' own codes, and by what people call them.
_CENTRES = {
    "PAAQ": ("paaq", "ntwc", "national", "alaska"),
    "PHEB": ("pheb", "ptwc", "pacific", "hawaii"),
}
_NAMES = {"PAAQ": "US National Tsunami Warning Center", "PHEB": "Pacific Tsunami Warning Center"}
_LIST = re.compile(r"/events/xml/([A-Z]{4,12})Atom\.xml")
_PREFIX = re.compile(r"tsunami(?::|\s+)\s*", re.IGNORECASE)
_WANTED = (
    "Send tsunami:ntwc (US and Canadian coasts), tsunami:ptwc (Pacific), or the Atom link of a centre at tsunami.gov."
)

ABOUT = About(
    name="US tsunami warning centers",
    gives="tsunami warnings, advisories, watches and information",
    edits="CAP Update",
    deletions="CAP Cancel",
    areas="polygons, coasts by name",
    levels="CAP severity",
    languages="en-US",
    terms="public domain; credit NOAA",
    proof="tests/sources/tsunami",
)


def make_source(parts: Parts) -> Source:
    """Build the source of the tsunami centres' messages."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, TSUNAMI)


def _address(what: str) -> str:
    what = what.strip()
    named = _PREFIX.match(what)
    if named:
        name = what[named.end() :].strip().lower()
        code = next((code for code, names in _CENTRES.items() if name in names), "")
        return f"https://www.tsunami.gov/events/xml/{code}Atom.xml" if code else ""
    url = as_url(what)
    parts = urlsplit(url)
    return url if parts.hostname in _HOSTS and _LIST.fullmatch(parts.path) else ""


def _read(body: bytes, account: str, url: str, charset: str = "") -> Document:
    document = read_document(body, account, url, charset)
    if document.is_index and not document.is_cap and document.entries:
        msg = "That feed is none of a tsunami centre: nothing in it points to CAP alerts."
        raise UnreadableError(msg)
    # most of the time nothing is listed, and nothing in the empty list says what it would be a list of
    return replace(document, is_cap=True)


def _name(key: str) -> str:
    found = _LIST.search(key)
    return _NAMES.get(found[1] if found else "", "tsunami.gov")


TSUNAMI = Dialect(
    kind="tsunami", pace=TSUNAMI_PACE, accept=ACCEPT, address=_address, wanted=_WANTED, read=_read, name=_name,
    language="en-US",
)  # fmt: skip
