"""/export: all of this chat as a file, and its feeds as one that any feed reader takes."""

from collections.abc import Mapping

from bot.chat.desk import Command, Desk
from bot.chat.scene import Scene
from bot.model.subscription import ChatKind
from bot.store import carrying

#: What the files are called on the reader's side.
WHOLE, FEEDS = "tocsin-chat.json", "tocsin-feeds.opml"
#: The title within a list of feeds.
_TITLE = "Tocsin"


class Exporting:
    """The command."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"export": self.export}

    async def export(self, scene: Scene, _rest: str) -> None:
        """Those who may change what is followed may take it along: addresses of feeds may hold keys."""
        desk = self._desk
        if not await desk.allowed(scene):
            return
        async with desk.db.read() as conn:
            chat = await carrying.one(conn, scene.chat_id)
        if chat is None or not chat.wishes:
            await desk.tell(scene, "export.empty")
            return
        reply_to = scene.place.message_id if scene.place.kind in {ChatKind.GROUP, ChatKind.SUPERGROUP} else None
        said = scene.phrases("export.whole", count=len(chat.wishes))
        files = desk.ports.files
        await desk.voice.send_file(scene.target, WHOLE, files.pack(chat), said, reply_to=reply_to)
        feeds = files.pack_feeds([wish.account for wish in chat.wishes], _TITLE, desk.clock())
        if feeds:
            await desk.voice.send_file(scene.target, FEEDS, feeds, scene.phrases("export.feeds"), reply_to=reply_to)
