"""/export: all of this chat as a file, and its feeds as one that any feed reader takes."""

from collections.abc import Mapping

from bot.chat.buttons import press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Say
from bot.model.subscription import ChatKind
from bot.store import carrying
from bot.store.carrying import CarriedChat

#: What the files are called on the reader's side.
WHOLE, FEEDS = "tocsin-chat.json", "tocsin-feeds.opml"
#: Sends them, from the page of the menu.
SEND = "xp"
#: The title within a list of feeds.
_TITLE = "Tocsin"


class Exporting:
    """The command, and its page in the menu."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"export": self.export}
        self.presses: Mapping[str, Press] = {SEND: self.send}

    async def export(self, scene: Scene, _rest: str) -> None:
        """Those who may change what is followed may take it along: addresses of feeds may hold keys. Opened in the menu it
        is asked first: a press is made sooner than a command is typed, and a channel's readers would all have the keys.
        """
        if not await self._desk.allowed(scene):
            return
        chat = await self._held(scene)
        if chat is None:
            await self._desk.tell(scene, "export.empty")
        elif scene.in_place:
            keyboard = ((press(scene.phrases("export.send"), SEND),),)
            await self._desk.show(scene, Say(scene.phrases).phrase("export.how").styled(), keyboard)
        else:
            await self._send(scene, chat)

    async def send(self, scene: Scene, _arguments: list[str]) -> None:
        """It was agreed to."""
        if not await self._desk.allowed(scene):
            return
        chat = await self._held(scene)
        if chat is None:
            await self._desk.show(scene, Say(scene.phrases).phrase("export.empty").styled())
        else:
            await self._send(scene, chat)
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def _held(self, scene: Scene) -> CarriedChat | None:
        """None: nothing is followed here."""
        async with self._desk.db.read() as conn:
            chat = await carrying.one(conn, scene.chat_id)
        return chat if chat is not None and chat.wishes else None

    async def _send(self, scene: Scene, chat: CarriedChat) -> None:
        desk, in_company = self._desk, scene.place.kind in {ChatKind.GROUP, ChatKind.SUPERGROUP}
        reply_to = scene.place.message_id if in_company and scene.query is None else None
        said = scene.phrases("export.whole", count=len(chat.wishes))
        files = desk.ports.files
        await desk.voice.send_file(scene.target, WHOLE, files.pack(chat), said, reply_to=reply_to)
        feeds = files.pack_feeds([wish.account for wish in chat.wishes], _TITLE, desk.clock())
        if feeds:
            await desk.voice.send_file(scene.target, FEEDS, feeds, scene.phrases("export.feeds"), reply_to=reply_to)
