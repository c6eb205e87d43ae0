"""What becomes of a delivery: claimed by compare-and-set, kept part by part, put back, settled, given up, taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Lane, Op, SentPart, State
from bot.store.deliveries import WAITING, Delivery, parts_to_json
from bot.store.tables import deliveries

#: Longest reason that is kept.
_ERROR_LIMIT = 500


async def claim(conn: AsyncConnection, delivery: Delivery, now: datetime, rendered_revision: int | None) -> bool:
    """Write the intent to act, before acting. False: somebody else changed the row since it was loaded."""
    return await _change(
        conn,
        delivery.id,
        delivery.state,
        state=State.SENDING.value,
        claimed_at=now,
        attempts=deliveries.c.attempts + 1,
        rendered_revision=rendered_revision,
    )


async def keep_part(conn: AsyncConnection, delivery_id: int, parts: Sequence[SentPart]) -> bool:
    """A part arrived and others are to follow: the row waits again, sure of itself, its attempts counted anew."""
    return await _change(
        conn, delivery_id, State.SENDING, state=State.QUEUED.value, parts=parts_to_json(parts), attempts=0, error=""
    )


async def settle(
    conn: AsyncConnection,
    delivery_id: int,
    was: State,
    state: State,
    now: datetime,
    *,
    error: str = "",
    parts: Sequence[SentPart] | None = None,
) -> bool:
    """End a delivery: SENT, SKIPPED, EXPIRED or FAILED, with the reason."""
    values: dict[str, object] = {"state": state.value, "settled_at": now, "error": error[:_ERROR_LIMIT]}
    if parts is not None:
        values["parts"] = parts_to_json(parts)
    return await _change(conn, delivery_id, was, **values)


async def put_back(
    conn: AsyncConnection,
    delivery_id: int,
    state: State,
    not_before: datetime,
    error: str,
    *,
    count: bool,
) -> bool:
    """After a try that did not settle it: QUEUED, or UNSURE when an answer was lost.

    ``count`` False takes the attempt back: nothing was tried on this delivery's own account (a network down, 429).
    """
    values: dict[str, object] = {"state": state.value, "not_before": not_before, "error": error[:_ERROR_LIMIT]}
    if state is State.UNSURE:
        values["maybe_repeat"] = True
    if not count:
        values["attempts"] = deliveries.c.attempts - 1
    return await _change(conn, delivery_id, State.SENDING, **values)


async def defer(
    conn: AsyncConnection, delivery_id: int, state: State, not_before: datetime, error: str, *, count: bool
) -> bool:
    """Let a waiting delivery wait longer; ``count`` True: that was a try of its own."""
    values: dict[str, object] = {"not_before": not_before, "error": error[:_ERROR_LIMIT]}
    if count:
        values["attempts"] = deliveries.c.attempts + 1
    return await _change(conn, delivery_id, state, **values)


async def rewrite_send(
    conn: AsyncConnection,
    delivery_id: int,
    *,
    parts: Sequence[SentPart] | None = None,
    revision: int | None = None,
) -> None:
    """What a chat was shown has changed: more messages, or another version of the post."""
    values: dict[str, object] = {}
    if parts is not None:
        values["parts"] = parts_to_json(parts)
    if revision is not None:
        values["rendered_revision"] = revision
    await conn.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


async def hurry(conn: AsyncConnection, delivery_id: int, lane: Lane) -> None:
    """Lift a waiting delivery into the lane of one that has to follow it."""
    await conn.execute(
        update(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.lane > int(lane)).values(lane=int(lane))
    )


async def fail_waiting_of_chat(conn: AsyncConnection, chat_id: int, error: str, now: datetime) -> int:
    """Give up everything that waits for a chat that cannot be reached; the reason stays visible."""
    done = await conn.execute(
        update(deliveries)
        .where(deliveries.c.chat_id == chat_id, deliveries.c.state.in_([s.value for s in WAITING]))
        .values(state=State.FAILED.value, settled_at=now, error=error[:_ERROR_LIMIT])
    )
    return done.rowcount


async def doubt_unfinished(conn: AsyncConnection) -> int:
    """After a start: what was being sent when the last process ended may or may not have arrived."""
    done = await conn.execute(
        update(deliveries)
        .where(deliveries.c.state == State.SENDING.value)
        .values(state=State.UNSURE.value, maybe_repeat=True)
    )
    return done.rowcount


async def _change(conn: AsyncConnection, delivery_id: int, was: State, **values: object) -> bool:
    done = await conn.execute(
        update(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.state == was.value).values(**values)
    )
    return done.rowcount == 1


async def withdraw_queued(conn: AsyncConnection, post_ids: Sequence[int], now: datetime, reason: str) -> int:
    """Settle as SKIPPED every SEND of these posts that was never tried: its alert was lifted or removed meanwhile.

    One that is being sent, or whose answer was lost, stays: the chat may have it, and must be told of the lifting.
    """
    done = await conn.execute(
        update(deliveries)
        .where(
            deliveries.c.post_id.in_(post_ids),
            deliveries.c.op == Op.SEND.value,
            deliveries.c.state == State.QUEUED.value,
            deliveries.c.parts == "[]",
            deliveries.c.maybe_repeat.is_(False),
        )
        .values(state=State.SKIPPED.value, settled_at=now, error=reason)
    )
    return done.rowcount
