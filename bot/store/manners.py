"""How chats and topics want to be told, and what single subscriptions want otherwise."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.alert import Severity
from bot.model.delivery import Lane, Op, State
from bot.model.manners import Manners, Pause, Quiet, Telling, telling
from bot.store.inserting import insert_into
from bot.store.subscriptions import filter_of
from bot.store.tables import deliveries, manners, posts, subscriptions

#: Chat (our id) and topic.
Place = tuple[int, int]
#: Chat (our id), topic and account.
Followed = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of several subscriptions of a place to an account: its filter, and its own way (None: as the place)."""

    filter: str
    telling: Telling | None


async def of_chats(conn: AsyncConnection, chat_ids: Sequence[int]) -> dict[Place, Manners]:
    """The manners of these chats' places; a place that chose none is not there."""
    found = await conn.execute(select(manners).where(manners.c.chat_id.in_(chat_ids)))
    return {(row.chat_id, row.thread_id): _manners(row) for row in found}


async def of_place(conn: AsyncConnection, chat_id: int, thread_id: int) -> Manners:
    """The manners of a chat (our id) and topic."""
    return (await of_chats(conn, [chat_id])).get((chat_id, thread_id), Manners())


async def save(conn: AsyncConnection, chat_id: int, thread_id: int, wanted: Manners) -> None:
    """From now on these hold."""
    if wanted == Manners():
        here = (manners.c.chat_id == chat_id) & (manners.c.thread_id == thread_id)
        await conn.execute(delete(manners).where(here))
        return
    values = _values(wanted)
    statement = insert_into(conn, manners).values(chat_id=chat_id, thread_id=thread_id, **values)
    await conn.execute(statement.on_conflict_do_update(index_elements=["chat_id", "thread_id"], set_=values))


async def put(conn: AsyncConnection, chat_id: int, brought: Sequence[tuple[int, Manners]]) -> None:
    """Keep manners with their topics for a chat that comes from elsewhere; those that are there already stay."""
    rows = [{"chat_id": chat_id, "thread_id": thread_id, **_values(each)} for thread_id, each in brought]
    if rows:
        await conn.execute(insert_into(conn, manners).on_conflict_do_nothing(), rows)


async def particular(conn: AsyncConnection, chat_ids: Sequence[int]) -> dict[Followed, list[Wanted]]:
    """Where a subscription of these chats has a way of its own: all of the place's subscriptions to that account."""
    s = subscriptions.c
    own = select(s.chat_id, s.thread_id, s.account_id).where(s.chat_id.in_(chat_ids), s.telling != "").distinct()
    places: set[Followed] = {(row[0], row[1], row[2]) for row in await conn.execute(own)}
    found: dict[Followed, list[Wanted]] = {}
    if places:
        rows = select(s.chat_id, s.thread_id, s.account_id, s.words, s.filter, s.telling).where(
            s.chat_id.in_(sorted({chat_id for chat_id, _, _ in places}))
        )
        for chat_id, thread_id, account_id, words, text, own_way in await conn.execute(rows):
            if (chat_id, thread_id, account_id) in places:
                wanted = Wanted(filter_of(words, text), telling(own_way))
                found.setdefault((chat_id, thread_id, account_id), []).append(wanted)
    return found


async def ways_of_place(conn: AsyncConnection, chat_id: int, thread_id: int) -> dict[int, Telling]:
    """The ways of their own that subscriptions of a chat (our id) and topic have, by subscription."""
    s = subscriptions.c
    rows = select(s.id, s.telling).where(s.chat_id == chat_id, s.thread_id == thread_id, s.telling != "")
    return {row.id: way for row in await conn.execute(rows) if (way := telling(row.telling)) is not None}


async def set_way(conn: AsyncConnection, chat_id: int, subscription_id: int, way: Telling | None) -> bool:
    """Give a subscription of this chat (our id) a way of its own; None: as the place. False: there is no such one."""
    mine = (subscriptions.c.id == subscription_id) & (subscriptions.c.chat_id == chat_id)
    changed = update(subscriptions).where(mine).values(telling=way.spelt() if way is not None else "")
    return (await conn.execute(changed)).rowcount > 0


async def rung(conn: AsyncConnection, place: Place, since: datetime, account_id: int | None = None) -> int:
    """How many posts below Severe arrived in a place with a sound since then, of one account or of all."""
    d = deliveries.c
    chat_id, thread_id = place
    found = (
        select(func.count())
        .select_from(deliveries)
        .where(
            d.chat_id == chat_id,
            d.state == State.SENT.value,
            d.thread_id == thread_id,
            d.op == Op.SEND.value,
            d.silent.is_(False),
            d.lane == int(Lane.ROUTINE),
            d.severity < Severity.SEVERE.rank,
            d.arrived_at >= since,
        )
    )
    if account_id is not None:
        found = found.join(posts, posts.c.id == d.post_id).where(posts.c.account_id == account_id)
    return int((await conn.execute(found)).scalar_one())


def _values(wanted: Manners) -> dict[str, object]:
    quiet, pause = wanted.quiet, wanted.pause
    return {
        "zone": wanted.zone,
        "telling": wanted.telling.spelt(),
        "quiet_begins": quiet.begins if quiet is not None else None,
        "quiet_ends": quiet.ends if quiet is not None else None,
        "quiet_least": (quiet.least if quiet is not None else Severity.SEVERE).value,
        "paused_until": pause.until if pause is not None else None,
        "paused_whole": pause is not None and pause.whole,
        "muted": json.dumps(list(wanted.muted)),
    }


def _manners(row: Any) -> Manners:
    quiet = None
    if row.quiet_begins is not None and row.quiet_ends is not None:
        quiet = Quiet(row.quiet_begins, row.quiet_ends, Severity(row.quiet_least))
    pause = Pause(row.paused_until, row.paused_whole) if row.paused_until is not None else None
    return Manners(row.zone, telling(row.telling) or Telling(), quiet, pause, tuple(json.loads(row.muted)))
