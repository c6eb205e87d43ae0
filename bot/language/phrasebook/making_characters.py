"""Makes ``data/characters.txt`` anew, when the gazetteer or OpenCC has a new version.

    python -m bot.language.phrasebook.making_characters STCharacters.txt

The argument is OpenCC's own list of simplified characters and what each may be (data/dictionary in its sources).

OpenCC knows words, and its dictionaries take 28 MiB of memory once they are loaded. The program needs them for names
alone, so what OpenCC says of these is written down here; at run time it is not loaded for that.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import opencc

from bot.language.phrasebook.characters import DATA, MANY, NAMES, ONE
from bot.language.phrasebook.english_names import expressways, hong_kong_chinese, hong_kong_english
from bot.language.phrasebook.kinds import storms
from bot.language.phrasebook.pinyin import names
from bot.reading.gazetteer import gazetteer
from bot.reading.lexicon import lexicon

#: So many names say how a character is written in names.
_SEVERAL = 6
#: The unified ideographs; names of places have no others.
_HAN = range(0x4E00, 0xA000)
_HEAD = (
    "# How simplified characters are written in traditional Chinese and in Japan. Made by making_characters.py; do not edit.",
    "# Characters with one way: simplified, traditional, Japan's; those that stay as they are are not listed.",
)


def known_names() -> set[str]:
    """Every name that the phrasebook may be asked to write, in simplified characters."""
    return {
        *gazetteer(),
        *lexicon().short_places,
        *names(),
        *hong_kong_english(),
        *hong_kong_chinese().values(),
        *expressways().values(),
        *storms(),
    }


def lines(candidates: Sequence[str]) -> Iterator[str]:
    """The file, from OpenCC's list ("里<tab>裏 里")."""
    traditional, japanese = (opencc.OpenCC(config).convert for config in ("s2t", "t2jp"))
    may_be = {char: made.split() for char, _, made in (line.partition("\t") for line in candidates)}
    many = {char for char, made in may_be.items() if len(made) > 1}
    settled = _settled(many, {name: traditional(name) for name in known_names()})
    many -= settled.keys()
    one = {}
    for char in map(chr, _HAN):
        written = settled.get(char) or may_be.get(char, [char])[0]
        if char not in many and (written != char or japanese(char) != char):
            one[char] = (written, japanese(written))
    yield from _HEAD
    yield ONE
    yield from (f"{char}{made}{in_japan}" for char, (made, in_japan) in one.items())
    yield MANY
    yield "".join(sorted(many))
    yield NAMES
    for name in sorted(known_names()):
        made = [traditional(name), japanese(traditional(name))]
        by_character = ["".join(one.get(char, (char, char))[way] for char in name) for way in (0, 1)]
        if many.intersection(name) or made != by_character:
            yield f"{name} {made[0]} {made[1]}"


def _settled(many: set[str], names: Mapping[str, str]) -> Mapping[str, str]:
    """Characters that stand in several names and are written the same way in all of them: 广 is 廣 in every place."""
    ways: dict[str, list[str]] = defaultdict(list)
    for name, written in names.items():
        for char, made in zip(name, written, strict=True):
            if char in many:
                ways[char].append(made)
    return {char: made[0] for char, made in ways.items() if len(made) >= _SEVERAL and len(set(made)) == 1}


def main() -> None:
    """Write the file."""
    candidates = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    Path(str(DATA)).write_text("\n".join(lines(candidates)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
