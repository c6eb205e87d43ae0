"""/language: the language that the bot speaks in this chat."""

from collections.abc import Mapping
from dataclasses import replace

from bot.chat.buttons import abreast, press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.delivery.face import Styled
from bot.locales import available, best_match, phrases
from bot.store import chats

CHOOSE = "lg"


class Language:
    """The command and its buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"language": self.language}
        self.presses: Mapping[str, Press] = {CHOOSE: self.choose}

    async def language(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (choose by button) or a language tag."""
        if not await self._desk.allowed(scene):
            return
        wanted = best_match(rest.strip()[:35])
        if wanted:
            await self._set(scene, wanted)
            return
        # each language is named in itself, so that whoever needs it can read it
        buttons = [press(phrases(tag)("language.name"), CHOOSE, tag) for tag in available()]
        await self._desk.answer(scene, Styled(scene.phrases("language.which")), abreast(buttons))

    async def choose(self, scene: Scene, arguments: list[str]) -> None:
        """One of the buttons."""
        tag = arguments[0] if arguments else ""
        if not await self._desk.allowed(scene):
            return
        if tag not in available():
            await self._desk.too_old(scene)
            return
        await self._set(scene, tag)
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def _set(self, scene: Scene, tag: str) -> None:
        async with self._desk.db.begin() as conn:
            await chats.set_language(conn, scene.target.chat_id, tag)
        changed = replace(scene, phrases=phrases(tag))
        await self._desk.show(changed, Styled(changed.phrases("language.done")))
