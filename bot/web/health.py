"""How this process stands, judged from what the house knows: what the health page shows, and whether it is well."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot import __version__
from bot.chat.line import Line
from bot.model.delivery import Lane
from bot.store import vitals as store
from bot.store.database import Database
from bot.store.lease import Lease
from bot.store.vitals import Watched

#: The database has this long to answer, seconds.
DATABASE_SECONDS = 3.0
#: One look serves everybody who asks within this time, seconds.
FRESH_SECONDS = 1.0
#: Telegram is asked every half minute at least; after this long without an answer it is out of reach.
SILENT = timedelta(minutes=2)
#: A 409 is shown for so long after it was met.
CONFLICT_SHOWN = timedelta(minutes=2)
#: An urgent alert that could go waits longer than this, and none has gone out for as long: the queue stands still.
STUCK = timedelta(minutes=2)
#: Nothing was looked at for so long though it was due: the watch stands still.
UNWATCHED = timedelta(minutes=10)
#: Blind accounts that are named.
NAMED, LONGEST_NAME = 20, 80
URGENT = (Lane.EXTREME, Lane.URGENT)

REFUSED = (
    "Telegram refuses the bot's token: it was mistyped or revoked, or the bot was deleted. Nothing is sent, nothing is "
    "dropped. Put the present token into TOCSIN_TELEGRAM_TOKEN and start again."
)
DATABASE_AWAY = "The database does not answer: see that it runs, and that TOCSIN_DATABASE_URL is right."


@dataclass(frozen=True, slots=True)
class Health:
    """One look. ``reasons`` empty: well."""

    at: datetime
    reasons: tuple[str, ...]
    #: Worth a look, but nothing that a restart mends.
    warnings: tuple[str, ...]
    #: The parts, as they go into the JSON.
    parts: dict[str, dict[str, Any]]

    @property
    def well(self) -> bool:
        """Whether the process does what it should."""
        return not self.reasons

    def as_json(self) -> dict[str, Any]:
        """The whole, for machines."""
        return {
            "status": "well" if self.well else "unwell",
            "reasons": list(self.reasons),
            "warnings": list(self.warnings),
            "version": __version__,
            "at": self.at.isoformat(timespec="seconds"),
            **self.parts,
        }


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the database knows."""

    queue: dict[Lane, int]
    oldest: datetime | None
    moved_at: datetime | None
    watched: Watched
    blind: list[str]


@dataclass(slots=True)
class Vitals:
    """What a look is made from."""

    db: Database
    polling: Lease
    sending: Lease
    line: Line
    clock: Callable[[], datetime]
    token_lost: bool = False
    _begun: datetime | None = None
    _seen: Health | None = None
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self) -> Health:
        """How it stands now; looks that come together share one."""
        async with self._looking:
            seen, now = self._seen, self.clock()
            self._begun = self._begun or now
            # a token that was lost is shown at once
            fresh = seen is not None and timedelta(0) <= now - seen.at < timedelta(seconds=FRESH_SECONDS)
            if seen is None or not fresh or self.token_lost:
                seen = self._seen = self._judge(now, await self._rows(now))
            return seen

    async def _rows(self, now: datetime) -> _Rows | None:
        try:
            async with asyncio.timeout(DATABASE_SECONDS), self.db.read() as conn:
                return _Rows(
                    await store.waiting_by_lane(conn),
                    await store.oldest_due(conn, URGENT, now, now - STUCK),
                    await store.last_settled(conn, URGENT, now - STUCK),
                    await store.watched(conn, now - UNWATCHED),
                    await store.blind_names(conn, NAMED),
                )
        except (SQLAlchemyError, OSError):  # a time-out is an OSError
            return None

    def _judge(self, now: datetime, rows: _Rows | None) -> Health:
        reasons = [REFUSED] if self.token_lost else []
        warnings: list[str] = []
        if rows is None:
            reasons.append(DATABASE_AWAY)
        parts: dict[str, dict[str, Any]] = {
            "token": {"refused": self.token_lost},
            "database": {"kind": self.db.backend, "answers": rows is not None},
            "sending": _lease_in_words(self.sending),
            "polling": _lease_in_words(self.polling),
            "telegram": self._telegram(now, reasons, warnings),
        }
        if rows is not None:
            parts["polling"] |= self._polling(now, rows, reasons, warnings)
            parts["queue"] = self._queue(now, rows, reasons)
        return Health(now, tuple(reasons), tuple(warnings), parts)

    def _telegram(self, now: datetime, reasons: list[str], warnings: list[str]) -> dict[str, Any]:
        line = self.line
        since = line.answered_at or line.opened_at
        if self.sending.held and not self.token_lost and since is not None and now - since > SILENT:
            reasons.append(f"Telegram has not answered since {_shown(since)}. {line.trouble}".strip())
        if line.conflict_at is not None and now - line.conflict_at <= CONFLICT_SHOWN:
            warnings.append(line.conflict)
        return {
            "answered_at": _iso(line.answered_at),
            "trouble": line.trouble,
            "trouble_at": _iso(line.trouble_at),
            "conflict_at": _iso(line.conflict_at),
        }

    def _polling(self, now: datetime, rows: _Rows, reasons: list[str], warnings: list[str]) -> dict[str, Any]:
        watched, last = rows.watched, rows.watched.last_poll_at
        long_here = self._begun is not None and now - self._begun > UNWATCHED
        if self.polling.held and long_here and watched.overdue and (last is None or now - last > UNWATCHED):
            reasons.append(
                f"No source was looked at since {_shown(last)}, though {watched.overdue} should have been."
            )
        if watched.blind:
            warnings.append(f"{watched.blind} of {watched.accounts} sources cannot be seen; their subscribers know.")
        return {
            "accounts": watched.accounts,
            "blind": watched.blind,
            "failing": watched.failing,
            "overdue": watched.overdue,
            "last_poll_at": _iso(last),
            "blind_accounts": [name[:LONGEST_NAME] for name in rows.blind],
        }

    def _queue(self, now: datetime, rows: _Rows, reasons: list[str]) -> dict[str, Any]:
        waits = (now - rows.oldest).total_seconds() if rows.oldest is not None else None
        stands = waits is not None and waits > STUCK.total_seconds() and rows.moved_at is None
        if self.sending.held and not self.token_lost and stands and waits is not None:
            reasons.append(f"An urgent alert waits for {waits:.0f} s, and none went out meanwhile.")
        return {
            **{lane.name.lower(): number for lane, number in rows.queue.items()},
            "oldest_urgent_seconds": None if waits is None else round(waits, 1),
            "urgent_sent_at": _iso(rows.moved_at),
        }


def _lease_in_words(lease: Lease) -> dict[str, Any]:
    """Whether it is done here, and if not, by whom."""
    return {"here": lease.held, "waiting_for": lease.waiting_for}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "the start"
