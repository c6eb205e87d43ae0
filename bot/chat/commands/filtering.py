"""How filters are talked about: /filters with its examples, a mistake shown at its place, and what decided on a post."""

from collections.abc import Iterable, Iterator, Mapping

from bot.chat.desk import Command, Desk
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say, one_line, sentence
from bot.delivery.face import Styled
from bot.locales import Phrases
from bot.matching.evaluating import Truth, deciding, found_as_word, said
from bot.matching.facts import Facts
from bot.matching.parsing import FilterError
from bot.matching.tree import Name, Tree, Word, written
from bot.matching.vocabulary import meant_by

#: Characters of a filter that are shown around a mistake, to either side.
AROUND = 60
#: Characters of a filter, and of one of its parts, in an answer.
SHOWN, PART = 400, 60
#: Parts that are named in an answer.
PARTS = 6
_OR = "OR"

#: What /filters shows, as it is typed: the same in every language, for a filter is.
_EXAMPLES: Mapping[str, str] = {
    "words": "rain metro",
    "any": "rain OR metro",
    "without": "-drill",
    "quoted": '"road closed"',
    "brackets": "(rain OR wind) -drill",
    "hazard": "hazard:rainstorm hazard:暴雨 hazard:ливень",
    "level": "level:orange level>=orange",
    "severity": "severity>=severe",
    "place": "place:北京 place:beijing",
    "agency": "agency:police",
    "media": "has:photo|video",
    "state": "is:update|lifted|drill|repost|edited",
    "counts": "forwards>5000",
    "pattern": "/line [0-9]+/",
}


class Filtering:
    """The /filters command."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"filters": self.filters}

    async def filters(self, scene: Scene, _rest: str) -> None:
        """How a filter is written, by examples."""
        examples = {name: Mark(example, "code") for name, example in _EXAMPLES.items()}
        await self._desk.answer(scene, Say(scene.phrases).phrase("help.filters", **examples).styled())


def shown(text: str, limit: int = SHOWN) -> Mark:
    """A filter as it would be typed again."""
    return Mark(one_line(text, limit), "code")


def mistake(phrases: Phrases, error: FilterError) -> Styled:
    """What is wrong with a filter, the place underlined, and what may have been meant."""
    values = {name: sentence(value) if isinstance(value, str) else value for name, value in error.values.items()}
    why = phrases(error.phrase, fields=" ".join(Name), any=_OR, **values)
    say = Say(phrases).phrase("subscribe.wrong_filter", why=why)
    before = error.text[max(error.start - AROUND, 0) : error.start]
    behind = error.text[error.end : error.end + AROUND]
    wrong = error.text[error.start : error.end][:AROUND]
    if wrong.strip():
        say.newline().add(_piece("…" + before if error.start > AROUND else before))
        say.add(Mark(_piece(wrong), "underline")).add(_piece(behind))
    if error.mended:
        say.line("filter.meant", filter=shown(error.mended))
    return say.styled()


def decided_by(tree: Tree, facts: Facts) -> tuple[list[str], list[str]]:
    """The parts that let a post through or stop it, as text: those that are sure, and those that are not known."""
    sure: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for part, truth in deciding(tree, facts):
        (unknown if truth is Truth.UNKNOWN else sure)[_told(part, truth, facts)] = None
    return list(sure), list(unknown)


def listed(parts: Iterable[str]) -> Mark:
    """Some parts, as one."""
    told = list(parts)
    return Mark(", ".join(told[:PARTS]) + (" …" if len(told) > PARTS else ""), "code")


def _told(part: Tree, truth: Truth, facts: Facts) -> str:
    """A part, with what was found for it where that is another word: rainstorm → 暴雨."""
    text = one_line(written(part), PART)
    if isinstance(part, Word) and truth is Truth.YES:
        found = next(_found(part.text, facts), "")
        return f"{text} → {found}" if found else text
    return text


def _found(word: str, facts: Facts) -> Iterator[str]:
    own, *others = meant_by(word) or ("",)
    if not said(own, facts.text):
        # what a word begins with, in another case of it, tells nobody anything
        yield from (one_line(form, PART) for form in others if form not in own and found_as_word(form, facts.text))


def _piece(text: str) -> str:
    """A stretch of a filter on one line, with the blanks at its ends."""
    blank = text[:1].isspace(), text[-1:].isspace()
    words = one_line(text, 2 * AROUND) if text.strip() else ""
    return f"{' ' if blank[0] else ''}{words}{' ' if blank[1] and words else ''}"
