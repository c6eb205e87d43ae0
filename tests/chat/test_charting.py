"""/chart: posts by hour and level, by the reader's clock, as a picture and in words; on both databases by the same queries."""

import io
from datetime import datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from bot.chat.charting import Chart, count, draw
from bot.chat.commands.charting import MOST_DAYS
from bot.demo.botapi.faults import Act, Fault
from bot.model.alert import Alert, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording
from bot.model.post import Post
from bot.store import briefings
from bot.store.database import Database

RED, ORANGE, PALE = (200, 30, 30), (226, 110, 20), (180, 188, 194)


def alert_of(sent: datetime, severity=Severity.SEVERE, kind=MsgType.ALERT, status=Status.ACTUAL) -> Alert:
    hazard = Hazard(Urgency.IMMEDIATE, severity, Certainty.OBSERVED, (Wording("en", "Storm"),))
    return Alert("a", "1", sent, sent.isoformat(), status, kind, Scope.PUBLIC, (hazard,))


def spoken(sent: datetime, text: str = "Good morning", alert: Alert | None = None) -> Post:
    return Post("weibo", "key", "1", text, "https://agency.test/1", published=sent, alert=alert)


def colours(png: bytes) -> set[tuple[int, ...]]:
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    assert image.shape == (500, 800, 3)
    return set(map(tuple, image.reshape(-1, 3).tolist()))


def test_posts_are_counted_by_the_hour_of_the_clock_that_is_asked_for(now):
    posts = [(spoken(now), now), (spoken(now.replace(hour=17, minute=59)), now)]
    assert [hour for hour, levels in enumerate(count(posts, "UTC").hours) if levels] == [4, 17]
    assert [hour for hour, levels in enumerate(count(posts, "UTC+8").hours) if levels] == [1, 12]
    assert [hour for hour, levels in enumerate(count(posts, "Europe/Berlin").hours) if levels] == [6, 19]


def test_a_post_that_does_not_say_when_is_counted_when_it_was_seen(now):
    chart = count([(Post("feed", "key", "1", "x", "https://agency.test"), now)], "UTC")
    assert chart.hours[4] == {Severity.UNKNOWN: 1}


def test_levels_are_those_of_fields_and_of_words_and_what_is_over_has_none(now):
    posts = [
        spoken(now, alert=alert_of(now, Severity.EXTREME)),
        spoken(now, alert=alert_of(now, kind=MsgType.CANCEL)),
        spoken(now, "北京市气象台7月21日12时发布暴雨橙色预警信号。"),
        spoken(now, "今天天气不错。"),
    ]
    chart = count([(post, now) for post in posts], "UTC")
    assert chart.hours[4] == {Severity.EXTREME: 1, Severity.UNKNOWN: 2, Severity.SEVERE: 1}
    assert chart.total == 4
    assert chart.busiest == 4


def test_the_picture_has_a_bar_for_each_level_that_there_is():
    hours: list[dict[Severity, int]] = [{} for _ in range(24)]
    hours[3] = {Severity.UNKNOWN: 30, Severity.EXTREME: 2}
    seen = colours(draw(Chart(tuple(hours))))
    assert {RED, PALE} <= seen
    assert ORANGE not in seen
    assert colours(draw(Chart(tuple({} for _ in range(24))))).isdisjoint({RED, PALE})


@pytest.mark.parametrize("most", [1, 3, 7, 99, 123_456])
def test_however_many_posts_there_are_the_bar_stays_in_the_picture(most):
    hours = ({Severity.SEVERE: most}, *({} for _ in range(23)))
    image = np.asarray(Image.open(io.BytesIO(draw(Chart(hours)))).convert("RGB"))
    rows = np.flatnonzero((image == ORANGE).all(axis=2).any(axis=1))
    assert rows.min() >= 20
    assert rows.max() <= 446


@pytest.mark.parametrize("many", [400, 900, 100_000])
def test_one_grave_post_among_many_is_seen(many):
    png = draw(Chart(tuple({Severity.EXTREME: 1, Severity.MINOR: 1, Severity.UNKNOWN: many} for _ in range(24))))
    image = Image.open(io.BytesIO(png)).convert("RGB")
    red = [y for y in range(image.height) if image.getpixel((80, y)) == (200, 30, 30)]
    assert len(red) >= 3
    assert (40, 100, 200) in colours(png)
    assert all(pixel == (255, 255, 255) for pixel in (image.getpixel((x, 8)) for x in range(image.width)))


async def test_the_chart_comes_as_a_picture_with_all_of_it_in_words(house, police, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    for number in range(3):
        await house.wrote(police, post_of(police, number, "今天天气不错。", minutes_ago=60 + number))
    await house.wrote(police, post_of(police, 9, "北京市气象台7月21日11时发布暴雨橙色预警信号。", minutes_ago=10))
    house.world.say(user.id, user.id, "/chart")
    message = await house.says(user.id, "posts by hour of day and level")
    assert message.now.picture.data.startswith(b"\x89PNG")
    assert message.text.splitlines() == [
        "📊 平安北京: posts by hour of day and level",
        "Since 14 Jul 2012, 12:00 UTC+8",
        "Posts: 4",
        "Busiest hour: 10:00–11:00 (2)",
        "🟠 Severe: 1",
        "⚪ Other posts: 3",
        "Hours by this clock: UTC+8. /zone sets another one.",
    ]
    assert message.silent


async def test_the_hours_are_those_of_the_chats_own_clock(house, police, post_of, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    row = await house.chat_row(user.id)
    async with house.db.begin() as conn:
        await briefings.set_day(conn, row.id, 0, 8, "Asia/Shanghai", now + timedelta(days=1))
    await house.wrote(police, post_of(police, 1, minutes_ago=10))
    house.world.say(user.id, user.id, "/chart 平安北京 14")
    message = await house.says(user.id, "Busiest hour: 11:00–12:00 (1)")
    assert "Since 7 Jul 2012, 12:00 UTC+8" in message.text
    assert "Hours by this clock: Asia/Shanghai." in message.text


async def test_tests_and_what_is_older_are_not_counted(house, police, weather, post_of, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, weather)
    await house.wrote(weather, post_of(weather, 1, minutes_ago=60 * 24 * 8))
    test = Post(
        "feed", weather.key, "t", "", "https://weather.example/t", published=now - timedelta(minutes=5),
        alert=alert_of(now, status=Status.TEST),
    )  # fmt: skip
    await house.wrote(weather, test, why_not="status is Test, not Actual")
    house.world.say(user.id, user.id, "/chart 1")
    message = await house.says(user.id, "posts by hour of day and level")
    assert message.now.picture is None
    assert "Posts: 0" in message.text
    assert "Busiest" not in message.text


async def test_who_names_nobody_or_too_many_days_is_told_how(house, police, weather):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/chart")
    await house.says(user.id, "Nothing is followed here yet")
    await house.follow(user.id, police)
    await house.follow(user.id, weather)
    for count_of, line in enumerate(("/chart", f"/chart 1 {MOST_DAYS + 1}", "/chart 2 0"), start=1):
        house.world.say(user.id, user.id, line)
        await house.says(user.id, f"a number of days, 1 to {MOST_DAYS}", count_of)
    house.world.say(user.id, user.id, "/chart Somebody")
    await house.says(user.id, "Nothing that is followed here matches Somebody")


async def test_a_chart_that_telegram_does_not_take_is_told_in_words(house, police, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await house.wrote(police, post_of(police, 1))
    house.server.faults.add(Fault(Act.STATUS, method="sendPhoto", status=400, times=None))
    house.world.say(user.id, user.id, "/chart")
    message = await house.says(user.id, "Busiest hour: 11:00–12:00 (1)")
    assert message.now.picture is None


@pytest.mark.postgres
async def test_the_chart_comes_on_postgresql_too(server, postgres_url, at_work, police, post_of):
    db = await Database.open(postgres_url)
    async with at_work(server, db) as house:
        user = house.world.add_user("Wei")
        await house.follow(user.id, police)
        await house.wrote(police, post_of(police, 1))
        house.world.say(user.id, user.id, "/chart 1 2")
        message = await house.says(user.id, "Busiest hour: 11:00–12:00 (1)")
        assert message.now.picture.data.startswith(b"\x89PNG")
    await db.close()
