"""Photos of a request: by upload, file_id or URL, in InputMedia or alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.demo.botapi import pictures
from bot.demo.botapi.entities import Styled
from bot.demo.botapi.errors import ApiError, bad_request
from bot.demo.botapi.formatting import Raw, caption_of
from bot.demo.botapi.records import Picture
from bot.demo.botapi.state import State
from bot.demo.botapi.wire import Call, Upload

ALBUM_LEAST, ALBUM_MOST = 2, 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo with its caption."""

    picture: Picture
    caption: Styled


async def photo_parameter(state: State, call: Call) -> Picture:
    """The ``photo`` of sendPhoto."""
    if "photo" in call.files:
        return _uploaded(state, call.files["photo"])
    given = call.text("photo")
    if not given:
        raise bad_request("there is no photo in the request", violation="no_photo")
    return await _picture(state, call, given)


async def _picture(state: State, call: Call, given: str) -> Picture:
    if given.startswith("attach://"):
        upload = call.files.get(given.removeprefix("attach://"))
        if upload is None:
            raise bad_request("wrong file identifier/HTTP URL specified", violation="missing_attachment")
        return _uploaded(state, upload)
    if given in state.pictures:
        return state.pictures[given]
    if not given.lower().startswith(("http://", "https://")):
        raise bad_request(pictures.WRONG_URL, violation="wrong_file_id")
    return await _by_url(state, given)


def _uploaded(state: State, upload: Upload) -> Picture:
    return state.add_picture(pictures.checked(upload.data, pictures.MAX_UPLOAD), upload.data)


async def _by_url(state: State, url: str) -> Picture:
    fetched = await state.resolver(url)
    if fetched.error:
        raise pictures.refused(fetched.error)
    if not fetched.data:
        return state.add_picture(None, b"", url)
    if len(fetched.data) > pictures.MAX_BY_URL:
        raise pictures.refused(pictures.NO_CONTENT)
    header = pictures.read_header(fetched.data)
    if header is None:
        raise pictures.refused(pictures.WRONG_TYPE)
    if not pictures.fits(header):
        raise pictures.refused("PHOTO_INVALID_DIMENSIONS")
    return state.add_picture(header, fetched.data, url)


async def album_parameter(state: State, call: Call) -> list[Shown]:
    """The ``media`` of sendMediaGroup: two to ten photos."""
    given = call.json("media", "media")
    if not isinstance(given, list):
        raise bad_request("expected an Array of InputMedia", violation="bad_media")
    if len(given) < ALBUM_LEAST:
        raise bad_request("too few messages to send as an album", violation="album_size")
    if len(given) > ALBUM_MOST:
        raise bad_request("too many messages to send as an album", violation="album_size")
    captions = _captions(state, given)
    found: list[Shown] = []
    for place, item in enumerate(given):
        try:
            found.append(Shown(await _picture(state, call, _media(item)), captions[place]))
        except ApiError as error:
            why = error.description.removeprefix("Bad Request: ")
            told = f'failed to send message #{place + 1} with the error message "{why}"'
            raise bad_request(told, violation=error.violation) from error
    return found


def _captions(state: State, items: Sequence[object]) -> list[Styled]:
    return [caption_of(_raw_caption(item), state.count) for item in items]


async def media_parameter(state: State, call: Call) -> Shown:
    """The ``media`` of editMessageMedia: one photo."""
    given = call.json("media", "media")
    caption = caption_of(_raw_caption(given), state.count)
    return Shown(await _picture(state, call, _media(given)), caption)


def _raw_caption(item: object) -> Raw:
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object", violation="bad_media")
    return Raw(str(item.get("caption") or ""), str(item.get("parse_mode") or ""), item.get("caption_entities"))


def _media(item: object) -> str:
    if not isinstance(item, dict) or item.get("type") != "photo":
        raise bad_request("only photos are offered by this stand-in", violation="bad_media")
    media = item.get("media")
    if not isinstance(media, str) or not media:
        raise bad_request("can't parse InputMedia: media not found", violation="bad_media")
    return media
