"""/place, and a location that is sent: where a chat (and topic) wants to be warned for."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from babel import Locale
from telegram import Location

from bot.chat.buttons import Keyboard, number, press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say, one_line
from bot.delivery.face import Button
from bot.locales import Phrases
from bot.matching import naming
from bot.matching.naming import Candidate
from bot.matching.nearness import new_units
from bot.model.place import LEAST_KM, MOST_KM, MOST_PLACES, OFFERED_KM, ChatPlace
from bot.model.subscription import ChatKind
from bot.store import chat_places, choices
from bot.store.chat_places import TooManyPlacesError

CHOOSE, AROUND, REMOVE = "pc", "pa", "px"
#: Names inside of sentences and on buttons, characters.
_SHOWN, _BUTTON = 60, 30
#: How a place is set, and what is said of a name that nobody knows. In company a location is heard as a reply alone
#: (``routing``); in a channel, where no post says whose it is and one may be news, never. Others are groups.
_HOW = {ChatKind.PRIVATE: "place.how", ChatKind.CHANNEL: "place.how_channel"}
_UNKNOWN = {ChatKind.PRIVATE: "place.unknown", ChatKind.CHANNEL: "place.unknown_channel"}


class Places:
    """The command, its buttons, and what is done with a location."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._units = new_units()
        self.commands: Mapping[str, Command] = {"place": self.place}
        self.presses: Mapping[str, Press] = {CHOOSE: self.choose, AROUND: self.around, REMOVE: self.remove}

    async def place(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (what is set is shown), a name or "39.9, 116.4", and perhaps a distance; a distance alone
        is for the point that was set last.
        """
        if not rest.strip():
            await self._show(scene)
            return
        if not await self._desk.allowed(scene):
            return
        what = naming.wanted(rest)
        if what.far:
            await self._desk.tell(scene, "place.wrong", least=LEAST_KM, most=MOST_KM)
        elif not what.name and what.km is not None:
            await self._last_around(scene, what.km)
        else:
            found = await asyncio.to_thread(naming.candidates, what, self._units)
            if not found:
                unknown = _UNKNOWN.get(scene.place.kind, "place.unknown_group")
                await self._desk.tell(scene, unknown, name=Mark(one_line(what.name, _SHOWN), "bold"))
            elif len(found) == 1 and found[0].sure:
                await self._set(scene, found[0].place)
            else:
                await self._ask(scene, found)

    async def located(self, scene: Scene, location: Location) -> None:
        """A location that was sent; of one that goes on changing this is the first point."""
        if not await self._desk.allowed(scene):
            return
        # half a second of a thread, for the name of the nearest city
        place = await asyncio.to_thread(naming.located, location.latitude, location.longitude)
        # the attribute warns of what it will be
        is_live = "live_period" in location.to_dict()
        await self._set(scene, place, "place.live" if is_live else "")

    async def choose(self, scene: Scene, arguments: list[str]) -> None:
        """Which of several places of one name is meant."""
        payload = await self._desk.agreed(scene, arguments, "unit")
        if payload is not None:
            await self._set(scene, _from_payload(payload))

    async def around(self, scene: Scene, arguments: list[str]) -> None:
        """Another distance around a point."""
        place_id, km = number(arguments, 0), number(arguments, 1, MOST_KM)
        if not await self._desk.allowed(scene):
            return
        if place_id is None or not km or not await self._change(scene, place_id, km):
            await self._desk.too_old(scene)
            return
        await self._show(scene)
        if scene.query is not None:
            await self._desk.voice.note(scene.query, scene.phrases("place.set"))

    async def remove(self, scene: Scene, arguments: list[str]) -> None:
        """Take one away."""
        place_id = number(arguments, 0)
        if not await self._desk.allowed(scene):
            return
        async with self._desk.db.begin() as conn:
            gone = place_id is not None and await chat_places.remove(
                conn, scene.chat_id, scene.target.thread_id, place_id
            )
        if not gone:
            await self._desk.too_old(scene)
            return
        await self._show(scene)
        if scene.query is not None:
            await self._desk.voice.note(scene.query, scene.phrases("place.removed"))

    async def _set(self, scene: Scene, place: ChatPlace, also: str = "") -> None:
        try:
            async with self._desk.db.begin() as conn:
                await chat_places.add(conn, scene.chat_id, scene.target.thread_id, place, self._desk.clock())
        except TooManyPlacesError:
            await self._desk.tell(scene, "place.no_more", most=MOST_PLACES)
            return
        await self._show(scene, "place.set", also)

    async def _change(self, scene: Scene, place_id: int, km: int) -> bool:
        """Set a point anew with another distance; False when it is none, or none of this chat."""
        async with self._desk.db.begin() as conn:
            chat = (scene.chat_id, scene.target.thread_id)
            place = (await chat_places.of_chat(conn, *chat)).get(place_id)
            if place is None or place.unit:
                return False
            await chat_places.remove(conn, *chat, place_id)
            await chat_places.add(conn, *chat, replace(place, radius_km=float(km)), self._desk.clock())
        return True

    async def _last_around(self, scene: Scene, km: int) -> None:
        points = [each for each, place in (await self._held(scene)).items() if not place.unit]
        if points and await self._change(scene, points[-1], km):
            await self._show(scene, "place.set")
        else:
            await self._show(scene)

    async def _ask(self, scene: Scene, found: list[Candidate]) -> None:
        rows: list[tuple[Button, ...]] = []
        async with self._desk.db.begin() as conn:
            for each in found:
                payload = asdict(each.place)
                token = await choices.put(conn, scene.target.chat_id, payload, self._desk.clock())
                rows.append((press(one_line(_label(each, scene.phrases), _SHOWN), CHOOSE, token),))
        await self._desk.answer(scene, Say(scene.phrases).phrase("place.which").styled(), tuple(rows))

    async def _held(self, scene: Scene) -> dict[int, ChatPlace]:
        async with self._desk.db.read() as conn:
            return await chat_places.of_chat(conn, scene.chat_id, scene.target.thread_id)

    async def _show(self, scene: Scene, *before: str) -> None:
        held, says = await self._held(scene), scene.phrases
        text = Say(says)
        for key in filter(None, before):
            text.line(key)
        if not held:
            text.line("place.none")
        else:
            text.line("place.shown")
            for place in held.values():
                text.add("\n• ")
                add_place(text, place, says)
        if scene.target.thread_id:
            text.line("common.topic_here")
        text.add("\n\n").phrase(_HOW.get(scene.place.kind, "place.how_group"))
        await self._desk.show(scene, text.styled(), _keyboard(held, says))


def add_place(say: Say, place: ChatPlace, says: Phrases) -> Say:
    """A place with how much around it."""
    name = Mark(one_line(place.name, _SHOWN), "bold")
    if place.unit:
        return say.phrase("place.unit", name=name)
    return say.phrase("place.point", name=name, distance=distance(place.radius_km, says))


def distance(km: float, says: Phrases) -> str:
    """Such as "12 km"; of less than one: "1 km"."""
    return says("place.distance", count=max(1, round(km)))


def _keyboard(held: Mapping[int, ChatPlace], says: Phrases) -> Keyboard:
    """The distances of the point that was set last, and a button for each to remove it."""
    rows: list[tuple[Button, ...]] = []
    points = [(number_, place) for number_, place in held.items() if not place.unit]
    if points:
        last, place = points[-1]
        rows.append(tuple(_offer(last, km, place, says) for km in OFFERED_KM))
    rows += [
        (press(says("place.remove", name=one_line(place.name, _BUTTON)), REMOVE, number_),)
        for number_, place in held.items()
    ]
    return tuple(rows)


def _offer(place_id: int, km: int, place: ChatPlace, says: Phrases) -> Button:
    label = distance(km, says)
    return press(f"✓ {label}" if place.radius_km == km else label, AROUND, place_id, km)


def _label(candidate: Candidate, says: Phrases) -> str:
    """A place among others of its name."""
    if not candidate.country:
        return candidate.place.name
    country = Locale.parse(says.language.replace("-", "_")).territories.get(candidate.country, candidate.country)
    place = candidate.place
    return f"{place.name}, {country} ({place.latitude:.1f}, {place.longitude:.1f})"


def _from_payload(payload: Mapping[str, Any]) -> ChatPlace:
    return ChatPlace(**{**payload, "unit": tuple(payload["unit"])})
