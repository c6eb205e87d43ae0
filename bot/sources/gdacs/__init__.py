"""GDACS, the Global Disaster Alert and Coordination System: earthquakes, cyclones, floods, fires … by expected impact."""

from bot.sources.cap.source import CapSource
from bot.sources.face import Source
from bot.sources.gdacs.dialect import GDACS
from bot.sources.registry import Parts

__all__ = ["GDACS", "LOOKUP_ORDER", "make_source"]

#: Before CAP, which would take its list for an index of alerts.
LOOKUP_ORDER = 10


def make_source(parts: Parts) -> Source:
    """Build the source of disasters worldwide."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, GDACS)
