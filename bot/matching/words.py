"""The text of a post in which filters look for words, and the first form of a filter: words that must all occur."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.matching.folding import fold
from bot.model.post import Post

#: A list of words has at most this many of at most this many characters.
MOST_WORDS = 20
LONGEST_WORD = 100
#: Text beyond this many characters is not searched; no post of any source is that long. Folding so much Chinese takes
#: about as long as the loop may stand still.
SEARCHED = 200_000

#: Letters of scripts in whose words only the end varies: a word is found where another begins with it.
_INFLECTED = re.compile("[\u0370-\u03ff\u0400-\u052f]")
#: Letters of the Latin script as folding leaves them, digits, and marks that stand on the letter before.
_LATIN = re.compile("[a-z0-9ß-öø-ɏ\u0300-\u036fḁ-ỿ]")


@dataclass(frozen=True, slots=True)
class Haystack:
    """Everything of a post that words are looked for in, folded once."""

    text: str


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


def joined(left: str, right: str) -> bool:
    """Tell whether two neighbouring characters ("" at an end of the text) belong to one Latin word or number."""
    return bool(_LATIN.match(left) and _LATIN.match(right))


def goes_on(left: str, right: str) -> bool:
    """Tell whether a character ("" at an end of the text) goes on with a Cyrillic or Greek word that began before it."""
    return bool(_INFLECTED.match(left) and _INFLECTED.match(right))
