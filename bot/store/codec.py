"""A Post, and what chats were told of a situation, as JSON text and back. What equals its default is left out, so a
field's default must never change.
"""

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import Enum

from bot.model.post import Post
from bot.model.situation import Briefing, Line

Decoder = Callable[[typing.Any], typing.Any]


class CodecError(ValueError):
    """Stored text is no Post. The message says what is wrong with it."""


def post_to_json(post: Post) -> str:
    """Give the post as compact JSON text."""
    value = _encode(post)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # lone surrogates are written as escapes, which any column holds
        return json.dumps(value, separators=(",", ":"))
    return text


def post_from_json(text: str) -> Post:
    """Read what ``post_to_json`` wrote, now or in another version: unknown keys are passed over, missing ones take
    their default, an unknown word of an enumeration reads as its UNKNOWN where it has one. Raises CodecError.
    """
    try:
        post = _decoder(Post)(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        msg = f"stored post cannot be read: {error}"
        raise CodecError(msg) from error
    if not isinstance(post, Post):
        msg = "stored post is no JSON object"
        raise CodecError(msg)
    return post


def lines_to_json(lines: Sequence[Line]) -> str:
    """Give the lines of a situation as compact JSON text."""
    return json.dumps(_encode(tuple(lines)), separators=(",", ":"))


def lines_from_json(text: str) -> tuple[Line, ...]:
    """Read what ``lines_to_json`` wrote. Raises CodecError."""
    lines: tuple[Line, ...] = _read(tuple[Line, ...], text)
    return lines


def briefing_to_json(briefing: Briefing) -> str:
    """Give a digest as compact JSON text."""
    return json.dumps(_encode(briefing), separators=(",", ":"))


def briefing_from_json(text: str) -> Briefing:
    """Read what ``briefing_to_json`` wrote. Raises CodecError."""
    briefing: Briefing = _read(Briefing, text)
    return briefing


def _read(kind: typing.Any, text: str) -> typing.Any:
    try:
        return _decoder(kind)(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        msg = f"what was told of a situation cannot be read: {error}"
        raise CodecError(msg) from error


def _encode(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            name: _encode(held) for name, default in _fields(type(value)) if (held := getattr(value, name)) != default
        }
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value


#: Stands for "no default": nothing equals it.
_REQUIRED = object()


@functools.cache
def _fields(kind: type) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, _default(field)) for field in dataclasses.fields(kind))


def _default(field: dataclasses.Field[typing.Any]) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _REQUIRED


@functools.cache
def _decoder(hint: typing.Any) -> Decoder:
    origin = typing.get_origin(hint)
    if origin in {types.UnionType, typing.Union}:
        return _optional(hint)
    if origin is tuple:
        return _tuple(typing.get_args(hint))
    if dataclasses.is_dataclass(hint):
        return _dataclass(typing.cast("type", hint))
    if hint is datetime:
        return _datetime
    if hint is float:
        return float
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint)
    return _plain(hint)


def _optional(hint: object) -> Decoder:
    inner = [_decoder(arg) for arg in typing.get_args(hint) if arg is not types.NoneType]
    if len(inner) != 1:
        msg = f"the model has a union that the codec cannot read: {hint!r}"
        raise TypeError(msg)
    decode = inner[0]
    return lambda value: None if value is None else decode(value)


def _tuple(args: tuple[object, ...]) -> Decoder:
    if len(args) > 1 and args[-1] is Ellipsis:
        item = _decoder(args[0])
        return lambda value: tuple([item(entry) for entry in _list(value)])
    items = [_decoder(arg) for arg in args]
    return lambda value: tuple([decode(entry) for decode, entry in zip(items, _list(value), strict=True)])


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        msg = f"a list was expected, not {type(value).__name__}"
        raise TypeError(msg)
    return value


def _dataclass(kind: type) -> Decoder:
    hints = typing.get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(kind)}

    def decode(value: typing.Any) -> object:
        return kind(**{name: decoders[name](held) for name, held in value.items() if name in decoders})

    return decode


def _datetime(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _enum(kind: type[Enum]) -> Decoder:
    known = {member.value: member for member in kind}
    unknown = kind.__members__.get("UNKNOWN")

    def decode(value: object) -> Enum:
        member = known.get(value, unknown)
        if member is None:
            msg = f"{value!r} is no {kind.__name__}"
            raise ValueError(msg)
        return member

    return decode


def _plain(kind: type) -> Decoder:
    def decode(value: object) -> object:
        if not isinstance(value, kind):
            msg = f"{kind.__name__} was expected, not {type(value).__name__}"
            raise TypeError(msg)
        return value

    return decode
