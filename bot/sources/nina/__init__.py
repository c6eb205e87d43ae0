"""NINA, the German federal warning app: MoWaS, KATWARN, BIWAPP, floods and the weather service at warnung.bund.de."""

from bot.sources.cap.source import CapSource
from bot.sources.face import About, Source
from bot.sources.nina.dialect import NINA
from bot.sources.registry import Parts

__all__ = ["ABOUT", "LOOKUP_ORDER", "NINA", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60

ABOUT = About(
    name="NINA (Germany)",
    gives="civil protection, flood, police and weather warnings of a district or a provider",
    edits="a newer version of the same warning",
    deletions="CAP Cancel",
    areas="polygons, district codes (ARS)",
    levels="CAP severity",
    languages="de, and others where given",
    terms="each issuer's own; credit and link",
    proof="tests/sources/nina",
)


def make_source(parts: Parts) -> Source:
    """Build the source of German civil warnings."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, NINA)
