import pytest

from bot.chat.commands.subscribing import named_in


async def test_start_greets_and_stores_the_chat(house):
    user = house.world.add_user("Wei", started=False)
    house.world.say(user.id, user.id, "/start")
    said = await house.says(user.id, "I watch official accounts")
    # whoever knows no link yet begins by the button
    assert said.text.index("press the button below") < said.text.index("link")
    assert [key.label for row in said.now.keyboard for key in row] == ["Follow an account"]
    row = await house.chat_row(user.id)
    assert (row.kind, row.title) == ("private", "")


async def test_a_deep_link_offers_and_does_not_follow_by_itself(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/start 1288915263")
    message = await house.says(user.id, "Shall I follow this here?")
    assert await house.followed(user.id) == []
    house.world.press(user.id, user.id, message.message_id)
    await house.says(user.id, "平安北京 is followed here now")
    assert len(await house.followed(user.id)) == 1


async def test_a_strange_deep_link_is_only_greeted(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/start ref_abc-DEF")
    house.world.say(user.id, user.id, "/help")
    await house.says(user.id, "/unsubscribe – stop following")
    assert len(house.world.texts(user.id)) == 2


async def test_help_names_every_command_that_the_menu_shows(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/help")
    message = await house.says(user.id, "/subscribe LINK")
    for name in ("subscribe", "unsubscribe", "list", "latest", "status", "catchup", "language"):
        assert f"/{name}" in message.text


async def test_an_unknown_command_is_answered(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/frobnicate")
    assert await house.says(user.id, "I do not know this command.")


async def test_in_a_group_only_a_command_with_our_name_is_answered(house):
    user = house.world.add_user("Wei")
    group = house.world.add_group("Neighbours", user.id)
    house.world.say(group.id, user.id, "/frobnicate")
    house.world.say(group.id, user.id, "/frobnicate@OtherBot")
    house.world.say(group.id, user.id, f"/frobnicate@{house.server.state.bot.username}")
    await house.says(group.id, "I do not know this command.")
    assert sum("I do not know" in text for text in house.world.texts(group.id)) == 1


async def test_an_unknown_button_is_answered_kindly(house):
    user = house.world.add_user("Wei")
    await house.chat._bot.send_message(
        user.id, "old", reply_markup={"inline_keyboard": [[{"text": "Old", "callback_data": "zz:1"}]]}
    )
    message = await house.says(user.id, "old")
    answer = await house.answer_to(house.world.press(user.id, user.id, message.message_id))
    assert answer.alert
    assert "too old" in answer.text


@pytest.mark.parametrize(
    "data", ["un", "un:x", "un:99999999999999999999", "pb", "pb:nonsense", "pk:nonsense:1", "rm", "lg:xx", "of", "no"]
)
async def test_a_button_with_broken_data_is_answered_and_changes_nothing(house, police, data):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await house.chat._bot.send_message(
        user.id, "old", reply_markup={"inline_keyboard": [[{"text": "Old", "callback_data": data}]]}
    )
    message = await house.says(user.id, "old")
    await house.answer_to(house.world.press(user.id, user.id, message.message_id))
    assert len(await house.followed(user.id)) == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("https://weibo.com/u/1288915263", "https://weibo.com/u/1288915263"),
        ("see https://weibo.com/u/1288915263.", "https://weibo.com/u/1288915263"),
        ("（https://m.weibo.cn/u/1）", "https://m.weibo.cn/u/1"),
        ("weibo.com/u/1288915263", "weibo.com/u/1288915263"),
        ("@平安北京", "@平安北京"),
        ("1288915263", "1288915263"),
        ("110", ""),
        ("hello there", ""),
        ("What is this?", ""),
        ("", ""),
    ],
)
def test_what_a_plain_message_names(text, named):
    assert named_in(text) == named
