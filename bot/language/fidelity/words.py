"""The words of a language that the gate knows, from ``words/*.toml`` (plain files that a speaker can correct)."""

import importlib.resources
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: Matches nothing: for a table that a language has not.
NOTHING = re.compile(r"(?!)")

#: Traditional Chinese is folded to simplified before it is read.
_FILES = {"zh-Hans": "zh", "zh-Hant": "zh"}
_DAYS = ("today", "tomorrow", "after", "yesterday")


@dataclass(frozen=True, slots=True)
class Evidence:
    """``sure`` proves that a text says a thing; ``may`` finds whatever another language's sure word may have become."""

    sure: re.Pattern[str]
    may: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Words:
    """One language, compiled."""

    language: str
    #: Blanks between words; then patterns match whole words only.
    spaced: bool
    #: "," where 5,2 is five and two tenths.
    decimal: str
    #: Twelve, or none where months are numbers.
    months: tuple[str, ...]
    numbers: Mapping[str, int]
    loose_numbers: Mapping[str, int]
    number_words: re.Pattern[str]
    loose_words: re.Pattern[str]
    multipliers: Mapping[str, int]
    #: Canonical unit to the source of its pattern, longest unit first.
    units: Mapping[str, str]
    clock: Mapping[str, str]
    days: Mapping[str, re.Pattern[str]]
    #: What another language may say as one of these days (即日起, "from today").
    loose_days: Mapping[str, re.Pattern[str]]
    weekdays: Mapping[str, re.Pattern[str]]
    colours: Mapping[str, re.Pattern[str]]
    concepts: Mapping[str, Evidence]
    negation: Evidence | None
    #: Words that are no sure negation and yet may bring one into the other language (远离, keep away).
    beside_negation: re.Pattern[str]
    #: Words that say a negation without being one of the sure ones (forbidden, unable): what they stand for over there
    #: cannot have become a sure one as well.
    strong_negation: re.Pattern[str]
    #: Negations that forbid: two of them side by side may share one word (do not believe or spread).
    prohibition: re.Pattern[str]
    #: (before a figure, after it) for "more than" and for "less than".
    above: tuple[re.Pattern[str], re.Pattern[str]]
    below: tuple[re.Pattern[str], re.Pattern[str]]
    #: Taken out before negations are looked for.
    never_negation: re.Pattern[str]
    #: Names of bodies that hold a hazard's name: taken out before a text is taken to speak of it.
    bodies: re.Pattern[str]
    #: Said between two colours (or after the second), that the second is the one before ("red instead of yellow").
    turned: re.Pattern[str]
    place_words: re.Pattern[str]
    stopwords: frozenset[str]


def read_words(language: str) -> Words:
    """Read a language of ``languages.LANGUAGES``; one without a file has no words, and only figures are compared."""
    name = _FILES.get(language, language)
    file = importlib.resources.files("bot.language") / "words" / f"{name}.toml"
    table = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    spaced = bool(table.get("spaced", True))

    def compiled(patterns: Iterable[str]) -> re.Pattern[str]:
        return _compiled(patterns, spaced=spaced)

    numbers = {**table.get("numbers", {}), **_tens(table.get("numbers", {}))}
    loose = {**numbers, **table.get("loose", {})}
    negation = table.get("negation")
    return Words(
        language=language,
        spaced=spaced,
        decimal=table.get("decimal", "."),
        months=tuple(table.get("months", ())),
        numbers=numbers,
        loose_numbers=loose,
        number_words=compiled(_longest_first(numbers)),
        loose_words=compiled(_longest_first(loose)),
        multipliers=table.get("multipliers", {}),
        units={unit: "|".join(patterns) for unit, patterns in table.get("units", {}).items()},
        clock={name: "|".join(patterns) for name, patterns in table.get("clock", {}).items()},
        days={day: compiled(table["days"][day]) for day in _DAYS if table.get("days", {}).get(day)},
        loose_days={day: compiled(patterns) for day, patterns in table.get("loose_days", {}).items()},
        weekdays={day: compiled(patterns) for day, patterns in table.get("weekdays", {}).items()},
        colours={colour: compiled(patterns) for colour, patterns in table.get("colours", {}).items()},
        concepts={name: _evidence(found, spaced=spaced) for name, found in table.get("concepts", {}).items()},
        negation=_evidence(negation, spaced=spaced) if negation else None,
        beside_negation=compiled(negation.get("beside", ())) if negation else NOTHING,
        strong_negation=compiled(negation.get("strong", ())) if negation else NOTHING,
        prohibition=compiled(negation.get("prohibition", ())) if negation else NOTHING,
        above=_around(table.get("compare", {}), "above", spaced=spaced),
        below=_around(table.get("compare", {}), "below", spaced=spaced),
        never_negation=compiled(negation["never"]) if negation else NOTHING,
        bodies=compiled(table.get("bodies", ())),
        turned=compiled(table.get("turned", ())),
        place_words=compiled(table.get("place_words", ())),
        stopwords=frozenset(table.get("stopwords", ())),
    )


def _around(compare: Mapping[str, list[str]], which: str, *, spaced: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns that end right before a figure and that begin right after it (and its unit)."""
    before, after = "|".join(compare.get(f"{which}_before", ())), "|".join(compare.get(f"{which}_after", ()))
    edge = r"(?<!\w)" if spaced else ""
    return (
        re.compile(
            rf"{edge}(?:{before})\s?(?:the |of |la |le |les |los |las |den |der |about |force |level )?$",
            re.IGNORECASE,
        )
        if before
        else NOTHING,
        re.compile(rf"^[^\d,.;,。;]{{0,14}}?(?:{after})", re.IGNORECASE) if after else NOTHING,
    )


def _evidence(found: Mapping[str, Any], *, spaced: bool) -> Evidence:
    return Evidence(_compiled(found["sure"], spaced=spaced), _compiled(found["may"], spaced=spaced))


def _compiled(patterns: Iterable[str], *, spaced: bool) -> re.Pattern[str]:
    patterns = list(patterns)
    if not patterns:
        return NOTHING
    joined = "|".join(patterns)
    # a pattern may end in a sign ("a.m."): only letters need a boundary there
    edges = rf"(?<!\w)(?:{joined})(?!\w)" if spaced else f"(?:{joined})"
    return re.compile(edges, re.IGNORECASE)


def _tens(numbers: Mapping[str, int]) -> dict[str, int]:
    """English "twenty-one" to "ninety-nine"."""
    if "twenty" not in numbers:
        return {}
    ones = {**{word: value for word, value in numbers.items() if value < 10}, "one": 1}  # noqa: PLR2004
    tens = {word: value for word, value in numbers.items() if value % 10 == 0 and value >= 20}  # noqa: PLR2004
    return {f"{ten}[- ]{one}": a + b for ten, a in tens.items() for one, b in ones.items()}


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)
