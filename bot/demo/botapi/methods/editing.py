"""editMessageText, …Caption, …Media, …ReplyMarkup and deleteMessage."""

from dataclasses import replace
from datetime import timedelta

from bot.demo.botapi.errors import bad_request
from bot.demo.botapi.formatting import caption_of, caption_parameters, text_of
from bot.demo.botapi.methods import chat_checks
from bot.demo.botapi.methods.keyboards import keyboard_of
from bot.demo.botapi.methods.media import media_parameter
from bot.demo.botapi.methods.sending import link_preview
from bot.demo.botapi.records import ADMINS, Chat, Message, Version
from bot.demo.botapi.state import State
from bot.demo.botapi.views import Json, message_json
from bot.demo.botapi.wire import Call

#: deleteMessage: only messages sent less than 48 hours ago.
DELETE_WITHIN = timedelta(hours=48)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


def _target(state: State, call: Call) -> tuple[Chat, Message]:
    if call.text("inline_message_id"):
        raise bad_request("inline messages are not offered by this stand-in", violation="inline_message")
    chat = chat_checks.chat_of(state, call)
    chat_checks.may_write(state, chat)
    return chat, chat_checks.own_message(state, call, chat, "edit")


def _change(state: State, chat: Chat, message: Message, version: Version) -> Json:
    now = message.now
    same = (now.styled, now.picture, now.keyboard) == (version.styled, version.picture, version.keyboard)
    if same and now.link_preview == version.link_preview:
        raise bad_request(NOT_MODIFIED)
    if state.rates.limits.edits_count:
        state.rates.admit(chat.id, chat.type)
    state.show(message, version)
    return message_json(state, message)


async def edit_message_text(state: State, call: Call) -> Json:
    """Replace a text, and the buttons with what is given (none removes them)."""
    styled = text_of(call, state.count)
    chat, message = _target(state, call)
    if message.now.picture:
        raise bad_request("there is no text in the message to edit", violation="wrong_edit")
    keyboard = keyboard_of(call, chat.type)
    version = Version(state.clock(), styled, keyboard=keyboard, link_preview=link_preview(call))
    return _change(state, chat, message, version)


async def edit_message_caption(state: State, call: Call) -> Json:
    """Replace a photo's caption."""
    caption = caption_of(caption_parameters(call), state.count)
    chat, message = _target(state, call)
    if not message.now.picture:
        raise bad_request("there is no caption in the message to edit", violation="wrong_edit")
    version = Version(state.clock(), caption, picture=message.now.picture, keyboard=keyboard_of(call, chat.type))
    return _change(state, chat, message, version)


async def edit_message_media(state: State, call: Call) -> Json:
    """Replace a photo, or put one in place of a text."""
    chat, message = _target(state, call)
    shown = await media_parameter(state, call)
    keyboard = keyboard_of(call, chat.type)
    return _change(state, chat, message, Version(state.clock(), shown.caption, shown.picture, keyboard))


async def edit_message_reply_markup(state: State, call: Call) -> Json:
    """Replace the buttons."""
    chat, message = _target(state, call)
    keyboard = keyboard_of(call, chat.type)
    if message.media_group_id and keyboard:
        raise bad_request("message can't be edited", violation="album_with_reply_markup")
    return _change(state, chat, message, replace(message.now, at=state.clock(), keyboard=keyboard))


async def delete_message(state: State, call: Call) -> bool:
    """Delete a message: the bot's own, or anybody's where it is an administrator or in private."""
    chat = chat_checks.chat_of(state, call)
    chat_checks.may_see(state, chat)
    message_id = call.number("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified", violation="no_message_id")
    message = chat.messages.get(message_id)
    if message is None or message.gone:
        raise bad_request("message to delete not found")
    admin = chat.type == "private" or state.standing(chat, state.bot.id) in ADMINS
    if not (message.by_bot or admin) or state.clock() - message.date >= DELETE_WITHIN:
        raise bad_request("message can't be deleted")
    state.remove(message)
    return True
