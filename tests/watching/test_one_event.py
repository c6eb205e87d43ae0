"""One event told by several accounts: the first rings, the others confirm it below without a sound."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.model.alert import MsgType, Severity
from bot.model.delivery import Lane
from bot.model.manners import Own, Telling, Way
from bot.sources.cenc import CencSource
from bot.sources.nmc.alarms import post_of as listed
from bot.sources.nmc.alarms import read_list
from bot.sources.usgs.reading import read_quakes
from bot.store import accounts, chats, manners, mutes, posts, subscriptions
from bot.store.mutes import Gravity
from bot.watching.recording import Recorder
from bot.watching.weigher import Weigher

BOTH, SECOND_ONLY = 1001, 1002
OTHER_KEY = "1000000009"


class Second:
    """Another watched account of the town."""

    def __init__(self, town, watch):
        self.town, self.watch = town, watch

    async def see(self, *posts):
        first, self.town.watch = self.town.watch, self.watch
        try:
            await self.town.see(*posts)
        finally:
            self.watch, self.town.watch = self.town.watch, first

    async def subscribe(self, telegram_id):
        first, self.town.watch = self.town.watch, self.watch
        try:
            await self.town.subscribe(telegram_id)
        finally:
            self.town.watch = first


@pytest.fixture
async def second(town):
    async with town.db.begin() as conn:
        account = replace(town.watch.account, key=OTHER_KEY, name="Second")
        account_id = await accounts.upsert(conn, account, town.clock())
        await accounts.ensure_watch(conn, account_id, town.clock(), 60.0)
        watch = await accounts.watch_of(conn, account_id)
    other = Second(town, watch)
    await town.subscribe(BOTH)
    await other.subscribe(BOTH)
    await other.subscribe(SECOND_ONLY)
    await town.see()
    await other.see()
    return other


def cenc(magnitude=5.6, at="2026-07-21 11:50:40", name="A"):
    line = {"CATA_ID": name, "O_TIME": at, "EPI_LAT": 30, "EPI_LON": 99, "LOCATION_C": "四川甘孜州"}
    body = json.dumps([{**line, "M": magnitude, "AUTO_FLAG": "M"}]).encode()
    (post,) = CencSource(None, lambda: datetime(2026, 7, 21, 3, 51, tzinfo=UTC)).read(body, "a")
    return post


def usgs(magnitude=5.4, at=datetime(2026, 7, 21, 3, 50, 43, tzinfo=UTC), alert=None, name="us7000"):
    properties = {
        "mag": magnitude, "place": "Sichuan, China", "time": int(at.timestamp() * 1000), "type": "earthquake",
        "title": f"M {magnitude} - Sichuan, China", "status": "reviewed", "alert": alert, "ids": f",{name},",
        "url": f"https://earthquake.usgs.gov/earthquakes/eventpage/{name}",
    }  # fmt: skip
    feature = {"id": name, "properties": properties, "geometry": {"coordinates": [99.2, 30.1, 10]}}
    body = json.dumps({"features": [feature], "metadata": {"title": "USGS"}}).encode()
    (post,) = read_quakes(
        body, "a", "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/4.5_day.geojson"
    ).posts
    return post


async def test_the_second_agency_confirms_below_without_a_sound_and_figures_stand_side_by_side(town, second):
    await town.see(cenc())
    await town.deliver()
    await second.see(usgs())
    await town.deliver()
    first, other = town.shown(BOTH)
    assert (first.silent, other.silent) == (False, True)
    assert other.reply_to == first.id
    assert other.text.startswith("Confirms what was told by 中国地震台网. Magnitude: 5.6 (中国地震台网), 5.4 (USGS).")
    assert len(first.edits) == 1
    assert first.text.startswith("Confirmed by USGS. Magnitude: 5.6 (中国地震台网), 5.4 (USGS).")
    assert "发生5.6级地震" in first.text
    (alone,) = town.shown(SECOND_ONLY)
    assert alone.silent is False
    assert "Confirms" not in alone.text


async def test_both_seen_before_anything_is_sent_ring_once(town, second):
    await town.see(cenc())
    await second.see(usgs())
    await town.deliver()
    assert sorted(message.silent for message in town.shown(BOTH)) == [False, True]


@pytest.mark.parametrize(("alert", "sounds"), [(None, [True, False]), ("red", [False, True])])
async def test_who_was_told_by_the_first_without_a_sound_hears_the_second(town, second, alert, sounds):
    """What is Extreme made a sound all the same."""
    async with town.db.begin() as conn:
        chat = await chats.get(conn, BOTH)
        [first] = [
            each for each in await subscriptions.of_chat(conn, chat.id, 0) if each.account == town.watch.account
        ]
        await manners.set_own(conn, chat.id, first.subscription_id, Own(Telling(Way.SILENT)))
    first, other = (cenc(), usgs()) if alert is None else (usgs(alert=alert), cenc())
    await town.see(first)
    await town.deliver()
    await second.see(other)
    await town.deliver()
    assert [message.silent for message in town.shown(BOTH)] == sounds
    assert town.shown(BOTH)[1].reply_to == town.shown(BOTH)[0].id


async def test_an_aftershock_rings(town, second):
    await town.see(cenc())
    await second.see(usgs(at=datetime(2026, 7, 21, 3, 53, 43, tzinfo=UTC)))
    await town.deliver()
    assert [message.silent for message in town.shown(BOTH)] == [False, False]


async def test_two_quakes_of_one_account_are_two(town, second):
    await town.see(cenc())
    await second.see(usgs(), usgs(5.3, datetime(2026, 7, 21, 3, 51, 10, tzinfo=UTC), name="us7001"))
    await town.deliver()
    assert sorted(message.silent for message in town.shown(BOTH)) == [False, False, True]


async def test_a_second_agency_that_says_worse_rings_in_the_thread(town, second):
    await town.see(cenc())
    await town.deliver()
    await second.see(usgs(alert="red"))
    await town.deliver()
    first, other = town.shown(BOTH)
    assert other.silent is False
    assert other.reply_to == first.id


async def test_what_the_first_took_back_is_no_reason_to_be_quiet(town, second):
    quake = usgs()
    await second.see(quake)
    await town.deliver()
    await second.see(replace(quake, id="us7000,deleted", aliases=(), supersedes=("us7000",), alert=_deleted(quake)))
    await town.deliver()
    await town.see(cenc())
    await town.deliver()
    assert town.shown(BOTH)[-1].silent is False
    assert "Confirms" not in town.shown(BOTH)[-1].text


def _deleted(quake):
    return replace(quake.alert, msg_type=MsgType.CANCEL, identifier="us7000,deleted")


async def test_an_edit_of_the_second_stays_true_and_rings_where_it_is_worse(town, second):
    await town.see(cenc())
    await town.deliver()
    await second.see(usgs())
    await town.deliver()
    await second.see(usgs(alert="red"))
    await town.deliver()
    _, other, word = town.shown(BOTH)
    assert "Expected losses (PAGER): red" in other.text
    assert other.text.startswith("Confirms what was told by 中国地震台网.")
    assert (word.silent, word.reply_to) == (False, other.id)


async def test_figures_that_change_and_a_post_that_is_taken_back_are_told_in_the_other_message(town, second):
    quake = usgs()
    await town.see(cenc())
    await town.deliver()
    await second.see(quake)
    await town.deliver()
    await town.see(cenc(5.8))
    await town.deliver()
    first, other = town.shown(BOTH)[:2]
    assert "5.8 (中国地震台网), 5.4 (USGS)" in first.text
    assert "5.8 (中国地震台网), 5.4 (USGS)" in other.text
    gone = replace(quake, id="us7000,deleted", aliases=(), supersedes=("us7000",), alert=_deleted(quake))
    await second.see(gone)
    await town.deliver()
    assert "USGS" not in first.text
    assert "发生5.8级地震" in first.text
    assert other.text.startswith("✅ Lifted by the agency.")


async def test_a_warning_of_the_list_and_of_the_stations_own_account_ring_once(town, second):
    weigher = Weigher(patience_s=60.0)
    try:
        town.recorder = Recorder(town.db, town.clock, random.Random(1), lambda: None, weigher)
        row = {
            "alertid": "11011141600000_20260721115000", "issuetime": "2026/07/21 11:50",
            "title": "北京市房山区气象台发布暴雨橙色预警信号", "url": "/publish/alarm/11011141600000_20260721115000.html",
        }  # fmt: skip
        body = json.dumps({"code": 0, "data": {"page": {"list": [row], "count": 1}}}).encode()
        (item,) = read_list(body).items
        said = "房山区气象台7月21日11时50分发布暴雨橙色预警信号。"
        await town.see(listed(item, "a", said, ()))
        await second.see(town.post(0, said, author="房山气象"))
        await second.see(town.post(1, said.replace("房山", "门头沟"), author="门头沟气象"))
        await town.deliver()
    finally:
        weigher.close()
    shown = town.shown(BOTH)
    assert sorted(message.silent for message in shown) == [False, False, True]
    (confirming,) = [message for message in shown if message.silent]
    assert confirming.text.startswith("Confirms what was told by 北京市房山区气象台.")
    assert confirming.reply_to == shown[0].id
    assert shown[0].text.startswith("Confirmed by 房山气象.")


async def test_where_the_operator_says_so_each_rings(town, second):
    town.recorder = Recorder(town.db, town.clock, random.Random(1), lambda: None, one_event=False)
    await town.see(cenc())
    await second.see(usgs())
    await town.deliver()
    assert [message.silent for message in town.shown(BOTH)] == [False, False]


async def test_the_same_words_alone_join_nothing(town, second):
    await town.see(town.cap(1, severity=Severity.SEVERE))
    await second.see(town.cap(1, severity=Severity.SEVERE))
    await town.deliver()
    assert [message.silent for message in town.shown(BOTH)] == [False, False]


@pytest.mark.parametrize(("alert", "messages"), [(None, 1), ("red", 2)])
async def test_who_muted_the_event_is_not_told_who_confirms_it_unless_it_is_worse(town, second, alert, messages):
    await town.see(cenc())
    await town.deliver()
    async with town.db.begin() as conn:
        chat = await chats.get(conn, BOTH)
        known = (await posts.known(conn, town.watch.account_id, [cenc().id]))[cenc().id]
        gravity = Gravity(Lane.URGENT, Severity.SEVERE.rank)
        await mutes.mute(conn, chat.id, 0, known.post_id, gravity, town.clock())
    await second.see(usgs(alert=alert))
    await town.deliver()
    assert len(town.shown(BOTH)) == messages
    assert len(town.shown(SECOND_ONLY)) == 1
