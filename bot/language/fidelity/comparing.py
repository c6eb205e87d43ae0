"""Whether two texts hold the same figures: exact ones first, then what languages may write in different ways."""

from collections.abc import Callable
from decimal import Decimal

from bot.language.fidelity.figure import DAY_MINUTES, Figure

#: A date or time that was said once may be said again or only once; a number may not.
_REPEATABLE = frozenset({"time", "day", "month", "year"})
#: Units that a language puts where another has none (14 часов, 3 日).
_CLOCK_UNITS = frozenset({"", "hour", "day", "month"})

#: No post has so many; a text made to keep the gate busy has.
_MOST_FIGURES = 800
_ONE = frozenset({Decimal(1)})

Agree = Callable[[Figure, Figure], bool]


def differing(
    original: list[Figure], translation: list[Figure], loose_original: set[Decimal], loose_translation: set[Decimal]
) -> list[str]:
    """Give what differs, "missing 50" or "added 60", shown as it stands in the texts; empty when nothing does."""
    if len(original) + len(translation) > _MOST_FIGURES:
        return ["more figures than are compared"]
    left, right = list(original), list(translation)
    turned: list[str] = []
    for agree in (_exactly, _same_kind, _across_kinds):
        turned += _pair_off(left, right, agree)
    missing = [one for one in left if not _excused(one, translation, loose_translation)]
    added = [one for one in right if not _excused(one, original, loose_original)]
    return [*turned, *(f"missing {one.shown}" for one in missing), *(f"added {one.shown}" for one in added)]


def lacking(wanted: list[Figure], given: list[Figure], loose_given: set[Decimal]) -> list[str]:
    """Give what of ``wanted`` is not among ``given``, or is bounded the other way round there. How often each is said
    does not matter.
    """
    if len(wanted) + len(given) > _MOST_FIGURES:
        return ["more figures than are compared"]
    known = _each_once(given)
    return [
        one.shown for one in _each_once(wanted) if not _holds(one, known) and not _excused(one, given, loose_given)
    ]


def exceeding(shorter: list[Figure], longer: list[Figure], loose_longer: set[Decimal]) -> list[str]:
    """Give what a text says that was made of a longer one and does not, or not as often, stand in that. A day may be said
    often in the longer one, and once more in the shorter one stands for another day.
    """
    if len(shorter) + len(longer) > _MOST_FIGURES:
        return ["more figures than are compared"]
    left, right = list(shorter), list(longer)
    turned: list[str] = []
    for agree in (_exactly, _same_kind, _across_kinds):
        turned += _pair_off(left, right, agree)
    spare = {one for one in left if one.in_words and not one.values.isdisjoint(loose_longer)}
    return [*turned, *(one.shown for one in left if one not in spare)]


def _holds(one: Figure, given: list[Figure]) -> bool:
    others = [other for other in given if _same_kind(one, other) or _across_kinds(one, other)]
    return any({one.bound, other.bound} != {"<", ">"} for other in others)


def _each_once(figures: list[Figure]) -> list[Figure]:
    return list({(one.kind, one.values, one.unit, one.bound): one for one in figures}.values())


def _pair_off(left: list[Figure], right: list[Figure], agree: Agree) -> list[str]:
    """Take out of both lists what agrees, each figure with one other; gives what is bounded the other way round."""
    turned = []
    for one in list(left):
        others = [other for other in right if agree(one, other)]
        if not others:
            continue
        # of several, one that is not bounded the other way round
        other = next((other for other in others if {one.bound, other.bound} != {"<", ">"}), others[0])
        if {one.bound, other.bound} == {"<", ">"}:
            turned.append(f"{one.shown} is bounded the other way round")
        left.remove(one)
        right.remove(other)
    return turned


def _exactly(one: Figure, other: Figure) -> bool:
    return one.kind == other.kind and one.unit == other.unit and not one.values.isdisjoint(other.values)


def _same_kind(one: Figure, other: Figure) -> bool:
    units = one.unit == other.unit or not one.unit or not other.unit
    return one.kind == other.kind and units and not one.values.isdisjoint(other.values)


def _across_kinds(one: Figure, other: Figure) -> bool:
    """14时 and "14", 21日 and "21": the same number in words that do not say what it is."""
    kinds = {one.kind, other.kind}
    if "number" not in kinds or len(kinds) == 1:
        return False
    number, dated = (one, other) if one.kind == "number" else (other, one)
    if number.unit not in _CLOCK_UNITS:
        return False
    return not _plain(dated).isdisjoint(number.values)


def _plain(one: Figure) -> frozenset[Decimal]:
    if one.kind != "time":
        return one.values
    hours = {value / 60 for value in one.values if value % 60 == 0}
    # 24 is the end of the day as 0 is its beginning; "from 2 to 5 p.m." says 2 for 14
    more = {Decimal(DAY_MINUTES // 60) for hour in hours if hour == 0}
    return frozenset(hours | more)


def _excused(one: Figure, others: list[Figure], loose: set[Decimal]) -> bool:
    if one.spare:
        return True
    if one.in_words and (not one.values.isdisjoint(loose) or one.kind == "time"):
        return True
    if one.unit == "hour" and one.values == _ONE:
        return True  # 小时雨量: rain in one hour
    if one.kind in _REPEATABLE:
        return any(_exactly(one, other) or _across_kinds(one, other) for other in others)
    return False
