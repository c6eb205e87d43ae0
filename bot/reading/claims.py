"""From read clauses to claims: what is said of which hazard, held against the guards and the ladders of levels."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.model.reading import Action, Claim, HazardKind, Issuer, Level, Moment, Place, Scheme, Slot
from bot.reading.clauses import Stretch
from bot.reading.formulas import Formula
from bot.reading.guards import doubted, turned_around
from bot.reading.ladders import NotProvedError, at_an_end, check, direction, replaced
from bot.reading.levelling import level_words
from bot.reading.lexicon import lexicon
from bot.reading.mentions import odd_heading, rumoured
from bot.reading.times import Clock

#: What is dated earlier than this before it is published tells of the past.
_NEWS_FOR = timedelta(days=3)
#: The platforms that are read are no older than this: what is dated earlier tells of the past, whenever published.
_FIRST_YEAR = 2009

_HOUR = re.compile(r"\d[时点:]|目前")
_YESTERDAY = re.compile("昨|前天|yesterday")
_YEAR_ALONE = re.compile(r"\d{4}年(?:\d{1,2}月)?")
_NO_HOUR = re.compile(r"\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?")
#: What holds or does not hold now, and is no news of yesterday.
_STATES = frozenset((HazardKind.ROAD_CLOSURE, HazardKind.TRANSPORT, HazardKind.UTILITY))
_YEAR = re.compile(r"\b(\d{4})年")
#: Signals of these kinds have levels: "热带气旋警告信号" alone says only what is over.
_WITH_LEVELS = frozenset((HazardKind.TROPICAL_CYCLONE, HazardKind.RAINSTORM))

#: Slots of what a storm's centre is measured from: they are not where it threatens.
_MEASURED_FROM = frozenset(("off", "sea"))

#: Hazard, level, the level before, action.
_What = tuple[HazardKind | None, Level | None, Level | None, Action]


def claims_of(stretches: list[Stretch], text: str, clock: Clock) -> tuple[tuple[Claim, ...], str]:
    """Give the claims, or none and why. ``text`` is the levelled text."""
    try:
        claims = _proved(stretches, text, clock)
    except NotProvedError as error:
        return (), str(error)
    return tuple(claims), "" if claims else "no clause says that anything is issued, changed or lifted"


def _proved(stretches: list[Stretch], text: str, clock: Clock) -> list[Claim]:
    frames = {s.formula.frame for s in stretches if s.formula and s.formula.frame}
    if turned := turned_around(text, stretches):
        raise NotProvedError(turned)
    if frames >= {"drill", "not_a_drill"}:
        raise NotProvedError("it says both that it is a drill and that it is none")
    found: list[Claim] = []
    for at, stretch in enumerate(stretches):
        if stretch.formula is None or stretch.formula.action is None:
            continue
        if doubt := doubted(stretch, stretches, text):
            raise NotProvedError(doubt)
        found.extend(_claims(stretch, stretch.formula, stretch.formula.action, at, found, clock))
    claims = _merged(found)
    if not frames & {"denied", "drill"} and (odd := odd_heading(claims, stretches, text)):
        raise NotProvedError(odd)
    return _framed(claims, stretches, frames)


def _framed(claims: list[Claim], stretches: list[Stretch], frames: set[str]) -> list[Claim]:
    """What a frame makes of the claims: all of a drill is a drill, all of a tale of the past is past."""
    if "drill" in frames:
        claims = [*_headed(stretches, claims), *claims]
    if frames & {"drill", "past"}:
        # a sentence that says "this is a drill" stands for itself only where nothing is named
        named = [claim for claim in claims if claim.hazard is not None] or claims[:1]
        return [replace(claim, action=Action.DRILL if "drill" in frames else Action.PAST) for claim in named]
    denied = {(claim.hazard, claim.level) for claim in claims if claim.action is Action.DENIED}
    others = [claim for claim in claims if claim.action is not Action.DENIED]
    if "rumour" in frames and (others or not denied):
        raise NotProvedError("a heading says that it is a rumour, and no clause says of what")
    if others and any(hazard is None for hazard, _ in denied):
        raise NotProvedError("it denies what may be what it says")
    if any((claim.hazard, claim.level) in denied for claim in others):
        raise NotProvedError("it says what it denies")
    return claims


def _headed(stretches: list[Stretch], claims: list[Claim]) -> list[Claim]:
    """What headings name, where no claim does: in a drill that is what is practised."""
    if any(claim.hazard for claim in claims):
        return []
    for at, stretch in enumerate(stretches):
        slots = _slots(stretch)
        if stretch.formula and stretch.formula.heading and "hazard" in slots:
            return [Claim(Action.DRILL, _hazard(slots), _level(slots), scheme=Scheme.CMA, clause=at)]
    return []


def _claims(
    stretch: Stretch, formula: Formula, verb: Action, at: int, before: list[Claim], clock: Clock
) -> list[Claim]:
    slots = _slots(stretch)
    hazard, level, previous, action = _what(stretch, formula, verb, slots)
    issuer = next((slot.value for slot in stretch.clause.slots if isinstance(slot.value, Issuer)), None)
    times = tuple(s.value for s in stretch.clause.slots if isinstance(s.value, Moment) and s.name != "issued")
    lists = [s.value for s in stretch.clause.slots if isinstance(s.value, tuple) and s.name not in _MEASURED_FROM]
    places = tuple(place for some in lists for place in some if isinstance(place, Place))
    if formula.scheme is Scheme.CMA and not (issuer or before or "where" in slots or _said_when(times, action)):
        raise NotProvedError("nobody and no hour is named for the warning")
    if action.in_force and (formula.scheme is not Scheme.NONE or hazard in _STATES) and _any(_YESTERDAY, times):
        raise NotProvedError("it tells of yesterday")
    if action.in_force and hazard is not HazardKind.POLICE and _dated_by_year(times, formula):
        raise NotProvedError("it is dated by a year, and nothing tells that it is news")
    action = _past_or(action, times, formula.name, clock)
    found = [Claim(action, hazard, level, previous, formula.scheme, issuer, places, times, at)]
    if "hazard2" in slots and "level2" in slots:
        second, its_level = _hazard(slots, "hazard2"), _level(slots, "level2")
        check(second, its_level)
        found.append(replace(found[0], hazard=second, level=its_level))
    return found


def _dated_by_year(times: tuple[Moment, ...], formula: Formula) -> bool:
    """Whether a time is a year (and month) alone; of what merely happened, also a year and a day without the hour."""
    alone = _YEAR_ALONE if formula.scheme is not Scheme.NONE else _NO_HOUR
    return any(alone.fullmatch(level_words(moment.words)) for moment in times)


def _slots(stretch: Stretch) -> Mapping[str, Slot]:
    return {slot.name: slot for slot in stretch.clause.slots}


def _hazard(slots: Mapping[str, Slot], name: str = "hazard") -> HazardKind | None:
    value = slots[name].value if name in slots else None
    return value if isinstance(value, HazardKind) else None


def _level(slots: Mapping[str, Slot], name: str = "level") -> Level | None:
    value = slots[name].value if name in slots else None
    return value if isinstance(value, Level) else None


def _said_when(times: tuple[Moment, ...], action: Action) -> bool:
    """An account that names itself nowhere still gives the hour; what holds still or is over needs none."""
    return action in {Action.CONTINUED, Action.LIFTED} or _any(_HOUR, times)


def _any(pattern: re.Pattern[str], times: tuple[Moment, ...]) -> bool:
    return any(pattern.search(level_words(moment.words)) for moment in times)


def _what(stretch: Stretch, formula: Formula, verb: Action, slots: Mapping[str, Slot]) -> _What:
    """Give hazard, level, the level before, and the action as the levels prove it."""
    if formula.frame == "denied":
        return (*rumoured(slots), None, Action.DENIED)
    if "signal" in slots:
        return _signalled(slots, verb, changed="changed_to" in formula.name)
    hazard, level, previous = (
        formula.hazard or _hazard(slots),
        formula.level or _level(slots),
        _level(slots, "previous"),
    )
    if formula.scheme is Scheme.RESPONSE and hazard is HazardKind.RIVER_FLOOD:
        hazard = HazardKind.FLOOD  # "emergency response for flooding" is 防汛应急响应
    if "task" in slots:
        hazard = lexicon().responses[level_words(slots["task"].words)]
    if "hazard2" in slots and "level2" not in slots and _hazard(slots, "hazard2") is not hazard:
        raise NotProvedError("a warning cannot change into one of another hazard")
    if formula.scheme is Scheme.CMA:
        check(hazard, level)
        check(hazard, previous)
    return hazard, level, previous, direction(verb, level, previous, stretch.words)


def _signalled(slots: Mapping[str, Slot], verb: Action, *, changed: bool) -> _What:
    known = lexicon().signals
    signal = known[level_words(slots["signal"].words)]
    if signal.level is None and signal.hazard in _WITH_LEVELS and verb is not Action.LIFTED:
        raise NotProvedError("it does not say which signal")
    if changed:
        return signal.hazard, signal.level, None, at_an_end(signal.hazard, signal.level)
    if "replaced" not in slots:
        return signal.hazard, signal.level, None, verb
    other = known[level_words(slots["replaced"].words)]
    if other.hazard is not signal.hazard:
        raise NotProvedError("a signal cannot replace one of another kind")
    return signal.hazard, signal.level, other.level, replaced(signal.hazard, signal.level, other.level)


def _past_or(action: Action, times: tuple[Moment, ...], name: str, clock: Clock) -> Action:
    """PAST for what is dated long before it was published. An earthquake without the network that measured it is news
    only when it is dated to the hour and to no year.
    """
    years = [int(year) for moment in times for year in _YEAR.findall(level_words(moment.words))]
    published = clock.published
    old = published is not None and any(m.start and published - m.start > _NEWS_FOR for m in times)
    if (old or any(year < _FIRST_YEAR for year in years)) and action is not Action.LIFTED:
        return Action.PAST
    if name == "quake.told" and (years or not _any(_HOUR, times)):
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
        first = found[same]
        found[same] = replace(
            claim if first.action is Action.ISSUED else first,
            issuer=first.issuer or claim.issuer,
            places=first.places or claim.places,
            times=first.times or claim.times,
            previous=first.previous or claim.previous,
        )
    return found


def _same(one: Claim, other: Claim) -> bool:
    """Whether two claims are of one act: the same, or an issue told once more as a change."""
    if (one.hazard, one.level, one.scheme) != (other.hazard, other.level, other.scheme):
        return False
    issued = Action.ISSUED in {one.action, other.action} and one.action.in_force and other.action.in_force
    return one.action is other.action or issued
