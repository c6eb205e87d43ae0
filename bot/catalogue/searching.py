"""/find in any language: which entries answer to what somebody typed."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from bot.catalogue.entries import Catalogue, Entry, Words
from bot.matching.folding import fold

#: Longer than any question.
LONGEST = 100
#: A beginning of a word counts from so many letters on.
_PREFIX = 3
_HAN_FROM, _HAN_TO = "\u3400", "\u9fff"
#: Accents, which many leave out: Pekin, policia.
_ACCENTS = re.compile("[\u0300-\u036f]")


def search(catalogue: Catalogue, text: str, most: int = 5) -> list[Entry]:
    """Entries in which every word of the question is found, the best first: whole words before beginnings, confirmed
    ones before others, those of one city before those of a country.
    """
    asked = list(filter(None, map(_plain, fold(text[:LONGEST]).split())))
    if not asked:
        return []
    found = []
    for number, entry in enumerate(catalogue.entries):
        known = _words(entry, catalogue.words)
        scores = [_score(word, known) for word in asked]
        if all(scores):
            found.append((-sum(scores), not entry.confirmed, -len(entry.places), number, entry))
    return [entry for *_, entry in sorted(found, key=lambda row: row[:-1])[:most]]


def _score(word: str, known: Sequence[str]) -> int:
    """3 for a word of the entry, 2 for Chinese words that it is made of, 1 for a beginning, 0 for nothing."""
    if word in known:
        return 3
    if _is_han(word):
        return 2 if _made_of(word, known) else 0
    return 1 if len(word) >= _PREFIX and any(each.startswith(word) for each in known) else 0


def _made_of(word: str, known: Sequence[str]) -> bool:
    """Tell whether a word is made of words of the entry to its end: 北京警方 is written without a blank."""
    ends = {0}
    for end in range(1, len(word) + 1):
        if any(end >= len(each) and end - len(each) in ends and word[:end].endswith(each) for each in known if each):
            ends.add(end)
    return len(word) in ends


def _words(entry: Entry, words: Words) -> list[str]:
    """Everything that an entry is called, folded: whole names, and the words of names that have blanks."""
    return list(dict.fromkeys(_split(words.all_of(entry))))


def _split(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        folded = fold(name)
        yield _plain(folded)
        yield from (_plain(word) for word in folded.split())


def _plain(word: str) -> str:
    """Without accents and the signs around it ("Beijing:", "(police)")."""
    word = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))
    return word.strip(":,;.()（）：，。!?？！“”\"'")


def _is_han(word: str) -> bool:
    return all(_HAN_FROM <= char <= _HAN_TO for char in word)
