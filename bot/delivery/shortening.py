"""What stands before a long post: its facts in the agency's own sentences, or a model's summary, marked as such."""

from datetime import datetime
from functools import lru_cache

from bot.delivery.harmless import block, line
from bot.delivery.writing import Writing, units
from bot.locales import Phrases
from bot.model.post import Post
from bot.model.words import Short
from bot.reading import reader
from bot.reading.extracting import extract

#: Shorter posts are read as fast as their extract, characters.
LONG = 1200
#: Longest extract, characters: half of the post, yet never more than this …
MOST = 1500
#: … and as much as a quotation shows before it is folded (``composing.FOLD_BEYOND``), where half would be less.
ROOM = 700
#: Extracts kept: each is asked for once a language.
_KEPT = 64
#: Longest name of an engine, characters.
_NAME_LIMIT = 80


def say_first(out: Writing, short: Short, phrases: Phrases) -> None:
    """Add what stands before a long post, marked with its engine where a model wrote it."""
    out.add(phrases("summary.in_short") + "\n", "bold")
    words = block(short.text)
    with out.inside("expandable_blockquote" if units(words) > ROOM else "blockquote"):
        out.add(words)
    out.add("\n")
    if short.by:
        out.add(phrases("summary.by_engine", engine=line(short.by, _NAME_LIMIT)) + "\n", "italic")


def in_short(post: Post) -> str:
    """The facts of a long post in the agency's own sentences, "" where it is not long, or cannot be cut down to them.

    Some milliseconds for a post of usual length, up to fifty for 12,000 characters, once: then it is kept. Ask in a
    thread. While the reader is not loaded yet there is none, for nothing may wait for that.
    """
    if len(post.text) <= LONG or not reader.is_warm():
        return ""
    return _extracted(post.text, post.published, post.utc_offset)


@lru_cache(maxsize=_KEPT)
def _extracted(text: str, published: datetime | None, utc_offset: int | None) -> str:
    room = min(MOST, max(ROOM, len(text) // 2))
    return extract(text, reader.read(text, published=published, utc_offset=utc_offset), room).text
