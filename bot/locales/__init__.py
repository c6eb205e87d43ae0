"""What the bot itself says, in each language: one TOML file a language, found by BCP 47 tag."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from string import Formatter

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
}

_FORMATTER = Formatter()


class PhraseError(LookupError):
    """A key that no language knows: a slip in the code, not in what a user did."""


class Phrases:
    """The phrases of one language. Calling it with a key gives the sentence; values are put in as plain text."""

    __slots__ = ("_fallback", "_own", "language")

    def __init__(self, language: str, own: Mapping[str, str], fallback: Mapping[str, str]) -> None:
        self.language = language
        self._own = own
        self._fallback = fallback

    def template(self, key: str, /) -> str:
        """The sentence with its {placeholders}. Raises PhraseError for a key that nobody knows."""
        found = self._own.get(key) or self._fallback.get(key)
        if found is None:
            raise PhraseError(f"no phrase {key!r}")
        return found

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence with its values. Braces inside of a value stay what they are."""
        return self.template(key).format_map(values)

    def pieces(self, key: str, /) -> Iterator[tuple[str, str]]:
        """The sentence as (literal text, name of the placeholder that follows it or ""), to style values apart."""
        for literal, field, _spec, _conversion in _FORMATTER.parse(self.template(key)):
            yield literal, field or ""

    def __contains__(self, key: str) -> bool:
        return key in self._own or key in self._fallback


@cache
def _load(language: str) -> Mapping[str, str]:
    """The file of one language as dotted key to sentence."""
    text = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(text), ""))


def _flatten(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


@cache
def available() -> tuple[str, ...]:
    """Tags of the languages that the bot speaks, the source language first."""
    names = {
        entry.name.removesuffix(".toml")
        for entry in resources.files(__name__).iterdir()
        if entry.name.endswith(".toml")
    }
    return (SOURCE, *sorted(names - {SOURCE}))


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
    chosen = best_match(language) or SOURCE
    return Phrases(chosen, _load(chosen), _load(SOURCE))
