from bot.model.alert import Alert, MsgType, Scope, Status
from bot.model.post import Post


async def test_the_newest_posts_come_oldest_first_without_a_sound(house, police, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    for number in range(5):
        await house.wrote(police, post_of(police, number, minutes_ago=50 - number))
    house.world.say(user.id, user.id, "/latest 2")
    await house.says(user.id, "平安北京: Post number 4")
    assert house.world.texts(user.id) == ("平安北京: Post number 3", "平安北京: Post number 4")
    assert all(message.silent for message in house.world.said_by_bot(user.id))


async def test_three_are_shown_unless_asked_otherwise_from_all_accounts(house, police, weather, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    await house.follow(user.id, weather)
    for number, account in enumerate([police, weather, police, weather]):
        await house.wrote(account, post_of(account, number, minutes_ago=50 - number))
    house.world.say(user.id, user.id, "/latest")
    await house.says(user.id, "number 3")
    assert [text.rpartition(" ")[2] for text in house.world.texts(user.id)] == ["1", "2", "3"]


async def test_only_what_the_words_let_through(house, police, post_of):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police, ("暴雨",))
    await house.wrote(police, post_of(police, 1, "北京暴雨", 30))
    for number in range(2, 20):
        await house.wrote(police, post_of(police, number, "交通", 20))
    house.world.say(user.id, user.id, "/latest 1")
    assert await house.says(user.id, "平安北京: 北京暴雨")


async def test_a_drill_is_not_shown(house, police, now):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    alert = Alert("a", "1", now, "", Status.TEST, MsgType.ALERT, Scope.PUBLIC)
    await house.wrote(
        police, Post("weibo", police.key, "t", "Flood!", "https://x.example/", published=now, alert=alert)
    )
    house.world.say(user.id, user.id, "/latest")
    assert await house.says(user.id, "I have not seen a post")


async def test_a_wrong_number_is_answered_with_what_it_takes(house, police):
    user = house.world.add_user("Wei")
    await house.follow(user.id, police)
    for text in ("/latest 0", "/latest 11", "/latest many", "/latest ９"):
        house.world.say(user.id, user.id, text)
    assert await house.says(user.id, "a number from 1 to 10", count=4)


async def test_with_nothing_followed_it_says_how_to_begin(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/latest")
    assert await house.says(user.id, "Nothing is followed here yet")
