"""/digest: once a day, at an hour of this chat's choosing and by its own clock, what stands, what changed, what is over."""

import re
from collections.abc import Mapping

from bot.chat import manners
from bot.chat.buttons import Keyboard, abreast, number, press
from bot.chat.desk import Command, Desk, Press
from bot.chat.scene import Scene
from bot.chat.wording import Say, one_line
from bot.delivery.hours import HOURS, next_time, zone_name
from bot.store import briefings
from bot.store.briefings import Kind, Stored

SET, OFF = "dg", "off"
#: Hours with a button; any other can be typed.
OFFERED = (6, 7, 8, 9, 12, 18, 20, 22)
#: What a zone looks like, shown as an example.
EXAMPLE, FAR_EXAMPLE = "Europe/Berlin", "UTC+2"
_HOUR = re.compile(r"([0-9]{1,2})(?::00)?")
_SHOWN = 40


class Digest:
    """The command and its buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"digest": self.digest}
        self.presses: Mapping[str, Press] = {SET: self.choose}

    async def digest(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (it is shown, with buttons), an hour and perhaps a zone, or "off"."""
        if not await self._desk.allowed(scene):
            return
        typed, _, zone = rest.strip().partition(" ")
        if not typed:
            await self._show(scene)
        elif typed.casefold() == OFF:
            await self._drop(scene)
        elif (found := _HOUR.fullmatch(typed)) is None or int(found[1]) >= HOURS:
            await self._desk.tell(scene, "digest.wrong_hour")
        elif zone.strip() and not zone_name(zone):
            shown = one_line(zone, _SHOWN)
            await self._desk.tell(scene, "digest.wrong_zone", zone=shown, example=FAR_EXAMPLE)
        else:
            await self._set(scene, int(found[1]), zone_name(zone))

    async def choose(self, scene: Scene, arguments: list[str]) -> None:
        """One of the buttons."""
        hour = number(arguments, 0, HOURS - 1)
        if not await self._desk.allowed(scene):
            return
        if arguments == [OFF]:
            await self._drop(scene)
        elif hour is None:
            await self._desk.too_old(scene)
            return
        else:
            await self._set(scene, hour, "")
        if scene.query is not None:
            await self._desk.voice.note(scene.query, scene.phrases("digest.done"))

    async def _set(self, scene: Scene, hour: int, zone: str) -> None:
        if zone:
            await manners.set_zone(self._desk, scene, zone)
        zone = zone or await self._zone(scene)
        due = next_time(hour, zone, self._desk.clock())
        async with self._desk.db.begin() as conn:
            await briefings.set_day(conn, scene.chat_id, scene.target.thread_id, hour, zone, due)
        await self._show(scene)

    async def _drop(self, scene: Scene) -> None:
        async with self._desk.db.begin() as conn:
            await briefings.drop_day(conn, scene.chat_id, scene.target.thread_id)
        await self._show(scene)

    async def _show(self, scene: Scene) -> None:
        stored, says = await self._stored(scene), scene.phrases
        zone = stored.zone if stored is not None else await self._zone(scene)
        text = Say(says)
        if stored is not None and stored.hour is not None:
            text.phrase("digest.on", hour=_clock(stored.hour), zone=zone)
        else:
            text.phrase("digest.off")
        text.add("\n\n").phrase("digest.how", zone=zone if stored is not None and "/" in zone else EXAMPLE)
        await self._desk.show(scene, text.styled(), _keyboard(scene, stored))

    async def _stored(self, scene: Scene) -> Stored | None:
        async with self._desk.db.read() as conn:
            return await briefings.get(conn, scene.chat_id, scene.target.thread_id, Kind.DAY)

    async def _zone(self, scene: Scene) -> str:
        """The clock of this chat and topic; it is always shown."""
        return (await manners.current(self._desk, scene)).zone


def _clock(hour: int) -> str:
    return f"{hour:02d}:00"


def _keyboard(scene: Scene, stored: Stored | None) -> Keyboard:
    chosen = stored.hour if stored is not None else None
    hours = [press(f"✓ {_clock(hour)}" if hour == chosen else _clock(hour), SET, hour) for hour in OFFERED]
    return (*abreast(hours), (press(scene.phrases("digest.none"), SET, OFF),))
