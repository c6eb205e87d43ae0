"""What single subscriptions want of their own: each is told as it asked, and none is held back or let go for another."""

import asyncio
from datetime import timedelta

import pytest
from mannered import said, states, to, wants, wants_own
from outboxes import READER, queue_posts, run_until_quiet
from scripted import ScriptedMessenger, account
from sqlalchemy import delete, select, update

from bot.delivery.briefer import Briefer
from bot.delivery.manners import WHY_DIGEST, WHY_PAUSE, WHY_QUIET
from bot.delivery.releasing import settle_on
from bot.model.delivery import Lane, State
from bot.model.manners import Manners, Own, Pause, Quiet, Telling, Way
from bot.reading import reader
from bot.store import manners
from bot.store.tables import deliveries as table
from bot.store.tables import subscriptions

HOUR = 3600
OTHER = account("7100120721")
PLACE, NIGHT = Manners("UTC"), Quiet(22 * 60, 7 * 60)


@pytest.fixture(scope="module", autouse=True)
async def _warm():
    await asyncio.to_thread(reader.warm)


async def later(db, clock, messenger):
    """A look for digests that are due, and what comes of it."""
    await Briefer(db, clock=clock).look()
    return await run_until_quiet(db, clock, messenger)


async def wants_now(db, clock, chat, number, own):
    """One subscription wants otherwise from now on; gives how many posts are on their way."""
    async with db.begin() as conn:
        assert await manners.set_own(conn, chat, number, own)
        return await settle_on(conn, (chat, 0), await manners.of_place(conn, chat, 0), clock())


async def held_for(db):
    async with db.read() as conn:
        return (await conn.execute(select(table.c.held_for).order_by(table.c.id))).scalars().all()


async def test_a_pause_of_one_keeps_its_posts_alone_and_its_end_brings_them(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    one = await wants_own(db, clock, chat, "", Own(pause=Pause(clock() + timedelta(hours=2))))
    await wants_own(db, clock, chat, "", Own(), of=OTHER)
    await queue_posts(db, clock, 2, text="一{n}")
    await queue_posts(db, clock, 1, text="二{n}", of=OTHER)
    await queue_posts(db, clock, 1, text="三{n}", lanes=(Lane.EXTREME,))
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 2, State.SENT: 2}
    assert sorted(text[-2:] for text in messenger.texts(READER) if "一" in text) == []
    assert (await held_for(db))[:2] == [f"[{one}]"] * 2
    assert {row.error for row in await states(db) if row.state == "deferred"} == {WHY_PAUSE}
    await later(db, clock, messenger)
    assert len(messenger.messages) == 2
    clock.advance(2 * HOUR)
    await later(db, clock, messenger)
    assert "Posts that came meanwhile: 2" in messenger.texts(READER)[-1]


async def test_a_whole_pause_of_one_keeps_even_what_is_extreme_of_that_one(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    await wants_own(db, clock, chat, "", Own(pause=Pause(clock() + timedelta(hours=2), whole=True)))
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,), of=OTHER)
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 1, State.SENT: 1}


@pytest.mark.parametrize(
    ("place", "own", "comes"),
    [
        (Manners("UTC"), Own(quiet=NIGHT), False),
        (Manners("UTC", quiet=NIGHT), Own(restless=True), True),
        (Manners("UTC", quiet=NIGHT), Own(quiet=Quiet(60, 120)), True),
        (Manners("UTC", quiet=NIGHT), Own(Telling(Way.SILENT)), False),
        (Manners("UTC", quiet=Quiet(60, 120)), Own(quiet=NIGHT), False),
    ],
)
async def test_its_own_hours_of_quiet_hold_instead_of_those_of_the_place(db, clock, place, own, comes):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, place)
    await wants_own(db, clock, chat, "", own)
    to(clock, 23)
    await queue_posts(db, clock, 1)
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT if comes else State.DEFERRED: 1}
    if not comes:
        [row] = await states(db)
        assert row.error == WHY_QUIET
        assert (row.not_before.hour, row.not_before.minute) == (7, 0)


async def test_a_change_at_night_makes_a_sound_where_one_that_found_the_post_has_no_quiet(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", quiet=NIGHT))
    await wants_own(db, clock, chat, "", Own(restless=True))
    to(clock, 23)
    await queue_posts(db, clock, 1)
    await queue_posts(db, clock, 1, of=OTHER)
    await run_until_quiet(db, clock, messenger)
    [_, second], [root, _] = await said(db)
    async with db.begin() as conn:
        # both go on with what the chat has
        await conn.execute(update(table).where(table.c.id == second).values(state="queued", post_id=root, revision=2))
    await run_until_quiet(db, clock, messenger)
    assert [message.silent for message in messenger.messages] == [False, False]


async def test_of_two_that_found_it_the_one_that_is_not_paused_brings_it(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    traffic = await wants_own(db, clock, chat, "交通", Own(pause=Pause(clock() + timedelta(days=5))))
    await wants_own(db, clock, chat, "暴雨", Own())
    await queue_posts(db, clock, 1, text="暴雨影响交通")
    await queue_posts(db, clock, 1, text="交通管制")
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 1, State.DEFERRED: 1}
    assert "暴雨" in messenger.texts(READER)[0]
    assert (await held_for(db)) == [None, f"[{traffic}]"]


async def test_of_two_that_are_paused_the_shorter_pause_counts_and_ending_either_brings_it(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    long = await wants_own(db, clock, chat, "雨", Own(pause=Pause(clock() + timedelta(days=5))))
    short = await wants_own(db, clock, chat, "暴雨", Own(pause=Pause(clock() + timedelta(days=2))))
    await queue_posts(db, clock, 1, text="暴雨")
    await run_until_quiet(db, clock, messenger)
    [row] = await states(db)
    assert timedelta(days=1) < row.not_before - clock() <= timedelta(days=2)
    assert (await held_for(db)) == [f"[{long},{short}]"]
    assert await wants_now(db, clock, chat, long, Own()) == 1


async def test_what_changes_for_the_place_lets_nothing_go_that_one_keeps(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(hours=1))))
    await wants_own(db, clock, chat, "", Own(pause=Pause(clock() + timedelta(days=5))))
    await queue_posts(db, clock, 1)
    await queue_posts(db, clock, 1, of=OTHER)
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 2}
    await wants(db, clock, Manners("UTC"))
    await run_until_quiet(db, clock, messenger)
    assert "Posts that came meanwhile: 1" in messenger.texts(READER)[0]
    assert (await states(db))[0].state == "deferred"


async def test_what_changes_for_one_leaves_the_digest_of_the_place_to_its_time(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", Telling(Way.DAILY, 9 * 60)))
    to(clock, 10)
    one = await wants_own(db, clock, chat, "", Own(Telling(Way.HOURLY)))
    await queue_posts(db, clock, 1)
    await queue_posts(db, clock, 1, of=OTHER)
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 2}
    before = [row.not_before for row in await states(db)]
    assert [each.hour for each in before] == [11, 9]
    assert await wants_now(db, clock, chat, one, Own(Telling(Way.HOURLY), NIGHT)) == 0
    assert [row.not_before for row in await states(db)] == before
    assert await wants_now(db, clock, chat, one, Own(Telling())) == 1
    assert [(row.state, row.error) for row in await states(db)][1] == ("deferred", WHY_DIGEST)


async def test_a_digest_that_is_overdue_is_not_put_off_by_a_change(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", Telling(Way.DAILY, 9 * 60)))
    to(clock, 8)
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    to(clock, 9, 1)
    await wants(db, clock, Manners("UTC", Telling(Way.DAILY, 9 * 60), muted=("hazard:fog",)))
    await run_until_quiet(db, clock, messenger)
    assert "Posts that came meanwhile: 1" in messenger.texts(READER)[0]


async def test_what_waits_for_one_that_is_no_longer_followed_is_not_lost(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    one = await wants_own(db, clock, chat, "", Own(pause=Pause(clock() + timedelta(hours=2))))
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    async with db.begin() as conn:
        await conn.execute(delete(subscriptions).where(subscriptions.c.id == one))
    clock.advance(2 * HOUR)
    await later(db, clock, messenger)
    assert "Posts that came meanwhile: 1" in messenger.texts(READER)[0]


async def test_a_hazard_that_one_leaves_out_comes_where_another_found_it(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    await wants_own(db, clock, chat, "", Own(muted=("hazard:rainstorm",)))
    await queue_posts(db, clock, 1, text="北京市气象台发布暴雨黄色预警信号。")
    await queue_posts(db, clock, 1, text="北京市气象台发布大风黄色预警信号。")
    assert (await run_until_quiet(db, clock, messenger)) == {State.SKIPPED: 1, State.SENT: 1}
    await wants_own(db, clock, chat, "北京", Own())
    await queue_posts(db, clock, 1, text="北京市气象台发布暴雨黄色预警信号!")
    assert (await run_until_quiet(db, clock, messenger)) == {State.SKIPPED: 1, State.SENT: 2}


async def test_a_muted_hazard_is_in_no_digest_after_a_pause(db, clock):
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(hours=2)), muted=("hazard:rainstorm",)))
    await queue_posts(db, clock, 1, text="北京市气象台发布暴雨黄色预警信号。")
    await queue_posts(db, clock, 1, text="北京市气象台发布大风黄色预警信号。")
    assert (await run_until_quiet(db, clock, messenger)) == {State.SKIPPED: 1, State.DEFERRED: 1}


async def test_what_came_without_a_sound_is_none_of_so_many_a_day(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", Telling(Way.MOST, 20 * 60, 2)))
    to(clock, 8)
    await wants_own(db, clock, chat, "", Own(Telling(Way.SILENT)))
    await queue_posts(db, clock, 3)
    await queue_posts(db, clock, 3, of=OTHER)
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 5, State.DEFERRED: 1}
    assert [message.silent for message in messenger.messages] == [True] * 3 + [False] * 2


async def test_a_digest_of_what_wants_no_sound_makes_none(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    await wants_own(db, clock, chat, "", Own(Telling(Way.SILENT), pause=Pause(clock() + timedelta(hours=1))))
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    clock.advance(HOUR)
    await later(db, clock, messenger)
    assert [message.silent for message in messenger.messages] == [True]


async def test_more_than_one_digest_takes_is_let_go_in_several(db, clock, monkeypatch):
    monkeypatch.setattr("bot.delivery.releasing.MOST", 2)
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(days=3))))
    await queue_posts(db, clock, 5)
    await run_until_quiet(db, clock, messenger)
    await wants(db, clock, Manners("UTC"))
    await run_until_quiet(db, clock, messenger)
    counts = [text.splitlines()[1] for text in messenger.texts(READER)]
    assert counts == [f"Posts that came meanwhile: {n}" for n in (2, 2, 1)]
