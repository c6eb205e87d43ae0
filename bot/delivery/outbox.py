"""Carries out what lies in the outbox: urgent first, in order within a chat, several chats at once, never too fast."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.delivery.attempting import DATABASE_FAULTS, DATABASE_PAUSE, Attempting
from bot.delivery.face import Messenger, TokenLostError
from bot.delivery.pacing import Pacing
from bot.model.delivery import Lane, State
from bot.store import deliveries, rests, settling
from bot.store.database import Database
from bot.store.deliveries import Head

log = structlog.get_logger(__name__)

#: Chats written to at the same time. Telegram takes 30 messages a second and answers in a tenth of one.
WORKERS = 16
#: The outbox is looked at this often even when nobody woke it (another process may have queued), seconds.
NET_SECONDS = 5.0
#: A wait for Telegram's pace is slept in pieces of this, so that a stop need not wait it out, seconds.
LONGEST_SLEEP = 0.5
#: Heads read at a time; bounds memory whatever waits.
PAGE = 200
#: Pages read in one look: beyond them every chat found is busy or resting, and is looked at again soon.
PAGES = 10


class Outbox:
    """``run`` is one task of the service's group."""

    def __init__(
        self,
        db: Database,
        messenger: Messenger,
        *,
        clock: Callable[[], datetime],
        rng: random.Random,
        pacing: Pacing,
        default_language: str = "en",
    ) -> None:
        self._db = db
        self._clock = clock
        self._pacing = pacing
        self._woken = asyncio.Event()
        self._finishing = False
        self._busy: set[int] = set()
        self._attempting = Attempting(db, messenger, pacing, clock, rng, default_language)

    def wake(self) -> None:
        """Something was queued."""
        self._woken.set()

    def finish(self) -> None:
        """Begin nothing more: ``run`` returns once the requests on their way have their answers in the database."""
        self._finishing = True
        self._woken.set()

    async def run(self) -> None:
        """Deliver until told to ``finish``. Raises TokenLostError when the token is no longer valid; nothing is dropped."""
        async with self._db.begin() as conn:
            doubtful = await settling.doubt_unfinished(conn)
            resting = await rests.rests(conn, self._clock())
        for chat, until in resting.items():
            self._pacing.rest(chat, (until - self._clock()).total_seconds())
        if doubtful:
            log.warning("messages were on their way when the last run ended; sent again, marked", count=doubtful)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._dispatch(tasks), name="dispatch deliveries")
        except* TokenLostError as group:
            raise TokenLostError(str(group.exceptions[0])) from None

    async def _dispatch(self, tasks: asyncio.TaskGroup) -> None:
        while not self._finishing:
            self._woken.clear()
            try:
                wait = await self._start_some(tasks)
            except DATABASE_FAULTS as error:
                log.error("the outbox could not be read; tried again", why=str(error)[:200])  # noqa: TRY400
                wait = NET_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(wait, NET_SECONDS)):
                    await self._woken.wait()

    async def _start_some(self, tasks: asyncio.TaskGroup) -> float:
        """Start what may go now; gives the seconds until something else may."""
        wait = NET_SECONDS
        for lane in Lane:
            for state in (State.UNSURE, State.QUEUED):
                wait = min(wait, await self._start_of(tasks, state, lane))
                if len(self._busy) >= WORKERS:
                    return wait
        return wait

    async def _start_of(self, tasks: asyncio.TaskGroup, state: State, lane: Lane) -> float:
        wait, after = NET_SECONDS, 0
        for _ in range(PAGES):
            async with self._db.read() as conn:
                page = await deliveries.heads(conn, state, lane, after, PAGE)
            for head in page:
                if len(self._busy) >= WORKERS:
                    return wait
                if head.chat_id not in self._busy:
                    wait = min(wait, self._start(tasks, head))
            if len(page) < PAGE:
                break
            after = page[-1].delivery_id
        return wait

    def _start(self, tasks: asyncio.TaskGroup, head: Head) -> float:
        """Start a head that may go; gives the seconds that it must still wait, NET_SECONDS when it went."""
        due = (head.not_before - self._clock()) / timedelta(seconds=1)
        due = max(due, self._pacing.chat_wait(head.telegram_id))
        if due > 0:
            return due
        self._busy.add(head.chat_id)
        tasks.create_task(self._turn(head), name="deliver")
        return NET_SECONDS

    async def _turn(self, head: Head) -> None:
        """One request for one chat."""
        try:
            while (wait := self._pacing.take(head.telegram_id)) > 0:
                if self._finishing:
                    return
                await asyncio.sleep(min(wait, LONGEST_SLEEP))
            await self._attempting.attempt(head.delivery_id)
        except TokenLostError:
            raise
        except DATABASE_FAULTS as error:
            log.warning(
                "the database did not take a delivery's state", delivery=head.delivery_id, why=str(error)[:200]
            )
            await self._put_aside(head, own_fault=False)
        except Exception:  # a supervisor's loop: one delivery's fault must not stop the others
            log.exception("a delivery failed by a fault of our own; tried again later", delivery=head.delivery_id)
            await self._put_aside(head, own_fault=True)
        finally:
            self._busy.discard(head.chat_id)
            self.wake()

    async def _put_aside(self, head: Head, *, own_fault: bool) -> None:
        """Until this is written down the chat stays busy: its row may say "sending" though nobody sends."""
        while True:
            try:
                await self._attempting.put_aside(head.delivery_id, own_fault=own_fault)
            except DATABASE_FAULTS:
                if self._finishing:  # the next start reads "sending" as "unsure"
                    return
                await asyncio.sleep(DATABASE_PAUSE)
            else:
                return
