"""MeteoAlarm: the warnings of some forty European weather services, CAP written as JSON, one list for each country."""

from bot.sources.cap.source import CapSource
from bot.sources.face import Source
from bot.sources.meteoalarm.dialect import METEOALARM
from bot.sources.registry import Parts

__all__ = ["LOOKUP_ORDER", "METEOALARM", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60


def make_source(parts: Parts) -> Source:
    """Build the source of European weather warnings."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, METEOALARM)
