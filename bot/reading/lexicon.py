"""The words that reading knows, from the data files that a speaker can correct; loaded once, levelled as texts are."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, TypeVar

from bot.model.reading import HazardKind, Level, PlaceKind, Term
from bot.reading.levelling import level_words

T = TypeVar("T")


class LexiconError(ValueError):
    """A data file says something that cannot be. The message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a Hong Kong signal's name means; ``level`` None for those without levels."""

    hazard: HazardKind
    level: Level | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words to meanings. Every word is levelled."""

    hazards: Mapping[str, HazardKind]
    hazards_en: Mapping[str, HazardKind]
    #: The levels that exist for each hazard's colour warning.
    levels: Mapping[HazardKind, frozenset[Level]]
    colours: Mapping[str, Level]
    response_levels: Mapping[str, Level]
    #: What an emergency response answers: None where the words name no hazard ("救灾").
    responses: Mapping[str, HazardKind | None]
    signals: Mapping[str, Signal]
    bodies: tuple[str, ...]
    #: Endings of emergency staffs, which may have any name between the place and this.
    staffs: tuple[str, ...]
    known_bodies: tuple[str, ...]
    known_bodies_en: tuple[str, ...]
    #: Ending to the name of the kind of place ("province", "city", …).
    admin: Mapping[str, str]
    short_places: frozenset[str]
    here: frozenset[str]
    #: Word to what it narrows a place to.
    parts: Mapping[str, str]
    causes: tuple[str, ...]
    no_name: re.Pattern[str]
    name_exceptions: re.Pattern[str]
    units: Mapping[str, tuple[str, ...]]
    #: What a rumour is about, by a word of it.
    topics: Mapping[str, HazardKind]
    diseases: tuple[str, ...]
    #: Endings of roads, bridges, waters, by the kind of place that they prove.
    made: Mapping[PlaceKind, tuple[str, ...]]
    #: Closed groups of words that carry meaning: the group, then each word of either language.
    terms: Mapping[str, Mapping[str, Term]]


def data(name: str) -> dict[str, Any]:
    """Read one of the data files."""
    return tomllib.loads(resources.files("bot.reading").joinpath("data", name).read_text("utf-8"))


def one_of(words: Iterable[str]) -> str:
    """Give the pattern of any of the words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w))) + ")"


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Load the lexicon (some 10 ms, once)."""
    words, hazards = data("words.toml"), data("hazards.toml")
    no_name = words["no_name"]
    return Lexicon(
        hazards=_by_word(hazards, "zh"),
        hazards_en=_by_word(hazards, "en"),
        levels={_hazard(kind): frozenset(map(Level, row["levels"] + row.get("local", []))) for kind, row in hazards.items()},
        colours=_inverted(words["colours"], Level),
        response_levels=_inverted(words["response_levels"], Level),
        responses=_inverted(words["responses"], lambda kind: None if kind == "relief" else _hazard(kind)),
        signals=_signals(),
        bodies=_levelled(words["bodies"]["zh"]),
        staffs=_levelled(words["staffs"]["zh"]),
        known_bodies=_levelled(words["known_bodies"]["zh"]),
        known_bodies_en=_levelled(words["known_bodies"]["en"]),
        admin={level_words(ending): kind for kind, endings in words["admin"].items() for ending in endings},
        short_places=frozenset(_levelled(words["short_places"]["zh"])),
        here=frozenset(_levelled(words["here"]["zh"])),
        parts=_inverted(words["parts"], str),
        causes=_levelled(words["causes"]["zh"]),
        no_name=re.compile(f"[{level_words(no_name['characters'])}]|{one_of(_levelled(no_name['words']))}"),
        name_exceptions=re.compile(one_of(_levelled(no_name["exceptions"]))),
        topics=_inverted(words["topics"], _hazard),
        diseases=_levelled(words["diseases"]["zh"]),
        made={PlaceKind(kind): _levelled(row) for kind, row in words["made"].items()},
        units={unit: _levelled(row) for unit, row in data("figures.toml")["units"].items()},
        terms={group: _terms(group, rows) for group, rows in data("terms.toml").items()},
    )  # fmt: skip


def _levelled(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(level_words(word) for word in words)


def _inverted(rows: Mapping[str, list[str]], meaning: Callable[[str], T]) -> dict[str, T]:
    return {level_words(word): meaning(key) for key, row in rows.items() for word in row}


def _hazard(kind: str) -> HazardKind:
    try:
        return HazardKind(kind)
    except ValueError as error:
        raise LexiconError(f"{kind!r} is no hazard that bot/model/reading.py knows.") from error


def _by_word(rows: Mapping[str, dict[str, Any]], language: str) -> dict[str, HazardKind]:
    found: dict[str, HazardKind] = {}
    for kind, row in rows.items():
        for word in row.get(language, ()):
            if found.setdefault(level_words(word), _hazard(kind)) is not _hazard(kind):
                raise LexiconError(f"hazards.toml: {word!r} stands for two hazards.")
    return found


def _terms(group: str, rows: Mapping[str, list[str] | dict[str, list[str]]]) -> dict[str, Term]:
    found: dict[str, Term] = {}
    for name, row in rows.items():
        term = Term(group, name)
        words = row if isinstance(row, list) else [*row.get("zh", ()), *row.get("en", ())]
        for word in words:
            if found.setdefault(level_words(word), term) != term:
                raise LexiconError(f"terms.toml: {group}: {word!r} stands for two terms.")
    return found


def _signals() -> dict[str, Signal]:
    found: dict[str, Signal] = {}
    for row in data("signals.toml")["signal"]:
        meaning = Signal(_hazard(row["hazard"]), Level(row["level"]) if "level" in row else None)
        for word in row["zh"] + row["en"]:
            if found.setdefault(level_words(word), meaning) != meaning:
                raise LexiconError(f"signals.toml: {word!r} stands for two signals.")
    return found
