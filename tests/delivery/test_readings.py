"""Reading within a turn: not before the reader is ready, for a moment only, and each version once."""

import asyncio
import threading

import pytest
from structlog.testing import capture_logs

from bot.delivery import readings as module
from bot.delivery.readings import Readings
from bot.model.post import Post, Revision, RevisionKind
from bot.model.reading import HazardKind
from bot.reading import reader

RED = "北京市气象台将暴雨橙色预警升级为红色预警。"
POST = Post("weibo", "1", "1", RED, "https://a.example/1")


@pytest.fixture(scope="module", autouse=True)
async def _warm():
    await asyncio.to_thread(reader.warm)


@pytest.fixture
def read(monkeypatch):
    """The texts that were read; while ``read.blocks`` is set, reading does not end."""
    real = reader.read

    class Spy(list):
        blocks = None

    spy = Spy()

    def noting(text, **more):
        spy.append(text)
        if spy.blocks is not None:
            spy.blocks.wait(20)
        return real(text, **more)

    monkeypatch.setattr(reader, "read", noting)
    return spy


async def test_each_version_is_read_once(read):
    readings = Readings()
    first = await readings.of((1, 1), POST)
    assert first.claims
    assert await readings.of((1, 1), POST) is first
    assert await readings.of((1, 2), POST) is not first
    assert len(read) == 2


async def test_the_facts_of_each_version_are_found_once(read):
    readings, asked = Readings(), []

    async def load():
        asked.append(True)
        return Revision(POST, 1, RevisionKind.NEW)

    first = await readings.facts((1, 1), "A", load)
    assert HazardKind.RAINSTORM in first.hazards
    assert await readings.facts((1, 1), "A", load) is first
    assert (await readings.facts((1, 1), "B", load)).agencies != first.agencies
    assert (len(asked), len(read)) == (2, 1)


async def test_only_so_many_are_kept(read, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    readings = Readings()
    for post_id in (1, 2, 1, 3, 1, 2):
        await readings.of((post_id, 1), POST)
    assert len(read) == 4


async def test_nothing_is_read_before_the_reader_is_ready(read, monkeypatch):
    monkeypatch.setattr(reader, "is_warm", lambda: False)
    assert await Readings().of((1, 1), POST) is None
    assert not read


async def test_a_reading_that_takes_too_long_is_not_waited_for_and_nothing_queues_behind_it(read, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.02)
    read.blocks, readings = threading.Event(), Readings()
    try:
        async with asyncio.timeout(10):
            assert await readings.of((1, 1), POST) is None
            assert await readings.of((2, 1), POST) is None
        assert len(read) == 1
    finally:
        read.blocks.set()
    monkeypatch.setattr(module, "PATIENCE", 10.0)
    async with asyncio.timeout(10):
        while (found := await readings.of((2, 1), POST)) is None:
            await asyncio.sleep(0.005)
    assert found.claims


async def test_a_reading_that_fails_after_it_took_too_long_is_told(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.02)
    ends = threading.Event()

    def fail(_text, **_more):
        ends.wait(20)
        raise ZeroDivisionError

    monkeypatch.setattr(reader, "read", fail)
    with capture_logs() as logged:
        assert await Readings().of((1, 1), POST) is None
        ends.set()
        async with asyncio.timeout(10):
            while not (told := [line for line in logged if line["log_level"] == "error"]):
                await asyncio.sleep(0.005)
    assert isinstance(told[0]["exc_info"], ZeroDivisionError)
