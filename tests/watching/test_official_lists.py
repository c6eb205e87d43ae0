"""Official lists from an agency's answers to what a chat shows: a level that rises rings, what is over is told, once."""

import json
import random

import listed
import pytest

from bot.sources.cap.source import CapSource
from bot.sources.eaflood import EAFLOOD
from bot.sources.face import Posts
from bot.sources.gdacs import GDACS
from bot.sources.meteoalarm import METEOALARM
from bot.sources.nina import NINA
from bot.sources.nws import NWS
from bot.sources.usgs import USGS
from bot.watching.recording import Recorder

READER = 1001


@pytest.fixture
def db(sqlite_db):
    return sqlite_db


class Site:
    """Gives whatever was put there, by the last part of the path."""

    def __init__(self, clock) -> None:
        self.clock, self.body, self.others = clock, b"", {}

    async def fetch(self, request):
        import httpx

        from bot.fetching.face import Response, Validators

        name = request.url.partition("#")[0].rpartition("/")[2]
        return Response(
            request.url, 200, httpx.Headers(), self.others.get(name, self.body), Validators(), self.clock()
        )


@pytest.fixture
def follow(town, clock):
    """Subscribe the reader to a list; each look afterwards gives what the chat shows."""

    async def begin(dialect, quiet: bytes):
        site = Site(clock)
        source = CapSource(site, clock, random.Random(1), dialect)
        town.source, town.recorder = source, Recorder(town.db, clock, random.Random(1), lambda: None)
        await town.subscribe(READER)
        site.body = quiet

        async def look(body: bytes | None = None, **others: bytes):
            site.body = body if body is not None else site.body
            site.others |= others
            outcome = await source.poll(town.watch.account, town.watch.memory)
            assert isinstance(outcome, Posts), outcome
            json.dumps(dict(outcome.memory))
            town.watch = await town.recorder.record(
                source.pace, town.watch, outcome, ids_may_churn=source.ids_may_churn
            )
            await town.deliver()
            return town.shown(READER)

        await look()
        return look

    return begin


def rec(name: str) -> bytes:
    return listed.recorded(name)


async def test_a_flood_that_rises_rings_and_its_end_is_told_below_it(follow):
    look = await follow(EAFLOOD, rec("eaflood/none.json"))
    shown = await look(rec("eaflood/alert.json"))
    assert [message.silent for message in shown] == [False, False]  # two flood areas
    *_, change = await look(rec("eaflood/alert_reworded.json"))
    assert [bool(message.edits) for message in shown] == [False, True]
    assert change.silent
    shown = await look(rec("eaflood/warning.json"))
    assert "Flood Warning: River Beispiel" in shown[-1].text
    assert (shown[-1].silent, shown[-1].reply_to is not None) == (False, True)
    severe = (await look(rec("eaflood/severe.json")))[-1]
    assert severe.text.startswith("⬆️ Raised by the agency. Before: Severe.\n🔴 Extreme danger")
    over = (await look(rec("eaflood/over.json")))[-1]
    assert over.silent
    assert over.reply_to is not None
    assert "no longer in force" in over.text


async def test_a_continued_watch_is_silent_and_a_cancelled_warning_is_lifted(follow):
    look = await follow(NWS, rec("nws/none.json"))
    shown = await look(rec("nws/active.json"))
    assert len(shown) == 2
    shown = await look(rec("nws/continued.json"))
    count = len(shown)
    assert count > 2
    assert all(message.silent and message.reply_to for message in shown[2:])
    assert len(await look(rec("nws/tests.json"))) == count
    assert len(await look(rec("nws/none.json"))) == count


async def test_an_earthquake_under_another_id_edits_its_message_and_rings_when_it_is_graver(follow):
    look = await follow(USGS, rec("usgs/none.json"))
    first = await look(rec("usgs/first.json"))
    assert len(first) == 2
    shown = await look(rec("usgs/revised.json"))
    quake = next(message for message in shown if message.edits)
    assert "M 6.4" in quake.text
    (reply,) = shown[2:]
    assert (reply.reply_to, reply.silent) == (quake.id, False)
    gone = (await look(rec("usgs/deleted.json")))[-1]
    assert gone.reply_to is not None
    assert gone.silent


async def test_a_region_that_is_raised_rings_and_the_others_stay_in_force(follow):
    look = await follow(METEOALARM, rec("meteoalarm/none.json"))
    shown = await look(rec("meteoalarm/storm.json"))
    assert len(shown) == 2
    shown = await look(rec("meteoalarm/one_updated.json"))
    storm = next(message for message in shown if message.edits)
    assert "Kreis Ludwigslust" not in storm.text
    raised = shown[-1]
    assert "Kreis Ludwigslust" in raised.text
    assert not raised.silent
    count = len(shown)
    assert len(await look(rec("meteoalarm/none.json"))) == count  # leaving the list is no cancel


async def test_green_after_orange_is_told_once_and_green_alone_never(follow):
    look = await follow(METEOALARM, rec("meteoalarm/none.json"))
    before = await look(rec("meteoalarm/storm.json"))
    after = await look(rec("meteoalarm/greened.json"))
    assert len(after) == len(before) + 1
    assert after[-1].silent


async def test_a_disaster_that_grows_rings_and_green_alone_does_not(follow):
    look = await follow(GDACS, rec("gdacs/none.rss"))
    assert await look(rec("gdacs/quiet.rss")) == []
    shown = await look(rec("gdacs/first.rss"))
    assert len(shown) == 3  # the earthquake of last week is not current
    red = (await look(rec("gdacs/raised.rss")))[-1]
    assert "Red alert" in red.text
    assert not red.silent
    green = (await look(rec("gdacs/lowered.rss")))[-1]
    assert green.silent


async def test_a_civil_warning_is_edited_in_place_and_its_end_is_told(follow):
    fire = "mow.DE-XX-B-W100-20260721-000.json"
    look = await follow(NINA, rec("nina/none.json"))
    (told,) = await look(rec("nina/dashboard.json"), **{fire: rec("nina/fire.json")})
    shown = await look(rec("nina/dashboard_v2.json"), **{fire: rec("nina/fire_v2.json")})
    assert told.edits
    assert "Leitstelle Beispielstadt\nLarge fire" in told.text  # the sender's own English for an English chat
    assert all(message.silent for message in shown[1:])
    over = (await look(rec("nina/dashboard_over.json"), **{fire: rec("nina/fire_over.json")}))[-1]
    assert over.reply_to is not None
    assert over.silent
