"""What is to be done with deliveries whose turn it is: a request, a wait, or an end without one. Part of a turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import covering, mannering, old_news
from bot.delivery.judging import UNCHANGED, Attempt, Repeat, change, ending, own_fault, repeat
from bot.delivery.pacing import Ticket
from bot.delivery.planning import plan
from bot.delivery.readings import Readings
from bot.delivery.rendering import marked
from bot.delivery.shelf import Looks, NotYetError, Shelf
from bot.delivery.steps import Plan
from bot.delivery.telling import Telling
from bot.delivery.weather import Weather
from bot.locales import phrases
from bot.model.delivery import Op, State
from bot.store import settling, waiting
from bot.store.settling import Change, Claim
from bot.store.waiting import Delivery, Head

log = structlog.get_logger(__name__)

#: A change waits this long for what it changes to be finished, seconds.
LATER = 1.0
_HELD = "the answer to the sending was lost; it may have arrived"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator decides."""

    #: A routine message whose answer was lost is sent again, marked; else it is held for the operator.
    repeats_routine: bool = True


@dataclass(frozen=True, slots=True)
class Decided:
    """One head that was picked, and the request that it needs (None: no request now)."""

    head: Head
    ticket: Ticket
    attempt: Attempt | None = None
    #: Its words are being made: it waits until then, or until they are there.
    waits: NotYetError | None = None
    #: It is an album of so many messages, for which there is no room now: nothing was decided. 0: it is not.
    too_wide: int = 0


#: Gives the ticket for so many messages, None when there is no room for them now.
Widen = Callable[[Head, Ticket, int], Ticket | None]


class Deciding:
    """Decides and writes: the intent of what goes out, the end of what needs no request."""

    def __init__(
        self,
        policy: Policy,
        weather: Weather,
        default_language: str,
        clock: Callable[[], datetime],
        widen: Widen,
        telling: Telling | None = None,
    ) -> None:
        self._widen = widen
        self._telling = telling
        self._readings = Readings()
        #: The last turn failed: each delivery is decided apart, so that one that the database refuses is put aside alone.
        self.careful = False
        self._policy = policy
        self._weather = weather
        self._default_language = default_language
        self._clock = clock

    async def decide(
        self, conn: AsyncConnection, picked: Sequence[tuple[Head, Ticket]], looks: Looks
    ) -> list[Decided]:
        """One decision for each head. A fault of ours in one of them puts it aside and touches no other."""
        if not picked:
            return []
        loaded = {each.id: each for each in await waiting.load(conn, [head.delivery_id for head, _ in picked])}
        shelf = Shelf(conn, [head.chat_id for head, _ in picked], looks, self._readings, self._telling)
        decided: list[Decided] = []
        claims: list[Claim] = []
        changes: list[Change] = []
        now = self._clock()
        for head, ticket in picked:
            delivery = loaded.get(head.delivery_id)
            # two chats that were merged since it was read: the other one's turn is asked for anew
            elsewhere = delivery is not None and delivery.chat_id != head.chat_id
            found: Attempt | Change | NotYetError | None = None
            if delivery is not None and delivery.state in waiting.TRIABLE and not elsewhere:
                found = await self._find(shelf, delivery, ticket, now)
            if isinstance(found, NotYetError):
                decided.append(Decided(head, ticket, waits=found))
                continue
            if isinstance(found, Attempt) and found.messages > ticket.cost:
                wider = self._widen(head, ticket, found.messages)
                if wider is None:
                    decided.append(Decided(head, ticket, too_wide=found.messages))
                    continue
                ticket, found = wider, replace(found, ticket=wider)  # noqa: PLW2901 - it is this head's from now on
            if isinstance(found, Attempt):
                claims.append(_claim(found))
                await _owe(conn, found)
            elif found is not None:
                changes.append(found)
                if found.state is State.FAILED and delivery is not None:
                    await covering.come_to_nothing(conn, delivery, now)
            decided.append(Decided(head, ticket, found if isinstance(found, Attempt) else None))
        await settling.claim(conn, claims, now)
        await settling.change(conn, changes)
        return decided

    async def _find(
        self, shelf: Shelf, delivery: Delivery, ticket: Ticket, now: datetime
    ) -> Attempt | Change | NotYetError | None:
        """What to do with one delivery; a fault of ours in it puts it aside and touches no other."""
        try:
            if not self.careful:
                return await self._decide(shelf, delivery, ticket, now)
            async with shelf.conn.begin_nested():
                return await self._decide(shelf, delivery, ticket, now)
        except NotYetError as waits:
            return waits
        except SQLAlchemyError:
            if not self.careful or shelf.conn.invalidated:
                raise
            shelf.forget()
            log.exception("the database refuses a delivery; tried again later", delivery=delivery.id)
            return own_fault(delivery, now)
        except Exception:  # a supervisor's loop: one delivery's fault must not stop the others
            log.exception("a delivery could not be prepared; tried again later", delivery=delivery.id)
            return own_fault(delivery, now)

    async def _decide(
        self, shelf: Shelf, delivery: Delivery, ticket: Ticket, now: datetime
    ) -> Attempt | Change | None:
        """An attempt, or how the row stands without one (None: that was written already). Raises NotYetError."""
        if delivery.chat_state != "active":
            why = delivery.paused_reason or "the chat is paused"
            return self._ended(delivery, State.FAILED, why, now)
        mannered = await self._mannered(shelf, delivery, now)
        if isinstance(mannered, Change):
            return mannered
        delivery = mannered
        if await self._folded(shelf, delivery, now) or await self._named(shelf, delivery, now):
            return None
        if not old_news.rings(delivery, now):
            delivery = replace(delivery, silent=True)
        says = phrases(delivery.language or self._default_language)
        planned = await plan(shelf, delivery, says, now)
        if planned.send is not None and planned.send.lane > delivery.lane:
            await settling.hurry(shelf.conn, planned.send.delivery_id, delivery.lane)
        if planned.later and planned.send is not None:
            if planned.send.delivery_id > delivery.id and planned.send.lane >= delivery.lane:
                # chats that were merged: behind it in the same lane, what it waits for would never have its turn
                await settling.put_behind(shelf.conn, delivery.id)
                return None
            at = max(planned.send.not_before, now + timedelta(seconds=LATER))
            return change(delivery, delivery.state, now, was=delivery.state, not_before=at)
        end = _end_without_request(delivery, planned)
        if end is not None:
            return self._ended(delivery, *end, now)
        return self._attempt(delivery, planned, ticket, now)

    async def _mannered(self, shelf: Shelf, delivery: Delivery, now: datetime) -> Delivery | Change:
        """The delivery as its chat wishes it to come now, or how it stands when it does not come now."""
        try:
            return await mannering.heed(shelf, delivery, now)
        except (SQLAlchemyError, NotYetError):
            raise
        except Exception:  # design rule 7: it comes as it is
            log.exception("a chat's manners could not be heeded", delivery=delivery.id)
            return delivery

    async def _folded(self, shelf: Shelf, delivery: Delivery, now: datetime) -> bool:
        """It is old news, and summed up with what else there is of it."""
        if not old_news.why_old(delivery, now):
            return False
        async with shelf.conn.begin_nested():  # all of it or nothing
            count = await old_news.fold(shelf.conn, delivery, now)
        log.info("old news summed up", chat=delivery.telegram_id, count=count)
        return True

    async def _named(self, shelf: Shelf, delivery: Delivery, now: datetime) -> bool:
        """It is a post of a running report, and will be named in its message. Where that cannot be told, it is not."""
        covered = (delivery.chat_id, delivery.thread_id, delivery.account_id or 0)
        roots = await shelf.covered()
        if covered not in roots:
            return False
        says = phrases(delivery.language or self._default_language)
        try:
            # all of it or nothing; and on PostgreSQL a statement that failed fails all that come after it
            async with shelf.conn.begin_nested():
                return await covering.take_in(shelf, delivery, covered, roots[covered], now, says)
        except Exception:  # design rule 7: it goes out as it is
            if shelf.conn.invalidated:
                raise
            log.exception("a running report could not be gone on with", delivery=delivery.id)
            return False

    def _attempt(self, delivery: Delivery, planned: Plan, ticket: Ticket, now: datetime) -> Attempt | Change:
        says = phrases(delivery.language or self._default_language)
        step = planned.steps[len(delivery.parts)]
        shown = planned.revision if planned.revision is not None else delivery.rendered_revision
        if delivery.state is not State.UNSURE or step.edits is not None:
            # an edit that was done already changes nothing when it is done again
            return Attempt(delivery, planned, step, says, ticket, shows=shown, again=False)
        may = repeat(delivery, repeats_routine=self._policy.repeats_routine, answered_at=self._weather.answered_at)
        if may is Repeat.HOLD:
            return self._ended(delivery, State.HELD, _HELD, now)
        step = replace(step, part=marked(step.part, says("message.maybe_repeat"), "italic"))
        claimed, probe = replace(delivery, repeats=delivery.repeats + 1), may is Repeat.PROBE
        return Attempt(claimed, planned, step, says, ticket, shows=shown, again=True, probe=probe)

    def _ended(self, delivery: Delivery, state: State, why: str, now: datetime) -> Change:
        say = log.info if state is State.SKIPPED else log.warning
        say("delivery", delivery=delivery.id, chat=delivery.telegram_id, state=state.value, why=why)
        return change(delivery, state, now, was=delivery.state, error=why)


def _claim(attempt: Attempt) -> Claim:
    delivery = attempt.delivery
    hushed = delivery.hushed if delivery.parts else attempt.step.silent
    return Claim(delivery.id, attempt.shows, delivery.repeats, attempt.plan.owed or "", hushed=hushed)


async def _owe(conn: AsyncConnection, attempt: Attempt) -> None:
    """An edit that goes out without its words: it is owed from before the request, so that they find their way."""
    send, owed = attempt.plan.send, attempt.plan.owed
    if send is not None and owed and send.owed != owed:
        await settling.rewrite_send(conn, send.delivery_id, owed=owed)


def _end_without_request(delivery: Delivery, planned: Plan) -> tuple[State, str] | None:
    """The end of a delivery that needs no request, None when it needs one."""
    if planned.skip:
        return State.SKIPPED, planned.skip
    if planned.hold:
        return State.HELD, planned.hold
    if len(delivery.parts) >= len(planned.steps):
        return ending(delivery.parts)
    tells_of_edits = (
        delivery.op is not Op.SEND and planned.send is not None and planned.steps[len(delivery.parts)].edits is None
    )
    if tells_of_edits and delivery.parts and all(part.form == "gone" for part in delivery.parts):
        # whoever deleted the message does not ask for news of it
        return State.SKIPPED, UNCHANGED["gone"]
    return None
