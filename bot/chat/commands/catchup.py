"""/catchup: how old news may be and still ring in this chat; what is older comes as one quiet message."""

from collections.abc import Mapping

from bot.chat.buttons import Keyboard, abreast, number, press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Say
from bot.delivery.face import Button
from bot.delivery.old_news import ALWAYS, ROUTINE_PATIENCE, URGENT_PATIENCE
from bot.locales import Phrases
from bot.store import chats
from bot.store.chats import Chat

SET = "cu"
ROUTINE, URGENT = "r", "u"
_HOUR = 3600
#: What can be chosen, seconds.
CHOICES = (_HOUR, 6 * _HOUR, 24 * _HOUR, ALWAYS)


class CatchUp:
    """The command and its buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"catchup": self.catchup}
        self.presses: Mapping[str, Press] = {SET: self.choose}

    async def catchup(self, scene: Scene, _rest: str) -> None:
        """Show the limits of this chat, with a button for each choice."""
        if await self._desk.allowed(scene):
            await self._show(scene)

    async def choose(self, scene: Scene, arguments: list[str]) -> None:
        """One of the buttons."""
        which, seconds = arguments[0] if arguments else "", number(arguments, 1)
        if not await self._desk.allowed(scene):
            return
        if which not in {ROUTINE, URGENT} or seconds not in CHOICES:
            await self._desk.too_old(scene)
            return
        async with self._desk.db.begin() as conn:
            await chats.set_patience(conn, scene.target.chat_id, seconds, urgent=which == URGENT)
        await self._show(scene)
        if scene.query is not None:
            await self._desk.voice.note(scene.query, scene.phrases("catchup.done"))

    async def _show(self, scene: Scene) -> None:
        async with self._desk.db.read() as conn:
            chat = await chats.by_id(conn, scene.chat_id)
        routine, urgent = _limits(chat)
        says = scene.phrases
        text = Say(says).phrase("catchup.how").add("\n\n")
        text.phrase("catchup.routine", limit=_spoken(routine, says))
        text.line("catchup.urgent", limit=_spoken(urgent, says))
        keyboard = _keyboard("catchup.routine", ROUTINE, routine, says)
        keyboard += _keyboard("catchup.urgent", URGENT, urgent, says)
        await self._desk.show(scene, text.styled(), keyboard)


def _limits(chat: Chat | None) -> tuple[int, int]:
    """The chat's own, or the program's; seconds."""
    own = (chat.old_routine_s, chat.old_urgent_s) if chat is not None else (None, None)
    default = (int(ROUTINE_PATIENCE.total_seconds()), int(URGENT_PATIENCE.total_seconds()))
    return own[0] or default[0], own[1] or default[1]


def _keyboard(phrase: str, which: str, current: int, says: Phrases) -> Keyboard:
    buttons: list[Button] = []
    for seconds in CHOICES:
        label = says(phrase, limit=_spoken(seconds, says))
        buttons.append(press(f"✓ {label}" if seconds == current else label, SET, which, seconds))
    return abreast(buttons)


def _spoken(seconds: int, says: Phrases) -> str:
    return says("catchup.always") if seconds >= ALWAYS else says("catchup.hours", count=seconds // _HOUR)
