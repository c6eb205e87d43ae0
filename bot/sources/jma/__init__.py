"""Japan Meteorological Agency (気象庁): the XML telegrams behind its pull feeds."""

from bot.sources.face import About, Source
from bot.sources.jma.source import JMA_PACE, JmaSource
from bot.sources.registry import Parts

__all__ = ["ABOUT", "JMA_PACE", "LOOKUP_ORDER", "JmaSource", "make_source"]

#: Sure of its own addresses.
LOOKUP_ORDER = 14

ABOUT = About(
    name="JMA (気象庁)",
    gives="earthquakes, tsunami, weather and special warnings, volcanoes, bulletins",
    edits="訂正, and later telegrams of the same event",
    deletions="取消, and 解除 of all that was in force",
    areas="names and JMA codes down to towns, epicentres",
    levels="special warning, warning, advisory; intensity; alert level",
    languages="ja",
    terms="credit 気象庁; once a minute, each telegram once, under 10 GB a day; no early-warning service without a licence",
    proof="tests/sources/jma",
)


def make_source(parts: Parts) -> Source:
    """Build the source of Japan's telegrams."""
    return JmaSource(parts.fetcher, parts.clock)
