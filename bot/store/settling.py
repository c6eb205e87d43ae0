"""What becomes of deliveries: claimed before the request, and changed after it, many in one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import LISTED, Lane, SentPart, State
from bot.store.deliveries import WAITING, ids_to_json, parts_to_json
from bot.store.tables import deliveries

#: Longest reason that is kept.
_ERROR_LIMIT = 500
#: Values in one IN (…), far below what either database takes.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Change:
    """How a delivery stands after a try, or without one. ``was`` is the state that it must still have."""

    delivery_id: int
    was: State
    state: State
    parts: tuple[SentPart, ...]
    not_before: datetime
    attempts: int
    maybe_repeat: bool
    retries: int
    lost_answers: int
    repeats: int
    unknown_errors: int = 0
    arrived_at: datetime | None = None
    error: str = ""
    settled_at: datetime | None = None
    folded_into: int | None = None
    held_for: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is acted upon now, the revision that it shows, and how often it was said again by then."""

    delivery_id: int
    revision: int | None
    repeats: int
    #: The language whose words it goes out without, "" when it has them or needs none.
    owed: str = ""
    #: Its first message goes out without a sound.
    hushed: bool = False


async def claim(conn: AsyncConnection, claims: Sequence[Claim], now: datetime) -> None:
    """Write the intent to act, before acting, for rows that ``waiting.load`` holds in this transaction."""
    if claims:
        rows = [
            {
                "claimed": each.delivery_id,
                "shown": each.revision,
                "repeated": each.repeats,
                "without": each.owed,
                "soundless": each.hushed,
                "now": now,
            }
            for each in claims
        ]
        await conn.execute(_CLAIM, rows)


async def unclaim(conn: AsyncConnection, delivery_ids: Sequence[int]) -> None:
    """Take back intents that nothing came of: the commit was perhaps made, but nobody heard of it, so nothing was sent."""
    for start in range(0, len(delivery_ids), _CHUNK):
        d, some = deliveries.c, delivery_ids[start : start + _CHUNK]
        before = case((d.maybe_repeat.is_(True), State.UNSURE.value), else_=State.QUEUED.value)
        mine = d.id.in_(some) & (d.state == State.SENDING.value)
        await conn.execute(update(deliveries).where(mine).values(state=before))


async def bring_near(conn: AsyncConnection, latest: datetime, now: datetime) -> None:
    """Let go now what waits for a moment after ``latest``: a clock that was wrong wrote it."""
    late = deliveries.c.state.in_([State.QUEUED.value, State.UNSURE.value]) & (deliveries.c.not_before > latest)
    await conn.execute(update(deliveries).where(late).values(not_before=now))


async def change(conn: AsyncConnection, changes: Sequence[Change]) -> None:
    """Write how deliveries stand now. A row that is in another state than ``was`` is left alone."""
    if changes:
        await conn.execute(_CHANGE, [_row(each) for each in changes])


async def rewrite_send(
    conn: AsyncConnection,
    delivery_id: int,
    *,
    parts: Sequence[SentPart] | None = None,
    revision: int | None = None,
    owed: str | None = None,
    notice: str | None = None,
) -> None:
    """What a chat was shown has changed: more messages, another version of the post, its words in a language, or what is
    said on top of it.
    """
    values: dict[str, object] = {}
    if parts is not None:
        values["parts"] = parts_to_json(parts)
    if revision is not None:
        values["rendered_revision"] = revision
    if owed is not None:
        values["owed"] = owed
    if notice is not None:
        values["notice"] = notice
    await conn.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


async def rewrite_notice(conn: AsyncConnection, delivery_id: int, notice: str, lane: Lane, *, silent: bool) -> None:
    """A word of the bot's own that waits says something else now."""
    values = {"notice": notice, "lane": int(lane), "silent": silent}
    await conn.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


async def hurry(conn: AsyncConnection, delivery_id: int, lane: Lane) -> None:
    """Lift a waiting delivery into the lane of one that has to follow it."""
    await conn.execute(
        update(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.lane > int(lane)).values(lane=int(lane))
    )


async def put_behind(conn: AsyncConnection, delivery_id: int) -> None:
    """Let a waiting delivery be the last of its chat and lane: in a lane the lowest id goes first."""
    mine = deliveries.c.id == delivery_id
    row = (await conn.execute(select(deliveries).where(mine))).mappings().one()
    # its key is free only when it is gone
    await conn.execute(delete(deliveries).where(mine))
    await conn.execute(insert(deliveries).values({name: value for name, value in row.items() if name != "id"}))


async def fail_waiting_of_chat(conn: AsyncConnection, chat_id: int, error: str, now: datetime) -> int:
    """Give up everything that waits for a chat that cannot be reached; the reason stays visible."""
    done = await conn.execute(
        update(deliveries)
        .where(deliveries.c.chat_id == chat_id, deliveries.c.state.in_([s.value for s in (*WAITING, State.DEFERRED)]))
        .values(state=State.FAILED.value, settled_at=now, error=error[:_ERROR_LIMIT])
    )
    return done.rowcount


async def doubt_unfinished(conn: AsyncConnection) -> int:
    """After a start: what was being sent when the last process ended may or may not have arrived."""
    done = await conn.execute(
        update(deliveries)
        .where(deliveries.c.state == State.SENDING.value)
        .values(
            state=State.UNSURE.value,
            maybe_repeat=True,
            attempts=deliveries.c.attempts + 1,
            lost_answers=deliveries.c.lost_answers + 1,
        )
    )
    return done.rowcount


async def list_in(conn: AsyncConnection, delivery_ids: Sequence[int], message_id: int) -> None:
    """The message that sums up what was missed has arrived: it stands for each delivery that it names."""
    shown = parts_to_json([SentPart((message_id,), LISTED)])
    for start in range(0, len(delivery_ids), _CHUNK):
        some = delivery_ids[start : start + _CHUNK]
        named = deliveries.c.id.in_(some) & (deliveries.c.state == State.EXPIRED.value)
        await conn.execute(update(deliveries).where(named).values(parts=shown))


_CLAIM = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("claimed"))
    .values(
        state=State.SENDING.value,
        claimed_at=bindparam("now"),
        rendered_revision=bindparam("shown"),
        repeats=bindparam("repeated"),
        owed=bindparam("without"),
        hushed=bindparam("soundless"),
    )
)

_CHANGE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("changed"), deliveries.c.state == bindparam("was"))
    .values(
        {
            name: bindparam(f"new_{name}", type_=deliveries.c[name].type)
            for name in (
                "state",
                "parts",
                "not_before",
                "attempts",
                "maybe_repeat",
                "retries",
                "lost_answers",
                "repeats",
                "unknown_errors",
                "arrived_at",
                "error",
                "settled_at",
                "folded_into",
                "held_for",
            )
        }
    )
)


def _row(each: Change) -> dict[str, object]:
    return {
        "changed": each.delivery_id,
        "was": each.was.value,
        "new_state": each.state.value,
        "new_parts": parts_to_json(each.parts),
        "new_not_before": each.not_before,
        "new_attempts": each.attempts,
        "new_maybe_repeat": each.maybe_repeat,
        "new_retries": each.retries,
        "new_lost_answers": each.lost_answers,
        "new_repeats": each.repeats,
        "new_unknown_errors": each.unknown_errors,
        "new_arrived_at": each.arrived_at,
        "new_error": each.error[:_ERROR_LIMIT],
        "new_settled_at": each.settled_at,
        "new_folded_into": each.folded_into,
        "new_held_for": ids_to_json(each.held_for),
    }
