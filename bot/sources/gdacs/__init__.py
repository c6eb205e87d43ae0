"""GDACS, the Global Disaster Alert and Coordination System: earthquakes, cyclones, floods, fires … by expected impact."""

from bot.sources.cap.source import CapSource
from bot.sources.face import About, Source
from bot.sources.gdacs.dialect import GDACS
from bot.sources.registry import Parts

__all__ = ["ABOUT", "GDACS", "LOOKUP_ORDER", "make_source"]

#: Before CAP, which would take its list for an index of alerts.
LOOKUP_ORDER = 10

ABOUT = About(
    name="GDACS",
    gives="earthquakes, cyclones, floods, volcanoes, droughts and fires by expected impact",
    edits="a new level follows the one before, a new episode edits it",
    deletions="no longer current",
    areas="points, countries",
    levels="orange and red; green for who asks",
    languages="en",
    terms="credit and link; estimates, no official warnings",
    proof="tests/sources/gdacs",
)


def make_source(parts: Parts) -> Source:
    """Build the source of disasters worldwide."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, GDACS)
