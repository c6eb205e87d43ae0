"""The board on which posts put what stands and from which they take what is over; it lives for one fold."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from bot.model.situation import How, Line, Over


@dataclass(slots=True)
class Row:
    """A line that stands, with what later posts are held against."""

    line: Line
    #: The newest post that said it; one post's own claims do not replace each other.
    post_id: int
    wanted: bool
    #: The places' names, levelled; empty: the whole ground of the body that speaks.
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class Board:
    """What stands, and what ended with whether anybody here asked for it."""

    rows: list[Row] = field(default_factory=list)
    over: list[tuple[Over, bool]] = field(default_factory=list)

    def take_off(self, row: Row, how: How, at: datetime, url: str = "", *, wanted: bool = False) -> None:
        """It stands no more."""
        self.rows.remove(row)
        self.over.append((Over(row.line, how, at, url or row.line.url), row.wanted or wanted))


def key_of(*parts: object) -> str:
    """A short name for what these values say, the same in every run."""
    return sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
