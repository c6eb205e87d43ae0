"""Pictures: what a header says, what Telegram refuses, and what a URL yields."""

import struct
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.demo.botapi import BotApiServer, Fetched, LoopbackPhotos
from bot.demo.botapi.errors import ApiError
from bot.demo.botapi.pictures import MAX_UPLOAD, NO_CONTENT, Header, checked, read_header
from bot.demo.botapi.records import User
from bot.demo.botapi.serving import LoopbackServer

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 30, 40) + b"\x03" * 10


def test_headers_are_read(png: Callable[..., bytes]) -> None:
    assert read_header(png(7, 5)) == Header("image/png", 7, 5)
    assert read_header(JPEG) == Header("image/jpeg", 40, 30)
    assert read_header(b"GIF89a" + struct.pack("<HH", 3, 2)) == Header("image/gif", 3, 2)
    lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + ((9 - 1) | (8 - 1) << 14).to_bytes(4, "little")
    assert read_header(lossless) == Header("image/webp", 9, 8)
    extended = b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + (5).to_bytes(3, "little") + (6).to_bytes(3, "little")
    assert read_header(extended) == Header("image/webp", 6, 7)


@pytest.mark.parametrize("data", [b"", b"<html>", b"\xff\xd8\xff", b"\xff\xd8xx", JPEG[:8], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_has_no_header(data: bytes) -> None:
    assert read_header(data) is None


@pytest.mark.parametrize(
    ("width", "height", "padding", "why"),
    [
        (9000, 1001, 0, "PHOTO_INVALID_DIMENSIONS"),
        (210, 10, 0, "PHOTO_INVALID_DIMENSIONS"),
        (8, 8, MAX_UPLOAD, "file is too big"),
    ],
)
def test_a_picture_over_the_limits_is_refused(
    png: Callable[..., bytes], width: int, height: int, padding: int, why: str
) -> None:
    with pytest.raises(ApiError, match=why):
        checked(png(width, height, padding=padding), MAX_UPLOAD)


def test_a_picture_at_the_limits_is_taken(png: Callable[..., bytes]) -> None:
    assert checked(png(9000, 1000), MAX_UPLOAD).width == 9000
    assert checked(png(200, 10), MAX_UPLOAD).height == 10


@pytest.mark.parametrize(
    "error", ["wrong file identifier/HTTP URL specified", "failed to get HTTP URL content", "WEBPAGE_CURL_FAILED"]
)
async def test_a_url_that_telegram_cannot_fetch(raw: Any, server: BotApiServer, user: User, error: str) -> None:
    async def refuse(url: str) -> Fetched:
        return Fetched(error=error)

    server.state.resolver = refuse
    told = await raw.told("sendPhoto", chat_id=user.id, photo="http://a.cn/1.jpg")
    assert told == (400, f"Bad Request: {error}")
    album = [{"type": "photo", "media": "http://a.cn/1.jpg"}] * 2
    told = await raw.told("sendMediaGroup", chat_id=user.id, media=album)
    assert told == (400, f'Bad Request: failed to send message #1 with the error message "{error}"')
    assert server.world.texts(user.id) == ()
    assert server.violations == {}


async def test_a_missing_attachment_is_the_clients_mistake(raw: Any, server: BotApiServer, user: User) -> None:
    album = [{"type": "photo", "media": "attach://nothing"}] * 2
    code, _ = await raw.told("sendMediaGroup", chat_id=user.id, media=album)
    assert code == 400
    assert server.violations == {"missing_attachment": 1}


@pytest.fixture
async def site(png: Callable[..., bytes]) -> AsyncIterator[LoopbackServer]:
    async def picture(request: Request) -> Response:
        return Response(png(60, 40), media_type="image/png")

    async def page(request: Request) -> Response:
        return Response("<html>", media_type="text/html")

    async with LoopbackServer(Starlette(routes=[Route("/a.png", picture), Route("/page", page)])) as running:
        yield running


async def test_the_demos_own_pictures_are_loaded_and_no_others(
    raw: Any, server: BotApiServer, user: User, site: LoopbackServer, png: Callable[..., bytes]
) -> None:
    async with LoopbackPhotos({site.url}) as photos:
        server.state.resolver = photos
        sent = (await raw("sendPhoto", chat_id=user.id, photo=f"{site.url}/a.png")).json()["result"]
        assert (sent["photo"][-1]["width"], sent["photo"][-1]["height"]) == (60, 40)
        picture = server.transcript(user.id)[-1].now.picture
        assert picture is not None
        assert picture.data == png(60, 40)
        told = await raw.told("sendPhoto", chat_id=user.id, photo=f"{site.url}/page")
        assert told == (400, "Bad Request: wrong type of the web page content")
        for url in (f"{site.url}/gone", "http://a.cn/1.jpg", f"{site.url}@a.cn/1.jpg"):
            assert await photos(url) == Fetched(error=NO_CONTENT)
