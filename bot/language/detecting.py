"""Which language a text is in: what its source declares, then what its script proves, then a small model for the rest."""

import math
import re
from collections.abc import Mapping, Sequence

from bot.language.langid import langid
from bot.language.languages import PROPER, settled
from bot.reading.script import script_of

#: No more of a text is looked at, characters: some sentences say it.
_LOOKED_AT = 2_000
#: What is in no language: links, addresses, mentions.
_NO_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|@[\w\-]+", re.ASCII)
_SCRIPTS = {
    "han": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ebef]"),
    "kana": re.compile(r"[\u3041-\u30ff]"),
    "hangul": re.compile(r"[\u1100-\u11ff\uac00-\ud7af]"),
    "cyrillic": re.compile(r"[\u0400-\u052f]"),
    "arabic": re.compile(r"[\u0620-\u064a\u0671-\u06d3\u06fa-\u06ff]"),
    "devanagari": re.compile(r"[\u0904-\u0939\u0958-\u0961]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
    "other": re.compile(r"[\u0370-\u03ff\u0530-\u05ff\u0700-\u08ff\u0980-\u10ff\u1200-\u18ff\ua000-\uabff]"),
}
#: A word is so many letters of these, and one or two of the others.
_LETTERS_A_WORD = {"han": 2, "kana": 2, "hangul": 2}
_ELSEWHERE = 5
#: Share of a text's words that its script must have; below it the text is mixed.
_MOSTLY = 0.75
#: Kana among Han characters that make a text Japanese; fewer are a shop's name in a Chinese one.
_SOME_KANA = 0.1
#: Characters that only Japanese writes so: neither traditional nor simplified Chinese has them.
_JAPANESE = re.compile("[発県気図対応経済険駅込働円広沢辺塩圧観権歩渋帰両価転伝焼検験変営労単桜収従続総縄壊囲浄満]")
#: Fewer letters of a script than these say nothing: words are shared by many languages, and so are some characters.
_FEWEST = {"han": 4, "kana": 2, "hangul": 2}
_FEWEST_ELSEWHERE = 16
#: So many Han characters without a traditional one among them are simplified: of a hundred in a text, thirty differ.
_SURELY_SIMPLIFIED = 12
#: The model must be as sure as this; what is shorter or mixed seldom reaches it.
_FLOOR = 0.9
#: Languages that are plausible in a script, as ISO 639-1: ours, and those for which they would else be taken.
_PLAUSIBLE = {
    "latin": ("en", "es", "fr", "de", "pt", "it", "nl", "ca", "id", "vi", "tr", "pl", "ro", "sv", "da", "cs", "hu", "fi"),
    "cyrillic": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "mn"),
    "arabic": ("ar", "fa", "ur", "ps"),
    "devanagari": ("hi", "mr", "ne"),
}  # fmt: skip
#: ISO 639's words for "undetermined", "several", "none" and "another".
_NO_LANGUAGES = frozenset(("und", "mul", "zxx", "mis"))
#: What a declared language is written in. Of a language that is not here, and of Serbian, no script is a contradiction.
_WRITTEN_IN: Mapping[str, frozenset[str]] = {
    **{tag: frozenset({"latin"}) for tag in _PLAUSIBLE["latin"]},
    **{tag: frozenset({"cyrillic"}) for tag in ("ru", "uk", "be", "bg", "mk")},
    **{tag: frozenset({"arabic"}) for tag in _PLAUSIBLE["arabic"]},
    **{tag: frozenset({"devanagari"}) for tag in _PLAUSIBLE["devanagari"]},
    "zh-Hans": frozenset({"han"}),
    "zh-Hant": frozenset({"han"}),
    "ja": frozenset({"kana", "han"}),
    "ko": frozenset({"hangul"}),
}


def detect(text: str, declared: str = "") -> str:
    """Give the BCP 47 tag of a text's language, "" where nothing proves one.

    ``declared`` is what its source says (any spelling, "" for nothing); it holds unless the text is written in another
    script. Never raises. The first text that needs the model loads it (a tenth of a second, some 10 MiB): ask in a
    thread. Later ones take some milliseconds at most.
    """
    words = _NO_WORDS.sub(" ", text[:_LOOKED_AT])
    script = _script(words)
    said = settled(declared)
    if _is_language(said) and script in _WRITTEN_IN.get(said, frozenset((script,))) | {""}:
        return _chinese(words, said) if said.startswith("zh") and script else said
    if script == "kana" or (script == "han" and _JAPANESE.search(words)):
        return "ja"
    if script == "han":
        return _chinese(words, "zh-Hans")
    if script == "hangul":
        return "ko"
    return _guess(words, _PLAUSIBLE[script]) if script in _PLAUSIBLE else ""


def warm() -> None:
    """Load the model: in a thread, where the first text is not to wait for it."""
    langid()


def _is_language(tag: str) -> bool:
    return PROPER.fullmatch(tag) is not None and tag not in _NO_LANGUAGES


def _script(text: str) -> str:
    """Give the script that a text is in, "" where it is mixed or too short; "kana" is Japanese, whatever else it has."""
    letters = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS.items()}
    if letters["kana"] > _SOME_KANA * letters["han"]:
        letters["kana"], letters["han"] = letters["kana"] + letters["han"], 0
    words = {script: count / _LETTERS_A_WORD.get(script, _ELSEWHERE) for script, count in letters.items()}
    most = max(words, key=lambda script: words[script])
    if letters[most] < _FEWEST.get(most, _FEWEST_ELSEWHERE):
        return ""
    return most if words[most] >= _MOSTLY * sum(words.values()) else ""


def _chinese(text: str, otherwise: str) -> str:
    """Give the script of a Chinese text by its characters, ``otherwise`` where they are the same in both."""
    han = "".join(_SCRIPTS["han"].findall(text))
    found = script_of(han)
    return found if found == "zh-Hant" or len(han) >= _SURELY_SIMPLIFIED else otherwise


def _guess(text: str, plausible: Sequence[str]) -> str:
    """Give what the model takes for the likeliest of these languages, "" where it is not sure of it."""
    likely = langid().weigh(text, plausible)
    best = max(likely, key=lambda tag: likely[tag])
    return best if 1 / sum(math.exp(weight - likely[best]) for weight in likely.values()) >= _FLOOR else ""
