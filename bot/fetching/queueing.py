"""Who may ask a site now: one queue for each site with its pace, and one line before the way out for all."""

import asyncio
import random
from collections.abc import Callable

from bot.fetching.face import FetchError, SitePace

#: Waiting polls of one site; a site with more accounts than this cannot be kept fresh anyway.
MOST_WAITING = 2000
#: Waiting requests of one site behind which somebody sits in a chat.
MOST_WAITING_INTERACTIVE = 100


class Line:
    """A first-come line, interactive first: at most ``concurrency`` inside, a gap between leaving and entering."""

    def __init__(self, name: str, concurrency: int, forget: Callable[["Line"], None] | None = None) -> None:
        self.name = name
        self.concurrency = concurrency
        self._forget = forget
        self._loop = asyncio.get_running_loop()
        self._inside = 0
        self._free_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        # Ordered, and quick to take a cancelled one out of.
        self._urgent: dict[asyncio.Future[None], None] = {}
        self._patient: dict[asyncio.Future[None], None] = {}

    async def enter(self, *, interactive: bool) -> None:
        """Wait for a turn. Raises FetchError when too many wait already."""
        if not (self._urgent or self._patient) and self._open():
            self._inside += 1
            return
        waiting = self._urgent if interactive else self._patient
        if len(waiting) >= (MOST_WAITING_INTERACTIVE if interactive else MOST_WAITING):
            raise FetchError(
                f"Too many requests are waiting for {self.name} already.",
                "Try again later; if this stays, follow fewer accounts of this site or poll them less often.",
            )
        turn = self._loop.create_future()
        waiting[turn] = None
        self._advance()
        try:
            await turn
        except asyncio.CancelledError:
            waiting.pop(turn, None)
            if turn.done() and not turn.cancelled():  # the turn came together with the cancellation
                self._inside -= 1
            self._advance()
            raise

    def leave(self, gap: float) -> None:
        """End a turn; the next starts ``gap`` seconds later at the earliest."""
        self._inside -= 1
        if gap > 0:
            self._free_at = max(self._free_at, self._loop.time() + gap)
        self._advance()

    def close(self) -> None:
        """Stop the timer; who still waits is cancelled by its own task."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _open(self) -> bool:
        return self._inside < self.concurrency and self._loop.time() >= self._free_at

    def _advance(self) -> None:
        self.close()
        while (waiting := self._urgent or self._patient) and self._open():
            turn = next(iter(waiting))
            del waiting[turn]
            if not turn.done():
                self._inside += 1
                turn.set_result(None)
        if self._inside < self.concurrency and self._loop.time() < self._free_at:
            self._timer = self._loop.call_at(self._free_at, self._advance)
        elif not self._inside and not waiting and self._forget is not None:
            self._forget(self)


class Queues:
    """All lines. A site's line lives only while somebody waits, asks, or its gap runs."""

    def __init__(self, rng: random.Random, gap_override: float | None, total_concurrency: int) -> None:
        self._rng = rng
        self._gap_override = gap_override
        self._total_concurrency = total_concurrency
        self._lines: dict[str, Line] = {}
        self._way_out: Line | None = None

    def __len__(self) -> int:
        return len(self._lines)

    async def enter(self, site: str, pace: SitePace, *, interactive: bool) -> None:
        """Wait for the site's turn and then for a free way out. Raises FetchError when too many wait."""
        line = self._lines.get(site)
        if line is None:
            line = self._lines[site] = Line(site, pace.concurrency, self._drop)
        line.concurrency = max(1, pace.concurrency)
        if self._way_out is None:
            self._way_out = Line("the network", self._total_concurrency)
        await line.enter(interactive=interactive)
        try:
            await self._way_out.enter(interactive=interactive)
        except BaseException:  # also who is cancelled gives its place back
            line.leave(0)
            raise

    def leave(self, site: str, pace: SitePace, *, asked: bool) -> None:
        """End the turn; the gap runs only when the site was asked."""
        if self._way_out is not None:
            self._way_out.leave(0)
        line = self._lines.get(site)
        if line is not None:
            line.leave(self._gap(pace) if asked else 0)

    def close(self) -> None:
        """Stop all timers."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def _gap(self, pace: SitePace) -> float:
        if self._gap_override is not None:
            return self._gap_override
        return self._rng.uniform(pace.gap_min, pace.gap_max)

    def _drop(self, line: Line) -> None:
        if self._lines.get(line.name) is line:
            del self._lines[line.name]
