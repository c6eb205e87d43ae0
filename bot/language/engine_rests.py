"""Which engines are left alone: by their own word (kept across restarts), or because they keep failing (in memory)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.language.face import Ledger
from bot.model.translation import EngineRest

#: Failures in a row after which an engine is left alone, first for so long, then twice as long, at most so long.
STRIKES = 3
_FIRST_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(minutes=10)
_MOST_DOUBLINGS = 5
#: No engine silences itself for longer: a wrong clock or a wrong answer must not last.
LONGEST_REFUSAL = timedelta(hours=24)


class Rests:
    """The rests of all engines of one Translator."""

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._refused: dict[str, EngineRest] | None = None
        self._failing: dict[str, datetime] = {}
        self._strikes: dict[str, int] = {}

    async def of(self, engine: str) -> str | None:
        """Give the sentence why an engine is left alone now, None when it may be asked."""
        if self._refused is None:
            self._refused = {rest.engine: rest for rest in await self._ledger.resting()}
        now = self._clock()
        rest = self._refused.get(engine)
        if rest is not None and now < rest.until <= now + LONGEST_REFUSAL:
            return f"{rest.why} It is asked again after {rest.until:%Y-%m-%d %H:%M:%S} UTC."
        failing = self._failing.get(engine)
        if failing is not None and now < failing:
            return f"{engine} failed several times in a row; it is asked again after {failing:%H:%M:%S} UTC."
        return None

    async def refused(self, engine: str, until: datetime, why: str) -> None:
        """Note an engine's own word."""
        rest = EngineRest(engine, min(until, self._clock() + LONGEST_REFUSAL), why)
        if self._refused is not None:
            self._refused[engine] = rest
        await self._ledger.rest(rest)

    def broken(self, engine: str) -> None:
        """Note a failure; the third in a row, and each one after it, begins a rest."""
        strikes = self._strikes[engine] = self._strikes.get(engine, 0) + 1
        if strikes >= STRIKES:
            grown = _FIRST_REST * 2 ** min(strikes - STRIKES, _MOST_DOUBLINGS)
            self._failing[engine] = self._clock() + min(grown, _LONGEST_REST)

    def answered(self, engine: str) -> None:
        """Note a proper answer."""
        self._strikes.pop(engine, None)
        self._failing.pop(engine, None)
