"""Building styled text piece by piece, counting as Telegram counts: in UTF-16 units."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.delivery.face import Span, Styled


def units(text: str) -> int:
    """Length of ``text`` in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Writing:
    """Styled text in the making."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._spans: list[Span] = []
        self._length = 0

    @property
    def length(self) -> int:
        """UTF-16 units so far."""
        return self._length

    def add(self, text: str, style: str = "", *, url: str = "") -> "Writing":
        """Append ``text``, as an entity of type ``style`` when one is given."""
        size = units(text)
        if style and size:
            self._spans.append(Span(style, self._length, size, url))
        self._pieces.append(text)
        self._length += size
        return self

    @contextmanager
    def inside(self, style: str) -> Iterator[None]:
        """Everything added meanwhile stands inside an entity of type ``style``."""
        start, place = self._length, len(self._spans)
        yield
        if self._length > start:
            self._spans.insert(place, Span(style, start, self._length - start))

    def append(self, styled: Styled) -> "Writing":
        """Append text that is styled already."""
        self._spans += [Span(s.type, s.offset + self._length, s.length, s.url) for s in styled.spans]
        self._pieces.append(styled.text)
        self._length += units(styled.text)
        return self

    def done(self) -> Styled:
        """The whole."""
        return Styled("".join(self._pieces), tuple(self._spans))
