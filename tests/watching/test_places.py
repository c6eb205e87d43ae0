"""Chats with places get what is meant for them, or for nobody knows where; and who was told once is told of the end."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.model.alert import Area, Circle, MsgType, Severity
from bot.model.place import ChatPlace
from bot.model.subscription import ChatKind
from bot.store import asked, chat_places, chats, renditions
from bot.store.tables import posts
from bot.watching import foreseeing, nearing
from bot.watching.recording import Recorder
from bot.watching.weigher import Weigher

HERE, FAR, ANYWHERE = 1001, 1002, 1003
SQUARE = ((39.0, 116.0), (40.0, 116.0), (40.0, 117.0), (39.0, 117.0), (39.0, 116.0))
ELSEWHERE = ((29.0, 120.0), (30.0, 120.0), (30.0, 121.0), (29.0, 121.0), (29.0, 120.0))
#: Latitude before longitude, as CAP has it; swapped it is nowhere.
SWAPPED = tuple((east, north) for north, east in SQUARE)
MARK = "Place not known"


async def settle(town, telegram_id, place, thread_id=0):
    kind = ChatKind.PRIVATE if telegram_id > 0 else ChatKind.SUPERGROUP
    async with town.db.begin() as conn:
        chat = await chats.ensure(conn, telegram_id, kind, "", town.clock(), "en")
        await chat_places.add(conn, chat, thread_id, place, town.clock())


def point(north, east, km=10.0, name="home"):
    return ChatPlace(name, north, east, km)


def drawn(town, number, *rings, circles=(), **changes):
    """An alert with this area."""
    made = town.cap(number, **changes)
    [hazard] = made.alert.hazards
    area = Area("somewhere", polygons=tuple(rings), circles=tuple(circles))
    return replace(made, alert=replace(made.alert, hazards=(replace(hazard, areas=(area,)),)))


@pytest.fixture
async def settled(town):
    """Three readers: in the square, in Kunming, and one who set no place."""
    for reader in (HERE, FAR, ANYWHERE):
        await town.subscribe(reader)
    await settle(town, HERE, point(39.9, 116.4))
    await settle(town, FAR, point(25.04, 102.72, 100.0))
    await town.see()
    return town


def texts(town):
    return [town.messenger.texts(reader) for reader in (HERE, FAR, ANYWHERE)]


async def test_an_alert_reaches_those_whose_place_its_area_meets_and_those_without_a_place(settled):
    await settled.see(drawn(settled, 1, SQUARE, severity=Severity.EXTREME))
    await settled.deliver()
    here, far, anywhere = texts(settled)
    assert (len(here), len(far), len(anywhere)) == (1, 0, 1)
    assert MARK not in here[0] + anywhere[0]


@pytest.mark.parametrize(
    "rings",
    [(), (SWAPPED,), (SQUARE, SWAPPED), (((1.0, 1.0),),), (((float("nan"), 1.0), (2.0, 2.0), (3.0, 1.0)),)],
    ids=["none", "swapped", "half swapped", "no ring", "no number"],
)
async def test_what_cannot_be_told_reaches_everybody_and_says_so_where_a_place_is_set(settled, rings):
    await settled.see(drawn(settled, 1, *rings))
    await settled.deliver()
    here, far, anywhere = texts(settled)
    assert (len(here), len(far), len(anywhere)) == (1, 1, 1)
    assert far[0].startswith(MARK)
    assert MARK not in anywhere[0]
    # whom the part that is known meets need not be told
    assert (MARK in here[0]) is (SQUARE not in rings)


async def test_the_end_reaches_who_was_told_though_the_area_moved_away(settled):
    await settled.see(drawn(settled, 1, SQUARE))
    await settled.deliver()
    moved = drawn(settled, 2, ELSEWHERE, msg_type=MsgType.UPDATE, supersedes=("office,A1",))
    await settled.see(moved)
    await settled.deliver()
    assert [len(each) for each in texts(settled)] == [2, 0, 2]
    over = drawn(settled, 3, ELSEWHERE, msg_type=MsgType.CANCEL, supersedes=("office,A2",))
    await settled.see(over)
    await settled.deliver()
    assert [len(each) for each in texts(settled)] == [3, 0, 3]


async def test_whom_an_update_newly_reaches_gets_it_as_new(settled):
    await settled.see(drawn(settled, 1, ELSEWHERE))
    await settled.deliver()
    assert [len(each) for each in texts(settled)] == [0, 0, 1]
    await settled.see(drawn(settled, 2, ELSEWHERE, SQUARE, msg_type=MsgType.UPDATE, supersedes=("office,A1",)))
    await settled.deliver()
    here, far, anywhere = texts(settled)
    assert (len(here), len(far), len(anywhere)) == (1, 0, 2)
    assert not settled.shown(HERE)[0].silent


async def test_an_edit_that_newly_reaches_a_place_is_said_there_as_new(settled):
    first = drawn(settled, 1, ELSEWHERE)
    await settled.see(first)
    await settled.deliver()
    wider = drawn(settled, 1, ELSEWHERE, SQUARE, words="Now also in the north")
    await settled.see(replace(wider, id=first.id))
    await settled.deliver()
    assert [len(each) for each in texts(settled)] == [1, 0, 1]


async def press_a_button(town):
    """The messages of the only post are made anew in every chat."""
    async with town.db.begin() as conn:
        post_id = (await conn.execute(select(func.max(posts.c.id)))).scalar_one()
        for reader in (HERE, FAR, ANYWHERE):
            chat = await chats.get(conn, reader)
            await renditions.anew(conn, chat.id, post_id, town.clock())
    await town.deliver()


async def test_that_its_place_is_not_known_stays_on_top_whatever_else_changes(settled):
    await settled.see(drawn(settled, 1))
    await settled.deliver()
    await press_a_button(settled)
    assert [MARK in message.text for [message] in map(settled.shown, (HERE, FAR, ANYWHERE))] == [True, True, False]
    await settled.see(drawn(settled, 1, words="Heavy rain and hail"))
    await settled.deliver()
    assert [MARK in settled.shown(reader)[0].text for reader in (HERE, FAR, ANYWHERE)] == [True, True, False]
    assert "hail" in settled.shown(HERE)[0].text


@pytest.mark.parametrize("waits", [False, True], ids=["shown", "waits"])
async def test_an_edit_that_says_the_place_takes_the_word_away_that_it_is_not_known(settled, waits):
    await settled.see(drawn(settled, 1))
    if not waits:
        await settled.deliver()
    await settled.see(drawn(settled, 1, SQUARE))
    await settled.deliver()
    await press_a_button(settled)
    assert [MARK in settled.shown(reader)[0].text for reader in (HERE, FAR)] == [False, False]


async def test_a_place_and_a_filter_must_both_let_a_post_through(settled):
    await settled.ask(1010, "metro")
    await settled.ask(1011, "rain")
    for reader in (1010, 1011):
        await settle(settled, reader, point(39.9, 116.4))
    await settled.ask(1012, "rain")
    await settle(settled, 1012, point(25.0, 102.7))
    await settled.see(drawn(settled, 1, SQUARE))
    await settled.deliver()
    assert [len(settled.messenger.texts(reader)) for reader in (1010, 1011, 1012)] == [0, 1, 0]


async def test_each_topic_has_its_own_places(town):
    for thread in (0, 7, 8):
        await town.subscribe(-100500, thread_id=thread)
    await settle(town, -100500, point(39.9, 116.4), 7)
    await settle(town, -100500, point(25.0, 102.7), 8)
    await town.see()
    await town.see(drawn(town, 1, SQUARE))
    await town.deliver()
    assert [len(town.shown(-100500, thread)) for thread in (0, 7, 8)] == [1, 1, 0]


async def test_one_of_several_places_is_enough_and_the_alert_comes_once(settled):
    await settle(settled, FAR, point(39.5, 116.5))
    await settle(settled, FAR, point(39.6, 116.6))
    await settled.see(drawn(settled, 1, SQUARE))
    await settled.deliver()
    assert [len(each) for each in texts(settled)] == [1, 1, 1]


async def test_more_places_than_one_statement_takes(settled, monkeypatch):
    monkeypatch.setattr(asked, "AT_ONCE", 2)
    monkeypatch.setattr(chat_places, "PAGE", 2)
    for reader in range(2000, 2007):
        await settled.subscribe(reader)
        await settle(settled, reader, point(39.5, 116.0 + (reader - 2000) / 10))
    await settled.restart()
    await settled.see(drawn(settled, 1, SQUARE))
    await settled.deliver()
    assert [len(settled.messenger.texts(reader)) for reader in range(2000, 2007)] == [1] * 7
    assert len(settled.messenger.texts(FAR)) == 0


async def test_a_place_set_between_the_looking_and_the_queueing_is_not_missed(settled, monkeypatch):
    real = foreseeing.foresee

    async def and_then(*given, **more):
        foreseen = await real(*given, **more)
        await settled.subscribe(2001)
        await settle(settled, 2001, point(39.2, 116.2))  # a place that nobody had
        await settled.subscribe(2002)
        await settle(settled, 2002, point(10.0, 10.0))
        return foreseen

    monkeypatch.setattr("bot.watching.recording.foresee", and_then)
    await settled.see(drawn(settled, 1, SQUARE))
    await settled.deliver()
    assert [len(settled.messenger.texts(reader)) for reader in (2001, 2002)] == [1, 0]


@pytest.mark.parametrize("broken", ["grounds_of", "chat_places.since"])
async def test_where_telling_places_breaks_everybody_gets_it(settled, monkeypatch, broken):
    def breaks(*_given, **_more):
        raise ValueError("broken on purpose")

    module, _, name = broken.rpartition(".")
    monkeypatch.setattr(getattr(nearing, module) if module else nearing, name, breaks)
    await settled.restart()
    await settled.see(drawn(settled, 1, SQUARE))
    await settled.deliver()
    assert [len(each) for each in texts(settled)] == [1, 1, 1]


async def test_words_decide_where_no_area_is_given(settled):
    weigher = Weigher()
    settled.recorder = Recorder(settled.db, settled.clock, random.Random(1), lambda: None, weigher)
    await settled.see(settled.post(1, "北京市气象台2026年7月21日12时发布暴雨橙色预警信号"))
    await settled.see(settled.post(2, "云南省气象台2026年7月21日12时发布暴雨橙色预警信号"))
    await settled.see(settled.post(3, "今天出门请注意安全"))
    weigher.close()
    await settled.deliver()
    here, far, anywhere = texts(settled)
    assert (len(here), len(far), len(anywhere)) == (2, 2, 3)
    assert [MARK in text for text in here] == [False, True]
    assert [MARK in text for text in far] == [False, True]


async def test_an_earthquake_reaches_as_far_as_it_may_be_felt(settled):
    def quake(number, magnitude):
        made = drawn(settled, number, circles=[Circle(38.0, 114.0, 0.0)], event="Earthquake")
        [hazard] = made.alert.hazards
        hazard = replace(hazard, parameters=(("magnitude", magnitude),))
        return replace(made, alert=replace(made.alert, hazards=(hazard,)))

    for number, magnitude in enumerate(("3.0", "5.0", "8.0"), start=1):
        await settled.see(quake(number, magnitude))
    await settled.deliver()
    # 290 km from the one, 1,750 km from the other
    assert [len(each) for each in texts(settled)] == [2, 1, 3]
