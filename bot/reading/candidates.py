"""Which formulas can fit a sentence at all, by the words that they cannot do without: found by one walk over it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.reading.formulas import Formula, formulas


@dataclass(frozen=True, slots=True)
class _Index:
    #: The first two characters of a word to the words that begin so.
    by_beginning: Mapping[str, tuple[str, ...]]
    #: A word to the formulas (by number) whose most telling need it meets.
    by_word: Mapping[str, tuple[int, ...]]
    #: Formulas that need no certain word.
    always: tuple[int, ...]


@lru_cache(maxsize=1)
def _index() -> _Index:
    words: dict[str, list[int]] = defaultdict(list)
    always = []
    for number, formula in enumerate(formulas()):
        if not formula.needs:
            always.append(number)
        for word in formula.needs[0] if formula.needs else ():
            words[word].append(number)
    beginnings: dict[str, list[str]] = defaultdict(list)
    for word in words:
        beginnings[word[:2]].append(word)
    return _Index(
        {beginning: tuple(found) for beginning, found in beginnings.items()},
        {word: tuple(numbers) for word, numbers in words.items()},
        tuple(always),
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A formula that can fit, and the last place in the sentence where what it needs most stands."""

    formula: Formula
    until: int


def candidates_for(sentence: str) -> list[Candidate]:
    """Give the formulas that can fit somewhere in the sentence, in the order of the files."""
    index, every = _index(), formulas()
    last: dict[str, int] = {}
    pairs = {first + second for first, second in pairwise(sentence)}
    for beginning in index.by_beginning.keys() & (pairs | set(sentence)):
        for word in index.by_beginning[beginning]:
            if (at := sentence.rfind(word)) >= 0:
                last[word] = at
    until = dict.fromkeys(index.always, len(sentence))
    for word, at in last.items():
        for number in index.by_word[word]:
            until[number] = max(at, until.get(number, 0))
    return [Candidate(every[number], until[number]) for number in sorted(until) if _met(every[number], sentence)]


def _met(formula: Formula, sentence: str) -> bool:
    """Whether every need is met; the first is known to be."""
    for choice in formula.needs[1:]:
        for word in choice:
            if word in sentence:
                break
        else:
            return False
    return True
