"""China Earthquake Networks Center (中国地震台网): its list of earthquakes, as JSON and as the script of its page."""

from bot.sources.cenc.source import CENC_PACE, CencSource
from bot.sources.face import About, Source
from bot.sources.registry import Parts

__all__ = ["ABOUT", "CENC_PACE", "LOOKUP_ORDER", "CencSource", "make_source"]

#: Sure of its own addresses.
LOOKUP_ORDER = 12

ABOUT = About(
    name="CENC (中国地震台网)",
    gives="earthquakes: magnitude, depth, place; automatic, then reviewed",
    edits="same quake by id, or by time and place",
    deletions="none: a line that leaves the list was not withdrawn",
    areas="name and epicentre",
    levels="magnitude, lower abroad",
    languages="zh-CN",
    terms="credit 中国地震台网 and link; no published limits, one list a minute",
    proof="tests/sources/cenc",
)


def make_source(parts: Parts) -> Source:
    """Build the source of China's earthquake list."""
    return CencSource(parts.fetcher, parts.clock)
