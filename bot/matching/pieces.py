"""Pieces of words: Latin words whole, of other scripts one character or two neighbours. A word is looked for in a text only
where its piece is among the text's.
"""

import re

from bot.matching.evaluating import called_phrase
from bot.matching.tree import Atom, Phrase, Word
from bot.matching.vocabulary import meant_by

#: A Latin word or number as folding leaves it (``words.joined`` says which neighbours belong together).
_LATIN = re.compile("[a-z0-9ß-öø-ɏ\u0300-\u036fḁ-ỿ]+")
_OTHER = re.compile("[^\\sa-z0-9ß-öø-ɏ\u0300-\u036fḁ-ỿ]+")


def pieces_of_text(text: str) -> set[str]:
    """Every piece that a word could be filed under, of folded text."""
    found: set[str] = set()
    for run in _LATIN.findall(text):
        found.add(run)
        # an English plural counts as the word
        if run.endswith("s"):
            found.add(run[:-1])
            if run.endswith("es"):
                found.add(run[:-2])
    for run in _OTHER.findall(text):
        found.update(run)
        found.update(map(str.__add__, run, run[1:]))
    return found


def _piece_of_word(word: str) -> str:
    """The piece that a folded word or phrase is filed under: it occurs in every text in which the word does. "" for none."""
    latin = _LATIN.findall(word)
    if latin:
        return str(max(latin, key=len))
    runs = _OTHER.findall(word)
    longest = max(runs, key=len, default="")
    # the last two characters of a name say more than the first
    return longest[-2:]


def pieces_of(atom: Atom) -> set[str]:
    """The pieces that lead to an atom; none where it cannot be looked for, and must be judged for every post."""
    if not isinstance(atom, Word | Phrase):
        return set()
    pieces = {_piece_of_word(form) for form in _forms(atom)}
    return set() if "" in pieces else pieces


def _forms(atom: Word | Phrase) -> tuple[str, ...]:
    return meant_by(atom.text) if isinstance(atom, Word) else (called_phrase(atom.text),)
