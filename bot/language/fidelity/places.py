"""Names of Chinese places in a translation, as far as they can be proved: known names, and pinyin of what stands there."""

import importlib.resources
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.language.fidelity.words import NOTHING, Words

#: Languages in which Chinese names are written in Latin letters.
LATIN = frozenset({"en", "es", "fr", "de", "pt"})
#: After a Chinese name of a place: 丰台区, 泸定县. What stands before it is the name.
_CHAIN = re.compile(r"[省市区州盟]([\u4e00-\u9fff]{2,4}?)(自治州|自治县|[市区县旗镇乡])(?![域内外长民政委区县镇乡])")
_STRETCH = re.compile(
    r"(?:国道|省道|高速|公路|铁路|高铁|号线)([\u4e00-\u9fff]{2,3})(?:至|到)([\u4e00-\u9fff]{2,3}?)(?:路段|区间|段)"
)
#: Ends of what is translated as a word: 五元桥 is Wuyuan Bridge.
_BUILT = re.compile(r"[桥站口岛港湾门场关隧路道街院园楼江河湖线东南西北中上下]$")
_PLAIN_WORDS = re.compile(
    r"部分|大部|多数|全|各|本|该|我|等|及|和|与|的|在|有|将|发布|气象|公安|应急|管理|城|山|灾|郊|景|小|社|校|园|地|街|开发|高新|市|县|区"
)
#: The end of a name, and what it is.
_WITH_WORD = re.compile(r"([\u4e00-\u9fff]{2})[省市区州县旗镇乡村街路桥站河江湖岛]")
_TOKEN = re.compile(r"[A-ZÜ][a-zü]+(?:['’][a-zü]+)?")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Known names and the readings of characters."""

    #: Chinese name to the pattern of its spellings.
    names: Mapping[str, re.Pattern[str]]
    #: Any known spelling.
    any_name: re.Pattern[str]
    #: Every Chinese name that is known, the longest first: 黑龙江西部 is not in 江西.
    chinese: re.Pattern[str]
    #: English words that read like pinyin; among them a name is only known by the word for a place beside it.
    english: frozenset[str]
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
    syllables = {
        syllable for known in readings.values() for syllable in known if syllable not in {"m", "n", "ng", "hm", "hng"}
    }
    return Gazetteer(
        names,
        re.compile(rf"(?<!\w)(?:{'|'.join(spellings)})(?!\w)"),
        re.compile("|".join(sorted(names, key=len, reverse=True))),
        frozenset(" ".join(_lines((folder / "not_pinyin.txt").read_text("utf-8"))).split()),
        {character: frozenset(known) for character, known in readings.items()},
        frozenset(syllables),
    )


def is_name(word: str, gazetteer: Gazetteer) -> bool:
    """Whether a word in Latin letters is a known spelling of a Chinese name, or can be cut into syllables of pinyin."""
    return gazetteer.any_name.fullmatch(word) is not None or bool(_syllables(_bare(word), gazetteer))


def misplaced(chinese: str, whole: str, translation: str, words: Words, gazetteer: Gazetteer) -> list[str]:
    """Give what is wrong with the places of a Chinese text in its translation into a language of ``LATIN``.

    ``whole`` is the text with its mentions (@平安北京): they may be translated, and need not be.
    """
    here = [*sorted(set(gazetteer.chinese.findall(_LONGER.sub(" ", chinese)))), *_named_in(chinese)]
    wrong = [f"missing the place {name}" for name in here if not _spelt(name, translation, gazetteer)]
    wrong += [f"added the place {name}" for name in added(whole, translation, words, gazetteer)]
    return list(dict.fromkeys(wrong))


def added(whole: str, latin: str, words: Words, gazetteer: Gazetteer) -> list[str]:
    """Give the places that a text in a language of ``LATIN`` names and the Chinese one does not."""
    found = []
    for match in gazetteer.any_name.finditer(latin):
        known = [name for name, spellings in gazetteer.names.items() if spellings.fullmatch(match.group())]
        if not any(_named(name, whole) for name in known) and not _reads(match.group(), whole, gazetteer):
            found.append(match.group())
    return found + [token for token in _pinyin_names(latin, words, gazetteer) if not _reads(token, whole, gazetteer)]


def added_back(latin: str, chinese: str, gazetteer: Gazetteer) -> list[str]:
    """Give the known places that a Chinese text names and the one in Latin letters does not."""
    named = gazetteer.chinese.findall(_LONGER.sub(" ", chinese))
    return [name for name in named if not _spelt(name, latin, gazetteer)]


def added_within(whole: str, shorter: str, gazetteer: Gazetteer) -> list[str]:
    """Give the places that a Chinese text names and the longer one that it was made of does not: known ones, and what
    has a word for a place behind it.
    """
    named = [*gazetteer.chinese.findall(_LONGER.sub(" ", shorter)), *_named_in(shorter)]
    found = [name for name in named if not _named(name, whole)]
    return found + [
        match.group()
        for match in _WITH_WORD.finditer(shorter)
        if match.group() not in whole and not _PLAIN_WORDS.search(match.group(1))
    ]


def misplaced_back(latin: str, chinese: str, gazetteer: Gazetteer) -> list[str]:
    """The same for a translation into Chinese: only known names can be proved."""
    wrong = []
    latin = _HKO.sub("Hong Kong Observatory", latin)
    for match in gazetteer.any_name.finditer(latin):
        known = [name for name, spellings in gazetteer.names.items() if spellings.fullmatch(match.group())]
        if known and not any(_named(name, chinese) for name in known):
            wrong.append(f"missing the place {match.group()}")
    wrong += [f"added the place {name}" for name in added_back(latin, chinese, gazetteer)]
    return list(dict.fromkeys(wrong))


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line and not line.startswith("#"))


#: Known names inside other words (西安 in 西安全, 日本 in 今日本市).
_LONGER = re.compile(r"西安全|[今当昨明每近即\d]日本|山东部|山西部|河[南北](?=岸)|江西岸|和田[间地]|\d日本")
#: One-letter names of provinces, as in 京港澳高速, 沪昆铁路, 京津冀.
_SHORT = dict(
    zip(
        "京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川蜀黔贵滇云藏陕甘青宁新港澳台广深杭宁汉蓉长昆沈哈兰",
        [
            "北京",
            "天津",
            "上海",
            "重庆",
            "河北",
            "山西",
            "内蒙古",
            "辽宁",
            "吉林",
            "黑龙江",
            "江苏",
            "浙江",
            "安徽",
            "福建",
            "江西",
            "山东",
            "河南",
            "湖北",
            "湖南",
            "广东",
            "广西",
            "海南",
            "四川",
            "四川",
            "贵州",
            "贵州",
            "云南",
            "云南",
            "西藏",
            "陕西",
            "甘肃",
            "青海",
            "宁夏",
            "新疆",
            "香港",
            "澳门",
            "台湾",
            "广州",
            "深圳",
            "杭州",
            "南京",
            "武汉",
            "成都",
            "长沙",
            "昆明",
            "沈阳",
            "哈尔滨",
            "兰州",
        ],
        strict=False,
    )
)
_SHORT_NAMES = re.compile(f"[{''.join(_SHORT)}]{{2,4}}|[{''.join(_SHORT)}](?=高速|铁路|籍|牌|A|B)")


_HKO = re.compile(r"\bHKO\b")
#: Words that stand for a known place without being its name: "between the Yangtze and the Huai" is 江淮.
_ALSO = {
    "香港": ("本港", "全港"), "长江": ("江淮", "江南", "江汉"), "淮河": ("黄淮", "江淮"), "黄河": ("黄淮",),
}  # fmt: skip


def _named(name: str, chinese: str) -> bool:
    if name in chinese or any(word in chinese for word in _ALSO.get(name, ())):
        return True
    return any(_SHORT[one] == name for run in _SHORT_NAMES.findall(chinese) for one in run)


def _named_in(chinese: str) -> list[str]:
    """Names that stand in a chain of units (北京市丰台区, 四川省甘孜州泸定县), without the word for what they are, and those
    between which a stretch of a road lies (318国道康定至雅江段).
    """
    named = [match.group(1) for match in _CHAIN.finditer(chinese)]
    ends = [end for match in _STRETCH.finditer(chinese) for end in match.groups() if not _BUILT.search(end)]
    return [name for name in (*named, *ends) if not _PLAIN_WORDS.search(name)]


def _pinyin_names(text: str, words: Words, gazetteer: Gazetteer) -> Iterator[str]:
    """Give capitalised words that are pinyin and a place: of two syllables or more, or beside a word for a place."""
    for match in _TOKEN.finditer(text):
        token = match.group()
        if gazetteer.any_name.fullmatch(token):
            continue  # judged as a known name
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
        starts = not before.rstrip() or before.rstrip()[-1] in '.!?:;\n"“(【[,-—•·' or text[match.start() - 1] == "\n"
        long_enough = len(syllables) > 1 and len(token) > 4  # noqa: PLR2004
        if (
            words.language == "en"
            and long_enough
            and token.lower() not in gazetteer.english
            and not (starts and len(token) < _LONG_NAME)
        ):
            yield token


def _bare(token: str) -> str:
    decomposed = unicodedata.normalize("NFD", token.lower())
    return "".join(sign for sign in decomposed if sign.isalpha() and not unicodedata.combining(sign))


#: A shorter word at the beginning of a sentence has its capital letter from there.
_LONG_NAME = 6
#: zhuang, chuang, shuang.
_LONGEST_SYLLABLE = 6


def _syllables(word: str, gazetteer: Gazetteer) -> list[str]:
    """Cut a word into pinyin syllables, the longest first; empty when it is none."""
    if not word:
        return []
    for size in range(min(_LONGEST_SYLLABLE, len(word)), 0, -1):
        if word[:size] in gazetteer.syllables:
            if size == len(word):
                return [word]
            rest = _syllables(word[size:], gazetteer)
            if rest:
                return [word[:size], *rest]
    return []


def _reads(token: str, chinese: str, gazetteer: Gazetteer) -> bool:
    """Whether characters that stand together in the text can be read as this word (or, with its last syllable a word
    for a place as in Jialingjiang, without it).
    """
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
