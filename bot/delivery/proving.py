"""What the reading and the phrasebook give of a post in a reader's language, with no engine asked, and what they leave."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.delivery.composing import HAZARDS_SHOWN
from bot.delivery.headline import facts, headline
from bot.delivery.languages import choose
from bot.delivery.shortening import LONG, in_short
from bot.language.detecting import detect
from bot.language.languages import settled
from bot.language.phrasebook import rendering
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.post import Post, words_of
from bot.model.words import NOTHING, PHRASEBOOK, Piece, PieceKind, Short, Words
from bot.reading import reader


@dataclass(frozen=True, slots=True)
class Left:
    """A text that is in another language, and that the phrasebook does not say."""

    kind: PieceKind
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Proved:
    """What reading gives: words, and what is left to engines."""

    words: Words
    left: tuple[Left, ...] = ()
    #: What the phrasebook said already of a post that is left to engines in part.
    said: tuple[Piece, ...] = ()
    #: A post that is long enough to be summed up, and whose language is known.
    long: Left | None = None


def prove(post: Post, account: Account, phrases: Phrases) -> Proved:
    """What the reading and the phrasebook give. Pure; some milliseconds, so it is called in a thread."""
    words, long = _shortened(post, account)
    pieces: list[Piece] = []
    left: list[Left] = []
    seen: set[tuple[PieceKind, str]] = set()
    for kind, text, declared in _texts(post, account, phrases):
        if not text.strip() or (kind, text) in seen:
            continue
        seen.add((kind, text))
        offset = post.utc_offset if post.utc_offset is not None else account.utc_offset
        reading = reader.read(text, published=post.published, utc_offset=offset)
        source = detect(text, declared)
        foreign = bool(source) and not same_language(source, phrases.language)
        if kind is PieceKind.TEXT and reading.read:
            sign, said = headline(reading, phrases)
            words = replace(words, sign=sign, headline=said, facts=facts(reading, phrases) if foreign else ())
        if not foreign:
            continue
        rendered = rendering.render(reading, text, settled(phrases.language))
        if rendered is not None:
            pieces.append(Piece(kind, rendered))
        else:
            left.append(Left(kind, text, source))
    if left:
        return Proved(words, tuple(left), tuple(pieces), long)
    return Proved(replace(words, translation=tuple(pieces), by=(PHRASEBOOK,) if pieces else ()), long=long)


def _shortened(post: Post, account: Account) -> tuple[Words, Left | None]:
    """Of a long post without fields its own sentences, and what a model may sum up."""
    if post.alert is not None or len(post.text) <= LONG:
        return NOTHING, None
    said = in_short(post)
    source = detect(post.text, post.language or account.language)
    words = Words(short=Short(said)) if said else NOTHING
    return words, Left(PieceKind.TEXT, post.text, source) if source else None


def same_language(one: str, other: str) -> bool:
    """Tell whether a reader of one reads the other: both scripts of Chinese count as one language."""
    return settled(one).partition("-")[0] == settled(other).partition("-")[0]


def _texts(post: Post, account: Account, phrases: Phrases) -> Iterator[tuple[PieceKind, str, str]]:
    """The agency's words by kind, each with the language that it is declared to be in."""
    declared = post.language or account.language
    if post.alert is None:
        yield PieceKind.TEXT, words_of(post), declared
        if post.repost is not None and post.repost.available:
            yield PieceKind.REPOST, post.repost.text, "" if post.repost.author else declared
        return
    wordings = [choose(hazard.wordings, phrases.language) for hazard in post.alert.hazards[:HAZARDS_SHOWN]]
    chosen = [wording for wording in wordings if wording is not None]
    for number, wording in enumerate(chosen):
        language = wording.language or declared
        if not number:
            yield PieceKind.HEADLINE, wording.headline or wording.event or post.title, language
        yield PieceKind.INSTRUCTION, wording.instruction, language
        yield PieceKind.DESCRIPTION, wording.description, language
    if not any(wording.description or wording.instruction for wording in chosen):
        yield PieceKind.TEXT, post.text, declared
