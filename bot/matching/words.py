"""The first form of a filter: words that must all occur. The filter language to come stands on the same Haystack."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.matching.folding import fold
from bot.model.post import Post

#: A wish has at most this many words of at most this many characters; more is a mistake in typing.
MOST_WORDS = 20
LONGEST_WORD = 100
#: Text beyond this many characters is not searched; no post of any source is that long.
SEARCHED = 200_000

_PART = re.compile(r'["“”「」]([^"“”「」]*)["“”「」]|(\S+)')
_LATIN = re.compile(r"[a-z0-9]")


class WordsError(ValueError):
    """The words cannot be used. The message is a sentence for the subscriber."""


@dataclass(frozen=True, slots=True)
class Haystack:
    """Everything of a post that words are looked for in, folded once."""

    text: str


def parse_words(text: str) -> tuple[str, ...]:
    """The words of a line as typed; “phrases in quotes” stay together. Raises WordsError."""
    words = [(quoted or plain).strip(' "“”「」') for quoted, plain in _PART.findall(text)]
    words = list(dict.fromkeys(word for word in words if word))
    if len(words) > MOST_WORDS:
        raise WordsError(f"That is {len(words)} words; at most {MOST_WORDS} can be asked for at once.")
    for word in words:
        if len(word) > LONGEST_WORD:
            raise WordsError(f"“{word[:20]}…” is too long; a word may have {LONGEST_WORD} characters.")
        if not fold(word).strip():
            raise WordsError("One of the words is empty once it is folded; write it with letters or digits.")
    return tuple(words)


def words_key(words: Iterable[str]) -> str:
    """The same for wishes that mean the same, whatever their order, width, case or script."""
    return "\n".join(sorted({fold(word) for word in words}))


def haystack(post: Post) -> Haystack:
    """A post ready to be searched."""
    return Haystack(fold("\n".join(_texts(post))[:SEARCHED]))


def matches(words: Sequence[str], hay: Haystack) -> bool:
    """Whether every word occurs. A word that begins or ends in a Latin letter or digit must stand free there."""
    return all(_occurs(fold(word), hay.text) for word in words)


def _texts(post: Post) -> Iterator[str]:
    yield from (post.title, post.text, post.author)
    if post.repost is not None:
        yield from (post.repost.author, post.repost.text)
    if post.alert is None:
        return
    for hazard in post.alert.hazards:
        for wording in hazard.wordings:
            yield from (wording.event, wording.headline, wording.description, wording.instruction)
        for area in hazard.areas:
            yield area.description


def _occurs(word: str, text: str) -> bool:
    start = text.find(word)
    while start != -1:
        end = start + len(word)
        if not (_joined(text[start - 1 : start], word[0]) or _joined(word[-1], text[end : end + 1])):
            return True
        start = text.find(word, start + 1)
    return False


def _joined(left: str, right: str) -> bool:
    """Two neighbouring characters belong to one Latin word or number."""
    return bool(_LATIN.match(left) and _LATIN.match(right))
