"""Which formulas can fit a sentence at all, by the words that they cannot do without: found by one walk over it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bot.reading.formulas import Formula, formulas


class _Word(NamedTuple):
    """A word that formulas need: which choices of words it meets, and which formulas (by number) need it most."""

    word: str
    choices: frozenset[int]
    formulas: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Index:
    #: The first two characters of a word (its only one) to the words that begin so.
    by_beginning: Mapping[str, tuple[_Word, ...]]
    #: Formulas that need no certain word.
    always: tuple[int, ...]
    #: For each formula the choices of which it needs a word each.
    needs: tuple[frozenset[int], ...]


@lru_cache(maxsize=1)
def _index() -> _Index:
    choices: dict[tuple[str, ...], int] = {}
    met: dict[str, set[int]] = defaultdict(set)
    telling: dict[str, list[int]] = defaultdict(list)
    needs = []
    for number, formula in enumerate(formulas()):
        needs.append(frozenset(choices.setdefault(choice, len(choices)) for choice in formula.needs))
        for word in dict.fromkeys(formula.needs[0]) if formula.needs else ():
            telling[word].append(number)
    for choice, number in choices.items():
        for word in choice:
            met[word].add(number)
    beginnings: dict[str, list[_Word]] = defaultdict(list)
    for word, numbers in met.items():
        beginnings[word[:2]].append(_Word(word, frozenset(numbers), tuple(telling[word])))
    return _Index(
        {beginning: tuple(found) for beginning, found in beginnings.items()},
        tuple(number for number, formula in enumerate(formulas()) if not formula.needs),
        tuple(needs),
    )


class Candidate(NamedTuple):
    """A formula that can fit, and the last place in the sentence where what it needs most stands."""

    formula: Formula
    until: int


def candidates_for(sentence: str) -> list[Candidate]:
    """Give the formulas that can fit somewhere in the sentence, in the order of the files."""
    index, every = _index(), formulas()
    until = dict.fromkeys(index.always, len(sentence))
    met: set[int] = set()
    beginnings = {first + second for first, second in pairwise(sentence)}
    beginnings.update(sentence)
    for beginning in index.by_beginning.keys() & beginnings:
        for word, choices, numbers in index.by_beginning[beginning]:
            if (at := sentence.rfind(word)) >= 0:
                met |= choices
                for number in numbers:
                    if until.get(number, -1) < at:
                        until[number] = at
    return [Candidate(every[number], until[number]) for number in sorted(until) if index.needs[number] <= met]
