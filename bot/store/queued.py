"""What still waits to be said of a post: it is brought in line with what holds by now, or is not said any more."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Op, State
from bot.model.place import UNPLACED
from bot.store.fanout import TO_COME, Word, in_pieces
from bot.store.tables import deliveries


async def renew(conn: AsyncConnection, word: Word, now: datetime, *, rings: bool, anew: bool = False) -> int:
    """Bring what still waits to say the post of ``word`` in line with its newest version, in which it will be said.

    ``rings``: it is graver than before; what waits for a digest may have to come at once, and is decided about anew.
    ``anew``: so is what single subscriptions keep, since another one may find it now; what is due is told as it is.
    The rows are the caller's until the transaction ends, so that none of them leaves in the old version meanwhile.
    """
    post_ids = [word.post_id] if word.post_id is not None else []
    values: dict[str, Any] = {"lane": int(word.lane), "expires_at": word.expires_at, "severity": word.severity}
    again = {"state": State.QUEUED.value, "not_before": now, "error": ""}
    if not rings:
        renewed = await _change(conn, post_ids, values, TO_COME)
        if anew:
            kept = deliveries.c.held_for.is_not(None) & (deliveries.c.not_before > now)
            await _change(conn, post_ids, again, (State.DEFERRED.value,), kept)
        return renewed
    values["silent"] = False
    again = values | again
    renewed = await _change(conn, post_ids, values)
    return renewed + await _change(conn, post_ids, again, (State.DEFERRED.value,))


async def settle(
    conn: AsyncConnection, post_ids: Sequence[int], now: datetime, reason: str, *, deferred: bool = True
) -> int:
    """Settle as SKIPPED every SEND of these posts that was never tried: there is something newer, or they are over.

    ``deferred``: also what waits for a digest; without it the digest says what became of the post. One that is being
    sent, or whose answer was lost, stays: the chat may have it, and must be told what became of it.
    """
    values = {"state": State.SKIPPED.value, "settled_at": now, "error": reason}
    return await _change(conn, post_ids, values, TO_COME if deferred else (State.QUEUED.value,))


async def place_known(conn: AsyncConnection, post_id: int) -> None:
    """Its place is known by now: what still waits to say it does not say any more that it is not. Of what was said the
    sender sees to that when it makes the edit: its rows are not for others to hold.
    """
    await _change(conn, [post_id], {"notice": ""}, TO_COME, deliveries.c.notice == UNPLACED)


async def _change(
    conn: AsyncConnection,
    post_ids: Sequence[int],
    values: Mapping[str, Any],
    states: Collection[str] = (State.QUEUED.value,),
    *more: ColumnElement[bool],
) -> int:
    d = deliveries.c
    which = [
        *more,
        d.post_id.in_(post_ids),
        d.op == Op.SEND.value,
        d.state.in_(states),
        d.parts == "[]",
        d.maybe_repeat.is_(False),
    ]
    changed = 0
    for some in await in_pieces(conn, d.chat_id, which):
        changed += (await conn.execute(update(deliveries).where(*which, *some).values(values))).rowcount
    return changed
