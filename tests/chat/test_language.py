import pytest

from bot.locales import available, phrases


async def test_a_person_is_spoken_to_in_the_language_of_their_app(house):
    user = house.world.add_user("Wei", language="zh-hans")
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, "这里还没有关注任何账号")
    assert (await house.chat_row(user.id)).language == "zh-Hans"


async def test_a_language_we_do_not_speak_gets_the_default(house):
    user = house.world.add_user("Ana", language="xx")
    house.world.say(user.id, user.id, "/list")
    assert await house.says(user.id, "Nothing is followed here yet")


async def test_the_buttons_change_the_language_of_the_chat(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/language")
    message = await house.says(user.id, "Which language shall I speak here?")
    house.world.press(user.id, user.id, message.message_id, label="简体中文")
    await house.says(user.id, "以后我在这里说中文。")
    assert (await house.chat_row(user.id)).language == "zh-Hans"
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, "这里还没有关注任何账号")


async def test_each_language_is_offered_by_its_own_name_and_answers_in_itself(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/language")
    message = await house.says(user.id, "Which language shall I speak here?")
    labels = [button.label for row in message.now.keyboard for button in row]
    assert labels == [phrases(tag)("language.name") for tag in available()]
    for tag in available():
        house.world.say(user.id, user.id, f"/language {tag}")
        await house.says(user.id, phrases(tag)("language.done"))
        assert (await house.chat_row(user.id)).language == tag


@pytest.mark.parametrize("key", ["subscribe.how", "help.text"])
async def test_every_long_text_is_said_in_the_chats_language(house, key):
    user = house.world.add_user("Wei", language="zh-CN")
    house.world.say(user.id, user.id, "/subscribe" if key == "subscribe.how" else "/help")
    assert await house.says(user.id, phrases("zh-Hans")(key)[:20])
