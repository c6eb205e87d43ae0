"""Mastodon and what speaks its API (Pleroma, GoToSocial): public posts of one account, asked from its own server."""

from bot.sources.face import About, Source
from bot.sources.mastodon.source import MASTODON_PACE, MastodonSource
from bot.sources.registry import Parts

#: Before the feeds: an account's page names a feed too, and that tells no edits.
LOOKUP_ORDER = 14

ABOUT = About(
    name="Mastodon",
    gives="public posts, content warnings, pictures, reblogs, quotes",
    edits="same id, the newest forty read again each time",
    deletions="asked for one by one",
    levels="read from the words",
    languages="as each post says",
    terms="each server's rules; 300 requests in 5 minutes, credit and link",
    proof="tests/sources/mastodon",
)


def make_source(parts: Parts) -> Source:
    """The source; it has no settings."""
    return MastodonSource(parts.fetcher, parts.clock)


__all__ = ["ABOUT", "LOOKUP_ORDER", "MASTODON_PACE", "MastodonSource", "make_source"]
