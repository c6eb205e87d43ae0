"""What is followed, as pages of /settings: each subscription's filter shown, changed, removed; stopped after a question."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.chat.buttons import MENU, SUBSCRIPTION
from bot.locales import phrases
from bot.model.delivery import Lane, Op, State
from bot.model.manners import Own, Pause
from bot.model.subscription import ChatKind, Wish
from bot.store import chats, choices, manners
from bot.store.tables import deliveries

EN = phrases("en")


async def follow(house, telegram_id, account, words, kind=ChatKind.PRIVATE):
    async with house.db.begin() as conn:
        chat_id = await chats.ensure(conn, telegram_id, kind, "", house.lookout.clock())
    return (await house.lookout.follow(Wish(account, chat_id, 0, (), None, words))).subscription_id


@pytest.fixture
async def menu(house, police):
    """The page of what is followed, opened from /settings."""
    user = house.world.add_user("Ana")
    await follow(house, user.id, police, "storm")
    house.world.say(user.id, user.id, "/settings")
    found = await house.says(user.id, "Settings")
    await pressed(house, found, data=f"{MENU}:followed")
    return found


async def pressed(house, message, user=0, **which):
    query = house.world.press(message.chat_id, user or message.chat_id, message.message_id, **which)
    return await house.answer_to(query)


def labels(house, message):
    return [key.label for key in house.world.buttons(message.chat_id, message.message_id)]


async def filters(house, chat):
    return [each.filter for each in await house.followed(chat)]


async def test_a_subscription_shows_its_filter_and_each_page_leads_back(house, menu):
    assert labels(house, menu) == ["平安北京 · storm", "← Settings"]
    await pressed(house, menu, label="平安北京 · storm")
    assert menu.text == "平安北京\nOnly posts that pass this filter: storm"
    assert labels(house, menu) == [
        "Change the filter", "Remove the filter", "How posts come", "Quiet hours", "Pause", "Hazards left out",
        "Stop following", "← Back", "← Settings",
    ]  # fmt: skip
    for way in ("Change the filter", "Stop following"):
        await pressed(house, menu, label=way)
        assert labels(house, menu)[-1] == "← Settings"
        await pressed(house, menu, label="← Back" if way == "Change the filter" else "No, keep it")
        assert menu.text == "平安北京\nOnly posts that pass this filter: storm"
    await pressed(house, menu, label="← Back")
    assert EN("followed.which") in menu.text
    assert await filters(house, menu.chat_id) == ["storm"]


async def test_a_filter_is_changed_by_words_after_a_trial(house, menu, police, post_of):
    chat, nudges = menu.chat_id, house.lookout.nudges
    for number, text in enumerate(("Rain on line 4", "Calm", "Rain again")):
        await house.wrote(police, post_of(police, number, text))
    (before,) = await house.followed(chat)
    await pressed(house, menu, label="平安北京 · storm")
    await pressed(house, menu, label="Change the filter")
    assert EN("followed.words") in menu.text
    house.world.say(chat, chat, "level:mauve")
    await house.says(chat, "I cannot use this filter")
    house.world.say(chat, chat, "rain")
    tried = await house.says(chat, "This would have sent 2 of the last 3")
    assert await filters(house, chat) == ["storm"]
    await pressed(house, tried, label="Use this filter")
    assert tried.text == "平安北京\nOnly posts that pass this filter: rain"
    (after,) = await house.followed(chat)
    assert (after.subscription_id, after.filter, after.words) == (before.subscription_id, "rain", ())
    assert house.lookout.nudges > nudges
    await pressed(house, tried, label="Remove the filter")
    assert tried.text == f"平安北京\n{EN('followed.everything')}"
    assert await filters(house, chat) == [""]


async def test_two_that_become_the_same_are_one(house, menu, police):
    await house.follow(menu.chat_id, police)
    await pressed(house, menu, label="平安北京 · storm")
    await pressed(house, menu, label="Remove the filter")
    assert EN("followed.everything") in menu.text
    assert await filters(house, menu.chat_id) == [""]


async def test_stopping_asks_first_and_can_be_taken_back(house, menu):
    await pressed(house, menu, label="平安北京 · storm")
    await pressed(house, menu, label="Stop following")
    assert await filters(house, menu.chat_id) == ["storm"]
    await pressed(house, menu, label="Yes, stop")
    assert await filters(house, menu.chat_id) == []
    assert labels(house, menu) == ["Put back", "← Back", "← Settings"]
    await pressed(house, menu, label="Put back")
    assert await filters(house, menu.chat_id) == ["storm"]


async def test_a_member_who_is_no_administrator_changes_nothing(house, police):
    owner, member = house.world.add_user("Wei"), house.world.add_user("Ana")
    group = house.world.add_supergroup("Street", owner.id, members=(member.id,))
    one = await follow(house, group.id, police, "storm", ChatKind.SUPERGROUP)
    house.world.say(group.id, owner.id, "/settings")
    page = await house.says(group.id, "Settings")
    await pressed(house, page, owner.id, data=f"{MENU}:followed")
    await pressed(house, page, owner.id, data=f"{SUBSCRIPTION}:{one}")
    for label in labels(house, page):
        answer = await pressed(house, page, member.id, label=label)
        assert answer.alert
        assert answer.text == EN("common.only_administrators")
    assert await filters(house, group.id) == ["storm"]


async def test_another_chats_or_topics_subscription_is_not_shown(house, menu, police):
    other = house.world.add_user("Bo")
    theirs = await follow(house, other.id, police, "secret")
    elsewhere = await house.follow(menu.chat_id, police, ("other topic",), thread_id=7)
    for one in (theirs, elsewhere, 10**6):
        forged = house.forge(menu, menu.chat_id, f"{SUBSCRIPTION}:{one}")
        assert "too old" in (await house.answer_to(forged)).text
    assert "secret" not in menu.text


async def test_what_waited_for_the_one_that_is_gone_when_two_become_one_waits_no_longer(house, menu, police, now):
    other = await follow(house, menu.chat_id, police, "rain")
    row = await house.chat_row(menu.chat_id)
    async with house.db.begin() as conn:
        await manners.set_own(conn, row.id, other, Own(pause=Pause(now + timedelta(days=60))))
        values = {
            "chat_id": row.id, "op": Op.SEND.value, "state": State.DEFERRED.value, "lane": int(Lane.ROUTINE),
            "queued_at": now, "not_before": now + timedelta(days=60), "error": "held back: paused",
            "held_for": f"[{other}]",
        }  # fmt: skip
        await conn.execute(insert(deliveries).values(values))
        token = await choices.put(conn, menu.chat_id, {"filter": "storm"}, now)
    woken = house.woken
    await pressed_with(house, menu, f"{SUBSCRIPTION}:{other}:u:{token}")
    assert await filters(house, menu.chat_id) == ["storm"]
    assert house.woken > woken
    async with house.db.read() as conn:
        rows = (await conn.execute(select(deliveries.c.state, deliveries.c.op).order_by(deliveries.c.id))).all()
    assert [tuple(each) for each in rows] == [("expired", "send"), ("queued", "notice")]


async def pressed_with(house, message, data):
    return await house.answer_to(house.forge(message, message.chat_id, data))
