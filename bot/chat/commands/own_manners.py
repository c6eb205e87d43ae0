"""/notify, /quiet, /pause, /resume, /mute, /unmute with a number of /list in front, and the pages of /settings about one
subscription: how it is told otherwise than the rest of its chat and topic.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.chat import manners as shared
from bot.chat.buttons import SUBSCRIPTION, Keyboard, number, press
from bot.chat.commands.listing import Numbered, numbered
from bot.chat.commands.manner_pages import PAGES, add_how, begun, buttons, offered
from bot.chat.desk import Desk, Press
from bot.chat.scene import Scene
from bot.chat.typed import DEFAULT, OFF, hazards_of, pause_of, plain, quiet_of, way_of
from bot.chat.wording import Mark, Say, named
from bot.model.manners import NOTHING_OWN, Own, brought
from bot.store import manners as store
from bot.store import subscriptions

#: The verb of these pages' buttons: what it is about, the subscription's id, and the place of what is offered.
OWN = "mo"


class OwnManners:
    """The answers and the buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.presses: Mapping[str, Press] = {OWN: self.press}

    async def command(self, scene: Scene, name: str, place: int, typed: str) -> None:
        """``place``: the number of /list. ``typed``: nothing (it is shown), or what is wanted."""
        entry = next((each for each in await self._entries(scene) if each.number == place), None)
        if entry is None:
            await self._desk.tell(scene, "unsubscribe.no_match", what=Mark(str(place), "bold"))
            return
        await self._hold(scene, name, entry, typed)

    async def press(self, scene: Scene, arguments: list[str]) -> None:
        """A button: a page, or one of what a page offers."""
        if not await self._desk.allowed(scene):
            return
        name, subscription_id = arguments[0] if arguments else "", number(arguments, 1)
        entries = await self._entries(scene)
        entry = next((each for each in entries if each.listed.subscription_id == subscription_id), None)
        # a page itself, or one of what it offers
        typed = offered(name, number(arguments, 2)) if arguments[2:] else ""
        if entry is None or typed is None or name not in PAGES:
            await self._desk.too_old(scene)
            return
        await self._hold(replace(scene, in_place=True), name, entry, typed)
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def _hold(self, scene: Scene, name: str, entry: Numbered, typed: str) -> None:
        """Let it hold, or show how it is set where nothing was said that can be meant."""
        desk, now = self._desk, self._desk.clock()
        manners = await shared.current(desk, scene)
        wish = _wish(name, typed, manners.zone, now)
        if wish is None:
            await self._show(scene, "mute" if name == "unmute" else name, entry, typed)
            return
        changed = await shared.change_own(desk, scene, entry.listed.subscription_id, wish)
        if changed is None:
            await desk.tell(scene, "unsubscribe.gone")
            return
        own, stands = changed
        say = self._named(scene, entry, own, stands.manners.zone)
        if own.telling is not None and name == "notify":
            shared.add_grave(say, own.telling)
        if own.pause is not None and name == "pause":
            say.line("manners.own_pause_ends", command=Mark(f"/resume {entry.number}", "code"))
        if name in {"notify", "quiet"}:
            say.line("manners.zone", zone=stands.manners.zone)
        if stands.released:
            say.line("manners.released", count=stands.released)
        if scene.target.thread_id:
            say.line("common.topic_here")
        await desk.answer(scene, say.styled(), self._back(scene, entry))

    async def _show(self, scene: Scene, name: str, entry: Numbered, typed: str) -> None:
        desk, one, says = self._desk, entry.listed.subscription_id, scene.phrases
        manners = await shared.current(desk, scene)
        async with desk.db.read() as conn:
            own = (await store.own_of_place(conn, scene.chat_id, scene.target.thread_id)).get(one, NOTHING_OWN)
        say = self._named(scene, entry, own, manners.zone, begun(says, typed)).add("\n")
        add_how(say, name, entry.number)

        def offer(of: str) -> Keyboard:
            return buttons(of, says, lambda label, place: press(label, OWN, of, one, place), one=True)

        rows = offer(name)
        if name == "pause" and own.pause is not None and own.pause.until > desk.clock():
            rows += offer("resume")
        if name == "mute" and own.muted:
            rows += offer("unmute")
        await desk.answer(scene, say.styled(), (*rows, *self._back(scene, entry)))

    def _named(self, scene: Scene, entry: Numbered, own: Own, zone: str, say: Say | None = None) -> Say:
        say = (say or Say(scene.phrases)).newline().add(f"{entry.number}. ").foreign(named(entry.listed.account))
        if brought(own, self._desk.clock()) == NOTHING_OWN:
            return say.add(" – ").phrase("manners.own_none")
        return shared.add_own(say, own, zone, scene.phrases, self._desk.clock())

    def _back(self, scene: Scene, entry: Numbered) -> Keyboard:
        """To the page of this subscription, for who came from there."""
        if not scene.in_place:
            return ()
        return ((press(scene.phrases("followed.back"), SUBSCRIPTION, entry.listed.subscription_id),),)

    async def _entries(self, scene: Scene) -> list[Numbered]:
        async with self._desk.db.read() as conn:
            return numbered(await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id))


def _wish(name: str, typed: str, zone: str, now: datetime) -> Callable[[Own], Own] | None:
    """What becomes of a subscription's own manners; None for what cannot be meant."""
    word = plain(typed)
    match name:
        case "notify":
            way = way_of(typed)
            return None if way is None and word != DEFAULT else lambda own: replace(own, telling=way)
        case "quiet":
            found = quiet_of(typed)
            if found is not None and not found[1]:
                return lambda own: replace(own, quiet=found[0], restless=False)
            return (lambda own: replace(own, quiet=None, restless=word == OFF)) if word in {OFF, DEFAULT} else None
        case "pause":
            pause = pause_of(typed, zone, now)
            return None if pause is None else lambda own: replace(own, pause=pause)
        case "resume":
            return lambda own: replace(own, pause=None)
        case "unmute" if not word:
            return lambda own: replace(own, muted=())
        case _:
            hazard = hazards_of(typed)
            return (
                None
                if hazard is None
                else lambda own: replace(own, muted=shared.muted(own.muted, hazard, mute=name == "mute"))
            )
