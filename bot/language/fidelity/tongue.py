"""Whether an answer is in the language that was asked for: by its script, and by the small words of Latin ones."""

import re
from collections.abc import Callable, Mapping

from bot.language.fidelity.words import Words

_SCRIPTS = {
    "han": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"),
    "kana": re.compile(r"[\u3040-\u30ff]"),
    "hangul": re.compile(r"[\uac00-\ud7af]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "arabic": re.compile(r"[\u0600-\u06ff]"),
    "devanagari": re.compile(r"[\u0900-\u097f]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]"),
}
_WRITTEN_IN = {
    "zh-Hans": ("han",),
    "zh-Hant": ("han",),
    "ja": ("kana", "han"),
    "ko": ("hangul",),
    "ru": ("cyrillic",),
    "ar": ("arabic",),
    "hi": ("devanagari",),
}
#: A word in Latin letters that begins as names do.
_NAME = re.compile(r"(?<![A-Za-z])[A-Z][a-z]+(?:['’][a-z]+)?(?![A-Za-z])|(?<![A-Za-z])[A-Z]\d{1,5}(?!\w)")
#: Letters of other scripts in an answer: names, abbreviations.
_MOST_FOREIGN = 0.35
#: Fewer letters than these say nothing.
_FEWEST_LETTERS, _FEWEST_WORDS = 6, 6
#: A translation that is so much shorter or longer than languages are is none. Han characters count as several letters.
_HAN_LETTERS = 3.0
_SHORTEST, _LONGEST, _SLACK = 0.28, 4.0, 60


def foreign(text: str, target: str, latin: Mapping[str, Words], original: str, known: Callable[[str], bool]) -> str:
    """Give why a text is not in the language, "" when nothing speaks against it. Names in Latin letters speak against no
    language: those that stand in the original, and those that are ``known`` as names.
    """
    wanted = _WRITTEN_IN.get(target, ("latin",))
    if wanted != ("latin",):
        letters = sum(len(pattern.findall(text)) for pattern in _SCRIPTS.values())
        if letters >= _FEWEST_LETTERS and not any(_SCRIPTS[script].search(text) for script in wanted):
            return f"it is not written in the script of {target}"
        written = frozenset(_NAME.findall(original))
        text = _NAME.sub(
            lambda match: " " if match.group() in written or known(match.group()) else match.group(), text
        )
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS.items()}
    total = sum(counts.values())
    if total < _FEWEST_LETTERS:
        return ""
    own = sum(counts[script] for script in wanted)
    if own < total * (1 - _MOST_FOREIGN):
        return f"it is not written in the script of {target}"
    if target == "ja" and not counts["kana"]:
        return "it is not Japanese"
    return _other_latin(text, target, latin) if wanted == ("latin",) else ""


def _other_latin(text: str, target: str, latin: Mapping[str, Words]) -> str:
    found = re.findall(r"[^\W\d_]+", text.lower())
    if len(found) < _FEWEST_WORDS or target not in latin:
        return ""
    scores = {language: sum(word in words.stopwords for word in found) for language, words in latin.items()}
    best = max(scores, key=lambda language: scores[language])
    # two small words more than the language that was asked for, and half as many again
    if scores[best] > 1.5 * scores[target] + 2:
        return f"it seems to be in {best}"
    return ""


def length_differs(original: str, translation: str) -> str:
    """Give why a translation is too short or too long to be one, "" when it is not."""
    one, other = _letters(original), _letters(translation)
    if other < one * _SHORTEST - _SLACK / 3:
        return "it is far shorter than the original"
    if other > one * _LONGEST + _SLACK:
        return "it is far longer than the original"
    return ""


def _letters(text: str) -> float:
    wide = len(_SCRIPTS["han"].findall(text)) + len(_SCRIPTS["kana"].findall(text)) * 0.5
    return wide * _HAN_LETTERS + len(text) - wide


def is_shorter(original: str, summary: str, share: float) -> bool:
    """Whether a summary has less than this share of the original's letters; Han characters count as several."""
    return _letters(summary) < _letters(original) * share
