"""/privacy and /forget: what is kept is shown before it goes, and then nothing of the chat is left."""

import json

import pytest
from sqlalchemy import select

from bot.chat.ports import Found
from bot.model.delivery import Lane, Op, State
from bot.model.manners import Manners, Telling, Way
from bot.model.place import ChatPlace
from bot.model.post import Post
from bot.store import (
    accounts,
    briefings,
    chat_places,
    chats,
    choices,
    conversations,
    coverages,
    deliveries,
    forgetting,
    manners,
    mutes,
    posts,
    reports,
    topics,
)
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries as delivery_table
from bot.store.tables import metadata

SECRET = "Hutong 14"


def of_chats():
    """Every table that points at a chat, and the one that names it as Telegram does."""
    pointing = {
        table.name
        for table in metadata.tables.values()
        if any(key.column.table.name == "chats" for key in table.foreign_keys)
    }
    return pointing | {"choices"}


async def fill(house, telegram_id, operators_chat, police):
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
        await topics.set_language(conn, chat.id, 7, "de")
        await manners.save(conn, chat.id, 7, Manners("Europe/Berlin", Telling(Way.HOURLY)))
        await chat_places.add(conn, chat.id, 0, ChatPlace(SECRET, 39.91, 116.4, 30.0), now)
        await briefings.set_day(conn, chat.id, 0, 8, "UTC", now)
        who = conversations.Who(chat.id, 0, telegram_id)
        await conversations.put(conn, who, conversations.Conversation("what", {"what": SECRET}, 5), now)
        account_id = await accounts.upsert(conn, police, now)
        await coverages.choose(conn, chat.id, 0, account_id, live=True)
        post = Post("weibo", police.key, "1", "muted", "https://x.example/1")
        muted = await posts.add(conn, account_id, post, fingerprint(post), now, why_not="", root_id=None)
        await mutes.mute(conn, chat.id, 0, muted, mutes.Gravity(Lane.ROUTINE, 1), now)
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
    await fill(house, user.id, 987654, police)
    house.world.say(user.id, user.id, "/forget")
    asked = await house.says(user.id, "Shall I delete all of this")
    assert "Followed here: 1\n平安北京" in asked.text
    assert "Messages that I keep a record of: 2" in asked.text
    assert "Reports to those who run me: 1" in asked.text
    for line in (
        "Muted events: 1",
        "Places set here: 1",
        "How and when this chat is told: set",
    ):
        assert f"\n{line}" in asked.text
    house.world.press(user.id, user.id, asked.message_id, label="Keep it")
    await house.says(user.id, "Nothing was deleted.")
    assert len(await house.followed(user.id)) == 1


async def test_what_is_deleted_is_something_in_every_table_that_keeps_something_of_chats(house, police):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, "Nothing is followed here yet")
    await house.follow(user.id, police)
    chat_id = await fill(house, user.id, 987654, police)

    async def kept():
        async with house.db.read() as conn:
            found = set()
            for name in of_chats():
                table = metadata.tables[name]
                mine = table.c.telegram_id == user.id if name == "choices" else table.c.chat_id == chat_id
                if (await conn.execute(select(table).where(mine))).first() is not None:
                    found.add(name)
            return found

    assert await kept() == of_chats()
    async with house.db.begin() as conn:
        assert await forgetting.forget(conn, chat_id, house.lookout.clock())
    # rows of messages that may be on their way stay for a day, empty
    assert await kept() == {"deliveries"}


async def test_forgetting_leaves_no_trace_and_the_chat_can_begin_anew(house, police):
    user, other = house.world.add_user("Wei"), house.world.add_user("Ana")
    for each in (user, other):
        house.world.say(each.id, each.id, "/list")
        await house.says(each.id, "Nothing is followed here yet")
        await house.follow(each.id, police)
    chat_id = await fill(house, user.id, 987654, police)
    house.world.say(user.id, user.id, "/forget")
    asked = await house.says(user.id, "Shall I delete all of this")
    nudges = house.lookout.nudges
    house.world.press(user.id, user.id, asked.message_id, label="Delete everything")
    await house.says(user.id, "Everything of this chat is deleted")
    # what nobody follows any more is asked for no longer
    assert house.lookout.nudges == nudges + 1
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


async def test_housekeeping_takes_what_is_left_after_a_day(house, clock, police):
    from datetime import timedelta

    from bot.store.housekeeping import tidy

    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, "Nothing is followed here yet")
    chat_id = await fill(house, user.id, 987654, police)
    async with house.db.begin() as conn:
        assert await forgetting.forget(conn, chat_id, clock())
        assert not await forgetting.forget(conn, chat_id + 1000, clock())
    await tidy(house.db, clock() + timedelta(hours=23))
    async with house.db.read() as conn:
        assert await chats.by_id(conn, chat_id) is not None
    await tidy(house.db, clock() + timedelta(hours=25))
    async with house.db.read() as conn:
        assert await chats.by_id(conn, chat_id) is None


async def test_a_wish_under_way_comes_to_nothing_and_is_told_so(house, police):
    user = house.world.add_user("Wei")
    house.lookout.known["x"] = Found((police,))
    house.lookout.gate.clear()
    house.world.say(user.id, user.id, "/subscribe x")
    looking = await house.says(user.id, "Looking for x")
    # as the real one does where the chat was forgotten meanwhile
    house.lookout.forgotten = True
    house.lookout.gate.set()
    await house.server.wait_for(lambda: "Everything of this chat is deleted" in looking.text)
    assert looking.now.keyboard == ()


async def test_that_reports_stay_with_whoever_got_them_is_said_where_there_are_some(house, police):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/forget")
    asked = await house.says(user.id, "Shall I delete all of this")
    assert "stays in their chat" not in asked.text
    await fill(house, user.id, 987654, police)
    house.world.say(user.id, user.id, "/forget")
    asked = await house.says(user.id, "Shall I delete all of this", count=2)
    assert "\nWhat you wrote to those who run me stays in their chat.\n" in asked.text


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
    text = phrases(language)("privacy.text")
    assert (await house.says(user.id, text[:30])).text.count("/report") == 1
