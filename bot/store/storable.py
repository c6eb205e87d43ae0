"""Foreign text made fit for a column: what PostgreSQL cannot hold is replaced, what no index holds is shortened."""

import hashlib

from sqlalchemy import Dialect, Text, TypeDecorator

#: PostgreSQL refuses an index row of more than 2704 bytes (a third of a page); two such texts and an id must fit.
INDEXED_BYTES = 1024

#: Characters kept readable at the head of a shortened text.
_HEAD = 160


def storable(text: str) -> str:
    """Replace NUL (PostgreSQL has none) and lone surrogates (no UTF-8 for them) by U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def index_key(text: str) -> str:
    """Give the text as an index holds it: itself, or when it is too long its head and its SHA-256."""
    text = storable(text)
    # a character takes at most four bytes
    if len(text) * 4 <= INDEXED_BYTES or len(text.encode()) <= INDEXED_BYTES:
        return text
    return f"{text[:_HEAD]}…#{hashlib.sha256(text.encode()).hexdigest()}"


class ForeignText(TypeDecorator[str]):
    """Text that somebody else wrote, made storable on its way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """See ``storable``."""
        return None if value is None else storable(value)


class IndexedText(TypeDecorator[str]):
    """Text that somebody else wrote and that is looked up; over-long values are stored as their ``index_key``."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """See ``index_key``."""
        return None if value is None else index_key(value)
