"""/settings: everything that can be set here as a menu of buttons, one message that changes in place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.chat.buttons import MENU, Keyboard, abreast, press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say
from bot.store import subscriptions


@dataclass(frozen=True, slots=True)
class Entry:
    """A button of the menu: its label, and the command or page that it opens, as if it were sent
    without anything behind it.
    """

    label: str
    opens: str


#: In the order of the buttons, two in a row. What a command answers takes the menu's place, with a way back under it.
ENTRIES = (
    Entry("settings.followed", "followed"),
    Entry("add.begin", "add"),
    Entry("settings.language", "language"),
    Entry("settings.order", "order"),
    Entry("settings.notify", "notify"),
    Entry("settings.quiet", "quiet"),
    Entry("settings.pause", "pause"),
    Entry("settings.mute", "mute"),
    Entry("settings.muted", "muted"),
    Entry("settings.place", "place"),
    Entry("settings.zone", "zone"),
    Entry("settings.digest", "digest"),
    Entry("settings.live", "live"),
    Entry("settings.catchup", "catchup"),
    Entry("settings.export", "export"),
    Entry("settings.privacy", "privacy"),
    Entry("settings.forget", "forget"),
)


class Settings:
    """The command and its buttons. ``pages`` is what its entries may open."""

    def __init__(self, desk: Desk, pages: Mapping[str, Command]) -> None:
        self._desk = desk
        self._pages = {entry.opens: pages[entry.opens] for entry in ENTRIES}
        self.commands: Mapping[str, Command] = {"settings": self.settings}
        self.presses: Mapping[str, Press] = {MENU: self.open}

    async def settings(self, scene: Scene, _rest: str) -> None:
        """The first page."""
        if not await self._desk.allowed(scene):
            return
        async with self._desk.db.read() as conn:
            followed = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
        text = Say(scene.phrases).add(Mark(scene.phrases("settings.title"), "bold"))
        text.line("list.title", count=len(followed))
        if scene.target.thread_id:
            text.line("common.topic_here")
        text.add("\n\n").phrase("settings.how")
        await self._desk.show(scene, text.styled(), _keyboard(scene))

    async def open(self, scene: Scene, arguments: list[str]) -> None:
        """``arguments``: the page that is opened, none for the first one."""
        if not await self._desk.allowed(scene):
            return
        page = self._pages.get(arguments[0]) if arguments else self.settings
        if page is None:
            await self._desk.too_old(scene)
            return
        await page(replace(scene, in_place=True), "")
        if scene.query is not None:
            await self._desk.voice.note(scene.query)


def _keyboard(scene: Scene) -> Keyboard:
    return abreast([press(scene.phrases(entry.label), MENU, entry.opens) for entry in ENTRIES])
