"""Names of Chinese places in a translation, as far as they can be proved: known names, and pinyin of what stands there."""

import importlib.resources
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.language.fidelity.words import NOTHING, Words

#: Languages in which Chinese names are written in Latin letters.
LATIN = frozenset({"en", "es", "fr", "de", "pt"})
#: English words that read like pinyin. A name among them is only known by the word for a place beside it.
_ENGLISH = frozenset(
    "china women line lane gate game name same sale sales nine mine gale gales huge line lines lane lanes names gates games "
    "tune wine fine dangle language mandate manage danger wange range orange change chang open pan ban fan man men can hang "
    "song sun hong long gang bang dang lane pine bane cane dane fane jane kane mane pane sane tane wane biang liang tea sea "
    "lake bake cake fake make take wake hike bike like mile pile tile file rule ruler male female gene scene rene tengu "
    "banana pandas panda canada china\u2019s chinese japanese sanya hence pence finance distance guide die dies lie lies ride "
    "side wide tide hide bile chile while rise wise shine sine dine vine guan mian engage menu tibetan bandage lunge lung "
    "hangar hanger sang rang tang fang yang wang ping ming ding sing wing king ring long-term tongue tong women\u2019s mange "
    "damage image page cage rage sage wage age guangdonghongkong banner manner sinew".split()
)
#: After a Chinese name of a place: 丰台区, 泸定县. What stands before it is the name.
_CHAIN = re.compile(r"[省市区州盟]([\u4e00-\u9fff]{2,4}?)(自治州|自治县|[市区县旗镇乡])(?![域内外长民政委区县镇乡])")
_PLAIN_WORDS = re.compile(r"部分|大部|多数|全|各|本|该|我|等|及|和|与|的|在|有|将|发布|气象|公安|应急|管理|城|山|灾|郊|景|小|社|校|园|地|街|开发|高新|市|县|区")
_TOKEN = re.compile(r"[A-ZÜ][a-zü]+(?:['’][a-zü]+)?")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Known names and the readings of characters."""

    #: Chinese name to the pattern of its spellings.
    names: Mapping[str, re.Pattern[str]]
    #: Any known spelling.
    any_name: re.Pattern[str]
    #: Character to its readings, toneless.
    readings: Mapping[str, frozenset[str]]
    syllables: frozenset[str]


def read_gazetteer() -> Gazetteer:
    """Read both tables (about 7,000 characters; a few milliseconds)."""
    folder = importlib.resources.files("bot.language") / "words"
    names = {}
    spellings = []
    for line in _lines((folder / "places.txt").read_text("utf-8")):
        chinese, _, pattern = line.partition(" ")
        names[chinese] = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
        spellings.append(pattern)
    readings: dict[str, set[str]] = {}
    for line in _lines((folder / "pinyin.txt").read_text("utf-8")):
        syllable, _, characters = line.partition(" ")
        for character in characters:
            readings.setdefault(character, set()).add(syllable)
    syllables = {syllable for known in readings.values() for syllable in known if syllable not in {"m", "n", "ng", "hm", "hng"}}
    return Gazetteer(
        names,
        re.compile(rf"(?<!\w)(?:{'|'.join(spellings)})(?!\w)"),
        {character: frozenset(known) for character, known in readings.items()},
        frozenset(syllables),
    )


def misplaced(chinese: str, translation: str, words: Words, gazetteer: Gazetteer) -> list[str]:
    """Give what is wrong with the places of a Chinese text in its translation into a language of ``LATIN``."""
    wrong = []
    here = {name for name in gazetteer.names if name in _without_longer(chinese)}
    for name in sorted(here):
        if not gazetteer.names[name].search(translation) and not _spelt(name, translation, gazetteer):
            wrong.append(f"missing the place {name}")
    for match in gazetteer.any_name.finditer(translation):
        known = [name for name, spellings in gazetteer.names.items() if spellings.fullmatch(match.group())]
        if not any(name in chinese for name in known) and not _reads(match.group(), chinese, gazetteer):
            wrong.append(f"added the place {match.group()}")
    wrong += [f"missing the place {name}" for name in _named_in(chinese) if not _spelt(name, translation, gazetteer)]
    wrong += [
        f"added the place {token}"
        for token in _pinyin_names(translation, words, gazetteer)
        if not _reads(token, chinese, gazetteer)
    ]
    return list(dict.fromkeys(wrong))


def misplaced_back(latin: str, chinese: str, gazetteer: Gazetteer) -> list[str]:
    """The same for a translation into Chinese: only known names can be proved."""
    wrong = []
    for match in gazetteer.any_name.finditer(latin):
        known = [name for name, spellings in gazetteer.names.items() if spellings.fullmatch(match.group())]
        if known and not any(name in chinese for name in known):
            wrong.append(f"missing the place {match.group()}")
    text = _without_longer(chinese)
    for name, spellings in gazetteer.names.items():
        if name in text and not spellings.search(latin) and not _spelt(name, latin, gazetteer):
            wrong.append(f"added the place {name}")
    return list(dict.fromkeys(wrong))


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line and not line.startswith("#"))


#: Known names inside other words: 海南 in 青海南部, 上海 in 海上海, 日本 in 今日本市.
_LONGER = re.compile(r"青海南|西安全|今日本|当日本|昨日本|明日本|每日本|近日本|即日本|\d日本|山东部|山西部|河南岸|河北岸|江西岸|河南部|河北部|湖南部|湖北部|山东南|山西南|云南部|海南部|长江西|大河南|和田间|和田地里")


def _without_longer(chinese: str) -> str:
    return _LONGER.sub(" ", chinese)


def _named_in(chinese: str) -> list[str]:
    """Names that stand in a chain of units (北京市丰台区, 四川省甘孜州泸定县), without the word for what they are."""
    return [m.group(1) for m in _CHAIN.finditer(chinese) if not _PLAIN_WORDS.search(m.group(1))]


def _pinyin_names(text: str, words: Words, gazetteer: Gazetteer) -> Iterator[str]:
    """Give capitalised words that are pinyin and a place: of two syllables or more, or beside a word for a place."""
    for match in _TOKEN.finditer(text):
        token = match.group()
        syllables = _syllables(_bare(token), gazetteer)
        if not syllables:
            continue
        before, after = text[max(0, match.start() - 25) : match.start()], text[match.end() : match.end() + 25]
        beside = words.place_words is not NOTHING and (
            re.match(rf"\s(?:{words.place_words.pattern})", after, re.IGNORECASE)
            or re.search(rf"(?:{words.place_words.pattern})(?: (?:de|von|of|do|da))? $", before, re.IGNORECASE)
        )
        if beside and len(syllables) > 1:
            yield token
            continue
        # alone, only English and its capital letters say that a word is a name, and not at a sentence's beginning
        starts = not before.rstrip() or before.rstrip()[-1] in ".!?:;\n\"“(【[,-—•·" or text[match.start() - 1] == "\n"
        long_enough = len(syllables) > 1 and len(token) > 4  # noqa: PLR2004
        if words.language == "en" and long_enough and token.lower() not in _ENGLISH and not (starts and len(token) < 6):  # noqa: PLR2004
            yield token


def _bare(token: str) -> str:
    decomposed = unicodedata.normalize("NFD", token.lower())
    return "".join(sign for sign in decomposed if sign.isalpha() and not unicodedata.combining(sign))


def _syllables(word: str, gazetteer: Gazetteer) -> list[str]:
    """Cut a word into pinyin syllables, the longest first; empty when it is none."""
    if not word:
        return []
    for size in range(min(6, len(word)), 0, -1):
        if word[:size] in gazetteer.syllables:
            if size == len(word):
                return [word]
            rest = _syllables(word[size:], gazetteer)
            if rest:
                return [word[:size], *rest]
    return []


def _reads(token: str, chinese: str, gazetteer: Gazetteer) -> bool:
    """Whether characters that stand together in the text can be read as this word (or, with its last syllable a word
    for a place as in Jialingjiang, without it)."""
    bare = _bare(token)
    return any(_read_from(chinese, start, bare, gazetteer) for start in range(len(chinese)))


def _read_from(chinese: str, start: int, rest: str, gazetteer: Gazetteer) -> bool:
    if not rest:
        return True
    if start >= len(chinese):
        return False
    return any(
        rest.startswith(reading) and _read_from(chinese, start + 1, rest[len(reading) :], gazetteer)
        for reading in gazetteer.readings.get(chinese[start], ())
    )


def _spelt(name: str, translation: str, gazetteer: Gazetteer) -> bool:
    """Whether the translation spells a Chinese name in pinyin, in one word or several, or leaves it in Chinese."""
    known = gazetteer.names.get(name)
    if name in translation or (known is not None and known.search(translation)):
        return True
    flat = re.sub(r"[^a-z]", "", _bare_all(translation))
    return any(spelling in flat for spelling in _spellings(name, gazetteer))


def _bare_all(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _spellings(name: str, gazetteer: Gazetteer) -> list[str]:
    found = [""]
    for character in name:
        readings = gazetteer.readings.get(character)
        if not readings:
            return []
        found = [begun + reading for begun in found for reading in readings][:64]
    return found
