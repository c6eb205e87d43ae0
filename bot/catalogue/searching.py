"""One search for `/find` and `tocsin catalogue find`, in any language: which entries answer to what somebody typed."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from bot.catalogue.entries import Catalogue, Entry, Words
from bot.matching.folding import fold

#: Longer than any question.
LONGEST = 100
#: A beginning of a word counts from so many letters on.
_PREFIX = 3
_HAN_FROM, _HAN_TO = "\u3400", "\u9fff"
#: Accents, which many leave out: Pekin, policia.
_ACCENTS = re.compile("[\u0300-\u036f]")
#: Words of fewer letters are too easily another word; in those of so many two letters may be wrong.
_MISTYPED, _LONG = 4, 8
_Scored = Callable[[str, Sequence[frozenset[str]]], int]
#: Entries, kinds and places whose words are kept: the lists of the world have some 450 entries of 200 countries.
_KEPT = 8192


def search(catalogue: Catalogue, text: str, most: int = 5) -> list[Entry]:
    """Entries in which every word of the question is found, the best first: whole words before beginnings, confirmed
    ones before others, those of one city before those of a country.

    The first search makes the words of all entries and loads every language's names of countries (a second); later
    ones take some milliseconds. Ask in a thread.
    """
    return _best(catalogue, text, most, _score)


def nearest(catalogue: Catalogue, text: str, most: int = 5) -> list[Entry]:
    """The same for a question of which nothing is found: a letter may be wrong, missing, too many or in its
    neighbour's place, in long words two. Some hundredths of a second. Ask in a thread.
    """
    return _best(catalogue, text, most, _near_score)


def _best(catalogue: Catalogue, text: str, most: int, scored: _Scored) -> list[Entry]:
    asked = list(dict.fromkeys(filter(None, map(_plain, fold(text[:LONGEST]).split()))))
    if not asked:
        return []
    found = []
    for number, entry in enumerate(catalogue.entries):
        score = _score_of(asked, entry, catalogue.words, scored)
        if score:
            found.append((-score, not entry.confirmed, -len(entry.places), number, entry))
    return [entry for *_, entry in sorted(found, key=lambda row: row[:-1])[:most]]


def _score_of(asked: Sequence[str], entry: Entry, words: Words, scored: _Scored) -> int:
    """The sum over all words, 0 where one of them is not found."""
    known = _words(entry, words)
    total = 0
    for word in asked:
        score = scored(word, known)
        if not score:
            return 0
        total += score
    return total


def _score(word: str, known: Sequence[frozenset[str]]) -> int:
    """3 for a word of the entry, 2 for Chinese words that it is made of, 1 for a beginning, 0 for nothing."""
    if any(word in some for some in known):
        return 3
    if _is_han(word):
        return 2 if _made_of(word, [each for some in known for each in some if each in word]) else 0
    if len(word) < _PREFIX:
        return 0
    return 1 if any(each.startswith(word) for some in known for each in some) else 0


def _near_score(word: str, known: Sequence[frozenset[str]]) -> int:
    """As ``_score``, twice as much; 1 for a word that is mistyped."""
    return 2 * _score(word, known) or int(any(_is_near_one(word, some) for some in known))


@lru_cache(maxsize=_KEPT)
def _is_near_one(word: str, some: frozenset[str]) -> bool:
    allowed = 2 if len(word) >= _LONG else 1
    if len(word) < _MISTYPED or _is_han(word):
        return False
    return any(len(each) >= _MISTYPED and _is_near(word, each, allowed) for each in some)


def _is_near(one: str, other: str, allowed: int) -> bool:
    """Tell whether so many mistakes lead from one to the other: Damerau's distance, neighbours changing places once."""
    if abs(len(one) - len(other)) > allowed:
        return False
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        further, before, row = before, row, [i]
        for j, theirs in enumerate(other, 1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                steps = min(steps, further[j - 2] + 1)
            row.append(steps)
        if min(row) > allowed:
            return False
    return row[-1] <= allowed


def _made_of(word: str, known: Sequence[str]) -> bool:
    """Tell whether a word is made of words of the entry to its end: 北京警方 is written without a blank."""
    ends = {0}
    for end in range(1, len(word) + 1):
        if any(end >= len(each) and end - len(each) in ends and word[:end].endswith(each) for each in known if each):
            ends.add(end)
    return len(word) in ends


def _words(entry: Entry, words: Words) -> list[frozenset[str]]:
    """Everything that an entry is called, folded: whole names, and the words of names that have blanks."""
    own = _split((*entry.names.values(), *(name for ref in entry.accounts for name in (ref.kind, ref.key, ref.send))))
    places = (_split(tuple(words.of_place(place))) for place in entry.places)
    return [own, _split(tuple(words.of_kind(entry.kind))), *places]


@lru_cache(maxsize=_KEPT)
def _split(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(filter(None, _parts(names)))


def _parts(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        folded = fold(name)
        yield _plain(folded)
        yield from (_plain(word) for word in folded.split())


def _plain(word: str) -> str:
    """Without accents and the signs around it ("Beijing:", "(police)")."""
    word = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))
    return word.strip(":,;.()（）：，。!?！？“”\"'")


def _is_han(word: str) -> bool:
    return all(_HAN_FROM <= char <= _HAN_TO for char in word)
