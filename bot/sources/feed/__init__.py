"""News feeds: RSS, Atom, RDF and JSON Feed. Alerts in CAP have their own room."""

from bot.sources.face import About, Source
from bot.sources.feed.source import FEED_PACE, FeedSource
from bot.sources.registry import Parts

#: Takes any feed, so asked last.
LOOKUP_ORDER = 30

ABOUT = About(
    name="RSS, Atom, RDF, JSON Feed",
    gives="entries of any news feed",
    edits="same id, words compared",
    deletions="none: an entry that leaves a feed was not withdrawn",
    levels="read from the words",
    languages="as the feed says",
    terms="each feed's own; credit and link",
    proof="tests/sources/feed",
)


def make_source(parts: Parts) -> Source:
    """The source as the operator's settings want it."""
    return FeedSource(parts.fetcher, parts.clock, parts.rng)


__all__ = ["ABOUT", "FEED_PACE", "LOOKUP_ORDER", "FeedSource", "make_source"]
