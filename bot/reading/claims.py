"""From read clauses to claims: what is said of which hazard, held against the guards and the ladders of levels."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from bot.model.reading import Action, Claim, Figure, HazardKind, Issuer, Level, Moment, Place, Scheme, Slot
from bot.reading.clauses import Stretch, ornaments
from bot.reading.guards import doubted, turned_around
from bot.reading.lexicon import lexicon, one_of
from bot.reading.levelling import level_words
from bot.reading.times import Clock

#: What is dated earlier than this before it is published tells of the past.
_NEWS_FOR = timedelta(days=3)
#: The platforms that are read are no older than this: what is dated earlier tells of the past, whenever published.
_FIRST_YEAR = 2009

_HOUR = re.compile(r"\d[时点:]|目前")
_YESTERDAY = re.compile("昨|前天|yesterday")

_UP = re.compile("升级|提升|上调|提高|升|upgrad|rais")
_DOWN = re.compile("降级|下调|降低|降为|降至|downgrad|lower")

_COLOURS = (Level.WHITE, Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED)
_RESPONSES = (Level.LEVEL_IV, Level.LEVEL_III, Level.LEVEL_II, Level.LEVEL_I)
_RAIN = (Level.AMBER, Level.RED, Level.BLACK)
_EIGHTS = (Level.EIGHT, Level.EIGHT_NE, Level.EIGHT_NW, Level.EIGHT_SE, Level.EIGHT_SW)
_CYCLONE = {Level.ONE: 1, Level.THREE: 3, **dict.fromkeys(_EIGHTS, 8), Level.NINE: 9, Level.TEN: 10}


class NotProvedError(Exception):
    """The clause contradicts itself or says what cannot be. The message says what."""


def claims_of(stretches: list[Stretch], text: str, clock: Clock) -> tuple[tuple[Claim, ...], str]:
    """Give the claims, or none and why. ``text`` is the levelled text."""
    frames = {s.formula.frame for s in stretches if s.formula and s.formula.frame}
    turned = turned_around(text, stretches)
    if turned:
        return (), turned
    if frames >= {"drill", "not_a_drill"}:
        return (), "it says both that it is a drill and that it is none"
    found: list[Claim] = []
    for at, stretch in enumerate(stretches):
        if stretch.formula is None or stretch.formula.action is None:
            continue
        doubt = doubted(stretch, stretches, text)
        if doubt:
            return (), doubt
        try:
            found.extend(_claims(stretch, at, found, clock))
        except NotProvedError as error:
            return (), str(error)
    claims = _merged(found)
    if (odd := _contradicted(claims, stretches, text)) and not frames & {"denied", "drill"}:
        return (), odd
    if "drill" in frames:
        claims = _framed([*_named(stretches, claims), *claims], Action.DRILL)
    elif "past" in frames:
        claims = _framed(claims, Action.PAST)
    elif "denied" in frames:
        claims = [claim for claim in claims if claim.action is Action.DENIED]
    return tuple(claims), "" if claims else "no clause says that anything is issued, changed or lifted"


def _contradicted(claims: list[Claim], stretches: list[Stretch], text: str) -> str:
    """Say which heading or topic names a level that no claim knows of the same hazard, "" when none does."""
    known = {(claim.hazard, level) for claim in claims for level in (claim.level, claim.previous)}
    hazards = {hazard for hazard, _ in known}
    named = [text[start:end] for start, end in ornaments(text)]
    named += [text[s.start : s.end] for s in stretches if s.formula and s.formula.heading]
    for words in named:
        for match in _mention().finditer(words):
            if match["hazard"] and (hazard := lexicon().hazards[match["hazard"]]) in hazards:
                level = lexicon().colours[match["level"]]
                if claims and (hazard, level) not in known:
                    return f"“{match[0]}” in a heading is not what the post says"
    return ""


def _named(stretches: list[Stretch], claims: list[Claim]) -> list[Claim]:
    """What headings name, where no claim does: in a drill that is what is practised."""
    if any(claim.hazard for claim in claims):
        return []
    for at, stretch in enumerate(stretches):
        slots = {slot.name: slot for slot in stretch.clause.slots}
        if stretch.formula and stretch.formula.heading and "hazard" in slots:
            hazard, level = _value(slots, "hazard", HazardKind), _value(slots, "level", Level)
            return [Claim(Action.DRILL, hazard, level, scheme=Scheme.CMA, clause=at)]
    return []


def _framed(claims: list[Claim], action: Action) -> list[Claim]:
    """What a frame makes of the claims. A sentence that says "this is a drill" needs none of what it names."""
    named = [claim for claim in claims if claim.hazard is not None] or claims[:1]
    return [replace(claim, action=action) for claim in named]


def _claims(stretch: Stretch, at: int, before: list[Claim], clock: Clock) -> list[Claim]:
    formula, clause = stretch.formula, stretch.clause
    if formula is None or formula.action is None:
        return []
    slots = {slot.name: slot for slot in clause.slots}
    hazard, level, previous, action = _what(stretch, slots)
    issuer = _value(slots, "issuer", Issuer)
    times = tuple(slot.value for slot in clause.slots if isinstance(slot.value, Moment) and slot.name != "issued")
    places = tuple(
        p for slot in clause.slots if isinstance(slot.value, tuple) for p in slot.value if isinstance(p, Place)
    )
    if formula.scheme is Scheme.CMA and not issuer and not before and "where" not in slots and not _said_when(times, action):
        raise NotProvedError("nobody and no hour is named for the warning")
    if formula.scheme is not Scheme.NONE and action.in_force and any(_YESTERDAY.search(level_words(moment.words)) for moment in times):
        raise NotProvedError("it tells of yesterday")
    action = _past_or(action, times, formula.name, clock)
    claim = Claim(action, hazard, level, previous, formula.scheme, issuer, places, times, at)
    found = [claim]
    if "hazard2" in slots and "level2" in slots:
        second, its_level = _value(slots, "hazard2", HazardKind), _value(slots, "level2", Level)
        _check_level(second, its_level)
        found.append(replace(claim, hazard=second, level=its_level))
    return found


def _said_when(times: tuple[Moment, ...], action: Action) -> bool:
    """An account that names itself nowhere still gives the hour; what holds still or is over needs none."""
    return action in {Action.CONTINUED, Action.LIFTED} or any(_HOUR.search(level_words(moment.words)) for moment in times)


def _value(slots: dict[str, Slot], name: str, kind: type) -> "object | None":
    slot = slots.get(name)
    return slot.value if slot and isinstance(slot.value, kind) else None


def _what(stretch: Stretch, slots: dict[str, Slot]) -> tuple[HazardKind | None, Level | None, Level | None, Action]:
    """Give hazard, level, the level before, and the action as the levels prove it."""
    formula = stretch.formula
    assert formula is not None and formula.action is not None  # noqa: S101, PT018 - the caller has looked
    if formula.frame == "denied":
        return (*_rumoured(slots), None, Action.DENIED)
    if "signal" in slots:
        return _signalled(slots, formula.action, formula.name)
    hazard = formula.hazard or _value(slots, "hazard", HazardKind)
    level = formula.level or _value(slots, "level", Level)
    previous = _value(slots, "previous", Level)
    if formula.scheme is Scheme.RESPONSE and hazard is HazardKind.RIVER_FLOOD:
        hazard = HazardKind.FLOOD  # "emergency response for flooding" is 防汛应急响应
    if "task" in slots:
        hazard = lexicon().responses[level_words(slots["task"].words)]
    if "hazard2" in slots and "level2" not in slots and slots["hazard2"].value is not hazard:
        raise NotProvedError("a warning cannot change into one of another hazard")
    if formula.scheme is Scheme.CMA:
        _check_level(hazard, level)
    return hazard, level, previous, _direction(formula.action, level, previous, stretch.words)


def _check_level(hazard: HazardKind | None, level: Level | None) -> None:
    if hazard is not None and level is not None and level not in lexicon().levels.get(hazard, frozenset()):
        raise NotProvedError(f"there is no {level.value} warning of {hazard.value}")


def _direction(action: Action, level: Level | None, previous: Level | None, words: str) -> Action:
    """Whether a change goes up or down: the two levels say it, and a verb that says otherwise is a contradiction."""
    if level is None or previous is None:
        return action
    new, old = _rank(level), _rank(previous)
    if new is None or old is None:
        raise NotProvedError("the two levels stand on different ladders")
    if new == old:
        raise NotProvedError("it changes from a level to the same level")
    if (_DOWN if new > old else _UP).search(words):
        raise NotProvedError("the verb and the two levels say different things")
    return Action.RAISED if new > old else Action.LOWERED


def _rank(level: Level) -> int | None:
    for ladder in (_COLOURS, _RESPONSES):
        if level in ladder:
            return ladder.index(level) + (100 if ladder is _RESPONSES else 0)
    return _CYCLONE.get(level)


def _signalled(
    slots: dict[str, Slot], action: Action, name: str
) -> tuple[HazardKind | None, Level | None, Level | None, Action]:
    known = lexicon().signals
    signal = known[level_words(slots["signal"].words)]
    if signal.hazard is HazardKind.TROPICAL_CYCLONE and signal.level is None and action is not Action.LIFTED:
        raise NotProvedError("it does not say which signal")
    if signal.hazard is HazardKind.RAINSTORM and signal.level is None and action is not Action.LIFTED:
        raise NotProvedError("it does not say which rainstorm signal")
    if name == "signal.changed_to":
        return signal.hazard, signal.level, None, _at_the_end(signal.hazard, signal.level)
    if "replaced" not in slots:
        return signal.hazard, signal.level, None, action
    replaced = known[level_words(slots["replaced"].words)]
    if replaced.hazard is not signal.hazard or signal.level is None or replaced.level is None:
        raise NotProvedError("a signal cannot replace one of another kind")
    ladder = {level: at for at, level in enumerate(_RAIN)} if signal.hazard is HazardKind.RAINSTORM else _CYCLONE
    new, old = ladder[signal.level], ladder[replaced.level]
    changed = Action.RAISED if new > old else Action.LOWERED if new < old else Action.CONTINUED
    return signal.hazard, signal.level, replaced.level, changed


def _at_the_end(hazard: HazardKind, level: Level | None) -> Action:
    """Whether a signal that another made way for is up or down, where the other is not named: at the ladder's ends."""
    ladders = {HazardKind.RAINSTORM: _RAIN, HazardKind.TROPICAL_CYCLONE: (Level.ONE, Level.TEN)}
    ladder = ladders.get(hazard, ())
    if level is None or level not in {*ladder[:1], *ladder[-1:]}:
        raise NotProvedError("it does not say which signal made way for it")
    return Action.RAISED if level is ladder[-1] else Action.LOWERED


def _past_or(action: Action, times: tuple[Moment, ...], name: str, clock: Clock) -> Action:
    """PAST for what is dated long before it was published; an old quake without its network's name is only proved past."""
    dated = [moment.start for moment in times if moment.start]
    old = any(
        start.year < _FIRST_YEAR or (clock.published is not None and start < clock.published - _NEWS_FOR)
        for start in dated
    )
    years = [int(year) for moment in times for year in re.findall(r"\b(\d{4})年", level_words(moment.words))]
    if (old or any(year < _FIRST_YEAR for year in years)) and action is not Action.LIFTED:
        return Action.PAST
    if name == "past.quake" and (years or not any(_HOUR.search(level_words(moment.words)) for moment in times)):
        raise NotProvedError("an earthquake without the network that measured it")
    return action


def _merged(claims: list[Claim]) -> list[Claim]:
    """One claim for each hazard and level: an issue and the change that led to it are one act."""
    found: list[Claim] = []
    for claim in claims:
        same = next((at for at, other in enumerate(found) if _same(other, claim)), None)
        if same is None:
            found.append(claim)
            continue
        first, second = found[same], claim
        sharper = second if first.action is Action.ISSUED else first
        found[same] = replace(
            sharper,
            issuer=first.issuer or second.issuer,
            places=first.places or second.places,
            times=first.times or second.times,
            previous=first.previous or second.previous,
        )
    return found


def _same(one: Claim, other: Claim) -> bool:
    return (
        (one.hazard, one.level, one.scheme) == (other.hazard, other.level, other.scheme)
        and (one.action is other.action or Action.ISSUED in {one.action, other.action})
        and one.action.in_force == other.action.in_force
    )


@lru_cache(maxsize=1)
def _mention() -> re.Pattern[str]:
    known = lexicon()
    return re.compile(
        f"(?P<signal>{one_of(known.signals)})|(?P<hazard>{one_of(known.hazards)})(?P<level>{one_of(known.colours)})|(?P<topic>{one_of(known.topics)})"
    )


def _rumoured(slots: dict[str, Slot]) -> tuple[HazardKind | None, Level | None]:
    """Give what the denied rumour names: one hazard and level, or none where it names several or none."""
    slot = slots.get("rumour") or slots.get("quoted")
    if slot is None:
        return None, None
    known = lexicon()
    found: set[tuple[HazardKind | None, Level | None]] = set()
    for match in _mention().finditer(level_words(slot.words)):
        if match["signal"]:
            signal = known.signals[match["signal"]]
            found.add((signal.hazard, signal.level))
        elif match["hazard"]:
            found.add((known.hazards[match["hazard"]], known.colours[match["level"]]))
        else:
            found.add((known.topics[match["topic"]], None))
    return found.pop() if len(found) == 1 else (None, None)


def figures_of(stretches: list[Stretch]) -> tuple[Figure, ...]:
    """Give every figure that a read clause holds."""
    return tuple(slot.value for s in stretches for slot in s.clause.slots if isinstance(slot.value, Figure))
