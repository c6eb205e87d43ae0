"""Filters in the chat: a mistake and its place, what would have come, why something came and why not."""

import pytest

from bot.matching.parsing import parse
from bot.matching.tree import key_of, written
from bot.model.delivery import Lane, Op, State
from bot.store import accounts as account_store
from bot.store import chats, deliveries, posts, subscriptions
from bot.store.deliveries import Draft


async def ask(house, telegram_id, account, text):
    """A subscription with a filter, made without talking."""
    async with house.db.begin() as conn:
        chat = await chats.ensure(conn, telegram_id, chats.ChatKind.PRIVATE, "", house.lookout.clock())
        account_id = await account_store.upsert(conn, account, house.lookout.clock())
        await account_store.ensure_watch(conn, account_id, house.lookout.clock(), 60.0)
        tree = parse(text)
        await subscriptions.add(
            conn, chat, 0, account_id, (), key_of(tree), None, house.lookout.clock(), written(tree)
        )
        return chat


@pytest.fixture
async def told(house, police, post_of):
    """An account with posts, newest last."""
    texts = (
        "今天出门请注意安全。",
        "北京市气象台发布暴雨橙色预警信号。",
        "地铁7号线停运。",
        "寻人启事",
        "路段封闭，请绕行。",
    )
    for number, text in enumerate(texts, start=1):
        await house.wrote(police, post_of(police, number, text, minutes_ago=60 - number))
    return police


async def test_a_wrong_filter_changes_nothing_and_is_shown_at_its_place(house):
    user = house.world.add_user("Wei")
    house.world.say(user.id, user.id, "/subscribe 1288915263 -drill hazard:ranstorm")
    message = await house.says(user.id, "I cannot use this filter. For “hazard” I do not know “ranstorm”.")
    assert "Did you mean: -drill hazard:rainstorm" in message.text
    marked = [message.text[e.offset : e.end] for e in message.now.styled.entities if e.type == "underline"]
    assert marked == ["ranstorm"]
    assert await house.followed(user.id) == []


async def test_a_mistake_is_told_in_the_readers_language(house):
    user = house.world.add_user("Wei", language="zh-CN")
    house.world.say(user.id, user.id, "/subscribe 1288915263 暴雨，地铁")
    message = await house.says(user.id, "这个筛选条件不能用。逗号在这里没有意义。")
    assert "您是不是要写：(暴雨 OR 地铁)" in message.text


@pytest.mark.parametrize(
    ("language", "typed", "saved"),
    [
        ("zh-CN", "级别：橙色 或 灾害：台风", "level:orange OR hazard:typhoon"),
        ("es", "lluvia o nivel: rojo", "lluvia OR level:red"),
        ("ru", "«дождь» или уровень:красный", '"дождь" OR level:red'),
        ("ar", "الإعصار أو مستوى:أحمر", "الإعصار OR level:red"),
        ("hi", "तूफान या स्तर:लाल", "तूफान OR level:red"),
        ("en", "heavy rain —drill", "heavy rain -drill"),
    ],
)
async def test_a_filter_is_taken_as_it_is_typed_in_the_readers_language(house, language, typed, saved):
    user = house.world.add_user("Ann", language=language)
    house.world.say(user.id, user.id, f"/subscribe 1288915263 {typed}")
    await house.says(user.id, saved)
    assert [listed.filter for listed in await house.followed(user.id)] == [saved]


@pytest.mark.parametrize(
    ("language", "typed", "wrong", "meant"),
    [
        ("zh-CN", "演习 级别：橙色，红色", "橙色，红色", "演习 级别：橙色|红色"),
        ("ar", "مطر مستوي:برتقالى، أحمر", "برتقالى، أحمر", "مطر مستوي:برتقالى|أحمر"),
        ("ja", "🌧🌧 災害:だいふう", "だいふう", "🌧🌧 災害:たいふう"),
        ("en", "\u200f🚇 level!=red", "level!=red", "🚇 -level:red"),
    ],
)
async def test_the_place_of_a_mistake_is_underlined_beside_wide_and_right_to_left_letters(
    house, language, typed, wrong, meant
):
    user = house.world.add_user("Ann", language=language)
    house.world.say(user.id, user.id, f"/subscribe 1288915263 {typed}")
    message = await house.says(user.id, meant)
    styled = message.now.styled
    utf16 = styled.text.encode("utf-16-le")
    marked = [e for e in styled.entities if e.type == "underline"]
    assert [utf16[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le") for e in marked] == [wrong]
    assert await house.followed(user.id) == []


async def test_saving_tells_what_would_have_come(house, told):
    user = house.world.add_user("Ann")
    house.world.say(user.id, user.id, "/subscribe 1288915263 rainstorm OR metro")
    message = await house.says(user.id, "is followed here now")
    assert (await house.followed(user.id))[0].filter == "rainstorm OR metro"
    assert "Only posts that pass this filter: rainstorm OR metro" in message.text
    assert "This would have sent 2 of the last 5." in message.text
    assert "北京市气象台发布暴雨橙色预警信号。" in message.text


async def test_trying_a_filter_changes_nothing_and_says_what_is_not_known(house, told):
    user = house.world.add_user("Ann")
    await house.follow(user.id, told)
    house.world.say(user.id, user.id, "/try 1 level:orange")
    message = await house.says(user.id, "This would have sent")
    # two could not be read: nobody can say their level; the other two are read and have none
    assert "This would have sent 3 of the last 5." in message.text
    assert "not known, so let through: level:orange" in message.text
    house.world.say(user.id, user.id, "/try closed")
    await house.says(user.id, "This would have sent 2 of the last 5.")
    house.world.say(user.id, user.id, "/try level:oragne")
    await house.says(user.id, "Did you mean: level:orange")
    house.world.say(user.id, user.id, "/try")
    await house.says(user.id, "Write /try and a filter")
    assert [listed.filter for listed in await house.followed(user.id)] == [""]


async def test_a_chat_that_follows_nothing_has_nothing_to_try_on(house):
    user = house.world.add_user("Ann")
    house.world.say(user.id, user.id, "/try rain")
    await house.says(user.id, "Nothing is followed here yet")


async def arrived(house, chat, post, message_id):
    """The delivery of a post that arrived as this message."""
    async with house.db.begin() as conn:
        account_id = (await account_store.by_key(conn, post.kind, post.account)).id
        known = (await posts.known(conn, account_id, [post.id]))[post.id]
        delivery = await deliveries.enqueue_one(
            conn, Draft(chat, Op.SEND, Lane.ROUTINE, post_id=known.post_id, revision=1), house.lookout.clock()
        )
        parts = f'[{{"message_ids":[{message_id}],"form":"text"}}]'
        await conn.execute(
            deliveries.deliveries.update()
            .where(deliveries.deliveries.c.id == delivery)
            .values(state=State.SENT.value, parts=parts, rendered_revision=1)
        )


async def test_why_says_which_filter_and_which_words_let_a_post_through(house, told, post_of):
    user = house.world.add_user("Ann")
    chat = await ask(house, user.id, told, "rainstorm level>=yellow -drill")
    await ask(house, user.id, told, "metro")
    house.world.say(user.id, user.id, "/list")
    brought = await house.says(user.id, "Followed here: 2")
    await arrived(house, chat, post_of(told, 2), brought.message_id)
    house.world.say(user.id, user.id, "/why", reply_to=brought.message_id)
    message = await house.says(user.id, "What let it through")
    assert "平安北京, filter: rainstorm level>=yellow -drill" in message.text
    assert "What let it through: rainstorm → 暴雨, level>=yellow, -drill" in message.text
    assert "metro" not in message.text


async def test_why_names_what_was_found_for_a_name_of_several_words_and_for_a_word_in_another_case(
    house, told, post_of
):
    user = house.world.add_user("Ann")
    chat = await ask(house, user.id, told, "heavy rain ливня")
    house.world.say(user.id, user.id, "/list")
    brought = await house.says(user.id, "Followed here: 1")
    await arrived(house, chat, post_of(told, 2), brought.message_id)
    house.world.say(user.id, user.id, "/why", reply_to=brought.message_id)
    message = await house.says(user.id, "What let it through")
    assert "What let it through: heavy rain → 暴雨, ливня → 暴雨" in message.text


async def test_what_many_long_filters_make_of_a_post_is_told_in_as_many_messages_as_it_needs(house, told, post_of):
    user = house.world.add_user("Ann")
    for number in range(8):
        chat = await ask(house, user.id, told, " ".join(f"-{letter * 60}{number}" for letter in "abcdefg"))
    house.world.say(user.id, user.id, "/list")
    brought = await house.says(user.id, "Followed here: 8")
    await arrived(house, chat, post_of(told, 2), brought.message_id)
    before = len(house.world.said_by_bot(user.id))
    house.world.say(user.id, user.id, "/why", reply_to=brought.message_id)

    def answers():
        found = house.world.said_by_bot(user.id)[before:]
        return found if sum(each.text.count("What let it through") for each in found) == 8 else []

    assert len(await house.server.wait_for(answers)) > 1


async def test_why_without_a_post_says_how_it_is_asked(house, police):
    user = house.world.add_user("Ann")
    house.world.say(user.id, user.id, "/why")
    said = await house.says(user.id, "Reply with /why to a post")
    house.world.say(user.id, user.id, "/why", reply_to=said.message_id)
    await house.says(user.id, "I no longer know which post this message was.")


async def test_whynot_says_which_part_kept_a_post_back(house, told):
    user = house.world.add_user("Ann")
    await ask(house, user.id, told, "rainstorm level:red")
    house.world.say(user.id, user.id, "/whynot https://weibo.com/5263/2?from=app")
    message = await house.says(user.id, "What kept it back: level:red")
    assert "平安北京, filter: rainstorm level:red" in message.text
    house.world.say(user.id, user.id, "/whynot https://weibo.com/5263/4")
    await house.says(user.id, "What kept it back: rainstorm")
    house.world.say(user.id, user.id, "/whynot https://weibo.com/5263/99")
    await house.says(user.id, "I have not seen a post with this link")
    house.world.say(user.id, user.id, "/whynot")
    await house.says(user.id, "Write /whynot and the link")


async def test_whynot_of_a_post_of_the_first_look_says_that_it_was_no_news(house, police, post_of):
    await house.wrote(police, post_of(police, 7, "暴雨"), why_not=posts.FIRST_LOOK)
    user = house.world.add_user("Ann")
    await ask(house, user.id, police, "rainstorm")
    house.world.say(user.id, user.id, "/whynot https://weibo.com/5263/7")
    await house.says(user.id, "It was there before I began to look, so it was no news.")


@pytest.mark.parametrize(("language", "words"), [("en", "a blank"), ("zh-CN", "筛选条件"), ("ar", "المرشح")])
async def test_filters_are_explained_by_examples(house, language, words):
    user = house.world.add_user("Ann", language=language)
    house.world.say(user.id, user.id, "/filters")
    message = await house.says(user.id, "hazard:rainstorm")
    assert words in message.text.lower()
    examples = [message.text[e.offset : e.end] for e in message.now.styled.entities if e.type == "code"]
    assert len(examples) == 14
    for example in examples:
        parse(example)
