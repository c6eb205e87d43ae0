"""Whether the agency's own words or their translation comes first in this chat: a button under a translated post turns
that one round too, a page of /settings asks.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.chat.buttons import number, press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.delivery.face import Styled
from bot.delivery.rendering import ORDER
from bot.store import chats, renditions

CHOOSE = "oc"
_DONE = ("order.translation", "order.original")


class Order:
    """Keeps the choice, and has the message turned round."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.pages: Mapping[str, Command] = {"order": self.ask}
        self.presses: Mapping[str, Press] = {ORDER: self.turn, CHOOSE: self.choose}

    async def ask(self, scene: Scene, _rest: str = "") -> None:
        """How it is now, with a button for either."""
        says, now = scene.phrases, scene.original_first
        labels = {True: says("button.original_first"), False: says("button.translation_first")}
        rows = [(press(f"✓ {text}" if first is now else text, CHOOSE, int(first)),) for first, text in labels.items()]
        await self._desk.show(scene, Styled(says("order.which")), tuple(rows))

    async def choose(self, scene: Scene, arguments: list[str]) -> None:
        """One of the two buttons; what was sent before stays as it is."""
        first = number(arguments, 0, 1)
        if not await self._desk.allowed(scene):
            return
        if first is None:
            await self._desk.too_old(scene)
            return
        async with self._desk.db.begin() as conn:
            await chats.set_order(conn, scene.target.chat_id, original_first=bool(first))
        await self.ask(replace(scene, original_first=bool(first)))
        if scene.query is not None:
            await self._desk.voice.note(scene.query, scene.phrases(_DONE[first]))

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
            await self._desk.voice.note(scene.query, scene.phrases(_DONE[first]))
