"""/add: whom, what it writes, what of it shall come, done; through restarts, in groups, and with a way back at each step."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.chat.buttons import MENU
from bot.chat.commands.adding import ADD
from bot.chat.ports import Found
from bot.locales import phrases
from bot.model.alert import Alert, MsgType, Scope, Status
from bot.store.tables import conversations

EN = phrases("en")


async def waiting(house):
    """How many are asked something."""
    async with house.db.read() as conn:
        return (await conn.execute(select(func.count()).select_from(conversations))).scalar_one()


async def pressed(house, user, message, **which):
    query = house.world.press(message.chat_id, user, message.message_id, **which)
    return await house.answer_to(query)


async def shown(house, message, words):
    await house.server.wait_for(lambda: words in message.text)
    return message


def labels(house, message):
    return [key.label for key in house.world.buttons(message.chat_id, message.message_id)]


@pytest.fixture
def writes(house, police, post_of):
    posts = tuple(post_of(police, n, f"Post {n}: {'storm' if n % 2 else 'calm'}", minutes_ago=n) for n in range(1, 6))
    house.lookout.wrote[police.key] = posts
    return posts


async def test_from_a_name_to_the_first_post_in_a_few_presses(house, police, writes):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/add")
    asked = await house.says(user.id, "Whom do you want to hear?")
    assert "Police" in labels(house, asked)
    assert labels(house, asked)[-1] == "Cancel"
    house.world.say(user.id, user.id, "beijing police")
    found = await house.says(user.id, EN("add.found"))
    assert labels(house, found)[0].startswith("平安北京 (Safe Beijing")
    await pressed(house, user.id, found, label=labels(house, found)[0])
    await shown(house, found, EN("add.what"))
    assert "北京市公安局官方微博" in found.text
    assert [f"Post {n}" in found.text for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert await house.followed(user.id) == []
    assert await waiting(house) == 0
    await pressed(house, user.id, found, label="Everything")
    await shown(house, found, "平安北京 is followed here now.")
    assert EN("add.next") in found.text
    assert labels(house, found) == ["Undo"]
    assert [(each.account.key, each.filter) for each in await house.followed(user.id)] == [(police.key, "")]
    await pressed(house, user.id, found, label="Undo")
    assert await house.followed(user.id) == []


async def test_only_severe_warnings_is_a_filter(house, writes):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/add 1288915263")
    found = await shown(house, await house.says(user.id, "1288915263"), EN("add.what"))
    await pressed(house, user.id, found, label="Only severe warnings")
    await shown(house, found, "is followed here now")
    assert [each.filter for each in await house.followed(user.id)] == ["severity>=severe"]


async def test_whoever_looks_up_how_filters_are_written_is_still_heard(house, writes):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/add 1288915263")
    found = await shown(house, await house.says(user.id, "1288915263"), EN("add.what"))
    await pressed(house, user.id, found, label="Only certain words")
    assert "/filters" in found.text
    house.world.say(user.id, user.id, "/filters")
    await house.says(user.id, "Write a filter behind the link")
    house.world.say(user.id, user.id, "storm")
    await house.says(user.id, "Only posts that pass this filter: storm")
    # any other command is a change of mind
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, "Nothing is followed here yet")
    assert await waiting(house) == 0


async def test_words_are_tried_before_they_hold(house, writes):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/add 1288915263")
    found = await shown(house, await house.says(user.id, "1288915263"), EN("add.what"))
    await pressed(house, user.id, found, label="Only certain words")
    assert found.text == EN("followed.words")
    house.world.say(user.id, user.id, "storm OR (")
    await house.says(user.id, "This bracket is never closed")
    house.world.say(user.id, user.id, "storm")
    tried = await house.says(user.id, "This would have sent 3 of the last 5")
    assert await house.followed(user.id) == []
    house.world.say(user.id, user.id, "calm")
    await house.says(user.id, "This would have sent 2 of the last 5")
    await pressed(house, user.id, tried, label="Use this filter")
    await shown(house, tried, "is followed here now")
    assert [each.filter for each in await house.followed(user.id)] == ["storm"]
    assert await waiting(house) == 0


async def test_the_questions_survive_a_restart(server, db, at_work, police, post_of):
    user = server.world.add_user("Ana")
    async with at_work(server, db) as house:
        house.world.say(user.id, user.id, "/add")
        await house.says(user.id, "Whom do you want to hear?")
    async with at_work(server, db) as house:
        house.lookout.known["1288915263"] = Found((police,))
        house.lookout.wrote[police.key] = (post_of(police, 1, "storm"),)
        house.world.say(user.id, user.id, "1288915263")
        found = await shown(house, await house.says(user.id, "1288915263"), EN("add.what"))
    async with at_work(server, db) as house:
        await pressed(house, user.id, found, label="Only certain words")
    async with at_work(server, db) as house:
        house.lookout.wrote[police.key] = (post_of(police, 1, "storm"),)
        house.world.say(user.id, user.id, "storm")
        tried = await house.says(user.id, "This would have sent 1 of the last 1")
    async with at_work(server, db) as house:
        await pressed(house, user.id, tried, label="Use this filter")
        await shown(house, tried, "is followed here now")
        assert [each.filter for each in await house.followed(user.id)] == ["storm"]


async def test_cancel_leaves_and_so_does_any_other_command(house, writes):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/add")
    await house.says(user.id, "Whom do you want to hear?")
    house.world.say(user.id, user.id, "/cancel")
    await house.says(user.id, EN("subscribe.cancelled"))
    assert await waiting(house) == 0
    house.world.say(user.id, user.id, "/cancel")
    await house.says(user.id, EN("add.nothing_open"))
    house.world.say(user.id, user.id, "/add")
    await house.says(user.id, "Whom do you want to hear?", count=2)
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, EN("list.empty"))
    assert await waiting(house) == 0
    house.world.say(user.id, user.id, "beijing police")
    await house.says(user.id, EN("common.not_understood"))


async def test_the_cancel_button_leaves_too(house):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/add")
    asked = await house.says(user.id, "Whom do you want to hear?")
    await pressed(house, user.id, asked, label="Cancel")
    assert asked.text == EN("subscribe.cancelled")
    assert await waiting(house) == 0


async def test_after_an_hour_words_are_no_answer(house, clock):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/add")
    await house.says(user.id, "Whom do you want to hear?")
    clock.now += timedelta(hours=1)
    house.world.say(user.id, user.id, "beijing police")
    await house.says(user.id, EN("common.not_understood"))


async def test_in_a_group_only_the_reply_of_who_began_it_counts(house, writes):
    owner, member, other = (house.world.add_user(name) for name in ("Wei", "Ana", "Bo"))
    group = house.world.add_supergroup("Street", owner.id, members=(member.id, other.id))
    house.world.promote(group.id, other.id)
    house.world.say(group.id, member.id, "/add")
    await house.says(group.id, "Only administrators")
    house.world.say(group.id, owner.id, "/add")
    asked = await house.says(group.id, "Whom do you want to hear?")
    assert EN("followed.reply_here") in asked.text
    house.world.say(group.id, other.id, "1288915263", reply_to=asked.message_id)
    house.world.say(group.id, owner.id, "1288915263")
    house.world.say(group.id, owner.id, "/list")
    await house.says(group.id, EN("list.empty"))
    assert house.lookout.asked == []
    house.world.say(group.id, owner.id, "/add")
    asked = await house.says(group.id, "Whom do you want to hear?", count=2)
    house.world.say(group.id, owner.id, "1288915263", reply_to=asked.message_id)
    found = await shown(house, await house.says(group.id, "1288915263"), EN("add.what"))
    answer = await pressed(house, member.id, found, label="Everything")
    assert answer.alert
    assert answer.text == EN("common.only_administrators")
    await pressed(house, owner.id, found, label="Only certain words")
    house.world.say(group.id, owner.id, "storm -", reply_to=found.message_id)
    again = await house.says(group.id, "I cannot use this filter")
    house.world.say(group.id, owner.id, "storm", reply_to=again.message_id)
    tried = await house.says(group.id, "This would have sent 3 of the last 5")
    await pressed(house, owner.id, tried, label="Use this filter")
    await shown(house, tried, "is followed here now")
    assert [each.filter for each in await house.followed(group.id)] == ["storm"]


async def test_an_administrator_without_a_name_answers_what_their_press_began(house, writes):
    owner = house.world.add_user("Wei")
    group = house.world.add_supergroup("Street", owner.id)
    house.world.say(group.id, owner.id, "/start", anonymous=True)
    hello = await house.says(group.id, "Hello.", count=2)
    await pressed(house, owner.id, hello, data=ADD)
    house.world.say(group.id, owner.id, "1288915263", anonymous=True, reply_to=hello.message_id)
    assert await shown(house, await house.says(group.id, "1288915263"), EN("add.what"))


async def test_a_topic_and_a_channel_ask_and_follow_in_their_place(house, writes):
    owner = house.world.add_user("Wei")
    forum = house.world.add_supergroup("Town", owner.id, forum=True)
    topic = house.world.add_topic(forum.id, "Weather")
    channel = house.world.add_channel("News", owner.id)
    for chat, thread in ((forum.id, topic.thread_id), (channel.id, 0)):
        house.world.say(chat, owner.id, "/add", thread_id=thread)
        asked = await house.says(chat, "Whom do you want to hear?")
        house.world.say(chat, owner.id, "1288915263", thread_id=thread, reply_to=asked.message_id)
        found = await shown(house, await house.says(chat, "1288915263"), EN("add.what"))
        assert found.thread_id == thread
        await pressed(house, owner.id, found, label="Everything")
        await shown(house, found, "is followed here now")
        assert [each.thread_id for each in await house.followed(chat)] == [thread]


async def test_kinds_lead_to_accounts_page_by_page_and_back(house):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/add")
    asked = await house.says(user.id, "Whom do you want to hear?")
    await pressed(house, user.id, asked, label="Weather")
    first = labels(house, asked)
    assert first[-2:] == ["Next →", "← Another account"]
    await pressed(house, user.id, asked, label="Next →")
    assert set(labels(house, asked)) & set(first) <= {"Next →", "← Another account"}
    await pressed(house, user.id, asked, label="← Another account")
    assert asked.text == EN("add.whom")


async def test_what_cannot_be_found_or_read_leads_on(house, police, post_of):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/add https://nobody.example/")
    lost = await shown(house, await house.says(user.id, "nobody.example"), "I found nothing")
    await pressed(house, user.id, lost, label="← Another account")
    house.world.say(user.id, user.id, "1288915263")
    assert await shown(house, await house.says(user.id, "1288915263"), EN("add.no_posts"))


async def test_an_ambiguous_name_asks_which(house, police, weather):
    user = house.world.add_user("Ana")
    house.lookout.known["@office"] = Found((police, weather))
    house.world.say(user.id, user.id, "/add @office")
    which = await shown(house, await house.says(user.id, "office"), "More than one account")
    await pressed(house, user.id, which, label="Weather office · https://weather.example/")
    assert await shown(house, which, EN("add.what"))
    assert which.text.startswith("Weather office")


async def test_a_drill_is_not_shown_as_what_it_writes(house, police, post_of, now):
    user = house.world.add_user("Ana")
    alert = Alert("a", "1", now, "", Status.EXERCISE, MsgType.ALERT, Scope.PUBLIC)
    drill = replace(post_of(police, 1, "Flee now"), alert=alert)
    house.lookout.wrote[police.key] = (drill,)
    house.world.say(user.id, user.id, "/add 1288915263")
    found = await shown(house, await house.says(user.id, "1288915263"), EN("add.what"))
    assert "Flee" not in found.text


async def test_it_is_reached_from_settings_and_leads_back_there(house):
    user = house.world.add_user("Ana")
    house.world.say(user.id, user.id, "/settings")
    menu = await house.says(user.id, "Settings")
    await pressed(house, user.id, menu, label=EN("add.begin"))
    assert menu.text == EN("add.whom")
    await pressed(house, user.id, menu, data=MENU)
    assert menu.text.startswith("Settings")
