"""Flood warnings of England by its Environment Agency: one for each flood area, whose level rises, falls and ends."""

from bot.sources.cap.source import CapSource
from bot.sources.eaflood.dialect import EAFLOOD
from bot.sources.face import Source
from bot.sources.registry import Parts

__all__ = ["EAFLOOD", "LOOKUP_ORDER", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60


def make_source(parts: Parts) -> Source:
    """Build the source of flood warnings."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, EAFLOOD)
