"""CAP 1.0, 1.1 and 1.2: the Common Alerting Protocol, bare, in lists, in EDXL-DE, and behind RSS or Atom indexes."""

from bot.sources.cap.source import CAP_PACE, CapSource
from bot.sources.face import About, Source
from bot.sources.registry import Parts

__all__ = ["ABOUT", "CAP_PACE", "LOOKUP_ORDER", "CapSource", "make_source"]

#: Before the feeds: an index of alerts is a feed too, and the alerts say more than its summaries.
LOOKUP_ORDER = 20

ABOUT = About(
    name="CAP 1.0 to 1.2",
    gives="alerts: bare, in lists, in EDXL-DE, behind RSS and Atom indexes",
    edits="CAP Update",
    deletions="CAP Cancel",
    areas="polygons, circles, geocodes",
    levels="CAP severity, urgency, certainty",
    languages="all that the alert has",
    terms="each agency's own; credit and link",
    proof="tests/sources/cap",
)


def make_source(parts: Parts) -> Source:
    """Build the source of CAP alerts."""
    return CapSource(parts.fetcher, parts.clock, parts.rng)
