"""Earthquakes by the US Geological Survey: its GeoJSON lists, whose events are revised, renamed and sometimes deleted."""

from bot.sources.cap.source import CapSource
from bot.sources.face import Source
from bot.sources.registry import Parts
from bot.sources.usgs.dialect import USGS

__all__ = ["LOOKUP_ORDER", "USGS", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60


def make_source(parts: Parts) -> Source:
    """Build the source of earthquakes."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, USGS)
