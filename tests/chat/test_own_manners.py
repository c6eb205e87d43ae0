"""A number of /list in front: one subscription is told otherwise than the rest, in words and by buttons, and so are all
others left as they were.
"""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.chat.buttons import MENU
from bot.chat.commands.own_manners import OWN
from bot.chat.wording import MESSAGE_LIMIT
from bot.delivery.writing import units
from bot.locales import available
from bot.model.alert import Severity
from bot.model.delivery import Lane, Op, State
from bot.model.manners import NOTHING_OWN, Manners, Own, Pause, Quiet, Telling, Way
from bot.model.post import Post
from bot.store import chats, manners, posts
from bot.store.fingerprint import fingerprint
from bot.store.tables import deliveries

NIGHT = Quiet(1320, 420)


@pytest.fixture
async def reader(house, police, weather):
    """Somebody who follows two accounts."""
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await house.follow(user.id, weather)
    return user


async def kept(house, telegram_id, thread_id=0):
    """The manners of the place, and what its subscriptions want of their own by their number."""
    row = await house.chat_row(telegram_id)
    async with house.db.read() as conn:
        own = await manners.own_of_place(conn, row.id, thread_id)
        place = await manners.of_place(conn, row.id, thread_id)
    listed = await house.followed(telegram_id)
    return place, {n: own[each.subscription_id] for n, each in enumerate(listed, 1) if each.subscription_id in own}


@pytest.mark.parametrize(
    ("line", "answer", "expected"),
    [
        ("/quiet 2 22:00-07:00", "2. Weather office – quiet hours 22:00 to 07:00", Own(quiet=NIGHT)),
        ("/quiet 2 23-6 extreme", "this severity on: Extreme", Own(quiet=Quiet(1380, 360, Severity.EXTREME))),
        ("/quiet 2 off", "2. Weather office – no quiet hours", Own(restless=True)),
        ("/notify 2 hourly", "2. Weather office – as one summary every hour", Own(Telling(Way.HOURLY))),
        ("/mute 2 暴雨", "2. Weather office – without rainstorm, but for Extreme", Own(muted=("hazard:rainstorm",))),
        ("/quiet ２ 22:00-07:00", "2. Weather office – quiet hours", Own(quiet=NIGHT)),
    ],
)
async def test_what_is_said_of_one_is_kept_of_that_one_alone(house, reader, line, answer, expected):
    house.world.say(reader.id, reader.id, line)
    await house.says(reader.id, answer)
    place, own = await kept(house, reader.id)
    assert own == {2: expected}
    assert replace_zone(place) == Manners()


def replace_zone(place):
    """Times need a clock: it is that of the chat."""
    return Manners("", place.telling, place.quiet, place.pause, place.muted)


@pytest.mark.parametrize(
    ("line", "hours", "whole"),
    [("/pause 2 3h", 3, False), ("/pause 2 all 3 h", 3, True), ("/pause 1 90 min", 1.5, False)],
)
async def test_a_pause_of_one_is_not_a_longer_one_of_all(house, reader, now, line, hours, whole):
    house.world.say(reader.id, reader.id, line)
    message = await house.says(reader.id, "paused until 21 Jul 2012")
    place, own = await kept(house, reader.id)
    number = int(line.split()[1])
    assert own == {number: Own(pause=Pause(now + timedelta(hours=hours), whole))}
    assert place.pause is None
    assert f"/resume {number} ends the pause" in message.text
    assert ("even for Extreme danger" in message.text) is whole


@pytest.mark.parametrize("line", ["/pause 3 h", "/pause 3h", "/quiet 2-7", "/quiet 2 - 7", "/quiet 2 to 7"])
async def test_a_number_that_belongs_to_a_time_is_of_the_whole_chat(house, reader, line):
    house.world.say(reader.id, reader.id, line)
    await house.says(reader.id, "Paused until" if "pause" in line else "Quiet hours: 02:00 to 07:00")
    place, own = await kept(house, reader.id)
    assert own == {}
    assert place.pause is not None or place.quiet is not None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/pause 2", ("2. Weather office – as everything else here", "/pause 2 2h", "/resume 2")),
        ("/quiet 2", ("/quiet 2 22:00-07:00 severe", "/quiet 2 off", "/quiet 2 default")),
        (
            "/quiet 2 soon",
            ("I did not understand soon.", "/quiet 2 22:00-07:00 severe", "/quiet 2 off", "/quiet 2 default"),
        ),
        ("/quiet 2 22-7 Berlin", ("2. Weather office – as everything else here", "/quiet 2 off")),
        ("/notify 2", ("/notify 2 daily 08:00", "/notify 2 default")),
        ("/mute 2", ("/mute 2 rainstorm", "/unmute 2")),
        ("/pause ፩ 2h", ("/pause 2 2h",)),
        ("/mute 2 dragons", ("I did not understand dragons.", "/mute 2 rainstorm", "/unmute 2")),
        ("/pause 2 61d", ("/pause 2 2h", "at most 60 days")),
        ("/pause 7 2h", ("Nothing that is followed here matches 7",)),
        ("/quiet 7", ("Nothing that is followed here matches 7",)),
        ("/resume 7", ("Nothing that is followed here matches 7",)),
    ],
)
async def test_what_cannot_be_meant_shows_how_with_its_number_and_changes_nothing(house, reader, line, words):
    house.world.say(reader.id, reader.id, line)
    message = await house.says(reader.id, words[0])
    assert all(each in message.text for each in words), message.text
    assert (await kept(house, reader.id))[1] == {}


@pytest.mark.parametrize("line", ["/pause", "/quiet", "/notify", "/mute"])
async def test_the_page_of_the_whole_chat_says_that_one_can_be_otherwise(house, reader, line):
    house.world.say(reader.id, reader.id, line)
    message = await house.says(reader.id, "With a number from /list in front")
    assert f"{line} 2 " in message.text


async def test_each_wish_is_taken_back_and_leaves_the_others(house, reader, now):
    for line in ("/quiet 2 22-7", "/pause 2 2h", "/mute 2 rainstorm", "/mute 2 fog", "/notify 2 silent"):
        house.world.say(reader.id, reader.id, line)
    await house.says(reader.id, "2. Weather office – at once, without a sound")
    whole = Own(
        Telling(Way.SILENT), NIGHT, False, Pause(now + timedelta(hours=2)), ("hazard:rainstorm", "hazard:fog")
    )
    assert (await kept(house, reader.id))[1] == {2: whole}
    house.world.say(reader.id, reader.id, "/list")
    listed = await house.says(reader.id, "Followed here: 2")
    for words in (
        "without a sound",
        "quiet hours 22:00 to 07:00",
        "paused until 21 Jul",
        "without rainstorm, heavy fog",
    ):
        assert words in listed.text
    assert "1. 平安北京\n2. Weather office – at once" in listed.text
    for line in ("/notify 2 default", "/quiet 2 default", "/resume 2", "/unmute 2 fog"):
        house.world.say(reader.id, reader.id, line)
    await house.says(reader.id, "2. Weather office – without rainstorm, but for Extreme danger")
    assert (await kept(house, reader.id))[1] == {2: Own(muted=("hazard:rainstorm",))}
    house.world.say(reader.id, reader.id, "/unmute 2")
    await house.says(reader.id, "2. Weather office – as everything else here")
    assert (await kept(house, reader.id))[1] == {}


async def test_the_end_of_the_chats_pause_tells_what_is_still_paused_alone(house, reader):
    house.world.say(reader.id, reader.id, "/pause 2 2h")
    await house.says(reader.id, "2. Weather office – paused until")
    house.world.say(reader.id, reader.id, "/pause 1h")
    await house.says(reader.id, "Paused until")
    house.world.say(reader.id, reader.id, "/resume")
    message = await house.says(reader.id, "The pause is over")
    assert "Still paused on their own, by their numbers in /list: 2. This ends it: /resume 2" in message.text
    house.world.say(reader.id, reader.id, "/resume 2")
    await house.says(reader.id, "2. Weather office – as everything else here")
    house.world.say(reader.id, reader.id, "/resume")
    assert "Still paused" not in (await house.says(reader.id, "Nothing is paused here")).text


async def test_the_end_of_a_pause_of_its_own_brings_what_waited_for_it_and_nothing_else(house, reader, now):
    house.world.say(reader.id, reader.id, "/pause 2 2d")
    await house.says(reader.id, "2. Weather office – paused until")
    row, until = await house.chat_row(reader.id), now + timedelta(days=2)
    first, second = await house.followed(reader.id)
    async with house.db.begin() as conn:
        await manners.set_own(conn, row.id, first.subscription_id, Own(pause=Pause(until)))
        for each in (first, second):
            post, held_for = Post(each.account.kind, each.account.key, "1", "雨", ""), f"[{each.subscription_id}]"
            values = {
                "post_id": await posts.add(
                    conn, each.account_id, post, fingerprint(post), now, why_not="", root_id=None
                ),
                "chat_id": row.id, "op": Op.SEND.value, "state": State.DEFERRED.value, "lane": int(Lane.ROUTINE),
                "queued_at": now, "not_before": until, "error": "held back: paused", "held_for": held_for,
            }  # fmt: skip
            await conn.execute(insert(deliveries).values(values))
    woken = house.woken
    house.world.say(reader.id, reader.id, "/resume 2")
    message = await house.says(reader.id, "2. Weather office – as everything else here")
    assert "Posts in it: 1" in message.text
    assert house.woken > woken
    async with house.db.read() as conn:
        rows = (await conn.execute(select(deliveries.c.state, deliveries.c.op).order_by(deliveries.c.id))).all()
    assert [tuple(each) for each in rows] == [("deferred", "send"), ("expired", "send"), ("queued", "notice")]


async def test_hours_of_quiet_take_the_place_of_none_at_all(house, reader):
    house.world.say(reader.id, reader.id, "/quiet 2 off")
    await house.says(reader.id, "2. Weather office – no quiet hours")
    house.world.say(reader.id, reader.id, "/quiet 2 22-7")
    await house.says(reader.id, "2. Weather office – quiet hours 22:00 to 07:00")
    assert (await kept(house, reader.id))[1] == {2: Own(quiet=NIGHT)}


async def test_a_pause_that_is_over_is_nothing_of_its_own(house, reader, now):
    row, (_, other) = await house.chat_row(reader.id), await house.followed(reader.id)
    async with house.db.begin() as conn:
        await manners.set_own(conn, row.id, other.subscription_id, Own(pause=Pause(now - timedelta(hours=1))))
    house.world.say(reader.id, reader.id, "/pause 2")
    message = await house.says(reader.id, "2. Weather office – as everything else here")
    assert "End the pause" not in labels(house, message)


async def opened(house, reader, *labels):
    house.world.say(reader.id, reader.id, "/settings")
    menu = await house.says(reader.id, "Settings")
    await pressed(house, menu, data=f"{MENU}:followed")
    for label in labels:
        await pressed(house, menu, label=label)
    return menu


async def pressed(house, message, user=0, **which):
    query = house.world.press(message.chat_id, user or message.chat_id, message.message_id, **which)
    return await house.answer_to(query)


def labels(house, message):
    return [key.label for key in house.world.buttons(message.chat_id, message.message_id)]


@pytest.mark.parametrize(
    ("page", "choice", "told", "expected"),
    [
        ("Quiet hours", "22:00–07:00", "– quiet hours 22:00 to 07:00", Own(quiet=NIGHT)),
        ("Quiet hours", "No quiet hours", "– no quiet hours", Own(restless=True)),
        ("How posts come", "Hourly summary", "– as one summary every hour", Own(Telling(Way.HOURLY))),
        ("How posts come", "As the others here", "– as everything else here", NOTHING_OWN),
    ],
)
async def test_by_buttons_and_each_page_leads_back(house, reader, page, choice, told, expected):
    menu = await opened(house, reader, "Weather office", page)
    assert "2. Weather office – as everything else here" in menu.text
    assert labels(house, menu)[-2:] == ["← Back", "← Settings"]
    await pressed(house, menu, label=choice)
    assert told in menu.text
    assert (await kept(house, reader.id))[1] == ({2: expected} if expected != NOTHING_OWN else {})
    await pressed(house, menu, label="← Back")
    assert menu.text.startswith("Weather office")
    assert (told in menu.text) is (expected != NOTHING_OWN)
    assert "Stop following" in labels(house, menu)


async def test_a_pause_is_begun_and_ended_by_buttons(house, reader, now):
    menu = await opened(house, reader, "Weather office", "Pause")
    assert "End the pause" not in labels(house, menu)
    await pressed(house, menu, label="8 h")
    assert (await kept(house, reader.id))[1] == {2: Own(pause=Pause(now + timedelta(hours=8)))}
    await pressed(house, menu, label="← Back")
    await pressed(house, menu, label="Pause")
    await pressed(house, menu, label="End the pause")
    assert (await kept(house, reader.id))[1] == {}


async def test_what_is_left_out_of_one_is_taken_back_by_a_button(house, reader):
    house.world.say(reader.id, reader.id, "/mute 2 rainstorm")
    await house.says(reader.id, "without rainstorm")
    menu = await opened(house, reader, "Weather office", "Hazards left out")
    await pressed(house, menu, label="Leave nothing out")
    assert (await kept(house, reader.id))[1] == {}


async def test_buttons_of_others_and_of_what_is_no_longer_followed_are_answered_kindly(house, reader, police):
    stranger = house.world.add_user("Ana")
    await house.follow(stranger.id, police)
    mine, theirs = (await house.followed(reader.id))[1], (await house.followed(stranger.id))[0]
    menu = await opened(house, reader, "Weather office", "Quiet hours")
    for data in (
        f"{OWN}:quiet:{theirs.subscription_id}:0",
        f"{OWN}:quiet:{mine.subscription_id}:9",
        f"{OWN}:quiet:{mine.subscription_id}:x",
        f"{OWN}:zone:{mine.subscription_id}",
        f"{OWN}:quiet",
        OWN,
    ):
        answer = await house.answer_to(house.forge(menu, reader.id, data))
        assert "too old to work" in answer.text, data
    assert (await kept(house, reader.id))[1] == {}
    assert (await kept(house, stranger.id))[1] == {}


async def test_in_a_group_only_administrators_decide_and_each_topic_counts_for_itself(house, police):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_supergroup("Neighbours", owner.id, members=(member.id,), forum=True)
    topic = house.world.add_topic(group.id, "Rain").thread_id
    subscription_id = await house.follow(group.id, police, thread_id=topic, kind="supergroup")
    for line in ("/quiet 1 22-7", "/pause 1 2h", "/mute 1 rainstorm", "/resume 1", "/unmute 1"):
        house.world.say(group.id, member.id, line, thread_id=topic)
    await house.says(group.id, "Only administrators", count=5)
    house.world.say(group.id, owner.id, "/quiet 1 22-7", thread_id=topic)
    message = await house.says(group.id, "1. 平安北京 – quiet hours")
    assert "This holds for this topic" in message.text
    house.world.say(group.id, owner.id, "/quiet 1 23-7")
    await house.says(group.id, "Nothing that is followed here matches 1")
    row = await house.chat_row(group.id)
    async with house.db.read() as conn:
        assert await manners.own_of_place(conn, row.id, topic) == {subscription_id: Own(quiet=NIGHT)}


@pytest.mark.parametrize(("language", "words"), [("zh-Hans", "安静时段 22:00 到 07:00"), ("ar", "ساعات هدوء من")])
async def test_the_same_in_other_languages(house, police, language, words):
    user = house.world.add_user("Wei", language=language)
    await house.follow(user.id, police)
    async with house.db.begin() as conn:
        await chats.set_language(conn, user.id, language)
    house.world.say(user.id, user.id, "/quiet 1 22-7")
    await house.says(user.id, words)
    house.world.say(user.id, user.id, "/list")
    await house.says(user.id, words, count=2)


@pytest.mark.parametrize("language", available())
async def test_a_page_of_the_list_with_all_that_can_be_wished_fits_a_message(house, police, language):
    """Eight of the longest names, filters and wishes, below all that the chat can want."""
    user = house.world.add_user("Wei")
    await longest(house, user.id, police)
    async with house.db.begin() as conn:
        await chats.set_language(conn, user.id, language)
    house.world.say(user.id, user.id, "/list")
    message = await house.says(user.id, "8. ")
    assert units(message.text) <= MESSAGE_LIMIT


async def longest(house, chat, police):
    until = house.lookout.clock() + timedelta(days=60)
    wishes = Own(
        Telling(Way.MOST, 1439, 100), Quiet(1320, 420, Severity.EXTREME), False, Pause(until, whole=True),
        tuple(f"hazard:{'x' * 30}{n:02d}" for n in range(20)),
    )  # fmt: skip
    for number in range(9):
        named = police.__class__("weibo", f"{number}", "名" * 200, f"https://weibo.example/{number}")
        subscription_id = await house.follow(chat, named, ("暴" * 60, "雨" * 60))
        row = await house.chat_row(chat)
        async with house.db.begin() as conn:
            await manners.set_own(conn, row.id, subscription_id, wishes)
            await manners.save(
                conn, row.id, 0, Manners("Europe/Berlin", wishes.telling, wishes.quiet, wishes.pause, wishes.muted)
            )
