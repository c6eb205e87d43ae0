"""Where negations stand: sentence by sentence where both texts have as many, over the whole text otherwise."""

import re

from bot.language.fidelity.words import Words

#: A full stop ends a sentence only before a blank or the end; "a.m.", "No." and a single letter do not end one.
_ENDS = re.compile(
    r"[。!?!?;;؟।\n]+|(?!(?<=\bno)\.\s?\d)(?<!\b[A-Za-z])(?<!\bNo)(?<!\bMr)(?<!\bSt)(?<!\bapprox)(?<!\bca)(?<!\bbzw)(?<!\bUhr\b\d)(?<!\d)\.(?=\s|$)|(?<=\d)\.(?=\s+[A-ZÄÖÜА-Я]|$)"
)
_BLANKS = re.compile(r"^[\s\W_]*$")
#: Characters of a clause that may share its negation with the one before it.
_SHORT = 5
#: Clauses, and what joins them.
_COMMAS = re.compile(r"([,:、]|\b(?:and|but|or|y|et|und|e|ni|nor)\b)")
#: "Do not … or …": one negation for several things.
_OR = re.compile(
    r"(?:\b(?:not|never|nor|no|ni|ne|nicht|keine?|не|não)\b|n't)[^,.;]*\b(?:or|nor|ni|o|ou|oder|noch|или|ни|e)\b|や|または",
    re.IGNORECASE,
)
_AND = re.compile(r"\b(?:and|or|nor|y|et|und|oder|ou|e|и|или)\b|と|や|、")


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
    only as far as nothing over there can have become it (远离).
    """
    sure = len(_found(text, words, sure=True))
    soft = len(_found(text, words, sure=False)) - sure
    spent = max(0, len(others.strong_negation.findall(other)) - soft)
    return sure - min(sure, spent) + max(0, soft - len(others.beside_negation.findall(other)))


def _needed(text: str, other: str, words: Words) -> int:
    """How many negations the other text must have at least.

    Two prohibitions side by side may share one: 不信谣、不传谣 is "do not believe or spread".
    """
    needed = len(_found(text, words, sure=True))
    if needed > 1:
        parts = _COMMAS.split(text)
        forbid = [bool(words.prohibition.search(clause)) for clause in parts[::2]]
        joins = "、" in text and _AND.search(other)
        if joins or _OR.search(other):
            short = [one and len(clause.strip()) <= _SHORT for one, clause in zip(forbid, parts[::2], strict=True)]
            pairs = zip(short, short[1:], parts[1::2], strict=False)
            needed -= sum(one and next_ and (joint == "、" or bool(_OR.search(other))) for one, next_, joint in pairs)
    return needed
