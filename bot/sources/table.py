"""The README's table of sources, made from the code: ``python -m bot.sources.table`` writes it where it belongs.

``python -m bot.sources.table README.md`` puts it between the two marks of that file; without a file it is printed.
"""

import importlib
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.fetching.face import Request, Response
from bot.sources.face import About, Source
from bot.sources.registry import Parts, built_in_kinds

BEGIN, END = "<!-- sources: python -m bot.sources.table README.md -->", "<!-- end of sources -->"
_HEAD = (
    "kind", "source", "default", "floor", "gives", "edits", "deletions", "areas", "levels", "languages",
    "terms", "proved by",
)  # fmt: skip
_HOUR, _MINUTE = 3600, 60


class _Nobody:
    """A way out and a keep for sources that are only looked at."""

    async def fetch(self, request: Request) -> Response:
        raise NotImplementedError(request.url)

    async def load(self, site: str, name: str) -> object | None:
        raise NotImplementedError(site, name)

    async def save(self, site: str, name: str, value: object) -> None:
        raise NotImplementedError(site, name, value)


def table() -> str:
    """The table in Markdown, a line for each built-in kind, without an end of line at the end."""
    nobody = _Nobody()
    parts = Parts(nobody, nobody, lambda: datetime.now(UTC), random.Random(0), {})  # noqa: S311 - it guards nothing
    rows: list[tuple[str, ...]] = [_HEAD, tuple("---" for _ in _HEAD)]
    for kind in sorted(built_in_kinds()):
        module = importlib.import_module(f"bot.sources.{kind}")
        about = getattr(module, "ABOUT", None)
        if isinstance(about, About):
            rows.append(_row(about, module.make_source(parts)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(about: About, source: Source) -> tuple[str, ...]:
    told = (about.gives, about.edits, about.deletions, about.areas, about.levels, about.languages, about.terms)
    paces = (_interval(source.pace.default), _interval(source.pace.floor))
    return (f"`{source.kind}`", about.name, *paces, *(text or "–" for text in told), f"[tests]({about.proof})")


def _interval(seconds: float) -> str:
    """An interval in words: "10 min", "1 h", "30 s"."""
    for unit, length in (("h", _HOUR), ("min", _MINUTE)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def put_into(text: str) -> str:
    """The text with the table between its two marks. Raises ValueError when it has not both."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        msg = f"there is no {BEGIN} … {END}"
        raise ValueError(msg)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        path = Path(sys.argv[1])
        path.write_text(put_into(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(table() + "\n")
