"""A digest of what was held back leaves out what was muted between its queueing and its sending."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from mannered import wants_own
from outboxes import READER, queue_posts, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import select, update

from bot.delivery import kept, mannering
from bot.delivery.briefer import Briefer
from bot.delivery.manners import WHY_MUTED
from bot.delivery.planning import ALL_MUTED
from bot.delivery.releasing import settle_on
from bot.model.alert import Severity
from bot.model.delivery import Lane, State
from bot.model.manners import Manners, Own, Pause, Telling, Way
from bot.reading import reader
from bot.store import chats, mutes
from bot.store.mutes import Gravity
from bot.store.tables import deliveries as table
from bot.store.tables import posts as posts_table

HOUR = 3600
HOURLY = Manners("UTC", Telling(Way.HOURLY))
RAIN, WIND = "北京市气象台发布暴雨黄色预警信号。第{n}条", "北京市气象台发布大风黄色预警信号。第{n}条"
#: As it was when the event was muted: nothing is graver.
ROUTINE = Gravity(Lane.ROUTINE, Severity.SEVERE.rank)


@pytest.fixture(scope="module", autouse=True)
async def _warm():
    await asyncio.to_thread(reader.warm)


async def wants(db, clock, wanted):
    """The reader's manners; gives the chat's id."""
    async with db.begin() as conn:
        chat = await chats.ensure(conn, READER, chats.ChatKind.PRIVATE, "", clock(), "en")
        await settle_on(conn, (chat, 0), wanted, clock())
    return chat


async def queued_in_a_pause(db, clock, messenger, *texts):
    """A digest of posts with these words, queued, and then kept by a pause; gives the chat's id."""
    chat = await wants(db, clock, HOURLY)
    for text in texts:
        await queue_posts(db, clock, 1, text=text)
    await run_until_quiet(db, clock, messenger)
    clock.advance(HOUR)
    await Briefer(db, clock=clock).look()
    await wants(db, clock, replace(HOURLY, pause=Pause(clock() + timedelta(hours=2))))
    await run_until_quiet(db, clock, messenger)
    assert messenger.messages == []
    return chat


async def resumed(db, clock, messenger):
    """The pause is over."""
    clock.advance(3 * HOUR)
    await Briefer(db, clock=clock).look()
    return await run_until_quiet(db, clock, messenger)


async def sends(db):
    async with db.read() as conn:
        return list(await conn.execute(select(table).where(table.c.op == "send").order_by(table.c.id)))


async def mute(db, clock, chat, post_id, gravity=ROUTINE):
    async with db.begin() as conn:
        await mutes.mute(conn, chat, 0, post_id, gravity, clock())


async def test_an_event_that_is_muted_while_its_digest_waits_is_not_named(db, clock):
    messenger = ScriptedMessenger()
    chat = await queued_in_a_pause(db, clock, messenger, "早安", "晚安", "午安")
    before = await sends(db)
    await mute(db, clock, chat, before[1].post_id)
    await resumed(db, clock, messenger)
    [text] = messenger.texts(READER)
    assert ("早安" in text, "晚安" in text, "午安" in text) == (True, False, True)
    assert "Posts that came meanwhile: 2" in text
    first, second, third = await sends(db)
    assert (second.state, second.error, second.parts, second.folded_into) == ("skipped", mutes.MUTED, "[]", None)
    assert all(row.state == "expired" and "listed" in row.parts and row.folded_into for row in (first, third))


async def test_what_is_graver_than_what_was_muted_is_named(db, clock):
    messenger = ScriptedMessenger()
    chat = await queued_in_a_pause(db, clock, messenger, "早安", "晚安")
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.op == "send").values(severity=Severity.MODERATE.rank))
    for row in await sends(db):
        await mute(db, clock, chat, row.post_id, Gravity(Lane.ROUTINE, Severity.MINOR.rank))
    await resumed(db, clock, messenger)
    assert "Posts that came meanwhile: 2" in messenger.texts(READER)[0]


async def test_a_hazard_that_is_muted_while_its_digest_waits_is_not_named_and_what_is_not_known_is(db, clock):
    messenger = ScriptedMessenger()
    await queued_in_a_pause(db, clock, messenger, RAIN, WIND, "早安")
    await wants(db, clock, replace(HOURLY, muted=("hazard:rainstorm",)))
    await resumed(db, clock, messenger)
    [text] = messenger.texts(READER)
    assert ("暴雨" in text, "大风" in text, "早安" in text) == (False, True, True)
    assert "Posts that came meanwhile: 2" in text
    assert [(row.state, row.error == WHY_MUTED) for row in await sends(db)] == [
        ("skipped", True),
        ("expired", False),
        ("expired", False),
    ]


@pytest.mark.parametrize(("also", "named"), [("", False), ("大风", False), ("北京", True)])
async def test_what_one_subscription_leaves_out_by_now_is_named_only_where_another_found_it(db, clock, also, named):
    messenger = ScriptedMessenger()
    chat = await queued_in_a_pause(db, clock, messenger, RAIN, WIND)
    await wants_own(db, clock, chat, "", Own(muted=("hazard:rainstorm",)))
    if also:
        await wants_own(db, clock, chat, also, Own())
    await resumed(db, clock, messenger)
    [text] = messenger.texts(READER)
    assert ("暴雨" in text) is named
    assert "大风" in text
    assert [row.error == WHY_MUTED for row in await sends(db)] == [not named, False]


async def test_of_more_than_one_turn_can_look_at_nothing_muted_is_named_either(db, clock, monkeypatch):
    monkeypatch.setattr(kept, "NAMED", 2)
    monkeypatch.setattr(kept, "JUDGED", 3)
    messenger = ScriptedMessenger()
    # the newest are named first
    await queued_in_a_pause(db, clock, messenger, WIND, WIND, WIND, *[RAIN] * 8)
    await wants(db, clock, replace(HOURLY, muted=("hazard:rainstorm",)))
    await resumed(db, clock, messenger)
    [text] = messenger.texts(READER)
    assert (text.count("暴雨"), text.count("大风")) == (0, 2)
    assert "Posts that came meanwhile: 3" in text
    assert text.endswith("… and 1 more.")


async def test_what_is_extreme_is_named_whatever_hazard_is_muted(db, clock):
    messenger = ScriptedMessenger()
    await queued_in_a_pause(db, clock, messenger, RAIN)
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.op == "send").values(severity=Severity.EXTREME.rank))
    await wants(db, clock, replace(HOURLY, muted=("hazard:rainstorm",)))
    await resumed(db, clock, messenger)
    assert "暴雨" in messenger.texts(READER)[0]


@pytest.mark.parametrize("how", ["event", "hazard"])
async def test_where_all_of_it_is_muted_nothing_is_sent(db, clock, how):
    messenger = ScriptedMessenger()
    chat = await queued_in_a_pause(db, clock, messenger, RAIN, RAIN)
    if how == "event":
        for row in await sends(db):
            await mute(db, clock, chat, row.post_id)
    else:
        await wants(db, clock, replace(HOURLY, muted=("hazard:rainstorm",)))
    assert (await resumed(db, clock, messenger)) == {State.SKIPPED: 3}
    assert messenger.messages == []
    async with db.read() as conn:
        assert (await conn.execute(select(table.c.error).where(table.c.op == "notice"))).scalars().all() == [
            ALL_MUTED
        ]


async def test_what_is_left_makes_no_sound_when_it_is_over(db, clock):
    messenger = ScriptedMessenger()
    chat = await queued_in_a_pause(db, clock, messenger, "早安", "晚安")
    first, second = await sends(db)
    await mute(db, clock, chat, first.post_id)
    async with db.begin() as conn:
        over = update(posts_table).where(posts_table.c.id == second.post_id)
        await conn.execute(over.values(state="cancelled"))
    await resumed(db, clock, messenger)
    [message] = messenger.messages
    assert message.silent


async def test_what_was_muted_and_taken_back_before_it_is_sent_is_named(db, clock):
    messenger = ScriptedMessenger()
    chat = await queued_in_a_pause(db, clock, messenger, "早安")
    [row] = await sends(db)
    await mute(db, clock, chat, row.post_id)
    async with db.begin() as conn:
        assert await mutes.unmute(conn, chat, 0, row.post_id)
    await resumed(db, clock, messenger)
    assert "早安" in messenger.texts(READER)[0]


class Interrupted(ScriptedMessenger):
    """Something happens while the first message is on its way."""

    async def send(self, target, part, **more):
        sent = await super().send(target, part, **more)
        if len(self.messages) == 1:
            await self.meanwhile()
        return sent


async def test_a_digest_that_was_begun_goes_on_as_it_began(db, clock):
    """It is several messages: what is muted between two of them is not torn out, and nothing is said twice."""
    messenger = Interrupted()
    chat = await queued_in_a_pause(db, clock, messenger, *["早安。" * 60 + "第{n}条"] * 40)
    posts = [row.post_id for row in await sends(db)]

    async def meanwhile():
        for post_id in posts[:20]:
            await mute(db, clock, chat, post_id)

    messenger.meanwhile = meanwhile
    await resumed(db, clock, messenger)
    assert Counter(row.state for row in await sends(db)) == {"expired": 40}
    assert len(messenger.messages) > 1
    assert sum(text.count("早安。" * 30) for text in messenger.texts(READER)) == 40


async def test_a_post_that_cannot_be_judged_is_named(db, clock, monkeypatch):
    messenger = ScriptedMessenger()
    await queued_in_a_pause(db, clock, messenger, RAIN)
    await wants(db, clock, replace(HOURLY, muted=("hazard:rainstorm",)))

    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr(mannering, "judge", broken)
    await resumed(db, clock, messenger)
    assert "暴雨" in messenger.texts(READER)[0]
