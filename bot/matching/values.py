"""What the values of a filter's fields are called, in every language of the interface: 暴雨, rainstorm and tormenta."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources

from bot.language.languages import LANGUAGES
from bot.matching.folding import fold
from bot.matching.tree import Name
from bot.model.alert import Severity
from bot.model.reading import HazardKind, Level
from bot.reading.lexicon import data

#: The names of languages that ``lang:`` takes; a tag of two or three letters is taken as well.
_TAGS = {
    "zh": ("chinese", "中文", "汉语", "chino", "chinois", "chinesisch", "китайский", "中国語", "중국어", "الصينية", "chinês",
           "चीनी"),
    "zh-Hans": ("简体", "简体中文", "simplified chinese", "zh-hans"),
    "zh-Hant": ("traditional chinese", "zh-hant"),
    "en": ("english", "英文", "英语", "inglés", "anglais", "englisch", "английский", "英語", "영어", "الإنجليزية", "inglês",
           "अंग्रेज़ी"),
    "es": ("spanish", "español", "西班牙语"),
    "fr": ("french", "français", "法语"),
    "de": ("german", "deutsch", "德语"),
    "ru": ("russian", "русский", "俄语"),
    "ja": ("japanese", "日本語", "日语"),
    "ko": ("korean", "한국어", "韩语"),
    "ar": ("arabic", "العربية", "阿拉伯语"),
    "pt": ("portuguese", "português", "葡萄牙语"),
    "hi": ("hindi", "हिन्दी", "印地语"),
}  # fmt: skip


@lru_cache(maxsize=1)
def values() -> Mapping[Name, Mapping[str, tuple[str, ...]]]:
    """For each field with named values: every name, folded, to the canonical values it stands for, sorted (50 ms, once)."""
    own = tomllib.loads(resources.files("bot.matching").joinpath("data", "values.toml").read_text("utf-8"))
    found: dict[Name, dict[str, tuple[str, ...]]] = {
        Name.HAS: _by_name(own["has"].items()),
        Name.IS: _by_name(own["is"].items()),
        Name.SEVERITY: _by_name(own["severity"].items()),
        Name.LEVEL: _by_name([*own["level"].items(), *_levels()]),
        Name.HAZARD: _by_name([*own["hazard"].items(), *_hazards()]),
        Name.LANG: _by_name(_TAGS.items()),
    }
    for kind in HazardKind:
        found[Name.HAZARD][fold(kind.value.replace("_", " "))] = (kind.value,)
        found[Name.HAZARD][kind.value] = (kind.value,)
    for level in Level:
        found[Name.LEVEL][fold(level.value)] = (level.value,)
    for severity in Severity:
        if severity is not Severity.UNKNOWN:
            found[Name.SEVERITY][fold(severity.value)] = (severity.value.lower(),)
    return found


@lru_cache(maxsize=1)
def hazard_names() -> Mapping[HazardKind, tuple[str, ...]]:
    """Each hazard's names in all languages, folded: official ones and synonyms, without those that stand for several."""
    names: dict[HazardKind, list[str]] = {}
    for name, kinds in values()[Name.HAZARD].items():
        for kind in kinds:
            names.setdefault(HazardKind(kind), []).append(name)
    return {kind: tuple(found) for kind, found in names.items()}


def official_names() -> Iterator[tuple[HazardKind, str]]:
    """The names that officials give hazards, as the reader and the phrasebook have them."""
    for kind, names in _hazards():
        for name in names:
            yield HazardKind(kind), name


def phrasebook(language: str, folder: str = "values") -> dict[str, dict[str, object]]:
    """One of the phrasebook's files as it is."""
    file = resources.files("bot.language.phrasebook").joinpath(folder, f"{language}.toml")
    return tomllib.loads(file.read_text("utf-8"))


@lru_cache(maxsize=1)
def _hazards() -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows = [(kind, (*row.get("zh", ()), *row.get("en", ()))) for kind, row in data("hazards.toml").items()]
    for language in LANGUAGES:
        rows += [(kind, plain(str(name))) for kind, name in phrasebook(language)["hazards"].items()]
    return tuple(rows)


def _levels() -> Iterator[tuple[str, tuple[str, ...]]]:
    for language in LANGUAGES:
        levels = phrasebook(language)["levels"]
        for ladder in levels.values():
            if isinstance(ladder, Mapping):
                yield from ((level, plain(str(name))) for level, name in ladder.items())
    words = data("words.toml")
    yield from ((level, tuple(names)) for level, names in words["colours"].items())


def plain(name: str) -> tuple[str, ...]:
    """A name without what stands in brackets behind it, and what stands in them: "Dunst (Smog)" is Dunst, Smog."""
    before, _, within = name.replace("（", "(").replace("）", ")").partition("(")
    return tuple(
        part for part in (before.strip(), within.strip(" )")) if part and "," not in part and "、" not in part
    )


def _by_name(rows: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for value, names in rows:
        for name in (value, *names):
            found.setdefault(fold(name), set()).add(value)
    return {name: tuple(sorted(stand)) for name, stand in found.items()}
