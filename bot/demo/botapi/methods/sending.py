"""sendMessage, sendPhoto, sendDocument, sendMediaGroup, sendChatAction."""

from dataclasses import dataclass

from bot.demo.botapi.errors import bad_request
from bot.demo.botapi.formatting import caption_of, caption_parameters, text_of
from bot.demo.botapi.methods import chat_checks
from bot.demo.botapi.methods.keyboards import keyboard_of
from bot.demo.botapi.methods.media import album_parameter, photo_parameter
from bot.demo.botapi.records import Chat, Message, Version
from bot.demo.botapi.state import State
from bot.demo.botapi.views import Json, message_json
from bot.demo.botapi.wire import Call

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@dataclass(frozen=True, slots=True)
class _Place:
    chat: Chat
    thread_id: int
    reply_to: int


def _place(state: State, call: Call) -> _Place:
    chat = chat_checks.chat_of(state, call)
    chat_checks.may_write(state, chat)
    thread_id = chat_checks.thread_of(state, call, chat)
    return _Place(chat, thread_id, chat_checks.reply_of(call, chat, thread_id))


def _post(state: State, call: Call, place: _Place, version: Version, group: str = "") -> Message:
    message = Message(
        place.chat.id,
        state.next_message_id(place.chat),
        state.clock(),
        0 if place.chat.type == "channel" else state.bot.id,
        [version],
        by_bot=True,
        thread_id=place.thread_id,
        reply_to=place.reply_to,
        media_group_id=group,
        silent=call.flag("disable_notification"),
        protected=call.flag("protect_content"),
    )
    return state.keep(message)


def _admit(state: State, call: Call, place: _Place) -> None:
    paid = call.flag("allow_paid_broadcast")
    state.rates.admit(place.chat.id, place.chat.type, paid=paid)
    state.paid += paid


def link_preview(call: Call) -> dict[str, object] | None:
    """``link_preview_options``, or what the old ``disable_web_page_preview`` means in it."""
    given = call.json("link_preview_options", "link preview options")
    if given is None:
        return {"is_disabled": True} if call.flag("disable_web_page_preview") else None
    if not isinstance(given, dict):
        raise bad_request("object expected as link preview options", violation="bad_json")
    return given


async def send_message(state: State, call: Call) -> Json:
    """Take a text."""
    styled = text_of(call, state.count)
    place = _place(state, call)
    keyboard = keyboard_of(call, place.chat.type)
    preview = link_preview(call)
    _admit(state, call, place)
    version = Version(state.clock(), styled, keyboard=keyboard, link_preview=preview)
    return message_json(state, _post(state, call, place, version))


async def send_photo(state: State, call: Call) -> Json:
    """Take a photo with a caption."""
    caption = caption_of(caption_parameters(call), state.count)
    place = _place(state, call)
    keyboard = keyboard_of(call, place.chat.type)
    picture = await photo_parameter(state, call)
    _admit(state, call, place)
    version = Version(state.clock(), caption, picture=picture, keyboard=keyboard)
    return message_json(state, _post(state, call, place, version))


async def send_document(state: State, call: Call) -> Json:
    """Take a file by upload, with a caption; other ways of giving one are not offered."""
    caption = caption_of(caption_parameters(call), state.count)
    place = _place(state, call)
    keyboard = keyboard_of(call, place.chat.type)
    upload = call.files.get("document") or call.files.get(call.text("document").removeprefix("attach://"))
    if upload is None:
        raise bad_request("there is no document in the request", violation="no_document")
    if not upload.data:
        raise bad_request("file must be non-empty", violation="empty_document")
    document = state.add_document(upload.filename, upload.data)
    _admit(state, call, place)
    version = Version(state.clock(), caption, keyboard=keyboard, document=document)
    return message_json(state, _post(state, call, place, version))


async def send_media_group(state: State, call: Call) -> list[Json]:
    """Take an album: all of it or nothing. It counts as one message for the rates [undocumented]."""
    place = _place(state, call)
    if call.text("reply_markup"):
        state.count("album_with_reply_markup")
    shown = await album_parameter(state, call)
    _admit(state, call, place)
    group = str(10_000_000_000_000_000 + state.fresh())
    versions = [Version(state.clock(), item.caption, picture=item.picture) for item in shown]
    posted = [_post(state, call, place, version, group) for version in versions]
    return [message_json(state, message) for message in posted]


async def send_chat_action(state: State, call: Call) -> bool:
    """Show "typing…" for a moment."""
    action = call.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request", violation="wrong_action")
    chat = chat_checks.chat_of(state, call)
    chat_checks.may_write(state, chat)
    chat_checks.thread_of(state, call, chat)
    state.journal.note("action", chat.id, text=action)
    return True
