"""What the ends of Chinese names mean, and what things with a name of their own are: from ``data/kinds.toml``."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources

from bot.reading.levelling import level_words


@lru_cache(maxsize=8)
def kinds(section: str) -> Mapping[str, str]:
    """Words (levelled) to what they mean, the longest words first. Raises KeyError for no section."""
    found = {level_words(word): kind for kind, words in _data()[section].items() for word in words}
    return dict(sorted(found.items(), key=lambda row: -len(row[0])))


def ends_of(section: str, words: str) -> Iterator[tuple[str, str]]:
    """The ends of a section that words have, the longest first, each with what it means."""
    known = kinds(section)
    for start in range(max(0, len(words) - _longest(section)), len(words)):
        if kind := known.get(words[start:]):
            yield words[start:], kind


@lru_cache(maxsize=8)
def _longest(section: str) -> int:
    return max(map(len, kinds(section)))


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(resources.files("bot.language.phrasebook").joinpath("data", "kinds.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def storms() -> Mapping[str, str]:
    """Tropical cyclones: the Chinese name to the English one."""
    text = resources.files("bot.language.phrasebook").joinpath("data", "storms.txt").read_text("utf-8")
    return dict(line.split(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
