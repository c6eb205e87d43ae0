"""/find: official accounts of the catalogue, by what they are and where, in any language."""

import asyncio
from collections.abc import Mapping

from bot.catalogue.entries import Entry
from bot.catalogue.searching import nearest, search
from bot.chat.buttons import LABEL_LIMIT, Keyboard, number, press
from bot.chat.commands.subscribing import Subscribing
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say, one_line, together
from bot.delivery.face import Styled

FIND = "fd"
#: Entries in one answer, each with a button.
SHOWN = 5
_ASKED = 60


class Finding:
    """The command and its buttons."""

    def __init__(self, desk: Desk, subscribing: Subscribing) -> None:
        self._desk = desk
        self._subscribing = subscribing
        self.commands: Mapping[str, Command] = {"find": self.find}
        self.presses: Mapping[str, Press] = {FIND: self.follow}

    async def find(self, scene: Scene, rest: str) -> None:
        """``rest``: what is looked for, "beijing police"."""
        what = rest.strip()
        if not what:
            await self._desk.tell(scene, "find.how")
            return
        # hundreds of entries in twelve languages; the first search loads them
        found = await asyncio.to_thread(search, self._desk.ports.catalogue, what, SHOWN)
        blocks = [self._entry(scene, entry) for entry in found]
        if not found:
            found = await asyncio.to_thread(nearest, self._desk.ports.catalogue, what, SHOWN)
            key = "find.nearest" if found else "find.nothing"
            blocks = [Say(scene.phrases).phrase(key, what=Mark(one_line(what, _ASKED), "bold")).styled()]
            blocks += [self._entry(scene, entry) for entry in found]
        await self._desk.answer(scene, together(blocks), self._buttons(scene, found))

    async def follow(self, scene: Scene, arguments: list[str]) -> None:
        """The button of an entry's account."""
        desk = self._desk
        if not await desk.allowed(scene):
            return
        entry = desk.ports.catalogue.by_id(arguments[0]) if arguments else None
        index = number(arguments, 1)
        if entry is None or index is None or index >= len(entry.accounts):
            await desk.too_old(scene)
            return
        if scene.query is not None:
            await desk.voice.note(scene.query)
        await self._subscribing.look_for(scene, entry.accounts[index].named)

    def _entry(self, scene: Scene, entry: Entry) -> Styled:
        words, language = self._desk.ports.catalogue.words, scene.phrases.language
        say = Say(scene.phrases).foreign(Mark(entry.own_name, "bold"))
        if entry.name(language) != entry.own_name:
            say.newline().foreign(entry.name(language))
        places = ", ".join(words.place(place, language) for place in entry.places)
        say.line("find.what", kind=words.kind(entry.kind, language), places=places)
        if entry.confirmed:
            say.line("find.confirmed")
        else:
            say.line("find.unconfirmed")
        return say.styled()

    def _buttons(self, scene: Scene, found: list[Entry]) -> Keyboard:
        return tuple(
            (press(self._label(scene, entry), FIND, entry.id, index),)
            for entry in found
            for index, _ in enumerate(entry.accounts)
        )

    def _label(self, scene: Scene, entry: Entry) -> str:
        return scene.phrases("button.follow", what=one_line(entry.own_name, LABEL_LIMIT))
