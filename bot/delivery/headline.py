"""A post's headline and the lines below it, in the reader's language: only what the reading proved. No I/O."""

from collections.abc import Iterator, Sequence

from bot.delivery.harmless import line
from bot.language.phrasebook.book import Book, book
from bot.language.phrasebook.issuers import issuer_words
from bot.language.phrasebook.places import place_words
from bot.language.phrasebook.rendering import clause_words
from bot.language.phrasebook.times import time_words
from bot.locales import Phrases
from bot.model.reading import Action, Claim, Level, Moment, Place, Reading, Scheme
from bot.model.words import Fact

#: Places and pieces of advice that are spelt out; the rest stands in the post.
PLACES_SHOWN, ADVICE_SHOWN = 4, 8
#: Longest name, characters.
_NAME_LIMIT = 80

#: A level's colour; emergency responses have the colours of the same rank (I red … IV blue).
_COLOURS = {
    Level.WHITE: "⚪", Level.BLUE: "🔵", Level.YELLOW: "🟡", Level.AMBER: "🟡", Level.ORANGE: "🟠", Level.RED: "🔴",
    Level.BLACK: "⚫", Level.LEVEL_I: "🔴", Level.LEVEL_II: "🟠", Level.LEVEL_III: "🟡", Level.LEVEL_IV: "🔵",
}  # fmt: skip
#: What does not stand now has a sign of its own, whatever its level.
_SIGNS = {Action.LIFTED: "✅", Action.DRILL: "🧪", Action.DENIED: "🚫", Action.PAST: "🕰"}
_NO_COLOUR = "📣"
#: Clauses that tell the reader what to do, by how their formula's name begins.
_ADVICE = ("guide.", "advice.")


def headline(reading: Reading, phrases: Phrases) -> tuple[str, str]:
    """A sign and the words: what does not stand now is said first, then level and hazard, what is done, and where.

    ("", "") where nothing is proved, or the language has no word for it.
    """
    lead, words = reading.lead, book(phrases.language)
    if lead is None or words is None:
        return "", ""
    what = _what(lead, words, phrases)
    if not what:
        return "", ""
    pieces = [what]
    if lead.action.in_force:
        # of what has no level "issued" says no more than its name does
        if lead.scheme is not Scheme.NONE or lead.action is not Action.ISSUED:
            pieces.append(phrases(f"action.{lead.action}"))
    else:
        pieces.insert(0, phrases(_not_now(lead)))
    pieces += _where(lead, words, phrases)
    others = sum(claim.hazard is not lead.hazard or claim.level is not lead.level for claim in reading.claims)
    if others:
        pieces.append(f"+{phrases.spelt(others)}")
    sign = _SIGNS.get(lead.action) or (_COLOURS.get(lead.level) if lead.level else None) or _NO_COLOUR
    return sign, " · ".join(pieces)


def facts(reading: Reading, phrases: Phrases) -> tuple[tuple[Fact, str], ...]:
    """Where, when, what to do and who says so, as far as the text gives them. Empty for what does not stand now."""
    lead, words = reading.lead, book(phrases.language)
    if lead is None or words is None or not (lead.action.in_force or lead.action is Action.LIFTED):
        return ()
    found: list[tuple[Fact, str]] = []
    comma = words.word("joining", "list") or ", "
    if places := _places(lead.places, words, phrases):
        found.append((Fact.WHERE, comma.join(places)))
    if times := [_time(moment, words, phrases) for moment in lead.times]:
        found.append((Fact.WHEN, comma.join(times)))
    if lead.action.in_force and (advice := _advice(reading, words)):
        found.append((Fact.WHAT_TO_DO, " ".join(advice)))
    if reading.issuer is not None:
        found.append((Fact.SOURCE, _issuer(reading.issuer.words, words, phrases)))
    return tuple(found)


def _not_now(lead: Claim) -> str:
    """The phrase for what does not stand."""
    match lead.action:
        case Action.DRILL:
            return "message.exercise"
        case Action.LIFTED if lead.scheme is not Scheme.NONE:
            return "message.lifted"
        case _:
            return f"action.{lead.action}"


def _what(lead: Claim, words: Book, phrases: Phrases) -> str:
    hazard = words.word("hazards", lead.hazard) if lead.hazard else None
    match lead.scheme:
        case Scheme.HKO:
            said = words.word("signals", f"{lead.hazard} {lead.level}" if lead.level else str(lead.hazard))
        case Scheme.RESPONSE:
            level = words.word("levels.response", lead.level) if lead.level else None
            task = words.word("tasks", lead.hazard) if lead.hazard else None
            parts = [part for part in (level, task or hazard) if part]
            said = phrases("headline.response", what=(words.word("joining", "list") or ", ").join(parts))
        case Scheme.CMA:
            template = words.forms.get("heading.warning")
            level = words.word("levels.cma", lead.level) if lead.level else None
            values = {"hazard": hazard, "level": level}
            said = template.fill({name: value for name, value in values.items() if value}) if template else None
        case _:
            said = hazard
    return f"{said[:1].upper()}{said[1:]}" if said else ""


def _where(lead: Claim, words: Book, phrases: Phrases) -> Iterator[str]:
    if lead.places:
        yield (words.word("joining", "list") or ", ").join(_places(lead.places, words, phrases))
    elif lead.issuer is not None:
        yield _issuer(lead.issuer.words, words, phrases)


def _places(places: Sequence[Place], words: Book, phrases: Phrases) -> list[str]:
    """By the phrasebook's names where it is sure, else as written."""
    shown = [_said(place_words(place, words), place.words, phrases) for place in places[:PLACES_SHOWN]]
    if len(places) > PLACES_SHOWN:
        shown.append(f"+{phrases.spelt(len(places) - PLACES_SHOWN)}")
    return list(dict.fromkeys(shown))


def _time(moment: Moment, words: Book, phrases: Phrases) -> str:
    return _said(time_words(moment, words), moment.words, phrases)


def _issuer(written: str, words: Book, phrases: Phrases) -> str:
    return _said(issuer_words(written, words), written, phrases)


def _advice(reading: Reading, words: Book) -> list[str]:
    """What the phrasebook can say of it, one sentence each; none of it when a piece cannot be said (nothing is picked)."""
    given = [clause for clause in reading.clauses if clause.form.startswith(_ADVICE)]
    said = [clause_words(clause, words) for clause in given]
    if None in said or len(said) > ADVICE_SHOWN:
        return []
    return list(dict.fromkeys(sentence for sentence in said if sentence))


def _said(known: str | None, written: str, phrases: Phrases) -> str:
    """What the phrasebook says, else what is written, set apart."""
    return line(known, 2 * _NAME_LIMIT) if known else phrases.isolated(line(written, _NAME_LIMIT))
