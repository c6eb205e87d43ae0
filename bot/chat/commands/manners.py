"""/notify, /quiet, /pause, /resume, /mute, /unmute, /zone: how this chat and topic is told, and when it is left in peace."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.chat import manners as shared
from bot.chat.buttons import Keyboard, number, press
from bot.chat.commands.listing import numbered
from bot.chat.desk import Command, Desk, Press
from bot.chat.manners import Stands
from bot.chat.scene import Scene
from bot.chat.typed import DEFAULT, OFF, hazards_of, pause_of, plain, quiet_of, way_of
from bot.chat.wording import Mark, Say, named, one_line
from bot.model.manners import MOST_MUTED, Manners, Telling
from bot.store import manners as store
from bot.store import subscriptions

#: As they are typed: the same in every language.
_WAYS = "/notify once, /notify silent, /notify hourly, /notify daily 08:00, /notify max 5"
_ONE, _BACK = "/notify 2 daily 08:00", "/notify 2 default"
_QUIET, _NO_QUIET = "/quiet 22:00-07:00 severe", "/quiet off"
_PAUSES, _WHOLE = "/pause 2h, /pause until 18:00, /pause until 2027-01-31", "/pause all 2h"
_ZONES, _MUTE = "/zone Berlin, /zone Asia/Shanghai, /zone UTC+8", "/mute rainstorm"
_SHOWN = 40
#: What has a button of its own, as it would be typed; anything else can be typed.
CHOOSE = "mn"
OFFERED: Mapping[str, tuple[str, ...]] = {
    "notify": ("once", "silent", "hourly", "daily 08:00", "max 5"),
    "quiet": ("22:00-07:00 severe", "23:00-06:00 severe", OFF),
    "pause": ("2h", "8h", "24h"),
    "resume": ("",),
}


class MannersCommands:
    """The commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {
            "notify": self.notify,
            "quiet": self.quiet,
            "pause": self.pause,
            "resume": self.resume,
            "mute": self.mute,
            "unmute": self.unmute,
            "zone": self.zone,
        }
        self.presses: Mapping[str, Press] = {CHOOSE: self.choose}

    async def choose(self, scene: Scene, arguments: list[str]) -> None:
        """One of the buttons: as if it were typed, in place of the message that it stood under."""
        name, place = arguments[0] if arguments else "", number(arguments, 1)
        offered = OFFERED.get(name, ())
        if not await self._desk.allowed(scene):
            return
        if place is None or place >= len(offered):
            await self._desk.too_old(scene)
            return
        await self.commands[name](replace(scene, in_place=True), offered[place])
        if scene.query is not None:
            await self._desk.voice.note(scene.query)

    async def notify(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (it is shown), a way, or a number of /list and a way."""
        if not await self._desk.allowed(scene):
            return
        first, _, behind = plain(rest).partition(" ")
        if first.isdigit():
            await self._notify_one(scene, int(first[:9]), behind)
            return
        way = Telling() if first == DEFAULT else way_of(rest)
        if way is None:
            await self._show_way(scene, await shared.current(self._desk, scene))
            return
        stands = await shared.change(self._desk, scene, lambda manners: replace(manners, telling=way))
        say = shared.add_way(Say(scene.phrases), stands.manners, scene.phrases)
        await self._answer(scene, say, stands, clock=True)

    async def _notify_one(self, scene: Scene, number: int, typed: str) -> None:
        async with self._desk.db.read() as conn:
            listed = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
            ways = await store.ways_of_place(conn, scene.chat_id, scene.target.thread_id)
        entry = next((each.listed for each in numbered(listed) if each.number == number), None)
        if entry is None:
            await self._desk.tell(scene, "unsubscribe.no_match", what=Mark(str(number), "bold"))
            return
        way = None if typed == DEFAULT else way_of(typed)
        if way is None and typed != DEFAULT:
            await self._show_way(scene, await shared.current(self._desk, scene))
            return
        stands = await shared.change_one(self._desk, scene, entry.subscription_id, way)
        if stands is None:
            await self._desk.tell(scene, "unsubscribe.gone")
            return
        ways[entry.subscription_id] = way or stands.manners.telling
        say = Say(scene.phrases).add(f"{number}. ").foreign(named(entry.account)).add(" – ")
        say.add(shared.way_told(ways[entry.subscription_id], scene.phrases))
        await self._answer(scene, say, stands, clock=True)

    async def _show_way(self, scene: Scene, manners: Manners) -> None:
        say = shared.add_way(Say(scene.phrases), manners, scene.phrases).add("\n")
        say.line("manners.way_how", examples=Mark(_WAYS, "code"), one=Mark(_ONE, "code"), back=Mark(_BACK, "code"))
        ways = [shared.way_label(way, scene.phrases) for way in map(way_of, OFFERED["notify"]) if way is not None]
        await self._desk.answer(scene, say.styled(), _buttons("notify", ways))

    async def quiet(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (they are shown), two times with perhaps a severity and a clock, or "off"."""
        if not await self._desk.allowed(scene):
            return
        found = quiet_of(rest)
        if plain(rest) == OFF:
            stands = await shared.change(self._desk, scene, lambda manners: replace(manners, quiet=None))
        elif found is None:
            manners = await shared.current(self._desk, scene)
            say = shared.add_quiet(Say(scene.phrases), manners.quiet, scene.phrases).add("\n")
            say.line("manners.quiet_how", example=Mark(_QUIET, "code"), off=Mark(_NO_QUIET, "code"))
            labels = [each.partition(" ")[0].replace("-", "–") for each in OFFERED["quiet"][:-1]]
            keyboard = _buttons("quiet", [*labels, scene.phrases("manners.button_off")])
            await self._desk.answer(scene, say.styled(), keyboard)
            return
        else:
            hours, clock = found
            if clock and not await self._set_clock(scene, clock):
                return
            stands = await shared.change(self._desk, scene, lambda manners: replace(manners, quiet=hours))
        say = shared.add_quiet(Say(scene.phrases), stands.manners.quiet, scene.phrases)
        await self._answer(scene, say, stands, clock=stands.manners.quiet is not None)

    async def pause(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (it is shown), how long or until when, and "all" where not even what is Extreme may come."""
        if not await self._desk.allowed(scene):
            return
        now, manners = self._desk.clock(), await shared.current(self._desk, scene)
        pause = pause_of(rest, manners.zone, now)
        say = Say(scene.phrases)
        if pause is None:
            if shared.paused(manners, now):
                shared.add_pause(say, manners, scene.phrases)
            else:
                say.phrase("manners.not_paused")
            say.add("\n").line("manners.pause_how", examples=Mark(_PAUSES, "code"), all=Mark(_WHOLE, "code"))
            hours = [scene.phrases("manners.button_hours", count=int(each[:-1])) for each in OFFERED["pause"]]
            keyboard = _buttons("pause", hours, across=len(hours))
            if shared.paused(manners, now):
                keyboard = (*keyboard, *_buttons("resume", [scene.phrases("manners.button_resume")]))
            await self._desk.answer(scene, say.styled(), keyboard)
            return
        stands = await shared.change(self._desk, scene, lambda manners: replace(manners, pause=pause))
        await self._answer(scene, shared.add_pause(say, stands.manners, scene.phrases), stands)

    async def resume(self, scene: Scene, _rest: str) -> None:
        """End the pause."""
        if not await self._desk.allowed(scene):
            return
        was = await shared.current(self._desk, scene)
        stands = await shared.change(self._desk, scene, lambda manners: replace(manners, pause=None))
        key = "manners.resumed" if shared.paused(was, self._desk.clock()) else "manners.not_paused"
        say = Say(scene.phrases).phrase(key)
        if stands.manners.quiet is not None:
            shared.add_quiet(say, stands.manners.quiet, scene.phrases)
        await self._answer(scene, say, stands)

    async def mute(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (what is muted is shown), or a hazard."""
        if not await self._desk.allowed(scene):
            return
        if not rest.strip():
            say = shared.add_muted(Say(scene.phrases), await shared.current(self._desk, scene)).add("\n")
            say.line("manners.mute_how", example=Mark(_MUTE, "code"))
            await self._desk.answer(scene, say.styled())
            return
        await self._change_muted(scene, rest, mute=True)

    async def unmute(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing (all of them), or a hazard."""
        if not await self._desk.allowed(scene):
            return
        if rest.strip():
            await self._change_muted(scene, rest, mute=False)
            return
        stands = await shared.change(self._desk, scene, lambda manners: replace(manners, muted=()))
        await self._answer(scene, shared.add_muted(Say(scene.phrases), stands.manners), stands)

    async def _change_muted(self, scene: Scene, typed: str, *, mute: bool) -> None:
        found = hazards_of(typed)
        if found is None:
            what = Mark(one_line(typed, _SHOWN), "bold")
            say = Say(scene.phrases).phrase("manners.mute_unknown", what=what)
            await self._desk.answer(scene, say.line("manners.mute_how", example=Mark(_MUTE, "code")).styled())
            return
        tree = f"hazard:{found}"

        def altered(manners: Manners) -> Manners:
            others = tuple(each for each in manners.muted if each != tree)
            return replace(manners, muted=(*others, tree)[-MOST_MUTED:] if mute else others)

        stands = await shared.change(self._desk, scene, altered)
        await self._answer(scene, shared.add_muted(Say(scene.phrases), stands.manners), stands)

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


def _buttons(name: str, labels: Sequence[str], across: int = 2) -> Keyboard:
    """What is offered of a command, so many in a row."""
    found = [press(label, CHOOSE, name, place) for place, label in enumerate(labels)]
    return tuple(tuple(found[start : start + across]) for start in range(0, len(found), across))
