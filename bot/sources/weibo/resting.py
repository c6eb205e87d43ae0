"""How long one side of Weibo is left alone after it refused us, kept across restarts; nothing here asks it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.fetching.face import Keep
from bot.sources.weibo.classifier import Kind
from bot.sources.weibo.fields import integer, mapping, string
from bot.sources.weibo.people import KIND
from bot.sources.weibo.urls import Side

#: Minutes of quiet after a fresh cookie was refused: longer each time, the last one for good (research 2.4).
_BLOCKED_LADDER = (30, 60, 120)
#: Minutes of quiet after "too often" (research 2.5).
_OFTEN_LADDER = (10, 20, 40)


@dataclass(frozen=True, slots=True)
class Rest:
    """A rest: until when, how often in a row, and why."""

    until: datetime
    step: int
    kind: Kind
    why: str


class Resting:
    """The rests of one side."""

    def __init__(self, keep: Keep, side: Side) -> None:
        self._keep = keep
        self._name = f"rest-{side}"
        self._rest: Rest | None = None
        self._loaded = False

    async def current(self, now: datetime) -> Rest | None:
        """Give the rest that is not over yet, None when Weibo may be asked."""
        rest = await self._load()
        return rest if rest is not None and now < rest.until else None

    async def begin(self, kind: Kind, why: str, now: datetime, not_before: datetime | None = None) -> Rest:
        """Begin the next, longer rest; at least until ``not_before``, when the site named a time."""
        before = await self._load()
        step = before.step + 1 if before is not None else 1
        ladder = _OFTEN_LADDER if kind is Kind.RATE_LIMITED else _BLOCKED_LADDER
        until = now + timedelta(minutes=ladder[min(step, len(ladder)) - 1])
        rest = Rest(max(until, not_before) if not_before else until, step, kind, why)
        self._rest = rest
        told = {"until": rest.until.isoformat(), "step": step, "kind": kind.value, "why": why}
        await self._keep.save(KIND, self._name, told)
        return rest

    async def end(self) -> None:
        """Forget the rests: Weibo answered."""
        if await self._load() is not None:
            self._rest = None
            await self._keep.save(KIND, self._name, None)

    async def _load(self) -> Rest | None:
        if not self._loaded:
            self._rest = _read(await self._keep.load(KIND, self._name))
            self._loaded = True
        return self._rest


def _read(value: object) -> Rest | None:
    told = mapping(value)
    try:
        until = datetime.fromisoformat(string(told.get("until")))
        kind = Kind(string(told.get("kind")))
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return Rest(until, max(integer(told.get("step")) or 1, 1), kind, string(told.get("why")))
