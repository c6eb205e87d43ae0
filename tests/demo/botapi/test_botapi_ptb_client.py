"""python-telegram-bot as the client: each family of methods, as it would be used against the real server."""

import asyncio
from collections.abc import Callable

import pytest
import telegram
from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MessageEntity,
    ReplyParameters,
)
from telegram.ext import Application, CommandHandler, ContextTypes

from bot.demo.botapi import BotApiServer
from bot.demo.botapi.records import User


async def test_get_me_and_everything_that_the_bot_says_of_itself(client: telegram.Bot, server: BotApiServer) -> None:
    me = await client.get_me()
    assert (me.is_bot, me.username) == (True, "TocsinDemoBot")
    await client.set_my_commands([BotCommand("start", "Begin")])
    await client.set_my_commands([BotCommand("start", "开始")], language_code="zh")
    await client.set_my_commands([BotCommand("stop", "End")], scope=telegram.BotCommandScopeAllGroupChats())
    assert [c.description for c in await client.get_my_commands()] == ["Begin"]
    assert [c.description for c in await client.get_my_commands(language_code="zh")] == ["开始"]
    assert await client.get_my_commands(scope=telegram.BotCommandScopeAllPrivateChats()) == ()
    await client.set_my_description("long")
    await client.set_my_short_description("short", language_code="zh")
    assert (await client.get_my_description()).description == "long"
    assert (await client.get_my_short_description("zh")).short_description == "short"
    await client.set_chat_menu_button(menu_button=telegram.MenuButtonCommands())
    assert server.state.profile.menu_buttons == {0: {"type": "commands"}}
    assert server.violations == {}


async def test_a_message_with_entities_buttons_and_a_reply(
    client: telegram.Bot, server: BotApiServer, user: User
) -> None:
    said = server.world.say(user.id, user.id, "/start")
    sent = await client.send_message(
        user.id,
        "😀 暴雨 link",
        entities=[MessageEntity("bold", 3, 2), MessageEntity("text_link", 6, 4, url="http://a.cn/")],
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Undo", callback_data="undo")]]),
        reply_parameters=ReplyParameters(said.message_id),
        disable_notification=True,
        link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
    )
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "/start"
    assert sent.parse_entities() == {sent.entities[0]: "暴雨", sent.entities[1]: "link"}
    message = server.transcript(user.id)[-1]
    assert (message.silent, message.reply_to) == (True, said.message_id)
    assert message.now.link_preview == {"is_disabled": True}
    assert [key.data for key in server.world.buttons(user.id, sent.message_id)] == ["undo"]


async def test_a_missing_reply_may_be_allowed(client: telegram.Bot, user: User) -> None:
    with pytest.raises(telegram.error.BadRequest, match="Message to be replied not found"):
        await client.send_message(user.id, "a", reply_parameters=ReplyParameters(99))
    sent = await client.send_message(
        user.id, "a", reply_parameters=ReplyParameters(99, allow_sending_without_reply=True)
    )
    assert sent.reply_to_message is None


async def test_photos_by_upload_by_file_id_and_by_url(
    client: telegram.Bot, server: BotApiServer, user: User, png: Callable[..., bytes]
) -> None:
    uploaded = await client.send_photo(user.id, png(40, 30), caption="<b>one</b>", parse_mode="HTML")
    assert (uploaded.photo[-1].width, uploaded.photo[-1].height, uploaded.caption) == (40, 30, "one")
    again = await client.send_photo(user.id, uploaded.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == uploaded.photo[-1].file_unique_id
    by_url = await client.send_photo(user.id, "http://a.cn/1.jpg")
    picture = server.transcript(user.id)[-1].now.picture
    assert picture is not None
    assert (picture.url, by_url.photo[-1].width) == ("http://a.cn/1.jpg", 1280)
    file = await client.get_file(uploaded.photo[-1].file_id)
    assert await file.download_as_bytearray() == png(40, 30)


async def test_an_album_of_uploads_and_urls(
    client: telegram.Bot, server: BotApiServer, user: User, png: Callable[..., bytes]
) -> None:
    media = [InputMediaPhoto(png(), caption="four"), *(InputMediaPhoto(f"http://a.cn/{n}.jpg") for n in range(3))]
    sent = await client.send_media_group(user.id, media)
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.caption for message in sent] == ["four", None, None, None]
    assert len(server.world.said_by_bot(user.id)) == 4


async def test_every_edit_is_kept_as_a_version(
    client: telegram.Bot, server: BotApiServer, user: User, png: Callable[..., bytes]
) -> None:
    sent = await client.send_message(user.id, "one")
    await client.edit_message_text("two", user.id, sent.message_id)
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Site", url="https://a.cn")]])
    await client.edit_message_reply_markup(user.id, sent.message_id, reply_markup=markup)
    photo = await client.send_photo(user.id, png(), caption="x")
    await client.edit_message_caption(user.id, photo.message_id, caption="y")
    edited = await client.edit_message_media(InputMediaPhoto(png(9, 9), caption="z"), user.id, photo.message_id)
    assert isinstance(edited, telegram.Message)
    assert (edited.photo[-1].width, edited.caption) == (9, "z")
    first, second = server.transcript(user.id)
    assert [version.styled.text for version in first.versions] == ["one", "two", "two"]
    assert [version.styled.text for version in second.versions] == ["x", "y", "z"]
    with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
        await client.edit_message_text("two", user.id, sent.message_id, reply_markup=markup)


async def test_deleting_keeps_the_history_for_the_test(
    client: telegram.Bot, server: BotApiServer, user: User
) -> None:
    sent = await client.send_message(user.id, "one")
    assert await sent.delete()
    assert server.world.texts(user.id) == ()
    assert [message.gone for message in server.transcript(user.id)] == [True]


async def test_chats_and_their_members(client: telegram.Bot, server: BotApiServer, user: User) -> None:
    other = server.world.add_user("Other")
    group = server.world.add_supergroup("Road", user.id, members=(other.id,), forum=True, username="road")
    chat = await client.get_chat("@road")
    assert (chat.id, chat.type, chat.is_forum) == (group.id, "supergroup", True)
    assert (await client.get_chat_member(group.id, user.id)).status == "creator"
    assert (await client.get_chat_member(group.id, other.id)).status == "member"
    server.world.promote(group.id, other.id)
    assert {admin.user.id for admin in await client.get_chat_administrators(group.id)} == {user.id, other.id}
    assert await client.get_chat_member_count(group.id) == 3
    stranger = server.world.add_user("Stranger")
    assert (await client.get_chat_member(group.id, stranger.id)).status == "left"
    assert await client.leave_chat(group.id)
    with pytest.raises(telegram.error.Forbidden, match="bot is not a member of the supergroup chat"):
        await client.send_message(group.id, "a")


async def test_typing_is_noted_and_shown_to_nobody_as_a_message(
    client: telegram.Bot, server: BotApiServer, user: User
) -> None:
    await client.send_chat_action(user.id, "typing")
    assert [(event.kind, event.text) for event in server.state.journal.since(0) or []] == [("action", "typing")]


async def test_an_application_polls_answers_and_stops(server: BotApiServer, user: User) -> None:
    async def start(update: telegram.Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_text("Welcome")

    application = (
        Application.builder()
        .token(server.token)
        .base_url(server.base_url)
        .base_file_url(server.base_file_url)
        .build()
    )
    application.add_handler(CommandHandler("start", start))
    async with application:
        assert application.updater is not None
        await application.start()
        await application.updater.start_polling(timeout=20)
        server.world.say(user.id, user.id, "/start")
        await server.wait_for(lambda: server.world.texts(user.id) == ("Welcome",))
        async with asyncio.timeout(5):
            await application.updater.stop()
        await application.stop()
    assert server.violations == {}
    assert len(server.state.updates) == 0
