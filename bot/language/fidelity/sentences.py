"""Where negations stand: sentence by sentence where both texts have as many, over the whole text otherwise."""

import re
from dataclasses import dataclass

from bot.language.fidelity.words import Words

#: A full stop ends a sentence only before a blank or the end; "a.m.", "No." and a single letter do not end one.
_ENDS = re.compile(
    r"[。!?!?;;؟।\n]+|(?!(?<=\bno)\.\s?\d)(?<!\b[A-Za-z])(?<!\bNo)(?<!\bMr)(?<!\bSt)(?<!\bapprox)(?<!\bca)(?<!\bbzw)(?<!\bUhr\b\d)(?<!\d)\.(?=\s|$)|(?<=\d)\.(?=\s+[A-ZÄÖÜА-Я]|$)"
)
_BLANKS = re.compile(r"^[\s\W_]*$")
#: Characters of a clause that may share its negation with the one before it.
_SHORT = 5
#: Who is spoken to, before what they are asked.
_WHO = re.compile(r"^.{0,12}?(?:市民|居民|群众|网友|公众|游客|大家)(?:朋友)?(?:们)?")
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
    ours, theirs = sentences(original), sentences(translation)
    if len(ours) != len(theirs):
        ours, theirs = [" , ".join(ours)], [" , ".join(theirs)]
    for one, other in zip(ours, theirs, strict=True):
        here, there = _Part.of(one, from_), _Part.of(other, to)
        if _needed(here, there) > _offered(there, here):
            return "a negation is missing"
        if _needed(there, here) > _offered(here, there):
            return "a negation was added"
    return ""


def negations_lacking(wanted: str, given: str, of: Words, in_: Words) -> bool:
    """Whether ``given``, taken as a whole, has fewer negations than ``wanted`` needs there; False where nothing is proved."""
    if of.negation is None or in_.negation is None:
        return False
    one = _Part.of(" , ".join(sentences(wanted)), of)
    other = _Part.of(" , ".join(sentences(given)), in_)
    return _needed(one, other) > _offered(other, one)


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence, without what is never a negation, and how many there are of each kind of word."""

    text: str
    words: Words
    sure: int
    #: Words that another language may say as a negation, and that are no sure one here (远离, keep away).
    soft: int
    #: Words that may stand for such a one over there, or for a sure one.
    beside: int
    strong: int

    @classmethod
    def of(cls, text: str, words: Words) -> "_Part":
        bare = words.never_negation.sub(" ", text)
        sure = soft = 0
        if words.negation:
            sure = len(words.negation.sure.findall(bare))
            others = words.negation.may.findall(words.negation.sure.sub(" ", bare))
            # 谣 twice in 不信谣、不传谣 is still one rumour
            soft = len(words.negation.may.findall(bare)) - sure - (len(others) - len(set(others)))
        beside = len(words.beside_negation.findall(text))
        return cls(bare, words, sure, max(0, soft), beside, len(words.strong_negation.findall(bare)))


def _offered(part: _Part, other: _Part) -> int:
    """How many negations a part has for those of the other one. Each of the other's words that says one without being
    one (closed, forbidden) has used up one here: first what is no sure negation, then, if it is strong, a sure one.
    """
    soft = max(0, part.soft - other.beside)
    sure = _needed(part, other)
    return max(0, soft - other.strong) + sure - min(sure, max(0, other.strong - soft))


def _needed(part: _Part, other: _Part) -> int:
    """How many negations the other text must have at least.

    Two prohibitions side by side may share one: 不信谣、不传谣 is "do not believe or spread".
    """
    needed = part.sure
    if needed > 1:
        pieces = _COMMAS.split(part.text)
        forbid = [bool(part.words.prohibition.search(clause)) for clause in pieces[::2]]
        joins = "、" in part.text and _AND.search(other.text)
        if joins or _OR.search(other.text):
            short = [
                one and len(_WHO.sub("", clause).strip()) <= _SHORT
                for one, clause in zip(forbid, pieces[::2], strict=True)
            ]
            pairs = zip(short, short[1:], pieces[1::2], strict=False)
            needed -= sum(
                one and next_ and (joint == "、" or bool(_OR.search(other.text))) for one, next_, joint in pairs
            )
    return needed
