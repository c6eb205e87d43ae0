"""Reading single values out of Weibo's JSON, which changes its types at will; nothing here knows what they mean."""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

Json = Mapping[str, object]

#: Nobody's text or URL is longer; what is longer is cut, so that a hostile answer costs little.
MAX_STRING = 100_000

#: Every value costs some 60 bytes once read; a page of ten posts, 70 KiB, has about 3,000.
_MAX_VALUES = 200_000

#: No number of Weibo's has more digits; longer ones are hostile.
_INT64_DIGITS = 19

_EMPTY: Json = {}


def parse(body: bytes) -> object:
    """Parse JSON bytes. Raises ValueError for anything else (also for JSON nested beyond Python's stack, or of more
    values than any answer of Weibo's has).
    """
    if body.count(b",") + body.count(b"[") + body.count(b"{") > _MAX_VALUES:
        raise ValueError("more values than any real answer")
    try:
        parsed: object = json.loads(body, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return parsed


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def mapping(value: object) -> Json:
    """Give a JSON object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def inner(value: Json, *path: str) -> Json:
    """Walk down named objects; an empty object where the path breaks."""
    for name in path:
        value = mapping(value.get(name))
    return value


def elements(value: object) -> Iterator[object]:
    """Walk over a list, or over the values of a dict that stands for one ({"0": ..., "1": ...})."""
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        yield from value.values()


def string(value: object) -> str:
    """Give a string, or a whole number as its digits; "" for anything else. Lone surrogates are replaced."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else ""
    if not isinstance(value, str):
        return ""
    value = value[:MAX_STRING]
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode("utf-8")
    return value


def first_string(value: Json, *names: str) -> str:
    """Give the first of the named members that is a non-empty string (or number)."""
    for name in names:
        found = string(value.get(name))
        if found:
            return found
    return ""


def integer(value: object) -> int | None:
    """Give a whole number written as a number or as its digits ("9", "-100"); None for anything else."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        text = value.strip()
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= _INT64_DIGITS:
            return int(text)
    return None


def truth(value: object) -> bool:
    """Tell whether a flag is set: true, a number other than 0, or such a number as text."""
    number = integer(value)
    return bool(number) if number is not None else (isinstance(value, str) and value.strip().lower() == "true")


def web_url(value: object, limit: int = 2048) -> str:
    """Give an http(s) URL, https where the scheme is left out ("//wx1.sinaimg.cn/..."); "" for anything else."""
    text = string(value).strip()
    if text.startswith("//"):
        text = "https:" + text
    scheme = text[:8].lower()
    if not scheme.startswith(("http://", "https://")) or len(text) > limit or not text.isprintable() or " " in text:
        return ""
    try:
        return text if urlsplit(text).hostname else ""
    except ValueError:  # "http://[::1"
        return ""
