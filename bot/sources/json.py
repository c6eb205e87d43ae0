"""JSON from strangers, parsed within bounds, and single values read out of it tolerantly. Says nothing of meaning."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone

from bot.sources.charset import decode
from bot.sources.face import UnreadableError

Json = Mapping[str, object]

#: Every value of a JSON text costs 50 to 70 bytes once read; this keeps a hostile one under about 30 MB.
MAX_VALUES = 400_000
#: Nobody's text is longer; what is longer is cut, so that a hostile answer costs little.
MAX_STRING = 100_000
#: No number of an agency's has more digits (milliseconds since 1970 have 13).
_INT_DIGITS = 19
#: Years in which somebody can have said something; beyond them arithmetic on times could overflow.
_YEARS = range(1990, 2200)
_EMPTY: Json = {}


def load(body: bytes | str, limit: int = MAX_VALUES) -> object:
    """Parse an answer of at most ``limit`` values, whatever its charset. Raises UnreadableError with a sentence."""
    text = decode(body).text if isinstance(body, bytes) else body
    text = text.lstrip("\ufeff \t\r\n")
    if not text:
        msg = "The answer is empty."
        raise UnreadableError(msg)
    if text[0] not in "{[":
        msg = "The answer is no JSON."
        raise UnreadableError(msg)
    if text.count(",") + text.count("[") + text.count("{") > limit:
        msg = "The JSON has more values than any real answer; it was not read."
        raise UnreadableError(msg)
    try:
        parsed: object = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        msg = "The JSON cannot be read: it may be cut off."
        raise UnreadableError(msg) from error
    return parsed


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def mapping(value: object) -> Json:
    """Give a JSON object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def inner(value: object, *path: str) -> Json:
    """Walk down named objects; an empty object where the path breaks."""
    for name in path:
        value = mapping(value).get(name)
    return mapping(value)


def elements(value: object, most: int = MAX_VALUES) -> Iterator[object]:
    """The first ``most`` elements of a list; nothing of anything else."""
    if isinstance(value, list):
        yield from value[:most]


def objects(value: object, most: int = MAX_VALUES) -> Iterator[Json]:
    """The objects among the first ``most`` elements of a list."""
    return (element for element in elements(value, most) if isinstance(element, dict))


def string(value: object) -> str:
    """Give a string, or a whole number as its digits; "" for anything else. Lone surrogates are replaced."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**_INT_DIGITS else ""
    if not isinstance(value, str):
        return ""
    value = value[:MAX_STRING]
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def strings(value: object, most: int = 1000) -> tuple[str, ...]:
    """The non-empty strings of a list, or a single string as one; agencies write either."""
    found = (string(element) for element in (value[:most] if isinstance(value, list) else [value]))
    return tuple(text for text in found if text)


def first_string(value: Json, *names: str) -> str:
    """Give the first of the named members that is a non-empty string (or number)."""
    return next((found for name in names if (found := string(value.get(name)))), "")


def integer(value: object) -> int | None:
    """Give a whole number written as a number or as its digits ("9", "-100"); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**_INT_DIGITS else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 10.0**_INT_DIGITS else None
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,19}\s*", value):
        return int(value)
    return None


def number(value: object) -> float | None:
    """Give a finite number written as a number or as text ("36.9", "-100"); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 10.0**_INT_DIGITS else None
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,15}(?:\.[0-9]{0,15})?\s*", value):
        return float(value)
    return None


def truth(value: object) -> bool:
    """Tell whether a flag is set: true, a number other than 0, or either as text."""
    if isinstance(value, bool):
        return value
    found = number(value)
    return bool(found) if found is not None else string(value).strip().casefold() == "true"


def instant(value: object, zone_min: int | None = None) -> tuple[datetime | None, int | None]:
    """An ISO 8601 time (also with "/" in the date or a space for the "T") as aware UTC, and its offset in minutes.

    ``zone_min``: minutes east of UTC of times that state no zone; where neither says one, it is read as UTC and the
    offset is None. (None, None) for what is no time, or lies in no believable year.
    """
    tidy = re.sub(r"\s+(?=[+-]\d)", "", string(value).strip()[:40]).replace("/", "-")
    try:
        when = datetime.fromisoformat(tidy)
        stated = when.utcoffset()
        if stated is None:
            when = when.replace(tzinfo=UTC if zone_min is None else timezone(timedelta(minutes=zone_min)))
        utc = when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, None
    if utc.year not in _YEARS:
        return None, None
    return utc, zone_min if stated is None else int(stated.total_seconds() // 60)


def epoch_ms(value: object) -> datetime | None:
    """Milliseconds since 1970 as aware UTC; None for what is none, or lies in no believable year."""
    found = number(value)
    if found is None or not math.isfinite(found):
        return None
    try:
        when = datetime.fromtimestamp(found / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return when if when.year in _YEARS else None
