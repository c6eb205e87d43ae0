"""The phrasebook's words are whole in every language: a sentence for each formula, a word for each term, and each
sentence says everything that its formula may have been told.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Set as AbstractSet
from importlib import resources
from typing import Any

import pytest

from bot.reading.formulas import Formula, formulas
from bot.reading.lexicon import data

_FOLDER = resources.files("bot.language").joinpath("phrasebook", "words")
_LANGUAGES = sorted(entry.name.removesuffix(".toml") for entry in _FOLDER.iterdir() if entry.name.endswith(".toml"))
_PARTS = re.compile(r"\[([^\[\]]*)\]|([^\[\]]+)")
_SLOT = re.compile(r"\{([a-z_0-9]+)\}")


def _words(language: str) -> dict[str, Any]:
    return tomllib.loads(_FOLDER.joinpath(f"{language}.toml").read_text("utf-8"))


def _by_name() -> dict[str, list[Formula]]:
    found: dict[str, list[Formula]] = defaultdict(list)
    for formula in formulas():
        found[formula.name].append(formula)
    return found


def _said(template: str, told: AbstractSet[str]) -> tuple[set[str], set[str]]:
    """Which of the told slots a template says, and which it needs that were not told."""
    said: set[str] = set()
    lacking: set[str] = set()
    for optional, plain in _PARTS.findall(template):
        if plain:
            lacking |= set(_SLOT.findall(plain)) - told
            said |= set(_SLOT.findall(plain)) & told
            continue
        first, _, second = optional.partition("|")
        slots = set(_SLOT.findall(first))
        if not slots <= told:
            slots = set(_SLOT.findall(second))
            lacking |= slots - told
        said |= slots & told
    return said, lacking


@pytest.mark.parametrize("language", _LANGUAGES)
def test_every_formula_and_every_term_has_its_words_and_there_are_no_others(language):
    words = _words(language)
    assert set(words) == {"forms", "terms"}
    assert set(words["forms"]) == set(_by_name())
    terms = {group: set(rows) for group, rows in data("terms.toml").items()}
    assert {group: set(rows) for group, rows in words["terms"].items()} == terms
    for group, rows in words["terms"].items():
        for term, word in rows.items():
            assert re.fullmatch(r"[^\s\[\]{}|](?:[^\[\]{}|]*[^\s\[\]{}|])?", word), f"{group}.{term}"


@pytest.mark.parametrize("language", _LANGUAGES)
def test_every_template_is_well_formed(language):
    for name, template in _words(language)["forms"].items():
        rest = _SLOT.sub("", "".join(a or b for a, b in _PARTS.findall(template)))
        assert template.count("[") == template.count("]") == len(re.findall(r"\[[^\[\]]*\]", template)), name
        assert not set(rest) & set("{}"), name
        assert template == template.strip(), name
        assert "  " not in template, name
        assert all(optional.count("|") <= 1 for optional, _ in _PARTS.findall(template)), name
        assert "|" not in re.sub(r"\[[^\[\]]*\]", "", template), name


@pytest.mark.parametrize("language", _LANGUAGES)
def test_whatever_a_formula_is_told_its_template_says(language):
    templates = _words(language)["forms"]
    for name, alternatives in _by_name().items():
        known = {gap.name for formula in alternatives for gap in formula.gaps}
        assert set(_SLOT.findall(templates[name])) == known, name
        for formula in alternatives:
            may = {gap.name for gap in formula.gaps}
            for told in (formula.sure, may, *(formula.sure | {slot} for slot in may - formula.sure)):
                said, lacking = _said(templates[name], told)
                assert (said, lacking) == (told, set()), f"{name}, told {sorted(told)}"


def test_english_sentences_begin_and_end_as_sentences_do():
    headings = {formula.name for formula in formulas() if formula.heading}
    for name, template in _words("en")["forms"].items():
        assert template[0] in "[{" or template[0].isupper(), name
        if name not in headings and name != "police.signature":
            assert template.replace(".]", ".").endswith((".", ":")), name


def test_every_group_of_terms_is_used_by_a_formula():
    used = {gap.kind for formula in formulas() for gap in formula.gaps if gap.kind.startswith("term.")}
    assert used == {f"term.{group}" for group in data("terms.toml")}


def test_what_the_check_looks_for_it_finds():
    assert _said("Rain: {what}[, in {where}].", {"what", "where"}) == ({"what", "where"}, set())
    assert _said("Rain: {what}.", {"what", "where"}) == ({"what"}, set())
    assert _said("Rain: {what}, {where}.", {"what"}) == ({"what"}, {"where"})
    assert _said("[{issuer} warns|Warning]: {what}.", {"what"}) == ({"what"}, set())
