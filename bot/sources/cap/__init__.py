"""CAP 1.0, 1.1 and 1.2: the Common Alerting Protocol, bare, in lists, in EDXL-DE, and behind RSS or Atom indexes."""

from bot.sources.cap.source import CAP_PACE, CapSource
from bot.sources.face import Source
from bot.sources.registry import Parts

__all__ = ["CAP_PACE", "LOOKUP_ORDER", "CapSource", "make_source"]

#: Before the feeds: an index of alerts is a feed too, and the alerts say more than its summaries.
LOOKUP_ORDER = 20


def make_source(parts: Parts) -> Source:
    """Build the source of CAP alerts."""
    return CapSource(parts.fetcher, parts.clock, parts.rng)
