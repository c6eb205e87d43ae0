"""Pictures as Telegram takes them: size and dimension limits read from the file's header, and what a URL yields."""

import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.demo.botapi.errors import ApiError, bad_request

#: Bytes: a photo that is uploaded, and one that Telegram fetches by URL.
MAX_UPLOAD = 10 * 1024 * 1024
MAX_BY_URL = 5 * 1024 * 1024
#: Width plus height, and the longer side by the shorter.
MAX_SIDES = 10_000
MAX_RATIO = 20

#: What a photo is taken to measure when nobody loads it.
ASSUMED_WIDTH, ASSUMED_HEIGHT = 1280, 720

_PNG = b"\x89PNG\r\n\x1a\n"
#: JPEG frame headers SOF0 to SOF15 hold the size; C4, C8 and CC are other segments.
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: JPEG markers without a length: TEM, RST0 to RST7, SOI.
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What "Telegram" got from a URL: a picture's data (may stay empty), or the error it would give."""

    data: bytes = b""
    error: str = ""


#: Decides what a photo URL yields. See ``accept_unseen``.
Resolver = Callable[[str], Awaitable[Fetched]]

WRONG_URL = "wrong file identifier/HTTP URL specified"
NO_CONTENT = "failed to get HTTP URL content"
WRONG_TYPE = "wrong type of the web page content"


async def accept_unseen(url: str) -> Fetched:  # noqa: ARG001 - the face of a Resolver
    """The default: nothing is fetched, every URL is taken."""
    return Fetched()


@dataclass(frozen=True, slots=True)
class Header:
    """A picture file's type and size in pixels."""

    mime: str
    width: int
    height: int


def read_header(data: bytes) -> Header | None:
    """The header of a PNG, JPEG, GIF or WebP; None for anything else or a damaged one."""
    try:
        if data.startswith(_PNG) and data[12:16] == b"IHDR":
            return Header("image/png", *struct.unpack(">II", data[16:24]))
        if data.startswith((b"GIF87a", b"GIF89a")):
            return Header("image/gif", *struct.unpack("<HH", data[6:10]))
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        return None
    return None


def _jpeg(data: bytes) -> Header | None:
    at = 2
    while at < len(data):
        if data[at] != 0xFF:  # noqa: PLR2004 - every JPEG marker begins so
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            at += 1
        elif marker in _SOF:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Header("image/jpeg", width, height)
        else:
            at += 2 if marker in _BARE else 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def _webp(data: bytes) -> Header | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return Header(
            "image/webp", 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        )
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return Header("image/webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return Header("image/webp", width & 0x3FFF, height & 0x3FFF)
    return None


def checked(data: bytes, limit: int) -> Header:
    """The header of a picture within Telegram's limits, or the refusal."""
    if not data:
        raise bad_request("file must be non-empty", violation="empty_file")
    if len(data) > limit:
        raise bad_request("file is too big", violation="picture_too_big")
    header = read_header(data)
    if header is None or not header.width or not header.height:
        raise bad_request("IMAGE_PROCESS_FAILED", violation="no_picture")
    if not fits(header):
        raise bad_request("PHOTO_INVALID_DIMENSIONS", violation="picture_dimensions")
    return header


def fits(header: Header) -> bool:
    """Whether width plus height and their ratio are within the limits."""
    sides = sorted((header.width, header.height))
    return sum(sides) <= MAX_SIDES and sides[1] <= MAX_RATIO * sides[0]


def refused(why: str) -> ApiError:
    """Telegram could not take the picture from a URL: no fault of the client's."""
    return bad_request(why)
