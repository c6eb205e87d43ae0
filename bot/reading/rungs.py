"""How high a level stands: to order what stands by its gravity, and to see whether it rose."""

from bot.model.alert import Severity
from bot.model.reading import Level, Scheme

#: Colours of every scheme; the same colour is another rung on another ladder, so only levels of one scheme compare.
_COLOURS = {
    Level.WHITE: 0,
    Level.BLUE: 1,
    Level.YELLOW: 2,
    Level.AMBER: 2,
    Level.ORANGE: 3,
    Level.RED: 4,
    Level.BLACK: 5,
}
_EIGHTS = (Level.EIGHT, Level.EIGHT_NE, Level.EIGHT_NW, Level.EIGHT_SE, Level.EIGHT_SW)
_SIGNALS = {Level.ONE: 1, Level.THREE: 2, **dict.fromkeys(_EIGHTS, 3), Level.NINE: 4, Level.TEN: 5}
_RESPONSES = {Level.LEVEL_IV: 1, Level.LEVEL_III: 2, Level.LEVEL_II: 3, Level.LEVEL_I: 4}
_RUNGS = {**_COLOURS, **_SIGNALS, **_RESPONSES}

_BY_RUNG = (Severity.MINOR, Severity.MINOR, Severity.MODERATE, Severity.SEVERE, Severity.EXTREME, Severity.EXTREME)


def rung(level: Level | None) -> int:
    """The place of a level on its ladder, 0 the lowest (and for none)."""
    return _RUNGS.get(level, 0) if level is not None else 0


def gravity(level: Level | None, scheme: Scheme) -> Severity:
    """How grave a level is, to sort by; Hong Kong's red rainstorm stands in its middle, China's red on top."""
    if level is None or scheme is Scheme.NONE:
        return Severity.UNKNOWN
    if scheme is Scheme.HKO and level is Level.RED:
        return Severity.SEVERE
    return _BY_RUNG[rung(level)]
