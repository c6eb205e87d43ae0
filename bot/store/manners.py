"""How chats and topics want to be told, and what single subscriptions want otherwise."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.alert import Severity
from bot.model.delivery import Lane, Op, State
from bot.model.manners import DAY_MINUTES, NOTHING_OWN, Manners, Own, Pause, Quiet, Telling, telling
from bot.store.inserting import insert_into
from bot.store.subscriptions import filter_of
from bot.store.tables import deliveries, manners, posts, subscriptions

_SEVERITIES = frozenset(each.value for each in Severity)
#: Values in one IN (…), far below what either database takes.
_CHUNK = 500
#: Chat (our id) and topic.
Place = tuple[int, int]
#: Chat (our id), topic and account.
Followed = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of several subscriptions of a place to an account: its filter, and what it wants otherwise than the place."""

    subscription_id: int
    filter: str
    own: Own


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
    """Where a subscription of these chats has manners of its own: all of the place's subscriptions to that account."""
    s = subscriptions.c
    own = select(s.chat_id, s.thread_id, s.account_id).where(s.chat_id.in_(chat_ids), s.manners != "").distinct()
    places: set[Followed] = {(row[0], row[1], row[2]) for row in await conn.execute(own)}
    found: dict[Followed, list[Wanted]] = {}
    if places:
        rows = select(s.chat_id, s.thread_id, s.account_id, s.id, s.words, s.filter, s.manners).where(
            s.chat_id.in_(sorted({chat_id for chat_id, _, _ in places}))
        )
        for chat_id, thread_id, account_id, number, words, text, kept in await conn.execute(rows):
            if (chat_id, thread_id, account_id) in places:
                wanted = Wanted(number, filter_of(words, text), own_from_json(kept))
                found.setdefault((chat_id, thread_id, account_id), []).append(wanted)
    return found


async def still_hold(conn: AsyncConnection, place: Place, known: Manners, own: Sequence[Wanted]) -> bool:
    """These manners, read earlier in this transaction, still hold for a place and its subscriptions, and nobody changes
    them until the transaction ends. On PostgreSQL somebody may have meanwhile, or may be at it: False.
    """
    # SQLite has one writer anyway and knows no such clause; who is at it is not waited for: he may wait for us
    wanted, s = {each.subscription_id: each.own for each in own}, subscriptions.c
    if wanted:
        rows = select(s.id, s.manners).where(s.id.in_(sorted(wanted))).with_for_update(read=True, skip_locked=True)
        if {row.id: own_from_json(row.manners) for row in await conn.execute(rows)} != wanted:
            return False
    here = (manners.c.chat_id == place[0], manners.c.thread_id == place[1])
    found = await conn.execute(select(manners).where(*here).with_for_update(read=True, skip_locked=True))
    return next(map(_manners, found), Manners()) == known


async def own_of(
    conn: AsyncConnection, place: Place, subscription_ids: Collection[int]
) -> dict[tuple[int, int], Own]:
    """What these subscriptions of a place want of their own, by account and subscription. One that is gone is not there;
    on SQLite its id may be another's by now, so that the id alone names none.
    """
    s = subscriptions.c
    found: dict[tuple[int, int], Own] = {}
    wanted = sorted(subscription_ids)
    for start in range(0, len(wanted), _CHUNK):
        some = (s.id.in_(wanted[start : start + _CHUNK]), s.chat_id == place[0], s.thread_id == place[1])
        rows = await conn.execute(select(s.account_id, s.id, s.manners).where(*some))
        found |= {(row.account_id, row.id): own_from_json(row.manners) for row in rows}
    return found


async def own_of_place(conn: AsyncConnection, chat_id: int, thread_id: int) -> dict[int, Own]:
    """What subscriptions of a chat (our id) and topic want otherwise than it, by subscription."""
    s = subscriptions.c
    rows = select(s.id, s.manners).where(s.chat_id == chat_id, s.thread_id == thread_id, s.manners != "")
    return {row.id: own for row in await conn.execute(rows) if (own := own_from_json(row.manners)) != NOTHING_OWN}


async def set_own(conn: AsyncConnection, chat_id: int, subscription_id: int, own: Own) -> bool:
    """Let a subscription of this chat (our id) have these of its own. False: there is no such one."""
    mine = (subscriptions.c.id == subscription_id) & (subscriptions.c.chat_id == chat_id)
    changed = update(subscriptions).where(mine).values(manners=own_to_json(own))
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
            d.hushed.is_(False),
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
    quiet = _quiet_of([row.quiet_begins, row.quiet_ends, row.quiet_least])
    pause = Pause(row.paused_until, row.paused_whole) if row.paused_until is not None else None
    return Manners(row.zone, telling(row.telling) or Telling(), quiet, pause, _muted_of(_read(row.muted)))


def own_to_json(own: Own) -> str:
    """The ``manners`` column of a subscription; "" where it wants nothing of its own."""
    if own == NOTHING_OWN:
        return ""
    quiet, pause = own.quiet, own.pause
    kept: dict[str, object] = {}
    if own.telling is not None:
        kept["telling"] = own.telling.spelt()
    if quiet is not None:
        kept["quiet"] = [quiet.begins, quiet.ends, quiet.least.value]
    if own.restless:
        kept["restless"] = True
    if pause is not None:
        kept["pause"] = [pause.until.isoformat(), pause.whole]
    if own.muted:
        kept["muted"] = list(own.muted)
    return json.dumps(kept)


def own_from_json(text: str) -> Own:
    """What ``own_to_json`` gave. What cannot be meant (a newer version wrote it, or it is broken) keeps nothing back."""
    kept = _read(text) if text else None
    if not isinstance(kept, dict):
        return NOTHING_OWN
    way, restless = kept.get("telling"), kept.get("restless") is True
    return Own(
        telling(way) if isinstance(way, str) else None,
        _quiet_of(kept.get("quiet")),
        restless,
        _pause_of(kept.get("pause")),
        _muted_of(kept.get("muted")),
    )


def _read(text: str) -> object:
    try:
        found: object = json.loads(text)
    except ValueError:
        return None
    return found


def _quiet_of(kept: object) -> Quiet | None:
    match kept:
        case [int() as begins, int() as ends, str() as least] if least in _SEVERITIES:
            within = 0 <= begins < DAY_MINUTES and 0 <= ends < DAY_MINUTES
            return Quiet(begins, ends, Severity(least)) if within else None
        case _:
            return None


def _pause_of(kept: object) -> Pause | None:
    match kept:
        case [str() as written, bool() as whole]:
            try:
                until = datetime.fromisoformat(written)
            except ValueError:
                return None
            return Pause(until, whole) if until.tzinfo is not None else None
        case _:
            return None


def _muted_of(kept: object) -> tuple[str, ...]:
    return tuple(each for each in kept if isinstance(each, str)) if isinstance(kept, list) else ()
