"""A language's book: its sentences and words, from two data files that a speaker can correct, read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from babel import Locale

from bot.language.languages import LANGUAGES
from bot.language.phrasebook.templates import Template, parse

#: Babel's names for our tags.
_LOCALES = {"zh-Hans": "zh_Hans", "zh-Hant": "zh_Hant", "en": "en_GB"}


class BookError(ValueError):
    """A file of the phrasebook says something that cannot be. The message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Book:
    """What the phrasebook knows in one language. What it lacks is None, and the post is not rendered."""

    language: str
    locale: Locale
    #: A formula's name to its sentence.
    forms: Mapping[str, Template]
    #: Section and key to the words, or to the words of each plural category (CLDR).
    words: Mapping[tuple[str, str], Mapping[str, str]]
    #: Whether names that the gazetteer does not have may be spelt by their characters; not those of Hong Kong.
    spells: bool = True
    #: Whether the post is written in traditional characters, as Hong Kong writes.
    traditional: bool = False

    def word(self, section: str, key: str, values: Mapping[str, str] | None = None) -> str | None:
        """The words of a key with its values put in; None when the language has none."""
        found = self.words.get((section, key))
        if found is None:
            return None
        return _filled(found["other"], values or {})

    def counted(self, section: str, key: str, count: float, shown: str) -> str | None:
        """The words of a key for this number, which is shown so."""
        found = self.words.get((section, key))
        if found is None:
            return None
        # a whole number has no decimals: Russian tells 5 (many) from 5.0 (other)
        category = self.locale.plural_form(int(count) if count == int(count) else count)
        return _filled(found.get(category, found["other"]), {"n": shown})

    def ordinal(self, section: str, key: str, number: int) -> str | None:
        """The words of a key for this number as one of a row (the 21st)."""
        found = self.words.get((section, key))
        if found is None:
            return None
        return _filled(found.get(self.locale.ordinal_form(number), found["other"]), {"n": str(number)})


def _filled(words: str, values: Mapping[str, str]) -> str:
    """The words with their values; braces within a value stay what they are."""
    if "{" not in words:
        return words
    out, rest = "", words
    while (start := rest.find("{")) >= 0:
        end = rest.index("}", start)
        out += rest[:start] + values[rest[start + 1 : end]]
        rest = rest[end + 1 :]
    return out + rest


@lru_cache(maxsize=len(LANGUAGES))
def book(language: str) -> Book | None:
    """The book of a language of LANGUAGES, None when there is none. Raises BookError for a file that is wrong."""
    folder = resources.files("bot.language.phrasebook")
    sentences, values = (folder.joinpath(name, f"{language}.toml") for name in ("words", "values"))
    if language not in LANGUAGES or not (sentences.is_file() and values.is_file()):
        return None
    said, known = (tomllib.loads(file.read_text("utf-8")) for file in (sentences, values))
    forms = {}
    for name, source in said["forms"].items():
        try:
            forms[name] = parse(source)
        except ValueError as error:
            raise BookError(f"phrasebook/words/{language}.toml: {name}: {error}") from error
    words: dict[tuple[str, str], Mapping[str, str]] = {}
    for section, rows in (*known.items(), ("terms", said.get("terms", {}))):
        _collect(words, section, rows)
    return Book(language, Locale.parse(_LOCALES.get(language, language)), forms, words)


def _collect(words: dict[tuple[str, str], Mapping[str, str]], section: str, rows: Mapping[str, Any]) -> None:
    for key, row in rows.items():
        if isinstance(row, str):
            words[section, key] = {"other": row}
        elif (
            "other" in row and all(isinstance(value, str) for value in row.values()) and section in {"units", "time"}
        ):
            words[section, key] = row
        else:
            _collect(words, f"{section}.{key}", row)
