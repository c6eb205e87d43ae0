"""Groups, channels and topics, and who may change what is followed there."""


async def test_in_a_group_an_administrator_subscribes_for_the_group(house, police):
    owner = house.world.add_user("Wei")
    group = house.world.add_group("Neighbours", owner.id)
    house.world.say(group.id, owner.id, f"/subscribe@{house.server.state.bot.username} 1288915263")
    message = await house.says(group.id, "is followed here now")
    assert [listed.account.key for listed in await house.followed(group.id)] == [police.key]
    assert await house.followed(owner.id) == []
    assert message.reply_to
    assert (await house.chat_row(group.id)).title == "Neighbours"


async def test_a_command_for_another_bot_is_left_alone(house):
    owner = house.world.add_user("Wei")
    group = house.world.add_group("Neighbours", owner.id)
    house.world.say(group.id, owner.id, "/subscribe@OtherBot 1288915263")
    house.world.say(group.id, owner.id, "/list")
    await house.says(group.id, "Nothing is followed here yet")
    assert house.lookout.asked == []


async def test_a_member_may_look_but_not_change(house, police):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Neighbours", owner.id, members=(member.id,))
    await house.follow(group.id, police, kind="supergroup")
    for text in ("/subscribe 1288915263 rain", "/unsubscribe 1", "/language zh-Hans"):
        house.world.say(group.id, member.id, text)
    await house.says(group.id, "Only administrators of this chat", count=3)
    assert len(await house.followed(group.id)) == 1
    assert (await house.chat_row(group.id)).language == "en"
    for text, answer in (
        ("/list", "Followed here: 1"),
        ("/status", "平安北京"),
        ("/latest", "I have not seen"),
        ("/help", "/list –"),
    ):
        house.world.say(group.id, member.id, text)
        await house.says(group.id, answer)


async def test_a_member_cannot_press_what_only_administrators_may(house, police):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Neighbours", owner.id, members=(member.id,))
    house.world.say(group.id, owner.id, "/subscribe 1288915263")
    message = await house.says(group.id, "is followed here now")
    answer = await house.answer_to(house.world.press(group.id, member.id, message.message_id, label="Undo"))
    assert answer.alert
    assert "Only administrators" in answer.text
    assert len(await house.followed(group.id)) == 1
    house.world.press(group.id, owner.id, message.message_id, label="Undo")
    await house.says(group.id, "Undone.")
    assert await house.followed(group.id) == []


async def test_somebody_just_promoted_need_not_wait(house):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Neighbours", owner.id, members=(member.id,))
    house.world.say(group.id, member.id, "/subscribe 1288915263")
    assert await house.says(group.id, "Only administrators")
    house.world.promote(group.id, member.id)
    house.world.say(group.id, member.id, "/subscribe 1288915263")
    assert await house.says(group.id, "is followed here now")


async def test_somebody_demoted_loses_the_right_within_a_minute(house, clock, day):
    owner, second = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Neighbours", owner.id, members=(second.id,))
    house.world.promote(group.id, second.id)
    house.world.say(group.id, second.id, "/language en")
    await house.says(group.id, "I speak English here")
    house.world.demote(group.id, second.id)
    clock.now += day / 24 / 60
    house.world.say(group.id, second.id, "/subscribe 1288915263")
    await house.says(group.id, "Only administrators")
    assert await house.followed(group.id) == []


async def test_an_anonymous_administrator_may_change(house):
    owner = house.world.add_user("Wei")
    group = house.world.add_supergroup("Neighbours", owner.id)
    house.world.say(group.id, owner.id, "/subscribe 1288915263", anonymous=True)
    await house.says(group.id, "is followed here now")
    assert len(await house.followed(group.id)) == 1


async def test_in_a_channel_a_post_subscribes_the_channel(house):
    owner, reader = house.world.add_user("Wei"), house.world.add_user("Ana")
    channel = house.world.add_channel("City news", owner.id)
    house.world.join(channel.id, reader.id)
    house.world.say(channel.id, owner.id, "/subscribe 1288915263")
    message = await house.says(channel.id, "is followed here now")
    assert len(await house.followed(channel.id)) == 1
    assert (await house.chat_row(channel.id)).kind == "channel"
    answer = await house.answer_to(house.world.press(channel.id, reader.id, message.message_id, label="Undo"))
    assert "Only administrators" in answer.text
    house.world.press(channel.id, owner.id, message.message_id, label="Undo")
    await house.says(channel.id, "Undone.")
    assert await house.followed(channel.id) == []


async def test_each_topic_has_its_own_list(house, police, weather):
    owner = house.world.add_user("Wei")
    forum = house.world.add_supergroup("City", owner.id, forum=True)
    rain, fire = house.world.add_topic(forum.id, "Rain"), house.world.add_topic(forum.id, "Fire")
    house.world.say(forum.id, owner.id, "/subscribe 1288915263", thread_id=rain.thread_id)
    message = await house.says(forum.id, "is followed here now")
    assert message.thread_id == rain.thread_id
    assert "This holds for this topic." in message.text
    house.world.say(forum.id, owner.id, "/subscribe https://weather.example/feed.xml")
    await house.says(forum.id, "Weather office")
    await house.says(forum.id, "is followed here now", count=2)
    assert [x.account.key for x in await house.followed(forum.id, rain.thread_id)] == [police.key]
    assert [x.account.key for x in await house.followed(forum.id, 0)] == [weather.key]
    house.world.say(forum.id, owner.id, "/list", thread_id=fire.thread_id)
    empty = await house.says(forum.id, "Nothing is followed here yet")
    assert empty.thread_id == fire.thread_id
    house.world.press(forum.id, owner.id, message.message_id, label="Undo")
    await house.says(forum.id, "Undone.")
    assert await house.followed(forum.id, rain.thread_id) == []
    assert len(await house.followed(forum.id, 0)) == 1


async def test_a_reply_in_a_plain_supergroup_is_no_topic(house):
    owner = house.world.add_user("Wei")
    group = house.world.add_supergroup("Neighbours", owner.id)
    first = house.world.say(group.id, owner.id, "who follows the police?")
    house.world.say(group.id, owner.id, "/subscribe 1288915263", reply_to=first.message_id)
    await house.says(group.id, "is followed here now")
    assert [listed.thread_id for listed in await house.followed(group.id)] == [0]


async def test_a_channels_post_copied_into_its_discussion_group_is_not_a_command_there(house):
    owner = house.world.add_user("Wei")
    group = house.world.add_supergroup("Discussion", owner.id)
    house.world.say(group.id, owner.id, "/list")
    await house.says(group.id, "Nothing is followed here yet")
    state = house.world.state
    state.updates.push(
        "message",
        {
            "message_id": 900,
            "date": 1342843200,
            "chat": {"id": group.id, "type": "supergroup", "title": "Discussion"},
            "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
            "sender_chat": {"id": -1009, "type": "channel", "title": "City news"},
            "is_automatic_forward": True,
            "text": "/subscribe 1288915263",
            "entities": [{"type": "bot_command", "offset": 0, "length": 10}],
        },
    )
    state.journal.stir()
    house.world.say(group.id, owner.id, "/help")
    await house.says(group.id, "/unsubscribe – stop following")
    assert house.lookout.asked == []


async def test_somebody_who_speaks_as_another_channel_is_no_administrator(house):
    owner = house.world.add_user("Wei")
    group = house.world.add_supergroup("Neighbours", owner.id)
    state = house.world.state
    state.updates.push(
        "message",
        {
            "message_id": 901,
            "date": 1342843200,
            "chat": {"id": group.id, "type": "supergroup", "title": "Neighbours"},
            "from": {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"},
            "sender_chat": {"id": -1009, "type": "channel", "title": "Somebody's channel"},
            "text": "/subscribe 1288915263",
            "entities": [{"type": "bot_command", "offset": 0, "length": 10}],
        },
    )
    state.journal.stir()
    await house.says(group.id, "Only administrators")
    assert await house.followed(group.id) == []
