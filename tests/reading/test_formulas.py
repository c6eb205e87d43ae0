"""The data files are whole: every formula compiles, every word has one meaning, mistakes are told where they stand."""

import re

import pytest

from bot.model.reading import Action, HazardKind, Level, Scheme
from bot.reading import formulas as formulas_module
from bot.reading.formulas import formulas
from bot.reading.guards import guards
from bot.reading.lexicon import LexiconError, data, lexicon

#: The kinds of Order No. 16 (2007) with their levels, as the order lists them (haze's red came in 2013).
ORDER_16 = {
    HazardKind.TYPHOON: "blue yellow orange red",
    HazardKind.RAINSTORM: "blue yellow orange red",
    HazardKind.SNOWSTORM: "blue yellow orange red",
    HazardKind.COLD_WAVE: "blue yellow orange red",
    HazardKind.GALE: "blue yellow orange red",
    HazardKind.SANDSTORM: "yellow orange red",
    HazardKind.HEAT: "yellow orange red",
    HazardKind.DROUGHT: "orange red",
    HazardKind.LIGHTNING: "yellow orange red",
    HazardKind.HAIL: "orange red",
    HazardKind.FROST: "blue yellow orange",
    HazardKind.FOG: "yellow orange red",
    HazardKind.HAZE: "yellow orange red",
    HazardKind.ROAD_ICING: "yellow orange red",
}


def test_every_formula_compiles_and_its_name_says_its_family():
    assert len(formulas()) > 300
    for formula in formulas():
        assert formula.pattern
        assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", formula.name), formula.name


def test_every_formula_that_claims_says_of_what():
    for formula in formulas():
        gaps = {gap.name for gap in formula.gaps}
        if formula.action is None or formula.frame:
            continue
        # a response may be ended by its level alone ("终止Ⅱ级应急响应")
        assert formula.hazard or gaps & {"hazard", "signal", "task"} or formula.scheme is Scheme.RESPONSE, (
            formula.name
        )
        if formula.scheme is Scheme.CMA and formula.action is not Action.LIFTED:
            assert "level" in gaps, formula.name


def test_no_formula_matches_nothing():
    for formula in formulas():
        match = formula.pattern.match("")
        assert match is None, formula.name


def test_the_fourteen_kinds_of_the_order_have_its_levels():
    rows = data("hazards.toml")
    for kind, levels in ORDER_16.items():
        assert rows[kind.value]["levels"] == levels.split()


def test_hong_kongs_signals_are_all_there():
    meant = {(signal.hazard, signal.level) for signal in lexicon().signals.values()}
    cyclone = {level for hazard, level in meant if hazard is HazardKind.TROPICAL_CYCLONE}
    assert cyclone == {
        None, Level.ONE, Level.THREE, Level.EIGHT, Level.EIGHT_NE, Level.EIGHT_NW, Level.EIGHT_SE, Level.EIGHT_SW,
        Level.NINE, Level.TEN,
    }  # fmt: skip
    assert {level for hazard, level in meant if hazard is HazardKind.RAINSTORM} == {
        None,
        Level.AMBER,
        Level.RED,
        Level.BLACK,
    }
    assert {hazard for hazard, _ in meant} >= {
        HazardKind.THUNDERSTORM, HazardKind.LANDSLIP, HazardKind.STRONG_MONSOON, HazardKind.FROST,
        HazardKind.FIRE_DANGER, HazardKind.COLD, HazardKind.HEAT, HazardKind.TSUNAMI, HazardKind.NORTHERN_FLOODING,
    }  # fmt: skip


def test_guard_words_are_found_in_what_they_guard_against():
    assert guards().anywhere["drill"].search("防汛演练")
    assert guards().anywhere["rumour"].search("网传")
    assert not guards().before.search("预计未来".replace("预计", ""))


@pytest.mark.parametrize(
    "source", ["{nothing}发布", "[发布", "<发布|解除", "{hazard", "$unknown发布", "{hazard:unknown}"]
)  # fmt: skip
def test_a_mistake_in_a_formula_is_told_with_its_file_and_name(source, monkeypatch):
    content = {"formula": [{"name": "x.y", "zh": [source]}]}
    monkeypatch.setattr(formulas_module, "data", lambda _: content)
    with pytest.raises(LexiconError, match=r"weather\.toml: x\.y"):
        list(formulas_module._of_file("weather.toml"))
