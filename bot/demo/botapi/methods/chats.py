"""getChat, members and administrators, leaveChat, getFile, answerCallbackQuery."""

from datetime import timedelta

from bot.demo.botapi import views
from bot.demo.botapi.entities import usable_link
from bot.demo.botapi.errors import bad_request
from bot.demo.botapi.methods.chat_checks import chat_of, may_see
from bot.demo.botapi.records import ADMINS, PRESENT, Answer, Picture, Standing
from bot.demo.botapi.state import State
from bot.demo.botapi.views import Json
from bot.demo.botapi.wire import Call

#: Characters of a callback answer.
MAX_ANSWER = 200
#: getFile gives files of at most 20 MB.
MAX_DOWNLOAD = 20 * 1024 * 1024
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"


async def get_chat(state: State, call: Call) -> Json:
    """A ChatFullInfo."""
    chat = chat_of(state, call)
    may_see(state, chat)
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    return views.chat_json(state, chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": gifts,
    }


async def get_chat_member(state: State, call: Call) -> Json:
    """A ChatMember of any status."""
    chat = chat_of(state, call)
    may_see(state, chat)
    user_id = call.number("user_id")
    if user_id not in state.users:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if chat.type == "channel" and state.standing(chat, state.bot.id) not in ADMINS:
        raise bad_request("member list is inaccessible")
    return views.member_json(state, chat, user_id)


async def get_chat_administrators(state: State, call: Call) -> list[Json]:
    """The administrators; other bots would not be listed."""
    chat = chat_of(state, call)
    may_see(state, chat)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    ids = [user for user, standing in chat.members.items() if standing in ADMINS]
    return [views.member_json(state, chat, user) for user in ids]


async def get_chat_member_count(state: State, call: Call) -> int:
    """How many are in the chat."""
    chat = chat_of(state, call)
    may_see(state, chat)
    people = 2
    return people if chat.type == "private" else sum(1 for item in chat.members.values() if item in PRESENT)


async def leave_chat(state: State, call: Call) -> bool:
    """The bot goes."""
    chat = chat_of(state, call)
    may_see(state, chat)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.members[state.bot.id] = Standing.LEFT
    state.journal.note("chat", chat.id)
    return True


async def get_file(state: State, call: Call) -> Json:
    """Where to download a file."""
    wanted = call.text("file_id")
    found = state.pictures.get(wanted) or state.documents.get(wanted)
    if found is None:
        raise bad_request("invalid file_id", violation="wrong_file_id")
    if len(found.data) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    folder = "photos" if isinstance(found, Picture) else "documents"
    return {
        "file_id": found.file_id,
        "file_unique_id": found.unique_id,
        "file_size": len(found.data),
        "file_path": f"{folder}/{found.unique_id}",
    }


async def answer_callback_query(state: State, call: Call) -> bool:
    """Stop the pressed button's spinner, with or without a word; once, and soon."""
    query = state.queries.get(call.text("callback_query_id"))
    text, url = call.text("text"), call.text("url")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG", violation="answer_too_long")
    if url and not usable_link(url):
        raise bad_request("URL_INVALID", violation="bad_answer_url")
    age = timedelta(seconds=state.answer_within)
    if query is None or query.answer is not None or state.clock() - query.at > age:
        raise bad_request(OLD_QUERY)
    query.answer = Answer(text, call.flag("show_alert"), url)
    state.journal.note(
        "toast",
        query.chat_id,
        message_id=query.message_id,
        text=text,
        alert=query.answer.alert,
        user_id=query.user_id,
    )
    return True
