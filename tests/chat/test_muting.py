"""The button that mutes an event, and /muted: who may, what is kept, what is said, and the way back."""

import pytest
from sqlalchemy import insert, select

from bot.model.delivery import Op
from bot.store import accounts, chats, mutes, posts
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries


async def said(house, police, post_of, chat, thread=0):
    """A post that stands in a chat, and a message with its button; gives the post's id (ours) and the message."""
    async with house.db.begin() as conn:
        account_id = await accounts.upsert(conn, police, house.lookout.clock())
        post = post_of(police, 1, "北京市气象台发布暴雨橙色预警信号。")
        post_id = await posts.add(conn, account_id, post, fingerprint(post), post.published, why_not="", root_id=None)
        row = (await chats.get(conn, chat)).id
        values = {"chat_id": row, "thread_id": thread, "post_id": post_id, "revision": 1, "rendered_revision": 1}
        values |= {
            "op": "send",
            "state": "sent",
            "lane": 1,
            "queued_at": post.published,
            "not_before": post.published,
        }
        await conn.execute(insert(deliveries).values(**values, parts='[{"message_ids":[7],"form":"text"}]'))
    return post_id, await button(house, chat, f"mu:1:{post_id}", thread)


async def button(house, chat, data, thread=0):
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
    topic = {"message_thread_id": thread} if thread else {}
    await house.chat._bot.send_message(chat, f"alert {data}", reply_markup=keyboard, **topic)
    return await house.says(chat, f"alert {data}")


async def muted(house, chat, thread=0):
    async with house.db.read() as conn:
        row = await chats.get(conn, chat)
        found = await mutes.of_place(conn, row.id, thread, house.lookout.clock())
        turned = await conn.execute(select(deliveries.c.post_id).where(deliveries.c.op == Op.WORDS.value))
        return [each.root_id for each in found], turned.scalars().all()


WORDS = {
    "en": ("Muted until 24 Jul 2012", "comes here again", "Muted here: 1", "No event is muted"),
    "zh-hans": ("已静音至", "再次发到这里", "这里静音的事件：1", "这里没有静音的事件"),
    "ar": ("كُتم حتى", "من جديد", "المكتوم هنا: 1", "لا يوجد حدث مكتوم هنا"),
}


@pytest.mark.parametrize("language", WORDS)
async def test_mute_look_unmute_and_undo(house, police, post_of, language):
    muted_until, again, listed, none = WORDS[language]
    user = house.world.add_user("Wei", language=language)
    house.world.say(user.id, user.id, "/muted")
    await house.says(user.id, none)
    post_id, message = await said(house, police, post_of, user.id)
    for _ in range(2):  # the answer may have been lost, and the press is told again
        answer = await house.answer_to(house.world.press(user.id, user.id, message.message_id))
        assert answer.text.startswith(muted_until)
        assert answer.alert
        assert len(answer.text) <= 200
        assert "/muted" in answer.text
        assert await muted(house, user.id) == ([post_id], [post_id])
    assert house.woken == 2
    house.world.say(user.id, user.id, "/muted")
    shown = await house.says(user.id, listed)
    assert "暴雨橙色预警" in shown.text
    answer = await house.answer_to(house.world.press(user.id, user.id, shown.message_id, data=f"ml:0:{post_id}"))
    assert again in answer.text
    assert (await muted(house, user.id))[0] == []
    await house.server.wait_for(lambda: none in shown.text)
    await house.answer_to(house.world.press(user.id, user.id, shown.message_id, data=f"ml:1:{post_id}"))
    assert (await muted(house, user.id))[0] == [post_id]
    back = await button(house, user.id, f"mu:0:{post_id}")
    assert again in (await house.answer_to(house.world.press(user.id, user.id, back.message_id))).text
    assert (await muted(house, user.id))[0] == []


@pytest.mark.parametrize(
    ("language", "said_so"),
    [("en", "Its event is muted here: /muted shows"), ("zh-hans", "它的事件在这里已静音"), ("ar", "حدثه مكتوم هنا")],
)
async def test_whynot_of_a_post_of_a_muted_event_says_so(house, police, post_of, language, said_so):
    user = house.world.add_user("Wei", language=language)
    house.world.say(user.id, user.id, "/help")
    await house.server.wait_for(lambda: house.world.said_by_bot(user.id))
    await house.follow(user.id, police)
    post_id, _ = await said(house, police, post_of, user.id)
    async with house.db.begin() as conn:
        skipped = {"state": "skipped", "parts": "[]", "error": mutes.MUTED}
        await conn.execute(deliveries.update().where(deliveries.c.post_id == post_id).values(**skipped))
    house.world.say(user.id, user.id, f"/whynot {post_of(police, 1).url}")
    await house.says(user.id, said_so)


async def test_the_gravity_is_read_from_what_the_post_says(house, police, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    post_id, message = await said(house, police, post_of, user.id)
    await house.answer_to(house.world.press(user.id, user.id, message.message_id))
    async with house.db.read() as conn:
        row = (await conn.execute(select(mutes.mutes))).one()
    assert (row.root_id, row.lane, row.rank) == (post_id, 1, 3)


async def test_in_a_group_only_an_administrator_mutes(house, police, post_of):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_group("Neighbours", owner.id)
    house.world.join(group.id, member.id)
    await house.follow(group.id, police, kind="group")
    post_id, message = await said(house, police, post_of, group.id)
    query = house.world.press(group.id, member.id, message.message_id)
    assert "Only administrators" in (await house.answer_to(query)).text
    assert await muted(house, group.id) == ([], [])
    await house.answer_to(house.world.press(group.id, owner.id, message.message_id))
    assert (await muted(house, group.id))[0] == [post_id]
    house.world.say(group.id, member.id, "/muted")
    shown = await house.says(group.id, "Muted here: 1")
    query = house.world.press(group.id, member.id, shown.message_id)
    assert "Only administrators" in (await house.answer_to(query)).text
    assert (await muted(house, group.id))[0] == [post_id]


async def test_a_topic_mutes_for_itself(house, police, post_of):
    owner = house.world.add_user("Owner")
    forum = house.world.add_supergroup("Forum", owner.id, forum=True)
    topic = house.world.add_topic(forum.id, "Storm").thread_id
    await house.follow(forum.id, police, thread_id=topic, kind="supergroup")
    post_id, message = await said(house, police, post_of, forum.id, topic)
    await house.answer_to(house.world.press(forum.id, owner.id, message.message_id))
    assert (await muted(house, forum.id, topic))[0] == [post_id]
    assert (await muted(house, forum.id))[0] == []


async def test_a_reader_of_a_channel_mutes_nothing(house, police, post_of):
    owner, reader = house.world.add_user("Owner"), house.world.add_user("Reader")
    channel = house.world.add_channel("News", owner.id)
    await house.follow(channel.id, police, kind="channel")
    _, message = await said(house, police, post_of, channel.id)
    query = house.world.press(channel.id, reader.id, message.message_id)
    assert "Only administrators" in (await house.answer_to(query)).text
    assert await muted(house, channel.id) == ([], [])


@pytest.mark.parametrize(
    "data",
    ["mu", "mu:2:1", "mu:1", "mu:x:1", "mu:1:-1", f"mu:1:{2**70}", "mu:1:999", "ml:1:999", "ml:0", "ml::", "mu:1:１"],
)
async def test_a_button_that_is_none_of_ours_changes_nothing(house, data):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/help")
    await house.settled(user.id, len)
    forged = await button(house, user.id, data)
    query = house.world.press(user.id, user.id, forged.message_id)
    assert "too old" in (await house.answer_to(query)).text
    assert await muted(house, user.id) == ([], [])


async def test_another_chats_post_cannot_be_muted_by_a_forged_button(house, police, post_of):
    owner, stranger = house.world.add_user("Wei"), house.world.add_user("Stranger")
    await house.follow(owner.id, police)
    post_id, _ = await said(house, police, post_of, owner.id)
    house.world.say(stranger.id, stranger.id, "/help")
    await house.settled(stranger.id, len)
    forged = await button(house, stranger.id, f"mu:1:{post_id}")
    query = house.world.press(stranger.id, stranger.id, forged.message_id)
    assert "too old" in (await house.answer_to(query)).text
    assert await muted(house, owner.id) == ([], [])


async def test_forget_shows_and_deletes_what_is_muted(house, police, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    _, message = await said(house, police, post_of, user.id)
    await house.answer_to(house.world.press(user.id, user.id, message.message_id))
    house.world.say(user.id, user.id, "/forget")
    asked = await house.says(user.id, "Muted events: 1")
    await house.answer_to(house.world.press(user.id, user.id, asked.message_id, label="Delete everything"))
    async with house.db.read() as conn:
        assert (await conn.execute(select(mutes.mutes))).all() == []
