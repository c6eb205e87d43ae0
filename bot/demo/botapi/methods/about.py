"""What the bot is and says of itself: getMe, commands, descriptions, the menu button."""

import re

from bot.demo.botapi.errors import bad_request
from bot.demo.botapi.methods.chat_checks import chat_of
from bot.demo.botapi.state import State
from bot.demo.botapi.views import Json, user_json
from bot.demo.botapi.wire import Call

MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120
MAX_NAME = 64
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)


async def get_me(state: State, call: Call) -> Json:  # noqa: ARG001 - the face of a method
    """The bot."""
    return user_json(state.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not state.privacy,
        "supports_inline_queries": state.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _language(call: Call) -> str:
    code = call.text("language_code")
    if not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified", violation="bad_language_code")
    return code


def _scope(state: State, call: Call) -> str:
    given = call.json("scope", "BotCommandScope")
    if given is None:
        return "default"
    kind = given.get("type") if isinstance(given, dict) else None
    if not isinstance(given, dict) or kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified", violation="bad_scope")
    if kind in {"chat", "chat_administrators", "chat_member"}:
        chat = chat_of(state, Call(call.method, {"chat_id": given.get("chat_id")}))
        return f"{kind}:{chat.id}:{given.get('user_id', '')}"
    return str(kind)


async def set_my_commands(state: State, call: Call) -> bool:
    """Remember the commands of a scope and language."""
    given = call.json("commands", "commands")
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand", violation="bad_commands")
    if len(given) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH", violation="bad_commands")
    commands = [_command(item) for item in given]
    state.profile.commands[_scope(state, call), _language(call)] = commands
    state.journal.note("commands", 0)
    return True


def _command(item: object) -> dict[str, str]:
    if not isinstance(item, dict):
        raise bad_request("expected an Object as BotCommand", violation="bad_commands")
    name, description = str(item.get("command") or "").removeprefix("/"), str(item.get("description") or "").strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID", violation="bad_commands")
    if not description or len(description) > MAX_COMMAND_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID", violation="bad_commands")
    return {"command": name, "description": description}


async def get_my_commands(state: State, call: Call) -> list[dict[str, str]]:
    """The commands of exactly this scope and language."""
    return state.profile.commands.get((_scope(state, call), _language(call)), [])


async def delete_my_commands(state: State, call: Call) -> bool:
    """Forget the commands of a scope and language."""
    state.profile.commands.pop((_scope(state, call), _language(call)), None)
    state.journal.note("commands", 0)
    return True


def _put(texts: dict[str, str], call: Call, name: str, limit: int) -> bool:
    text, language = call.text(name), _language(call)
    if len(text) > limit:
        raise bad_request(f"bot {name} is too long", violation="description_too_long")
    texts[language] = text
    return True


async def set_my_description(state: State, call: Call) -> bool:
    """What an empty chat with the bot shows."""
    state.journal.note("commands", 0)
    return _put(state.profile.descriptions, call, "description", MAX_DESCRIPTION)


async def set_my_short_description(state: State, call: Call) -> bool:
    """What the bot's profile shows."""
    return _put(state.profile.short_descriptions, call, "short_description", MAX_SHORT_DESCRIPTION)


async def set_my_name(state: State, call: Call) -> bool:
    """What the bot is called."""
    return _put(state.profile.names, call, "name", MAX_NAME)


async def get_my_description(state: State, call: Call) -> Json:
    """The description of a language, or the default one."""
    found = state.profile.descriptions
    return {"description": found.get(_language(call)) or found.get("", "")}


async def get_my_short_description(state: State, call: Call) -> Json:
    """The short description of a language, or the default one."""
    found = state.profile.short_descriptions
    return {"short_description": found.get(_language(call)) or found.get("", "")}


async def get_my_name(state: State, call: Call) -> Json:
    """The name of a language, or the default one."""
    found = state.profile.names
    return {"name": found.get(_language(call)) or found.get("", "") or state.bot.first_name}


async def set_chat_menu_button(state: State, call: Call) -> bool:
    """The button beside the text field; kept, not shown."""
    given = call.json("menu_button", "menu button")
    if given is not None and (not isinstance(given, dict) or "type" not in given):
        raise bad_request("can't parse menu button: Can't find field \"type\"", violation="bad_menu_button")
    state.profile.menu_buttons[call.number("chat_id")] = dict(given or {"type": "default"})
    return True
