"""News feeds: RSS, Atom, RDF and JSON Feed. Alerts in CAP have their own room."""

from bot.sources.face import Source
from bot.sources.feed.source import FEED_PACE, FeedSource
from bot.sources.registry import Parts

#: Takes any feed, so asked last.
LOOKUP_ORDER = 30


def make_source(parts: Parts) -> Source:
    """The source as the operator's settings want it."""
    return FeedSource(parts.fetcher, parts.clock, parts.rng)


__all__ = ["FEED_PACE", "LOOKUP_ORDER", "FeedSource", "make_source"]
