"""Languages that write Chinese names in Chinese characters, and how each writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

#: The language to which column of the file has its characters; None: the simplified ones that are there already.
IN_CHARACTERS: Mapping[str, int | None] = {"ja": 2, "zh-Hant": 1, "zh-Hans": None}

DATA = resources.files("bot.language.phrasebook") / "data" / "characters.txt"
#: Heads of the file's parts: characters with one way, those with several, and names that have one of these.
ONE, MANY, NAMES = "[one]", "[many]", "[names]"


@dataclass(frozen=True, slots=True)
class _Known:
    characters: Mapping[int, str]
    many: frozenset[str]
    names: Mapping[str, str]


def characters(name: str, language: str) -> str | None:
    """A name in simplified characters as Japanese or either Chinese script writes it; None where a character may be
    written in several ways and nobody wrote down which it is in this name.
    """
    column = IN_CHARACTERS[language]
    if column is None:
        return name
    known = _known(column)
    listed = known.names.get(name)
    if listed is not None:
        return listed
    return None if known.many.intersection(name) else name.translate(known.characters)


@lru_cache(maxsize=2)
def _known(column: int) -> _Known:
    parts: dict[str, list[str]] = {}
    head = ""
    for line in DATA.read_text("utf-8").splitlines():
        if line in {ONE, MANY, NAMES}:
            head = line
        elif line and not line.startswith("#"):
            parts.setdefault(head, []).append(line)
    rows = (line.split() for line in parts[NAMES])
    return _Known(
        {ord(line[0]): line[column] for line in parts[ONE] if line[column] != line[0]},
        frozenset("".join(parts[MANY])),
        {row[0]: row[column] for row in rows},
    )
