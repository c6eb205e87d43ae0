"""Brings the lists in: each is asked for, or leaves its entries as they were. An error is never an empty list."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.catalogue import keeping
from bot.catalogue.entry import Entry
from bot.catalogue.lists import read_list
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
        was = {entry.account: entry for entry in before if name in entry.lists}
        try:
            body = await _body(fetcher, place)
            now = await asyncio.to_thread(read_list, body, name, sources)
        except (NotFoundError, RefusedError, UnreadableError) as error:
            reports.append(Report(name, len(was), trouble=str(error)))
            _put(kept, (replace(entry, lists=(name,)) for entry in was.values()))
            continue
        accounts = {entry.account for entry in now}
        reports.append(Report(name, len(now), new=len(accounts - was.keys()), gone=len(was.keys() - accounts)))
        _put(kept, now)
    # what other lists brought in that were not asked for this time stays
    for entry in before:
        others = tuple(name for name in entry.lists if name not in lists)
        if others:
            _put(kept, (replace(entry, lists=others),))
    if any(not report.trouble for report in reports):
        await asyncio.to_thread(
            keeping.save, path, sorted(kept.values(), key=lambda entry: (entry.name, entry.account))
        )
    return reports


async def _body(fetcher: Fetcher, place: str | Path) -> bytes:
    if isinstance(place, Path):
        try:
            return await asyncio.to_thread(place.read_bytes)
        except OSError as error:
            raise NotFoundError(f"{place} cannot be read: {error.strerror or error}.") from error
    return (await asking.ask(fetcher, place, JSON_ACCEPT, _LIMITS)).body


def _put(kept: dict[str, Entry], entries: Iterable[Entry]) -> None:
    for entry in entries:
        known = kept.get(entry.account)
        both = dict.fromkeys((*known.lists, *entry.lists)) if known else entry.lists
        kept[entry.account] = replace(known or entry, lists=tuple(both))
