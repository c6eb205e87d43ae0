"""Where negations stand: sentence by sentence where both texts have as many, over the whole text otherwise."""

import re

from bot.language.fidelity.words import Words

#: A full stop ends a sentence only before a blank or the end; "a.m.", "No." and a single letter do not end one.
_ENDS = re.compile(r"[。!?!?;;؟।\n]+|(?<!\b[A-Za-z])(?<!\bNo)(?<!\bMr)(?<!\bSt)(?<!\bapprox)(?<!\bca)(?<!\bbzw)(?<!\bUhr\b\d)(?<!\d)\.(?=\s|$)|(?<=\d)\.(?=\s+[A-ZÄÖÜА-Я]|$)")
_BLANKS = re.compile(r"^[\s\W_]*$")
#: Two negations joined in one clause are one prohibition in another language (不信谣、不传谣).
_JOINED = re.compile(r"[、/和或及]")
_COMMAS = re.compile(r"[,,:、]|\b(?:and|but|or|y|et|und|e|ni|nor)\b")
_OR = re.compile(r"(?<!\w)(?:or|nor|and|ni|o|y|ou|et|oder|und|noch|и|или|ни|e)(?!\w)")


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
        if _needed(one, other, from_) > len(_found(other, to, sure=False)):
            return "a negation is missing"
        if _needed(other, one, to) > len(_found(one, from_, sure=False)):
            return "a negation was added"
    return ""


def _found(text: str, words: Words, *, sure: bool) -> list[str]:
    if words.negation is None:
        return []
    return (words.negation.sure if sure else words.negation.may).findall(text)


def _needed(text: str, other: str, words: Words) -> int:
    """How many negations the other text must have at least: one for each clause that surely has one."""
    clauses = [bool(_found(clause, words, sure=True)) for clause in _COMMAS.split(text)]
    needed = sum(clauses)
    if needed > 1 and _OR.search(other) or _JOINED.search(text):
        # "do not believe or spread" for 不信谣、不传谣: neighbours may share one
        shared = sum(1 for one, next_ in zip(clauses, clauses[1:], strict=False) if one and next_)
        needed -= shared
    return max(needed, 1) if any(clauses) else 0
