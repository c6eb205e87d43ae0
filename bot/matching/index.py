"""From one post to those who asked for it, without walking all: each distinct filter is filed under words of which one
must occur for it to hold, and looked at only when one does. Beside the database, never instead of it.

What is filed where: a filter for words together under the one of them that is asked for least; one for any of several
under each; one that demands nothing (``-drill``, a pattern alone) is walked. Words lie under a piece of each of their
forms (a Latin word, two neighbouring characters), so that a post's own pieces lead to the words that may occur in it.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping

from bot.matching.evaluating import Truth, judge_atom
from bot.matching.facts import Facts
from bot.matching.pieces import pieces_of, pieces_of_text
from bot.matching.shelves import Shelf, places_of, take_out
from bot.matching.tree import And, Atom, Field, Name, Not, Or, Pattern, Phrase, Tree, Word

#: What a field is taken to hold for, of all posts, when the rarest part of a filter is looked for: what is not known
#: passes, so that fields of posts that are seldom read come last.
_COMMON: Mapping[Name, float] = {
    Name.AGENCY: 0.3, Name.IS: 0.4, Name.PLACE: 0.5, Name.FORWARDS: 0.5, Name.COMMENTS: 0.5, Name.LIKES: 0.5,
    Name.HAS: 0.5, Name.LEVEL: 0.6, Name.HAZARD: 0.6, Name.SEVERITY: 0.7, Name.LANG: 0.9,
}  # fmt: skip
#: A word is never taken to be as common as a field.
_MOST_COMMON_WORD = 0.25


class FilterIndex:
    """Distinct filters with who asked for each. ``member`` is any number of the caller's (64 bits); not thread-safe."""

    def __init__(self) -> None:
        #: Each distinct filter's number; numbers grow and are not used again.
        self._numbers: dict[Tree, int] = {}
        self._trees: list[Tree | None] = []
        #: By number: who asked, where it is one …
        self._only: array[int] = array("q")
        #: … and where they are several, sorted. A list: what is looked up for each filter that passes is mostly nothing.
        self._several: list[array[int] | None] = []
        #: Every atom once, so that its truth can be remembered by identity.
        self._atoms: dict[Atom, Atom] = {}
        #: How many filters have an atom.
        self._uses: dict[int, int] = {}
        #: What is filed under each atom, by the atom's identity.
        self._shelves: dict[int, Shelf] = {}
        #: Pieces of words, each with the atoms that may occur where it does.
        self._pieces: dict[str, Atom | list[Atom]] = {}
        #: Atoms that no piece leads to: each is judged for every post.
        self._unpieced: dict[int, Atom] = {}
        #: Filters that demand nothing.
        self._walked: dict[int, None] = {}
        self._count = 0

    def __len__(self) -> int:
        """How many members there are."""
        return self._count

    @property
    def distinct(self) -> int:
        """How many different filters."""
        return len(self._numbers)

    @property
    def walked(self) -> int:
        """How many of them are looked at for every post."""
        return len(self._walked)

    def add(self, member: int, tree: Tree) -> None:
        """Put a member under its filter; twice is once."""
        number = self._numbers.get(tree)
        if number is None:
            self._file(member, tree)
            return
        held = self._several[number]
        if held is not None:
            at = bisect_left(held, member)
            if at < len(held) and held[at] == member:
                return
            held.insert(at, member)
        elif self._only[number] == member:
            return
        else:
            self._several[number] = array("q", sorted((self._only[number], member)))
        self._count += 1

    def remove(self, member: int, tree: Tree) -> bool:
        """Take a member away from its filter; False when it was not there."""
        number = self._numbers.get(tree)
        if number is None:
            return False
        held = self._several[number]
        if held is not None:
            if not take_out(held, member):
                return False
            if len(held) == 1:
                self._only[number] = held[0]
                self._several[number] = None
        elif self._only[number] != member:
            return False
        else:
            self._unfile(number)
        self._count -= 1
        return True

    def trees(self, facts: Facts) -> Iterator[Tree]:
        """The filters that let a post through."""
        for number in self._passing(facts):
            tree = self._trees[number]
            if tree is not None:
                yield tree

    def members(self, facts: Facts) -> "array[int]":
        """Who asked for a post, in no order, each as often as it asked by different filters."""
        several, only = self._several, self._only
        alone: list[int] = []
        found = array("q")
        for number in self._passing(facts):
            held = several[number]
            if held is None:
                alone.append(only[number])
            else:
                found.extend(held)
        found.fromlist(alone)
        return found

    # -------------------------------------------------------------- looking

    def _passing(self, facts: Facts) -> set[int]:
        truths: dict[int, Truth] = {}
        possible: list[tuple[int, bool]] = []
        for atom in self._possible(facts):
            truth = truths[id(atom)] = judge_atom(atom, facts)
            if truth is not Truth.NO:
                possible.append((id(atom), truth is Truth.YES))
        found: set[int] = set()
        candidates: set[int] = set(self._walked)
        for identity, _ in possible:
            shelf = self._shelves.get(identity)
            if shelf is not None:
                shelf.passing(possible, found, candidates)
        trees = self._trees
        found.update([n for n in candidates if (tree := trees[n]) is not None and _judge(tree, truths)])
        return found

    def _possible(self, facts: Facts) -> Iterator[Atom]:
        """Atoms that may hold, each once."""
        yield from self._unpieced.values()
        pieces = self._pieces
        found: dict[int, Atom] = {}
        for piece in pieces.keys() & pieces_of_text(facts.text):
            under = pieces[piece]
            for atom in under if isinstance(under, list) else (under,):
                found[id(atom)] = atom
        yield from found.values()

    # -------------------------------------------------------------- filing

    def _file(self, member: int, tree: Tree) -> None:
        tree = self._interned(tree)
        number = len(self._trees)
        self._numbers[tree] = number
        self._trees.append(tree)
        self._only.append(member)
        self._several.append(None)
        self._count += 1
        for atom in _atoms_once(tree):
            uses = self._uses.get(id(atom), 0)
            self._uses[id(atom)] = uses + 1
            if not uses:
                self._seek(atom)
        demanded = self._demanded(tree)
        if demanded is None:
            self._walked[number] = None
            return
        for atom, place, other in places_of(tree, demanded[1]):
            shelf = self._shelves.get(id(atom))
            if shelf is None:
                shelf = self._shelves[id(atom)] = Shelf()
            shelf.put(number, place, 0 if other is None else id(other))

    def _unfile(self, number: int) -> None:
        tree = self._trees[number]
        if tree is None:
            return
        del self._numbers[tree]
        self._trees[number] = None
        if number in self._walked:
            del self._walked[number]
        else:
            self._take_down(number, tree)
        for atom in _atoms_once(tree):
            self._uses[id(atom)] -= 1
            if not self._uses[id(atom)]:
                self._seek_no_more(atom)
                del self._uses[id(atom)], self._atoms[atom]

    def _take_down(self, number: int, tree: Tree) -> None:
        """From every shelf where it may lie: which part of it was the rarest is not remembered."""
        for atom in _atoms_once(tree):
            shelf = self._shelves.get(id(atom))
            if shelf is None:
                continue
            for each, place, other in places_of(tree, (atom,)):
                if each is atom and shelf.take(number, place, 0 if other is None else id(other)):
                    break
            if shelf.empty:
                del self._shelves[id(atom)]

    def _interned(self, tree: Tree) -> Tree:
        match tree:
            case Not(part):
                return Not(self._interned(part))
            case And(parts):
                return And(tuple([self._interned(part) for part in parts]))
            case Or(parts):
                return Or(tuple([self._interned(part) for part in parts]))
            case atom:
                return self._atoms.setdefault(atom, atom)

    def _demanded(self, tree: Tree) -> tuple[float, tuple[Atom, ...]] | None:
        """Atoms of which one must hold, and how common it is that one does; None where nothing must."""
        match tree:
            case Not() | Pattern():
                return None
            case And(parts):
                found = [each for part in parts if (each := self._demanded(part)) is not None]
                return min(found, key=lambda each: each[0], default=None)
            case Or(parts):
                each_of = [self._demanded(part) for part in parts]
                whole = [each for each in each_of if each is not None]
                if len(whole) < len(each_of) or not whole:
                    return None
                return sum(each[0] for each in whole), tuple(
                    dict.fromkeys(atom for each in whole for atom in each[1])
                )
            case Field(name):
                return _COMMON[name], (tree,)
            case Word() | Phrase():
                if not pieces_of(tree):
                    return None
                share = self._uses.get(id(tree), 0) / (len(self._numbers) + 1)
                return min(share, _MOST_COMMON_WORD), (tree,)

    def _seek(self, atom: Atom) -> None:
        pieces = pieces_of(atom)
        if not pieces:
            self._unpieced[id(atom)] = atom
        for piece in pieces:
            under = self._pieces.setdefault(piece, atom)
            if isinstance(under, list):
                under.append(atom)
            elif under is not atom:
                self._pieces[piece] = [under, atom]

    def _seek_no_more(self, atom: Atom) -> None:
        self._unpieced.pop(id(atom), None)
        for piece in pieces_of(atom):
            under = self._pieces[piece]
            if isinstance(under, list) and len(under) > 1:
                del under[next(at for at, each in enumerate(under) if each is atom)]
            else:
                del self._pieces[piece]


def _atoms_once(tree: Tree) -> list[Atom]:
    found: dict[int, Atom] = {}
    _gather(tree, found)
    return list(found.values())


def _gather(tree: Tree, found: dict[int, Atom]) -> None:
    match tree:
        case Not(part):
            _gather(part, found)
        case And(parts) | Or(parts):
            for part in parts:
                _gather(part, found)
        case atom:
            found[id(atom)] = atom


_COMPOUND = frozenset((And, Or, Not))


def _judge(tree: Tree, truths: dict[int, Truth]) -> int:
    """As ``evaluating.judge``, with the truths of atoms remembered by identity."""
    kind = type(tree)
    if kind is And:
        least = 2
        for part in tree.parts:  # type: ignore[union-attr]
            # an atom at once: a call for each costs a third of a match
            truth = _judge(part, truths) if type(part) in _COMPOUND else truths.get(id(part), 0)
            if truth < least:
                if not truth:
                    return 0
                least = truth
        return least
    if kind is Or:
        most = 0
        for part in tree.parts:  # type: ignore[union-attr]
            truth = _judge(part, truths) if type(part) in _COMPOUND else truths.get(id(part), 0)
            if truth > most:
                most = truth
                if most == 2:  # noqa: PLR2004 - Truth.YES
                    break
        return most
    if kind is Not:
        return 2 - _judge(tree.part, truths)  # type: ignore[union-attr]
    # what no piece of the post led to does not occur in it
    return truths.get(id(tree), 0)
