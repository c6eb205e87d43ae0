"""The US National Weather Service: active alerts of a state, a zone or a point, from api.weather.gov."""

from bot.sources.cap.source import CapSource
from bot.sources.face import About, Source
from bot.sources.nws.dialect import NWS
from bot.sources.registry import Parts

__all__ = ["ABOUT", "LOOKUP_ORDER", "NWS", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60

ABOUT = About(
    name="US National Weather Service",
    gives="watches, warnings and advisories in force, of a state, a zone, a county or a point",
    edits="VTEC continuation and upgrade, CAP references",
    deletions="VTEC CAN and EXP, CAP Cancel",
    areas="polygons, zones (UGC), counties (SAME)",
    levels="CAP severity, urgency, certainty",
    languages="en-US, es-US where given",
    terms="public domain; a contact in the User-Agent (TOCSIN_CONTACT)",
    proof="tests/sources/nws",
)


def make_source(parts: Parts) -> Source:
    """Build the source of US weather alerts."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, NWS)
