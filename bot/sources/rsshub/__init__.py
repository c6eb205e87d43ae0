"""RSSHub routes: feeds that an RSSHub instance makes of sites that have none (TOCSIN_RSSHUB_URL, TOCSIN_RSSHUB_KEY)."""

from bot.sources.face import About, Source
from bot.sources.registry import Parts
from bot.sources.rsshub.source import RSSHUB_PACE, RsshubSource

#: Sure of its own routes, also where they are written as the instance's addresses.
LOOKUP_ORDER = 11

ABOUT = About(
    name="RSSHub routes",
    gives="what the route makes of a site: gov.cn, Weibo, Bilibili and thousands more",
    edits="same id, words compared",
    deletions="none: an entry that leaves a route was not withdrawn",
    levels="read from the words",
    languages="as the route says",
    terms="each site's own; your own instance, credit and link",
    proof="tests/sources/rsshub",
)


def make_source(parts: Parts) -> Source:
    """The source as the operator's settings want it; without an instance it says what to set."""
    return RsshubSource(parts.fetcher, parts.options.get("rsshub_url", ""), parts.options.get("rsshub_key", ""))


__all__ = ["ABOUT", "LOOKUP_ORDER", "RSSHUB_PACE", "RsshubSource", "make_source"]
