"""MeteoAlarm: the warnings of some forty European weather services, CAP written as JSON, one list for each country."""

from bot.sources.cap.source import CapSource
from bot.sources.face import About, Source
from bot.sources.meteoalarm.dialect import METEOALARM
from bot.sources.registry import Parts

__all__ = ["ABOUT", "LOOKUP_ORDER", "METEOALARM", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60

ABOUT = About(
    name="EUMETNET - MeteoAlarm",
    gives="weather warnings of some forty European countries; green is none",
    edits="CAP Update; many regions of one warning are one message",
    deletions="CAP Cancel",
    areas="polygons, EMMA_ID and NUTS codes",
    levels="yellow, orange, red (awareness_level)",
    languages="each country's own, en beside it",
    terms="credit the issuing service and EUMETNET - MeteoAlarm, link, words unaltered, delay disclaimer",
    proof="tests/sources/meteoalarm",
)


def make_source(parts: Parts) -> Source:
    """Build the source of European weather warnings."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, METEOALARM)
