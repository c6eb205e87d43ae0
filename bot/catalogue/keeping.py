"""The catalogue's file: JSON Lines, a head ``{"tocsin": "catalogue", "version": 2}`` and one entry a line, in the form of
``data/accounts.toml``.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.catalogue.entries import Catalogue, CatalogueError, Entry, entry_of, row_of, shipped

_HEAD = {"tocsin": "catalogue", "version": 2}
#: Both lists together name some 400 feeds of 400 bytes.
_LARGEST_FILE = 16 * 1024 * 1024
_ADVICE = "move it away and run: tocsin catalogue refresh"


def load(path: Path) -> tuple[Entry, ...]:
    """The entries of the file, none where there is no file. Blocking. Raises CatalogueError."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise CatalogueError(f"{path} is larger than any catalogue; {_ADVICE}")
        head, *lines = path.read_text("utf-8").splitlines() or [""]
        is_ours = json.loads(head or "null") == _HEAD
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError):
        is_ours, lines = False, []
    if not is_ours:
        raise CatalogueError(f"{path} is no catalogue of this version; {_ADVICE}")
    return tuple(_entries(path, lines))


def _entries(path: Path, lines: list[str]) -> Iterator[Entry]:
    words = shipped().words
    for number, text in enumerate(lines, 2):
        if not text.strip():
            continue
        try:
            yield entry_of(json.loads(text), words)
        except (ValueError, RecursionError) as error:
            raise CatalogueError(f"{path}, line {number}: no entry ({error}); {_ADVICE}") from error


def save(path: Path, entries: Iterable[Entry]) -> None:
    """Write the file whole, or leave the old one. Blocking. Raises CatalogueError."""
    lines = [json.dumps(_HEAD), *(json.dumps(row_of(entry), ensure_ascii=False) for entry in entries)]
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


def everything(path: Path) -> Catalogue:
    """What is shipped, then what was brought in and is not the same account. Blocking. Raises CatalogueError."""
    return shipped().with_more(load(path))
