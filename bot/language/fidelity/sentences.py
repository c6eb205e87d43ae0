"""Where negations stand: sentence by sentence where both texts have as many, over the whole text otherwise."""

import re

from bot.language.fidelity.words import Words

#: A full stop ends a sentence only before a blank or the end; "a.m.", "No." and a single letter do not end one.
_ENDS = re.compile(
    r"[。!?!?;;؟।\n]+|(?<!\b[A-Za-z])(?<!\bNo)(?<!\bMr)(?<!\bSt)(?<!\bapprox)(?<!\bca)(?<!\bbzw)(?<!\bUhr\b\d)(?<!\d)\.(?=\s|$)|(?<=\d)\.(?=\s+[A-ZÄÖÜА-Я]|$)"
)
_BLANKS = re.compile(r"^[\s\W_]*$")
#: Clauses, and what joins them.
_COMMAS = re.compile(r"([,:、]|\b(?:and|but|or|y|et|und|e|ni|nor)\b)")
_OR = re.compile(r"(?<!\w)(?:or|nor|ni|o|ou|oder|noch|или|ни)(?!\w)|、|と|や|または")
_AND_OR = re.compile(_OR.pattern + r"|(?<!\w)(?:and|y|et|und|e|и)(?!\w)")


def sentences(text: str) -> list[str]:
    """Cut a text into sentences, without empty ones."""
    return [part for part in _ENDS.split(text) if part and not _BLANKS.match(part)]


def negation_differs(original: str, translation: str, from_: Words, to: Words) -> str:
    """Give what is wrong with the negations, "" when nothing can be proved."""
    if from_.negation is None or to.negation is None:
        return ""
    ours = [from_.never_negation.sub(" ", part) for part in sentences(original)]
    theirs = [to.never_negation.sub(" ", part) for part in sentences(translation)]
    if len(ours) != len(theirs):
        ours, theirs = [" , ".join(ours)], [" , ".join(theirs)]
    for one, other in zip(ours, theirs, strict=True):
        if _needed(one, other, from_) > _offered(other, one, to, from_):
            return "a negation is missing"
        if _needed(other, one, to) > _offered(one, other, from_, to):
            return "a negation was added"
    return ""


def _found(text: str, words: Words, *, sure: bool) -> list[str]:
    if words.negation is None:
        return []
    return (words.negation.sure if sure else words.negation.may).findall(text)


def _offered(text: str, other: str, words: Words, others: Words) -> int:
    """How many negations a text has for those of the other one. What is no sure negation here ("keep away") counts
    only as far as nothing over there can have become it (远离)."""
    sure = len(_found(text, words, sure=True))
    soft = len(_found(text, words, sure=False)) - sure
    return sure + max(0, soft - len(others.beside_negation.findall(other)))


def _needed(text: str, other: str, words: Words) -> int:
    """How many negations the other text must have at least: one for each clause that surely has one.

    Neighbours may share one: 不信谣、不传谣 is "do not believe or spread".
    """
    parts = _COMMAS.split(text)
    clauses, joints = parts[::2], parts[1::2]
    negative = [bool(_found(clause, words, sure=True)) for clause in clauses]
    needed = sum(negative)
    if needed > 1:
        sharing = _AND_OR if "、" in text else _OR
        if sharing.search(other):
            pairs = zip(negative, negative[1:], joints, strict=False)
            needed -= sum(one and next_ and (joint == "、" or bool(_OR.search(other))) for one, next_, joint in pairs)
    return needed
