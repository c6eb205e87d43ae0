"""Carries out what lies in the outbox: urgent first, in order within a chat, many chats at once, never too fast.

It works in turns. A turn is one transaction: it writes down what the requests that ended have come to, and the intent
of those that begin. Then these go out, and the next turn comes when something has happened. So a request never leaves
before its intent is on the disk, and a storm costs one commit for many messages.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Container, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.backlog import Backlog
from bot.delivery.deciding import Decided, Deciding, Policy
from bot.delivery.face import (
    FloodError,
    Messenger,
    NotPaidError,
    NotSentError,
    RestingError,
    SendError,
    TokenLostError,
)
from bot.delivery.interpreting import Interpreter
from bot.delivery.judging import Attempt
from bot.delivery.owing import ask_for_what_is_owed
from bot.delivery.pacing import Pacing, Ticket
from bot.delivery.paying import Purse
from bot.delivery.picking import Picking
from bot.delivery.recording import Ended, Recording
from bot.delivery.requesting import Carried, Requesting
from bot.delivery.scanning import Scan
from bot.delivery.shelf import Looks
from bot.delivery.telling import Telling
from bot.delivery.weather import Weather
from bot.model.words import Words
from bot.store import rests, settling, waiting
from bot.store.database import Database
from bot.store.lease import DATABASE_FAULTS
from bot.store.renditions import Place
from bot.store.rests import Rest
from bot.store.waiting import Head

log = structlog.get_logger(__name__)

#: A database that did not take a turn is asked again after this, seconds; when stopping, so often at most.
DATABASE_PAUSE, STOPPING_TRIES = 2.0, 3
#: The outbox is looked at this often even when nobody woke it (another process may have queued), seconds.
NET_SECONDS = 5.0
#: Heads read at a time, of one lane that may go, and of one lane in all: they bound memory whatever waits.
PAGE, READY, KNOWN = 500, 5000, 50_000
#: No delivery is put off by itself for longer: a moment further ahead was written by a clock that was wrong. (Telegram's
#: rests may last longer; ``rests`` keeps them.)
LONGEST_WAIT = timedelta(minutes=10)
#: What another writer holds just now is asked for again after this, seconds.
HELD_SECONDS = 0.5
#: With so many requests on their way a turn waits a little for more of their answers: one commit for all of them.
GATHER_FROM, GATHER_SECONDS = 4, 0.01

Guard = Callable[[AsyncConnection], Coroutine[Any, Any, bool]]


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
        policy: Policy | None = None,
        purse: Purse | None = None,
        at_once: int | None = None,
        guard: Guard | None = None,
        interpreter: Interpreter | None = None,
        maps: bool = False,
        shares: Callable[[], bool] = lambda: False,
    ) -> None:
        """``shares``: may a message have a button that begins an inline query? Asked for each."""
        self._db = db
        self._clock = clock
        self._rng = rng
        self._pacing = pacing
        self._purse = purse
        self._guard = guard
        self._weather = Weather(pacing, clock, rng)
        self._looks = Looks(maps, shares)
        self._requesting = Requesting(messenger, pacing.further_turn)
        self._telling = Telling(interpreter) if interpreter is not None else None
        #: Places whose words stand since the last turn, and who waits for which.
        self._came: list[tuple[Place, Words]] = []
        self._waiting: dict[Place, set[int]] = {}
        if interpreter is not None:
            interpreter.finished = self._words_came
        self._backlog = Backlog()
        self._picking = Picking(self._backlog, pacing, purse, at_once or pacing.limits.at_once, clock)
        self._deciding = Deciding(
            policy or Policy(), self._weather, default_language, clock, self._picking.widen, self._telling
        )
        self._recording = Recording(clock, rng)
        self._scan = Scan(db, self._backlog, page=PAGE, ready=READY, known=KNOWN, whole=lambda: NET_SECONDS)
        self._ended: list[Ended] = []
        #: What Telegram answered to others that send through this bot, to be written with the next turn.
        self._rests: list[Rest] = []
        #: Intents of turns that failed: they may have been committed all the same, and were not acted upon.
        self._unheard: set[int] = set()
        self._woken = asyncio.Event()
        self._finishing = False
        #: Another process sends now: nothing is begun or written until somebody stops us.
        self._idle = False
        self._token_lost: TokenLostError | None = None

    def wake(self) -> None:
        """Something was queued."""
        self._scan.due = True
        self._woken.set()

    def wake_for_old(self) -> None:
        """Something that was done before was queued once more."""
        self._scan.look_anew()
        self._woken.set()

    def flooded(self, telegram_id: int, seconds: float) -> None:
        """Somebody else who sends through this bot got a 429 there. Alerts rest from now on, and what rests is in the
        database before the next one's intent is.
        """
        seconds = self._weather.believed(seconds)
        scope = self._weather.flooded(telegram_id, seconds)
        now = self._clock()
        self._rests.append(Rest(scope, now + timedelta(seconds=seconds), now))
        self._woken.set()

    def answered(self) -> None:
        """Telegram took what somebody else sent through this bot."""
        self._weather.answered()

    def _words_came(self, place: Place, words: Words) -> None:
        self._came.append((place, words))
        self._woken.set()

    def finish(self) -> None:
        """Begin nothing more: ``run`` returns once the requests on their way have their answers in the database."""
        self._finishing = True
        self._woken.set()

    async def run(self) -> None:
        """Deliver until told to ``finish``. Raises TokenLostError when the token is no longer valid; nothing is dropped."""
        async with self._db.begin() as conn:
            # what another process has on its way is not ours to doubt
            self._idle = self._guard is not None and not await self._guard(conn)
            doubtful = 0 if self._idle else await settling.doubt_unfinished(conn)
            resting = await rests.rests(conn, self._clock())
            if not self._idle:
                await settling.bring_near(conn, self._clock() + LONGEST_WAIT, self._clock())
        for chat, until in resting.items():
            self._pacing.rest(chat, (until - self._clock()).total_seconds())
        if doubtful:
            log.warning("messages were on their way when the last run ended; sent again, marked", count=doubtful)
        async with asyncio.TaskGroup() as tasks:
            owed = None
            if self._telling is not None and not self._idle:
                asking = ask_for_what_is_owed(self._db, self._telling.interpreter, self._clock)
                owed = tasks.create_task(asking, name="owed")
            await self._take_turns(tasks)
            if owed is not None:
                owed.cancel()
        if self._token_lost is not None:
            raise self._token_lost

    async def _take_turns(self, tasks: asyncio.TaskGroup) -> None:
        failures = 0
        while not (self._ending and not self._picking.under_way and not self._ended and not self._rests):
            self._woken.clear()
            try:
                wait = await self._turn(tasks)
                failures = 0
            except DATABASE_FAULTS as error:
                log.error("the database did not take a turn; tried again", why=str(error)[:200])  # noqa: TRY400
                failures += 1
                if self._ending and failures >= STOPPING_TRIES:
                    return  # the next start reads what is "sending" as "unsure"
                await asyncio.sleep(DATABASE_PAUSE)
                continue
            if self._picking.under_way >= GATHER_FROM:
                await asyncio.sleep(GATHER_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    @property
    def _ending(self) -> bool:
        return self._finishing or self._token_lost is not None

    @property
    def _may_begin(self) -> bool:
        return not (self._ending or self._idle)

    async def _turn(self, tasks: asyncio.TaskGroup) -> float:
        """Write down what ended, begin what may; gives the seconds until something else may."""
        if self._may_begin:
            await self._scan.look(self._clock())
            if self._purse is not None:
                await self._purse.refill()
        came, self._came = (self._came, []) if self._may_begin else ([], self._came)
        for place, _ in came:
            self._backlog.hurry(self._waiting.pop(place, ()), self._clock())
        picked = self._picking.pick() if self._may_begin else []
        if not self._may_begin:
            self._picking.rest()
        ended, self._ended = self._ended, []
        resting, self._rests = self._rests, []
        if picked or ended or resting or came:
            try:
                decided = await self._write(ended, picked, resting, came)
                self._deciding.careful = False
            except BaseException:
                # also when cancelled: nothing was written. What ended is still to be, and what was picked did not go
                self._ended = ended + self._ended
                self._rests = resting + self._rests
                self._came = came + self._came
                self._deciding.careful = True
                self._looks.forget()
                if self._telling is not None:
                    self._telling.forget()
                self._unheard |= {head.delivery_id for head, _ in picked}
                self._picking.give_back(picked)
                raise
            self._begin(tasks, decided)
        return self._until_next()

    async def _write(
        self,
        ended: Sequence[Ended],
        picked: Sequence[tuple[Head, Ticket]],
        resting: Sequence[Rest],
        came: Sequence[tuple[Place, Words]],
    ) -> Sequence[Decided]:
        """One transaction."""
        now = self._clock()
        if self._telling is not None:
            self._telling.turn()
        async with self._db.begin() as conn:
            if self._guard is not None and not await self._guard(conn):
                return self._lost_lease(ended, picked)
            await rests.save(conn, resting)
            await settling.unclaim(conn, sorted(self._unheard))
            await self._recording.write(conn, ended)
            for place, words in came:
                if self._telling is not None:
                    await self._telling.come(conn, place, words, now)
            decided = await self._deciding.decide(conn, picked, self._looks)
            going = {each.head.chat_id for each in decided if each.attempt is not None}
            over = {each.attempt.delivery.chat_id for each in ended}
            over |= {head.chat_id for head, _ in picked}
            heads = await waiting.heads_of(conn, sorted(over - going))
        self._unheard.clear()
        self._picking.written({each.head.delivery_id: each.too_wide for each in decided if each.too_wide})
        for each in ended:
            self._recording.tell(each)
        for chat_id in over - going:
            self._backlog.free(chat_id)
        undecided = {each.head.delivery_id for each in decided if not each.too_wide}
        self._backlog.add(self._put_aside(_but_held(heads, undecided, now), decided), now)
        if self._telling is not None and self._telling.paid:
            self._telling.paid = 0
            self.wake_for_old()
        return decided

    def _put_aside(self, heads: Sequence[Head], decided: Sequence[Decided]) -> list[Head]:
        """Who waits for words rests until they are there, but no longer than is said; nobody else waits with them."""
        waits = {each.head.delivery_id: each.waits for each in decided if each.waits is not None}
        for delivery_id, not_yet in waits.items():
            self._waiting.setdefault(not_yet.place, set()).add(delivery_id)
        return [
            replace(head, not_before=waits[head.delivery_id].until) if head.delivery_id in waits else head
            for head in heads
        ]

    def _lost_lease(self, ended: Sequence[Ended], picked: Sequence[tuple[Head, Ticket]]) -> Sequence[Decided]:
        """Another process sends now. What our requests came to is not ours to write any more: it doubts them."""
        log.warning("this process may not send any more: another one does", answers=len(ended))
        self._idle = True
        return [Decided(head, ticket) for head, ticket in picked]

    def _begin(self, tasks: asyncio.TaskGroup, decided: Sequence[Decided]) -> None:
        for each in decided:
            if each.attempt is None:
                self._picking.refund(each.ticket)
                continue
            self._picking.under_way += 1
            tasks.create_task(self._request(each.attempt), name="deliver")

    async def _request(self, attempt: Attempt) -> None:
        """One request for one chat; what it came to is written in the next turn."""
        more = 0
        result: Carried | SendError | None = None
        try:
            await self._until_its_turn(attempt)
            result = await self._requesting.carry_out(
                attempt.delivery, attempt.step, attempt.says, paid=attempt.ticket.paid, probe=attempt.probe
            )
            more = 1 + result.more - attempt.ticket.cost
            self._weather.answered()
        except FloodError as error:
            result = FloodError(self._weather.believed(error.retry_after))
        except SendError as error:
            result = error
            self._heed(error)
        except Exception:  # a supervisor's loop: one delivery's fault must not stop the others
            log.exception("a delivery failed by a fault of our own; tried again later", delivery=attempt.delivery.id)
        finally:
            self._pacing.landed(attempt.ticket, more=more)
            self._picking.under_way -= 1
        scope = self._scope_of(attempt, result)
        self._ended.append(Ended(attempt, result, self._clock(), scope))
        self._woken.set()

    async def _until_its_turn(self, attempt: Attempt) -> None:
        """Wait for the slot. A 429 for somebody else may have come since the intent was written."""
        if (early := attempt.ticket.at - self._pacing.clock()) > 0:
            await asyncio.sleep(early)
        rest = self._pacing.rest_of(attempt.delivery.telegram_id)
        if rest > 0:
            raise RestingError(rest)

    def _scope_of(self, attempt: Attempt, result: Carried | SendError | None) -> int | None:
        """Who rests after a 429: kept in the database with the answer."""
        if not isinstance(result, FloodError):
            return None
        return self._weather.flooded(attempt.delivery.telegram_id, result.retry_after)

    def _heed(self, error: SendError) -> None:
        """What an error means for the others, at once."""
        if isinstance(error, TokenLostError):
            self._token_lost = error
        elif isinstance(error, NotSentError):
            self._weather.out_of_reach()
        elif isinstance(error, NotPaidError) and self._purse is not None:
            self._purse.refused()
            log.warning("Telegram does not take the payment; no more is paid for today", why=str(error))

    def _until_next(self) -> float:
        """Seconds to sleep unless woken."""
        if self._ending and not self._picking.under_way:
            return 0.0
        if not self._may_begin:
            return NET_SECONDS
        wait = 0.0 if self._scan.wants_more() and not self._backlog.is_ready() else NET_SECONDS
        wait = min(wait, self._picking.until_room())
        next_wake = self._backlog.next_wake()
        if next_wake is not None:
            wait = min(wait, max(0.0, (next_wake - self._clock()).total_seconds()))
        return wait


def _but_held(heads: Sequence[Head], tried: Container[int], now: datetime) -> list[Head]:
    """A head that was tried and stands as it stood is held by another writer: others go first meanwhile."""
    later = now + timedelta(seconds=HELD_SECONDS)
    return [
        replace(head, not_before=later) if head.delivery_id in tried and head.not_before < later else head
        for head in heads
    ]
