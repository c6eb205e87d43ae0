"""What the bot itself says, in each language: one TOML file a language, found by BCP 47 tag.

A sentence that depends on a number is a table there, of CLDR's plural categories: ``{ one = "…", other = "…" }``; the
value named ``count`` chooses among them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from string import Formatter

from bot.locales.conventions import CATEGORIES, Conventions, conventions
from bot.locales.directions import isolates, typeset

#: The language whose file holds every key; what a translation lacks is said in it.
SOURCE = "en"

#: RFC 4647 lookup cuts tags from the right; these say what Chinese tags without a script are written in.
_SCRIPTS = {
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-my": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "yue": "zh-Hant",
}

_FORMATTER = Formatter()


class PhraseError(LookupError):
    """A key that no language knows: a slip in the code, not in what a user did."""


#: A sentence, or one for each plural category.
Sentence = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number of which only a lower bound is known; shown as "1,000+"."""

    number: int


class Phrases:
    """The phrases of one language. Calling it with a key gives the sentence; values are put in as plain text.

    An ``int`` is written as the language writes numbers. Words that run the other way are set apart.
    """

    __slots__ = ("_fallback", "_own", "language")

    def __init__(self, language: str, own: Mapping[str, Sentence], fallback: Mapping[str, Sentence]) -> None:
        self.language = language
        self._own = own
        self._fallback = fallback

    @property
    def conventions(self) -> Conventions:
        """How the language writes numbers and times."""
        return conventions(self.language)

    def template(self, key: str, /, count: object = None) -> str:
        """The sentence with its {placeholders}, as it is for so many. Raises PhraseError for a key that nobody knows."""
        own = self._own.get(key)
        found = own or self._fallback.get(key)
        if found is None:
            raise PhraseError(f"no phrase {key!r}")
        if isinstance(found, str):
            return found
        number = count.number if isinstance(count, AtLeast) else count
        language = self.language if own else SOURCE
        category = conventions(language).category(number) if isinstance(number, int) else "other"
        return found.get(category) or found["other"]

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence with its values. Braces inside of a value stay what they are."""
        template = self.template(key, values.get("count"))
        return template.format_map({name: self.isolated(self.spelt(value)) for name, value in values.items()})

    def pieces(self, key: str, /, count: object = None) -> Iterator[tuple[str, str]]:
        """The sentence as (literal text, name of the placeholder that follows it or ""), to style values apart."""
        for literal, field, _spec, _conversion in _FORMATTER.parse(self.template(key, count)):
            yield literal, field or ""

    def spelt(self, value: object) -> str:
        """A value as the language writes it."""
        if isinstance(value, AtLeast):
            return f"{self.conventions.number(value.number)}+"
        return self.conventions.number(value) if isinstance(value, int) else str(value)

    def isolates(self, value: str) -> tuple[str, str]:
        """What has to stand before and behind a foreign value among words of ours."""
        return isolates(self.language, value)

    def isolated(self, value: str) -> str:
        """A foreign value, set apart from words of ours where it runs the other way."""
        before, behind = isolates(self.language, value)
        return f"{before}{value}{behind}"

    def __contains__(self, key: str) -> bool:
        return key in self._own or key in self._fallback


@cache
def _load(language: str) -> Mapping[str, Sentence]:
    """The file of one language as dotted key to sentence."""
    text = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(text), ""))


def _flatten(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Sentence]]:
    for name, value in table.items():
        if not isinstance(value, Mapping):
            yield f"{prefix}{name}", str(value)
        elif value and CATEGORIES.issuperset(value):
            yield f"{prefix}{name}", {category: str(text) for category, text in value.items()}
        else:
            yield from _flatten(value, f"{prefix}{name}.")


@cache
def _typeset(language: str) -> Mapping[str, Sentence]:
    """The sentences of one language, fit to be shown."""
    return {
        key: typeset(language, said)
        if isinstance(said, str)
        else {category: typeset(language, text) for category, text in said.items()}
        for key, said in _load(language).items()
    }


@cache
def available() -> tuple[str, ...]:
    """Tags of the languages that the bot speaks, the source language first."""
    names = {
        entry.name.removesuffix(".toml")
        for entry in resources.files(__name__).iterdir()
        if entry.name.endswith(".toml")
    }
    return (SOURCE, *sorted(names - {SOURCE}))


def warm() -> None:
    """Read every file, and what all languages' dates are made from, so that nobody waits for it (some 0.1 s in all)."""
    conventions(SOURCE)
    for language in available():
        _typeset(language)


@lru_cache(maxsize=1024)
def best_match(language: str) -> str:
    """The language of ours that serves a reader of ``language`` best; "" when none does.

    RFC 4647 section 3.4 (lookup): the tag is cut from the right until a file answers; a Chinese tag
    gets its script first, so that zh-TW is never answered in simplified characters while there are traditional ones.
    """
    ours = {tag.lower(): tag for tag in available()}
    tag = language.strip().replace("_", "-").lower()
    while tag:
        for candidate in (tag, _SCRIPTS.get(tag, "").lower()):
            if candidate in ours:
                return ours[candidate]
        tag = tag.rpartition("-")[0]
    return ""


def phrases(language: str) -> Phrases:
    """The phrases for a reader of ``language`` (any BCP 47 tag); English when we do not speak it."""
    return _phrases(best_match(language) or SOURCE)


@cache
def _phrases(chosen: str) -> Phrases:
    return Phrases(chosen, _typeset(chosen), _typeset(SOURCE))
