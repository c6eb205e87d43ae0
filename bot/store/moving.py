"""What is followed in one chat and topic, moved to another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.subscription import MOST_SUBSCRIPTIONS, TooManySubscriptionsError
from bot.store.inserting import insert_into
from bot.store.tables import coverages, subscriptions


@dataclass(frozen=True, slots=True)
class Place:
    """A chat (our id) and topic (0: none)."""

    chat_id: int
    thread_id: int


async def move(conn: AsyncConnection, source: Place, target: Place, now: datetime) -> int:
    """Move every subscription with its own manners, and what is shown as one message; gives how many there were.

    What the target follows already stays as it is there. Raises TooManySubscriptionsError, after which the transaction
    must be given up.
    """
    s, theirs = subscriptions.c, _at(subscriptions, source)
    count = int((await conn.execute(select(func.count()).select_from(subscriptions).where(theirs))).scalar_one())
    if source == target or not count:
        return 0
    kept = ("account_id", "words", "filter", "words_key", "created_by", "manners")
    rows = select(
        literal(target.chat_id, s.chat_id.type),
        literal(target.thread_id, s.thread_id.type),
        literal(now, s.created_at.type),
        *(s[name] for name in kept),
    ).where(theirs)
    names = ["chat_id", "thread_id", "created_at", *kept]
    await conn.execute(insert_into(conn, subscriptions).from_select(names, rows).on_conflict_do_nothing())
    c = coverages.c
    lives = select(
        literal(target.chat_id, c.chat_id.type), literal(target.thread_id, c.thread_id.type), c.account_id
    ).where(_at(coverages, source))
    names = ["chat_id", "thread_id", "account_id"]
    await conn.execute(insert_into(conn, coverages).from_select(names, lives).on_conflict_do_nothing())
    for table in (subscriptions, coverages):
        await conn.execute(delete(table).where(_at(table, source)))
    whole = select(func.count()).select_from(subscriptions).where(s.chat_id == target.chat_id)
    if int((await conn.execute(whole)).scalar_one()) > MOST_SUBSCRIPTIONS:
        raise TooManySubscriptionsError
    return count


def _at(table: Table, place: Place) -> ColumnElement[bool]:
    return (table.c.chat_id == place.chat_id) & (table.c.thread_id == place.thread_id)
