"""The places of chats: setting and removing them, and the different ones of all chats for whoever decides by them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.place import MOST_PLACES, ChatPlace
from bot.store.inserting import insert_into
from bot.store.tables import chat_places

#: Different places read at a time.
PAGE = 10_000


class TooManyPlacesError(Exception):
    """The chat and topic has ``MOST_PLACES`` already; nothing was changed."""


async def add(conn: AsyncConnection, chat_id: int, thread_id: int, place: ChatPlace, now: datetime) -> int:
    """Set a place of a chat (our id) and topic and give its id; one that is set already only gets the newer name.

    Raises TooManyPlacesError.
    """
    c = chat_places.c
    mine = (c.chat_id == chat_id) & (c.thread_id == thread_id)
    held = select(func.count()).select_from(chat_places).where(mine, c.key != place.key)
    if (await conn.execute(held)).scalar_one() >= MOST_PLACES:
        raise TooManyPlacesError
    statement = insert_into(conn, chat_places).values(_values(chat_id, thread_id, place, now))
    statement = statement.on_conflict_do_update(
        index_elements=["chat_id", "thread_id", "key"], set_={"name": statement.excluded.name}
    )
    return int((await conn.execute(statement.returning(c.id))).scalar_one())


async def remove(conn: AsyncConnection, chat_id: int, thread_id: int, place_id: int) -> bool:
    """Take a place away from a chat and topic; False when it has none of that id."""
    c = chat_places.c
    gone = delete(chat_places).where(c.id == place_id, c.chat_id == chat_id, c.thread_id == thread_id)
    return (await conn.execute(gone)).rowcount > 0


async def of_chat(conn: AsyncConnection, chat_id: int, thread_id: int) -> dict[int, ChatPlace]:
    """The places of a chat and topic by their ids, in the order in which they were set."""
    c = chat_places.c
    found = select(c.id, *_PLACE).where(c.chat_id == chat_id, c.thread_id == thread_id)
    rows = sorted((await conn.execute(found)).all(), key=lambda row: int(row[0]))
    return {number: _place(row) for number, *row in rows}


async def of_chats(conn: AsyncConnection, chat_ids: Sequence[int]) -> dict[int, list[tuple[int, ChatPlace]]]:
    """All places of these chats with their topics, in the order in which they were set."""
    c = chat_places.c
    found = select(c.id, c.chat_id, c.thread_id, *_PLACE).where(c.chat_id.in_(chat_ids))
    places: dict[int, list[tuple[int, ChatPlace]]] = {}
    for _, chat_id, thread_id, *row in sorted((await conn.execute(found)).all(), key=lambda row: int(row[0])):
        places.setdefault(chat_id, []).append((thread_id, _place(row)))
    return places


async def put(conn: AsyncConnection, chat_id: int, places: Sequence[tuple[int, ChatPlace]], now: datetime) -> None:
    """Set places with their topics for a chat that comes from elsewhere; those that are there already stay."""
    rows = [_values(chat_id, thread_id, place, now) for thread_id, place in places]
    await conn.execute(insert_into(conn, chat_places).on_conflict_do_nothing(), rows)


async def any_set(conn: AsyncConnection) -> bool:
    """Whether any chat has a place."""
    one = select(chat_places.c.key).where(chat_places.c.key > "").limit(1)
    return (await conn.execute(one)).first() is not None


async def page(conn: AsyncConnection, after: str = "") -> list[ChatPlace]:
    """Places of all chats after this key, at most ``PAGE``, in the order of their keys; of one key there may be several,
    and not all.
    """
    found = select(*_PLACE).where(chat_places.c.key > after).order_by(chat_places.c.key).limit(PAGE)
    return [_place(row) for row in await conn.execute(found)]


async def since(conn: AsyncConnection, when: datetime) -> list[ChatPlace]:
    """The places that chats have set since then."""
    found = select(*_PLACE).where(chat_places.c.created_at >= when).order_by(chat_places.c.created_at)
    return [_place(row) for row in await conn.execute(found)]


async def move(conn: AsyncConnection, old_id: int, new_id: int) -> None:
    """One chat becomes another: its places go along, those that the other has too are kept once."""
    mine = chat_places.c.chat_id == old_id
    columns = [column for column in chat_places.c if column.name != "id"]
    rows = [dict(row) | {"chat_id": new_id} for row in (await conn.execute(select(*columns).where(mine))).mappings()]
    if rows:
        await conn.execute(insert_into(conn, chat_places).on_conflict_do_nothing(), rows)
    await conn.execute(delete(chat_places).where(mine))


def is_in(chat_id: Any, thread_id: Any, keys: Sequence[str] | None = None) -> ColumnElement[bool]:
    """That a chat and topic (columns) has a place; one with one of these keys."""
    c = chat_places.c
    if keys is None:
        return exists().where(c.chat_id == chat_id, c.thread_id == thread_id)
    # from the places to their chats: there are fewer of those that an alert touches than of those that follow
    return tuple_(chat_id, thread_id).in_(select(c.chat_id, c.thread_id).where(c.key.in_(keys)))


def _values(chat_id: int, thread_id: int, place: ChatPlace, now: datetime) -> dict[str, object]:
    return {
        "chat_id": chat_id,
        "thread_id": thread_id,
        "key": place.key,
        "name": place.name,
        "unit": json.dumps(place.unit, ensure_ascii=False),
        "latitude": place.latitude,
        "longitude": place.longitude,
        "radius_km": place.radius_km,
        "created_at": now,
    }


def _place(row: "Sequence[Any] | Row[Any]") -> ChatPlace:
    name, latitude, longitude, radius_km, unit = tuple(row)
    return ChatPlace(name, latitude, longitude, radius_km, tuple(json.loads(unit)))


_PLACE = (
    chat_places.c.name,
    chat_places.c.latitude,
    chat_places.c.longitude,
    chat_places.c.radius_km,
    chat_places.c.unit,
)
