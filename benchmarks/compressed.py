"""A clock that runs N times faster than the wall's, for everything that waits on an event loop. Nothing is measured here.

The program waits by its loop alone (sleeps, timeouts, timers), so a loop whose time runs faster compresses all of that;
what the program asks the time of day is the same clock, handed in. Work is not compressed: a second of computing is N
seconds of this clock, so a machine that is too slow for N shows as late polls, never as polls that come too early.
"""

import asyncio
import selectors
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

#: When the compressed time begins: the recorded answers are of this day.
EPOCH = datetime(2026, 7, 21, 4, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FastClock:
    """``began`` is a reading of ``time.monotonic``, which all processes of a machine share: so can this clock be."""

    began: float
    times: float

    def seconds(self) -> float:
        """Compressed seconds since it began."""
        return (time.monotonic() - self.began) * self.times

    def __call__(self) -> datetime:
        """The compressed time of day."""
        return EPOCH + timedelta(seconds=self.seconds())


class _Selector(selectors.DefaultSelector):
    """Waits for as much shorter as the clock is faster."""

    times = 1.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout if timeout is None or timeout <= 0 else timeout / self.times)


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop that lives by a FastClock: ``asyncio.Runner(loop_factory=lambda: FastLoop(clock))``."""

    def __init__(self, clock: FastClock) -> None:
        selector = _Selector()
        selector.times = clock.times
        super().__init__(selector)
        self._fast = clock

    def time(self) -> float:
        """Compressed seconds."""
        return self._fast.seconds()
