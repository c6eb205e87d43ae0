"""What is asked of an account: the filters that its subscribers have, each once, whatever the number of subscribers."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.subscriptions import filter_of
from bot.store.tables import subscriptions

#: Keys given to one statement.
AT_ONCE = 500
#: Keys read at a time: from an index alone.
KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Wish:
    """A filter that at least one subscription has, as text, and its key."""

    key: str
    filter: str


async def keys(conn: AsyncConnection, account_id: int) -> set[str]:
    """The key of every filter that an account's subscribers have; without that of everything."""
    s = subscriptions.c
    found: set[str] = set()
    after = ""
    while True:
        page = (
            select(s.words_key)
            .where(s.account_id == account_id, s.words_key > after)
            .distinct()
            .order_by(s.words_key)
            .limit(KEYS)
        )
        some = (await conn.execute(page)).scalars().all()
        found.update(some)
        if len(some) < KEYS:
            return found
        after = some[-1]


async def wishes(conn: AsyncConnection, account_id: int, which: Collection[str]) -> list[Wish]:
    """The filters with these keys, those that are there."""
    s = subscriptions.c
    found: list[Wish] = []
    ordered = sorted(which)
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        # one key may have been kept in both ways; the filter is the newer one
        page = (
            select(s.words_key, func.min(s.words), func.max(s.filter))
            .where(s.account_id == account_id, s.words_key.in_(some))
            .group_by(s.words_key)
        )
        found += [Wish(key, filter_of(words, text)) for key, words, text in await conn.execute(page)]
    return found
