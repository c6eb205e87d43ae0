"""/chart: at which hours an account posts, and how grave, over the last days; a picture, and the same in words below it."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat.charting import ORDER, Chart, count, draw, sum_of
from bot.chat.commands.listing import fits, numbered
from bot.chat.desk import Command, Desk
from bot.chat.manners import current
from bot.chat.scene import Scene
from bot.chat.wording import Mark, Say, is_real, named, one_line
from bot.delivery.composing import SIGNS
from bot.delivery.face import Part
from bot.delivery.hours import HOURS, offset_of
from bot.model.alert import Severity
from bot.model.mapping import Drawn
from bot.model.post import MediaKind
from bot.store import briefings, subscriptions
from bot.store.briefings import Kept
from bot.store.codec import CodecError, post_from_json
from bot.store.subscriptions import Listed

#: Days that are looked back where nobody says how many, and at most: posts are kept for 90.
DEFAULT_DAYS, MOST_DAYS = 7, 30
#: The newest so many posts are counted: reading them takes a thread two seconds or so.
MOST_POSTS = 1000
#: A post without a level; the picture shows it pale.
_OTHER = "⚪"
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is counted."""

    listed: Listed
    since: datetime
    zone: str


class Charting:
    """The /chart command."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.commands: Mapping[str, Command] = {"chart": self.chart}

    async def chart(self, scene: Scene, rest: str) -> None:
        """``rest``: the number in /list, or a name, link or id of what is followed, and perhaps a number of days. Where
        only one account is followed it need not be named.
        """
        async with self._desk.db.read() as conn:
            entries = numbered(await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id))
        if not entries:
            await self._desk.tell(scene, "list.empty")
            return
        what, days = _parsed(rest)
        fitting = {
            entry.listed.account_id: entry.listed for entry in entries if not what or fits(entry, what, len(entries))
        }
        if len(fitting) == 1 and days is not None:
            since = self._desk.clock() - timedelta(days=days)
            asked = _Asked(next(iter(fitting.values())), since, (await current(self._desk, scene)).zone)
            await self._answer(scene, asked)
        elif what and not fitting:
            await self._desk.tell(scene, "unsubscribe.no_match", what=Mark(one_line(what, _SHOWN), "bold"))
        else:
            await self._desk.tell(scene, "chart.how", most=MOST_DAYS)

    async def _answer(self, scene: Scene, asked: _Asked) -> None:
        async def work() -> None:
            await self._send(scene, asked)

        async def failed() -> None:
            await self._desk.tell(scene, "common.failed")

        if not self._desk.errand(scene, work, failed=failed, stopped=failed):
            await self._desk.tell(scene, "subscribe.busy")

    async def _send(self, scene: Scene, asked: _Asked) -> None:
        async with self._desk.db.read() as conn:
            kept = await briefings.recent(conn, [asked.listed.account_id], asked.since, MOST_POSTS)
        chart, png = await asyncio.to_thread(_made, kept, asked)
        said = _caption(scene, asked, chart, newest_only=len(kept) == MOST_POSTS)
        media = (Drawn(MediaKind.PHOTO, f"chart:{hashlib.sha256(png).hexdigest()[:32]}", png=png),) if png else ()
        reply_to = scene.place.message_id if not scene.private else None
        await self._desk.voice.send(scene.target, Part(said.styled(), media), reply_to=reply_to, silent=True)


def _parsed(rest: str) -> tuple[str, int | None]:
    """Which account, and how many days back (None: not a number of days that can be had)."""
    what, _, last = rest.strip().rpartition(" ")
    if what and last.isascii() and last.isdigit():
        days = int(last[:9])
        return what.strip(), days if 1 <= days <= MOST_DAYS else None
    return rest.strip(), DEFAULT_DAYS


def _made(kept: list[Kept], asked: _Asked) -> tuple[Chart, bytes]:
    """Counted and drawn; no picture of no posts. Blocking."""
    found = []
    for each in kept:
        try:
            post = post_from_json(each.content)
        except CodecError:
            continue
        if is_real(post):
            found.append((post, each.seen_at))
    chart = count(found, asked.zone)
    return chart, draw(chart) if chart.total else b""


def _caption(scene: Scene, asked: _Asked, chart: Chart, *, newest_only: bool) -> Say:
    """All that the picture shows, for whoever does not see it too."""
    says, conventions = Say(scene.phrases), scene.phrases.conventions
    since = conventions.moment(asked.since, offset_of(asked.zone, asked.since))
    says.add("📊 ").phrase("chart.title", name=named(asked.listed.account))
    says.line("chart.since", moment=since)
    says.line("chart.total", count=chart.total)
    if newest_only:
        says.line("chart.newest", most=MOST_POSTS)
    if not chart.total:
        return says
    busiest = f"{chart.busiest:02d}:00–{(chart.busiest + 1) % HOURS:02d}:00"
    says.line("chart.busiest", hours=busiest, count=sum_of(chart.hours[chart.busiest]))
    for severity in ORDER:
        if not (number := chart.of_level(severity)):
            continue
        if severity is Severity.UNKNOWN:
            says.add(f"\n{_OTHER} ").phrase("chart.other", count=number)
        else:
            level = scene.phrases(f"severity.{severity.value.lower()}")
            says.add(f"\n{SIGNS[severity]} ").phrase("chart.level", level=level, count=number)
    return says.line("chart.zone", zone=asked.zone)
