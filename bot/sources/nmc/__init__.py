"""China's National Meteorological Centre (中央气象台): the weather warnings of all its stations, by province or area."""

from bot.sources.face import About, Source
from bot.sources.nmc.source import NMC_PACE, NmcSource
from bot.sources.registry import Parts

__all__ = ["ABOUT", "LOOKUP_ORDER", "NMC_PACE", "NmcSource", "make_source"]

#: Sure of its own addresses.
LOOKUP_ORDER = 11

ABOUT = About(
    name="NMC (中央气象台)",
    gives="weather warnings of China's stations, by province, division or level",
    edits="a later warning of the same station and kind",
    deletions="“解除” in a title; one that merely vanishes runs out",
    areas="names and division codes",
    levels="blue to red in the title",
    languages="zh-CN",
    terms="credit 中央气象台 and link; no published limits, one list a minute",
    proof="tests/sources/nmc",
)


def make_source(parts: Parts) -> Source:
    """Build the source of China's weather warnings."""
    return NmcSource(parts.fetcher, parts.clock)
