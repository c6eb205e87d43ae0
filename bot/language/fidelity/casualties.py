"""Who died, who was hurt, who is missing: the right number beside the right word, where both texts say it plainly."""

import re
from decimal import Decimal

from bot.language.fidelity import numerals
from bot.language.fidelity.words import Words

_HAN = rf"((?<![\d,])\d[\d,]{{0,11}}|[{numerals.SIGNS}]{{1,6}})"
_EN = r"((?<![\d,])\d[\d,]{0,11}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_GAP = r"(?:余|多)?(?:人|名[\u4e00-\u9fff]{0,4}|死)?(?:已|不幸|当场)?"
_EN_GAP = r"(?: (?!and|or|but)[a-z]+){0,3}? "
_FATE: dict[str, dict[str, tuple[str, ...]]] = {
    "zh": {
        "dead": (rf"{_HAN}{_GAP}(?:死亡|遇难|身亡|丧生|死(?!里)|溺亡)", rf"死亡{_HAN}人"),
        "injured": (rf"{_HAN}{_GAP}(?:受伤|轻伤|重伤|负伤|伤(?!者|员|情))", rf"(?:受伤|伤者){_HAN}人"),
        "missing": (rf"{_HAN}{_GAP}(?:失联|失踪|下落不明)", rf"(?:失踪|失联){_HAN}人"),
    },
    "en": {
        "dead": (rf"\b{_EN}{_EN_GAP}?(?:dead|died|killed|deaths|lost their lives)\b", rf"\bkill(?:ed|ing) {_EN}\b"),
        "injured": (rf"\b{_EN}{_EN_GAP}?(?:injured|wounded|hurt|injuries)\b", rf"\binjur(?:ed|ing) {_EN}\b"),
        "missing": (rf"\b{_EN}{_EN_GAP}?(?:missing|unaccounted)\b",),
    },
}
_PATTERNS = {
    language: {fate: [re.compile(pattern, re.IGNORECASE) for pattern in patterns] for fate, patterns in fates.items()}
    for language, fates in _FATE.items()
}


def confused(original: str, translation: str, from_: Words, to: Words) -> list[str]:
    """Give the numbers that stand beside one fate in the original and beside another one in the translation."""
    ours, theirs = _counted(original, from_), _counted(translation, to)
    return [
        f"{number} {fate} was {' and '.join(sorted(was))}"
        for fate, numbers in theirs.items()
        for number in sorted(numbers - ours.get(fate, set()))
        if (was := {other for other, known in ours.items() if number in known})
    ]


def _counted(text: str, words: Words) -> dict[str, set[Decimal]]:
    patterns = _PATTERNS.get("zh" if words.language.startswith("zh") else words.language, {})
    return {
        fate: {
            number
            for pattern in of_fate
            for match in pattern.finditer(text)
            if (number := _number(match.group(1), words)) is not None
        }
        for fate, of_fate in patterns.items()
    }


def _number(text: str, words: Words) -> Decimal | None:
    plain = text.replace(",", "")
    if plain.isdecimal():
        return Decimal(plain)
    known = words.loose_numbers.get(text.lower())
    return Decimal(known) if known is not None else numerals.value(text)
