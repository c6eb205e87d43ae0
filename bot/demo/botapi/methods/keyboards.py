"""reply_markup: checked as strictly as the real server does, kept as rows of keys."""

from bot.demo.botapi.entities import usable_link
from bot.demo.botapi.errors import ApiError, bad_request
from bot.demo.botapi.records import Key, Keyboard
from bot.demo.botapi.wire import Call

#: Bytes of callback_data.
MAX_DATA = 64
#: Buttons of one message.
MAX_KEYS = 100
#: Kinds of buttons beside url and callback_data that the API knows; kept, but they do nothing here.
_OTHER = frozenset(
    {
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    }
)
#: Replacements of the phone's keyboard: taken and ignored.
_REPLY_KINDS = frozenset({"keyboard", "remove_keyboard", "force_reply"})


def keyboard_of(call: Call, chat_type: str) -> Keyboard:
    """The inline keyboard of ``reply_markup``, empty for none."""
    given = call.json("reply_markup", "reply keyboard markup")
    if given is None:
        return ()
    if not isinstance(given, dict):
        raise _bad("object expected as reply markup")
    if "inline_keyboard" not in given:
        if _REPLY_KINDS & given.keys() and chat_type != "channel":
            return ()
        raise _bad("inline keyboard expected")
    rows = given["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise _bad('can\'t parse inline keyboard: Field "inline_keyboard" must be of type Array')
    keyboard = tuple(tuple(_key(item) for item in row) for row in rows if row)
    if sum(len(row) for row in keyboard) > MAX_KEYS:
        raise _bad("reply markup is too long")
    return keyboard


def _key(item: object) -> Key:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise _bad("can't parse inline keyboard button: Can't find field \"text\"")
    label = item["text"].strip()
    if not label:
        raise _bad("can't parse inline keyboard button: Inline keyboard button text must be non-empty")
    actions = [name for name in ("url", "callback_data", *_OTHER) if item.get(name) is not None]
    if len(actions) != 1:
        raise _bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    action, value = actions[0], item[actions[0]]
    if action == "url":
        if not isinstance(value, str) or not usable_link(value):
            raise _bad(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
        return Key(label, url=value)
    if action == "callback_data":
        if not isinstance(value, str) or not 0 < len(value.encode()) <= MAX_DATA:
            raise _bad("BUTTON_DATA_INVALID")
        return Key(label, data=value)
    if action == "switch_inline_query" and not isinstance(value, str):
        raise _bad('can\'t parse inline keyboard button: Field "switch_inline_query" must be of type String')
    return Key(label, other=action, inline=str(value) if action == "switch_inline_query" else "")


def _bad(why: str) -> ApiError:
    return bad_request(why, violation="bad_keyboard")
