"""A text in another language: what it was made of, what it cost, and the plain word when there is none."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Cost:
    """What engines count: requests, characters of the original, tokens in and out (0 where an engine has none)."""

    requests: int = 0
    characters: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.requests + other.requests,
            self.characters + other.characters,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
        )


@dataclass(frozen=True, slots=True)
class TranslationKey:
    """Which translation is meant, whoever makes it. ``text_hash`` is the original's SHA-256, hexadecimal."""

    text_hash: str
    source: str
    target: str
    #: Of the phrasebook and of what engines are told.
    version: str


@dataclass(frozen=True, slots=True)
class Translation:
    """A text that passed the fidelity gate. Languages are BCP 47 tags."""

    text: str
    source: str
    target: str
    engine: str
    model: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model made of a long text, after the gate's one-sided mode. Languages are BCP 47 tags, and may be the same."""

    text: str
    source: str
    target: str
    engine: str
    model: str
    made_at: datetime


class Why(StrEnum):
    """Why there is no translation."""

    #: No engine is set up, or none knows this pair of languages.
    NO_ENGINE = "no_engine"
    #: Nothing to translate, or more than engines take.
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    #: No engine answered (or none in time).
    UNAVAILABLE = "unavailable"
    #: Engines answered, and no answer passed the gate: "could not be translated reliably".
    UNRELIABLE = "unreliable"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one engine did: "refused", "broken", "resting" or "unfaithful", and a sentence without secrets."""

    engine: str
    how: str
    why: str


@dataclass(frozen=True, slots=True)
class Untranslated:
    """There is no translation; the original is to be shown. ``tried`` is for the log and the operator."""

    why: Why
    tried: tuple[Attempt, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Spent:
    """What one engine cost on one UTC day ("2026-07-21")."""

    day: str
    engine: str
    model: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class EngineRest:
    """An engine is left alone until then."""

    engine: str
    until: datetime
    why: str
