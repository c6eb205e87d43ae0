import asyncio

from sqlalchemy import select, update

from bot.model.delivery import Lane, Op
from bot.store import chats, deliveries
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as table
from bot.store.tables import posts


async def paused(house, chat_id):
    row = await house.chat_row(chat_id)
    return row is not None and row.paused


async def eventually(_house, check):
    """Wait for an effect in the database: each answer of the bot's or update handled stirs the journal."""

    async with asyncio.timeout(10):
        while not await check():
            await asyncio.sleep(0.01)


async def test_blocking_pauses_and_deletes_nothing(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.block(user.id)
    await eventually(house, lambda: paused(house, user.id))
    assert len(await house.followed(user.id)) == 1
    assert (await house.chat_row(user.id)).paused_reason == "the bot was blocked"


async def test_unblocking_resumes_and_says_so(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.block(user.id)
    await eventually(house, lambda: paused(house, user.id))
    house.world.unblock(user.id)
    await house.says(user.id, "I am back.")
    assert not await paused(house, user.id)


async def test_let_back_in_it_puts_right_what_the_chat_still_shows(house, police, post_of, now):
    user = house.world.add_user("Wei")
    subscription = await house.follow(user.id, police)
    await house.wrote(police, post_of(police, 1))
    async with house.db.begin() as conn:
        [post_id] = (await conn.execute(select(posts.c.id))).scalars()
        chat_id = (await chats.get(conn, user.id)).id
        said = Draft(chat_id, Op.SEND, Lane.ROUTINE, post_id=post_id, revision=1, subscription_id=subscription)
        await deliveries.enqueue_one(conn, said, now)
        arrived = {"state": "sent", "parts": '[{"message_ids":[1],"form":"text"}]', "rendered_revision": 1}
        await conn.execute(update(table).values(arrived))
    house.world.block(user.id)
    await eventually(house, lambda: paused(house, user.id))
    async with house.db.begin() as conn:
        await conn.execute(update(posts).values(state="cancelled"))
    house.world.unblock(user.id)
    await house.says(user.id, "I am back.")
    async with house.db.read() as conn:
        queued = (await conn.execute(select(table.c.op, table.c.silent).where(table.c.state == "queued"))).all()
    assert queued == [("mark", True)]


async def test_put_into_a_group_it_greets_without_a_sound(house):
    owner = house.world.add_user("Wei", language="zh-CN")
    group = house.world.add_group("Neighbours", owner.id, bot=False)
    house.world.invite(group.id, owner.id)
    message = await house.says(group.id, "大家好")
    assert message.silent
    assert (await house.chat_row(group.id)).language == "zh-Hans"


async def test_thrown_out_of_a_group_and_put_back(house, police):
    owner = house.world.add_user("Wei")
    group = house.world.add_group("Neighbours", owner.id)
    await house.says(group.id, "Hello.")
    await house.follow(group.id, police, kind="group")
    house.world.kick(group.id)
    await eventually(house, lambda: paused(house, group.id))
    assert len(await house.followed(group.id)) == 1
    house.world.invite(group.id, owner.id)
    await house.says(group.id, "I am back.")
    assert not await paused(house, group.id)


async def test_a_channel_that_makes_it_an_ordinary_member_is_paused(house):
    owner = house.world.add_user("Wei")
    channel = house.world.add_channel("City news", owner.id)
    await house.says(channel.id, "Hello.")
    house.world.demote(channel.id, house.server.state.bot.id)
    await eventually(house, lambda: paused(house, channel.id))
    assert (await house.chat_row(channel.id)).paused_reason == "the bot may not write there"


async def test_a_group_that_becomes_a_supergroup_takes_its_subscriptions_along(house, police):
    owner = house.world.add_user("Wei")
    group = house.world.add_group("Neighbours", owner.id)
    subscription = await house.follow(group.id, police, ("rain",), kind="group")
    new = house.world.upgrade(group.id)
    house.world.say(new.id, owner.id, "/list")
    await house.says(new.id, "Followed here: 1")
    assert [listed.subscription_id for listed in await house.followed(new.id)] == [subscription]
    assert await house.chat_row(group.id) is None
    assert (await house.chat_row(new.id)).kind == "supergroup"


async def test_a_button_from_before_the_upgrade_still_works(house):
    owner = house.world.add_user("Wei")
    group = house.world.add_group("Neighbours", owner.id)
    house.world.say(group.id, owner.id, "/subscribe 1288915263")
    await house.says(group.id, "is followed here now")
    new = house.world.upgrade(group.id)
    house.world.say(new.id, owner.id, "/unsubscribe 1")
    told = await house.says(new.id, "no longer followed")
    assert await house.followed(new.id) == []
    house.world.press(new.id, owner.id, told.message_id, label="Put back")
    await house.says(new.id, "is followed here again")
    assert len(await house.followed(new.id)) == 1
