"""One try at one delivery: intent into the database, the request, and what its answer means."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

import structlog

from bot.delivery import face
from bot.delivery.face import Messenger, Part, SendError
from bot.delivery.harmless import domain, web_link
from bot.delivery.pacing import Pacing
from bot.delivery.steps import Plan, Step, plan, with_repeat_mark
from bot.delivery.writing import Writing
from bot.locales import phrases
from bot.model.delivery import Op, SentPart, State
from bot.model.subscription import Target
from bot.store import chats, deliveries
from bot.store.database import Database
from bot.store.deliveries import Delivery

log = structlog.get_logger(__name__)

#: Tries whose answer was lost or strange before a delivery is given up and left for the operator to see.
MOST_ATTEMPTS = 12
#: Back-off after such a try: 2 s doubling to 5 min, with jitter.
FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 300.0
#: After a request that certainly did not arrive, seconds: the network is down for everybody.
NETWORK_PAUSE = 3.0
#: A delivery that hit a fault of ours rests this long, seconds.
ASIDE = 60.0
_WAITING = frozenset((State.QUEUED, State.UNSURE))


class Trying(Enum):
    """How a try ended, as far as the dispatcher must know."""

    DONE = "done"
    #: Nothing gets through to Telegram at the moment.
    EVERYTHING_RESTS = "everything rests"


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
        self._messenger = messenger
        self._pacing = pacing
        self._clock = clock
        self._rng = rng
        self._default_language = default_language

    async def attempt(self, delivery_id: int) -> Trying:
        """Do the next request of a delivery. Raises TokenLostError."""
        async with self._db.begin() as conn:
            delivery = await deliveries.load(conn, delivery_id)
            if delivery is None or delivery.state not in _WAITING:
                return Trying.DONE
            says = phrases(delivery.language or self._default_language)
            planned = await plan(conn, delivery, says)
            reason = self._settled_already(delivery, planned)
            if reason is not None:
                await deliveries.settle(conn, delivery.id, delivery.state, reason[0], self._clock(), error=reason[1])
                return Trying.DONE
            number = planned.revision if planned.revision is not None else delivery.rendered_revision
            if not await deliveries.claim(conn, delivery, self._clock(), number):
                return Trying.DONE
        # the intent is on the disk: from here on a kill leaves SENDING, which the next start reads as "unsure"
        step = planned.steps[len(delivery.parts)]
        if delivery.state is State.UNSURE and step.edits is None:
            step = replace(step, part=with_repeat_mark(step.part, says))
        try:
            sent = await self._request(delivery, step)
        except SendError as error:
            return await self._failed(delivery, error)
        await self._arrived(delivery, planned, sent)
        return Trying.DONE

    async def put_aside(self, delivery_id: int) -> None:
        """After a fault of our own: wait, or give up after many; the reason stays visible."""
        async with self._db.begin() as conn:
            delivery = await deliveries.load(conn, delivery_id)
            if delivery is None or delivery.state is not State.SENDING:
                if delivery is not None and delivery.state in _WAITING:
                    why = "a fault of Tocsin's own; see the log"
                    await deliveries.settle(conn, delivery_id, delivery.state, State.FAILED, self._clock(), error=why)
                return
            later = self._clock() + timedelta(seconds=ASIDE)
            await deliveries.put_back(conn, delivery_id, State.UNSURE, later, "a fault of Tocsin's own", count=True)

    def _settled_already(self, delivery: Delivery, planned: Plan) -> tuple[State, str] | None:
        """The end of a delivery that needs no request, None when it needs one."""
        if delivery.chat_state != "active":
            return State.FAILED, delivery.paused_reason or "the chat is paused"
        if planned.skip:
            return State.SKIPPED, planned.skip
        untried = delivery.state is State.QUEUED and not delivery.parts
        if delivery.op is Op.SEND and untried and delivery.expires_at and delivery.expires_at <= self._clock():
            return State.EXPIRED, "it ended before it could be sent"
        if len(delivery.parts) >= len(planned.steps):
            return State.SENT, ""
        return None

    async def _request(self, delivery: Delivery, step: Step) -> SentPart:
        """Send or edit, with the fall-backs that need no new row: other topic, no picture, plain text."""
        target = Target(delivery.telegram_id, delivery.thread_id)
        if step.edits is not None:
            try:
                await self._messenger.edit(target, step.edits, step.part)
            except face.GoneError:
                return SentPart((), "gone")
            return SentPart(step.edits.message_ids, "edited")
        try:
            return await self._send(target, step, step.part)
        except face.TopicGoneError:
            log.warning("a topic is gone; sent to the general one", chat=target.chat_id, topic=target.thread_id)
            return await self._send(replace(target, thread_id=0), step, step.part)

    async def _send(self, target: Target, step: Step, part: Part) -> SentPart:
        send = self._messenger.send
        try:
            return await send(target, part, silent=step.silent, reply_to=step.reply_to)
        except face.MediaRefusedError as error:
            log.warning("a picture was refused; sent without it", chat=target.chat_id, why=str(error))
            without = _without_media(part)
            return await send(target, without, silent=step.silent, reply_to=step.reply_to)
        except face.RejectedError as error:
            plain = Part(replace(part.styled, spans=()))
            if plain == part:
                raise
            log.warning("a message was rejected; sent as plain text", chat=target.chat_id, why=str(error))
            return await send(target, plain, silent=step.silent, reply_to=step.reply_to)

    async def _arrived(self, delivery: Delivery, planned: Plan, sent: SentPart) -> None:
        parts = (*delivery.parts, sent)
        now = self._clock()
        async with self._db.begin() as conn:
            if planned.send is not None and sent.form in {"text", "caption"} and delivery.op is Op.EDIT:
                # more text than before: the new message belongs to what the chat was shown of the post
                extended = (*planned.send.parts, sent) if len(parts) < len(planned.steps) else planned.send.parts
                await deliveries.rewrite_send(conn, planned.send.delivery_id, parts=extended)
            if len(parts) < len(planned.steps):
                await deliveries.keep_part(conn, delivery.id, parts)
                return
            if planned.send is not None and planned.revision is not None:
                await deliveries.rewrite_send(conn, planned.send.delivery_id, revision=planned.revision)
            await deliveries.settle(conn, delivery.id, State.SENDING, State.SENT, now, parts=parts)
        log.info(
            "delivered",
            delivery=delivery.id,
            chat=delivery.telegram_id,
            post=delivery.post_id,
            op=delivery.op.value,
            seconds=round((now - delivery.queued_at).total_seconds(), 3),
        )

    async def _failed(self, delivery: Delivery, error: SendError) -> Trying:
        log.warning(
            "a request to Telegram failed",
            delivery=delivery.id,
            chat=delivery.telegram_id,
            op=delivery.op.value,
            error=type(error).__name__,
            why=str(error),
        )
        match error:
            case face.TokenLostError():
                await self._put_back(delivery, delivery.state, 0.0, error, count=False)
                raise error
            case face.BlockedError():
                await self._blocked(delivery, error)
            case face.MigratedError(new_chat_id=new_chat_id):
                async with self._db.begin() as conn:
                    await chats.migrate(conn, delivery.telegram_id, new_chat_id)
                await self._put_back(delivery, delivery.state, 0.0, error, count=False)
            case face.FloodError(retry_after=seconds):
                self._pacing.rest(delivery.telegram_id, seconds)
                until = self._clock() + timedelta(seconds=seconds)
                async with self._db.begin() as conn:
                    await deliveries.save_rest(conn, delivery.telegram_id, until, self._clock())
                await self._put_back(delivery, delivery.state, seconds, error, count=False)
            case face.NotSentError():
                pause = NETWORK_PAUSE * self._rng.uniform(0.8, 1.2)
                await self._put_back(delivery, delivery.state, pause, error, count=False)
                return Trying.EVERYTHING_RESTS
            case face.LostAnswerError():
                await self._again_or_give_up(delivery, error)
            case _:
                await self._give_up(delivery, error)
        return Trying.DONE

    async def _blocked(self, delivery: Delivery, error: SendError) -> None:
        """The chat does not want us: it is paused, its subscriptions stay. What waits is given up with the reason:
        were it kept, an old storm would rain down on whoever lets the bot back in weeks later.
        """
        async with self._db.begin() as conn:
            await chats.pause(conn, delivery.telegram_id, str(error))
            await deliveries.fail_waiting_of_chat(conn, delivery.chat_id, str(error), self._clock())

    async def _again_or_give_up(self, delivery: Delivery, error: SendError) -> None:
        tried = delivery.attempts + 1
        if tried >= MOST_ATTEMPTS:
            await self._give_up(delivery, error)
            return
        wait = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (tried - 1)) * self._rng.uniform(0.8, 1.2)
        await self._put_back(delivery, State.UNSURE, wait, error, count=True)

    async def _give_up(self, delivery: Delivery, error: SendError) -> None:
        log.error("a delivery is given up", delivery=delivery.id, chat=delivery.telegram_id, why=str(error))
        async with self._db.begin() as conn:
            await deliveries.settle(conn, delivery.id, State.SENDING, State.FAILED, self._clock(), error=str(error))

    async def _put_back(
        self, delivery: Delivery, state: State, wait: float, error: SendError, *, count: bool
    ) -> None:
        later = self._clock() + timedelta(seconds=wait)
        async with self._db.begin() as conn:
            await deliveries.put_back(conn, delivery.id, state, later, str(error), count=count)


def _without_media(part: Part) -> Part:
    """The text with its pictures as links."""
    out = Writing().append(part.styled)
    for medium in part.media:
        link = web_link(medium.url)
        if link:
            out.add("\n🖼 ").add(domain(link), "text_link", url=link)
    return Part(out.done(), (), part.buttons)
