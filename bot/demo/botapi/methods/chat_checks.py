"""Which chat a request means and whether the bot may write there: 400, 403 and migration."""

from bot.demo.botapi.errors import ApiError, bad_request, forbidden
from bot.demo.botapi.records import ADMINS, PRESENT, Chat, Message, Standing
from bot.demo.botapi.state import State
from bot.demo.botapi.wire import Call

_NOUN = {"group": "group", "supergroup": "supergroup", "channel": "channel"}


def chat_of(state: State, call: Call) -> Chat:
    """The chat of ``chat_id``: a number or a public @username."""
    given = call.text("chat_id").strip()
    if not given:
        raise bad_request("chat_id is empty", violation="no_chat_id")
    chat = _named(state, given) if given.startswith("@") else _numbered(state, given)
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to:
        raise _migrated(state, chat)
    return chat


def _named(state: State, name: str) -> Chat | None:
    wanted = name[1:].lower()
    public = (chat for chat in state.chats.values() if chat.type in {"supergroup", "channel"})
    return next((chat for chat in public if chat.username.lower() == wanted), None)


def _numbered(state: State, given: str) -> Chat | None:
    try:
        return state.chats.get(int(given))
    except ValueError:
        return None


def _migrated(state: State, chat: Chat) -> ApiError:
    chat.refusals += 1
    if chat.refusals > 1:
        state.count("used_old_group_id", f"chat {chat.id}")
    return bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)


def may_see(state: State, chat: Chat) -> None:
    """403 unless the bot is in the chat."""
    standing = state.standing(chat, state.bot.id)
    if chat.type == "private" or standing in PRESENT:
        return
    noun = _NOUN[chat.type]
    if standing is Standing.KICKED:
        raise _refused(state, chat, f"bot was kicked from the {noun} chat")
    raise _refused(state, chat, f"bot is not a member of the {noun} chat")


def may_write(state: State, chat: Chat) -> None:
    """403 when people or rights forbid it; going on after the first 403 is a violation."""
    may_see(state, chat)
    if chat.type == "private":
        if state.users[chat.id].deactivated:
            raise _refused(state, chat, "user is deactivated")
        if chat.blocked:
            raise _refused(state, chat, "bot was blocked by the user")
        if not chat.started:
            raise _refused(state, chat, "bot can't initiate conversation with a user")
    elif chat.type == "channel" and state.standing(chat, state.bot.id) not in ADMINS:
        raise bad_request("need administrator rights in the channel chat")
    chat.refusals = 0


def _refused(state: State, chat: Chat, why: str) -> ApiError:
    chat.refusals += 1
    if chat.refusals > 1:
        state.count("sent_after_403", f"chat {chat.id}")
    return forbidden(why)


def thread_of(state: State, call: Call, chat: Chat) -> int:
    """The topic of ``message_thread_id``, 0 for none."""
    thread_id = call.number("message_thread_id")
    if not thread_id:
        return 0
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and state.standing(chat, state.bot.id) not in ADMINS:
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def reply_of(call: Call, chat: Chat, thread_id: int) -> int:
    """The message that is replied to, 0 for none or for a missing one that may be missing."""
    given = call.json("reply_parameters", "reply parameters")
    if given is None:
        wanted, optional = call.number("reply_to_message_id"), call.flag("allow_sending_without_reply")
    elif isinstance(given, dict):
        wanted = int(given.get("message_id") or 0)
        optional = bool(given.get("allow_sending_without_reply", False))
        if given.get("chat_id") not in {None, chat.id, str(chat.id)}:
            raise bad_request("replies to another chat are not offered by this stand-in", violation="reply_elsewhere")
    else:
        raise bad_request("object expected as reply parameters", violation="bad_json")
    if not wanted:
        return 0
    found = chat.messages.get(wanted)
    if found is None or found.gone or (found.thread_id != thread_id and chat.is_forum):
        if optional:
            return 0
        raise bad_request("message to be replied not found")
    return wanted


def own_message(state: State, call: Call, chat: Chat, verb: str) -> Message:
    """The bot's message that a request wants to change. ``verb``: edit."""
    message_id = call.number("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified", violation="no_message_id")
    found = chat.messages.get(message_id)
    if found is None or found.gone:
        raise bad_request(f"message to {verb} not found")
    if not found.by_bot or found.sender_id not in {state.bot.id, 0}:
        raise bad_request(f"message can't be {verb}ed", violation="foreign_message")
    return found
