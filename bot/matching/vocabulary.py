"""From a word of the reader's to what it is called in the posts: rainstorm finds 暴雨, beijing finds 北京. Only what the
vocabulary has; where a word may stand for several things, all of them are found.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from itertools import product
from typing import Any

import re2

from bot.language.languages import LANGUAGES
from bot.language.phrasebook.pinyin import latin
from bot.matching.folding import fold
from bot.matching.tree import And, Name, Tree, Word, both
from bot.matching.values import hazard_names, official_names, phrasebook, plain, values
from bot.model.reading import HazardKind
from bot.reading.gazetteer import gazetteer
from bot.reading.lexicon import data

#: A word stands for at most so many others; the longest lists of the vocabulary have some ninety.
MOST_WORDS = 96
#: Words without quotation marks that stand beside each other may be one name of so many.
LONGEST_NAME = 4
#: Characters of a Chinese word that is spelt in pinyin, and spellings of one word (characters with several readings).
_SPELT, _SPELLINGS = 6, 16
#: Concepts of the fidelity gate that are no things to ask for.
_NO_THINGS = frozenset(("command", "meta", "above", "below"))
_GRADED = frozenset((HazardKind.RAINSTORM, HazardKind.SNOWSTORM, HazardKind.GALE))
_GATE_FILES = ("zh", "en", "es", "fr", "de", "ru", "ja", "ko", "ar", "pt", "hi")
_LITERAL = re.compile(r"[^\\()\[\]{}|?*+.^$]+")
_PLURAL = re.compile(r"([^\\()\[\]{}|?*+.^$]+)(?:s\?|\(\?:e?s\)\?)")
#: A Cyrillic word with any ending.
_BEGINNING = re.compile(r"([а-я]{4,})\\w\*")
#: What a pattern asks of its neighbours.
_AROUND = re.compile(r"\(\?<?[=!](?:[^()]|\([^()]*\))*\)|\\b")
_HAN = re.compile("[\u3400-\u9fff]+")
#: Endings of administrative places that a reader leaves out or says: Beijing, Beijing Shi.
PLACE_ENDINGS = re.compile("(?:特别行政区|自治区|自治州|自治县|新区|地区|[省市区县旗盟州])$")
_SHORTEST_NAME = 2


@lru_cache(maxsize=65_536)
def meant_by(word: str) -> tuple[str, ...]:
    """What to look for when a reader asks for a word: itself first, then what it is called elsewhere; all folded."""
    folded = fold(word)
    return (folded, *(other for other in _others(folded) if other != folded)) if folded else ()


def all_of(parts: Iterable[Tree]) -> Tree:
    """As ``tree.both``; words beside each other that are one thing's name (heavy rain, bei jing) become one word with
    blanks. The longest are taken first, from the left.
    """
    singles = both(*(single for part in parts for single in _singles(part)))
    if not isinstance(singles, And):
        return singles
    made: list[Tree] = []
    left = list(singles.parts)
    while left:
        many = next((many for many in range(min(LONGEST_NAME, len(left)), 1, -1) if _is_name(left[:many])), 1)
        made.append(Word(" ".join(w.text for w in left[:many] if isinstance(w, Word))) if many > 1 else left[0])
        del left[:many]
    return both(*made)


def _singles(part: Tree) -> Iterator[Tree]:
    match part:
        case And(parts):
            for each in parts:
                yield from _singles(each)
        case Word(text):
            yield from map(Word, text.split(" "))
        case other:
            yield other


def _is_name(words: list[Tree]) -> bool:
    return all(isinstance(word, Word) for word in words) and is_name(
        fold(" ".join(word.text for word in words if isinstance(word, Word)))
    )


def warm() -> None:
    """Load everything (about a second, 10 MiB), in a thread at the start."""
    meant_by("beijing")


@lru_cache(maxsize=65_536)
def is_name(folded: str) -> bool:
    """Whether words with blanks between them are one thing's name: heavy rain, bei jing, отключение света."""
    return " " in folded and any(form in _groups() for form in _forms(folded))


def _others(folded: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    forms = list(dict.fromkeys(_forms(folded)))
    bare = _ARTICLE.sub("", folded)
    itself = [*([bare] if len(bare) >= _SHORTEST_ROOT else ()), *_stems(folded)]
    found.update(dict.fromkeys(itself))
    for form in forms:
        for group in _groups().get(form, ()):
            found.update(dict.fromkeys(group))
    for stem in _stems(folded):
        for group in _stemmed().get(stem, ()):
            found.update(dict.fromkeys(group))
    patterns, things = _concepts()
    for form in forms:
        if form not in _graded_names():
            for concept in dict.fromkeys(things[which] for which in patterns.Match(form) or ()):
                found.update(dict.fromkeys(_words_of(concept)))
    return tuple(found)[:MOST_WORDS]


def _forms(folded: str) -> Iterator[str]:
    """The word as the vocabulary may have it: without accents, plurals, an Arabic article, a German, Japanese or Korean
    "warning" behind it, and what parts pinyin: bei jing, bei-jing, xi'an. Kana as hiragana.
    """
    yield folded
    latin_letters = unaccented(folded)
    if latin_letters.isascii():
        yield latin_letters
        if latin_letters.endswith("es"):
            yield latin_letters[:-2]
        if latin_letters.endswith("s"):
            yield latin_letters[:-1]
        together = re.sub("[ '’-]", "", latin_letters)
        if together != latin_letters:
            yield together
    for shorter in (_ARTICLE.sub("", folded), _WARNING.sub("", folded), folded.translate(_HIRAGANA)):
        if shorter != folded:
            yield shorter


#: What Arabic writes before a noun: and, with, for, as, the.
_ARTICLE = re.compile("^[وف]?(?:[بك]?ال|لل)(?=..)")
_WARNING = re.compile(
    "(?<=[^ ]{4})(?:s?warnung(?:en)?|s?alarm)$|(?<=..)(?:特别)?(?:警报|注意报)$|(?<=..)(?:경보|주의보|특보)$"
)
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
#: Endings of Russian nouns and adjectives in all their cases, the longest first.
_ENDINGS = re.compile(
    "(?:иями|ями|ами|иях|ого|его|ому|ему|ыми|ими|ией|иям|ием|ях|ах|ев|ов|ие|ье|ии|ей|ой|ый|ий|ям|ем|ам|ом|ью|ия|ья|"
    "ая|яя|ое|ее|ые|ую|юю|ых|их|ым|им|[аеийоуыьюя])$"
)
#: A vowel that comes and goes: ливень, ливня; ветер, ветра.
_FLEETING = re.compile("[ео](?=[бвгджзклмнпрстфхцчшщ]$)")
_CYRILLIC = re.compile("[а-я]+")
_SHORTEST_STEM = 4
#: Of an Arabic word without its article; roots have three letters.
_SHORTEST_ROOT = 3


def unaccented(folded: str) -> str:
    """Latin letters as they are typed where accents are hard to type: inundación, bàoyǔ; others as they are."""
    if folded.isascii():
        return folded
    plain_letters = "".join(c for c in unicodedata.normalize("NFD", folded) if not "\u0300" <= c <= "\u036f")
    return plain_letters if plain_letters.isascii() else folded


@lru_cache(maxsize=65_536)
def _stems(folded: str) -> tuple[str, ...]:
    """What a Russian word begins with in all its cases; nothing for other words."""
    if not _CYRILLIC.fullmatch(folded):
        return ()
    stem = _ENDINGS.sub("", folded)
    return tuple(each for each in dict.fromkeys((stem, _FLEETING.sub("", stem))) if len(each) >= _SHORTEST_STEM)


@lru_cache(maxsize=1)
def _groups() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Each name, folded, to the groups of names that it belongs to."""
    found: dict[str, dict[tuple[str, ...], None]] = {}
    for asked, group in (*_hazard_groups(), *_term_groups(), *_place_groups(), *_thing_groups()):
        for name in asked:
            for spelt in (name, unaccented(name), unaccented(name.translate(_DIGRAPHS)), name.translate(_HIRAGANA)):
                found.setdefault(spelt, {})[group] = None
    return {name: tuple(groups) for name, groups in found.items()}


@lru_cache(maxsize=1)
def _stemmed() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The same of the stems of Russian names."""
    found: dict[str, dict[tuple[str, ...], None]] = {}
    for name, groups in _groups().items():
        for stem in _stems(name):
            found.setdefault(stem, {}).update(dict.fromkeys(groups))
    return {stem: tuple(groups) for stem, groups in found.items()}


def _own_data(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("bot.matching").joinpath("data", name).read_text("utf-8"))


def _thing_groups() -> Iterator[tuple[Iterable[str], tuple[str, ...]]]:
    """What people ask for beside hazards and places."""
    for row in _own_data("things.toml")["things"]:
        asked = [fold(name.removeprefix("?")) for name in row]
        group = tuple(dict.fromkeys(fold(name) for name in row if not name.startswith("?")))
        spelt = {s for name in group if _HAN.fullmatch(name) for s in _spellings(name)}
        yield {*asked, *spelt}, group


def _hazard_groups() -> Iterator[tuple[Iterable[str], tuple[str, ...]]]:
    """Asked for by any name, people's and officials'; looked for by the officials' (大雨 is asked for as 暴雨, and yet a
    post that says only 大雨 says no 暴雨).
    """
    official: dict[HazardKind, dict[str, None]] = {}
    for kind, name in official_names():
        official.setdefault(kind, {})[fold(name)] = None
    for kind, names in hazard_names().items():
        group = tuple(official.get(kind, ()))
        if group:
            chinese = [name for name in group if _HAN.fullmatch(name)]
            spelt = [spelling for name in chinese for spelling in _spellings(name)]
            yield ({*names, *group, *spelt}, group)


def _term_groups() -> Iterator[tuple[Iterable[str], tuple[str, ...]]]:
    """The words that formulas are made of, with the phrasebook's words for each."""
    translated: dict[tuple[str, str], list[str]] = {}
    for language in LANGUAGES:
        terms = phrasebook(language, "words").get("terms", {})
        for group, rows in terms.items():
            if isinstance(rows, Mapping):
                for term, said in rows.items():
                    if isinstance(said, str) and "{" not in said:
                        translated.setdefault((group, term), []).extend(plain(said))
    for group, rows in data("terms.toml").items():
        for term, row in rows.items():
            words = row if isinstance(row, list) else [*row.get("zh", ()), *row.get("en", ())]
            official = tuple(dict.fromkeys(fold(word) for word in words))
            names = {*official, *(fold(name) for name in translated.get((group, term), ()))}
            spelt = {s for name in official if _HAN.fullmatch(name) for s in _spellings(name)}
            yield (
                {name for name in names | spelt if len(name) > 1},
                tuple(name for name in official if len(name) > 1),
            )


def _place_groups() -> Iterator[tuple[Iterable[str], tuple[str, ...]]]:
    """Places: every spelling that other languages have for one, and its pinyin."""
    text = resources.files("bot.language").joinpath("words", "places.txt").read_text("utf-8")
    spelt: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, others = line.partition(" ")
            spelt[name] = [fold(each) for each in others.split("|") if _LITERAL.fullmatch(each)]
    for name, more in _own_data("places.toml").items():
        spelt[name] = [*spelt.get(name, ()), *map(fold, more)]
    stems = {PLACE_ENDINGS.sub("", name) or name for name in gazetteer()} | set(spelt)
    for stem in stems:
        if len(stem) < _SHORTEST_NAME:
            continue
        certain = latin(stem)
        spellings = [*spelt.get(stem, ()), *([fold(certain)] if certain else ())]
        if spellings:
            group = tuple(dict.fromkeys((fold(stem), *spellings)))
            yield ({*group, *(re.sub("[ '’-]", "", each) for each in group)}, group)


@lru_cache(maxsize=1)
def _syllables() -> Mapping[str, tuple[str, ...]]:
    """Character to every syllable that it may be read as."""
    text = resources.files("bot.language").joinpath("words", "pinyin.txt").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            syllable, _, characters = line.partition(" ")
            for character in characters:
                found.setdefault(character, []).append(syllable)
    return {character: tuple(syllables) for character, syllables in found.items()}


def _spellings(word: str) -> list[str]:
    """A Chinese word in pinyin without tones, written together, by every reading of its characters; none for long ones."""
    if not _SHORTEST_NAME <= len(word) <= _SPELT:
        return []
    readings = [_syllables().get(character, ()) for character in word]
    spelt = ["".join(each) for each, _ in zip(product(*readings), range(_SPELLINGS), strict=False)]
    return spelt if all(readings) else []


@lru_cache(maxsize=1)
def _concepts() -> tuple[Any, tuple[str, ...]]:
    """What the fidelity gate knows things by, in each of its languages: a set of patterns, all tried at once, and the
    thing that each stands for. What has to stand around a word in a text does not matter for a word alone.
    """
    options = re2.Options()
    options.case_sensitive = False
    patterns, things = re2.Set.FullMatchSet(options), []
    for concept, _, pattern in _gate_words():
        patterns.Add(_AROUND.sub("", pattern))
        things.append(concept)
    patterns.Compile()
    return patterns, tuple(things)


@lru_cache(maxsize=1)
def _graded_names() -> frozenset[str]:
    """Official names of hazards that have weaker kin under one concept: who asks for 暴雨 does not ask for 小雨."""
    return frozenset(fold(name) for kind, name in official_names() if kind in _GRADED)


@lru_cache(maxsize=1)
def _concept_words() -> Mapping[str, tuple[str, ...]]:
    """The plain ones of those words, which can be looked for; of Russian ones also what all their cases begin with."""
    found: dict[str, dict[str, None]] = {}
    for concept, _, pattern in _gate_words():
        literal = _LITERAL.fullmatch(pattern) or _PLURAL.fullmatch(pattern) or _BEGINNING.fullmatch(pattern)
        if literal:
            found.setdefault(concept, {})[fold(literal[literal.re.groups])] = None
    return {concept: tuple(words) for concept, words in found.items()}


def _words_of(concept: str) -> tuple[str, ...]:
    return _concept_words().get(concept, ())


@lru_cache(maxsize=1)
def _gate_words() -> tuple[tuple[str, str, str], ...]:
    """(concept, language, pattern) of every sure word."""
    found = []
    for language in _GATE_FILES:
        text = resources.files("bot.language").joinpath("words", f"{language}.toml").read_text("utf-8")
        for concept, row in tomllib.loads(text).get("concepts", {}).items():
            if concept not in _NO_THINGS:
                found += [(concept, language, pattern) for pattern in row["sure"]]
    return tuple(found)


def named(name: Name) -> Mapping[str, tuple[str, ...]]:
    """The names of a field's values."""
    return values()[name]
