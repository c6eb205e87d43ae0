"""Earthquakes by the US Geological Survey: its GeoJSON lists, whose events are revised, renamed and sometimes deleted."""

from bot.sources.cap.source import CapSource
from bot.sources.face import About, Source
from bot.sources.registry import Parts
from bot.sources.usgs.dialect import USGS

__all__ = ["ABOUT", "LOOKUP_ORDER", "USGS", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60

ABOUT = About(
    name="US Geological Survey",
    gives="earthquakes worldwide, automatic and reviewed",
    edits="same event, newer update stamp, also under another id",
    deletions="status deleted, asked for one by one",
    areas="epicentre",
    levels="PAGER alert, else magnitude",
    languages="en",
    terms="public domain; credit the USGS",
    proof="tests/sources/usgs",
)


def make_source(parts: Parts) -> Source:
    """Build the source of earthquakes."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, USGS)
