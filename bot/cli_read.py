"""``tocsin read``: what can be proved of any text. Stores and sends nothing."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.language.languages import LANGUAGES, settled
from bot.language.phrasebook.rendering import render
from bot.model.reading import Claim, Figure, Moment, Reading
from bot.prompt import WRONG_CALL, fail
from bot.reading.reader import read

#: C0 and C1 control characters of a post are shown as blanks in a terminal.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")
#: A file beyond this is no collection of posts.
_LARGEST_FILE = 256 * 1024 * 1024
_MINUTES_A_DAY = 24 * 60


def read_command(
    what: Annotated[
        str, typer.Argument(metavar="TEXT|FILE|-", help="A text, a file of it, or - for standard input.")
    ],
    to: Annotated[str, typer.Option(metavar="LANG", help="Also the phrasebook's rendering into this language.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Show what is proved of an official post: hazard, level, action, issuer, places, times, figures.

    A file of JSON objects, one a line, each with "text" (and "published", if known), gives one object a line back.
    """
    if to and settled(to) not in LANGUAGES:
        fail(f"The phrasebook has no {to}. It has {', '.join(LANGUAGES)}.", WRONG_CALL)
    text = _given(what)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        for line in _answers(text.splitlines(), to):
            typer.echo(line)
        return
    reading = read(text)
    if as_json:
        typer.echo(json.dumps(as_object(reading, text, to), ensure_ascii=False))
        return
    for line in _lines(reading, text, to):
        typer.echo(line.translate(_CONTROLS))


def _given(what: str) -> str:
    if what == "-":
        return sys.stdin.read()
    try:
        path = Path(what)
        if not path.is_file():
            return what
        if path.stat().st_size > _LARGEST_FILE:
            fail(f"{what} is larger than {_LARGEST_FILE // 2**20} MiB.", WRONG_CALL)
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{what} is not UTF-8 text.", WRONG_CALL)
    except (OSError, ValueError):
        return what  # too long or odd for a file's name: a text


def _answers(lines: Iterable[str], to: str) -> Iterator[str]:
    """One answer for each line that is not blank, in order."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = _row(line)
        if row is None:
            why = f'Line {number} is no JSON object with "text" (and "published" with its offset, if at all).'
            answer: dict[str, Any] = {"read": False, "why_not": why}
        else:
            reading = read(row["text"], published=row["published"], utc_offset=row["utc_offset"])
            answer = {**row["id"], **as_object(reading, row["text"], to)}
        yield json.dumps(answer, ensure_ascii=False)


def _row(line: str) -> dict[str, Any] | None:
    """What a line asks to be read, None when it is no object with a text."""
    try:
        row = json.loads(line)
        published = datetime.fromisoformat(row["published"]) if row.get("published") else None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(row.get("text"), str) or (published and published.tzinfo is None):
        return None
    offset = row.get("utc_offset")
    return {
        "id": {"id": row["id"]} if "id" in row else {},
        "text": row["text"],
        "published": published,
        "utc_offset": offset if isinstance(offset, int) and abs(offset) < _MINUTES_A_DAY else None,
    }


def as_object(reading: Reading, text: str, to: str = "") -> dict[str, Any]:
    """The reading as plain values."""
    lead = reading.lead
    found: dict[str, Any] = {
        "read": reading.read,
        "hazard": reading.hazard,
        "level": reading.level,
        "action": reading.action,
        "previous": lead.previous if lead else None,
        "scheme": (lead.scheme or None) if lead else None,
        "issuer": reading.issuer.words if reading.issuer else None,
        "places": [place.words for place in reading.places],
        "times": [_moment(moment) for moment in reading.times],
        "figures": [_figure(figure) for figure in reading.figures],
        "coverage": reading.coverage,
        "language": reading.language or None,
        "why_not": reading.why_not or None,
        "claims": [_claim(claim) for claim in reading.claims],
        "unread": [text[clause.span.start : clause.span.end] for clause in reading.clauses if not clause.read],
    }
    if to:
        found["rendering"] = render(reading, text, to)
    return found


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "action": claim.action, "hazard": claim.hazard, "level": claim.level, "previous": claim.previous,
        "issuer": claim.issuer.words if claim.issuer else None, "places": [place.words for place in claim.places],
    }  # fmt: skip


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "words": moment.words,
        "start": moment.start.isoformat() if moment.start else None,
        "end": moment.end.isoformat() if moment.end else None,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    found = {
        "words": figure.words,
        "value": figure.value,
        "unit": figure.unit,
        "what": figure.what,
        "bound": figure.bound,
    }
    return found if figure.upper is None else {**found, "upper": figure.upper}


def _lines(reading: Reading, text: str, to: str) -> Iterator[str]:
    shown = as_object(reading, text, to)
    yield "read" if reading.read else f"not read: {reading.why_not}"
    for name in ("hazard", "level", "previous", "action", "issuer"):
        if shown[name]:
            yield f"  {name:<9} {shown[name]}"
    for name in ("places", "times", "figures"):
        if shown[name]:
            yield f"  {name:<9} " + "; ".join(v if isinstance(v, str) else v["words"] for v in shown[name])
    yield f"  coverage  {reading.coverage:.0%}"
    for words in shown["unread"]:
        yield f"  unread    {words}"
    if to:
        # its line breaks are ours
        yield from (f"  {to}: {shown['rendering'] or 'the phrasebook cannot render it whole'}").splitlines()
