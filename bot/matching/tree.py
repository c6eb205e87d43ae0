"""A filter as a tree of frozen nodes, and how it is written: whatever is printed here reads as the same tree again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.matching.folding import fold


class Name(StrEnum):
    """The fields that a filter can ask for."""

    LEVEL = "level"
    SEVERITY = "severity"
    HAZARD = "hazard"
    PLACE = "place"
    AGENCY = "agency"
    HAS = "has"
    FORWARDS = "forwards"
    COMMENTS = "comments"
    LIKES = "likes"
    IS = "is"
    LANG = "lang"


class Op(StrEnum):
    """How a field compares; IS is membership."""

    IS = ":"
    MORE = ">"
    LEAST = ">="
    LESS = "<"
    MOST = "<="


#: Fields whose values are numbers.
COUNTS = frozenset((Name.FORWARDS, Name.COMMENTS, Name.LIKES))
#: Fields whose values stand on a ladder.
RANKED = frozenset((Name.LEVEL, Name.SEVERITY))
#: Fields whose values are the reader's own words.
SPOKEN = frozenset((Name.PLACE, Name.AGENCY))


@dataclass(frozen=True, slots=True)
class Word:
    """A word without quotation marks: found in any language that the vocabulary has it in. With blanks it is one thing's
    name of several words, each of which may stand by itself.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in quotation marks: found as they are written, but for width, case and script."""

    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression as RE2 takes it."""

    source: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field and what it may be: any of ``values``, sorted (one alone where ``op`` is not IS)."""

    name: Name
    op: Op
    values: tuple[str, ...]


Atom = Word | Phrase | Pattern | Field


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Tree"


@dataclass(frozen=True, slots=True)
class And:
    """What must hold together; without parts: every post."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Of which one must hold; two parts at least."""

    parts: tuple["Tree", ...]


Tree = Atom | Not | And | Or

#: The filter that lets everything through.
EVERYTHING = And(())

#: What a word or value may be written without quotation marks.
_BARE = re.compile(
    r"""[^\s"()|/\-!,，、:：<>=&'‘’`（）“”„«»「」『』；][^\s"()|,，、:：<>=（）“”„«»「」『』；｜＂]*"""
)
_RESERVED = frozenset(("or", "and", "not"))


def both(*parts: Tree) -> Tree:
    """All of these, as one tree: nested ones opened, each once; of one, itself."""
    flat: dict[Tree, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, And) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else And(tuple(flat))


def either(*parts: Tree) -> Tree:
    """Any of these, as one tree."""
    flat: dict[Tree, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, Or) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else Or(tuple(flat))


def negated(part: Tree) -> Tree:
    """Its opposite; that of an opposite is the part itself."""
    return part.part if isinstance(part, Not) else Not(part)


def atoms(tree: Tree) -> Iterator[Atom]:
    """Every atom of a tree, in its order."""
    match tree:
        case Not(part):
            yield from atoms(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from atoms(part)
        case atom:
            yield atom


def written(tree: Tree) -> str:
    """The tree as a reader would write it; "" for everything."""
    match tree:
        case Word(text):
            return text
        case Phrase(text):
            return _quoted(text)
        case Pattern(source):
            return f"/{source}/"
        case Field(name, op, values):
            return f"{name}{op}{'|'.join(_value(value) for value in values)}"
        case Not(Word(text)) if " " in text:
            return f"-({text})"
        case Not(part):
            return f"-{_inside(part)}"
        case And(parts):
            return " ".join(_inside(part) for part in parts)
        case Or(parts):
            return " OR ".join(_inside(part) for part in parts)


def key_of(tree: Tree) -> str:
    """A text that is the same for filters that mean the same, whatever their order, width, case or script; "" for
    everything. Phrases alone have the key that lists of words have always had.
    """
    parts = tree.parts if isinstance(tree, And) else (tree,)
    if all(isinstance(part, Phrase) for part in parts):
        return "\n".join(sorted({fold(part.text) for part in parts if isinstance(part, Phrase)}))
    # no list of words begins with a line's end
    return "\n" + written(_levelled(tree))


def _levelled(tree: Tree) -> Tree:
    match tree:
        case Word(text):
            # one name of two words means more than the two
            return Word(fold(text).replace(" ", "\n"))
        case Phrase(text):
            return Phrase(fold(text))
        case Field(name, op, values) if name in SPOKEN:
            return Field(name, op, tuple(sorted({fold(value) for value in values})))
        case Not(part):
            return Not(_levelled(part))
        case And(parts):
            return And(tuple(sorted({_levelled(part) for part in parts}, key=written)))
        case Or(parts):
            return Or(tuple(sorted({_levelled(part) for part in parts}, key=written)))
        case other:
            return other


def _inside(tree: Tree) -> str:
    return f"({written(tree)})" if isinstance(tree, And | Or) else written(tree)


def is_bare(text: str) -> bool:
    """Whether a word may stand without quotation marks."""
    return bool(_BARE.fullmatch(text)) and text.casefold() not in _RESERVED


def _value(text: str) -> str:
    return text if is_bare(text) else _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
