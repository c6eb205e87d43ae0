"""Reading what waits from the database into the backlog, by pages, so that memory stays bounded whatever waits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot.delivery.backlog import Backlog
from bot.model.delivery import Lane, State
from bot.store import settling, waiting
from bot.store.database import Database

log = structlog.get_logger(__name__)

#: A clock that goes back by more was set; by less, it was only steered.
CLOCK_STEP = timedelta(seconds=1)

_EVERY_QUEUE = tuple((lane, state) for lane in Lane for state in waiting.TRIABLE)


class Scan:
    """How far the outbox was read, by lane and state."""

    def __init__(
        self, db: Database, backlog: Backlog, *, page: int, ready: int, known: int, whole: Callable[[], float]
    ) -> None:
        """``page``: heads read at a time. ``ready``: of one lane that may go, ``known``: of one lane with those that rest,
        beyond which no more are read. ``whole``: so many seconds after which everything is read anew.
        """
        self._db = db
        self._backlog = backlog
        self._page, self._most_ready, self._most_known, self._whole = page, ready, known, whole
        #: Something was queued.
        self.due = True
        #: Rows up to this id were seen; the end was reached where a queue is not in ``_more``.
        self._after: dict[tuple[Lane, State], int] = {}
        self._more: set[tuple[Lane, State]] = set()
        self._next_whole: datetime | None = None
        self._latest = datetime.min.replace(tzinfo=UTC) + CLOCK_STEP

    async def look(self, now: datetime) -> None:
        """Read heads that are not known yet, when something was queued, when few are left, and now and then all."""
        if now < self._latest - CLOCK_STEP:
            # what rests would do so until the clock is back where it was
            log.warning("the clock was put back; what waits is looked at anew", seconds=(self._latest - now).seconds)
            self._backlog.forget()
            async with self._db.begin() as conn:
                await settling.bring_near(conn, now, now)
            self._next_whole = None
        self._latest = now
        if self._next_whole is None or now >= self._next_whole:
            # ids that were committed after greater ones, rows of other processes, chats let in again
            self._after.clear()
            self.due = True
            self._next_whole = now + timedelta(seconds=self._whole())
        keys = _EVERY_QUEUE if self.due else [key for key in _EVERY_QUEUE if self._wants(key)]
        self.due = False
        for lane, state in keys:
            async with self._db.read() as conn:
                page = await waiting.heads(conn, state, lane, self._after.get((lane, state), 0), self._page)
            self._backlog.add(page, now)
            if page:
                self._after[lane, state] = page[-1].delivery_id
            if len(page) < self._page:
                self._more.discard((lane, state))
            else:
                self._more.add((lane, state))

    def look_anew(self) -> None:
        """Something that was done already was queued once more: its row is an old one."""
        self._next_whole = None

    def wants_more(self) -> bool:
        """True when a queue was not read to its end and there is room for its next page."""
        return any(map(self._wants, _EVERY_QUEUE))

    def _wants(self, key: tuple[Lane, State]) -> bool:
        """One page for each turn, so that no turn waits for all of them. Chats that rest take no room from those that
        may be written to.
        """
        return (
            key in self._more
            and self._backlog.ready(key[0]) < self._most_ready
            and self._backlog.known(key[0]) < self._most_known
        )
