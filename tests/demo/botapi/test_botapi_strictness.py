"""Requests that the real server refuses are refused in the same words, and counted when a correct client never makes them."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.botapi import BotApiServer
from bot.demo.botapi.records import User

BUTTON = {"text": "Go", "callback_data": "x"}


def keys(*buttons: dict[str, object]) -> dict[str, object]:
    return {"inline_keyboard": [list(buttons)]}


@pytest.mark.parametrize(
    ("method", "parameters", "code", "description"),
    [
        ("sendMessage", {"text": ""}, 400, "Bad Request: message text is empty"),
        ("sendMessage", {"text": "a" * 4097}, 400, "Bad Request: message is too long"),
        ("sendMessage", {"text": "a", "parse_mode": "Klingon"}, 400, "Bad Request: unsupported parse_mode"),
        ("sendMessage", {"text": "a", "entities": "{"}, 400, "Bad Request: can't parse entities JSON object"),
        ("sendMessage", {"text": "a", "chat_id": ""}, 400, "Bad Request: chat_id is empty"),
        ("sendMessage", {"text": "a", "chat_id": 999}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"text": "a", "chat_id": "@nowhere"}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"text": "a", "message_thread_id": 77}, 400, "Bad Request: message thread not found"),
        ("sendMessage", {"text": "a", "reply_parameters": {"message_id": 77}}, 400,
         "Bad Request: message to be replied not found"),
        ("sendMessage", {"text": "a", "reply_to_message_id": 77}, 400, "Bad Request: message to be replied not found"),
        ("sendMessage", {"text": "a", "reply_markup": keys({**BUTTON, "callback_data": "雨" * 22})}, 400,
         "Bad Request: BUTTON_DATA_INVALID"),
        ("sendMessage", {"text": "a", "reply_markup": keys({**BUTTON, "callback_data": ""})}, 400,
         "Bad Request: BUTTON_DATA_INVALID"),
        ("sendMessage", {"text": "a", "reply_markup": keys({"text": "Go"})}, 400,
         "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ("sendMessage", {"text": "a", "reply_markup": keys({"text": "Go", "url": "javascript:alert(1)"})}, 400,
         "Bad Request: inline keyboard button URL 'javascript:alert(1)' is invalid: Wrong HTTP URL"),
        ("sendMessage", {"text": "a", "reply_markup": "nonsense"}, 400,
         "Bad Request: can't parse reply keyboard markup JSON object"),
        ("sendPhoto", {"photo": ""}, 400, "Bad Request: there is no photo in the request"),
        ("sendPhoto", {"photo": "not-a-file-id"}, 400, "Bad Request: wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"photo": "http://a.cn/x", "caption": "a" * 1025}, 400, "Bad Request: message caption is too long"),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "http://a.cn/1"}]}, 400,
         "Bad Request: too few messages to send as an album"),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "http://a.cn/1"}] * 11}, 400,
         "Bad Request: too many messages to send as an album"),
        ("editMessageText", {"text": "a", "message_id": 77}, 400, "Bad Request: message to edit not found"),
        ("editMessageText", {"text": "a"}, 400, "Bad Request: message identifier is not specified"),
        ("deleteMessage", {"message_id": 77}, 400, "Bad Request: message to delete not found"),
        ("answerCallbackQuery", {"callback_query_id": "5"}, 400,
         "Bad Request: query is too old and response timeout expired or query ID is invalid"),
        ("answerCallbackQuery", {"callback_query_id": "5", "text": "a" * 201}, 400, "Bad Request: MESSAGE_TOO_LONG"),
        ("sendChatAction", {"action": "dancing"}, 400, "Bad Request: wrong parameter action in request"),
        ("getFile", {"file_id": "x"}, 400, "Bad Request: invalid file_id"),
        ("getChatAdministrators", {}, 400, "Bad Request: there are no administrators in the private chat"),
        ("leaveChat", {}, 400, "Bad Request: chat member status can't be changed in private chats"),
        ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, 400, "Bad Request: BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "start", "description": ""}]}, 400,
         "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyDescription", {"description": "a" * 513}, 400, "Bad Request: bot description is too long"),
        ("setWebhook", {"url": "https://a.cn/"}, 400, "Bad Request: bad webhook: this stand-in offers getUpdates only"),
        ("inventedMethod", {}, 404, "Not Found"),
    ],
)  # fmt: skip
async def test_a_bad_request_is_refused_as_by_the_real_server(
    raw: Any, user: User, method: str, parameters: dict[str, object], code: int, description: str
) -> None:
    answer = await raw(method, **{"chat_id": user.id, **parameters})
    assert answer.status_code == code
    assert answer.json() == {"ok": False, "error_code": code, "description": description}


async def test_a_mistake_of_the_client_is_counted_by_name(raw: Any, server: BotApiServer, user: User) -> None:
    await raw("sendMessage", chat_id=user.id, text="<br>", parse_mode="HTML")
    await raw("sendMessage", chat_id=user.id, text="a <a href='javascript:x'>b</a>", parse_mode="HTML")
    await raw("noSuchMethod")
    assert server.violations == {"parse_error": 1, "dropped_link": 1, "unknown_method": 1}
    assert any("byte offset 0" in note for note in server.state.notes)


async def test_what_a_correct_client_may_meet_is_no_violation(raw: Any, server: BotApiServer, user: User) -> None:
    await raw("sendMessage", chat_id=user.id, text="a", reply_to_message_id=99)
    await raw("editMessageText", chat_id=user.id, message_id=99, text="a")
    assert server.violations == {}
    assert server.state.errors[400] == 2


async def test_a_wrong_token_is_unauthorized(raw: Any, server: BotApiServer) -> None:
    answer = await raw.client.post(f"{server.base_url}123:wrong/getMe")
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    server.world.revoke_token()
    assert await raw.told("getMe") == (401, "Unauthorized")


async def test_json_form_query_and_multipart_are_all_read(raw: Any, server: BotApiServer, user: User) -> None:
    url = f"{server.base_url}{server.token}/sendMessage"
    await raw.client.post(url, json={"chat_id": user.id, "text": "json 雨"})
    await raw.client.post(url, data={"chat_id": str(user.id), "text": "form 雨"})
    await raw.client.get(url, params={"chat_id": user.id, "text": "query 雨"})
    server.state.rates.limits = type(server.state.rates.limits)(enforced=False)
    await raw.client.post(url, files={"chat_id": (None, str(user.id)), "text": (None, "multipart\r\n雨")})
    assert server.world.texts(user.id) == ("json 雨", "form 雨", "query 雨", "multipart\n雨")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\n"),
        ("application/x-www-form-urlencoded", b"\xff\xfe"),
    ],
)
async def test_an_unreadable_body_is_a_bad_request(
    raw: Any, server: BotApiServer, content_type: str, body: bytes
) -> None:
    url = f"{server.base_url}{server.token}/sendMessage"
    answer = await raw.client.post(url, content=body, headers={"content-type": content_type})
    assert answer.status_code == 400
    assert answer.json()["ok"] is False


async def test_half_a_surrogate_pair_is_no_text(raw: Any, server: BotApiServer, user: User) -> None:
    url = f"{server.base_url}{server.token}/sendMessage"
    body = b'{"chat_id": %d, "text": "\\ud83d"}' % user.id
    answer = await raw.client.post(url, content=body, headers={"content-type": "application/json"})
    assert answer.json()["description"] == "Bad Request: strings must be encoded in UTF-8"


async def test_saying_the_same_again_is_not_modified(raw: Any, user: User, server: BotApiServer) -> None:
    sent = (await raw("sendMessage", chat_id=user.id, text="a")).json()["result"]
    code, why = await raw.told("editMessageText", chat_id=user.id, message_id=sent["message_id"], text="a")
    assert code == 400
    assert why.startswith("Bad Request: message is not modified: ")
    assert server.violations == {}


async def test_only_own_messages_and_only_the_right_kind_can_be_edited(
    raw: Any, server: BotApiServer, user: User, png: Callable[..., bytes]
) -> None:
    said = server.world.say(user.id, user.id, "mine")
    told = await raw.told("editMessageText", chat_id=user.id, message_id=said.message_id, text="x")
    assert told == (400, "Bad Request: message can't be edited")
    text = (await raw("sendMessage", chat_id=user.id, text="a")).json()["result"]["message_id"]
    photo = (await raw("sendPhoto", chat_id=user.id, photo="http://a.cn/1.jpg")).json()["result"]["message_id"]
    told = await raw.told("editMessageCaption", chat_id=user.id, message_id=text, caption="x")
    assert told == (400, "Bad Request: there is no caption in the message to edit")
    told = await raw.told("editMessageText", chat_id=user.id, message_id=photo, text="x")
    assert told == (400, "Bad Request: there is no text in the message to edit")


async def test_old_messages_cannot_be_deleted(raw: Any, user: User, clock: Any) -> None:
    sent = (await raw("sendMessage", chat_id=user.id, text="a")).json()["result"]["message_id"]
    clock.advance(48 * 3600)
    told = await raw.told("deleteMessage", chat_id=user.id, message_id=sent)
    assert told == (400, "Bad Request: message can't be deleted")


async def test_a_button_must_be_answered_soon_and_once(
    raw: Any, server: BotApiServer, user: User, clock: Any
) -> None:
    sent = (await raw("sendMessage", chat_id=user.id, text="a", reply_markup=keys(BUTTON))).json()["result"][
        "message_id"
    ]
    first = server.world.press(user.id, user.id, sent)
    late = server.world.press(user.id, user.id, sent, label="Go")
    assert await raw.told("answerCallbackQuery", callback_query_id=first.id, text="done") == (200, "")
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await raw.told("answerCallbackQuery", callback_query_id=first.id) == (400, old)
    clock.advance(16)
    assert await raw.told("answerCallbackQuery", callback_query_id=late.id) == (400, old)
    assert first.answer is not None
    assert first.answer.text == "done"
    assert late.answer is None
