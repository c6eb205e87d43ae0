"""The bot's own messages as text with entities, from phrases and harmless foreign words; no markup is parsed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.delivery import harmless
from bot.delivery.face import Styled
from bot.delivery.writing import Writing, units
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.alert import Status
from bot.model.post import Post

#: Bot API, sendMessage: 4096 characters after entities parsing, counted here in UTF-16 units (the strict reading).
MESSAGE_LIMIT = 4096
#: Bounds of foreign words inside of our own sentences, so that no single block outgrows a message.
NAME_LIMIT = 80
SENTENCE_LIMIT = 300
EXCERPT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Mark:
    """Words with a look: ``type`` is a Bot API entity type ("bold", "blockquote", "text_link" with its ``url``)."""

    text: str
    type: str
    url: str = ""


def one_line(text: str, limit: int) -> str:
    """Foreign words made harmless, on one line and bounded; never empty."""
    return harmless.line(text, limit) or "?"


def sentence(text: str) -> str:
    """A source's own sentence: it may quote what a site said, so it is treated as foreign."""
    return harmless.line(text, SENTENCE_LIMIT)


def named(account: Account) -> Mark:
    """An account's name as a link to its page, or in bold where its address cannot be opened."""
    return linked(one_line(account.name or account.key, NAME_LIMIT), account.url)


def linked(text: str, url: str) -> Mark:
    """``text`` leading to ``url``; bold when ``url`` is nothing that may stand behind a link."""
    safe = harmless.web_link(url)
    return Mark(text, "text_link", safe) if safe else Mark(text, "bold")


def excerpt(post: Post) -> str:
    """The beginning of a post, harmless; title first where it says something that the text does not."""
    title, text = post.title.strip(), post.text.strip()
    whole = f"{title}\n{text}" if title and not text.startswith(title) else text or title
    return beginning(whole)


def beginning(text: str) -> str:
    """The first words of a foreign text, harmless; never empty."""
    # cut before the cleaning, so that a megabyte is not cleaned for 300 characters
    cleaned = harmless.block(text[: 4 * EXCERPT_LIMIT])
    if len(cleaned) > EXCERPT_LIMIT:
        cleaned = cleaned[: EXCERPT_LIMIT - 1].rstrip() + "…"
    return cleaned or "…"


def is_real(post: Post) -> bool:
    """False for tests, exercises and drafts, which are never shown as an alert."""
    return post.alert is None or post.alert.status is Status.ACTUAL


class Say:
    """One block of a message, put together piece by piece."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._writing = Writing()

    def add(self, piece: str | Mark) -> "Say":
        """Append plain text or a mark."""
        if isinstance(piece, str):
            self._writing.add(piece)
        else:
            self._writing.add(piece.text, piece.type, url=piece.url)
        return self

    def phrase(self, key: str, /, **values: object) -> "Say":
        """Append a phrase; a Mark among its values keeps its look."""
        for literal, field in self._phrases.pieces(key, values.get("count")):
            self.add(literal)
            if field:
                value = values[field]
                self.foreign(value if isinstance(value, Mark) else self._phrases.spelt(value))
        return self

    def foreign(self, piece: str | Mark) -> "Say":
        """Append words that are not ours, set apart where they run the other way."""
        before, behind = self._phrases.isolates(piece if isinstance(piece, str) else piece.text)
        return self.add(before).add(piece).add(behind)

    def line(self, key: str, /, **values: object) -> "Say":
        """Append a phrase on a line of its own."""
        return self.newline().phrase(key, **values)

    def append(self, block: Styled) -> "Say":
        """Append a block that was built before."""
        self._writing.append(block)
        return self

    def newline(self) -> "Say":
        """Begin a new line unless nothing stands there yet."""
        return self.add("\n") if self._writing.length else self

    def styled(self) -> Styled:
        """What was built."""
        return self._writing.done()


def together(blocks: Iterable[Styled], gap: str = "\n\n") -> Styled:
    """Blocks as one text, with ``gap`` between them."""
    writing = Writing()
    for block in blocks:
        if writing.length:
            writing.add(gap)
        writing.append(block)
    return writing.done()


def packed(blocks: Sequence[Styled], gap: str = "\n\n", limit: int = MESSAGE_LIMIT) -> list[Styled]:
    """Blocks as few messages as hold them; a block is never torn (each is bounded well below ``limit``)."""
    messages: list[Styled] = []
    group: list[Styled] = []
    length = 0
    for block in blocks:
        added = units(block.text) + (units(gap) if group else 0)
        if group and length + added > limit:
            messages.append(together(group, gap))
            group, length, added = [], 0, units(block.text)
        group.append(block)
        length += added
    if group:
        messages.append(together(group, gap))
    return messages
