"""One try at one delivery: intent into the database, the request, and what its answer means."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.delivery import face
from bot.delivery.face import Messenger, SendError
from bot.delivery.pacing import EVERY_CHAT, Pacing
from bot.delivery.rendering import marked
from bot.delivery.requesting import Requesting
from bot.delivery.steps import Kind, Plan, Step, plan
from bot.locales import phrases
from bot.model.delivery import Op, SentPart, State
from bot.store import chats, deliveries, rests, settling
from bot.store.database import Database
from bot.store.deliveries import Delivery

log = structlog.get_logger(__name__)

#: What a database that is down or busy raises; OSError comes from the PostgreSQL driver's connecting.
DATABASE_FAULTS = (SQLAlchemyError, OSError)
#: Tries whose answer was lost or strange before a delivery is given up and left for the operator to see.
MOST_ATTEMPTS = 12
#: Back-off after such a try: 2 s doubling to 5 min, with jitter: in all about half an hour.
FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 300.0
#: The network is down for everybody: 1 s doubling to 30 s, with jitter, and nothing is counted against a delivery.
FIRST_OUTAGE, LONGEST_OUTAGE = 1.0, 30.0
#: A delivery that hit a fault of ours, or the database's, rests this long, seconds.
ASIDE, DATABASE_PAUSE = 60.0, 2.0
#: So many chats refused with 429 within a second: Telegram means the bot, not the chats.
FLOODED_CHATS, FLOOD_SPAN = 3, timedelta(seconds=1)
#: What Telegram has taken must get into the database: tried so often, the first pause in seconds, doubling.
SAVE_TRIES, SAVE_PAUSE = 5, 0.25
#: A change waits this long for what it changes to be finished, seconds.
LATER = 1.0
_WAITING = frozenset((State.QUEUED, State.UNSURE))
#: Forms of an edit that changed nothing in the chat.
_UNCHANGED = {
    "gone": "the messages are no longer in the chat",
    "kept": "Telegram does not let the messages be edited",
}


class Attempting:
    """Tries deliveries. Every method leaves the row in a state from which a killed process can go on."""

    def __init__(
        self,
        db: Database,
        messenger: Messenger,
        pacing: Pacing,
        clock: Callable[[], datetime],
        rng: random.Random,
        default_language: str,
    ) -> None:
        self._db = db
        self._requesting = Requesting(messenger, pacing)
        self._pacing = pacing
        self._clock = clock
        self._rng = rng
        self._default_language = default_language
        self._floods: list[tuple[datetime, int]] = []
        self._outages = 0
        self._outage_until: datetime | None = None

    async def attempt(self, delivery_id: int) -> None:
        """Do the next request of a delivery. Raises TokenLostError, and what the database raises."""
        async with self._db.begin() as conn:
            delivery = await deliveries.load(conn, delivery_id)
            if delivery is None or delivery.state not in _WAITING:
                return
            says = phrases(delivery.language or self._default_language)
            planned = await plan(conn, delivery, says)
            if planned.send is not None:
                await settling.hurry(conn, planned.send.delivery_id, delivery.lane)
            if planned.later and planned.send is not None:
                later = max(planned.send.not_before, self._clock() + timedelta(seconds=LATER))
                await settling.defer(conn, delivery.id, delivery.state, later, "", count=False)
                return
            end = self._end_without_request(delivery, planned)
            if end is not None:
                await settling.settle(conn, delivery.id, delivery.state, end[0], self._clock(), error=end[1])
                _told(delivery, end[0], why=end[1])
                return
            number = planned.revision if planned.revision is not None else delivery.rendered_revision
            if not await settling.claim(conn, delivery, self._clock(), number):
                return
        # the intent is on the disk: from here on a kill leaves SENDING, which the next start reads as "unsure"
        step = planned.steps[len(delivery.parts)]
        if delivery.state is State.UNSURE and step.edits is None:
            step = replace(step, part=marked(step.part, says("message.maybe_repeat"), "italic"))
        try:
            sent = await self._requesting.carry_out(delivery, step, says)
        except SendError as error:
            await self._failed(delivery, error)
            return
        self._outages = 0
        await self._arrived(delivery, planned, step, sent)

    async def put_aside(self, delivery_id: int, *, own_fault: bool) -> None:
        """After a fault of our own or the database's: wait; a fault of our own that stays is given up, visibly."""
        now = self._clock()
        async with self._db.begin() as conn:
            delivery = await deliveries.load(conn, delivery_id)
            if delivery is None:
                return
            why = "a fault of Tocsin's own; see the log" if own_fault else "the database did not answer"
            later = now + timedelta(seconds=ASIDE if own_fault else DATABASE_PAUSE)
            if own_fault and delivery.attempts + 1 >= MOST_ATTEMPTS:
                await settling.settle(conn, delivery_id, delivery.state, State.FAILED, now, error=why)
                _told(delivery, State.FAILED, why=why)
            elif delivery.state is State.SENDING:
                await settling.put_back(conn, delivery_id, State.UNSURE, later, why, count=True)
            elif delivery.state in _WAITING:
                await settling.defer(conn, delivery_id, delivery.state, later, why, count=own_fault)

    def _end_without_request(self, delivery: Delivery, planned: Plan) -> tuple[State, str] | None:
        """The end of a delivery that needs no request, None when it needs one."""
        if delivery.chat_state != "active":
            return State.FAILED, delivery.paused_reason or "the chat is paused"
        if planned.skip:
            return State.SKIPPED, planned.skip
        untried = delivery.state is State.QUEUED and not delivery.parts
        if delivery.op is Op.SEND and untried and delivery.expires_at and delivery.expires_at <= self._clock():
            return State.EXPIRED, "it ended before it could be sent"
        if len(delivery.parts) >= len(planned.steps):
            return _end(delivery.parts)
        tells_of_edits = planned.send is not None and planned.steps[len(delivery.parts)].edits is None
        if tells_of_edits and delivery.parts and all(part.form == "gone" for part in delivery.parts):
            # whoever deleted the message does not ask for news of it
            return State.SKIPPED, _UNCHANGED["gone"]
        return None

    async def _arrived(self, delivery: Delivery, planned: Plan, step: Step, sent: SentPart) -> None:
        """Write down what Telegram has taken; a database that stumbles is asked again, for else it would be repeated."""
        for tried in range(SAVE_TRIES):
            try:
                await self._save(delivery, planned, step, sent)
            except DATABASE_FAULTS as error:
                if tried == SAVE_TRIES - 1:
                    raise
                log.warning(
                    "what arrived could not be saved; tried again", delivery=delivery.id, why=type(error).__name__
                )
                await asyncio.sleep(SAVE_PAUSE * 2**tried)
            else:
                return

    async def _save(self, delivery: Delivery, planned: Plan, step: Step, sent: SentPart) -> None:
        parts = (*delivery.parts, sent)
        finished = len(parts) >= len(planned.steps)
        state, why = _end(parts) if finished else (State.QUEUED, "")
        async with self._db.begin() as conn:
            if planned.send is not None and step.kind is Kind.MORE:
                # the new message belongs to what the chat was shown of the post
                shown = (*planned.send.parts, sent)
                await settling.rewrite_send(conn, planned.send.delivery_id, parts=shown)
            if not finished:
                await settling.keep_part(conn, delivery.id, parts)
            else:
                if planned.send is not None and planned.revision is not None:
                    await settling.rewrite_send(conn, planned.send.delivery_id, revision=planned.revision)
                await settling.settle(conn, delivery.id, State.SENDING, state, self._clock(), parts=parts, error=why)
        _told(delivery, state, why=why, waited=(self._clock() - delivery.queued_at).total_seconds())

    async def _failed(self, delivery: Delivery, error: SendError) -> None:
        match error:
            case face.TokenLostError():
                await self._put_back(delivery, delivery.state, 0.0, error, count=False)
                raise error
            case face.BlockedError():
                await self._blocked(delivery, error)
            case face.MigratedError(new_chat_id=new_chat_id):
                async with self._db.begin() as conn:
                    await chats.migrate(conn, delivery.telegram_id, new_chat_id)
                    await settling.put_back(conn, delivery.id, delivery.state, self._clock(), str(error), count=False)
            case face.FloodError(retry_after=seconds):
                await self._flooded(delivery, error, seconds)
            case face.NotSentError():
                self._rest_all()
                await self._put_back(delivery, delivery.state, 0.0, error, count=False)
            case face.LostAnswerError() if delivery.attempts + 1 < MOST_ATTEMPTS:
                wait = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2**delivery.attempts) * self._rng.uniform(0.8, 1.2)
                await self._put_back(delivery, State.UNSURE, wait, error, count=True)
            case _:
                async with self._db.begin() as conn:
                    await settling.settle(
                        conn, delivery.id, State.SENDING, State.FAILED, self._clock(), error=str(error)
                    )
                _told(delivery, State.FAILED, why=str(error))

    async def _blocked(self, delivery: Delivery, error: SendError) -> None:
        """The chat does not want us: it is paused, its subscriptions stay. What waits is given up with the reason:
        were it kept, an old storm would rain down on whoever lets the bot back in weeks later.
        """
        async with self._db.begin() as conn:
            await chats.pause(conn, delivery.telegram_id, str(error))
            given_up = await settling.fail_waiting_of_chat(conn, delivery.chat_id, str(error), self._clock())
        _told(delivery, State.FAILED, why=str(error), given_up=given_up)

    async def _flooded(self, delivery: Delivery, error: SendError, seconds: float) -> None:
        """429: the chat rests, or the whole bot when many chats are refused at once; kept across a restart."""
        now = self._clock()
        self._floods = [(at, chat) for at, chat in self._floods if now - at < FLOOD_SPAN]
        self._floods.append((now, delivery.telegram_id))
        many = len({chat for _, chat in self._floods}) >= FLOODED_CHATS
        scope = EVERY_CHAT if many else delivery.telegram_id
        self._pacing.rest(scope, seconds)
        async with self._db.begin() as conn:
            await rests.save_rest(conn, scope, now + timedelta(seconds=seconds), now)
        await self._put_back(delivery, delivery.state, seconds, error, count=False)

    def _rest_all(self) -> None:
        """Telegram cannot be reached. Requests that fail together count as one."""
        now = self._clock()
        if self._outage_until is not None and now < self._outage_until:
            return
        pause = min(LONGEST_OUTAGE, FIRST_OUTAGE * 2 ** min(self._outages, 10)) * self._rng.uniform(0.8, 1.2)
        self._outages += 1
        self._outage_until = now + timedelta(seconds=pause)
        self._pacing.rest(EVERY_CHAT, pause)

    async def _put_back(
        self, delivery: Delivery, state: State, wait: float, error: SendError, *, count: bool
    ) -> None:
        later = self._clock() + timedelta(seconds=wait)
        async with self._db.begin() as conn:
            await settling.put_back(conn, delivery.id, state, later, str(error), count=count)
        _told(delivery, state, why=str(error), error=type(error).__name__, wait=round(wait, 1))


def _end(parts: tuple[SentPart, ...]) -> tuple[State, str]:
    forms = {part.form for part in parts}
    if forms and forms <= _UNCHANGED.keys():
        return State.SKIPPED, "; ".join(_UNCHANGED[form] for form in sorted(forms))
    return State.SENT, ""


def _told(delivery: Delivery, state: State, **more: object) -> None:
    """One log line for each change of state, with the same keys everywhere and never a word of the message."""
    fields = {name: value for name, value in more.items() if value != ""}
    say = log.info if state in {State.SENT, State.SKIPPED, State.QUEUED} and "error" not in fields else log.warning
    say(
        "delivery",
        delivery=delivery.id,
        chat=delivery.telegram_id,
        post=delivery.post_id,
        op=delivery.op.value,
        state=state.value,
        **fields,
    )
