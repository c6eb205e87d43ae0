"""Where filters lie in the index: for each atom a shelf with the filters that demand it, by what else they demand."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from enum import Enum

from bot.matching.tree import And, Atom, Not, Or, Tree

#: Parts of a filter that demands two things.
_PAIR = 2


class Place(Enum):
    """How a filter lies on the shelf of an atom that it demands."""

    #: It holds with the atom alone.
    ENOUGH = "enough"
    #: The atom and another one are all that it demands.
    PAIR = "pair"
    #: The atom, and that another one does not hold.
    UNLESS = "unless"
    #: More than that: it is judged.
    MORE = "more"


class Shelf:
    """Filters that demand one atom. Arrays are sorted, for numbers grow."""

    __slots__ = ("enough", "more", "pairs", "unless", "without")

    def __init__(self) -> None:
        self.enough: array[int] | None = None
        self.more: array[int] | None = None
        self.pairs: dict[int, array[int] | int] | None = None
        #: All that lie in ``without``.
        self.unless: array[int] | None = None
        self.without: dict[int, array[int] | int] | None = None

    @property
    def empty(self) -> bool:
        """Nothing lies here."""
        return not (self.enough or self.more or self.pairs or self.unless)

    def put(self, number: int, place: Place, other: int) -> None:
        """File a filter, whose number is above all before it. ``other``: the identity of the other atom, 0 for none."""
        match place:
            case Place.ENOUGH:
                self.enough = _with(self.enough, number)
            case Place.MORE:
                self.more = _with(self.more, number)
            case Place.PAIR:
                self.pairs = self.pairs if self.pairs is not None else {}
                _put(self.pairs, other, number)
            case Place.UNLESS:
                self.unless = _with(self.unless, number)
                self.without = self.without if self.without is not None else {}
                _put(self.without, other, number)

    def take(self, number: int, place: Place, other: int) -> bool:
        """Take a filter away; False when it did not lie there."""
        match place:
            case Place.ENOUGH:
                return take_out(self.enough, number)
            case Place.MORE:
                return take_out(self.more, number)
            case Place.PAIR:
                return _take(self.pairs, other, number)
            case Place.UNLESS:
                return _take(self.without, other, number) and take_out(self.unless, number)

    def passing(self, possible: list[tuple[int, bool]], found: set[int], candidates: set[int]) -> None:
        """What holds when this atom and these do; ``candidates`` are to be judged."""
        if self.enough:
            found.update(self.enough)
        if self.more:
            candidates.update(self.more)
        if self.pairs:
            for identity, _ in possible:
                _gather_into(found.update, found.add, self.pairs.get(identity))
        if self.unless and self.without is not None:
            found.update(self.unless)
            for identity, sure in possible:
                if sure:
                    _gather_into(found.difference_update, found.discard, self.without.get(identity))


def _gather_into(
    many: Callable[["array[int]"], object], one: Callable[[int], object], held: "array[int] | int | None"
) -> None:
    if isinstance(held, array):
        many(held)
    elif held is not None:
        one(held)


def _with(held: "array[int] | None", number: int) -> "array[int]":
    if held is None:
        return array("I", (number,))
    held.append(number)
    return held


def take_out(held: "array[int] | None", number: int) -> bool:
    """Take a number out of a sorted array; False when it was not in it."""
    at = bisect_left(held, number) if held is not None else 0
    if held is None or at == len(held) or held[at] != number:
        return False
    del held[at]
    return True


def _put(held: "dict[int, array[int] | int]", key: int, number: int) -> None:
    there = held.get(key)
    if isinstance(there, array):
        there.append(number)
    else:
        held[key] = number if there is None else array("I", (there, number))


def _take(held: "dict[int, array[int] | int] | None", key: int, number: int) -> bool:
    there = held.get(key) if held is not None else None
    if held is None or there is None:
        return False
    if not isinstance(there, array):
        if there == number:
            del held[key]
        return there == number
    taken = take_out(there, number)
    if len(there) == 1:
        held[key] = there[0]
    return taken


def places_of(tree: Tree, demanded: tuple[Atom, ...]) -> Iterator[tuple[Atom, Place, Atom | None]]:
    """Where a filter lies when it is filed under these atoms: each with the place on its shelf and the other atom."""
    if isinstance(tree, Atom) or (isinstance(tree, Or) and all(isinstance(part, Atom) for part in tree.parts)):
        yield from ((atom, Place.ENOUGH, None) for atom in demanded)
        return
    if isinstance(tree, And) and len(tree.parts) == _PAIR and len(demanded) == 1:
        first, second = tree.parts
        other = second if first is demanded[0] else first
        mine = first if first is demanded[0] else second
        if mine is demanded[0] and isinstance(other, Atom):
            yield demanded[0], Place.PAIR, other
            return
        if mine is demanded[0] and isinstance(other, Not) and isinstance(other.part, Atom):
            yield demanded[0], Place.UNLESS, other.part
            return
    yield from ((atom, Place.MORE, None) for atom in demanded)
