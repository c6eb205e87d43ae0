"""What requests came to, into the database and the log: the row, and what else an answer changes. Part of a turn."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import covering, judging
from bot.delivery.face import BlockedError, FloodError, MigratedError, SendError
from bot.delivery.judging import Attempt
from bot.delivery.requesting import Carried
from bot.delivery.steps import Kind
from bot.model.delivery import Lane, Op, State
from bot.store import chats, coverages, deliveries, renditions, rests, settling
from bot.store.deliveries import Draft
from bot.store.rests import Rest
from bot.store.settling import Change

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """A request that is over."""

    attempt: Attempt
    #: What it came to; None after a fault of our own.
    result: Carried | SendError | None
    at: datetime
    #: After a 429: who rests (Telegram's chat id, or pacing's EVERY_CHAT).
    rests: int | None = None


class Recording:
    """Writes many ends in few statements."""

    def __init__(self, clock: Callable[[], datetime], rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._written: dict[int, Change] = {}

    async def write(self, conn: AsyncConnection, ended: Sequence[Ended]) -> None:
        """Everything that these ends change, in the caller's transaction."""
        self._written = {}
        for each in ended:
            if isinstance(each.result, Carried):
                await self._arrived(conn, each, each.result)
            else:
                await self._failed(conn, each)
        await settling.change(conn, list(self._written.values()))
        for each in ended:
            if isinstance(each.result, BlockedError):
                await self._blocked(conn, each, each.result)

    def tell(self, ended: Ended) -> None:
        """One log line for each end, with the same keys everywhere and never a word of the message."""
        written, delivery = self._written[ended.attempt.delivery.id], ended.attempt.delivery
        fields: dict[str, object] = {
            "delivery": delivery.id,
            "chat": delivery.telegram_id,
            "post": delivery.post_id,
            "op": delivery.op.value,
            "state": written.state.value,
        }
        if written.error:
            fields["why"] = written.error
        if isinstance(ended.result, Carried):
            waited = (ended.at - delivery.queued_at).total_seconds()
            log.info(
                "delivery", **fields, waited=round(waited, 3), **({"repeat": True} if ended.attempt.again else {})
            )
        else:
            error = type(ended.result).__name__ if ended.result is not None else "own fault"
            log.warning("delivery", **fields, error=error, retry_at=written.not_before.isoformat(timespec="seconds"))

    async def _arrived(self, conn: AsyncConnection, ended: Ended, carried: Carried) -> None:
        attempt, plan = ended.attempt, ended.attempt.plan
        change = judging.arrived(attempt, carried.sent, ended.at, unknown=carried.unknown)
        self._written[change.delivery_id] = change
        finished = change.state is not State.QUEUED
        if plan.send is not None and attempt.step.kind is Kind.MORE:
            # the new message belongs to what the chat was shown of the post
            shown = (*plan.send.parts, carried.sent)
            await settling.rewrite_send(conn, plan.send.delivery_id, parts=shown)
        if finished and plan.send is not None and (plan.revision is not None or plan.owed is not None):
            notice = "" if plan.placed else None
            await settling.rewrite_send(
                conn, plan.send.delivery_id, revision=plan.revision, owed=plan.owed, notice=notice
            )
        for post_id in plan.alongside if finished else ():
            # what another account told of the event says from now on who confirms it and with which figures
            await renditions.anew(conn, attempt.delivery.chat_id, post_id, ended.at)
        if finished and plan.live and carried.sent.message_ids:
            await coverages.list_in(conn, plan.listed, carried.sent.message_ids[0], ended.at)
        elif finished and plan.live:
            await covering.go_on_anew(conn, attempt.delivery, plan.live, ended.at)
        elif finished and plan.listed and change.parts[0].message_ids:
            await settling.list_in(conn, plan.listed, change.parts[0].message_ids[0])
        if carried.topic_gone:
            await self._tell_of_topic(conn, ended)

    async def _failed(self, conn: AsyncConnection, ended: Ended) -> None:
        attempt, result = ended.attempt, ended.result
        if not isinstance(result, SendError):
            change = judging.own_fault(attempt.delivery, ended.at, attempt=attempt)
        else:
            change = judging.failed(attempt, result, ended.at, self._rng)
        self._written[change.delivery_id] = change
        if change.state is State.FAILED:
            await covering.come_to_nothing(conn, attempt.delivery, ended.at)
        match result:
            case MigratedError(new_chat_id=new_chat_id):
                await chats.migrate(conn, attempt.delivery.telegram_id, new_chat_id)
            case FloodError(retry_after=seconds) if ended.rests is not None:
                await rests.save(conn, [Rest(ended.rests, ended.at + timedelta(seconds=seconds), ended.at)])

    async def _blocked(self, conn: AsyncConnection, ended: Ended, error: BlockedError) -> None:
        """The chat does not want us: it is paused, its subscriptions stay. What waits is given up with the reason:
        were it kept, an old storm would rain down on whoever lets the bot back in weeks later.
        """
        delivery = ended.attempt.delivery
        await chats.pause(conn, delivery.telegram_id, str(error))
        await coverages.say_singly_in(conn, delivery.chat_id, ended.at)  # given up too, each with the reason
        given_up = await settling.fail_waiting_of_chat(conn, delivery.chat_id, str(error), ended.at)
        log.warning("a chat cannot be written to; it is paused", chat=delivery.telegram_id, given_up=given_up)

    async def _tell_of_topic(self, conn: AsyncConnection, ended: Ended) -> None:
        """Once for each topic: its administrators learn where the alerts go now, and what they can do."""
        delivery = ended.attempt.delivery
        told = json.dumps({"phrase": "notice.topic_gone", "values": {"topic": str(delivery.thread_id)}})
        if not await deliveries.has_notice(conn, delivery.chat_id, told):
            draft = Draft(delivery.chat_id, Op.NOTICE, Lane.ROUTINE, notice=told)
            await deliveries.enqueue_one(conn, draft, self._clock())
