"""What the tests of the phrases look at: every sentence of every language's file, each plural category by itself."""

from collections.abc import Iterator
from string import Formatter

from bot.locales import SOURCE, Sentence, _load

#: A key with its plural category, "" for a plain sentence.
Name = tuple[str, str]


def sentences(language: str) -> dict[Name, str]:
    """Everything that the file of a language says."""
    return {(key, category): text for key, said in _load(language).items() for category, text in forms(said)}


def forms(said: Sentence) -> Iterator[tuple[str, str]]:
    """A sentence's forms with their categories."""
    yield from [("", said)] if isinstance(said, str) else said.items()


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def wanted(key: str) -> set[str]:
    """The placeholders of a key, by the source language."""
    return {name for _, text in forms(_load(SOURCE)[key]) for name in placeholders(text)}
