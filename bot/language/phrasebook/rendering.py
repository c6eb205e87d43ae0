"""A post whole in the reader's language, or not at all. This is the phrasebook's door."""

import re
from dataclasses import replace

from bot.language.languages import settled
from bot.language.phrasebook.book import Book, book
from bot.language.phrasebook.values import slot_words
from bot.model.reading import Action, Clause, Reading
from bot.reading.clauses import ornaments
from bot.reading.levelling import level_words

#: Part of every cached translation's key: raise it when the phrasebook says something otherwise.
VERSION = "3"
#: The numbering of a list between two clauses.
_NUMBERED = re.compile(r"(?:^|[\s。;])[(]?(\d{1,2})[.、)](?!\d)")
#: What stands between the line that says what a post is ("not real") and the post.
FRAMES_END = "\n\n"
_FRAMES = {Action.DRILL: "drill", Action.PAST: "past", Action.DENIED: "denied"}


def render(reading: Reading, text: str, language: str) -> str | None:
    """The text that was read, in another language of ``languages.LANGUAGES``; None when not all of it can be said, when
    nothing is proved of it, or when it is in that language already. Pure, and under 2 ms for a usual post.
    """
    target = settled(language)
    known = book(target)
    if known is None or not reading.read or not reading.language or _same(reading.language, target):
        return None
    if reading.language == "zh-Hant":
        # 青山公路 is Castle Peak Road there
        known = replace(known, spells=False, traditional=True)
    said: list[str] = []
    frame = _FRAMES.get(reading.lead.action) if reading.lead else None
    if frame is not None:
        said.append(f"{known.word('joining', frame)}{FRAMES_END}")
    at, before = 0, ""
    for number, clause in enumerate(reading.clauses):
        sentence = clause_words(clause, known)
        between = _between(
            text[at : clause.span.start], known, first=not number, heading=before.startswith("heading.")
        )
        if sentence is None or between is None:
            return None
        said += [between, _begun(sentence)]
        if (change := _change(reading, number, known)) is not None:
            said.append(f"{known.word('joining', 'sentence')}{change}")
        at, before = clause.span.end, clause.form
    if _between(text[at:], known, first=False, heading=False) is None:
        return None
    return "".join(said).strip() or None


def clause_words(clause: Clause, language: Book) -> str | None:
    """One clause as a sentence; None when it is not read or cannot be said whole."""
    template = language.forms.get(clause.form)
    if template is None:
        return None
    values: dict[str, str] = {}
    for slot in clause.slots:
        words = slot_words(slot, language)
        if words is None or slot.name in values:
            return None  # a gap that is filled twice would lose one of the two
        values[slot.name] = words
    return template.fill(values)


def _begun(sentence: str) -> str:
    """The sentence with a capital letter at its beginning, also where it begins with a value."""
    return sentence[:1].upper() + sentence[1:]


def _change(reading: Reading, number: int, language: Book) -> str | None:
    """Whether a clause that names two levels went up or down: the reader need not know their order."""
    claim = next((claim for claim in reading.claims if claim.clause == number), None)
    if claim is None or claim.previous is None or claim.action not in {Action.RAISED, Action.LOWERED}:
        return None
    return language.word("changes", claim.action)


def _between(text: str, language: Book, *, first: bool, heading: bool) -> str | None:
    """What goes between two sentences; None when words stand there that no clause has."""
    levelled = level_words(text)
    for start, end in reversed(ornaments(levelled)):
        levelled = levelled[:start] + levelled[end:]
    numbers = _NUMBERED.findall(levelled)
    if any(sign.isalnum() for sign in _NUMBERED.sub("", levelled)) or len(numbers) > 1:
        return None
    if numbers:
        return ("" if first else "\n") + f"{numbers[0]}. "
    if first:
        return ""
    if "\n" in text.strip(" ") or (heading and "】" in levelled):
        return "\n"
    return language.word("joining", "heading" if heading else "sentence")


def _same(written: str, wanted: str) -> bool:
    return written.partition("-")[0] == wanted.partition("-")[0]
