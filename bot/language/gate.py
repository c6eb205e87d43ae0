"""The fidelity gate: what must be the same in an original and its translation, and what must not be added to it."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from opencc import OpenCC

from bot.language.fidelity import casualties, comparing, places, sentences, tongue
from bot.language.fidelity.amounts import loose_values
from bot.language.fidelity.figure import Figure
from bot.language.fidelity.figures import FigureReader
from bot.language.fidelity.places import Gazetteer
from bot.language.fidelity.signs import Signs, take_signs
from bot.language.fidelity.words import Words, read_words
from bot.language.languages import settled

_LATIN = ("en", "es", "fr", "de", "pt")
_OTHER_DIGITS = re.compile(r"[^\D0-9]")
#: Figures that stand for two days named together (今明两天).
_TWO_DAYS = re.compile(
    r"今明两天|明后两天|(?:the )?(?:next|coming|following) two days|two days(?= of)|(?<=for )two days(?=, today)",
    re.IGNORECASE,
)
#: A disease has its year in its name, in some languages only; a unit is no figure.
_NO_FIGURE = re.compile(r"COVID-?19|SARS-CoV-2", re.IGNORECASE)
#: m3/s, as NFKC leaves it.
_CUBIC = re.compile(r"(?<=\bm)3(?=/s\b)")


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is not the same. ``detail`` names it as it stands in the texts; it is for operators, not readers."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found; it lets pass what has no breach."""

    breaches: tuple[Breach, ...]

    @property
    def passed(self) -> bool:
        """Whether the translation may be shown."""
        return not self.breaches

    @property
    def sentence(self) -> str:
        """The breaches in one line, for a log."""
        return "; ".join(f"{breach.kind}: {breach.detail}" for breach in self.breaches[:4])


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two texts, folded, with its signs taken out (``text``; ``whole`` has them)."""

    whole: str
    text: str
    signs: Signs
    words: Words
    figures: FigureReader


class Gate:
    """Holds the words of every language that it was asked about. Give one to everything that translates."""

    def __init__(self) -> None:
        self._words: dict[str, Words] = {}
        self._readers: dict[str, FigureReader] = {}

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Known names of places."""
        return places.read_gazetteer()

    @cached_property
    def _simplify(self) -> OpenCC:
        return OpenCC("t2s")

    def check(self, original: str, translation: str, source: str, target: str) -> Verdict:
        """Compare a text with its translation. Languages are BCP 47 tags."""
        one, other = self.side(original, settled(source)), self.side(translation, settled(target))
        return Verdict(tuple(dict.fromkeys(self._breaches(one, other))))

    def _breaches(self, one: Side, other: Side) -> Iterator[Breach]:
        if not other.whole:
            yield Breach("empty", "there is no text")
            return
        yield from _answer(one, other, self.latin(), self.knows)
        yield from _signs(one.signs, other.signs)
        yield from _figures(one, other)
        yield from tables(one, other)
        yield from _concepts(one, other)
        negation = sentences.negation_differs(one.text, other.text, one.words, other.words)
        if negation:
            yield Breach("negation", negation)
        yield from self._places(one, other)

    def knows(self, word: str) -> bool:
        """Tell whether a word in Latin letters is a known name of a place."""
        return places.is_name(word, self.gazetteer)

    def _places(self, one: Side, other: Side) -> Iterator[Breach]:
        source, target = one.words.language, other.words.language
        wrong: list[str] = []
        if source.startswith("zh") and target in places.LATIN:
            wrong = places.misplaced(one.text, one.whole, other.text, other.words, self.gazetteer)
        elif target.startswith("zh") and source in places.LATIN:
            wrong = places.misplaced_back(one.text, other.text, self.gazetteer)
        for detail in wrong:
            yield Breach("place", detail)

    def side(self, text: str, language: str) -> Side:
        """Fold a text and take its signs out; the language is a tag of ``languages.settled``."""
        folded = unicodedata.normalize("NFKC", text).strip()
        # Arabic and Indian digits, too
        folded = _OTHER_DIGITS.sub(lambda match: str(unicodedata.digit(match.group())), folded)
        if language == "zh-Hant":
            folded = self._simplify.convert(folded)
        signs, rest = take_signs(folded)
        words = self._of(language)
        return Side(folded, rest, signs, words, self._readers[language])

    def latin(self) -> dict[str, Words]:
        """Give the words of the languages that are told apart by their small words."""
        return {name: self._of(name) for name in _LATIN}

    def _of(self, language: str) -> Words:
        if language not in self._words:
            words = read_words(language)
            self._readers[language] = FigureReader(words)
            self._words[language] = words
        return self._words[language]


def _answer(one: Side, other: Side, latin: dict[str, Words], known: Callable[[str], bool]) -> Iterator[Breach]:
    """Whether it is a translation at all."""
    wrong = tongue.foreign(other.text, other.words.language, latin, one.text, known)
    if wrong and one.whole == other.whole:
        yield Breach("language", "it is the original")
        return
    if wrong:
        yield Breach("language", wrong)
    wrong = tongue.length_differs(one.text, other.text)
    if wrong:
        yield Breach("length", wrong)


def _signs(one: Signs, other: Signs) -> Iterator[Breach]:
    for link in sorted(other.links ^ one.links):
        yield Breach("link", f"{'added' if link in other.links else 'missing'} {link}")
    for phone in sorted(other.phones ^ one.phones):
        yield Breach("phone", f"{'added' if phone in other.phones else 'missing'} {phone}")
    # a mention may become a name (@平安北京, Safe Beijing); a new one would ring somebody
    for mention in sorted(other.mentions - one.mentions):
        yield Breach("mention", f"added @{mention}")
    for command in sorted(other.commands - one.commands):
        yield Breach("command", f"added /{command}")


def figures_of(side: Side, part: str | None = None) -> list[Figure]:
    """Give the figures of a side, or of a part of its text."""
    text = side.text if part is None else part
    return side.figures.read(_CUBIC.sub("³", _NO_FIGURE.sub(" ", _TWO_DAYS.sub(" ", text))))


def _figures(one: Side, other: Side) -> Iterator[Breach]:
    found = comparing.differing(
        figures_of(one),
        figures_of(other),
        loose_values(one.text, one.words),
        loose_values(other.text, other.words),
    )
    for detail in found:
        yield Breach("figure", detail)
    for detail in casualties.confused(one.text, other.text, one.words, other.words):
        yield Breach("casualties", detail)


def tables(one: Side, other: Side) -> Iterator[Breach]:
    """Colours in their order; days that are named from today; days of the week."""
    ours, theirs = _colours(one), _colours(other)
    if one.words.colours and other.words.colours:
        if set(ours) != set(theirs):
            yield Breach("colour", f"{' '.join(ours) or 'none'} became {' '.join(theirs) or 'none'}")
        elif ours != theirs:  # where two colours are named, which of them holds is the whole news
            yield Breach("colour", f"{' '.join(ours)} came in the order {' '.join(theirs)}")
    for table in ("days", "weekdays"):
        shared = getattr(one.words, table).keys() & getattr(other.words, table).keys()
        ours, theirs = _order(one, table), _order(other, table)
        for day in sorted(shared & (set(ours) ^ set(theirs))):
            silent = one if day in theirs else other
            loose = silent.words.loose_days.get(day) if table == "days" else None
            if not (_two_days(day, one, other) or (loose and loose.search(silent.text))):
                yield Breach("day", f"{'added' if day in theirs else 'missing'} {day}")


def _order(side: Side, table: str) -> list[str]:
    """Give what of a table a text names, in the order of the text, without repetitions side by side."""
    found = sorted(
        (match.start(), name)
        for name, pattern in getattr(side.words, table).items()
        for match in pattern.finditer(side.text)
    )
    order: list[str] = []
    for _, name in found:
        if name not in order:
            order.append(name)
    return order


#: Characters after the second colour in which a language may say that it is the one before (赤色から切り替え).
_AFTER_COLOUR = 16
_TWO = 2


def _colours(side: Side) -> list[str]:
    """Give the colours in the order in which one follows the other: "red instead of yellow" is yellow, then red."""
    order = _order(side, "colours")
    if len(order) != _TWO:
        return order
    first, second = (side.words.colours[name].search(side.text) for name in order)
    if first and second and side.words.turned.search(side.text, first.end(), second.end() + _AFTER_COLOUR):
        order.reverse()
    return order


def _two_days(day: str, one: Side, other: Side) -> bool:
    """「今明两天」 may be "the next two days", in which no day is named."""
    return day in {"today", "tomorrow", "after"} and bool(_TWO_DAYS.search(one.text) and _TWO_DAYS.search(other.text))


def _concepts(one: Side, other: Side) -> Iterator[Breach]:
    # "Flood Control Headquarters" is no news of a flood
    said, heard = (side.words.bodies.sub(" ", side.text) for side in (one, other))
    for name in one.words.concepts.keys() & other.words.concepts.keys():
        ours, theirs = one.words.concepts[name], other.words.concepts[name]
        if ours.sure.search(said) and not theirs.may.search(other.text):
            yield Breach("meaning", f"missing: {name}")
        if theirs.sure.search(heard) and not ours.may.search(one.text):
            yield Breach("meaning", f"added: {name}")
