"""The ladders of levels: which levels a hazard has, and whether a change goes up or down. The words are held to it."""

import re

from bot.model.reading import Action, HazardKind, Level
from bot.reading.lexicon import lexicon

_COLOURS = (Level.WHITE, Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED)
_RESPONSES = (Level.LEVEL_IV, Level.LEVEL_III, Level.LEVEL_II, Level.LEVEL_I)
_RAIN = (Level.AMBER, Level.RED, Level.BLACK)
_EIGHTS = (Level.EIGHT, Level.EIGHT_NE, Level.EIGHT_NW, Level.EIGHT_SE, Level.EIGHT_SW)
_CYCLONE = {Level.ONE: 1, Level.THREE: 3, **dict.fromkeys(_EIGHTS, 8), Level.NINE: 9, Level.TEN: 10}

_UP = re.compile("升级|提升|上调|提高|升|upgrad|rais")
_DOWN = re.compile("降级|下调|降低|降为|降至|downgrad|lower")


class NotProvedError(Exception):
    """The clause contradicts itself or says what cannot be. The message says what."""


def check(hazard: HazardKind | None, level: Level | None) -> None:
    """Raise NotProvedError when there is no colour warning of this hazard at this level."""
    if hazard is not None and level is not None and level not in lexicon().levels.get(hazard, frozenset()):
        raise NotProvedError(f"there is no {level.value} warning of {hazard.value}")


def direction(action: Action, level: Level | None, previous: Level | None, words: str) -> Action:
    """Whether a change goes up or down: the two levels say it, and a verb that says otherwise is a contradiction."""
    if level is None or previous is None:
        return action
    ladder = next((some for some in (_COLOURS, _RESPONSES) if level in some and previous in some), None)
    if ladder is None:
        raise NotProvedError("the two levels stand on different ladders")
    change = ladder.index(level) - ladder.index(previous)
    if not change:
        raise NotProvedError("it changes from a level to the same level")
    if (_DOWN if change > 0 else _UP).search(words):
        raise NotProvedError("the verb and the two levels say different things")
    return Action.RAISED if change > 0 else Action.LOWERED


def replaced(hazard: HazardKind, level: Level | None, previous: Level | None) -> Action:
    """Whether a Hong Kong signal is higher or lower than the one that it replaces (another quarter of No. 8 is neither)."""
    ladder = _ladder(hazard)
    if level not in ladder or previous not in ladder:
        raise NotProvedError("a signal can only replace one of its kind")
    change = ladder[level] - ladder[previous]
    return Action.RAISED if change > 0 else Action.LOWERED if change < 0 else Action.ISSUED


def at_an_end(hazard: HazardKind, level: Level | None) -> Action:
    """Whether a signal for which one that is not named made way is up or down: only the ladder's ends prove it."""
    ladder = _ladder(hazard)
    if level is not None and ladder and ladder.get(level) == max(ladder.values()):
        return Action.RAISED
    if level is not None and ladder and ladder.get(level) == min(ladder.values()):
        return Action.LOWERED
    raise NotProvedError("it does not say which signal made way for it")


def _ladder(hazard: HazardKind) -> dict[Level, int]:
    if hazard is HazardKind.TROPICAL_CYCLONE:
        return _CYCLONE
    return {level: rung for rung, level in enumerate(_RAIN)} if hazard is HazardKind.RAINSTORM else {}
