"""/why as a reply to a message that lists several posts: what let each of them through, in one answer."""

import json

import pytest
from sqlalchemy import insert, select

from bot.chat.wording import MESSAGE_LIMIT
from bot.delivery.writing import units
from bot.locales import phrases
from bot.matching.parsing import parse
from bot.matching.tree import key_of, written
from bot.model.delivery import LISTED, Lane, Op, State
from bot.store import accounts, chats, posts, subscriptions
from bot.store.tables import deliveries

RAIN, METRO, CALM = "北京市气象台发布暴雨橙色预警信号。", "地铁7号线停运。", "今天出门请注意安全。"


async def follow(house, user, account, *filters):
    """Subscriptions with these filters, "" for everything, made without talking; the chat's id (ours)."""
    async with house.db.begin() as conn:
        now = house.lookout.clock()
        chat = await chats.ensure(conn, user.id, chats.ChatKind.PRIVATE, "", now)
        account_id = await accounts.upsert(conn, account, now)
        for text in filters:
            tree = parse(text) if text else None
            key, kept = (key_of(tree), written(tree)) if tree is not None else ("", "")
            await subscriptions.add(conn, chat, 0, account_id, (), key, None, now, kept)
    return chat


async def row(house, chat, **values):
    async with house.db.begin() as conn:
        now = house.lookout.clock()
        same = {"chat_id": chat, "lane": int(Lane.ROUTINE), "queued_at": now, "not_before": now}
        return (
            await conn.execute(insert(deliveries).values(**same, **values).returning(deliveries.c.id))
        ).scalar_one()


def parts(*message_ids, form="text"):
    return json.dumps([{"message_ids": [each], "form": form} for each in message_ids])


async def told(house, chat, account, message_id, texts, post_of, *, state=State.EXPIRED, first=1):
    """Deliveries of posts with these texts, the first of them the newest, that a message lists; their ids."""
    found = []
    for number, text in enumerate(texts, start=first):
        post = post_of(account, number, text, minutes_ago=number)
        await house.wrote(account, post)
        async with house.db.read() as conn:
            account_id = (await accounts.by_key(conn, account.kind, account.key)).id
            post_id = (await posts.known(conn, account_id, [post.id]))[post.id].post_id
        shown = parts(message_id, form=LISTED) if state is State.EXPIRED else "[]"
        values = {"post_id": post_id, "revision": 1, "op": Op.SEND.value, "state": state.value, "parts": shown}
        found.append(await row(house, chat, **values))
    return found


async def notice(house, chat, says, *message_ids):
    values = {"revision": 0, "op": Op.NOTICE.value, "state": State.SENT.value, "notice": json.dumps(says)}
    return await row(house, chat, **values, parts=parts(*message_ids))


@pytest.fixture
async def reader(house):
    """Somebody, and a message of the bot to answer to."""
    user = house.world.add_user("Ann")
    house.world.say(user.id, user.id, "/list")
    return user, await house.says(user.id, "Nothing is followed here yet")


async def why(house, user, reply_to, words="•"):
    house.world.say(user.id, user.id, "/why", reply_to=reply_to)
    return await house.says(user.id, words)


KINDS = {
    "held back": lambda ids: {"kept": len(ids), "listed": ids},
    "missed": lambda ids: {"listed": ids},
    "live": lambda ids: {"live": {"account": 1, "listed": ids}},
}


@pytest.mark.parametrize("kind", KINDS)
async def test_each_post_stands_under_what_let_it_through(house, police, post_of, reader, kind):
    user, message = reader
    chat = await follow(house, user, police, "rainstorm", "metro")
    ids = await told(house, chat, police, message.message_id, (RAIN, METRO, RAIN), post_of)
    await notice(house, chat, KINDS[kind](ids), message.message_id)
    answer = await why(house, user, message.message_id)
    rain, metro = answer.text.split("\n\n")
    assert rain.startswith("平安北京, filter: rainstorm\nWhat let it through: rainstorm → 暴雨\n• ")
    assert [line[-len(RAIN) :] for line in rain.split("\n")[2:]] == [RAIN, RAIN]
    assert metro.startswith("平安北京, filter: metro\nWhat let it through: metro → 地铁\n• ")
    assert "21 Jul 2012, 11:58 UTC+8 · " + METRO in metro
    links = [e.url for e in answer.now.styled.entities if e.type == "text_link" and "/5263/" in e.url]
    assert links == ["https://weibo.com/5263/1", "https://weibo.com/5263/3", "https://weibo.com/5263/2"]


async def test_the_sum_of_what_was_missed_may_be_older_than_what_it_lists(house, police, post_of, reader):
    user, message = reader
    chat = await follow(house, user, police, "")
    older = await notice(house, chat, {"listed": []}, message.message_id)
    ids = await told(house, chat, police, message.message_id, (RAIN, METRO), post_of)
    async with house.db.begin() as conn:
        says = json.dumps({"listed": ids})
        await conn.execute(deliveries.update().where(deliveries.c.id == older).values(notice=says))
    answer = await why(house, user, message.message_id)
    assert answer.text.count("•") == 2
    assert answer.text.count("is followed here without a filter: everything comes.") == 1


async def test_any_message_of_a_long_digest_can_be_asked_about(house, police, post_of, reader):
    user, message = reader
    chat = await follow(house, user, police, "")
    ids = await told(house, chat, police, message.message_id - 1, (RAIN, METRO), post_of)
    await notice(house, chat, {"kept": 2, "listed": ids}, message.message_id - 1, message.message_id)
    assert (await why(house, user, message.message_id)).text.count("•") == 2


async def test_of_a_running_report_that_grew_all_is_told(house, police, post_of, reader):
    user, message = reader
    chat = await follow(house, user, police, "")
    ids = await told(house, chat, police, message.message_id, (RAIN, METRO), post_of)
    root = await notice(house, chat, {"live": {"account": 1, "listed": ids}}, message.message_id)
    await notice(house, chat, {"live": {"root": root}}, message.message_id)
    assert (await why(house, user, message.message_id)).text.count("•") == 2


async def test_of_a_digest_whose_notice_is_forgotten_what_it_lists_is_still_known(house, police, post_of, reader):
    user, message = reader
    chat = await follow(house, user, police, "")
    await told(house, chat, police, message.message_id, (RAIN, METRO), post_of)
    assert (await why(house, user, message.message_id)).text.count("•") == 2


async def test_what_was_left_out_or_came_by_itself_is_not_told_of(house, police, post_of, reader):
    user, message = reader
    chat = await follow(house, user, police, "")
    ids = await told(house, chat, police, message.message_id, (RAIN,), post_of)
    ids += await told(house, chat, police, 0, (METRO,), post_of, state=State.SKIPPED, first=2)
    ids += await told(house, chat, police, 0, (CALM,), post_of, state=State.QUEUED, first=3)
    await notice(house, chat, {"kept": 3, "listed": ids}, message.message_id)
    answer = await why(house, user, message.message_id)
    assert answer.text.count("•") == 1
    assert "more" not in answer.text


async def test_a_post_that_nothing_asks_for_any_more_says_so(house, police, post_of, reader):
    user, message = reader
    chat = await follow(house, user, police, "metro")
    ids = await told(house, chat, police, message.message_id, (RAIN, METRO), post_of)
    await notice(house, chat, {"kept": 2, "listed": ids}, message.message_id)
    answer = await why(house, user, message.message_id)
    gone, metro = answer.text.split("\n\n")
    assert gone.startswith("What asked for it is no longer followed here")
    assert (RAIN in gone, METRO in metro) == (True, True)


#: Nothing, and so many long filters that what they say of one post would not fit.
LONG = tuple(f"-{'z' * 90}{n} -{'w' * 95}" for n in range(12))


@pytest.mark.parametrize("language", ["en", "zh-CN", "ar"])
@pytest.mark.parametrize("filters", [("",), LONG], ids=["everything", "long filters"])
async def test_of_many_the_first_are_told_and_the_rest_is_counted(house, police, post_of, language, filters):
    user = house.world.add_user("Wei", language=language)
    house.world.say(user.id, user.id, "/help")
    [message] = await house.server.wait_for(lambda: house.world.said_by_bot(user.id))
    chat = await follow(house, user, police, *filters)
    ids = await told(house, chat, police, message.message_id, ["🌧" * 300 + f" {n}" for n in range(60)], post_of)
    await notice(house, chat, {"kept": 60, "listed": ids}, message.message_id)
    answer = await why(house, user, message.message_id)
    assert units(answer.text) <= MESSAGE_LIMIT
    named = answer.text.count("•")
    assert 5 <= named <= 20
    assert answer.text.endswith(phrases(language)("kept.more", count=60 - named))


async def test_a_word_of_the_bots_own_lists_nothing(house, reader):
    user, message = reader
    async with house.db.read() as conn:
        chat = (await chats.get(conn, user.id)).id
    await notice(house, chat, {"phrase": "notice.blind", "values": {}}, message.message_id)
    await why(house, user, message.message_id, "I no longer know which post this message was.")
    async with house.db.read() as conn:
        assert len((await conn.execute(select(deliveries.c.id))).all()) == 1
