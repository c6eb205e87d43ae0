"""What a post's words prove decides its lane, on both databases; a reader that fails or hangs delays and loses nothing."""

import asyncio
import random
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.model.alert import Severity
from bot.model.delivery import Lane, Op
from bot.model.post import Repost
from bot.store.tables import deliveries
from bot.watching import weigher as room
from bot.watching.recording import Recorder
from bot.watching.weigher import Weigher

READER = 1001
ORANGE = "北京市气象台2026年7月21日11时30分发布暴雨橙色预警"
RED = "北京市气象台2026年7月21日11时40分发布暴雨红色预警"
YELLOW = "北京市气象台2026年7月21日11时20分发布暴雨黄色预警"
NOW = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)


@pytest.fixture
def weigher():
    made = Weigher(patience_s=20.0)
    yield made
    made.close()


@pytest.fixture
async def reading(town, weigher):
    """A town whose recorder reads, and where somebody listens."""
    town.recorder = Recorder(town.db, town.clock, random.Random(1), lambda: None, weigher)
    await town.subscribe(READER)
    await town.see()
    return town


async def queued(town, op=Op.SEND):
    """Lane and sound of what was queued, in order."""
    d = deliveries.c
    wanted = select(d.lane, d.silent).where(d.op == op.value).order_by(d.id)
    async with town.db.read() as conn:
        return [(Lane(row.lane), row.silent) for row in await conn.execute(wanted)]


async def test_a_post_goes_in_the_lane_that_its_proved_level_deserves(reading):
    await reading.see(
        reading.post(1, ORANGE),
        reading.post(2, RED),
        reading.post(3, YELLOW),
        reading.post(4, "北京市气象台11时50分解除暴雨红色预警。"),
        reading.post(5, f"【演练】{RED}"),
        reading.post(6, "第6条：请注意安全"),
        reading.post(7, "详见链接", title=RED),
        reading.post(8, "转发微博", repost=Repost(available=True, text=RED)),
        reading.post(9, RED, published=None),
    )
    lanes = [lane for lane, _ in await queued(reading)]
    urgent, extreme, routine = Lane.URGENT, Lane.EXTREME, Lane.ROUTINE
    # the one without a time of its own is as old as its first sight, so it comes first
    assert lanes == [extreme, urgent, extreme, routine, routine, routine, routine, extreme, routine]


async def test_an_edit_that_raises_the_proved_level_hurries_what_waits_and_rings_where_it_was_said(reading):
    await reading.see(reading.post(1, YELLOW))
    assert await queued(reading) == [(Lane.ROUTINE, False)]
    await reading.see(reading.post(1, RED))
    assert await queued(reading) == [(Lane.EXTREME, False)]
    await reading.deliver()
    await reading.see(reading.post(2, YELLOW))
    await reading.deliver()
    await reading.see(reading.post(2, f"{YELLOW}。请注意防范。"))
    await reading.see(reading.post(2, f"{RED}。请注意防范。"))
    assert await queued(reading, Op.EDIT) == [(Lane.ROUTINE, True), (Lane.EXTREME, False)]


LIFTED = "北京市气象台2026年7月21日20时00分解除暴雨红色预警"


async def replies(town, *texts, gap_hours=1):
    """What each of these posts is a reply to in the reader's chat: the number of an earlier one, None for nothing."""
    for number in range(len(texts)):
        town.clock.advance(gap_hours * 3600)
        await town.see(*(town.post(n, each) for n, each in enumerate(texts[: number + 1])))
        await town.deliver()
    sent = town.shown(READER)
    numbers = {message.id: number for number, message in enumerate(sent)}
    return [numbers.get(message.reply_to) for message in sent]


async def test_a_warning_that_goes_on_hangs_below_its_beginning_until_it_is_lifted(reading):
    assert await replies(reading, YELLOW, "第2条", ORANGE, RED, LIFTED, YELLOW) == [None, None, 0, 0, 0, None]


@pytest.mark.parametrize(
    "other",
    [
        ORANGE.replace("北京市", "房山区"),
        ORANGE.replace("暴雨", "雷电"),
        f"【演练】{ORANGE}",
        f"{ORANGE}。北京市气象台11时30分发布雷电黄色预警",
        "今天有暴雨",
    ],
)
async def test_another_body_hazard_or_several_at_once_begin_anew(reading, other):
    assert await replies(reading, YELLOW, other) == [None, None]


async def test_a_warning_of_which_nothing_was_said_for_two_days_is_another_one(reading):
    first = reading.post(1, YELLOW)
    later = reading.post(2, ORANGE.replace("21日", "24日"), published=NOW + timedelta(days=3))
    await reading.see(first)
    await reading.deliver()
    reading.clock.advance(3 * 86400)
    await reading.see(first, later)
    await reading.deliver()
    assert [message.reply_to for message in reading.shown(READER)] == [None, None]


async def test_an_edit_keeps_a_post_with_its_warning(reading):
    first, second = reading.post(1, YELLOW), reading.post(2, ORANGE)
    await reading.see(first)
    edited = replace(first, text=f"{YELLOW}。请注意防范。")
    await reading.see(edited)
    await reading.deliver()
    await reading.see(edited, second)
    await reading.deliver()
    sent = reading.shown(READER)
    assert sent[-1].reply_to == sent[0].id


async def test_fields_are_believed_and_not_words(reading):
    await reading.see(reading.cap(1, severity=Severity.MINOR, words=RED))
    assert await queued(reading) == [(Lane.ROUTINE, False)]


async def test_when_reading_breaks_the_post_goes_out_as_before(reading, monkeypatch):
    def broken(*_given, **_more):
        raise RuntimeError("a fault in reading")

    monkeypatch.setattr(room.reader, "read", broken)
    await reading.see(reading.post(1, RED))
    await reading.deliver()
    assert await queued(reading) == [(Lane.ROUTINE, False)]
    assert len(reading.messenger.texts(READER)) == 1


async def test_when_matching_breaks_what_was_read_is_not_forgotten(reading, monkeypatch):
    from bot.watching import foreseeing, wishing

    def broken(_tree, _facts):
        raise RuntimeError("a fault in matching")

    for place in (foreseeing, wishing):
        monkeypatch.setattr(place, "passes", broken)
    await reading.subscribe(READER + 1, "地铁")
    await reading.see(reading.post(1, RED))
    assert await queued(reading) == [(Lane.EXTREME, False)] * 2


async def test_posts_of_the_first_look_are_not_read(town, weigher, monkeypatch):
    read = []
    monkeypatch.setattr(room.reader, "read", lambda text, **_: read.append(text))
    town.recorder = Recorder(town.db, town.clock, random.Random(1), lambda: None, weigher)
    await town.see(town.post(1, RED))
    assert read == []


async def test_a_reader_that_hangs_is_waited_for_once_and_not_again(monkeypatch, town):
    free, entered = threading.Event(), threading.Event()

    def hanging(text, **_):
        entered.set()
        free.wait(20)
        raise RuntimeError(text)

    monkeypatch.setattr(room.reader, "read", hanging)
    hung = Weigher(patience_s=0.05)
    try:
        pair = (town.post(1, RED), None)
        assert await hung.weigh([pair], NOW) == {}
        assert entered.is_set()
        entered.clear()
        # nobody waits behind it: even with a patience that no test would survive
        hung._patience_s = 3600.0
        async with asyncio.timeout(10):
            assert await hung.weigh([pair], NOW) == {}
        assert not entered.is_set()
    finally:
        free.set()
        hung.close()


async def test_what_was_read_in_time_counts_and_the_rest_goes_out_unread(town):
    ticks = iter(range(100))
    slow = Weigher(patience_s=2.5, seconds=lambda: float(next(ticks)))
    posts = [replace(town.post(n, RED), id=str(n)) for n in range(4)]
    try:
        found = await slow.weigh([(post, None) for post in posts], NOW)
    finally:
        slow.close()
    assert weights(found) == {"0": Severity.EXTREME, "1": Severity.EXTREME}


async def test_two_pages_at_once_are_both_read(town, weigher):
    first, second = (weigher.weigh([(replace(town.post(1, text), id=text), None)], NOW) for text in (ORANGE, RED))
    found = await asyncio.gather(first, second)
    assert [weights(one) for one in found] == [{ORANGE: Severity.SEVERE}, {RED: Severity.EXTREME}]


def weights(found):
    return {post_id: weight.now for post_id, weight in found.items()}
