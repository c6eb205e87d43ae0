"""/language: the language that the bot speaks in this chat, or in this topic of it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.chat.buttons import abreast, press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Say
from bot.delivery.face import Styled
from bot.locales import available, best_match, phrases
from bot.store import chats, topics

CHOOSE = "lg"
#: In place of a tag: the group's language.
GROUPS = "group"


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
        if scene.target.thread_id:
            buttons.append(press(scene.phrases("language.as_group"), CHOOSE, GROUPS))
        await self._desk.show(scene, Styled(scene.phrases("language.which")), abreast(buttons))

    async def choose(self, scene: Scene, arguments: list[str]) -> None:
        """One of the buttons."""
        tag = arguments[0] if arguments else ""
        if not await self._desk.allowed(scene):
            return
        if tag == GROUPS and scene.target.thread_id:
            await self._as_group(scene)
        elif tag in available():
            await self._set(scene, tag)
        else:
            await self._desk.too_old(scene)
            return
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def _set(self, scene: Scene, tag: str) -> None:
        thread_id = scene.target.thread_id
        async with self._desk.db.begin() as conn:
            if thread_id:
                await topics.set_language(conn, scene.chat_id, thread_id, tag)
            else:
                await chats.set_language(conn, scene.target.chat_id, tag)
        changed = replace(scene, phrases=phrases(tag))
        say = Say(changed.phrases).phrase("language.done")
        if thread_id:
            say.line("common.topic_here")
        await self._desk.show(changed, say.styled())

    async def _as_group(self, scene: Scene) -> None:
        async with self._desk.db.begin() as conn:
            await topics.set_language(conn, scene.chat_id, scene.target.thread_id, "")
        changed = replace(scene, phrases=(await self._desk.scene(scene.place)).phrases)
        await self._desk.show(changed, Say(changed.phrases).phrase("language.back_to_group").styled())
