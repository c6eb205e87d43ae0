"""Chinese names in Latin letters: Hanyu Pinyin without tones, written together, as atlases write them (ISO 7098)."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources


def latin(stem: str) -> str | None:
    """A name (simplified characters, without 省, 市, 县 …) in Latin letters; None when its reading is not certain."""
    known = names().get(stem)
    if known is not None:
        return known
    spelt = ""
    for character in stem:
        syllable = _readings().get(character)
        if syllable is None:
            return None
        spelt += ("'" if spelt and syllable[0] in "aeo" else "") + syllable
    return spelt.capitalize() or None


@lru_cache(maxsize=1)
def names() -> Mapping[str, str]:
    """Names whose spelling is settled, by their stem."""
    return dict(line.split(" ", 1) for line in _lines("phrasebook", "data", "names.txt"))


@lru_cache(maxsize=1)
def _readings() -> Mapping[str, str]:
    """Character to its only syllable, or to the one that it has in names."""
    found: dict[str, str] = {}
    several: set[str] = set()
    for line in _lines("words", "pinyin.txt"):
        syllable, characters = line.split(" ", 1)
        for character in characters:
            several |= {character} & found.keys()
            found[character] = syllable
    for character in several:
        del found[character]
    for line in _lines("phrasebook", "data", "readings.txt"):
        syllable, characters = line.split(" ", 1)
        found.update(dict.fromkeys(characters, syllable))
    return found


def _lines(*path: str) -> list[str]:
    text = resources.files("bot.language").joinpath(*path).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
