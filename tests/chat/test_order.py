"""The button under a translated post: the chat keeps which comes first, and the message is turned round at once."""

import pytest
from sqlalchemy import insert, select

from bot.model.delivery import Op
from bot.store import accounts, chats, posts
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries


async def said(house, police, post_of, chat):
    """A post that stands in a chat, and a message with its button; gives the post's id (ours) and the message."""
    async with house.db.begin() as conn:
        account_id = await accounts.upsert(conn, police, house.lookout.clock())
        post = post_of(police, 1, "第1条")
        post_id = await posts.add(conn, account_id, post, fingerprint(post), post.published, why_not="", root_id=None)
        row = (await chats.get(conn, chat)).id
        values = {"chat_id": row, "post_id": post_id, "revision": 1, "rendered_revision": 1, "op": "send"}
        values |= {"state": "sent", "lane": 2, "queued_at": post.published, "not_before": post.published}
        await conn.execute(insert(deliveries).values(**values, parts='[{"message_ids":[7],"form":"text"}]'))
    keyboard = [[{"text": "Original first", "callback_data": f"or:1:{post_id}"}]]
    await house.chat._bot.send_message(chat, "the alert", reply_markup={"inline_keyboard": keyboard})
    return post_id, await house.says(chat, "the alert")


async def turned(house):
    async with house.db.read() as conn:
        found = await conn.execute(select(deliveries.c.post_id).where(deliveries.c.op == Op.WORDS.value))
        return found.scalars().all()


async def test_the_choice_is_kept_for_the_chat_and_its_message_is_turned_round(house, police, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    post_id, message = await said(house, police, post_of, user.id)
    assert not (await house.chat_row(user.id)).original_first
    query = house.world.press(user.id, user.id, message.message_id)
    assert (await house.answer_to(query)).text == "The original comes first from now on."
    assert (await house.chat_row(user.id)).original_first
    assert await turned(house) == [post_id]
    assert house.woken == 1


async def test_in_a_group_only_an_administrator_turns_it_round(house, police, post_of):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_group("Neighbours", owner.id)
    house.world.join(group.id, member.id)
    house.world.say(group.id, owner.id, "/help")
    await house.settled(group.id, len)
    _, message = await said(house, police, post_of, group.id)
    query = house.world.press(group.id, member.id, message.message_id)
    assert "Only administrators" in (await house.answer_to(query)).text
    assert not (await house.chat_row(group.id)).original_first
    assert await turned(house) == []
    query = house.world.press(group.id, owner.id, message.message_id)
    await house.answer_to(query)
    assert (await house.chat_row(group.id)).original_first


@pytest.mark.parametrize("data", ["or", "or:2:1", "or:1", "or:x:1", "or:1:-1", f"or:1:{2**70}"])
async def test_a_button_that_is_none_of_ours_changes_nothing(house, data):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/help")
    message = await house.says(user.id, "/subscribe")
    query = house.forge(message, user.id, data)
    assert "too old" in (await house.answer_to(query)).text
    assert not (await house.chat_row(user.id)).original_first


async def test_another_chats_post_is_not_touched(house, police, post_of):
    owner, stranger = house.world.add_user("Wei"), house.world.add_user("Stranger")
    await house.follow(owner.id, police)
    post_id, _ = await said(house, police, post_of, owner.id)
    house.world.say(stranger.id, stranger.id, "/help")
    message = await house.says(stranger.id, "/subscribe")
    await house.answer_to(house.forge(message, stranger.id, f"or:1:{post_id}"))
    assert await turned(house) == []
    assert house.woken == 0


async def test_latest_shows_the_translation_in_the_chats_order(house, police, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await house.wrote(police, post_of(police, 1, "暴雨"))
    async with house.db.begin() as conn:
        await chats.set_order(conn, user.id, original_first=True)
    house.world.say(user.id, user.id, "/latest 1")
    assert (await house.says(user.id, "暴雨")).text == "平安北京: 暴雨 [暴雨 in en], original first"
