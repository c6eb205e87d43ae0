"""Chats: kept up to date, paused and resumed, and moved when a group becomes a supergroup."""

from datetime import timedelta

import pytest
from outboxes import enqueue
from sqlalchemy import func, select

from bot.model.delivery import Lane, Op
from bot.model.subscription import ChatKind
from bot.store import chats, choices, deliveries, fanout, posts, subscriptions
from bot.store.deliveries import Draft
from bot.store.fanout import Word
from bot.store.tables import chats as chat_table
from bot.store.tables import deliveries as delivery_table

OLD, NEW = -100200300, -1001234567890
NEWS = Word(Op.NOTICE, Lane.ROUTINE, notice="{}")


async def test_a_chat_is_stored_once_with_its_language(db, chat_id, clock):
    async with db.begin() as conn:
        assert await chats.ensure(conn, OLD, ChatKind.GROUP, "Fengtai neighbours", clock(), "en") == chat_id
        assert await chats.get(conn, OLD) == chats.Chat(
            chat_id, OLD, ChatKind.GROUP, "Fengtai neighbours", "zh-Hans", "active", ""
        )
        assert await chats.by_id(conn, chat_id) == await chats.get(conn, OLD)
        assert await chats.get(conn, 7) is None


async def test_a_new_title_and_kind_are_kept(db, chat_id, clock):
    async with db.begin() as conn:
        await chats.ensure(conn, OLD, ChatKind.CHANNEL, "Storm\0\ud800", clock())
        chat = await chats.get(conn, OLD)
    assert (chat.kind, chat.title, chat.language) == (ChatKind.CHANNEL, "Storm\ufffd\ufffd", "zh-Hans")


async def test_a_chat_without_language_takes_the_first_one_given(db, clock):
    async with db.begin() as conn:
        await chats.ensure(conn, 7, ChatKind.PRIVATE, "", clock())
        await chats.ensure(conn, 7, ChatKind.PRIVATE, "", clock(), "de")
        await chats.ensure(conn, 7, ChatKind.PRIVATE, "", clock(), "fr")
        assert (await chats.get(conn, 7)).language == "de"
        await chats.set_language(conn, 7, "pt-BR")
        assert (await chats.get(conn, 7)).language == "pt-BR"


async def test_ids_beyond_32_bits_are_kept(db, clock):
    async with db.begin() as conn:
        await chats.ensure(conn, -1_009_999_999_999, ChatKind.CHANNEL, "", clock())
        assert (await chats.get(conn, -1_009_999_999_999)).kind is ChatKind.CHANNEL


async def test_a_paused_chat_keeps_everything_and_gets_nothing_new(db, chat_id, account_id, clock):
    async with db.begin() as conn:
        await subscriptions.add(conn, chat_id, 0, account_id, (), "", None, clock())
        assert await chats.pause(conn, OLD, "the bot was blocked")
        assert not await chats.pause(conn, OLD, "again")
        chat = await chats.get(conn, OLD)
        assert (chat.paused, chat.paused_reason) == (True, "the bot was blocked")
        assert await fanout.to_subscribers(conn, account_id, NEWS, clock()) == 0
        assert len(await subscriptions.of_chat(conn, chat_id)) == 1
        assert await chats.resume(conn, OLD)
        assert not await chats.resume(conn, OLD)
        assert not (await chats.get(conn, OLD)).paused
        assert await fanout.to_subscribers(conn, account_id, NEWS, clock()) == 1


async def test_a_command_in_a_paused_chat_does_not_resume_it_by_itself(db, chat_id, clock):
    async with db.begin() as conn:
        await chats.pause(conn, OLD, "the bot was removed")
        await chats.ensure(conn, OLD, ChatKind.GROUP, "x", clock())
        assert (await chats.get(conn, OLD)).paused


async def test_pausing_a_chat_that_nobody_knows_is_nothing(db):
    async with db.begin() as conn:
        assert not await chats.pause(conn, 7, "x")
        assert not await chats.resume(conn, 7)


# ------------------------------------------------------------------ a group becomes a supergroup


async def test_everything_of_a_group_goes_along_to_the_supergroup(db, chat_id, account_id, clock):
    async with db.begin() as conn:
        await chats.pause(conn, OLD, "kicked")
        subscription_id, _ = await subscriptions.add(conn, chat_id, 0, account_id, (), "", None, clock())
        token = await choices.put(conn, OLD, {"undo": 1}, clock())
        assert await chats.migrate(conn, OLD, NEW) == chat_id
        assert await chats.get(conn, OLD) is None
        moved = await chats.get(conn, NEW)
        [listed] = await subscriptions.of_chat(conn, chat_id)
        assert await fanout.to_subscribers(conn, account_id, NEWS, clock()) == 1
        assert await choices.take(conn, token, NEW, clock()) == {"undo": 1}
    assert (moved.id, moved.kind, moved.paused) == (chat_id, ChatKind.SUPERGROUP, False)
    assert listed.subscription_id == subscription_id


async def test_told_twice_of_a_move_the_second_time_is_nothing(db, chat_id):
    async with db.begin() as conn:
        assert await chats.migrate(conn, OLD, NEW) == chat_id
        assert await chats.migrate(conn, OLD, NEW) == chat_id
        assert await chats.migrate(conn, NEW, NEW) == chat_id
        assert (await conn.execute(select(func.count()).select_from(chat_table))).scalar_one() == 1


async def test_a_move_of_a_chat_that_nobody_knows_is_nothing(db):
    async with db.begin() as conn:
        assert await chats.migrate(conn, OLD, NEW) is None


@pytest.fixture
async def new_id(db, clock) -> int:
    """The supergroup spoke before the move was told: it has a row of its own."""
    async with db.begin() as conn:
        return await chats.ensure(conn, NEW, ChatKind.SUPERGROUP, "Fengtai", clock(), "en")


async def test_when_both_are_known_the_wishes_are_merged_each_kept_once(db, chat_id, new_id, account_id, clock):
    async with db.begin() as conn:
        for each, thread, words in ((chat_id, 0, ""), (chat_id, 0, "rain"), (chat_id, 5, ""), (new_id, 0, "")):
            await subscriptions.add(conn, each, thread, account_id, [words] if words else [], words, None, clock())
        assert await chats.migrate(conn, OLD, NEW) == new_id
        assert await chats.get(conn, OLD) is None
        listed = await subscriptions.of_chat(conn, new_id)
        assert (await chats.get(conn, NEW)).language == "en"
    assert sorted((each.thread_id, each.words) for each in listed) == [(0, ()), (0, ("rain",)), (5, ())]


async def test_when_both_are_known_what_waits_is_merged_each_post_said_once(
    db, chat_id, new_id, account_id, a_post, clock
):
    async with db.begin() as conn:
        ids = [
            await posts.add(conn, account_id, a_post(id=str(n)), "f", clock(), why_not="", root_id=None)
            for n in range(3)
        ]
        say = [Draft(chat_id, Op.SEND, Lane.ROUTINE, post_id=each, revision=1) for each in ids]
        said = [Draft(new_id, Op.SEND, Lane.ROUTINE, post_id=ids[0], revision=1)]
        notices = [Draft(each, Op.NOTICE, Lane.ROUTINE, notice="{}") for each in (chat_id, new_id)]
        # the last one is there twice, and has the highest id of all
        assert await enqueue(conn, [*said, *notices, *say[1:], say[0]], clock()) == 6
        last = (await conn.execute(select(func.max(delivery_table.c.id)))).scalar_one()
        await chats.migrate(conn, OLD, NEW)
        columns = (delivery_table.c.chat_id, delivery_table.c.post_id, delivery_table.c.state, delivery_table.c.id)
        rows = (await conn.execute(select(*columns))).all()
        # a request for it may be on its way: its id is nobody else's
        fresh = await deliveries.enqueue_one(conn, Draft(new_id, Op.NOTICE, Lane.ROUTINE), clock())
        await deliveries.trim(conn, clock() + timedelta(seconds=1))
        left = (await conn.execute(select(func.count()).select_from(delivery_table))).scalar_one()
    assert {row.chat_id for row in rows} == {new_id}
    assert sorted(row.post_id or 0 for row in rows if row.state == "queued") == [0, 0, *ids]
    assert [(row.id, row.post_id) for row in rows if row.state == "skipped"] == [(last, None)]
    assert fresh > last
    assert left == len(rows)
