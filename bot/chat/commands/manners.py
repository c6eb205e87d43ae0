"""/notify, /quiet, /pause, /resume, /mute, /unmute, /zone: how this chat and topic is told, and when it is left in peace."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.chat import manners as shared
from bot.chat.buttons import Keyboard, number, press
from bot.chat.commands.listing import numbered
from bot.chat.commands.manner_pages import add_how, begun, buttons, offered
from bot.chat.commands.own_manners import OwnManners
from bot.chat.desk import Command, Desk, Press
from bot.chat.manners import Stands
from bot.chat.scene import Scene
from bot.chat.typed import DEFAULT, OFF, hazards_of, numbered_in_front, pause_of, plain, quiet_of, way_of
from bot.chat.wording import Mark, Say, one_line
from bot.delivery.face import Button
from bot.model.manners import Telling
from bot.store import manners as store
from bot.store import subscriptions

#: As they are typed: the same in every language.
_ZONES = "/zone Berlin, /zone Asia/Shanghai, /zone UTC+8"
_SHOWN = 40
#: The verb of the buttons: the command, and the place of what is offered.
CHOOSE = "mn"


class MannersCommands:
    """The commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._own = OwnManners(desk)
        self.commands: Mapping[str, Command] = {
            "notify": self.notify,
            "quiet": self.quiet,
            "pause": self.pause,
            "resume": self.resume,
            "mute": self.mute,
            "unmute": self.unmute,
            "zone": self.zone,
        }
        self.presses: Mapping[str, Press] = {CHOOSE: self.choose, **self._own.presses}

    async def choose(self, scene: Scene, arguments: list[str]) -> None:
        """One of the buttons: as if it were typed, in place of the message that it stood under."""
        name = arguments[0] if arguments else ""
        typed = offered(name, number(arguments, 1))
        if not await self._desk.allowed(scene):
            return
        if typed is None:
            await self._desk.too_old(scene)
            return
        await self.commands[name](replace(scene, in_place=True), typed)
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def notify(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (it is shown), a way, or a number of /list and a way."""
        if not await self._desk.allowed(scene) or await self._about_one(scene, "notify", rest):
            return
        way = Telling() if plain(rest) == DEFAULT else way_of(rest)
        if way is None:
            manners = await shared.current(self._desk, scene)
            say = shared.add_way(begun(scene.phrases, rest), manners, scene.phrases).add("\n")
            await self._show(scene, "notify", say)
            return
        stands = await shared.change(self._desk, scene, lambda manners: replace(manners, telling=way))
        say = shared.add_way(Say(scene.phrases), stands.manners, scene.phrases)
        await self._answer(scene, say, stands, clock=True)

    async def _about_one(self, scene: Scene, name: str, rest: str) -> bool:
        """A number of /list stands in front: it is about that one."""
        one = numbered_in_front(rest)
        if one is not None:
            await self._own.command(scene, name, *one)
        return one is not None

    async def _show(self, scene: Scene, name: str, say: Say, more: str = "") -> None:
        """What holds, with how to change it. ``more``: a command with a button of its own."""
        rows: Keyboard = ()
        for of in (name, more):
            if of:
                rows += buttons(of, scene.phrases, partial(_press, of))
        await self._desk.answer(scene, add_how(say, name).styled(), rows)

    async def quiet(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (they are shown), two times with perhaps a severity and a clock, or "off"; a number of /list in
        front.
        """
        if not await self._desk.allowed(scene):
            return
        found = quiet_of(rest)
        if found is None and await self._about_one(scene, "quiet", rest):
            return
        if plain(rest) == OFF:
            stands = await shared.change(self._desk, scene, lambda manners: replace(manners, quiet=None))
        elif found is None:
            manners = await shared.current(self._desk, scene)
            say = shared.add_quiet(begun(scene.phrases, rest), manners.quiet, scene.phrases).add("\n")
            await self._show(scene, "quiet", say)
            return
        else:
            hours, clock = found
            if clock and not await self._set_clock(scene, clock):
                return
            stands = await shared.change(self._desk, scene, lambda manners: replace(manners, quiet=hours))
        say = shared.add_quiet(Say(scene.phrases), stands.manners.quiet, scene.phrases)
        await self._answer(scene, say, stands, clock=stands.manners.quiet is not None)

    async def pause(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (it is shown), how long or until when, and "all" where not even what is Extreme may come; a
        number of /list in front.
        """
        if not await self._desk.allowed(scene):
            return
        now, manners = self._desk.clock(), await shared.current(self._desk, scene)
        pause = pause_of(rest, manners.zone, now)
        if pause is None and await self._about_one(scene, "pause", rest):
            return
        if pause is None:
            say = begun(scene.phrases, rest)
            holds = shared.paused(manners, now)
            say = shared.add_pause(say, manners, scene.phrases) if holds else say.line("manners.not_paused")
            await self._show(scene, "pause", say.add("\n"), "resume" if holds else "")
            return
        stands = await shared.change(self._desk, scene, lambda manners: replace(manners, pause=pause))
        say = shared.add_pause(Say(scene.phrases), stands.manners, scene.phrases)
        await self._answer(scene, say, stands)

    async def resume(self, scene: Scene, rest: str) -> None:
        """End the pause; with a number of /list that of one."""
        if not await self._desk.allowed(scene) or await self._about_one(scene, "resume", rest):
            return
        was = await shared.current(self._desk, scene)
        stands = await shared.change(self._desk, scene, lambda manners: replace(manners, pause=None))
        key = "manners.resumed" if shared.paused(was, self._desk.clock()) else "manners.not_paused"
        say = Say(scene.phrases).phrase(key)
        if stands.manners.quiet is not None:
            shared.add_quiet(say, stands.manners.quiet, scene.phrases)
        if paused := await self._paused_alone(scene):
            numbers, first = ", ".join(map(str, paused)), Mark(f"/resume {paused[0]}", "code")
            say.line("manners.still_paused", numbers=numbers, command=first)
        await self._answer(scene, say, stands)

    async def _paused_alone(self, scene: Scene) -> list[int]:
        """The numbers in /list of what has a pause of its own."""
        place, now = (scene.chat_id, scene.target.thread_id), self._desk.clock()
        async with self._desk.db.read() as conn:
            own = await store.own_of_place(conn, *place)
            listed = numbered(await subscriptions.of_chat(conn, *place))
        pauses = {
            each.number: own[each.listed.subscription_id].pause
            for each in listed
            if each.listed.subscription_id in own
        }
        return [one for one, pause in pauses.items() if pause is not None and pause.until > now]

    async def mute(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (what is muted is shown), or a hazard; a number of /list in front."""
        if not await self._desk.allowed(scene) or await self._about_one(scene, "mute", rest):
            return
        if not rest.strip():
            manners = await shared.current(self._desk, scene)
            say = shared.add_muted(Say(scene.phrases), manners, scene.phrases).add("\n")
            await self._show(scene, "mute", say, "unmute" if manners.muted else "")
            return
        await self._change_muted(scene, rest, mute=True)

    async def unmute(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (all of them), or a hazard; a number of /list in front."""
        if not await self._desk.allowed(scene) or await self._about_one(scene, "unmute", rest):
            return
        if rest.strip():
            await self._change_muted(scene, rest, mute=False)
            return
        stands = await shared.change(self._desk, scene, lambda manners: replace(manners, muted=()))
        await self._answer(scene, shared.add_muted(Say(scene.phrases), stands.manners, scene.phrases), stands)

    async def _change_muted(self, scene: Scene, typed: str, *, mute: bool) -> None:
        hazard = hazards_of(typed)
        if hazard is None:
            what = Mark(one_line(typed, _SHOWN), "bold")
            await self._show(scene, "mute", Say(scene.phrases).phrase("manners.mute_unknown", what=what))
            return
        stands = await shared.change(
            self._desk,
            scene,
            lambda manners: replace(manners, muted=shared.muted(manners.muted, hazard, mute=mute)),
        )
        await self._answer(scene, shared.add_muted(Say(scene.phrases), stands.manners, scene.phrases), stands)

    async def zone(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (it is shown), a zone, a distance from UTC, or a city."""
        if not await self._desk.allowed(scene):
            return
        if not rest.strip():
            manners = await shared.current(self._desk, scene)
            say = Say(scene.phrases).phrase("manners.zone", zone=manners.zone)
            await self._desk.answer(scene, say.line("manners.zone_how", examples=Mark(_ZONES, "code")).styled())
        elif await self._set_clock(scene, rest):
            manners = await shared.current(self._desk, scene)
            await self._desk.tell(scene, "manners.zone", zone=manners.zone)

    async def _set_clock(self, scene: Scene, typed: str) -> bool:
        """False: there is no such clock, and that was said."""
        zone = await shared.clock_named(typed.strip())
        if not zone:
            say = Say(scene.phrases).phrase("manners.zone_unknown", what=Mark(one_line(typed, _SHOWN), "bold"))
            await self._desk.answer(scene, say.line("manners.zone_how", examples=Mark(_ZONES, "code")).styled())
            return False
        await shared.set_zone(self._desk, scene, zone)
        return True

    async def _answer(self, scene: Scene, say: Say, stands: Stands, *, clock: bool = False) -> None:
        if clock:
            say.line("manners.zone", zone=stands.manners.zone)
        if stands.released:
            say.line("manners.released", count=stands.released)
        if scene.target.thread_id:
            say.line("common.topic_here")
        await self._desk.answer(scene, say.styled())


def _press(name: str, label: str, place: int) -> Button:
    return press(label, CHOOSE, name, place)
