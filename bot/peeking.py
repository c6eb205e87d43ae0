"""``tocsin fetch``: what would be relayed from an account, an address or a saved answer. Stores and sends nothing."""

import asyncio
from datetime import datetime
from pathlib import Path

from bot.model.post import Post
from bot.outside import ForgetfulKeep, Outside, now_utc, open_outside
from bot.settings import Settings
from bot.showing import as_json, as_text
from bot.sources.face import Broken, NothingNew, Posts, Refused, Source, UnreadableError
from bot.watching.directory import Directory, LookupFailedError

#: A saved answer larger than this is none of ours (the fetcher's own limit is lower).
LARGEST_FILE = 64 * 1024 * 1024

_NO_NOTES: tuple[str, ...] = ()


class PeekError(Exception):
    """It could not be shown. The message is a sentence that says why and what to do."""


async def peek(settings: Settings, what: str, *, kind: str, saved: Path | None, as_json: bool) -> list[str]:
    """The lines to print: one a post with ``as_json``, else a block each. Raises PeekError."""
    async with open_outside(settings, ForgetfulKeep()) as outside:
        if saved is not None:
            posts, notes = await _read_saved(outside, saved, kind, what or str(saved)), _NO_NOTES
        else:
            posts, notes = await _ask(outside, what, kind)
    now = now_utc()
    ordered = sorted(posts, key=lambda p: p.published or now)
    return _json_lines(ordered, now) if as_json else _text_lines(ordered, notes, now)


async def _ask(outside: Outside, what: str, kind: str) -> tuple[tuple[Post, ...], tuple[str, ...]]:
    try:
        directory = Directory(outside.sources)
        accounts = await directory.find(what, kind)
    except LookupFailedError as error:
        raise PeekError(str(error)) from error
    if len(accounts) > 1:
        listed = "; ".join(f"{a.name} <{a.url}>" for a in accounts[:10])
        raise PeekError(f"“{what}” can mean several accounts. Ask again with one of these links: {listed}")
    account = accounts[0]
    match await directory.source(account.kind).poll(account, {}):
        case Posts(posts=posts, notes=notes):
            return posts, notes
        case NothingNew():
            return (), ("The site says that nothing changed.",)
        case Refused(why=why, advice=advice) | Broken(why=why, advice=advice):
            raise PeekError(f"{why} {advice}".strip())


async def _read_saved(outside: Outside, path: Path, kind: str, origin: str) -> tuple[Post, ...]:
    try:
        body = await asyncio.to_thread(_bytes_of, path)
    except OSError as error:
        raise PeekError(f"{path} cannot be read: {error.strerror or error}. Check the name.") from error
    if len(body) > LARGEST_FILE:
        raise PeekError(f"{path} is larger than {LARGEST_FILE // 2**20} MiB; that is no saved answer of a site.")
    sources = [_of_kind(outside, kind)] if kind else list(outside.sources.values())
    reasons: list[str] = []
    for source in sources:
        try:
            return await asyncio.to_thread(source.read, body, origin)
        except UnreadableError as error:
            reasons.append(f"{source.kind}: {error}")
    advice = "" if kind else " Say what it is with --kind."
    raise PeekError(" | ".join(reasons) + advice)


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def _of_kind(outside: Outside, kind: str) -> Source:
    if kind not in outside.sources:
        raise PeekError(f"There is no kind {kind!r}; there are: {', '.join(sorted(outside.sources))}.")
    return outside.sources[kind]


def _json_lines(posts: list[Post], now: datetime) -> list[str]:
    return [as_json(post, now) for post in posts]


def _text_lines(posts: list[Post], notes: tuple[str, ...], now: datetime) -> list[str]:
    blocks = [as_text(post, now) + "\n" for post in posts] or ["Nothing is published there at the moment."]
    return blocks + [f"note: {note}" for note in notes]
