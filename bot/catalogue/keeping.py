"""The catalogue's file: JSON Lines, a head ``{"tocsin": "catalogue", "version": 1}`` and one entry a line."""

import json
import os
import tempfile
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from bot.catalogue.entry import Entry, entry_from

_HEAD = {"tocsin": "catalogue", "version": 1}
#: Both lists together name some 400 feeds of 300 bytes.
_LARGEST_FILE = 16 * 1024 * 1024
SHIPPED = "shipped"


class CatalogueError(Exception):
    """The file cannot be used. The message is a sentence that says why and what to do."""


def shipped() -> tuple[Entry, ...]:
    """The entries that come with the program."""
    text = resources.files("bot.catalogue").joinpath("shipped.toml").read_text("utf-8")
    found = (entry_from({**value, "lists": [SHIPPED]}) for value in tomllib.loads(text).get("entry", ()))
    return tuple(entry for entry in found if entry is not None)


def load(path: Path) -> tuple[Entry, ...]:
    """The entries of the file, none where there is no file. Blocking. Raises CatalogueError."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise CatalogueError(
                f"{path} is larger than any catalogue; move it away and run: tocsin catalogue refresh"
            )
        head, *lines = path.read_text("utf-8").splitlines() or [""]
        values = [json.loads(line) for line in lines if line.strip()]
        is_ours = json.loads(head or "null") == _HEAD
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError):
        is_ours, values = False, []
    if not is_ours:
        raise CatalogueError(
            f"{path} is no catalogue of this version; move it away and run: tocsin catalogue refresh"
        )
    return tuple(entry for entry in map(entry_from, values) if entry is not None)


def save(path: Path, entries: Iterable[Entry]) -> None:
    """Write the file whole, or leave the old one. Blocking. Raises CatalogueError."""
    lines = [json.dumps(_HEAD), *(json.dumps(entry.to_json(), ensure_ascii=False) for entry in entries)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=path.name, delete=False
        ) as file:
            temporary = Path(file.name)
            try:
                file.write("\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
        temporary.replace(path)
    except OSError as error:
        raise CatalogueError(f"{path} cannot be written: {error.strerror or error}.") from error


def everything(path: Path) -> tuple[Entry, ...]:
    """What is shipped, then what was brought in and is not the same account. Raises CatalogueError."""
    found = {entry.account: entry for entry in shipped()}
    for entry in load(path):
        found.setdefault(entry.account, entry)
    return tuple(found.values())
