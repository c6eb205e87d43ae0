"""YouTube channels, read from the feed of a channel's newest films: no key, no login."""

from bot.sources.face import About, Source
from bot.sources.registry import Parts
from bot.sources.youtube.source import YOUTUBE_PACE, YoutubeSource

#: Sure of its own links.
LOOKUP_ORDER = 13

ABOUT = About(
    name="YouTube",
    gives="title, description and picture of a channel's newest fifteen films",
    edits="same id, words compared (not the feed's own time, which counts views)",
    deletions="asked for one by one",
    levels="read from the words",
    languages="detected",
    terms="YouTube's terms; the public feed, credit and link",
    proof="tests/sources/youtube",
)


def make_source(parts: Parts) -> Source:
    """The source; it has no settings."""
    return YoutubeSource(parts.fetcher)


__all__ = ["ABOUT", "LOOKUP_ORDER", "YOUTUBE_PACE", "YoutubeSource", "make_source"]
