"""Chats: who the bot speaks to, in which language, and whether it may."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select, update
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


async def _merge(conn: AsyncConnection, old_id: int, new_id: int) -> None:
    wish, same_wish = subscriptions, subscriptions.alias()
    has_wish = exists().where(
        same_wish.c.chat_id == new_id,
        same_wish.c.thread_id == wish.c.thread_id,
        same_wish.c.account_id == wish.c.account_id,
        same_wish.c.words_key == wish.c.words_key,
    )
    await conn.execute(update(wish).where(wish.c.chat_id == old_id, ~has_wish).values(chat_id=new_id))
    digest, same_digest = briefings, briefings.alias()
    has_digest = exists().where(
        same_digest.c.chat_id == new_id,
        same_digest.c.thread_id == digest.c.thread_id,
        same_digest.c.kind == digest.c.kind,
    )
    await conn.execute(update(digest).where(digest.c.chat_id == old_id, ~has_digest).values(chat_id=new_id))
    wanted, same_wanted = manners, manners.alias()
    has_wanted = exists().where(same_wanted.c.chat_id == new_id, same_wanted.c.thread_id == wanted.c.thread_id)
    await conn.execute(update(wanted).where(wanted.c.chat_id == old_id, ~has_wanted).values(chat_id=new_id))
    covered = select(coverages.c.thread_id, coverages.c.account_id, coverages.c.root_id).where(
        coverages.c.chat_id == old_id
    )
    rows = [dict(row) | {"chat_id": new_id} for row in (await conn.execute(covered)).mappings()]
    if rows:  # those of the old chat go with it
        await conn.execute(insert_into(conn, coverages).on_conflict_do_nothing(), rows)
    spoken = select(topics.c.thread_id, topics.c.language).where(topics.c.chat_id == old_id)
    rows = [dict(row) | {"chat_id": new_id} for row in (await conn.execute(spoken)).mappings()]
    if rows:
        await conn.execute(insert_into(conn, topics).on_conflict_do_nothing(), rows)
    quiet, same_quiet = mutes, mutes.alias()
    has_quiet = exists().where(
        same_quiet.c.chat_id == new_id,
        same_quiet.c.thread_id == quiet.c.thread_id,
        same_quiet.c.root_id == quiet.c.root_id,
    )
    await conn.execute(update(quiet).where(quiet.c.chat_id == old_id, ~has_quiet).values(chat_id=new_id))
    await chat_places.move(conn, old_id, new_id)
    said, same_said = deliveries, deliveries.alias()
    has_said = exists().where(
        same_said.c.chat_id == new_id,
        same_said.c.thread_id == said.c.thread_id,
        same_said.c.post_id == said.c.post_id,
        same_said.c.revision == said.c.revision,
        same_said.c.op == said.c.op,
    )
    await conn.execute(update(said).where(said.c.chat_id == old_id, ~has_said).values(chat_id=new_id))
    # What is left is there twice. Its rows stay, settled, for their ids must not be given again (SQLite would): a request
    # of one may be on its way, and its answer would be written to a stranger. Housekeeping takes them in time.
    settled = func.coalesce(said.c.settled_at, said.c.queued_at)
    nothing = {"chat_id": new_id, "post_id": None, "op": Op.NOTICE.value, "state": State.SKIPPED.value, "notice": ""}
    twice = update(said).where(said.c.chat_id == old_id)
    await conn.execute(twice.values(**nothing, settled_at=settled, error="the chat was merged with another one"))
    await conn.execute(delete(chats).where(chats.c.id == old_id))


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
