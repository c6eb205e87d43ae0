"""/privacy and /forget: what is kept is shown before it goes, and then nothing of the chat is left."""

import json

import pytest
from sqlalchemy import select

from bot.model.delivery import Lane, Op, State
from bot.store import chats, choices, deliveries, forgetting, reports
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as delivery_table
from bot.store.tables import metadata

SECRET = "Hutong 14"


async def fill(house, telegram_id, operators_chat):
    """Something of this chat in every table that holds something of chats."""
    now = house.lookout.clock()
    async with house.db.begin() as conn:
        chat = await chats.get(conn, telegram_id)
        theirs = await chats.ensure(conn, operators_chat, chats.ChatKind.PRIVATE, "", now)
        await chats.set_patience(conn, telegram_id, 3600, urgent=True)
        await choices.put(conn, telegram_id, {"what": SECRET}, now)
        notice = json.dumps({"phrase": "report.received", "blocks": {"text": SECRET}})
        taken = await deliveries.enqueue_one(conn, Draft(theirs, Op.NOTICE, Lane.ROUTINE, notice=notice), now)
        await reports.add(conn, chat.id, 0, 7, taken, SECRET, now)
        for state in (State.QUEUED, State.SENDING):
            told = Draft(chat.id, Op.NOTICE, Lane.ROUTINE, notice=json.dumps({"phrase": SECRET}))
            delivery_id = await deliveries.enqueue_one(conn, told, now)
            one = delivery_table.c.id == delivery_id
            await conn.execute(delivery_table.update().where(one).values(state=state.value))
        return chat.id


async def rows_with(house, *needles):
    """Rows of any table that hold one of these texts."""
    async with house.db.read() as conn:
        rows = [(table.name, row) for table in metadata.sorted_tables for row in await conn.execute(select(table))]
    return [(name, row) for name, row in rows if any(str(needle) in str(row) for needle in needles)]


async def test_what_is_kept_is_shown_and_nothing_goes_before_the_button(house, police):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, "Nothing is followed here yet")
    await house.follow(user.id, police)
    await fill(house, user.id, 987654)
    house.world.say(user.id, user.id, "/forget")
    asked = await house.says(user.id, "Shall I delete all of this")
    assert "Followed here: 1\n平安北京" in asked.text
    assert "Messages that I keep a record of: 2" in asked.text
    assert "Reports to those who run me: 1" in asked.text
    house.world.press(user.id, user.id, asked.message_id, label="Keep it")
    await house.says(user.id, "Nothing was deleted.")
    assert len(await house.followed(user.id)) == 1


async def test_forgetting_leaves_no_trace_and_the_chat_can_begin_anew(house, police):
    user, other = house.world.add_user("Wei"), house.world.add_user("Ana")
    for each in (user, other):
        house.world.say(each.id, each.id, "/list")
        await house.says(each.id, "Nothing is followed here yet")
        await house.follow(each.id, police)
    chat_id = await fill(house, user.id, 987654)
    house.world.say(user.id, user.id, "/forget")
    asked = await house.says(user.id, "Shall I delete all of this")
    house.world.press(user.id, user.id, asked.message_id, label="Delete everything")
    await house.says(user.id, "Everything of this chat is deleted")
    assert await rows_with(house, user.id, SECRET) == []
    assert len(await house.followed(other.id)) == 1
    async with house.db.read() as conn:
        left = (await conn.execute(select(delivery_table).where(delivery_table.c.chat_id == chat_id))).all()
    # what may be on its way just now keeps its row, which says nothing any more
    assert {(row.op, row.state, row.notice, row.post_id, row.parts) for row in left} == {
        ("notice", "skipped", "", None, "[]")
    }
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, "Nothing is followed here yet", count=2)
    assert (await house.chat_row(user.id)).id != chat_id


async def test_housekeeping_takes_what_is_left_after_a_day(house, clock):
    from datetime import timedelta

    from bot.store.housekeeping import tidy

    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, "Nothing is followed here yet")
    chat_id = await fill(house, user.id, 987654)
    async with house.db.begin() as conn:
        assert await forgetting.forget(conn, chat_id, clock())
        assert not await forgetting.forget(conn, chat_id + 1000, clock())
    await tidy(house.db, clock() + timedelta(hours=23))
    async with house.db.read() as conn:
        assert await chats.by_id(conn, chat_id) is not None
    await tidy(house.db, clock() + timedelta(hours=25))
    async with house.db.read() as conn:
        assert await chats.by_id(conn, chat_id) is None


async def test_in_a_group_only_an_administrator_may(house, police):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_group("Neighbours", owner.id, members=(member.id,))
    await house.follow(group.id, police, kind="group")
    house.world.say(group.id, member.id, "/forget")
    await house.says(group.id, "Only administrators")
    house.world.say(group.id, owner.id, "/forget")
    asked = await house.says(group.id, "Shall I delete all of this")
    query = house.world.press(group.id, member.id, asked.message_id, label="Delete everything")
    assert "Only administrators" in (await house.answer_to(query)).text
    assert len(await house.followed(group.id)) == 1


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
async def test_privacy_is_said_in_the_readers_language(house, language):
    from bot.locales import phrases

    user = house.world.add_user("Wei", language=language)
    house.world.say(user.id, user.id, "/privacy")
    await house.says(user.id, phrases(language)("privacy.text")[:30])
