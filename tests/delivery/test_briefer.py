"""Digests that come by themselves: once after many posts, once a day; silent, never twice, never for nothing, through a
crash at any moment.
"""

import asyncio
from datetime import timedelta

import pytest
from outboxes import READER, run_until_quiet
from scripted import ScriptedMessenger, account
from sqlalchemy import insert, select, update

from bot.delivery import briefer
from bot.delivery.briefer import BURST_POSTS, Briefer
from bot.matching.words import words_key
from bot.model.delivery import Lane, Op, State
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.store import accounts, briefings, chats, posts, subscriptions
from bot.store import deliveries as store
from bot.store.briefings import Kind
from bot.store.fingerprint import fingerprint
from bot.store.tables import briefings as table
from bot.store.tables import chats as chats_table
from bot.store.tables import deliveries, watches

MINUTE, HOUR, DAY = 60, 3600, 86_400
ORANGE = "北京市气象台发布暴雨橙色预警信号。"
RED = "北京市气象台将暴雨橙色预警升级为红色预警。"
LIFTED = "北京市气象台解除暴雨红色预警信号。"
CHATTER = "早安，北京"


class Town:
    """A chat that follows an account, whose posts arrive as they are written."""

    def __init__(self, db, clock):
        self.db, self.clock, self.written = db, clock, 0
        self.messenger = ScriptedMessenger()
        self.briefer = Briefer(db, clock=clock)

    async def follow(self, words=(), thread_id=0):
        async with self.db.begin() as conn:
            self.account_id = await accounts.upsert(conn, account(), self.clock())
            await accounts.ensure_watch(conn, self.account_id, self.clock(), 60.0)
            self.chat_id = await chats.ensure(conn, READER, ChatKind.PRIVATE, "", self.clock(), "en")
            await subscriptions.add(
                conn, self.chat_id, thread_id, self.account_id, words, words_key(words), None, self.clock()
            )
        await self.answers()

    async def answers(self):
        """The account's site answered just now."""
        async with self.db.begin() as conn:
            await conn.execute(update(watches).values(last_ok_at=self.clock(), outcome="posts"))

    async def wrote(self, text, thread_id=0):
        """A post that has arrived."""
        self.written += 1
        at = self.clock()
        post = Post(
            "weibo", account().key, str(self.written), text, f"https://a.example/{self.written}", published=at
        )
        async with self.db.begin() as conn:
            post_id = await posts.add(conn, self.account_id, post, fingerprint(post), at, why_not="", root_id=None)
            row = {
                "chat_id": self.chat_id, "thread_id": thread_id, "post_id": post_id, "revision": 1,
                "op": Op.SEND.value, "state": State.SENT.value, "lane": int(Lane.ROUTINE), "queued_at": at,
                "not_before": at, "arrived_at": at, "settled_at": at,
                "parts": '[{"message_ids":[1],"form":"text"}]',
            }  # fmt: skip
            await conn.execute(insert(deliveries).values(row))

    async def many(self, count, text=CHATTER):
        for _ in range(count):
            await self.wrote(text)

    async def look(self, seconds=0.0, briefer=None):
        """Time passes, then what is due is looked for."""
        self.clock.advance(seconds)
        await (briefer or self.briefer).look()

    async def notices(self):
        async with self.db.read() as conn:
            found = select(deliveries.c.silent, deliveries.c.thread_id).where(deliveries.c.op == Op.NOTICE.value)
            return [tuple(row) for row in await conn.execute(found)]

    async def said(self):
        """What the chat was told."""
        await run_until_quiet(self.db, self.clock, self.messenger)
        return [message.text for message in self.messenger.messages]


@pytest.fixture
async def town(db, clock):
    made = Town(db, clock)
    await made.follow()
    return made


# ------------------------------------------------------------------ many at once


async def test_a_burst_ends_in_one_silent_digest_of_what_stands(town):
    await town.many(BURST_POSTS - 1)
    await town.wrote(ORANGE)
    await town.look()
    assert await town.notices() == []  # it may go on
    await town.look(10 * MINUTE)
    assert await town.notices() == []
    await town.look(6 * MINUTE)
    await town.look(10 * MINUTE)
    assert await town.notices() == [(True, 0)]
    [text] = await town.said()
    assert "After many posts" in text
    assert "Rainstorm: orange" in text
    assert town.messenger.messages[0].silent


async def test_fewer_posts_are_no_burst(town):
    await town.many(BURST_POSTS - 2)
    await town.wrote(ORANGE)
    for _ in range(4):
        await town.look(10 * MINUTE)
    assert await town.notices() == []


async def test_a_burst_in_which_nothing_changed_is_not_told_of(town):
    await town.many(BURST_POSTS)
    for _ in range(4):
        await town.look(10 * MINUTE)
    assert await town.notices() == []


async def test_while_it_lasts_it_is_told_of_once_an_hour_and_only_what_changed_is_marked(town):
    await town.many(BURST_POSTS - 1)
    await town.wrote(ORANGE)
    for minute in range(5, 181, 5):
        await town.wrote({100: RED}.get(minute, CHATTER))
        await town.look(5 * MINUTE)
        await town.said()
    first, second = [message.text for message in town.messenger.messages]
    assert "🆕 🟠 Rainstorm: orange" in first
    assert "⬆️ 🔴 Rainstorm: red" in second
    await town.wrote(LIFTED)
    for _ in range(3):
        await town.look(6 * MINUTE)
    third = (await town.said())[-1]
    assert "Nothing that I could read stands now" in third
    assert "✅ Rainstorm: red" in third
    assert "lifted by the agency" in third
    for _ in range(3):
        await town.look(10 * MINUTE)
    assert len(await town.said()) == 3


async def test_a_few_posts_after_a_burst_are_no_new_one(town):
    await town.many(BURST_POSTS - 1)
    await town.wrote(ORANGE)
    for _ in range(3):
        await town.look(8 * MINUTE)
    await town.said()
    await town.wrote(RED)
    for _ in range(3):
        await town.look(8 * MINUTE)
    assert len(await town.notices()) == 1


async def test_a_digest_that_waits_for_the_chat_is_not_followed_by_another(town):
    await town.many(BURST_POSTS - 1)
    await town.wrote(ORANGE)
    for _ in range(3):
        await town.look(8 * MINUTE)
    await town.many(BURST_POSTS, RED)
    for _ in range(3):
        await town.look(8 * MINUTE)
    assert len(await town.notices()) == 1


async def test_a_paused_chat_is_left_alone(town):
    await town.many(BURST_POSTS, ORANGE)
    async with town.db.begin() as conn:
        await conn.execute(update(chats_table).values(state="paused"))
    for _ in range(3):
        await town.look(8 * MINUTE)
    assert await town.notices() == []


# ------------------------------------------------------------------ once a day


async def ask_for_a_day(town, due_in=HOUR, thread_id=0):
    async with town.db.begin() as conn:
        due = town.clock() + timedelta(seconds=due_in)
        hour = due.hour
        due = due.replace(minute=0, second=0, microsecond=0)
        await briefings.set_day(conn, town.chat_id, thread_id, hour, "UTC", due)
    return due


async def test_the_days_digest_comes_once_a_day_with_what_changed_since_the_last(town):
    await ask_for_a_day(town)
    await town.wrote(ORANGE)
    await town.look(-1)
    assert await town.notices() == []
    await town.look(HOUR)
    await town.look(60)
    assert await town.notices() == [(True, 0)]
    assert "🆕 🟠 Rainstorm: orange" in (await town.said())[0]
    await town.answers()
    await town.wrote(RED)
    await town.look(DAY)
    await town.look(60)
    second = (await town.said())[1]
    assert "The day in short" in second
    assert "⬆️ 🔴 Rainstorm: red" in second
    assert "Posts since" in second
    assert "Not answering" in second  # no site was asked for a day


async def test_a_digest_that_fell_into_an_absence_comes_late_and_once(town):
    due = await ask_for_a_day(town)
    await town.wrote(ORANGE)
    await town.look(2 * DAY)
    await town.look(60)
    assert len(await town.notices()) == 1
    async with town.db.read() as conn:
        stored = await briefings.get(conn, town.chat_id, 0, Kind.DAY)
    assert stored.due_at > town.clock()
    assert (stored.due_at - due) % timedelta(days=1) == timedelta(0)


async def test_two_processes_that_look_at_once_tell_it_once(town):
    await ask_for_a_day(town)
    await town.wrote(ORANGE)
    town.clock.advance(HOUR)
    others = [Briefer(town.db, clock=town.clock) for _ in range(3)]
    await asyncio.gather(*(each.look() for each in others))
    assert len(await town.notices()) == 1


async def test_killed_before_or_after_it_is_written_it_comes_once(town, monkeypatch):
    """What is told and that it was told are one transaction: a crash in it leaves neither."""
    await ask_for_a_day(town)
    await town.wrote(ORANGE)

    queue = store.enqueue_one

    async def dies(*args):
        await queue(*args)
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(store, "enqueue_one", dies)  # all is written but not committed
        with pytest.raises(asyncio.CancelledError):
            await town.look(HOUR)
    assert await town.notices() == []
    await town.look(briefer=Briefer(town.db, clock=town.clock))  # the next start
    await town.look(briefer=Briefer(town.db, clock=town.clock))  # and one after it was written
    assert len(await town.notices()) == 1


async def test_without_the_lease_nothing_is_told(town):
    await ask_for_a_day(town)

    async def not_ours(_conn):
        return False

    await town.look(HOUR, Briefer(town.db, clock=town.clock, guard=not_ours))
    assert await town.notices() == []


async def test_it_goes_to_its_topic_and_shows_only_what_is_followed_there(db, clock):
    town = Town(db, clock)
    await town.follow(("房山",), thread_id=7)
    await ask_for_a_day(town, thread_id=7)
    await town.wrote(ORANGE)
    await town.wrote("房山区气象台发布暴雨黄色预警信号。")
    await town.look(HOUR)
    assert await town.notices() == [(True, 7)]
    [text] = await town.said()
    assert "Rainstorm: yellow" in text
    assert "orange" not in text


async def test_where_nothing_is_followed_any_more_nothing_is_told(town):
    await ask_for_a_day(town)
    async with town.db.begin() as conn:
        [listed] = await subscriptions.of_chat(conn, town.chat_id)
        await subscriptions.remove(conn, listed.subscription_id, town.chat_id)
    await town.look(HOUR)
    assert await town.notices() == []
    async with town.db.read() as conn:
        assert (await conn.execute(select(table.c.due_at))).scalar_one() > town.clock()


async def test_more_bursts_than_are_looked_after_at_once_take_turns(town, monkeypatch):
    monkeypatch.setattr(briefer, "AT_ONCE", 1)
    await town.many(BURST_POSTS - 1)
    await town.wrote(ORANGE)
    first = town.chat_id
    async with town.db.begin() as conn:
        town.chat_id = await chats.ensure(conn, 2002, ChatKind.PRIVATE, "", town.clock(), "en")
        await subscriptions.add(conn, town.chat_id, 0, town.account_id, (), "", None, town.clock())
    await town.many(BURST_POSTS)
    for _ in range(4):
        await town.look(6 * MINUTE)
    async with town.db.read() as conn:
        told = set((await conn.execute(select(deliveries.c.chat_id).where(deliveries.c.op == "notice"))).scalars())
    assert told == {first, town.chat_id}
