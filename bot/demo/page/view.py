"""A chat as the page shows it: messages, commands and the bot's card as plain JSON."""

from bot.demo.botapi import views
from bot.demo.botapi.records import Message
from bot.demo.botapi.state import State
from bot.demo.botapi.utf16 import units

Json = dict[str, object]

#: Characters of the quoted line above a reply.
SNIPPET = 120


def message_view(state: State, message: Message) -> Json:
    """One message as it stands now."""
    version = message.now
    return {
        "id": message.message_id,
        "bot": message.by_bot,
        "sender": _sender(state, message),
        "date": message.date.isoformat(),
        "edited": version.at.isoformat() if message.edited else "",
        "silent": message.silent,
        "group": message.media_group_id,
        "text": version.styled.text,
        "entities": [views.entity_json(state, entity) for entity in version.styled.entities],
        "photo": _photo(message),
        "file": _file(message),
        "buttons": [
            [{"label": key.label, "url": key.url, "pressable": bool(key.data), "inline": key.inline} for key in row]
            for row in version.keyboard
        ],
        "reply": _reply(state, message),
        "service": ", ".join(name.replace("_", " ") for name in message.service),
    }


def _sender(state: State, message: Message) -> str:
    if message.sender_id == 0:
        return state.chats[message.chat_id].title
    return state.users[message.sender_id].first_name


def _photo(message: Message) -> Json | None:
    picture = message.now.picture
    if picture is None:
        return None
    return {
        "src": f"photo/{picture.unique_id}" if picture.data else "",
        "url": picture.url,
        "width": picture.width,
        "height": picture.height,
    }


def _file(message: Message) -> Json | None:
    document = message.now.document
    if document is None:
        return None
    return {"src": f"file/{document.unique_id}", "name": document.name, "bytes": len(document.data)}


def _reply(state: State, message: Message) -> Json | None:
    answered = state.chats[message.chat_id].messages.get(message.reply_to)
    if answered is None:
        return None
    document = answered.now.document
    other = document.name if document else "Photo" if answered.now.picture else "Message"
    text = "Deleted message" if answered.gone else answered.text or other
    return {
        "id": answered.message_id,
        "sender": _sender(state, answered),
        "snippet": " ".join(text.split())[:SNIPPET],
    }


def commands_view(state: State, user_id: int) -> list[dict[str, str]]:
    """The commands that Telegram would offer this user in private: the narrowest scope, then the language."""
    language = state.users[user_id].language
    commands = state.profile.commands
    for scope in (f"chat:{user_id}:", "all_private_chats", "default"):
        for code in (language[:2], ""):
            if found := commands.get((scope, code)):
                return found
    return []


def snapshot(state: State, chat_id: int) -> Json:
    """Everything that a page needs when it opens."""
    language = state.users[chat_id].language[:2]
    descriptions = state.profile.descriptions
    messages = [message for message in state.chats[chat_id].messages.values() if not message.gone]
    return {
        "bot": {
            "name": state.profile.names.get("") or state.bot.first_name,
            "username": state.bot.username,
            "description": descriptions.get(language) or descriptions.get("", ""),
        },
        "visitor": state.users[chat_id].first_name,
        "commands": commands_view(state, chat_id),
        "messages": [message_view(state, message) for message in messages],
    }


def fits_a_message(text: str, limit: int) -> bool:
    """Whether a visitor's text is short enough."""
    return units(text) <= limit
