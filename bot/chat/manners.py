"""How a chat and topic is told: changing it, and saying how it stands. What commands and menus share."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.desk import Desk
from bot.chat.scene import Scene
from bot.chat.typed import clock_of
from bot.chat.wording import Mark, Say, one_line
from bot.delivery import releasing
from bot.delivery.composing import moment
from bot.delivery.hours import next_time, offset_name, offset_of, zone_name
from bot.delivery.situations import usual_offset
from bot.geo import cities
from bot.language.phrasebook.book import book
from bot.locales import Phrases
from bot.matching.folding import fold
from bot.model.manners import MOST_MUTED, NOTHING_OWN, Manners, Own, Quiet, Telling, Way
from bot.store import briefings, deferred, subscriptions
from bot.store import manners as store
from bot.store.briefings import Kind

#: Twenty hazards of 40 characters are all that can be left out.
_HAZARD_SHOWN, _HAZARDS_SHOWN, _BRIEF, _CITY = 40, 840, 40, 80


@dataclass(frozen=True, slots=True)
class Stands:
    """How it stands after a change. ``released``: posts that were held back and come now as one summary."""

    manners: Manners
    released: int = 0


async def current(desk: Desk, scene: Scene) -> Manners:
    """What holds in this chat and topic; the clock is always named. Reads the names of hazards in a thread, too."""
    await asyncio.to_thread(book, scene.phrases.language)
    async with desk.db.read() as conn:
        manners = await store.of_place(conn, scene.chat_id, scene.target.thread_id)
        return replace(manners, zone=await zone_of(conn, scene, manners))


async def change(desk: Desk, scene: Scene, altered: Callable[[Manners], Manners]) -> Stands:
    """Let other manners hold in this chat and topic; what need not wait any more comes at once, as one summary."""
    await asyncio.to_thread(book, scene.phrases.language)
    place, now = (scene.chat_id, scene.target.thread_id), desk.clock()
    async with desk.db.begin() as conn:
        manners = await store.of_place(conn, *place)
        wanted = altered(replace(manners, zone=await zone_of(conn, scene, manners)))
        released = await releasing.settle_on(conn, place, wanted, now)
    if released:
        desk.ports.queued()
    return Stands(wanted, released)


async def change_own(
    desk: Desk, scene: Scene, subscription_id: int, altered: Callable[[Own], Own]
) -> tuple[Own, Stands] | None:
    """Let a subscription want otherwise of its own; gives what it wants now. None: it is not followed here."""
    place, now = (scene.chat_id, scene.target.thread_id), desk.clock()
    async with desk.db.begin() as conn:
        own = altered((await store.own_of_place(conn, *place)).get(subscription_id, NOTHING_OWN))
        if not await store.set_own(conn, scene.chat_id, subscription_id, own):
            return None
        manners = await store.of_place(conn, *place)
        # times need a clock
        wanted = replace(manners, zone=await zone_of(conn, scene, manners))
        released = await releasing.settle_on(conn, place, wanted, now)
    if released:
        desk.ports.queued()
    return own, Stands(wanted, released)


async def zone_of(conn: AsyncConnection, scene: Scene, manners: Manners) -> str:
    """The clock of this chat and topic: the one that was chosen, else that of its day's summary, else that of most of what
    is followed here, else UTC.
    """
    if manners.zone:
        return manners.zone
    place = (scene.chat_id, scene.target.thread_id)
    day = await briefings.get(conn, *place, Kind.DAY)
    if day is not None and day.zone:
        return day.zone
    return offset_name(usual_offset(await subscriptions.of_chat(conn, *place)) or 0)


async def set_zone(desk: Desk, scene: Scene, zone: str) -> Stands:
    """By this clock from now on, the day's summary too."""
    place = (scene.chat_id, scene.target.thread_id)
    async with desk.db.begin() as conn:
        day = await briefings.get(conn, *place, Kind.DAY)
        if day is not None and day.hour is not None:
            due = next_time(day.hour, zone, desk.clock())
            await briefings.set_day(conn, *place, day.hour, zone, due)
    return await change(desk, scene, lambda manners: replace(manners, zone=zone))


async def clock_named(typed: str) -> str:
    """A zone by its name, its distance from UTC or a city in it; "" where there is none."""
    if zone := zone_name(typed):
        return zone
    if len(typed) > _CITY:
        return ""
    # half a second of a thread
    return zone_name(await asyncio.to_thread(cities.zone_of, typed, fold))


async def held(desk: Desk, scene: Scene) -> int:
    """How many posts wait here for a summary."""
    async with desk.db.read() as conn:
        return await deferred.count(conn, (scene.chat_id, scene.target.thread_id))


def muted(now: Sequence[str], hazard: str, *, mute: bool) -> tuple[str, ...]:
    """What is left out when this hazard is left out as well, or no more."""
    tree = f"hazard:{hazard}"
    others = tuple(each for each in now if each != tree)
    return (*others, tree)[-MOST_MUTED:] if mute else others


# ------------------------------------------------------------------ in words


def way_told(way: Telling, phrases: Phrases) -> str:
    """A way of telling in some words."""
    time = clock_of(way.minute)
    match way.way:
        case Way.ONCE:
            return phrases("manners.once")
        case Way.SILENT:
            return phrases("manners.silent")
        case Way.HOURLY:
            return phrases("manners.hourly")
        case Way.DAILY:
            return phrases("manners.daily", time=time)
        case Way.MOST:
            return phrases("manners.most", count=way.most, time=time)


def way_label(way: Telling, phrases: Phrases) -> str:
    """The same for a button, where a phone cuts long words: what is said once it is chosen tells all of it."""
    match way.way:
        case Way.ONCE:
            return phrases("manners.button_once")
        case Way.SILENT:
            return phrases("manners.button_silent")
        case Way.HOURLY:
            return phrases("manners.button_hourly")
        case Way.DAILY:
            return phrases("manners.button_daily", time=clock_of(way.minute))
        case Way.MOST:
            return phrases("manners.button_most", count=way.most)


def told(manners: Manners, phrases: Phrases, now: datetime) -> Say:
    """Everything that holds here; nothing of what is as at first."""
    say = Say(phrases)
    if paused(manners, now):
        add_pause(say, manners, phrases)
    if manners.telling != Telling():
        add_way(say, manners, phrases)
    if manners.quiet is not None:
        add_quiet(say, manners.quiet, phrases)
    if manners.muted:
        add_muted(say, manners, phrases)
    if manners.telling != Telling() or manners.quiet is not None:
        say.line("manners.zone", zone=manners.zone)
    return say


def paused(manners: Manners, now: datetime) -> bool:
    """A pause holds."""
    return manners.pause is not None and manners.pause.until > now


def add_pause(say: Say, manners: Manners, phrases: Phrases) -> Say:
    """Until when nothing new comes, and what does."""
    if manners.pause is None:
        return say.line("manners.not_paused")
    until = moment(manners.pause.until, offset_of(manners.zone, manners.pause.until), phrases)
    return say.line("manners.paused_whole" if manners.pause.whole else "manners.paused", until=until)


def add_way(say: Say, manners: Manners, phrases: Phrases) -> Say:
    """How posts come."""
    return add_grave(say.line("manners.way", way=way_told(manners.telling, phrases)), manners.telling)


def add_grave(say: Say, way: Telling) -> Say:
    """What comes at once though others wait by this way."""
    return say if way.way in {Way.ONCE, Way.SILENT} else say.line("manners.grave")


def add_quiet(say: Say, quiet: Quiet | None, phrases: Phrases) -> Say:
    """The hours, and what comes then."""
    if quiet is None:
        return say.line("manners.quiet_off")
    least = phrases(f"severity.{quiet.least.value.lower()}")
    return say.line("manners.quiet_on", begin=clock_of(quiet.begins), end=clock_of(quiet.ends), severity=least)


def add_muted(say: Say, manners: Manners, phrases: Phrases) -> Say:
    """Which hazards do not come."""
    if not manners.muted:
        return say.line("manners.muted_none")
    return say.line("manners.muted", hazards=_hazards(manners.muted, phrases))


def add_own(say: Say, own: Own, zone: str, phrases: Phrases, now: datetime, *, brief: bool = False) -> Say:
    """What one subscription wants otherwise than its place, behind its name; nothing where it wants nothing. ``brief``: one
    of many, of which a message has to hold several.
    """
    if own.telling is not None:
        say.add(" – ").add(way_told(own.telling, phrases))
    if own.quiet is not None:
        least = phrases(f"severity.{own.quiet.least.value.lower()}")
        begin, end = clock_of(own.quiet.begins), clock_of(own.quiet.ends)
        say.add(" – ").phrase("manners.own_quiet", begin=begin, end=end, severity=least)
    if own.restless:
        say.add(" – ").phrase("manners.own_restless")
    if own.pause is not None and own.pause.until > now:
        until = moment(own.pause.until, offset_of(zone, own.pause.until), phrases)
        say.add(" – ").phrase("manners.own_paused_whole" if own.pause.whole else "manners.own_paused", until=until)
    if own.muted:
        say.add(" – ").phrase(
            "manners.own_muted", hazards=_hazards(own.muted, phrases, _BRIEF if brief else _HAZARDS_SHOWN)
        )
    return say


def _hazards(muted: Sequence[str], phrases: Phrases, room: int = _HAZARDS_SHOWN) -> Mark:
    """As the reader calls them."""
    known = book(phrases.language)
    kinds = [kind for each in muted for kind in each.partition(":")[2].split("|")]
    named = [(known.word("hazards", kind) if known is not None else None) or kind for kind in kinds]
    return Mark(one_line(", ".join(one_line(each, _HAZARD_SHOWN) for each in dict.fromkeys(named)), room), "code")
