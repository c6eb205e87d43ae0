"""Hong Kong Observatory: the warnings in force and their bulletins, in the three languages in which they are official."""

from bot.sources.face import About, Source
from bot.sources.hko.source import HKO_PACE, HkoSource
from bot.sources.registry import Parts

__all__ = ["ABOUT", "HKO_PACE", "LOOKUP_ORDER", "HkoSource", "make_source"]

#: Sure of its own addresses.
LOOKUP_ORDER = 13

ABOUT = About(
    name="Hong Kong Observatory",
    gives="weather warnings and signals with their bulletins",
    edits="updateTime, words compared; another signal refers to the one before",
    deletions="CANCEL, or no longer among the warnings in force in all three languages",
    areas="Hong Kong as a whole",
    levels="signal and colour in the code",
    languages="en, zh-Hant-HK, zh-Hans-HK, all official",
    terms="data.gov.hk: credit the Observatory and link; once a minute",
    proof="tests/sources/hko",
)


def make_source(parts: Parts) -> Source:
    """Build the source of Hong Kong's warnings."""
    return HkoSource(parts.fetcher)
