"""What is remembered of pictures that Telegram has already."""

import asyncio
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from telegram.error import BadRequest

from bot.chat.pictures import AT_ONCE, MESSAGE_BYTES, UPLOADS, Pictures, no_download
from bot.chat.sender import TelegramMessenger
from bot.delivery.face import BusyError, MediaRefusedError, Part, Styled
from bot.model.post import Media, MediaKind
from bot.model.subscription import Target

PHOTO = Media(MediaKind.PHOTO, "https://site.example/a.jpg")


def taken(file_id):
    return (SimpleNamespace(photo=[SimpleNamespace(file_id=file_id)]),)


def test_a_picture_goes_by_its_file_id_once_telegram_has_it():
    pictures = Pictures(no_download)
    assert pictures.by_reference(PHOTO) == PHOTO.url
    pictures.learn((PHOTO,), taken("AgAC1"))
    assert pictures.by_reference(PHOTO) == "AgAC1"


def test_a_refused_file_id_is_forgotten():
    pictures = Pictures(no_download)
    pictures.learn((PHOTO,), taken("AgAC1"))
    pictures.forget((PHOTO,), ["AgAC1"])
    assert pictures.by_reference(PHOTO) == PHOTO.url


def test_a_refused_address_does_not_cost_the_file_id_that_another_chat_has_brought():
    pictures = Pictures(no_download)
    pictures.learn((PHOTO,), taken("AgAC1"))
    pictures.forget((PHOTO,), [PHOTO.url])
    assert pictures.by_reference(PHOTO) == "AgAC1"


def photos(count):
    return tuple(Media(MediaKind.PHOTO, f"https://site.example/{number}.jpg") for number in range(count))


async def test_a_message_waits_for_its_pictures_no_longer_than_it_may(monkeypatch):
    monkeypatch.setattr("bot.chat.pictures.MESSAGE_SECONDS", 0.05)
    stuck = []

    async def download(medium):
        if medium.url.endswith("1.jpg"):
            try:
                await asyncio.Event().wait()
            finally:
                stuck.append(medium.url)
        return b"picture"

    pictures = Pictures(download)
    media = photos(3)
    async with asyncio.timeout(5):
        got = await pictures.files_of(media)
    assert [medium for medium, _ in got] == [media[0], media[2]]
    async with asyncio.timeout(5):
        while not stuck:  # the download itself is given up too
            await asyncio.sleep(0.01)


async def test_the_pictures_of_a_message_are_bounded_together():
    async def download(medium):
        return b"x" * (MESSAGE_BYTES // 3)

    media = photos(10)
    got = await Pictures(download).files_of(media)
    assert [medium for medium, _ in got] == list(media[:3])


async def test_no_more_pictures_are_fetched_at_once_than_memory_has_room_for():
    inside = most = 0
    go = asyncio.Event()

    async def download(medium):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await go.wait()
        inside -= 1
        return b"x"

    pictures = Pictures(download)
    running = [asyncio.ensure_future(pictures.files_of(photos(10))) for _ in range(3)]
    while inside < AT_ONCE:
        await asyncio.sleep(0)
    go.set()
    assert [len(got) for got in await asyncio.gather(*running)] == [10, 10, 10]
    assert most == AT_ONCE


async def test_many_chats_that_want_one_picture_cost_its_host_one_request():
    asked = []

    async def download(medium):
        asked.append(medium.url)
        await asyncio.sleep(0)
        return b"x"

    pictures = Pictures(download)
    await asyncio.gather(*(pictures.files_of(photos(2)) for _ in range(20)))
    assert len(asked) == 2


class Deaf:
    """A Bot API that cannot fetch any address, and takes uploads when it is let."""

    def __init__(self):
        self.asked, self.go = [], asyncio.Event()
        self.inside = self.most = 0

    async def send_photo(self, chat_id, photo, **_how):
        self.asked.append(photo if isinstance(photo, str) else "bytes")
        if isinstance(photo, bytes):
            self.inside += 1
            self.most = max(self.most, self.inside)
            await self.go.wait()
            self.inside -= 1
        elif photo.startswith("http"):
            raise BadRequest("failed to get HTTP URL content")
        return SimpleNamespace(message_id=len(self.asked), photo=[SimpleNamespace(file_id="AgAC1")])


async def fetched(_medium):
    return b"picture"


WITH_PHOTO = Part(Styled("积水"), (PHOTO,))


async def test_few_pictures_are_in_memory_at_once_the_others_come_again_and_need_no_upload_then():
    bot = Deaf()
    messenger = TelegramMessenger(bot, fetched)
    sending = [asyncio.ensure_future(messenger.send(Target(chat), WITH_PHOTO)) for chat in range(20)]
    done, uploading = set(), set(sending)
    async with asyncio.timeout(5):
        while len(uploading) > UPLOADS:
            done, uploading = await asyncio.wait(sending, return_when=asyncio.FIRST_EXCEPTION)
    assert all(isinstance(each.exception(), BusyError) for each in done)
    assert bot.asked.count(PHOTO.url) == 1
    # Telegram is not asked once more for an address that it could not fetch
    with pytest.raises(BusyError):
        await messenger.send(Target(21), WITH_PHOTO)
    assert bot.asked.count(PHOTO.url) == 1
    async with asyncio.timeout(5):
        while bot.inside < UPLOADS:
            await asyncio.sleep(0)
    bot.go.set()
    await asyncio.gather(*uploading)
    assert bot.most == UPLOADS
    await messenger.send(Target(21), WITH_PHOTO)
    assert bot.asked[-1] == "AgAC1"


async def test_a_picture_that_nobody_can_fetch_is_refused_and_leaves_room_for_others():
    messenger = TelegramMessenger(Deaf(), no_download)
    for _ in range(UPLOADS + 1):
        with pytest.raises(MediaRefusedError):
            await messenger.send(Target(7), WITH_PHOTO)


def test_room_for_an_upload_is_given_back():
    pictures = Pictures(no_download)
    for _ in range(2):
        with ExitStack() as held:
            for _ in range(UPLOADS):
                held.enter_context(pictures.uploading())
            with pytest.raises(BusyError), pictures.uploading():
                pass
