"""The button that mutes the event of a post, and /muted: what is muted here, each with the way back."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.chat.buttons import Keyboard, abreast, number, press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say, excerpt, one_line
from bot.delivery.composing import moment
from bot.delivery.face import Styled
from bot.delivery.rendering import MUTE
from bot.locales import Phrases
from bot.model.delivery import Lane
from bot.model.post import Post
from bot.reading.reader import read
from bot.reading.relaying import lane_of, severity_of
from bot.reading.weighing import proved_severity
from bot.store import deliveries, mutes, posts, renditions
from bot.store.mutes import Gravity, Muted

#: The buttons of /muted: "ml:0:17" lets the event of post 17 ring again, "ml:1:17" takes that back.
LISTED = "ml"
#: Newest posts of an event that are looked at for how grave it is, and whose messages show the other button then.
_NEWEST = 5
_TITLE = 80


class Muting:
    """The command and the buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"muted": self.muted}
        self.presses: Mapping[str, Press] = {MUTE: self.turn, LISTED: self.turn_listed}

    async def muted(self, scene: Scene, _rest: str) -> None:
        """Anybody may look."""
        await self._show(scene)

    async def turn(self, scene: Scene, arguments: list[str]) -> None:
        """Under a post. ``arguments``: 1 to mute or 0, and the post (our id)."""
        on, post_id = number(arguments, 0, 1), number(arguments, 1)
        if not await self._desk.allowed(scene):
            return
        thread_id = await self._thread(scene, post_id) if post_id is not None else None
        if on is None or post_id is None or thread_id is None:
            await self._desk.too_old(scene)
            return
        said = await self._turned(scene, thread_id, post_id, on=bool(on))
        if scene.query is not None:
            await self._desk.voice.note(scene.query, said, alert=True)

    async def turn_listed(self, scene: Scene, arguments: list[str]) -> None:
        """In the list of /muted: the same by the event's first post, and the list as it is then."""
        on, root_id = number(arguments, 0, 1), number(arguments, 1)
        if not await self._desk.allowed(scene):
            return
        async with self._desk.db.read() as conn:
            known = await posts.get(conn, root_id) if root_id is not None else None
        if on is None or root_id is None or known is None:
            await self._desk.too_old(scene)
            return
        said = await self._turned(scene, scene.target.thread_id, root_id, on=bool(on))
        await self._show(scene, back=None if on else root_id)
        if scene.query is not None:
            await self._desk.voice.note(scene.query, said)

    async def _turned(self, scene: Scene, thread_id: int, post_id: int, *, on: bool) -> str:
        """Do it, and give what is to be said. Done twice (an answer may be lost), it is as done once."""
        now = self._desk.clock()
        async with self._desk.db.read() as conn:
            event = list(dict.fromkeys([post_id, *await mutes.event_posts(conn, post_id, _NEWEST)]))
        gravity = await self._gravity(event, now) if on else None
        async with self._desk.db.begin() as conn:
            if gravity is not None:
                until = await mutes.mute(conn, scene.chat_id, thread_id, post_id, gravity, now)
                said = scene.phrases("muted.done", until=moment(until, None, scene.phrases))
            else:
                changed = await mutes.unmute(conn, scene.chat_id, thread_id, post_id)
                said = scene.phrases("muted.undone" if changed else "muted.was_not")
            # the outbox turns the buttons round: it alone knows what else stands in the messages
            turned = [await renditions.anew(conn, scene.chat_id, each, now) for each in event]
        if any(turned):
            self._desk.ports.queued()
        return said

    async def _thread(self, scene: Scene, post_id: int) -> int | None:
        """The topic whose post it was: this one, or another whose messages come here since it was closed. None: this
        chat never got it, or it is too long ago to be known.
        """
        async with self._desk.db.read() as conn:
            threads = await deliveries.threads_of_post(conn, scene.chat_id, post_id)
        here = scene.target.thread_id
        return here if here in threads else next(iter(threads), None)

    async def _gravity(self, event: list[int], now: datetime) -> Gravity:
        """How grave an event is now: as the gravest of the post that was meant (the first) and of those that stand."""
        found: list[Post] = []
        async with self._desk.db.read() as conn:
            for place, post_id in enumerate(event):
                known = await posts.get(conn, post_id)
                if known is not None and (not place or known.state == "current"):
                    found.append((await posts.revision(conn, post_id, known.revision)).post)
        return await asyncio.to_thread(_gravest, found, now)

    async def _show(self, scene: Scene, back: int | None = None) -> None:
        """``back``: the post whose event was unmuted just now, which can be taken back."""
        async with self._desk.db.read() as conn:
            found = await mutes.of_place(conn, scene.chat_id, scene.target.thread_id, self._desk.clock())
        rows = [
            press(scene.phrases("button.unmute", number=place), LISTED, 0, each.root_id)
            for place, each in enumerate(found, start=1)
        ]
        keyboard: Keyboard = abreast(rows)
        if back is not None:
            keyboard = (*keyboard, (press(scene.phrases("button.undo"), LISTED, 1, back),))
        await self._desk.show(scene, _listed(found, scene.phrases), keyboard)


def _listed(found: list[Muted], phrases: Phrases) -> Styled:
    say = Say(phrases)
    if not found:
        return say.phrase("muted.none").styled()
    say.phrase("muted.title", count=len(found))
    for place, each in enumerate(found, start=1):
        title = Mark(one_line(excerpt(each.post), _TITLE), "bold")
        until = moment(each.until, each.post.utc_offset, phrases)
        say.add("\n").line("muted.line", number=place, title=title, until=until)
    return say.styled()


def _gravest(some: list[Post], now: datetime) -> Gravity:
    """In a thread: reading a post takes milliseconds."""
    lane, rank = Lane.ROUTINE, 0
    for post in some:
        published = post.published or now
        proved = severity_of(post)
        if post.alert is None:
            heading = "" if post.text.startswith(post.title) else f"{post.title}\n"
            reading = read(heading + post.text, published=published, utc_offset=post.utc_offset)
            proved = proved_severity(reading, published)
        lane, rank = min(lane, lane_of(post, proved)), max(rank, severity_of(post, proved).rank)
    return Gravity(lane, rank)
