"""Bluesky (AT Protocol): public posts of one account, asked from the public AppView without a login."""

from bot.sources.bluesky.source import BLUESKY_PACE, BlueskySource
from bot.sources.face import About, Source
from bot.sources.registry import Parts

#: Sure of its own links.
LOOKUP_ORDER = 13

ABOUT = About(
    name="Bluesky",
    gives="public posts, pictures, links, reposts, quotes, own threads",
    edits="none by the app; a record changed in place is read again",
    deletions="asked for one by one",
    levels="read from the words",
    languages="as each post says",
    terms="Bluesky's terms; who asks not to be shown outside is not, credit and link",
    proof="tests/sources/bluesky",
)


def make_source(parts: Parts) -> Source:
    """The source; it has no settings."""
    return BlueskySource(parts.fetcher)


__all__ = ["ABOUT", "BLUESKY_PACE", "LOOKUP_ORDER", "BlueskySource", "make_source"]
