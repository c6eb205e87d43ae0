"""Records as the JSON objects of the Bot API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.demo.botapi.entities import Entity
from bot.demo.botapi.records import (
    ADMINS,
    Chat,
    Document,
    InlineQuery,
    Keyboard,
    Message,
    Picture,
    Query,
    Standing,
    User,
)

if TYPE_CHECKING:
    from bot.demo.botapi.state import State

Json = dict[str, object]

#: The thumbnail that comes with every photo is at most this wide and high.
THUMBNAIL = 320
#: ChatMemberAdministrator's rights, all granted here.
RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages")
GROUP_RIGHTS = ("can_pin_messages", "can_manage_topics")


def user_json(user: User) -> Json:
    """A User."""
    found: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user.username:
        found["username"] = user.username
    if not user.is_bot:
        found["language_code"] = user.language
    return found


def chat_json(state: State, chat: Chat) -> Json:
    """A Chat."""
    found: Json = {"id": chat.id, "type": chat.type}
    if chat.type == "private":
        user = state.users[chat.id]
        found["first_name"] = user.first_name
        if user.username:
            found["username"] = user.username
        return found
    found["title"] = chat.title
    if chat.username:
        found["username"] = chat.username
    if chat.is_forum:
        found["is_forum"] = True
    return found


def entity_json(state: State, entity: Entity) -> Json:
    """A MessageEntity."""
    found: Json = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    if entity.type == "text_link":
        found["url"] = entity.url
    elif entity.type == "pre" and entity.language:
        found["language"] = entity.language
    elif entity.type == "text_mention" and entity.user_id in state.users:
        found["user"] = user_json(state.users[entity.user_id])
    elif entity.type == "custom_emoji":
        found["custom_emoji_id"] = entity.custom_emoji_id
    return found


def keyboard_json(keyboard: Keyboard) -> Json:
    """An InlineKeyboardMarkup."""
    rows: list[list[Json]] = []
    for row in keyboard:
        keys: list[Json] = []
        for key in row:
            item: Json = {"text": key.label}
            if key.url:
                item["url"] = key.url
            elif key.data:
                item["callback_data"] = key.data
            elif key.inline:
                item["switch_inline_query"] = key.inline
            keys.append(item)
        rows.append(keys)
    return {"inline_keyboard": rows}


def picture_json(picture: Picture) -> list[Json]:
    """The sizes of a photo: the thumbnail and the whole."""
    scale = min(1.0, THUMBNAIL / max(picture.width, picture.height))
    small: Json = {
        "file_id": picture.file_id,
        "file_unique_id": picture.unique_id + "s",
        "width": max(1, round(picture.width * scale)),
        "height": max(1, round(picture.height * scale)),
    }
    whole: Json = {
        "file_id": picture.file_id,
        "file_unique_id": picture.unique_id,
        "width": picture.width,
        "height": picture.height,
    }
    if picture.size:
        whole["file_size"] = picture.size
    return [small, whole]


def document_json(document: Document) -> Json:
    """A Document."""
    return {
        "file_id": document.file_id,
        "file_unique_id": document.unique_id,
        "file_name": document.name,
        "mime_type": document.mime,
        "file_size": len(document.data),
    }


def message_json(state: State, message: Message, *, with_reply: bool = True) -> Json:
    """A Message as it stands now."""
    chat = state.chats[message.chat_id]
    found: Json = {
        "message_id": message.message_id,
        "date": int(message.date.timestamp()),
        "chat": chat_json(state, chat),
        **_sender(state, chat, message),
        **message.service,
    }
    if message.thread_id:
        found |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    if with_reply and message.reply_to in chat.messages:
        found["reply_to_message"] = message_json(state, chat.messages[message.reply_to], with_reply=False)
    if message.media_group_id:
        found["media_group_id"] = message.media_group_id
    if message.protected:
        found["has_protected_content"] = True
    if len(message.versions) > 1 and message.edited:
        found["edit_date"] = int(message.now.at.timestamp())
    return found | _content(state, message)


def _sender(state: State, chat: Chat, message: Message) -> Json:
    if chat.type == "channel":
        return {"sender_chat": chat_json(state, chat)}
    found: Json = {"from": user_json(state.users[message.sender_id])}
    if message.anonymous:
        found["sender_chat"] = chat_json(state, chat)
    return found


def _content(state: State, message: Message) -> Json:
    version = message.now
    found: Json = {}
    entities = [entity_json(state, entity) for entity in version.styled.entities]
    if version.picture:
        found["photo"] = picture_json(version.picture)
    if version.document:
        found["document"] = document_json(version.document)
    captioned = version.picture is not None or version.document is not None
    if version.styled.text:
        found["caption" if captioned else "text"] = version.styled.text
    if entities:
        found["caption_entities" if captioned else "entities"] = entities
    if version.keyboard:
        found["reply_markup"] = keyboard_json(version.keyboard)
    if version.link_preview is not None:
        found["link_preview_options"] = version.link_preview
    return found


def member_json(state: State, chat: Chat, user_id: int, standing: Standing | None = None) -> Json:
    """A ChatMember of any kind."""
    standing = standing or state.standing(chat, user_id)
    found: Json = {"user": user_json(state.users[user_id]), "status": str(standing)}
    if standing in ADMINS:
        found["is_anonymous"] = False
    if standing is Standing.ADMINISTRATOR:
        kind = CHANNEL_RIGHTS if chat.type == "channel" else GROUP_RIGHTS
        found |= dict.fromkeys((*RIGHTS, *kind), True) | {"can_be_edited": False}
    if standing is Standing.KICKED:
        found["until_date"] = 0
    return found


def query_json(state: State, query: Query) -> Json:
    """A CallbackQuery."""
    message = state.chats[query.chat_id].messages[query.message_id]
    return {
        "id": query.id,
        "from": user_json(state.users[query.user_id]),
        "message": message_json(state, message),
        "chat_instance": str(query.chat_id),
        "data": query.data,
    }


def inline_query_json(state: State, query: InlineQuery) -> Json:
    """An InlineQuery."""
    asked = user_json(state.users[query.user_id])
    return {"id": query.id, "from": asked, "query": query.text, "offset": query.offset, "chat_type": "group"}
