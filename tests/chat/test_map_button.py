"""The map button: a larger map as a silent answer, with the chat's own place; once for many who press; kindly when over."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.demo.botapi.faults import Act, Fault
from bot.geo.drawer import Drawer
from bot.model.alert import Alert, Area, Certainty, Circle, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.delivery import Lane, Op
from bot.model.post import Post
from bot.store import accounts, chats, deliveries, posts
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint

BERLIN = Area("Berlin", circles=(Circle(52.5, 13.4, 20.0),))
CAPTION = "🟠 Severe\nStorm warning\nWhere: Berlin\n\nThe coloured area is where the alert holds."


def alert_post(now, *areas, title="Storm warning") -> Post:
    hazard = Hazard(Urgency.IMMEDIATE, Severity.SEVERE, Certainty.OBSERVED, (Wording("en", "Storm"),), areas=areas)
    alert = Alert("a", "1", now, now.isoformat(), Status.ACTUAL, MsgType.ALERT, Scope.PUBLIC, (hazard,))
    return Post("feed", "key", "1", "", "https://agency.test/1", title=title, published=now, alert=alert)


class Stage:
    """A chat that got an alert with the button under it."""

    def __init__(self, house, chat):
        self.house, self.chat, self.user = house, chat, chat
        self.post_id, self.message_id = 0, 0

    async def got(self, account, post, now):
        async with self.house.db.begin() as conn:
            account_id = await accounts.upsert(conn, account, now)
            chat_id = await chats.ensure(conn, self.chat, chats.ChatKind.PRIVATE, "", now)
            self.post_id = await posts.add(conn, account_id, post, fingerprint(post), now, why_not="", root_id=None)
            await deliveries.enqueue_one(
                conn, Draft(chat_id, Op.SEND, Lane.URGENT, post_id=self.post_id, revision=1), now
            )
        self.message_id = await self.button(self.chat)

    async def button(self, chat):
        key = InlineKeyboardMarkup([[InlineKeyboardButton("🗺 Map", callback_data=f"map:{self.post_id}")]])
        return (await self.house.chat._bot.send_message(chat, "the alert", reply_markup=key)).message_id

    def press(self):
        return self.house.world.press(self.chat, self.user, self.message_id)

    def maps(self):
        return [m for m in self.house.world.said_by_bot(self.chat) if m.now.picture is not None]


@pytest.fixture
def drawer():
    drawer = Drawer()
    yield drawer
    drawer.close()


@pytest.fixture
async def stage_of(server, db, at_work, drawer, weather, now):
    """Makes the stage for an alert, with or without a place of the chat's."""
    async with AsyncExitStack() as stack:

        async def make(*areas, places=()):
            async def points_of(_chat_id, _thread_id):
                return places

            house = await stack.enter_async_context(at_work(server, db, draw=drawer.png, points_of=points_of))
            stage = Stage(house, house.world.add_user("Wei").id)
            await stage.got(weather, alert_post(now, *areas), now)
            return stage

        yield make


async def test_the_larger_map_answers_the_alert_without_a_sound(stage_of):
    stage = await stage_of(BERLIN)
    stage.press()
    message = await stage.house.says(stage.chat, "The coloured area")
    assert message.text == CAPTION
    assert (message.now.picture.width, message.now.picture.height) == (1280, 800)
    assert message.reply_to == stage.message_id
    assert message.silent


async def test_the_chats_own_place_is_on_it_where_it_is_known(stage_of):
    stage = await stage_of(BERLIN, places=[(52.4, 13.1)])
    stage.press()
    message = await stage.house.says(stage.chat, "The coloured area")
    assert message.text == f"{CAPTION} The ring marks your place."


async def test_of_several_places_the_nearest_is_on_it(stage_of, drawer, monkeypatch):
    asked = []
    monkeypatch.setattr(drawer, "_draw", lambda picture, real=drawer._draw: asked.append(picture) or real(picture))
    stage = await stage_of(BERLIN, places=[(39.9, 116.4), (52.9, 12.4), (52.4, 13.1)])
    stage.press()
    await stage.house.says(stage.chat, "The ring marks your place.")
    assert asked[-1].reader == (52.4, 13.1)


async def test_a_place_that_is_too_far_away_is_not_said_to_be_on_it(stage_of):
    stage = await stage_of(BERLIN, places=[(39.9, 116.4)])
    stage.press()
    message = await stage.house.says(stage.chat, "The coloured area")
    assert message.text == CAPTION


async def test_many_who_press_get_one_map(stage_of):
    stage = await stage_of(BERLIN)
    for _ in range(3):
        await stage.house.answer_to(stage.press())
    stage.house.lookout.clock.now += timedelta(minutes=11)
    stage.press()
    await stage.house.says(stage.chat, "The coloured area", 2)
    async with asyncio.timeout(10):
        while stage.house.chat._errands._tasks:  # whatever else was to be sent
            await asyncio.sleep(0.01)
    assert len(stage.maps()) == 2
    assert len({m.now.picture.file_id for m in stage.maps()}) == 1


@pytest.mark.parametrize("state", ["cancelled", "withdrawn", "superseded"])
async def test_what_is_over_has_no_map(stage_of, state):
    stage = await stage_of(BERLIN)
    async with stage.house.db.begin() as conn:
        await posts.set_state(conn, stage.post_id, state)
    assert "This alert is over" in (await stage.house.answer_to(stage.press())).text
    assert stage.maps() == []


async def test_an_alert_without_coordinates_says_so(stage_of):
    stage = await stage_of(Area("Berlin", geocodes=(("ARS", "11"),)))
    assert "gives no area" in (await stage.house.answer_to(stage.press())).text


async def test_a_button_that_was_never_given_here_is_too_old(stage_of):
    stage = await stage_of(BERLIN)
    other = stage.house.world.add_user("Ana").id
    message_id = await stage.button(other)
    query = stage.house.world.press(other, other, message_id)
    assert "too old" in (await stage.house.answer_to(query)).text


async def test_a_map_that_telegram_does_not_take_is_told_and_can_be_asked_for_again(stage_of):
    stage = await stage_of(BERLIN)
    stage.house.server.faults.add(Fault(Act.STATUS, method="sendPhoto", status=400))
    stage.press()
    await stage.house.says(stage.chat, "The map could not be drawn just now")
    stage.press()
    await stage.house.says(stage.chat, "The coloured area")
