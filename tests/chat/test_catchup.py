"""/catchup: each chat says how old news may be and still ring; in company, its administrators do."""

import pytest

from bot.chat.commands.catchup import CHOICES
from bot.delivery.old_news import ALWAYS

HOUR = 3600


async def limits(house, telegram_id):
    row = await house.chat_row(telegram_id)
    return row.old_routine_s, row.old_urgent_s


async def test_it_shows_the_programs_limits_until_the_chat_has_its_own(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/catchup")
    message = await house.says(user.id, "still ring in this chat?")
    assert "Routine: up to 6 h\nUrgent: up to 24 h" in message.text
    assert await limits(house, user.id) == (None, None)


async def test_the_buttons_offer_every_choice_and_mark_the_one_that_holds(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/catchup")
    message = await house.says(user.id, "still ring in this chat?")
    labels = [key.label for row in message.now.keyboard for key in row]
    assert labels == [
        "Routine: up to 1 h",
        "✓ Routine: up to 6 h",
        "Routine: up to 24 h",
        "Routine: always",
        "Urgent: up to 1 h",
        "Urgent: up to 6 h",
        "✓ Urgent: up to 24 h",
        "Urgent: always",
    ]


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        ("Routine: up to 1 h", (HOUR, None)),
        ("Routine: always", (ALWAYS, None)),
        ("Urgent: up to 6 h", (None, 6 * HOUR)),
    ],
)
async def test_a_button_sets_one_limit_and_leaves_the_other(house, label, kept):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/catchup")
    message = await house.says(user.id, "still ring in this chat?")
    house.world.press(user.id, user.id, message.message_id, label=label)
    await house.server.wait_for(lambda: f"✓ {label}" in [key.label for row in message.now.keyboard for key in row])
    assert await limits(house, user.id) == kept
    assert label in message.text


async def test_in_a_group_only_an_administrator_may_set_it(house):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_group("Neighbours", owner.id)
    house.world.join(group.id, member.id)
    house.world.say(group.id, member.id, "/catchup")
    await house.says(group.id, "Only administrators")
    house.world.say(group.id, owner.id, "/catchup")
    message = await house.says(group.id, "still ring in this chat?")
    query = house.world.press(group.id, member.id, message.message_id, label="Routine: always")
    assert "Only administrators" in (await house.answer_to(query)).text
    assert await limits(house, group.id) == (None, None)
    house.world.press(group.id, owner.id, message.message_id, label="Routine: always")
    await house.server.wait_for(lambda: "Routine: always" in message.text)
    assert await limits(house, group.id) == (ALWAYS, None)


@pytest.mark.parametrize("data", ["cu:r:5", "cu:x:3600", "cu:r", "cu", "cu:r:-1", f"cu:r:{2**40}"])
async def test_a_button_that_is_none_of_ours_sets_nothing(house, data):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/catchup")
    message = await house.says(user.id, "still ring in this chat?")
    query = house.forge(message, user.id, data)
    assert "too old" in (await house.answer_to(query)).text
    assert await limits(house, user.id) == (None, None)


def test_every_choice_fits_its_column():
    assert max(CHOICES) <= 2**31 - 1


async def test_it_speaks_chinese(house):
    user = house.world.add_user("Wei", language="zh-CN")
    house.world.say(user.id, user.id, "/catchup")
    message = await house.says(user.id, "多旧的消息还可以在这里响铃")
    assert "一般：6 小时内" in message.text
