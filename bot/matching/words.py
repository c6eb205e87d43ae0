"""The first form of a filter: words that must all occur. The filter language to come stands on the same Haystack."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.matching.folding import fold, fold_word
from bot.model.post import Post

#: A wish has at most this many words of at most this many characters; more is a mistake in typing.
MOST_WORDS = 20
LONGEST_WORD = 100
#: Text beyond this many characters is not searched; no post of any source is that long. Folding so much Chinese takes
#: about as long as the loop may stand still.
SEARCHED = 200_000

#: Straight, English, German, French and Chinese quotation marks; which closes which is not asked.
_QUOTES = '"“”„«»「」『』＂'
_PART = re.compile(f"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]|(\\S+)")

#: Letters of the Latin script as folding leaves them, digits, and marks that stand on the letter before.
_LATIN = re.compile("[a-z0-9ß-öø-ɏ\u0300-\u036fḁ-ỿ]")


class WordsError(ValueError):
    """The words cannot be used. ``phrase`` with ``values`` is the sentence for the subscriber, in any language."""

    def __init__(self, phrase: str, **values: object) -> None:
        super().__init__(phrase)
        self.phrase = phrase
        self.values = values


@dataclass(frozen=True, slots=True)
class Haystack:
    """Everything of a post that words are looked for in, folded once."""

    text: str


def parse_words(text: str) -> tuple[str, ...]:
    """Give the words of a line as typed, each once; “phrases in quotes” stay together. Raises WordsError."""
    words = [(quoted or plain).strip(f" {_QUOTES}") for quoted, plain in _PART.findall(text)]
    words = list(dict.fromkeys(word for word in words if word))
    if len(words) > MOST_WORDS:
        raise WordsError("words.too_many", count=len(words), most=MOST_WORDS)
    for word in words:
        if len(word) > LONGEST_WORD:
            raise WordsError("words.too_long", word=f"{word[:20]}…", most=LONGEST_WORD)
        if not fold(word):
            raise WordsError("words.empty")
    return tuple(words)


def words_key(words: Iterable[str]) -> str:
    """Give a text that is the same for wishes that mean the same, whatever their order, width, case or script."""
    return "\n".join(sorted({fold(word) for word in words}))


def haystack(post: Post) -> Haystack:
    """Make a post ready to be searched: a line for each of its texts, so that no phrase reaches from one into the next."""
    lines: list[str] = []
    left = SEARCHED
    for text in _texts(post):
        if text and left > 0:
            lines.append(fold(text[:left]))
            left -= len(text)
    return Haystack("\n".join(lines))


def matches(words: Sequence[str], hay: Haystack) -> bool:
    """Tell whether every word occurs (none at all: always). A word that begins or ends in a Latin letter or digit must
    stand free there; other scripts are searched as they are, since Chinese has no spaces and Russian has endings.
    """
    return all(_occurs(fold_word(word), hay.text) for word in words)


def _texts(post: Post) -> Iterator[str]:
    yield from (post.title, post.text, post.author)
    if post.repost is not None:
        yield from (post.repost.author, post.repost.text)
    if post.alert is None:
        return
    for hazard in post.alert.hazards:
        for wording in hazard.wordings:
            yield from (wording.event, wording.headline, wording.description, wording.instruction)
            yield wording.sender_name
        for area in hazard.areas:
            yield area.description


def _occurs(word: str, text: str) -> bool:
    if not word:
        return True
    start = text.find(word)
    while start != -1:
        end = start + len(word)
        if not (_joined(text[start - 1 : start], word[0]) or _joined(word[-1], text[end : end + 1])):
            return True
        start = text.find(word, start + 1)
    return False


def _joined(left: str, right: str) -> bool:
    """Tell whether two neighbouring characters ("" at an end of the text) belong to one Latin word or number."""
    return bool(_LATIN.match(left) and _LATIN.match(right))
