"""The formulas: each a whole clause as the agencies write it, compiled from the data files into a pattern.

The language of a formula: {slot} or {slot:kind} a gap, [ ] what may be missing, <a|b> a choice, $word a piece defined
once in the file's [pieces]; everything else stands for itself (levelled, as texts are). All formulas of one name mean
the same but for their slots, for each name is one sentence in every language: what differs in meaning is a slot, most
often {slot:term.group}, one word of a closed group of terms.toml.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

from bot.model.reading import Action, HazardKind, Level, Scheme
from bot.reading.kinds import KIND_OF, kind_pattern, needed_words
from bot.reading.levelling import level_words
from bot.reading.lexicon import LexiconError, data

#: A formula explains a clause whole: after it comes a break, the end, or (after an abbreviation's point) a blank. The {1}
#: keeps the compiler from making one table of 64 K for all these signs, in every formula.
_END = r"(?:(?=[!?;\n,:()#~|\"]|。{1}|…|【|】|”|“|\.(?:[ \n]|$)|$)|(?<=\.)(?= ))"


@dataclass(frozen=True, slots=True)
class Gap:
    """A slot in a compiled pattern: the group's name, the slot's, and its kind."""

    group: str
    name: str
    kind: str


@dataclass(frozen=True)
class Formula:
    """One way to write one clause."""

    name: str
    source: str
    gaps: tuple[Gap, ...]
    #: The slots that are filled whenever it fits: none of them can be left out.
    sure: frozenset[str]
    #: Choices of levelled words: of each, one must stand in a sentence for the formula to fit at all.
    needs: tuple[tuple[str, ...], ...]
    #: What the clause says of a hazard; None for a clause that only accompanies (outlook, advice, source).
    action: Action | None = None
    scheme: Scheme = Scheme.NONE
    #: Fixed by the formula where no slot says it.
    hazard: HazardKind | None = None
    level: Level | None = None
    #: A frame is said of the whole post: "drill", "past", "denied", "not_a_drill".
    frame: str = ""
    #: True for a heading: what it names is claimed by nobody.
    heading: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern; compiled when first needed, for all of them take a second."""
        return re.compile(self.source)


@lru_cache(maxsize=1)
def formulas() -> tuple[Formula, ...]:
    """Load and compile every formula (some tens of milliseconds, once)."""
    folder = resources.files("bot.reading").joinpath("data", "formulas")
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(formula for name in files for formula in _of_file(name))


def _of_file(file: str) -> Iterator[Formula]:
    content = data(f"formulas/{file}")
    pieces: dict[str, str] = content.get("pieces", {})
    for row in content["formula"]:
        for language, source in [*(("zh", z) for z in row.get("zh", ())), *(("en", e) for e in row.get("en", ()))]:
            try:
                yield _compile(row, source, pieces, language)
            except (KeyError, IndexError, ValueError, re.error) as error:
                raise LexiconError(
                    f"formulas/{file}: {row.get('name')}: {source!r} cannot be read ({error})."
                ) from error


def _compile(row: dict[str, Any], source: str, pieces: dict[str, str], language: str) -> Formula:
    for _ in range(4):  # pieces may hold pieces
        source = re.sub(r"\$([a-z_]+)", lambda found: pieces[found[1]], source)
    writer = _Writer(source, language)
    pattern = writer.sequence("")
    return Formula(
        name=row["name"],
        source=pattern + _END,
        gaps=tuple(writer.gaps),
        sure=frozenset(writer.sure),
        needs=writer.needs(),
        action=Action(row["action"]) if "action" in row else None,
        scheme=Scheme(row.get("scheme", "")),
        hazard=HazardKind(row["hazard"]) if "hazard" in row else None,
        level=Level(row["level"]) if "level" in row else None,
        frame=row.get("frame", ""),
        heading=row.get("heading", False),
    )


def _telling(words: tuple[str, ...]) -> int:
    """For sorting: the choice whose shortest word is longest comes first."""
    return -min(map(len, words))


def _common(branches: list[list[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """What must stand in the text whichever branch is taken: what all need, else one of what each needs most."""
    if not all(branches):
        return []
    shared = [need for need in branches[0] if all(need in others for others in branches[1:])]
    most = (min(needs, key=_telling) for needs in branches)
    return shared or [tuple(dict.fromkeys(word for need in most for word in need))]


class _Writer:
    """Walks a formula's source once and writes its pattern."""

    def __init__(self, source: str, language: str) -> None:
        self.source, self.language, self.at = source, language, 0
        self.gaps: list[Gap] = []
        #: Slots that no choice leaves out, of what is being written.
        self.sure: set[str] = set()
        #: What must stand in the text, outside [ ], of what is being written: each a choice of words.
        self._musts: list[tuple[str, ...]] = []

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """What must be there, the most telling first: the choice whose shortest word is longest."""
        return tuple(sorted(dict.fromkeys(self._musts), key=_telling))

    def sequence(self, ends: str) -> str:
        """Write until one of ``ends`` or the source's end; leaves ``at`` on the end's sign."""
        out: list[str] = []
        literal: list[str] = []

        def flush() -> None:
            words = level_words("".join(literal)) if "".join(literal).strip() else "".join(literal)
            if literal and literal[0] == " " and words and not words.startswith(" "):
                words = " " + words
            if literal and literal[-1] == " " and words and not words.endswith(" "):
                words += " "
            literal.clear()
            if words:
                out.append(re.escape(words))
                self._musts.append((words,))

        while self.at < len(self.source) and self.source[self.at] not in ends:
            sign = self.source[self.at]
            if sign not in "[<{":
                literal.append(sign)
                self.at += 1
                continue
            flush()
            out.append({"[": self._optional, "<": self._choice, "{": self._gap}[sign]())
        flush()
        return "".join(out)

    def _optional(self) -> str:
        # without the places first, where they may be left out: else they would swallow the hazard's first characters
        last = self.source.startswith(("[{places}", "[{where}"), self.at)
        return f"(?:{self._branches(']')})?{'?' if last else ''}"

    def _choice(self) -> str:
        return f"(?:{self._branches('>')})"

    def _branches(self, end: str) -> str:
        """Write what stands between an opening sign and its ``end``, cut by | into choices."""
        branches: list[str] = []
        outside, within = self.sure, list[set[str]]()
        musts, of_branches = self._musts, list[list[tuple[str, ...]]]()
        while True:
            self.at += 1
            self.sure = set()
            self._musts = []
            branches.append(self.sequence("|" + end))
            within.append(self.sure)
            of_branches.append(self._musts)
            if self.at >= len(self.source):
                raise ValueError(f"{end!r} is missing")
            if self.source[self.at] == end:
                break
        self.at += 1
        self._musts = musts + (_common(of_branches) if end == ">" else [])
        self.sure = outside | set.intersection(*within) if end == ">" else outside
        return "|".join(branches)

    def _gap(self) -> str:
        end = self.source.index("}", self.at)
        name, _, kind = self.source[self.at + 1 : end].partition(":")
        kind = kind or KIND_OF[name]
        self.at = end + 1
        group = f"g{len(self.gaps)}"
        self.sure.add(name)
        self.gaps.append(Gap(group, name, kind))
        if words := needed_words(kind, self.language):
            self._musts.append(words)
        return f"(?P<{group}>{kind_pattern(kind, self.language)})"
