"""/situation: what stands now of what this chat and topic follows, each line a tap from its post."""

from dataclasses import replace

from bot.model.alert import Alert, Area, Certainty, Hazard, MsgType, Scope, Severity, Status, Urgency, Wording

ORANGE = "北京市气象台发布暴雨橙色预警信号。"


def warning(post, now, day, **changes):
    hazard = Hazard(
        Urgency.IMMEDIATE, Severity.SEVERE, Certainty.OBSERVED,
        (Wording("en", event="Flood warning"), Wording("de", event="Hochwasserwarnung")),
        expires=now + day, areas=(Area("River district"),),
    )  # fmt: skip
    fields = {"status": Status.ACTUAL, "msg_type": MsgType.ALERT} | changes
    alert = Alert("s@a", post.id, now, now.isoformat(), scope=Scope.PUBLIC, hazards=(hazard,), **fields)
    return replace(post, alert=alert, text="")


async def test_it_says_what_stands_with_links_and_counts_what_it_could_not_sort(
    house, police, weather, post_of, now, day
):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await house.follow(user.id, weather)
    await house.wrote(police, post_of(police, 1, ORANGE))
    await house.wrote(police, post_of(police, 2, "早安，北京"), why_not="first look")
    await house.wrote(weather, warning(post_of(weather, 3), now, day))
    await house.wrote(weather, warning(post_of(weather, 4), now, day, status=Status.EXERCISE), why_not="Exercise")
    house.world.say(user.id, user.id, "/situation")
    message = await house.says(user.id, "The situation now")
    assert "Stands now: 2" in message.text
    assert "🟠 Severe: Flood warning · River district" in message.text
    assert "Rainstorm: orange · Beijing Meteorological Observatory" in message.text
    assert "could not sort, please look yourself: 1" in message.text
    urls = [found.url for found in message.now.styled.entities if found.url]
    assert urls == [post_of(weather, 3).url, post_of(police, 1).url, post_of(police, 2).url]
    # no site has been asked in this test, and that is told
    assert "No news from there does not mean that all is quiet" in message.text


async def test_each_topic_has_its_own_and_a_subscriptions_words_hold(house, police, post_of):
    owner = house.world.add_user("Owner")
    group = house.world.add_supergroup("Neighbours", owner.id, forum=True)
    topic = house.world.add_topic(group.id, "Rain").thread_id
    await house.follow(group.id, police, ("房山",), thread_id=topic, kind="supergroup")
    await house.wrote(police, post_of(police, 1, ORANGE))
    await house.wrote(police, post_of(police, 2, "房山区气象台发布暴雨黄色预警信号。"))
    house.world.say(group.id, owner.id, "/situation", thread_id=topic)
    message = await house.says(group.id, "The situation now")
    assert message.thread_id == topic
    assert "Rainstorm: yellow" in message.text
    assert "orange" not in message.text
    house.world.say(group.id, owner.id, "/situation")
    await house.says(group.id, "Nothing is followed here yet")


async def test_nothing_that_could_be_read_is_no_all_clear(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    house.world.say(user.id, user.id, "/situation")
    message = await house.says(user.id, "The situation now")
    assert "What I could not read may still hold" in message.text


async def test_it_speaks_the_readers_language(house, police, weather, post_of, now, day):
    user = house.world.add_user("Anna", language="de")
    house.world.say(user.id, user.id, "/language de")
    await house.says(user.id, "Deutsch")
    await house.follow(user.id, police)
    await house.follow(user.id, weather)
    await house.wrote(police, post_of(police, 1, ORANGE))
    await house.wrote(weather, warning(post_of(weather, 3), now, day))
    house.world.say(user.id, user.id, "/situation")
    message = await house.says(user.id, "Die Lage jetzt")
    assert "Starkregen: Orange" in message.text
    assert "Hochwasserwarnung" in message.text


async def test_a_long_situation_comes_in_several_messages_and_the_rest_is_counted(house, police, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    for number in range(1, 41):
        await house.wrote(police, post_of(police, number, f"第{number}大街因积水封闭", minutes_ago=number))
    house.world.say(user.id, user.id, "/situation")
    await house.says(user.id, "and 10 more")
    texts = [message.text for message in house.world.said_by_bot(user.id)]
    assert "Stands now: 40" in texts[0]
    assert sum(text.count("🚧") + text.count("📣") for text in texts) == 30
