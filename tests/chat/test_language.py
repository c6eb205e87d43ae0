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


async def test_several_languages_in_one_group_by_its_topics(house):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Neighbours", owner.id, members=(member.id,), forum=True)
    here, there = (house.world.add_topic(group.id, name).thread_id for name in ("中文", "Deutsch"))
    house.world.say(group.id, owner.id, "/language zh-Hans", thread_id=here)
    assert "只对本话题有效" in (await house.says(group.id, "以后我在这里说中文。")).text
    house.world.say(group.id, owner.id, "/language", thread_id=there)
    asked = await house.says(group.id, "Which language shall I speak here?")
    query = house.world.press(group.id, member.id, asked.message_id, label="Deutsch")
    assert (await house.answer_to(query)).alert
    house.world.press(group.id, owner.id, asked.message_id, label="Deutsch")
    await house.says(group.id, "Von jetzt an spreche ich hier Deutsch.")
    for thread_id, said in (
        (here, "这里还没有"),
        (there, "Hier ist noch nichts"),
        (0, "Nothing is followed here yet"),
    ):
        house.world.say(group.id, member.id, "/list", thread_id=thread_id)
        assert (await house.says(group.id, said)).thread_id == thread_id
    assert (await house.chat_row(group.id)).language in {"", "en"}
    # and back
    house.world.say(group.id, owner.id, "/language", thread_id=there)
    asked = await house.says(group.id, "Welche Sprache")
    house.world.press(group.id, owner.id, asked.message_id, label="Wie in der ganzen Gruppe")
    await house.says(group.id, "This topic speaks the language of the whole group again.")
    house.world.say(group.id, member.id, "/list", thread_id=there)
    assert (await house.says(group.id, "Nothing is followed here yet", 2)).thread_id == there


async def test_the_groups_language_is_no_button_where_there_is_no_topic(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/language")
    message = await house.says(user.id, "Which language shall I speak here?")
    assert not any(key.data.endswith(":group") for row in message.now.keyboard for key in row)
