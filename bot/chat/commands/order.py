"""The button under a translated post: whether the agency's own words or their translation comes first in this chat."""

from collections.abc import Mapping

from bot.chat.buttons import number
from bot.chat.desk import Desk, Press
from bot.chat.scene import Scene
from bot.delivery.rendering import ORDER
from bot.store import chats, renditions


class Order:
    """Keeps the choice, and has the message turned round."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.presses: Mapping[str, Press] = {ORDER: self.turn}

    async def turn(self, scene: Scene, arguments: list[str]) -> None:
        """``arguments``: 1 for the original first or 0, and the post (our id) under which the button stood."""
        first, post_id = number(arguments, 0, 1), number(arguments, 1)
        if not await self._desk.allowed(scene):
            return
        if first is None or post_id is None:
            await self._desk.too_old(scene)
            return
        async with self._desk.db.begin() as conn:
            await chats.set_order(conn, scene.target.chat_id, original_first=bool(first))
            # the outbox edits it: it alone knows all the messages of a post, and what stands on top of them
            turned = await renditions.anew(conn, scene.chat_id, post_id, self._desk.clock())
        if turned:
            self._desk.ports.queued()
        if scene.query is not None:
            said = scene.phrases("order.original" if first else "order.translation")
            await self._desk.voice.note(scene.query, said)
