"""What a post says to a reader of one language, besides the agency's own words: what was proved, and a translation."""

from dataclasses import dataclass
from enum import StrEnum


class PieceKind(StrEnum):
    """Which of the agency's words a piece of a translation stands for."""

    #: A post's title and text.
    TEXT = "text"
    #: What it passes on.
    REPOST = "repost"
    HEADLINE = "headline"
    INSTRUCTION = "instruction"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one kind, translated."""

    kind: PieceKind
    text: str


class Fact(StrEnum):
    """A line below the headline."""

    WHERE = "where"
    WHEN = "when"
    WHAT_TO_DO = "what_to_do"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Short:
    """What stands before a long post: a model's summary in the reader's language, or the agency's own sentences."""

    text: str
    #: The engine whose model it was, "" for the agency's own sentences (in its language).
    by: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Everything is in the reader's language (but see ``Short``) and from the text alone; "" and () where it does not say."""

    #: A sign and the words behind it: level, hazard, action, place. "" where nothing is proved.
    sign: str = ""
    headline: str = ""
    facts: tuple[tuple[Fact, str], ...] = ()
    #: The whole of the agency's words, or nothing of them.
    translation: tuple[Piece, ...] = ()
    #: Who translated it: ``PHRASEBOOK`` or names of engines.
    by: tuple[str, ...] = ()
    #: Why there is no translation (``translation.Why``), "" where there is one or none is needed.
    why: str = ""
    #: An engine is at it, and what it says will be shown later.
    promised: bool = False
    #: Of a long post.
    short: Short | None = None


#: The translation that needs no engine, as ``Words.by`` names it.
PHRASEBOOK = "phrasebook"
#: Nothing but the original.
NOTHING = Words()
