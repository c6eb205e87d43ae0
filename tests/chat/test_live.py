"""/live: a chat and topic chooses whose running reports become one message; in company, its administrators do."""

from bot.store import coverages


async def live_here(house, telegram_id, thread_id=0):
    row = await house.chat_row(telegram_id)
    async with house.db.read() as conn:
        return await coverages.of_place(conn, row.id, thread_id)


async def test_an_account_is_named_to_turn_it_on_and_again_to_turn_it_off(house, police, weather):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await house.follow(user.id, weather)
    house.world.say(user.id, user.id, "/live 平安北京")
    await house.says(user.id, "平安北京: running reports become one growing message here.")
    [listed] = [each for each in await house.followed(user.id) if each.account.name == "平安北京"]
    assert await live_here(house, user.id) == {listed.account_id}
    house.world.say(user.id, user.id, "/live 1")
    await house.says(user.id, "平安北京: each post is a message of its own here.")
    assert await live_here(house, user.id) == frozenset()


async def test_the_buttons_show_whose_it_is_and_change_it(house, police, weather):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police, ("房山",))
    await house.follow(user.id, police, ("海淀",))
    await house.follow(user.id, weather)
    house.world.say(user.id, user.id, "/live")
    message = await house.says(user.id, "one message that grows without a sound")
    assert [key.label for row in message.now.keyboard for key in row] == ["平安北京", "Weather office"]
    query = house.world.press(user.id, user.id, message.message_id, label="Weather office")
    assert "running reports become one" in (await house.answer_to(query)).text
    assert [key.label for row in message.now.keyboard for key in row] == ["平安北京", "✓ Weather office"]
    assert len(await live_here(house, user.id)) == 1


async def test_who_is_not_followed_cannot_be_chosen(house, police):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/live")
    await house.says(user.id, "Nothing is followed here yet")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, "/live Somebody")
    message = await house.says(user.id, "Nothing that is followed here matches Somebody")
    query = house.forge(message, user.id, "lv:99")
    assert "too old" in (await house.answer_to(query)).text
    assert await live_here(house, user.id) == frozenset()


async def test_in_a_forum_it_holds_for_its_topic_and_only_administrators_choose(house, police):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_supergroup("Neighbours", owner.id, forum=True)
    house.world.join(group.id, member.id)
    topic = house.world.add_topic(group.id, "Rain").thread_id
    await house.follow(group.id, police, thread_id=topic, kind="supergroup")
    house.world.say(group.id, member.id, "/live 1", thread_id=topic)
    await house.says(group.id, "Only administrators")
    house.world.say(group.id, owner.id, "/live 1", thread_id=topic)
    await house.says(group.id, "running reports become one growing message")
    assert len(await live_here(house, group.id, topic)) == 1
    assert await live_here(house, group.id) == frozenset()


async def test_who_is_followed_no_longer_is_not_covered_when_followed_again(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, "/live 1")
    await house.says(user.id, "running reports become one growing message")
    house.world.say(user.id, user.id, "/unsubscribe 1")
    await house.says(user.id, "is no longer followed here")
    assert await live_here(house, user.id) == frozenset()
