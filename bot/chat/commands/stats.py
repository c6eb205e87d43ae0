"""/stats: how fast news went out and what went wrong on the way, for the operators alone."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.chat.desk import Command, Desk
from bot.chat.scene import Scene
from bot.chat.wording import Say, packed
from bot.delivery.face import Styled
from bot.locales import Phrases
from bot.model.delivery import State
from bot.store import figures
from bot.store.figures import By, Figures, Group, Spread, Stretch

_log = structlog.get_logger(__name__)

#: Hours looked back, and at most: as long as posts are kept.
DEFAULT, MOST = 24, 90 * 24

_STRETCHES = {
    Stretch.TO_SEEN: "stats.to_seen",
    Stretch.TO_QUEUED: "stats.to_queued",
    Stretch.TO_SENT: "stats.to_sent",
    Stretch.WHOLE: "stats.whole",
}
_SETTLED = {
    State.FAILED: "stats.failed",
    State.HELD: "stats.held",
    State.EXPIRED: "stats.expired",
    State.SKIPPED: "stats.skipped",
}
_LANES = {"extreme": "stats.extreme", "urgent": "stats.urgent", "routine": "stats.routine"}


class Stats:
    """The /stats command."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"stats": self.stats}
        #: One question at a time: each keeps a reader of the database busy for a while.
        self._asking = asyncio.Lock()

    async def stats(self, scene: Scene, rest: str) -> None:
        """``rest``: nothing, or how many hours back."""
        if not self._desk.is_operator(scene):
            _log.info("somebody who is no operator asked for /stats", user_id=scene.place.user_id)
            await self._desk.tell(scene, "stats.for_operators")
            return
        if not scene.private:
            await self._desk.tell(scene, "stats.in_private")
            return
        asked = rest.strip() or str(DEFAULT)
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= MOST):
            # to be typed, so without the signs that group it
            await self._desk.tell(scene, "stats.how", most=str(MOST))
            return
        now = self._desk.clock()
        async with self._asking, self._desk.db.read() as conn:
            found = await figures.figures(conn, now - timedelta(hours=int(asked)), now)
        first, *more = packed(_told(found, int(asked), scene.phrases))
        await self._desk.answer(scene, first)
        await self._desk.voice.say_all(scene.target, more)


def _told(found: Figures, hours: int, says: Phrases) -> list[Styled]:
    head = Say(says).phrase("stats.title", count=hours)
    sent = found.settled.get(State.SENT, 0)
    if sent:
        head.line("stats.sent", count=sent)
    else:
        head.line("stats.nothing")
    head.line("stats.waiting", count=sum(found.waiting.values()))
    if found.waiting.get(State.UNSURE):
        head.line("stats.unsure", count=found.waiting[State.UNSURE])
    for state, phrase in _SETTLED.items():
        head.line(phrase, count=found.settled.get(state, 0))
    head.line("stats.retries", count=found.retries)
    head.line("stats.lost_answers", count=found.lost_answers)
    head.line("stats.repeats", count=found.repeats)
    head.line("stats.unknown_errors", count=found.unknown_errors)
    if found.settled.get(State.FAILED) or found.settled.get(State.HELD):
        head.line("stats.advice")
    blocks = [head.styled()]
    if found.groups:
        blocks.append(Say(says).phrase("stats.percentiles").styled())
    return blocks + [_group(group, says) for group in found.groups]


def _group(group: Group, says: Phrases) -> Styled:
    count = max(spread.count for spread in group.stretches.values())
    say = Say(says).phrase("stats.group", name=_name(group, says), count=count)
    for stretch, phrase in _STRETCHES.items():
        spread = group.stretches.get(stretch)
        if spread is not None:
            say.line(phrase, times=_times(spread, says))
    return say.styled()


def _name(group: Group, says: Phrases) -> str:
    if group.by is By.ALL:
        return says("stats.all")
    return says(_LANES[group.name]) if group.by is By.LANE else group.name


def _times(spread: Spread, says: Phrases) -> str:
    spoken = (says.conventions.duration(seconds) for seconds in (spread.p50, spread.p95, spread.p99))
    return " / ".join(map(says.isolated, spoken))
