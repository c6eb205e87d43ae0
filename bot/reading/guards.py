"""What can turn a post around: words that, unless a formula explains them, leave the whole post unread."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.model.reading import Scheme
from bot.reading.clauses import Stretch, ornaments
from bot.reading.lexicon import data, one_of
from bot.reading.levelling import level_words


@dataclass(frozen=True, slots=True)
class Guards:
    """The words of ``guards.toml`` as patterns."""

    anywhere: dict[str, re.Pattern[str]]
    before: re.Pattern[str]
    after: re.Pattern[str]
    advice: re.Pattern[str]
    account: re.Pattern[str]
    call: re.Pattern[str]
    warnings: re.Pattern[str]


@lru_cache(maxsize=1)
def guards() -> Guards:
    """Load them (once)."""
    rows = data("guards.toml")
    return Guards(
        anywhere={why: _pattern(words) for why, words in rows["anywhere"].items()},
        before=_pattern(rows["before"]["hedge"]),
        after=_pattern(rows["after"]["hedge"]),
        advice=_pattern(rows["after"]["advice"]),
        account=_pattern(rows["after"]["account"]),
        call=_pattern(rows["before"]["call"]),
        warnings=_pattern(rows["warnings"]["names"]),
    )


def _pattern(words: list[str]) -> re.Pattern[str]:
    # the blank around an English word is part of it: level_words would drop it
    return re.compile(one_of(word if word.isascii() else level_words(word) for word in words))


def turned_around(text: str, stretches: list[Stretch]) -> str:
    """Say which word outside every read clause may turn the post around, "" when none does."""
    rest = _unexplained(text, stretches)
    for why, pattern in guards().anywhere.items():
        found = pattern.search(rest)
        if found:
            return f"“{found[0].strip()}” ({why}) is not explained"
    for start, end in ornaments(text):  # a topic names, it says nothing
        rest = rest[:start] + "\0" * (end - start) + rest[end:]
    named = guards().warnings.search(rest)
    return f"“{named[0]}” is named where it is not read" if named else ""


def _unexplained(text: str, stretches: list[Stretch]) -> str:
    """The text with its read clauses struck out, but for what stands in gaps that take any words."""
    rest = list(text)
    for stretch in stretches:
        if stretch.clause.read:
            kept = [(start, text[start:end]) for start, end in stretch.free]
            rest[stretch.start : stretch.end] = "\0" * (stretch.end - stretch.start)
            for start, words in kept:
                rest[start : start + len(words)] = words
    return "".join(rest)


def doubted(claiming: Stretch, stretches: list[Stretch], text: str) -> str:
    """Say what in the claim's own sentence makes it no plain statement, "" when nothing does.

    What no formula explains may stand before it only as a call for attention, and after it only as advice or as the
    account that its colon opens. A fire or a closed road may be told among other things; a warning may not.
    """
    if claiming.quoted:
        return "it stands in quotation marks"
    for stretch in stretches:
        title = not stretch.clause.read and text[stretch.end : stretch.end + 1] == "】"
        if title and (found := guards().before.search(text, stretch.start, stretch.end)):
            return f"“{found[0].strip()}” stands in a title"
    sentence = [stretch for stretch in stretches if stretch.sentence == claiming.sentence]
    told = claiming.formula is not None and claiming.formula.scheme is Scheme.NONE
    explained = text[claiming.end : claiming.end + 1] == ":"
    for stretch in sentence:
        words = text[stretch.start : stretch.end]
        if stretch.clause.read:
            explained = explained or (stretch.start > claiming.start and text[stretch.end : stretch.end + 1] == ":")
            continue
        if stretch.start < claiming.start:
            if guards().before.search(words) or not (told or guards().call.match(words)):
                return f"“{words[:20]}” stands before it"
        elif not guards().advice.match(words):
            if (found := guards().after.search(words)) or not (explained or told or guards().account.match(words)):
                return f"“{found[0].strip() if found else words[:20]}” stands after it"
    if text[sentence[-1].end : sentence[-1].end + 1] == "?":
        return "it is a question"
    return ""
