"""The commands as Telegram's menu shows them, in each language."""

import structlog
from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.locales import SOURCE, available, phrases

_log = structlog.get_logger(__name__)

#: In the order in which a newcomer needs them; each has its description under [menu].
SHOWN = ("subscribe", "unsubscribe", "list", "latest", "status", "language", "help")


async def register(bot: Bot) -> None:
    """Tell Telegram our commands. Failing at it is only logged: the commands work without a menu."""
    try:
        for tag, code in _codes().items():
            speak = phrases(tag)
            commands = [BotCommand(name, speak(f"menu.{name}")) for name in SHOWN]
            await bot.set_my_commands(commands, language_code=code or None)
    except TelegramError as error:
        _log.warning("the commands' menu could not be registered; the commands work all the same", error=str(error))


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
