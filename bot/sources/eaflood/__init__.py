"""Flood warnings of England by its Environment Agency: one for each flood area, whose level rises, falls and ends."""

from bot.sources.cap.source import CapSource
from bot.sources.eaflood.dialect import EAFLOOD
from bot.sources.face import About, Source
from bot.sources.registry import Parts

__all__ = ["ABOUT", "EAFLOOD", "LOOKUP_ORDER", "make_source"]

#: A saved answer is tried on those first that take nothing but their own.
LOOKUP_ORDER = 60

ABOUT = About(
    name="Environment Agency floods (England)",
    gives="flood alerts and warnings of a flood area or a county",
    edits="a later message or level follows the one before",
    deletions="severity level 4, no longer in force",
    areas="flood area by name and code",
    levels="severe flood warning, flood warning, flood alert",
    languages="en-GB",
    terms="Open Government Licence; credit the Environment Agency; every 15 minutes is enough",
    proof="tests/sources/eaflood",
)


def make_source(parts: Parts) -> Source:
    """Build the source of flood warnings."""
    return CapSource(parts.fetcher, parts.clock, parts.rng, EAFLOOD)
