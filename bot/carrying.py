"""``tocsin chats``: the chats and all that they follow, as a file to carry on with elsewhere.

One JSON object a line: a head ({"tocsin": "chats", …}), a line for each chat, and an end with their number, by which a
file that was cut off is known.
"""

import json
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TextIO, TypeVar

from pydantic import ValidationError

from bot.chatlines import ChatLine, Line, as_json, manners_of, own_of, place_in
from bot.delivery.hours import next_time
from bot.matching.parsing import read_back
from bot.matching.tree import key_of
from bot.model.account import Account
from bot.model.manners import brought
from bot.model.place import ChatPlace, rounded
from bot.model.subscription import words_as_filter
from bot.sending import bot_id_of
from bot.settings import Settings
from bot.store import carrying, schema
from bot.store.carrying import Carried, CarriedChat, CarriedDigest, CarriedManners, CarriedPlace, CarriedWish
from bot.store.database import Database

VERSION = 1
#: Chats read or written at a time.
PAGE = 500
#: Bounds of a file: far more than one bot serves, and far less than memory.
MOST_CHATS, LONGEST_LINE = 1_000_000, 8 * 1024 * 1024

WAITS_FOR_START = "carried over from another bot; written to once somebody presses Start here"


class FileError(Exception):
    """The file cannot be read. The message is one line that names the place of the mistake."""


class _Head(Line):
    tocsin: Literal["chats"]
    version: int
    bot: str = ""


LineT = TypeVar("LineT", bound=Line)


class _End(Line):
    end: Literal[True]
    chats: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import came to."""

    read: int
    new: Carried


# ------------------------------------------------------------------ out


async def export_chats(settings: Settings, output: Path | None, echo: Callable[[str], None]) -> int:
    """Write every chat to the file (whole or not at all, for its owner's eyes) or line by line to ``echo``; gives their
    number.
    """
    async with _opened(settings) as db:
        if not await schema.is_current(db):
            raise FileError("The tables are not of this version. Run: tocsin db upgrade")
        if output is None:
            return await _write(db, settings, echo)
        with _whole(output) as file:
            return await _write(db, settings, lambda line: file.write(f"{line}\n"))


@contextmanager
def _whole(output: Path) -> Iterator[TextIO]:
    """A file that takes its name only when it is complete, readable for its owner alone."""
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            yield file
        Path(name).replace(output)
        name = ""
    except OSError as error:
        raise FileError(f"{output} cannot be written ({error.strerror}).") from None
    finally:
        if name:
            Path(name).unlink(missing_ok=True)


async def _write(db: Database, settings: Settings, write: Callable[[str], object]) -> int:
    write(json.dumps({"tocsin": "chats", "version": VERSION, "bot": bot_id_of(settings)}))
    after = written = 0
    while True:
        async with db.read() as conn:
            found, after = await carrying.page(conn, after, PAGE)
        if not found:
            write(json.dumps({"end": True, "chats": written}))
            return written
        for chat in found:
            write(json.dumps(as_json(chat)))
        written += len(found)


# ------------------------------------------------------------------ in


async def import_chats(settings: Settings, path: Path, clock: Callable[[], datetime]) -> Outcome:
    """Read the file into the database: all of it, or (FileError) nothing. What is there already stays as it is."""
    # the whole is looked at before the database is touched
    for _ in _chats(path, clock()):
        pass
    bot = _head(path).bot
    paused_for = "" if bot and bot == bot_id_of(settings) else WAITS_FOR_START
    async with _opened(settings) as db:
        if not await schema.is_current(db):
            await schema.upgrade(settings.database_url.get_secret_value())
        read, new = 0, Carried()
        async with db.begin() as conn:
            batch: list[CarriedChat] = []
            known: dict[tuple[str, str], int] = {}
            for chat in _chats(path, clock()):
                batch.append(chat)
                if len(batch) == PAGE:
                    new += await carrying.take_in(conn, batch, clock(), known, private_paused_for=paused_for)
                    read, batch = read + len(batch), []
            new += await carrying.take_in(conn, batch, clock(), known, private_paused_for=paused_for)
        return Outcome(read + len(batch), new)


def _head(path: Path) -> _Head:
    number, content = next(_lines(path), (1, None))
    if not isinstance(content, dict) or content.get("tocsin") != "chats":
        raise FileError(f"{path}, line {number}: this is no file of `tocsin chats export`.")
    head = _read(_Head, content, path, number)
    if head.version != VERSION:
        raise FileError(
            f"{path}, line {number}: version {head.version} is of another Tocsin; this one reads {VERSION}."
        )
    return head


def _chats(path: Path, now: datetime) -> Iterator[CarriedChat]:
    """Every chat of the file, checked; digests are due from ``now`` on. Raises FileError."""
    _head(path)
    read = 0
    for number, content in _lines(path):
        if number == 1:
            continue
        if isinstance(content, dict) and "end" in content:
            if _read(_End, content, path, number).chats != read:
                raise FileError(f"{path}, line {number}: {content['chats']} chats were written, {read} are here.")
            return
        read += 1
        if read > MOST_CHATS:
            raise FileError(f"{path}, line {number}: more than {MOST_CHATS} chats.")
        yield _carried(_read(ChatLine, content, path, number), now)
    raise FileError(f"{path} ends after {read} chats without its last line: it was cut off. Export it again.")


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise FileError(f"{path}, line {number}: longer than {LONGEST_LINE} bytes.")
                try:
                    yield number, json.loads(line.decode())
                except (ValueError, RecursionError):
                    raise FileError(f"{path}, line {number}: this is no JSON in UTF-8.") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}).") from None


def _read(kind: type[LineT], content: object, path: Path, number: int) -> LineT:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        place = place_in(error)
        what = error.errors(include_url=False, include_input=False, include_context=False)[0]["msg"]
        what = what.removeprefix("Value error, ")
        raise FileError(f"{path}, line {number}{', ' if place else ''}{place}: {what}.") from None


def _carried(chat: ChatLine, now: datetime) -> CarriedChat:
    wishes = tuple(
        CarriedWish(
            wish.topic,
            Account(**wish.account.model_dump()),
            () if wish.filter else tuple(wish.words),
            key_of(read_back(wish.filter or words_as_filter(wish.words))),
            wish.live,
            wish.filter,
            brought(own_of(wish), now),
        )
        for wish in chat.subscriptions
    )
    digests = tuple(
        CarriedDigest(each.topic, each.hour, each.zone, next_time(each.hour, each.zone, now)) for each in chat.digests
    )
    places = tuple(
        CarriedPlace(
            each.topic,
            ChatPlace(each.name, rounded(each.latitude), rounded(each.longitude), each.radius_km, tuple(each.unit)),
        )
        for each in chat.places
    )
    told = tuple(CarriedManners(each.topic, brought(manners_of(each), now)) for each in chat.manners)
    old = chat.old_news
    return CarriedChat(
        chat.telegram_id, chat.kind, chat.title, chat.language, old.routine_seconds, old.urgent_seconds, wishes,
        chat.original_first, digests, tuple((each.topic, each.language) for each in chat.topics), places,
        told,
    )  # fmt: skip


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    db = await Database.open(settings.database_url.get_secret_value())
    try:
        yield db
    finally:
        await db.close()
