"""Chats: who the bot speaks to, in which language, and whether it may."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Op, State
from bot.model.subscription import ChatKind
from bot.store import chat_places
from bot.store.inserting import insert_into
from bot.store.storable import storable
from bot.store.tables import briefings, chats, choices, coverages, deliveries, manners, mutes, subscriptions, topics

#: RFC 5646 section 4.4.1: no registered tag needs more.
LONGEST_LANGUAGE = 35


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as stored. ``id`` is ours, ``telegram_id`` Telegram's (it may change, see ``migrate``)."""

    id: int
    telegram_id: int
    kind: ChatKind
    title: str
    language: str
    #: "active" or "paused".
    state: str
    paused_reason: str
    #: The chat's own patience in seconds, None for the program's (see ``tables``).
    old_routine_s: int | None = None
    old_urgent_s: int | None = None
    #: The agency's own words stand before their translation.
    original_first: bool = False

    @property
    def paused(self) -> bool:
        """True when nothing may be sent to it."""
        return self.state != "active"


async def ensure(
    conn: AsyncConnection, telegram_id: int, kind: ChatKind, title: str, now: datetime, language: str = ""
) -> int:
    """Store the chat, or bring kind and title up to date, and give its id. ``language`` is taken when it is new or
    has none yet; a paused chat stays paused (see ``resume``).
    """
    found = await get(conn, telegram_id)
    language = language[:LONGEST_LANGUAGE]
    if found is not None:
        title = storable(title)
        language = found.language or language
        if (found.kind, found.title, found.language) != (kind, title, language):
            changed = update(chats).where(chats.c.id == found.id)
            await conn.execute(changed.values(kind=kind.value, title=title, language=language))
        return found.id
    await _take_turns(conn, telegram_id)
    statement = insert_into(conn, chats).values(
        telegram_id=telegram_id, kind=kind.value, title=title, language=language, created_at=now
    )
    # PostgreSQL has several writers: the other one may have come first
    statement = statement.on_conflict_do_update(index_elements=["telegram_id"], set_={"kind": kind.value})
    return int((await conn.execute(statement.returning(chats.c.id))).scalar_one())


async def get(conn: AsyncConnection, telegram_id: int) -> Chat | None:
    """Give the chat of this Telegram id."""
    return await _one(conn, chats.c.telegram_id == telegram_id)


async def by_id(conn: AsyncConnection, chat_id: int) -> Chat | None:
    """Give the chat of this id of ours."""
    return await _one(conn, chats.c.id == chat_id)


async def set_language(conn: AsyncConnection, telegram_id: int, language: str) -> None:
    """Set the interface language (BCP 47)."""
    changed = update(chats).where(chats.c.telegram_id == telegram_id)
    await conn.execute(changed.values(language=language[:LONGEST_LANGUAGE]))


async def set_patience(conn: AsyncConnection, telegram_id: int, seconds: int, *, urgent: bool) -> None:
    """Set how old urgent or routine news may be and still ring in the chat."""
    values = {"old_urgent_s" if urgent else "old_routine_s": seconds}
    await conn.execute(update(chats).where(chats.c.telegram_id == telegram_id).values(**values))


async def set_order(conn: AsyncConnection, telegram_id: int, *, original_first: bool) -> None:
    """Set whether the agency's own words or their translation comes first in the chat."""
    changed = update(chats).where(chats.c.telegram_id == telegram_id)
    await conn.execute(changed.values(original_first=original_first))


async def pause(conn: AsyncConnection, telegram_id: int, reason: str) -> bool:
    """Stop sending to the chat; its subscriptions and what waits stay. True when it was active."""
    active = (chats.c.telegram_id == telegram_id) & (chats.c.state == "active")
    done = await conn.execute(update(chats).where(active).values(state="paused", paused_reason=reason))
    return done.rowcount > 0


async def resume(conn: AsyncConnection, telegram_id: int) -> bool:
    """Send to the chat again. True when it was paused."""
    paused = (chats.c.telegram_id == telegram_id) & (chats.c.state != "active")
    done = await conn.execute(update(chats).where(paused).values(state="active", paused_reason=""))
    return done.rowcount > 0


async def migrate(conn: AsyncConnection, old_telegram_id: int, new_telegram_id: int) -> int | None:
    """A group became a supergroup: everything of the old chat goes to the new id; give the id (ours) of the chat that
    remains, None when neither is known.

    When both are known they are merged into the new one: a wish or a delivery that both have is kept once. Told
    twice (Telegram says it in a message and in an error), the second time does nothing.
    """
    # told at once by two transactions, the slower one would read the renamed row as old and new, and merge it away
    await _take_turns(conn, new_telegram_id)
    old = await get(conn, old_telegram_id)
    new = await get(conn, new_telegram_id)
    if old is None or old_telegram_id == new_telegram_id:
        return new.id if new else None
    await conn.execute(
        update(choices).where(choices.c.telegram_id == old_telegram_id).values(telegram_id=new_telegram_id)
    )
    # somebody upgraded a group that the bot is in: it may speak there
    values = {"kind": ChatKind.SUPERGROUP.value, "state": "active", "paused_reason": ""}
    if new is None:
        await conn.execute(update(chats).where(chats.c.id == old.id).values(telegram_id=new_telegram_id, **values))
        return old.id
    await _merge(conn, old.id, new.id)
    values["language"] = new.language or old.language
    await conn.execute(update(chats).where(chats.c.id == new.id).values(values))
    return new.id


async def _take_turns(conn: AsyncConnection, telegram_id: int) -> None:
    """Until this transaction ends, no other one makes or moves the chat of this id; SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        await conn.execute(select(func.pg_advisory_xact_lock(telegram_id)))


#: What a chat has once for each of its places, and by which columns beside the chat it is the same.
_ONCE: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (subscriptions, ("thread_id", "account_id", "words_key")),
    (briefings, ("thread_id", "kind")),
    (manners, ("thread_id",)),
    (mutes, ("thread_id", "root_id")),
)
#: What of it is copied, with these columns: the rows of the old chat go with it.
_COPIED = ((coverages, ("thread_id", "account_id", "root_id")), (topics, ("thread_id", "language")))


async def _merge(conn: AsyncConnection, old_id: int, new_id: int) -> None:
    for table, same in _ONCE:
        await _take_over(conn, table, same, old_id, new_id)
    for table, names in _COPIED:
        found = select(*(table.c[name] for name in names)).where(table.c.chat_id == old_id)
        rows = [dict(row) | {"chat_id": new_id} for row in (await conn.execute(found)).mappings()]
        if rows:
            await conn.execute(insert_into(conn, table).on_conflict_do_nothing(), rows)
    await chat_places.move(conn, old_id, new_id)
    await _take_over(conn, deliveries, ("thread_id", "post_id", "revision", "op"), old_id, new_id)
    # What is left is there twice. Its rows stay, settled, for their ids must not be given again (SQLite would): a request
    # of one may be on its way, and its answer would be written to a stranger. Housekeeping takes them in time.
    settled = func.coalesce(deliveries.c.settled_at, deliveries.c.queued_at)
    nothing = {"chat_id": new_id, "post_id": None, "op": Op.NOTICE.value, "state": State.SKIPPED.value, "notice": ""}
    twice = update(deliveries).where(deliveries.c.chat_id == old_id)
    await conn.execute(twice.values(**nothing, settled_at=settled, error="the chat was merged with another one"))
    await conn.execute(delete(chats).where(chats.c.id == old_id))


async def _take_over(conn: AsyncConnection, table: Table, same: tuple[str, ...], old_id: int, new_id: int) -> None:
    """What the new chat does not have itself becomes its own; what it has stands."""
    there = table.alias()
    has_it = exists().where(there.c.chat_id == new_id, *(there.c[name] == table.c[name] for name in same))
    await conn.execute(update(table).where(table.c.chat_id == old_id, ~has_it).values(chat_id=new_id))


async def _one(conn: AsyncConnection, condition: ColumnElement[bool]) -> Chat | None:
    row = (await conn.execute(select(*_CHAT).where(condition))).first()
    if row is None:
        return None
    number, telegram_id, kind, *rest = row
    return Chat(number, telegram_id, ChatKind(kind), *rest)


_CHAT = (
    chats.c.id,
    chats.c.telegram_id,
    chats.c.kind,
    chats.c.title,
    chats.c.language,
    chats.c.state,
    chats.c.paused_reason,
    chats.c.old_routine_s,
    chats.c.old_urgent_s,
    chats.c.original_first,
)
