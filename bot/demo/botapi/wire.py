"""Reading a request: query, JSON, form or multipart to a Call with typed parameters. No meaning of any method."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message as Header
from email.parser import BytesHeaderParser
from urllib.parse import parse_qsl

from bot.demo.botapi.errors import ApiError, bad_request

#: The Bot API takes uploads of up to 50 MB; the rest of the request is small.
MAX_BODY = 52 * 1024 * 1024
_TRUE = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the method's name and what came with it."""

    method: str
    values: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string, "" when it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        found = value if isinstance(value, str) else json.dumps(value)
        if any("\ud800" <= character <= "\udfff" for character in found):
            raise bad_request("strings must be encoded in UTF-8", violation="not_utf8")
        return found

    def number(self, name: str, default: int = 0) -> int:
        """An integer; the default when it is missing or none, as the real server does."""
        value = self.values.get(name)
        if isinstance(value, bool) or value is None:
            return default
        try:
            return int(str(value).strip())
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """A boolean."""
        return self.text(name).strip().lower() in _TRUE

    def json(self, name: str, what: str) -> object:
        """A JSON-serialised parameter, None when it is missing. ``what`` names it in the error."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {what} JSON object", violation="bad_json") from error


def read_call(method: str, query: Mapping[str, str], content_type: str, body: bytes) -> Call:
    """The Call that a request makes. Parameters of the body win over those of the query."""
    values: dict[str, object] = dict(query)
    files: dict[str, Upload] = {}
    header = Header()
    header["content-type"] = content_type or "application/x-www-form-urlencoded"
    kind = header.get_content_type()
    if kind == "application/json":
        values |= _read_json(body)
    elif kind == "multipart/form-data":
        fields, files = _read_multipart(body, header.get_boundary() or "")
        values |= fields
    elif body:
        values |= _read_form(body)
    return Call(method, values, files)


def _read_json(body: bytes) -> dict[str, object]:
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except ValueError as error:
        raise bad_request("can't parse JSON object", violation="bad_json") from error
    if not isinstance(found, dict):
        raise bad_request("object expected as request", violation="bad_json")
    return found


def _read_form(body: bytes) -> dict[str, object]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError as error:
        raise bad_request("strings must be encoded in UTF-8", violation="not_utf8") from error


def _read_multipart(body: bytes, boundary: str) -> tuple[dict[str, object], dict[str, Upload]]:
    if not boundary:
        raise bad_request("boundary not found", violation="bad_multipart")
    mark = b"\r\n--" + boundary.encode()
    fields: dict[str, object] = {}
    files: dict[str, Upload] = {}
    pieces = (b"\r\n" + body).split(mark)
    if not pieces[-1].startswith(b"--"):
        raise bad_request("can't find end of multipart body", violation="bad_multipart")
    for piece in pieces[1:-1]:
        head, separator, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = BytesHeaderParser().parsebytes(head)
        name = disposition.get_param("name", header="content-disposition")
        if not separator or not isinstance(name, str):
            raise bad_request("can't parse multipart part", violation="bad_multipart")
        filename = disposition.get_filename()
        if filename is None:
            fields[name] = _utf8(data)
        else:
            files[name] = Upload(filename, data)
    return fields, files


def _utf8(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise bad_request("strings must be encoded in UTF-8", violation="not_utf8") from error


def too_large() -> ApiError:
    """What is said to a body over MAX_BODY."""
    return ApiError(413, "Request Entity Too Large", violation="body_too_large")
