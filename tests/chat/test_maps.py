"""Maps on their way: one upload for all, who waits waits a second at most, and a chat's refusal is not everybody's."""

import asyncio

import pytest

from bot.chat.maps import MOST_REFUSALS, Maps
from bot.chat.pictures import Pictures, no_download
from bot.delivery.face import DrawingError, MediaRefusedError, NotSentError
from bot.model.mapping import AreaMap
from bot.model.post import MediaKind

MAP = AreaMap(MediaKind.PHOTO, "map:1")
REFUSED = MediaRefusedError("IMAGE_PROCESS_FAILED")


class Drawing:
    def __init__(self) -> None:
        self.drawn = 0
        self.png: bytes | None = b"png"

    async def __call__(self, _picture):
        self.drawn += 1
        return self.png


class Answer:
    """What Telegram says of a photo that it took."""

    def __init__(self, file_id):
        self.photo = [type("Size", (), {"file_id": file_id})()]


@pytest.fixture
def pictures():
    return Pictures(no_download)


@pytest.fixture
def drawing():
    return Drawing()


@pytest.fixture
def maps(drawing, pictures):
    return Maps(drawing, pictures)


async def test_who_comes_while_a_map_is_uploaded_gets_its_file_id(maps, pictures, drawing):
    uploading, uploaded = asyncio.Event(), asyncio.Event()

    async def first():
        async with maps.file(MAP) as file:
            assert file == b"png"
            uploading.set()
            await uploaded.wait()
            pictures.learn((MAP,), (Answer("id"),))

    async def another():
        await uploading.wait()
        async with maps.file(MAP) as file:
            return file

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(first())
        others = [tasks.create_task(another()) for _ in range(20)]
        await uploading.wait()
        uploaded.set()
    assert {task.result() for task in others} == {"id"}
    assert drawing.drawn == 1


async def test_an_upload_that_failed_is_taken_up_by_the_next(maps, drawing):
    with pytest.raises(NotSentError):
        async with maps.file(MAP):
            raise NotSentError("connection refused")
    async with maps.file(MAP) as file:
        assert file == b"png"


async def test_who_waits_too_long_for_anothers_upload_is_told(maps, monkeypatch):
    monkeypatch.setattr("bot.chat.maps.SECONDS", 0.01)
    async with maps.file(MAP):
        with pytest.raises(DrawingError) as told:
            async with maps.file(MAP):
                pass
    assert told.value.seconds == 0.01


async def test_without_a_drawing_there_is_no_map(maps, drawing):
    drawing.png = None
    with pytest.raises(MediaRefusedError):
        async with maps.file(MAP):
            pass


async def test_one_chat_that_takes_no_photos_keeps_the_map_from_nobody_else(maps, pictures):
    pictures.learn((MAP,), (Answer("id"),))
    for _ in range(10):
        for _ in range(MOST_REFUSALS - 1):
            async with maps.file(MAP) as file:
                assert maps.refused(MAP, file, REFUSED) is REFUSED
        maps.took(MAP)
    async with maps.file(MAP) as file:
        assert file == "id"


async def test_a_file_id_that_nobody_can_use_any_more_is_uploaded_again(maps, pictures):
    pictures.learn((MAP,), (Answer("stale"),))
    for _ in range(MOST_REFUSALS):
        async with maps.file(MAP) as file:
            maps.refused(MAP, file, REFUSED)
    async with maps.file(MAP) as file:
        assert file == b"png"


async def test_a_drawing_that_telegram_never_takes_is_not_uploaded_for_each_chat(maps, drawing):
    for _ in range(MOST_REFUSALS):
        async with maps.file(MAP) as file:
            maps.refused(MAP, file, REFUSED)
    with pytest.raises(MediaRefusedError):
        async with maps.file(MAP):
            pass
    assert drawing.drawn == MOST_REFUSALS
