"""The phrasebook's sentences with gaps: ``{slot}``; ``[ … ]`` is said only when its slots are filled, and ``[ … | … ]``
says the other then.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_SIGNS = re.compile(r"[\[\]{}|]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence: words and slots in turn. ``optional``: said only when every slot of it is filled."""

    #: Words at even places, slots' names at odd ones.
    parts: tuple[str, ...]
    optional: bool = False
    #: What is said in its place when it is not.
    otherwise: tuple[str, ...] = ()

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of its slots."""
        return self.parts[1::2]


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence of the phrasebook."""

    pieces: tuple[Piece, ...]
    #: Every slot that it can say, and those without which it cannot be said.
    slots: frozenset[str]
    needed: frozenset[str]

    def fill(self, values: Mapping[str, str]) -> str | None:
        """The sentence with these values; None when one is missing, or one has no place in it: nothing is dropped."""
        if self.needed - values.keys() or values.keys() - self.slots:
            return None
        out = ""
        said: set[str] = set()
        for piece in self.pieces:
            parts = piece.parts
            if piece.optional and not all(name in values for name in piece.slots):
                parts = piece.otherwise
                if not all(name in values for name in parts[1::2]):
                    continue
            said.update(parts[1::2])
            out += "".join(values[part] if at % 2 else part for at, part in enumerate(parts))
        return out if said == set(values) else None


def parse(source: str) -> Template:
    """Read a sentence. Raises ValueError with what is wrong."""
    pieces: list[Piece] = []
    at = 0
    while at < len(source):
        if source[at] == "[":
            end = source.find("]", at)
            inner = source[at + 1 : end]
            if end < 0 or "[" in inner:
                raise ValueError(f"a bracket is not closed in {source!r}")
            first, _, other = inner.partition("|")
            piece = Piece(_parts(first), optional=True, otherwise=_parts(other) if other else ())
            if not piece.slots:
                raise ValueError(f"a bracket without a slot in {source!r}")
            pieces.append(piece)
            at = end + 1
            continue
        end = source.find("[", at)
        end = len(source) if end < 0 else end
        pieces.append(Piece(_parts(source[at:end])))
        at = end
    slots = frozenset(name for piece in pieces for name in (*piece.slots, *piece.otherwise[1::2]))
    needed = frozenset(name for piece in pieces if not piece.optional for name in piece.slots)
    return Template(tuple(pieces), _shared(slots), _shared(needed))


@lru_cache(maxsize=4096)
def _shared(names: frozenset[str]) -> frozenset[str]:
    """One set for all sentences with these slots: twelve languages have a thousand sentences each."""
    return names


def _parts(source: str) -> tuple[str, ...]:
    parts = re.split(r"\{([a-z_][a-z_0-9]*)\}", source)
    if any(_SIGNS.search(words) for words in parts[::2]):
        raise ValueError(f"a sign out of place in {source!r}")
    return tuple(sys.intern(part) for part in parts)
