"""/notify, /quiet, /pause, /resume, /mute, /zone: what is said is kept, shown and undone; in company administrators decide."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.model.alert import Severity
from bot.model.delivery import Lane, Op, State
from bot.model.manners import Manners, Own, Pause, Quiet, Telling, Way
from bot.store import briefings, chats, manners
from bot.store.briefings import Kind
from bot.store.tables import deliveries


async def kept(house, telegram_id, thread_id=0):
    row = await house.chat_row(telegram_id)
    async with house.db.read() as conn:
        return await manners.of_place(conn, row.id, thread_id)


async def ways(house, telegram_id):
    row = await house.chat_row(telegram_id)
    async with house.db.read() as conn:
        return list((await manners.own_of_place(conn, row.id, 0)).values())


async def speaks(house, telegram_id, language):
    async with house.db.begin() as conn:
        await chats.set_language(conn, telegram_id, language)


async def waits(house, telegram_id, why, due, count=1):
    """Posts that are held back."""
    row = await house.chat_row(telegram_id)
    async with house.db.begin() as conn:
        for _ in range(count):
            values = {
                "chat_id": row.id, "op": Op.SEND.value, "state": State.DEFERRED.value, "lane": int(Lane.ROUTINE),
                "queued_at": due - timedelta(hours=5), "not_before": due, "error": why,
            }  # fmt: skip
            await conn.execute(insert(deliveries).values(values))


@pytest.mark.parametrize(
    ("line", "answer", "expected"),
    [
        ("/quiet 22:00-07:00 severe", "Quiet hours: 22:00 to 07:00", Manners("UTC", quiet=Quiet(1320, 420))),
        (
            "/quiet 23-6 extreme Asia/Shanghai",
            "Extreme danger",
            Manners("Asia/Shanghai", quiet=Quiet(1380, 360, Severity.EXTREME)),
        ),
        ("/notify daily 21:30", "as one summary a day, at 21:30", Manners("UTC", Telling(Way.DAILY, 1290))),
        ("/notify max 5", "at most 5 a day", Manners("UTC", Telling(Way.MOST, 1200, 5))),
        ("/notify silent", "without a sound", Manners("UTC", Telling(Way.SILENT))),
        ("/zone UTC+2", "by the clock of UTC+2", Manners("UTC+2")),
        ("/zone 北京", "by the clock of Asia/Shanghai", Manners("Asia/Shanghai")),
    ],
)
async def test_what_is_said_is_kept_and_shown(house, line, answer, expected):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, line)
    await house.says(user.id, answer)
    assert await kept(house, user.id) == expected


async def test_a_pause_says_until_when_and_what_still_comes_and_ends(house, now):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/pause 2h")
    message = await house.says(user.id, "Paused until 21 Jul 2012, 06:00 UTC")
    assert "only Extreme danger comes through" in message.text
    assert (await kept(house, user.id)).pause == Pause(now + timedelta(hours=2))
    house.world.say(user.id, user.id, "/pause all until 2012-08-01")
    message = await house.says(user.id, "without exception")
    assert "no new alert comes, not even of Extreme danger" in message.text
    assert (await kept(house, user.id)).pause == Pause(datetime(2012, 8, 1, tzinfo=UTC), whole=True)
    house.world.say(user.id, user.id, "/resume")
    await house.says(user.id, "The pause is over")
    assert (await kept(house, user.id)).pause is None
    house.world.say(user.id, user.id, "/resume")
    await house.says(user.id, "Nothing is paused here")


async def test_the_end_of_a_pause_brings_what_was_held_back_at_once(house, now):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/pause 2d")
    await house.says(user.id, "Paused until")
    await waits(house, user.id, "held back: paused", now + timedelta(days=2), 3)
    house.world.say(user.id, user.id, "/status")
    woken = house.woken
    house.world.say(user.id, user.id, "/resume")
    message = await house.says(user.id, "The pause is over")
    assert "Posts in it: 3" in message.text
    assert house.woken > woken
    async with house.db.read() as conn:
        rows = (await conn.execute(select(deliveries.c.op, deliveries.c.state).order_by(deliveries.c.id))).all()
    assert [tuple(row) for row in rows] == [("send", "expired")] * 3 + [("notice", "queued")]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/quiet", "There are no quiet hours here"),
        ("/quiet soon", "Write /quiet and two times"),
        ("/quiet soon", "I did not understand soon.\n\nThere are no quiet hours here"),
        ("/pause forever", "I did not understand forever.\n\nNothing is paused here"),
        ("/notify weekly", "I did not understand weekly.\n\nHow posts come here: at once"),
        ("/quiet 22:00-07:00 Nowhereland", "I do not know a clock of Nowhereland"),
        ("/pause", "Nothing is paused here"),
        ("/pause 61d", "at most 60 days"),
        ("/notify", "How posts come here: at once"),
        ("/notify weekly", "Write one of these"),
        ("/notify 7 daily", "Nothing that is followed here matches 7"),
        ("/mute", "No hazard is left out here"),
        ("/mute dragons", "I know no hazard called dragons"),
        ("/zone", "Times here go by the clock of UTC"),
        ("/zone ../../etc/passwd", "I do not know a clock of"),
    ],
)
async def test_what_cannot_be_meant_is_answered_and_changes_nothing(house, line, answer):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, line)
    await house.says(user.id, answer)
    assert await kept(house, user.id) == Manners()


async def test_one_subscription_has_a_way_of_its_own_and_the_list_shows_all(house, police, weather):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await house.follow(user.id, weather)
    house.world.say(user.id, user.id, "/notify hourly")
    await house.says(user.id, "as one summary every hour")
    house.world.say(user.id, user.id, "/notify 2 daily 08:00")
    message = await house.says(user.id, "2. Weather office – as one summary a day, at 08:00")
    assert "by the clock of UTC+8" in message.text
    house.world.say(user.id, user.id, "/mute 暴雨")
    await house.says(user.id, "Left out here")
    house.world.say(user.id, user.id, "/list")
    message = await house.says(user.id, "Followed here: 2")
    assert "How posts come here: as one summary every hour" in message.text
    assert "2. Weather office – as one summary a day, at 08:00" in message.text
    assert "Left out here" in message.text
    house.world.say(user.id, user.id, "/notify 2 default")
    await house.says(user.id, "2. Weather office – as everything else here")
    assert await ways(house, user.id) == []


async def test_status_tells_of_what_is_held_back(house, police, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, "/quiet 22:00-07:00")
    await house.says(user.id, "Quiet hours")
    await waits(house, user.id, "held back: quiet hours", now + timedelta(hours=2), 4)
    house.world.say(user.id, user.id, "/status")
    message = await house.says(user.id, "Held back for a summary: 4")
    assert "Quiet hours: 22:00 to 07:00" in message.text


async def test_a_hazard_is_left_out_in_any_language_and_brought_back(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/mute rainstorm")
    await house.says(user.id, "unless they are of Extreme danger")
    first = (await kept(house, user.id)).muted
    house.world.say(user.id, user.id, "/mute 暴雨")
    await house.says(user.id, "Left out here", count=2)
    assert (await kept(house, user.id)).muted == first
    house.world.say(user.id, user.id, "/unmute ливень")
    await house.says(user.id, "No hazard is left out here")
    assert (await kept(house, user.id)).muted == ()


@pytest.mark.parametrize(
    ("language", "names"), [("zh-Hans", "暴雨, 大雾"), ("ar", "أمطار غزيرة, ضباب"), ("en", "rainstorm, heavy fog")]
)
async def test_what_is_left_out_is_named_in_the_readers_language(house, language, names):
    user = house.world.add_user("Wei", language=language)
    for line in ("/mute rainstorm", "/mute fog"):
        house.world.say(user.id, user.id, line)
    await house.says(user.id, names)
    house.world.say(user.id, user.id, "/mute")
    await house.says(user.id, names, count=2)


async def test_one_clock_for_all_that_has_a_time(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/digest 8 Europe/Berlin")
    await house.says(user.id, "by the clock of Europe/Berlin")
    house.world.say(user.id, user.id, "/quiet 22:00-07:00")
    await house.says(user.id, "Times here go by the clock of Europe/Berlin")
    house.world.say(user.id, user.id, "/zone Asia/Tokyo")
    await house.says(user.id, "by the clock of Asia/Tokyo")
    row = await house.chat_row(user.id)
    async with house.db.read() as conn:
        day = await briefings.get(conn, row.id, 0, Kind.DAY)
    assert (day.hour, day.zone, day.due_at) == (8, "Asia/Tokyo", datetime(2012, 7, 21, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    "line", ["/quiet 22-7", "/pause 2h", "/resume", "/notify silent", "/mute rainstorm", "/zone UTC+1"]
)
async def test_in_a_group_only_administrators_decide(house, line):
    owner, member = house.world.add_user("Owner"), house.world.add_user("Member")
    group = house.world.add_supergroup("Neighbours", owner.id)
    house.world.join(group.id, member.id)
    house.world.say(group.id, member.id, line)
    await house.says(group.id, "Only administrators")
    assert await kept(house, group.id) == Manners()


async def test_in_a_forum_each_topic_has_its_own(house):
    owner = house.world.add_user("Owner")
    group = house.world.add_supergroup("Neighbours", owner.id, forum=True)
    topic = house.world.add_topic(group.id, "Rain").thread_id
    house.world.say(group.id, owner.id, "/quiet 22-7", thread_id=topic)
    message = await house.says(group.id, "Quiet hours")
    assert "This holds for this topic" in message.text
    assert (await kept(house, group.id, topic)).quiet == Quiet(1320, 420)
    assert await kept(house, group.id) == Manners()


@pytest.mark.parametrize(
    ("language", "pause", "quiet"),
    [
        ("zh-Hans", "没有例外：不会发来任何新预警，极端危险也不会", "安静时段：22:00 到 07:00"),
        ("ar", "ولا حتى عن خطر بالغ الشدة", "ساعات الهدوء"),
    ],
)
async def test_the_same_in_other_languages(house, language, pause, quiet):
    user = house.world.add_user("Wei", language=language)
    house.world.say(user.id, user.id, "/pause all 2h")
    await house.says(user.id, pause)
    house.world.say(user.id, user.id, "/quiet 22-7")
    await house.says(user.id, quiet)
    assert (await kept(house, user.id)).pause.whole


async def test_forgetting_takes_the_manners_and_what_waits(house, now):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/quiet 22-7")
    await house.says(user.id, "Quiet hours")
    await waits(house, user.id, "held back: quiet hours", now + timedelta(hours=2), 2)
    row = await house.chat_row(user.id)
    house.world.say(user.id, user.id, "/forget")
    message = await house.says(user.id, "Shall I delete all of this")
    house.world.press(user.id, user.id, message.message_id, label="Delete everything")
    await house.says(user.id, "Everything of this chat is deleted")
    async with house.db.read() as conn:
        assert await manners.of_place(conn, row.id, 0) == Manners()
        left = (await conn.execute(select(deliveries.c.state))).scalars().all()
    assert "deferred" not in left


async def test_a_subscription_that_is_brought_back_comes_as_before(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, "/notify 1 silent")
    await house.says(user.id, "1. 平安北京 – at once, without a sound")
    house.world.say(user.id, user.id, "/unsubscribe 1")
    message = await house.says(user.id, "no longer followed here")
    house.world.press(user.id, user.id, message.message_id, label="Put back")
    await house.server.wait_for(lambda: "is followed here again" in " ".join(house.world.texts(user.id)))
    assert await ways(house, user.id) == [Own(Telling(Way.SILENT))]
