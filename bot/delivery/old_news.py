"""What waited too long to be rung as new: it is summed up in one message, "while I was away" (and nothing is lost)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.judging import change
from bot.model.delivery import Lane, Op, State
from bot.store import deliveries, settling, waiting
from bot.store.deliveries import Draft
from bot.store.waiting import Delivery

#: News older than this is old, where the chat does not say otherwise.
ROUTINE_PATIENCE, URGENT_PATIENCE = timedelta(hours=6), timedelta(hours=24)
#: Seconds in ``chats.old_…_s`` that say: news is never too old to ring (68 years; what the column holds).
ALWAYS = 2**31 - 1
#: Deliveries folded at a time, and in one sum; beyond it a second one begins.
FOLD_LIMIT, SUM_LIMIT = 2000, 5000


@dataclass(frozen=True, slots=True)
class Patience:
    """How old news may be and still ring in a chat."""

    routine: timedelta
    urgent: timedelta

    def of(self, lane: Lane) -> timedelta:
        """The patience for a lane."""
        return self.routine if lane is Lane.ROUTINE else self.urgent


def patience_of(delivery: Delivery) -> Patience:
    """The chat's own, or the program's."""

    def seconds(own: int | None, default: timedelta) -> timedelta:
        return default if own is None else timedelta(seconds=own)

    return Patience(
        seconds(delivery.old_routine_s, ROUTINE_PATIENCE), seconds(delivery.old_urgent_s, URGENT_PATIENCE)
    )


def why_old(delivery: Delivery, now: datetime) -> str:
    """Why a delivery is not rung as new, "" when it is. What was begun is finished, whatever its age."""
    if delivery.state is not State.QUEUED:
        return ""
    return _why_no_news(delivery, now)


def rings(delivery: Delivery, now: datetime) -> bool:
    """False for what is finished or told of, but too late to be rung: an alert whose answer was lost before a night away,
    a change that waited as long.
    """
    if delivery.op is Op.SEND:
        return not _why_no_news(delivery, now)
    return now - delivery.queued_at <= patience_of(delivery).of(delivery.lane)


def _why_no_news(delivery: Delivery, now: datetime) -> str:
    """As ``why_old``, in doubt or not."""
    if delivery.op is not Op.SEND or delivery.parts:
        return ""
    if delivery.expires_at is not None and delivery.expires_at <= now:
        return "it ended before it could be sent"
    since = delivery.news_at or delivery.queued_at
    return "it waited too long to be news" if now - since > patience_of(delivery).of(delivery.lane) else ""


async def fold(conn: AsyncConnection, delivery: Delivery, now: datetime) -> int:
    """Sum up everything of this chat and topic that is no news any more, this delivery too; gives how many those are.

    They are settled as expired, and one notice that names them is queued, or one that waits there already is made longer,
    in the caller's transaction: a queue that drains too slowly ages delivery by delivery, and each would bring its own.
    """
    patience = patience_of(delivery)
    before = [(lane, now - patience.of(lane)) for lane in Lane]
    stale = await waiting.stale_sends(conn, delivery.chat_id, delivery.thread_id, before, now, FOLD_LIMIT)
    stale = [each for each in stale if why_old(each, now)]
    if delivery.id not in {each.id for each in stale}:
        stale.append(delivery)
    in_force = [
        each for each in stale if each.lane < Lane.ROUTINE and each.expires_at is not None and each.expires_at > now
    ]
    lane = min((each.lane for each in in_force), default=Lane.ROUTINE)
    # an urgent alert that still holds is worth one sound; the rest is history
    notice_id = await _tell(conn, delivery, [each.id for each in stale], lane, silent=not in_force, now=now)
    await settling.change(
        conn,
        [
            change(each, State.EXPIRED, now, was=each.state, error=why_old(each, now), folded_into=notice_id)
            for each in stale
        ],
    )
    return len(stale)


async def _tell(
    conn: AsyncConnection, delivery: Delivery, listed: list[int], lane: Lane, *, silent: bool, now: datetime
) -> int:
    """The notice that will name these, by its id."""
    waits = await waiting.waiting_sum(conn, delivery.chat_id, delivery.thread_id)
    named: list[int] = json.loads(waits.notice)["listed"] if waits is not None else []
    if waits is None or len(named) + len(listed) > SUM_LIMIT:
        notice = json.dumps({"listed": listed})
        draft = Draft(delivery.chat_id, Op.NOTICE, lane, delivery.thread_id, silent=silent, notice=notice)
        return await deliveries.enqueue_one(conn, draft, now)
    notice = json.dumps({"listed": sorted({*named, *listed})})
    await settling.rewrite_notice(conn, waits.id, notice, min(lane, waits.lane), silent=silent and waits.silent)
    return waits.id
