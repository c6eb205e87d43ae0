"""/digest: each chat and topic chooses an hour and a clock for its digest of the day; in company, its administrators do."""

from datetime import UTC, datetime

import pytest

from bot.store import briefings
from bot.store.briefings import Kind


async def kept(house, telegram_id, thread_id=0):
    row = await house.chat_row(telegram_id)
    async with house.db.read() as conn:
        stored = await briefings.get(conn, row.id, thread_id, Kind.DAY)
    return stored and (stored.hour, stored.zone, stored.due_at)


@pytest.mark.parametrize(
    ("line", "hour", "zone", "due"),
    [
        ("/digest 8 Europe/Berlin", 8, "Europe/Berlin", datetime(2012, 7, 21, 6, tzinfo=UTC)),
        ("/digest 08:00 utc+8", 8, "UTC+8", datetime(2012, 7, 22, 0, tzinfo=UTC)),
        ("/digest 0", 0, "UTC", datetime(2012, 7, 22, 0, tzinfo=UTC)),
    ],
)
async def test_an_hour_and_a_clock_are_kept_and_shown(house, line, hour, zone, due):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, line)
    message = await house.says(user.id, "The day's summary comes here at")
    assert f"{hour:02d}:00, by the clock of {zone}" in message.text
    assert await kept(house, user.id) == (hour, zone, due)


async def test_without_a_zone_it_is_by_the_clock_of_what_is_followed_here(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, "/digest 7")
    await house.says(user.id, "07:00, by the clock of UTC+8")
    house.world.say(user.id, user.id, "/digest 9 UTC+2")
    await house.says(user.id, "09:00, by the clock of UTC+2")
    house.world.say(user.id, user.id, "/digest 10")
    await house.says(user.id, "10:00, by the clock of UTC+2")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/digest 24", "an hour from 0 to 23"),
        ("/digest -1", "an hour from 0 to 23"),
        ("/digest soon", "an hour from 0 to 23"),
        ("/digest ８", "an hour from 0 to 23"),
        ("/digest 8 Nowhere/Land", "I do not know a clock Nowhere/Land"),
        ("/digest 8 ../../etc/passwd", "I do not know a clock"),
    ],
)
async def test_what_cannot_be_meant_is_answered_and_changes_nothing(house, line, answer):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, line)
    await house.says(user.id, answer)
    assert await kept(house, user.id) is None


async def test_the_buttons_set_and_end_it(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/digest")
    message = await house.says(user.id, "No day's summary comes here")
    query = house.world.press(user.id, user.id, message.message_id, label="20:00")
    assert "from now on" in (await house.answer_to(query)).text
    assert (await kept(house, user.id))[0] == 20
    assert "✓ 20:00" in [key.label for row in message.now.keyboard for key in row]
    query = house.world.press(user.id, user.id, message.message_id, label="No summary")
    await house.answer_to(query)
    assert await kept(house, user.id) is None
    assert "No day's summary" in message.text


async def test_off_ends_it(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/digest 8")
    await house.says(user.id, "08:00")
    house.world.say(user.id, user.id, "/digest off")
    await house.says(user.id, "No day's summary")
    assert await kept(house, user.id) is None


async def test_in_a_forum_each_topic_has_its_own_and_only_administrators_choose(house):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_supergroup("Neighbours", owner.id, forum=True)
    house.world.join(group.id, member.id)
    topic = house.world.add_topic(group.id, "Rain").thread_id
    house.world.say(group.id, member.id, "/digest 8", thread_id=topic)
    await house.says(group.id, "Only administrators")
    house.world.say(group.id, owner.id, "/digest 8", thread_id=topic)
    message = await house.says(group.id, "08:00")
    assert (await kept(house, group.id, topic))[0] == 8
    assert await kept(house, group.id) is None
    query = house.world.press(group.id, member.id, message.message_id, label="No summary")
    assert "Only administrators" in (await house.answer_to(query)).text
    assert (await kept(house, group.id, topic))[0] == 8


@pytest.mark.parametrize("data", ["dg:24", "dg:x", "dg", "dg:-1"])
async def test_a_button_that_is_none_of_ours_sets_nothing(house, data):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/digest")
    message = await house.says(user.id, "No day's summary")
    query = house.forge(message, user.id, data)
    assert "too old" in (await house.answer_to(query)).text
    assert await kept(house, user.id) is None
