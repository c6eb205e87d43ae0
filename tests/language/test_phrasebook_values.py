"""What stands in the gaps: every language has the same entries, with the plural categories that CLDR gives it."""

import tomllib
from importlib import resources
from string import Formatter

import pytest
from babel import Locale

from bot.language.languages import LANGUAGES
from bot.language.phrasebook.book import book
from bot.language.phrasebook.kinds import kinds
from bot.reading.lexicon import lexicon

#: Sections of the data whose kinds each have a word, and the section that has it.
OF_KINDS = {
    "admin": "admin",
    "made": "made",
    "sites": "sites",
    "here": "here",
    "bodies": "bodies",
    "known": "known",
    "compass": "compass",
    "gravity": "ranks",
    "narrowing": "parts",
    "tasks": "tasks",
}


def entries(language):
    """Dotted key to its words, or to those of each category."""
    source = resources.files("bot.language.phrasebook").joinpath("values", f"{language}.toml").read_text("utf-8")

    def flat(table, before):
        for key, row in table.items():
            if isinstance(row, str) or "other" in row:
                yield (*before, key), row
            else:
                yield from flat(row, (*before, key))

    return dict(flat(tomllib.loads(source), ()))


def gaps(words):
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def forms(row):
    return [row] if isinstance(row, str) else list(row.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_entries_of_english_with_the_same_gaps(language):
    ours, english = entries(language), entries("en")
    assert ours.keys() == english.keys()
    for key, row in ours.items():
        for words in forms(row):
            # the singular may be without its number ("in the next hour")
            assert gaps(words) <= gaps(forms(english[key])[-1]), key
        assert gaps(forms(row)[-1]) == gaps(forms(english[key])[-1]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_categories_are_those_of_the_language(language):
    locale = Locale.parse(language.replace("-", "_"))
    for key, row in entries(language).items():
        if key[-1] == "day_of_month":
            # a language may write every day alike, whatever its ordinal numbers
            assert set(row if isinstance(row, dict) else ()) <= set(locale.ordinal_form.tags) | {"other"}
        elif not isinstance(row, str):
            assert set(row) == set(locale.plural_form.tags) | {"other"}, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_that_the_data_knows_has_a_word(language):
    found = book(language)
    lacking = [
        (section, kind)
        for kind_section, section in OF_KINDS.items()
        for kind in set(kinds(kind_section).values())
        if found.word(section, kind, dict.fromkeys(("name",), "x")) is None
    ]
    lacking += [
        ("hazards", hazard) for hazard in set(lexicon().hazards.values()) if found.word("hazards", hazard) is None
    ]
    lacking += [("causes", cause) for cause in lexicon().causes if found.word("causes", cause) is None]
    lacking += [("diseases", disease) for disease in lexicon().diseases if found.word("diseases", disease) is None]
    signals = {f"{s.hazard} {s.level}" if s.level else s.hazard for s in lexicon().signals.values()}
    lacking += [("signals", signal) for signal in signals if found.word("signals", signal) is None]
    assert not lacking
