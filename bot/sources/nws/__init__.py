"""The US National Weather Service: active alerts of a state, a zone or a point, from api.weather.gov."""

from bot.sources.cap.source import CapSource
from bot.sources.face import Source
from bot.sources.nws.dialect import NWS
from bot.sources.registry import Parts

__all__ = ["LOOKUP_ORDER", "NWS", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60


def make_source(parts: Parts) -> Source:
    """Build the source of US weather alerts."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, NWS)
