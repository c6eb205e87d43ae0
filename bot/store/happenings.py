"""Which posts of different accounts tell of one event (``reading.sameness``): the first one is its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import FOREIGN, LISTED, Lane, Op
from bot.reading.sameness import Happening
from bot.store.deliveries import parts_from_json
from bot.store.tables import deliveries, happenings, posts

#: Events that are compared with a new one, and posts of one event: more would be no one event.
MOST = 50


@dataclass(frozen=True, slots=True)
class Known:
    """A post that tells of an event."""

    post_id: int
    account_id: int
    first_id: int
    happening: Happening


@dataclass(frozen=True, slots=True)
class Fellow:
    """Another account's post about the event, in its newest revision."""

    post_id: int
    account_id: int
    revision: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A message by which a chat heard of the event. ``hushed``: it went out without a sound."""

    delivery_id: int
    post_id: int
    lane: Lane
    message_id: int
    hushed: bool = False


_COLUMNS = (
    happenings.c.post_id,
    happenings.c.account_id,
    happenings.c.first_id,
    happenings.c.key,
    happenings.c.at,
    happenings.c.latitude,
    happenings.c.longitude,
    happenings.c.magnitude,
)


async def near(conn: AsyncConnection, happening: Happening) -> list[Known]:
    """What may be the same, by key and time, at most ``MOST``, earliest first."""
    since, until = happening.at - happening.within, happening.at + happening.within
    found = select(*_COLUMNS).where(happenings.c.key == happening.key, happenings.c.at.between(since, until))
    rows = await conn.execute(found.order_by(happenings.c.at, happenings.c.post_id).limit(MOST))
    return [Known(*row[:3], Happening(*row[3:])) for row in rows]


async def accounts_of(conn: AsyncConnection, first_id: int) -> set[int]:
    """The accounts that told of an event."""
    found = select(happenings.c.account_id).where(happenings.c.first_id == first_id).limit(MOST)
    return set((await conn.execute(found)).scalars())


async def put(conn: AsyncConnection, known: Known) -> None:
    """Keep what a new post tells of."""
    h = known.happening
    row = {"post_id": known.post_id, "account_id": known.account_id, "first_id": known.first_id}
    figures = {"latitude": h.latitude, "longitude": h.longitude, "magnitude": h.magnitude}
    await conn.execute(insert(happenings), {**row, "key": h.key, "at": h.at, **figures})


async def fellows(conn: AsyncConnection, post_id: int) -> list[Fellow]:
    """The other posts about the event of this one that still stand, oldest first."""
    first = (await conn.execute(select(happenings.c.first_id).where(happenings.c.post_id == post_id))).scalar()
    if first is None:
        return []
    found = (
        select(posts.c.id, posts.c.account_id, posts.c.revision)
        .join(happenings, happenings.c.post_id == posts.c.id)
        .where(happenings.c.first_id == first, posts.c.id != post_id, posts.c.state.in_(("current", "superseded")))
    )
    return [Fellow(*row) for row in await conn.execute(found.order_by(posts.c.id).limit(MOST))]


async def heard(conn: AsyncConnection, chat_id: int, thread_id: int, post_ids: Sequence[int]) -> list[Heard]:
    """By which messages of these posts a chat and topic heard of them, oldest first; none that was never to make a sound,
    that only names a post among others, or that is of another bot.
    """
    d = deliveries.c
    found = select(d.id, d.post_id, d.lane, d.parts, d.hushed).where(
        d.chat_id == chat_id,
        d.thread_id == thread_id,
        d.post_id.in_(post_ids[:MOST]),
        d.op == Op.SEND.value,
        d.silent.is_(False),
        d.parts != "[]",
    )
    said: list[Heard] = []
    for delivery_id, post_id, lane, written, hushed in await conn.execute(found.order_by(d.id)):
        parts = parts_from_json(written)
        message = next((m for part in parts for m in part.message_ids), None)
        if message is not None and parts[0].form not in (LISTED, FOREIGN):
            said.append(Heard(delivery_id, post_id, Lane(lane), message, hushed=hushed))
    return said
