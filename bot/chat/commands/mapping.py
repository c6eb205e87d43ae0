"""The button under an alert with an area: the larger map, with the reader's own place where that is known."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.chat.buttons import number
from bot.chat.desk import Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say
from bot.delivery.composing import SIGNS
from bot.delivery.face import Part
from bot.delivery.harmless import line
from bot.delivery.mapping import MAP, map_of
from bot.geo.drawer import nearest
from bot.model.mapping import AreaMap
from bot.model.post import Post
from bot.store import deliveries, posts

#: The same map comes once in so long to a chat: many in a group may press the button.
AGAIN_AFTER = timedelta(minutes=10)
#: Maps of which that is remembered.
_REMEMBERED = 1000
#: Longest title and places in the caption, characters.
_TITLE, _PLACES = 200, 300
#: States of a post whose area does not hold any more.
_OVER = frozenset(("withdrawn", "superseded", "cancelled"))


class MapButton:
    """Sends it as a silent answer to the alert."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sent: OrderedDict[tuple[int, int, str], datetime] = OrderedDict()
        self.presses: Mapping[str, Press] = {MAP: self.show}

    async def show(self, scene: Scene, arguments: list[str]) -> None:
        """``arguments``: the post (our id) under which the button stood. Anybody may look."""
        post_id = number(arguments, 0)
        found = await self._find(scene, post_id) if post_id is not None else None
        if found is None:
            await self._desk.too_old(scene)
            return
        post, picture = found
        if picture is None:
            await self._note(scene, scene.phrases("map.over"), alert=True)
            return
        await self._note(scene)
        key = (scene.chat_id, scene.target.thread_id, picture.url)
        if not self._desk.ports.maps:
            await self._desk.tell(scene, "map.busy")
        elif self._is_new(key):
            await self._send(scene, post, picture, key)

    async def _find(self, scene: Scene, post_id: int) -> tuple[Post, AreaMap | None] | None:
        """The post as it stands now and its map (None: it has none any more); None where the chat never got the post."""
        async with self._desk.db.read() as conn:
            known = await posts.get(conn, post_id)
            sent = await deliveries.send_of(conn, scene.chat_id, scene.target.thread_id, post_id)
            if known is None or sent is None:
                return None
            post = (await posts.revision(conn, post_id, known.revision)).post
        if known.state in _OVER:
            return post, None
        return post, await self._with_reader(scene, post)

    async def _with_reader(self, scene: Scene, post: Post) -> AreaMap | None:
        """Its map, with the nearest of the topic's places where that is on it."""
        picture, ports = map_of(post, larger=True), self._desk.ports
        points = await ports.points_of(scene.chat_id, scene.target.thread_id) if ports.maps else ()
        if picture is None or not points:
            return picture
        try:
            reader = await asyncio.to_thread(nearest, picture, points)
        except ValueError:  # what cannot be drawn says so when it is drawn
            return picture
        return map_of(post, reader=reader, larger=True)

    async def _send(self, scene: Scene, post: Post, picture: AreaMap, key: tuple[int, int, str]) -> None:
        async def work() -> None:
            part = Part(_caption(scene, post, picture).styled(), (picture,))
            await self._desk.voice.send(scene.target, part, reply_to=scene.place.message_id, silent=True, whole=True)

        async def failed() -> None:
            self._sent.pop(key, None)
            await self._desk.tell(scene, "map.busy")

        if not self._desk.errand(scene, work, failed=failed, stopped=failed):
            self._sent.pop(key, None)
            await self._desk.tell(scene, "map.busy")

    def _is_new(self, key: tuple[int, int, str]) -> bool:
        now = self._desk.clock()
        if key in self._sent and now - self._sent[key] < AGAIN_AFTER:
            return False
        self._sent[key] = now
        self._sent.move_to_end(key)
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        return True

    async def _note(self, scene: Scene, text: str = "", *, alert: bool = False) -> None:
        if scene.query is not None:
            await self._desk.voice.note(scene.query, text, alert=alert)


def _caption(scene: Scene, post: Post, picture: AreaMap) -> Say:
    """What the picture shows, in words, for whoever does not see it too."""
    said, alert = Say(scene.phrases), post.alert
    if alert is not None:
        severity = scene.phrases(f"severity.{alert.severity.value.lower()}")
        said.add(f"{SIGNS[alert.severity]} ").add(Mark(severity, "bold")).add("\n")
    if title := line(post.title, _TITLE):
        said.add(title).add("\n")
    areas = [area.description for hazard in alert.hazards for area in hazard.areas] if alert is not None else []
    if places := line(", ".join(dict.fromkeys(filter(None, areas))), _PLACES):
        said.phrase("message.where", places=places).add("\n")
    said.add("\n").phrase("map.area")
    return said.add(" ").phrase("map.reader") if picture.reader is not None else said
