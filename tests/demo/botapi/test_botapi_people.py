"""People and places: who blocks, kicks, closes or upgrades, and what the bot is told and may still do."""

from typing import Any

import pytest

from bot.demo.botapi import BotApiServer
from bot.demo.botapi.records import User


async def kinds(raw: Any) -> list[str]:
    updates = (await raw("getUpdates", allowed_updates=[])).json()["result"]
    return [kind for update in updates for kind in update if kind != "update_id"]


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        ("block", "bot was blocked by the user"),
        ("deactivate", "user is deactivated"),
    ],
)
async def test_a_user_who_does_not_want_the_bot(
    raw: Any, server: BotApiServer, user: User, deed: str, why: str
) -> None:
    getattr(server.world, deed)(user.id)
    assert await raw.told("sendMessage", chat_id=user.id, text="a") == (403, f"Forbidden: {why}")
    assert server.violations == {}
    assert await raw.told("sendMessage", chat_id=user.id, text="a") == (403, f"Forbidden: {why}")
    assert server.violations == {"sent_after_403": 1}


async def test_a_user_comes_back(raw: Any, server: BotApiServer, user: User) -> None:
    server.world.block(user.id)
    server.world.say(user.id, user.id, "/start")
    assert await raw.told("sendMessage", chat_id=user.id, text="a") == (200, "")
    assert await kinds(raw) == ["my_chat_member", "my_chat_member", "message"]


async def test_nobody_is_written_to_who_has_not_begun(raw: Any, server: BotApiServer) -> None:
    stranger = server.world.add_user("Stranger", started=False)
    told = await raw.told("sendMessage", chat_id=stranger.id, text="a")
    assert told == (403, "Forbidden: bot can't initiate conversation with a user")


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_a_kicked_bot_may_no_longer_write(raw: Any, server: BotApiServer, user: User, kind: str) -> None:
    chat = getattr(server.world, f"add_{kind}")("Road", user.id)
    assert await raw.told("sendMessage", chat_id=chat.id, text="a") == (200, "")
    server.world.kick(chat.id)
    told = await raw.told("sendMessage", chat_id=chat.id, text="a")
    assert told == (403, f"Forbidden: bot was kicked from the {kind} chat")
    server.world.invite(chat.id, user.id)
    assert await raw.told("sendMessage", chat_id=chat.id, text="a") == (200, "")


async def test_a_channel_wants_an_administrator(raw: Any, server: BotApiServer, user: User) -> None:
    channel = server.world.add_channel("News", user.id, username="news")
    posted = (await raw("sendMessage", chat_id="@news", text="a")).json()["result"]
    assert "from" not in posted
    assert posted["sender_chat"]["id"] == channel.id
    server.world.demote(channel.id, server.state.bot.id)
    told = await raw.told("sendMessage", chat_id=channel.id, text="a")
    assert told == (400, "Bad Request: need administrator rights in the channel chat")


async def test_channel_posts_reach_the_bot(raw: Any, server: BotApiServer, user: User) -> None:
    channel = server.world.add_channel("News", user.id)
    post = server.world.say(channel.id, user.id, "/list")
    server.world.edit_own(channel.id, post.message_id, "/status")
    assert await kinds(raw) == ["my_chat_member", "channel_post", "edited_channel_post"]


async def test_privacy_mode_hides_small_talk_in_groups(raw: Any, server: BotApiServer, user: User) -> None:
    group = server.world.add_group("Road", user.id)
    sent = (await raw("sendMessage", chat_id=group.id, text="a")).json()["result"]["message_id"]
    await raw("getUpdates", offset=99)
    server.world.say(group.id, user.id, "nice weather")
    server.world.say(group.id, user.id, "/list")
    server.world.say(group.id, user.id, "thanks", reply_to=sent)
    updates = (await raw("getUpdates")).json()["result"]
    assert [update["message"]["text"] for update in updates] == ["/list", "thanks"]
    server.world.promote(group.id, server.state.bot.id)
    server.world.say(group.id, user.id, "nice weather")
    updates = (await raw("getUpdates")).json()["result"]
    assert updates[-1]["message"]["text"] == "nice weather"


async def test_an_anonymous_administrator(raw: Any, server: BotApiServer, user: User) -> None:
    group = server.world.add_supergroup("Road", user.id)
    server.world.say(group.id, user.id, "/list", anonymous=True)
    message = (await raw("getUpdates")).json()["result"][-1]["message"]
    assert message["from"]["username"] == "GroupAnonymousBot"
    assert message["sender_chat"]["id"] == group.id


async def test_an_upgraded_group_answers_with_its_new_id(raw: Any, server: BotApiServer, user: User) -> None:
    group = server.world.add_group("Road", user.id)
    new = server.world.upgrade(group.id)
    answer = (await raw("sendMessage", chat_id=group.id, text="a")).json()
    assert answer == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new.id},
    }
    assert server.violations == {}
    assert await raw.told("sendMessage", chat_id=new.id, text="a") == (200, "")
    messages = [update["message"] for update in (await raw("getUpdates")).json()["result"] if "message" in update]
    assert [message.get("migrate_to_chat_id") for message in messages] == [new.id, None]
    assert [message.get("migrate_from_chat_id") for message in messages] == [None, group.id]


async def test_topics_are_written_to_until_they_close_or_go(raw: Any, server: BotApiServer, user: User) -> None:
    forum = server.world.add_supergroup("Forum", user.id, forum=True)
    topic = server.world.add_topic(forum.id, "Alerts")
    sent = (await raw("sendMessage", chat_id=forum.id, text="a", message_thread_id=topic.thread_id)).json()["result"]
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic.thread_id, True)
    server.world.close_topic(forum.id, topic.thread_id)
    told = await raw.told("sendMessage", chat_id=forum.id, text="a", message_thread_id=topic.thread_id)
    assert told == (400, "Bad Request: TOPIC_CLOSED")
    server.world.remove_topic(forum.id, topic.thread_id)
    told = await raw.told("sendMessage", chat_id=forum.id, text="a", message_thread_id=topic.thread_id)
    assert told == (400, "Bad Request: message thread not found")
    assert server.world.texts(forum.id) == ()


async def test_a_press_reaches_the_bot_and_a_missing_button_is_said(
    raw: Any, server: BotApiServer, user: User
) -> None:
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}, {"text": "B", "callback_data": "b"}]]}
    sent = (await raw("sendMessage", chat_id=user.id, text="x", reply_markup=markup)).json()["result"]["message_id"]
    server.world.press(user.id, user.id, sent, label="B")
    query = (await raw("getUpdates")).json()["result"][-1]["callback_query"]
    assert (query["data"], query["message"]["message_id"], query["from"]["id"]) == ("b", sent, user.id)
    with pytest.raises(LookupError, match=r"no such button to press; it has: A, B\."):
        server.world.press(user.id, user.id, sent, label="C")


async def test_a_message_removed_by_its_reader_cannot_be_edited(raw: Any, server: BotApiServer, user: User) -> None:
    sent = (await raw("sendMessage", chat_id=user.id, text="x")).json()["result"]["message_id"]
    server.world.remove_message(user.id, sent)
    told = await raw.told("editMessageText", chat_id=user.id, message_id=sent, text="y")
    assert told == (400, "Bad Request: message to edit not found")


async def test_supergroups_number_their_own_messages_and_private_chats_share(
    raw: Any, server: BotApiServer, user: User
) -> None:
    other = server.world.add_user("Other")
    road, rail = (server.world.add_supergroup(title, user.id) for title in ("Road", "Rail"))
    ids = [
        (await raw("sendMessage", chat_id=chat, text="x")).json()["result"]["message_id"]
        for chat in (user.id, other.id, road.id, rail.id, user.id)
    ]
    assert ids == [1, 2, 1, 1, 3]
    assert server.state.accepted == [(user.id, 1), (other.id, 2), (road.id, 1), (rail.id, 1), (user.id, 3)]
