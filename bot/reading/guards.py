"""What can turn a post around: words that, unless a formula explains them, leave the whole post unread."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.model.reading import Scheme
from bot.reading.clauses import Stretch, ornaments
from bot.reading.levelling import level_words
from bot.reading.lexicon import data, one_of

#: A time alone explains nothing: what the guards make of it does not hang on its being read.
_BARE = frozenset(("outlook.period", "outlook.when", "outlook.expected"))
#: How much of a clause is shown as the reason.
_SHOWN = 20


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
    sentence = [stretch for stretch in stretches if stretch.sentence == claiming.sentence]
    if text[sentence[-1].end : sentence[-1].end + 1] == "?":
        return "it is a question"
    told = claiming.formula is not None and claiming.formula.scheme is Scheme.NONE
    return (
        _in_a_title(stretches, text)
        or next((why for s in sentence if s.start < claiming.start and (why := _before(s, told=told))), "")
        or _after(claiming, [s for s in sentence if s.start > claiming.start], text, told=told)
    )


def _in_a_title(stretches: list[Stretch], text: str) -> str:
    for stretch in stretches:
        title = not _explained(stretch) and text[stretch.end : stretch.end + 1] == "】"
        if title and (found := guards().before.search(stretch.words)):
            return f"“{found[0].strip()}” stands in a title"
    return ""


def _explained(stretch: Stretch) -> bool:
    return stretch.clause.read and stretch.clause.form not in _BARE


def _before(stretch: Stretch, *, told: bool) -> str:
    if _explained(stretch):
        return ""
    if guards().before.search(stretch.words) or not (told or guards().call.match(stretch.words)):
        return f"“{stretch.words[:_SHOWN]}” stands before it"
    return ""


def _after(claiming: Stretch, following: list[Stretch], text: str, *, told: bool) -> str:
    explained = told or text[claiming.end : claiming.end + 1] == ":"
    for stretch in following:
        if _explained(stretch):
            explained = (
                explained or stretch.clause.form.startswith("advice.") or text[stretch.end : stretch.end + 1] == ":"
            )
            continue
        if guards().advice.match(stretch.words):
            explained = True  # what follows is more of it
            continue
        explained = explained or guards().account.match(stretch.words) is not None
        if guards().after.search(stretch.words) or not explained:
            return f"“{stretch.words[:_SHOWN]}” stands after it"
    return ""
