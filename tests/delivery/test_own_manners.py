"""What single subscriptions want of their own: each is told as it asked, and none is held back or let go for another."""

import asyncio
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta

import pytest
from mannered import said, states, to, wants, wants_own
from outboxes import READER, queue_posts, run_until_quiet
from scripted import ScriptedMessenger, account
from sqlalchemy import delete, select, update

from bot.delivery.briefer import Briefer
from bot.delivery.mannering import heed
from bot.delivery.manners import WHY_DIGEST, WHY_PAUSE, WHY_QUIET
from bot.delivery.readings import Readings
from bot.delivery.releasing import settle_on
from bot.delivery.shelf import Looks, Shelf
from bot.model.delivery import Lane, Op, State
from bot.model.manners import Manners, Own, Pause, Quiet, Telling, Way
from bot.reading import reader
from bot.store import chats, manners, queued, waiting
from bot.store.fanout import Word
from bot.store.tables import deliveries as table
from bot.store.tables import posts, subscriptions

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


@pytest.mark.parametrize(("own", "silent"), [(Own(restless=True), False), (Own(muted=("hazard:fog",)), True)])
async def test_a_change_at_night_makes_a_sound_where_one_of_two_has_no_quiet(db, clock, own, silent):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", quiet=Quiet(23 * 60, 7 * 60)))
    await wants_own(db, clock, chat, "", own)
    await wants_own(db, clock, chat, "第", Own())
    to(clock, 22)
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    to(clock, 23, 1)
    await queue_posts(db, clock, 1)
    _, [root, second] = await said(db)
    async with db.begin() as conn:
        # it goes on with what the chat has
        await conn.execute(update(posts).where(posts.c.id == second).values(root_id=root))
    await run_until_quiet(db, clock, messenger)
    assert [message.silent for message in messenger.messages] == [False, silent]


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


async def test_a_digest_of_what_is_extreme_makes_a_sound_whatever_is_wanted(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    pause = Pause(clock() + timedelta(hours=1), whole=True)
    await wants_own(db, clock, chat, "", Own(Telling(Way.SILENT), pause=pause))
    await queue_posts(db, clock, 1, lanes=(Lane.EXTREME,))
    await run_until_quiet(db, clock, messenger)
    clock.advance(HOUR)
    await later(db, clock, messenger)
    assert [message.silent for message in messenger.messages] == [False]


async def test_what_is_over_makes_no_sound_for_what_wants_none(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    pause = Pause(clock() + timedelta(hours=1))
    await wants_own(db, clock, chat, "", Own(Telling(Way.SILENT), pause=pause))
    await wants_own(db, clock, chat, "", Own(pause=pause), of=OTHER)
    await queue_posts(db, clock, 1)
    await queue_posts(db, clock, 1, of=OTHER)
    await run_until_quiet(db, clock, messenger)
    [_, loud], _ = await said(db)
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.id == loud).values(expires_at=clock()))
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


async def test_a_broken_wish_stops_neither_what_comes_nor_what_is_let_go_nor_the_wishes_of_others(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    one = await wants_own(db, clock, chat, "", Own(pause=Pause(clock() + timedelta(hours=1))))
    two = await wants_own(db, clock, chat, "", Own(pause=Pause(clock() + timedelta(hours=1))), of=OTHER)
    await queue_posts(db, clock, 1)
    await run_until_quiet(db, clock, messenger)
    async with db.begin() as conn:
        broken = '{"pause": ["soon"], "quiet": [1, 2, "Terrible"], "telling": 4, "muted": 3}'
        await conn.execute(update(subscriptions).where(subscriptions.c.id == one).values(manners=broken))
    await queue_posts(db, clock, 1)
    await queue_posts(db, clock, 1, of=OTHER)
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 2, State.SENT: 1}
    assert await wants_now(db, clock, chat, two, Own()) == 2


@pytest.mark.parametrize("of", [account(), OTHER])
async def test_what_waits_for_one_that_is_gone_does_not_wait_for_the_next_that_gets_its_id(db, clock, of):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    one = await wants_own(db, clock, chat, "雨", Own(pause=Pause(clock() + timedelta(hours=2))))
    await queue_posts(db, clock, 1, text="雨")
    await run_until_quiet(db, clock, messenger)
    elsewhere = chat
    async with db.begin() as conn:
        await conn.execute(delete(subscriptions).where(subscriptions.c.id == one))
        if of != OTHER:
            elsewhere = await chats.ensure(conn, READER + 1, chats.ChatKind.PRIVATE, "", clock(), "en")
    two = await wants_own(db, clock, elsewhere, "", Own(pause=Pause(clock() + timedelta(days=50))), of=of)
    async with db.begin() as conn:
        await conn.execute(update(subscriptions).where(subscriptions.c.id == two).values(id=one))
    clock.advance(2 * HOUR)
    await later(db, clock, messenger)
    assert "Posts that came meanwhile: 1" in messenger.texts(READER)[0]


async def test_one_that_leaves_its_hazard_out_lets_nothing_go_that_another_keeps(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    await wants_own(db, clock, chat, "", Own(muted=("hazard:rainstorm",)))
    two = await wants_own(db, clock, chat, "北京", Own(pause=Pause(clock() + timedelta(days=2))))
    await queue_posts(db, clock, 1, text="北京市气象台发布暴雨黄色预警信号。")
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 1}
    assert (await held_for(db)) == [f"[{two}]"]
    await wants(db, clock, Manners("UTC", muted=("hazard:fog",)))
    assert (await run_until_quiet(db, clock, messenger)) == {State.DEFERRED: 1}
    assert await wants_now(db, clock, chat, two, Own()) == 1


async def test_what_two_keep_is_let_go_by_no_change_that_concerns_neither(db, clock):
    """One keeps it for its digest at nine, the other for the end of its night, which is sooner and the written reason."""
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", Telling(Way.DAILY, 9 * 60)))
    night = await wants_own(db, clock, chat, "", Own(Telling(), NIGHT))
    await wants_own(db, clock, chat, "雨", Own())
    to(clock, 23)
    await queue_posts(db, clock, 1, text="雨")
    await run_until_quiet(db, clock, messenger)
    [row] = await states(db)
    assert (row.error, row.not_before.hour) == (WHY_QUIET, 7)
    await wants(db, clock, Manners("UTC", Telling(Way.DAILY, 9 * 60), muted=("hazard:fog",)))
    [row] = await states(db)
    assert (row.state, row.not_before.hour) == ("deferred", 7)
    # the night goes on for good: then it comes with the digest
    assert await wants_now(db, clock, chat, night, Own(Telling(), pause=Pause(clock() + timedelta(days=5)))) == 0
    [row] = await states(db)
    assert (row.state, row.not_before.hour) == ("deferred", 9)


async def test_what_is_severe_waits_for_no_digest_once_the_pause_of_one_of_two_is_over(db, clock):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, Manners("UTC", Telling(Way.DAILY, 9 * 60)))
    pause = Pause(clock() + timedelta(days=5))
    one = await wants_own(db, clock, chat, "", Own(pause=pause))
    await wants_own(db, clock, chat, "雨", Own(pause=pause))
    await queue_posts(db, clock, 1, text="雨", lanes=(Lane.URGENT,))
    await run_until_quiet(db, clock, messenger)
    assert await wants_now(db, clock, chat, one, Own()) == 1


@pytest.mark.parametrize(("anew", "over", "comes"), [(True, False, True), (False, False, False), (True, True, False)])
async def test_an_edit_is_held_against_the_manners_of_all_that_find_it_now(db, clock, anew, over, comes):
    messenger = ScriptedMessenger()
    chat = await wants(db, clock, PLACE)
    pause = Pause(clock() + timedelta(days=5))
    await wants_own(db, clock, chat, "交通", Own(pause=pause))
    await wants_own(db, clock, chat, "雨", Own())
    await queue_posts(db, clock, 1, text="交通{n}")
    await run_until_quiet(db, clock, messenger)
    _, [post_id] = await said(db)
    async with db.begin() as conn:
        await conn.execute(update(subscriptions).where(subscriptions.c.filter == "雨").values(filter="交"))
        word = Word(Op.SEND, Lane.ROUTINE, post_id, 1)
        when = pause.until if over else clock()
        assert await queued.renew(conn, word, when, rings=False, anew=anew) == 1
    await run_until_quiet(db, clock, messenger)
    assert len(messenger.messages) == comes


async def test_what_is_taken_back_while_it_is_decided_keeps_nothing(db, clock):
    """A turn has read a pause, and its end is written before the turn is."""
    if db.backend != "postgresql":
        pytest.skip("SQLite has one writer")
    chat = await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(days=5))))
    one = await wants_own(db, clock, chat, "", Own(pause=Pause(clock() + timedelta(days=5))))
    await queue_posts(db, clock, 1)
    [number], _ = await said(db)

    async def decided(meanwhile):
        async with db.begin() as conn:
            [delivery] = await waiting.load(conn, [number])
            shelf = Shelf(conn, [chat], Looks(), Readings())
            await shelf.manners((chat, 0))
            await shelf.wanted((chat, 0, delivery.account_id))
            async with meanwhile():
                return (await heed(shelf, delivery, clock())).state

    @asynccontextmanager
    async def of_the_place():
        await wants(db, clock, Manners("UTC"))
        yield

    @asynccontextmanager
    async def of_one():
        await wants_now(db, clock, chat, one, Own())
        yield

    @asynccontextmanager
    async def under_way():
        async with db.begin() as conn:
            await settle_on(conn, (chat, 0), Manners("UTC", muted=("hazard:fog",)), clock())
            yield

    assert await decided(nullcontext) is State.DEFERRED
    assert await decided(of_the_place) is State.QUEUED
    assert await decided(under_way) is State.QUEUED
    assert await decided(nullcontext) is State.DEFERRED
    assert await decided(of_one) is State.QUEUED


async def test_what_another_one_holds_just_now_hides_nothing_behind_it(db, clock, monkeypatch):
    if db.backend != "postgresql":
        pytest.skip("SQLite has one writer")
    monkeypatch.setattr("bot.delivery.releasing.MOST", 2)
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", pause=Pause(clock() + timedelta(days=3))))
    await queue_posts(db, clock, 5)
    await run_until_quiet(db, clock, messenger)
    numbers, _ = await said(db)
    async with db.begin() as conn:
        assert len(await waiting.load(conn, numbers[:2])) == 2
        await wants(db, clock, Manners("UTC"))
    assert [row.state for row in await states(db)][:5] == ["deferred"] * 2 + ["expired"] * 3


async def test_a_long_post_whose_first_message_rang_is_one_of_so_many_a_day(db, clock):
    """Its later messages never make a sound."""
    messenger = ScriptedMessenger()
    await wants(db, clock, Manners("UTC", Telling(Way.MOST, 20 * 60, 1)))
    to(clock, 8)
    await queue_posts(db, clock, 1, text="长" * 9000)
    await run_until_quiet(db, clock, messenger)
    assert [message.silent for message in messenger.messages] == [False, True, True]
    await queue_posts(db, clock, 1)
    assert (await run_until_quiet(db, clock, messenger)) == {State.SENT: 1, State.DEFERRED: 1}
