"""The fidelity gate's one-sided mode, for summaries: nothing that the original does not have, and all of its facts.

A summary may leave things out. It may not leave out how grave it is, what was done, who came to harm, and when; nor a
"not" of the sentences that say so. Where in doubt it is refused: then the reader gets the original's own sentences.
"""

import re
from collections.abc import Iterator

from bot.language.fidelity import casualties, comparing, places, sentences, tongue
from bot.language.fidelity.amounts import loose_values
from bot.language.fidelity.figure import Figure
from bot.language.fidelity.words import NOTHING
from bot.language.gate import Breach, Gate, Side, Verdict, figures_of, tables
from bot.language.languages import settled
from bot.model.reading import Claim
from bot.reading import reader

#: A summary is shorter than this share of the original, letters to letters.
_SHORTER = 0.7
#: What stands in an original must stand in its summary too: what was done, and who came to harm (``words/*.toml``).
_HARM = ("dead", "injured", "missing", "trapped")
_KEPT = ("lifted", "raised", "lowered", "drill", "rumour", "closed", "reopened", "evacuate", *_HARM)
#: An order to whoever reads it: such a post is not given to a model.
_ORDER = "command"
#: A time of day with a digit too few, whose parts might pass for numbers of the original.
_ODD_CLOCK = re.compile(r"(?<![\d:])\d{1,2}:\d(?![\d:])")
_WHEN = frozenset(("time", "day", "month", "year"))
#: Languages that the reader reads.
_READ = frozenset(("zh-Hans", "zh-Hant", "en"))
#: A capital letter within a sentence of English: a name.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")


class SummaryGate:
    """Shares the words of the gate that it is given."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def check(self, original: str, summary: str, source: str, target: str) -> Verdict:
        """Compare a text with its summary. Languages are BCP 47 tags, and may be the same."""
        one, other = self._gate.side(original, settled(source)), self._gate.side(summary, settled(target))
        return Verdict(tuple(dict.fromkeys(self._breaches(one, other))))

    def gives_orders(self, original: str, source: str) -> bool:
        """Tell whether a post gives orders to a model, as far as its words are known."""
        side = self._gate.side(original, settled(source))
        order = side.words.concepts.get(_ORDER)
        return order is not None and order.sure.search(side.text) is not None

    def _breaches(self, one: Side, other: Side) -> Iterator[Breach]:
        if not other.whole:
            yield Breach("empty", "there is no text")
            return
        wrong = tongue.foreign(other.text, other.words.language, self._gate.latin(), one.text, self._gate.knows)
        if wrong:
            yield Breach("language", wrong)
        if not tongue.is_shorter(one.text, other.text, _SHORTER):
            yield Breach("length", "it is hardly shorter than the original")
        facts = [sentence for sentence in sentences.sentences(one.text) if _is_fact(one, sentence)]
        yield from _signs(one, other)
        yield from _figures(one, other, facts)
        yield from tables(one, other)
        yield from _concepts(one, other)
        yield from _negations(one, other, facts)
        yield from self._places(one, other)
        yield from _claims(one, other)

    def _places(self, one: Side, other: Side) -> Iterator[Breach]:
        source, target = one.words.language, other.words.language
        added: list[str] = []
        if source.startswith("zh") and target.startswith("zh"):
            added = places.added_within(one.whole, other.text, self._gate.gazetteer)
        elif source.startswith("zh") and target in places.LATIN:
            added = places.added(one.whole, other.text, other.words, self._gate.gazetteer)
        elif target.startswith("zh") and source in places.LATIN:
            added = places.added_back(one.text, other.text, self._gate.gazetteer)
        elif source == target == "en":
            known = one.whole.lower()
            added = [name for name in _NAME.findall(other.text) if name.lower() not in known]
        for name in added:
            yield Breach("place", f"added {name}")


def _is_fact(side: Side, sentence: str) -> bool:
    """Whether a sentence says a level, what was done, who came to harm, or when."""
    patterns = [side.words.concepts[name].sure for name in _KEPT if name in side.words.concepts]
    patterns += [*side.words.colours.values(), *side.words.days.values(), *side.words.weekdays.values()]
    return any(pattern.search(sentence) for pattern in patterns) or any(
        figure.kind in _WHEN for figure in figures_of(side, sentence)
    )


def _signs(one: Side, other: Side) -> Iterator[Breach]:
    for kind in ("links", "phones", "mentions", "commands"):
        for sign in sorted(getattr(other.signs, kind) - getattr(one.signs, kind)):
            yield Breach(kind[:-1], f"added {sign}")


def _figures(one: Side, other: Side, facts: list[str]) -> Iterator[Breach]:
    ours, theirs = figures_of(one), figures_of(other)
    for detail in comparing.exceeding(theirs, ours, loose_values(one.text, one.words)):
        yield Breach("figure", f"added {detail}")
    wanted = [figure for figure in ours if figure.kind in _WHEN] + list(_of_harm(one, facts))
    for detail in comparing.lacking(wanted, theirs, loose_values(other.text, other.words)):
        yield Breach("figure", f"missing {detail}")
    if (odd := _ODD_CLOCK.search(other.text)) is not None and odd.group() not in one.text:
        yield Breach("figure", f"added {odd.group()}")
    for detail in casualties.confused(one.text, other.text, one.words, other.words):
        yield Breach("casualties", detail)


def _of_harm(side: Side, facts: list[str]) -> Iterator[Figure]:
    """Give the numbers of people that stand in sentences about harm."""
    harm = [side.words.concepts[name].sure for name in _HARM if name in side.words.concepts]
    for sentence in facts:
        if any(pattern.search(sentence) for pattern in harm):
            yield from (figure for figure in figures_of(side, sentence) if figure.unit in {"person", ""})


def _concepts(one: Side, other: Side) -> Iterator[Breach]:
    for name in one.words.concepts.keys() & other.words.concepts.keys():
        ours, theirs = one.words.concepts[name], other.words.concepts[name]
        if name in _KEPT and ours.sure.search(one.text) and not theirs.may.search(other.text):
            yield Breach("meaning", f"missing: {name}")
        if theirs.sure.search(other.text) and not ours.may.search(one.text):
            yield Breach("meaning", f"added: {name}")


def _negations(one: Side, other: Side, facts: list[str]) -> Iterator[Breach]:
    """A summary has the negations of the facts and of what people are told not to do: all of them, and no others, such
    as the story around may have.
    """
    forbid = one.words.prohibition
    parts = sentences.sentences(one.text)
    # where the words that forbid are not known, any negation may be one
    all_told = [part.strip() for part in parts if forbid is NOTHING or part in facts or forbid.search(part)]
    told = "\n".join(dict.fromkeys(all_told))  # what is said again is told once
    if sentences.negations_lacking(other.text, told, other.words, one.words):
        yield Breach("negation", "a negation was added")
    if sentences.negations_lacking(told, other.text, one.words, other.words):
        yield Breach("negation", "a negation is missing")


def _claims(one: Side, other: Side) -> Iterator[Breach]:
    """What the summary proves to a reader of posts, the original must prove too."""
    if one.words.language not in _READ or other.words.language not in _READ:
        return
    ours, theirs = reader.read(one.whole), reader.read(other.whole)
    if not ours.read:
        return
    for claim in theirs.claims:
        if not any(_agree(claim, known) for known in ours.claims):
            yield Breach("claim", f"added: {_named(claim)}")
    lead = ours.lead
    if lead is not None and theirs.read and not any(_agree(lead, claim) for claim in theirs.claims):
        yield Breach("claim", f"missing: {_named(lead)}")


def _agree(claim: Claim, known: Claim) -> bool:
    same_action = claim.action is known.action or (claim.action.in_force and known.action.in_force)
    return same_action and claim.hazard is known.hazard and claim.level in {known.level, None}


def _named(claim: Claim) -> str:
    return " ".join(str(part) for part in (claim.hazard, claim.level, claim.action) if part)
