"""News feeds: RSS, Atom, RDF and JSON Feed. Alerts in CAP have their own room."""

from bot.sources.feed.source import FEED_PACE, FeedSource

__all__ = ["FEED_PACE", "FeedSource"]
