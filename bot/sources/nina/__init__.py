"""NINA, the German federal warning app: MoWaS, KATWARN, BIWAPP, floods and the weather service at warnung.bund.de."""

from bot.sources.cap.source import CapSource
from bot.sources.face import Source
from bot.sources.nina.dialect import NINA
from bot.sources.registry import Parts

__all__ = ["LOOKUP_ORDER", "NINA", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60


def make_source(parts: Parts) -> Source:
    """Build the source of German civil warnings."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, NINA)
