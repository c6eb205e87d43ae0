"""Brings the lists in: each is asked for, or leaves its entries as they were. An error is never an empty list."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue import keeping
from bot.catalogue.entries import Entry
from bot.catalogue.lists import listed, read_list
from bot.fetching import Fetcher, Limits
from bot.sources import asking
from bot.sources.cap.dialect import JSON_ACCEPT
from bot.sources.face import NotFoundError, RefusedError, Source, UnreadableError

_LIMITS = Limits(max_bytes=8 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one list."""

    name: str
    entries: int
    new: int = 0
    gone: int = 0
    #: Why it could not be read, "" when it was.
    trouble: str = ""


async def refresh(
    fetcher: Fetcher, sources: Mapping[str, Source], path: Path, lists: Mapping[str, str | Path]
) -> list[Report]:
    """Ask for each list by its address (or read it from a file), and write the file. Raises CatalogueError."""
    before = await asyncio.to_thread(keeping.load, path)
    reports: list[Report] = []
    kept: dict[str, Entry] = {}
    for name, place in lists.items():
        was = {_account(entry): listed(entry, {name: entry.lists[name]}) for entry in before if name in entry.lists}
        try:
            body = await _body(fetcher, place)
            now = await asyncio.to_thread(read_list, body, name, sources)
        except (NotFoundError, RefusedError, UnreadableError) as error:
            reports.append(Report(name, len(was), trouble=str(error)))
            _put(kept, was.values())
            continue
        accounts = {_account(entry) for entry in now}
        reports.append(Report(name, len(now), new=len(accounts - was.keys()), gone=len(was.keys() - accounts)))
        _put(kept, now)
    # what other lists brought in that were not asked for this time stays
    for entry in before:
        others = {name: said for name, said in entry.lists.items() if name not in lists}
        if others:
            _put(kept, [listed(entry, others)])
    if any(not report.trouble for report in reports):
        await asyncio.to_thread(
            keeping.save, path, sorted(kept.values(), key=lambda entry: (entry.own_name, _account(entry)))
        )
    return reports


async def _body(fetcher: Fetcher, place: str | Path) -> bytes:
    if isinstance(place, Path):
        try:
            return await asyncio.to_thread(place.read_bytes)
        except OSError as error:
            raise NotFoundError(f"{place} cannot be read: {error.strerror or error}.") from error
    return (await asking.ask(fetcher, place, JSON_ACCEPT, _LIMITS)).body


def _account(entry: Entry) -> str:
    return entry.accounts[0].key


def _put(kept: dict[str, Entry], entries: Iterable[Entry]) -> None:
    for entry in entries:
        known = kept.get(_account(entry))
        kept[_account(entry)] = listed(known, {**known.lists, **entry.lists}) if known else entry
