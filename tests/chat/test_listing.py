import pytest

from bot.model.account import Account


def account(number: int, name: str = "") -> Account:
    return Account(
        "feed", f"https://a{number}.example/feed", name or f"Agency {number}", f"https://a{number}.example/"
    )


async def test_an_empty_list_says_how_to_begin(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/list")
    assert await house.says(user.id, "Nothing is followed here yet. /add helps to find")


async def test_the_list_names_each_with_its_link_and_words(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police, ("暴雨", "road closed"))
    house.world.say(user.id, user.id, "/list")
    message = await house.says(user.id, "Followed here: 1")
    assert '1. 平安北京 – filter: "暴雨" "road closed"' in message.text
    assert police.url in {e.url for e in message.now.styled.entities}
    assert [key.label for key in house.world.buttons(user.id, message.message_id)] == ["Stop 1. 平安北京"]


async def test_a_long_list_is_turned_page_by_page(house):
    user = house.world.add_user("Wei")
    for number in range(20):
        await house.follow(user.id, account(number))
    house.world.say(user.id, user.id, "/list")
    message = await house.says(user.id, "Page 1 of 3")
    labels = [key.label for key in house.world.buttons(user.id, message.message_id)]
    assert labels[0] == "Stop 1. Agency 0"
    assert labels[-1] == "Next →"
    house.world.press(user.id, user.id, message.message_id, label="Next →")
    await house.says(user.id, "Page 2 of 3")
    house.world.press(user.id, user.id, message.message_id, label="Next →")
    message = await house.says(user.id, "Page 3 of 3")
    assert "20. Agency 19" in message.text
    assert "Next →" not in [key.label for key in house.world.buttons(user.id, message.message_id)]
    house.world.press(user.id, user.id, message.message_id, label="← Back")
    await house.says(user.id, "Page 2 of 3")
    assert len(house.world.said_by_bot(user.id)) == 1


async def test_names_as_long_as_they_come_never_break_a_page(house):
    user = house.world.add_user("Wei")
    for number in range(8):
        await house.follow(user.id, account(number, "𝔏" * 3000), tuple("字" * 99 + str(i) for i in range(20)))
    house.world.say(user.id, user.id, "/list")
    message = await house.says(user.id, "Followed here: 8")
    assert len(message.text.encode("utf-16-le")) // 2 <= 4096
    assert len(house.world.buttons(user.id, message.message_id)) == 8


async def test_the_button_removes_and_the_list_shows_what_is_left(house):
    user = house.world.add_user("Wei")
    first, second = await house.follow(user.id, account(1)), await house.follow(user.id, account(2))
    house.world.say(user.id, user.id, "/list")
    message = await house.says(user.id, "Followed here: 2")
    house.world.press(user.id, user.id, message.message_id, label="Stop 1. Agency 1")
    told = await house.says(user.id, "Agency 1 is no longer followed here.")
    await house.says(user.id, "Followed here: 1")
    assert [listed.subscription_id for listed in await house.followed(user.id)] == [second]
    house.world.press(user.id, user.id, told.message_id, label="Put back")
    await house.says(user.id, "Agency 1 is followed here again.")
    assert {listed.subscription_id for listed in await house.followed(user.id)} == {first, second}


async def test_the_same_remove_button_pressed_twice_removes_once_and_is_answered(house):
    user = house.world.add_user("Wei")
    await house.follow(user.id, account(1))
    await house.follow(user.id, account(2))
    house.world.say(user.id, user.id, "/list")
    message = await house.says(user.id, "Followed here: 2")
    first = house.world.press(user.id, user.id, message.message_id, label="Stop 1. Agency 1")
    second = house.world.press(user.id, user.id, message.message_id, label="Stop 1. Agency 1")
    await house.answer_to(first)
    assert "was not followed here any more" in (await house.answer_to(second)).text
    assert len(await house.followed(user.id)) == 1
    assert sum("no longer followed" in text for text in house.world.texts(user.id)) == 1


@pytest.mark.parametrize("what", ["2", "https://a2.example/feed", "agency 2", "HTTP://A2.example", "ａｇｅｎｃｙ 2"])
async def test_unsubscribe_knows_number_link_and_name(house, what):
    user = house.world.add_user("Wei")
    for number in (1, 2, 3):
        await house.follow(user.id, account(number))
    house.world.say(user.id, user.id, f"/unsubscribe {what}")
    await house.says(user.id, "Agency 2 is no longer followed here.")
    assert [listed.account.name for listed in await house.followed(user.id)] == ["Agency 1", "Agency 3"]


async def test_unsubscribe_by_a_platforms_number(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, "/unsubscribe 1288915263")
    await house.says(user.id, "平安北京 is no longer followed here.")
    assert await house.followed(user.id) == []


async def test_unsubscribe_alone_shows_buttons(house):
    user = house.world.add_user("Wei")
    await house.follow(user.id, account(1))
    house.world.say(user.id, user.id, "/unsubscribe")
    message = await house.says(user.id, "Which one shall I stop following?")
    house.world.press(user.id, user.id, message.message_id)
    await house.says(user.id, "Agency 1 is no longer followed here.")
    await house.says(user.id, "Nothing is followed here yet.")
    assert await house.followed(user.id) == []


async def test_unsubscribe_asks_when_several_fit(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police, ("rain",))
    kept = await house.follow(user.id, police, ("fire",))
    house.world.say(user.id, user.id, "/unsubscribe 平安北京")
    message = await house.says(user.id, "More than one matches 平安北京")
    assert len(await house.followed(user.id)) == 2
    house.world.press(user.id, user.id, message.message_id, label="Stop 1. 平安北京")
    await house.says(user.id, "no longer followed")
    assert [listed.subscription_id for listed in await house.followed(user.id)] == [kept]


async def test_unsubscribe_from_what_is_not_followed_changes_nothing(house):
    user = house.world.add_user("Wei")
    await house.follow(user.id, account(1))
    house.world.say(user.id, user.id, "/unsubscribe 9")
    await house.says(user.id, "Nothing that is followed here matches 9.")
    assert len(await house.followed(user.id)) == 1


async def test_a_button_cannot_remove_what_another_chat_follows(house):
    mine, other = house.world.add_user("Wei"), house.world.add_user("Ana")
    theirs = await house.follow(other.id, account(1))
    await house.follow(mine.id, account(2))
    house.world.say(mine.id, mine.id, "/list")
    message = await house.says(mine.id, "Followed here: 1")
    query = house.world.press(mine.id, mine.id, message.message_id)
    await house.answer_to(query)
    await house.says(mine.id, "no longer followed")
    forged = house.forge(message, mine.id, f"rm:{theirs}:0")
    await house.answer_to(forged)
    assert len(await house.followed(other.id)) == 1
