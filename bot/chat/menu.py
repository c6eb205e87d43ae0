"""The commands as Telegram's menu shows them, in each language."""

import asyncio
from collections.abc import Iterable, Sequence

import structlog
from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat
from telegram.error import TelegramError

from bot.locales import SOURCE, available, phrases, warm

_log = structlog.get_logger(__name__)

#: In the order in which a newcomer needs them; each has its description under [menu].
SHOWN = (
    "add",
    "find",
    "subscribe",
    "unsubscribe",
    "list",
    "settings",
    "latest",
    "try",
    "why",
    "whynot",
    "filters",
    "status",
    "situation",
    "digest",
    "live",
    "chart",
    "muted",
    "notify",
    "quiet",
    "pause",
    "resume",
    "mute",
    "unmute",
    "zone",
    "place",
    "catchup",
    "language",
    "report",
    "export",
    "import",
    "move",
    "privacy",
    "forget",
    "cancel",
    "help",
)
#: What those who run the bot see besides, in their private chats.
FOR_OPERATORS = ("stats",)


async def register(bot: Bot, operators: Iterable[int] = ()) -> None:
    """Tell Telegram our commands. Failing at it is only logged: the commands work without a menu."""
    await asyncio.to_thread(warm)
    try:
        await _register(bot, SHOWN, None)
    except TelegramError as error:
        _log.warning("the commands' menu could not be registered; the commands work all the same", error=str(error))
        return
    for operator in operators:
        try:
            await _register(bot, SHOWN + FOR_OPERATORS, BotCommandScopeChat(operator))
        except TelegramError as error:
            # Telegram knows no such chat until the operator has spoken to the bot
            _log.info("an operator's menu could not be registered", user_id=operator, error=str(error))


async def _register(bot: Bot, names: Sequence[str], scope: BotCommandScope | None) -> None:
    for tag, code in _codes().items():
        speak = phrases(tag)
        commands = [BotCommand(name, speak(f"menu.{name}")) for name in names]
        await bot.set_my_commands(commands, scope=scope, language_code=code or None)


def _codes() -> dict[str, str]:
    """Language tag to what setMyCommands takes: ISO 639-1, once each; "" for whoever speaks none of ours."""
    codes = {SOURCE: ""}
    taken = {""}
    for tag in available():
        code = tag.split("-")[0]
        if tag != SOURCE and code not in taken:
            codes[tag] = code
            taken.add(code)
    return codes
