"""Who asked for what: adding, taking back and bringing back wishes. Who is told of a post stands in ``fanout``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.account import Account
from bot.model.subscription import words_as_filter
from bot.store.accounts import WATCH_COLUMNS, Watch, watch_of_row
from bot.store.inserting import insert_into
from bot.store.tables import accounts, subscriptions, watches


@dataclass(frozen=True, slots=True)
class Removed:
    """A subscription that was taken back: enough to bring it back."""

    subscription_id: int
    chat_id: int
    thread_id: int
    account_id: int
    words: tuple[str, ...]
    words_key: str
    created_by: int | None
    created_at: datetime
    filter: str = ""
    #: Its own manners (``store.manners.own_to_json``), "" for none.
    manners: str = ""

    def as_payload(self) -> dict[str, Any]:
        """Give it as JSON values, to be put behind an Undo button (``choices.put``)."""
        return {**asdict(self), "words": list(self.words), "created_at": self.created_at.isoformat()}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "Removed":
        """Read what ``as_payload`` gave."""
        moment = datetime.fromisoformat(payload["created_at"])
        values = {name: value for name, value in payload.items() if name in cls.__dataclass_fields__}
        if way := payload.get(
            "telling"
        ):  # put there before subscriptions had more of their own than a way of telling
            values["manners"] = json.dumps({"telling": way})
        return cls(**{**values, "words": tuple(payload["words"]), "created_at": moment})


@dataclass(frozen=True, slots=True)
class Listed:
    """One subscription of a chat, with the account and how it is watched."""

    subscription_id: int
    thread_id: int
    account_id: int
    account: Account
    words: tuple[str, ...]
    watch: Watch
    #: The filter as text, whichever way it is kept; "" is every post.
    filter: str = ""


async def add(
    conn: AsyncConnection,
    chat_id: int,
    thread_id: int,
    account_id: int,
    words: Sequence[str],
    words_key: str,
    created_by: int | None,
    now: datetime,
    filter_text: str = "",
) -> tuple[int, bool]:
    """Store a wish and give its id and True; a wish that is there already (same topic, account and key) gives its
    id and False. ``words_key`` is ``matching.tree.key_of`` the filter, or ``matching.words_key`` of the words.
    """
    values = {
        "chat_id": chat_id,
        "thread_id": thread_id,
        "account_id": account_id,
        "words": words_to_json(words),
        "filter": filter_text,
        "words_key": words_key,
        "created_by": created_by,
        "created_at": now,
    }
    return await _insert(conn, values)


async def remove(conn: AsyncConnection, subscription_id: int, chat_id: int) -> Removed | None:
    """Take back a subscription of this chat (our id); None when it has none of that id."""
    gone = delete(subscriptions).where(subscriptions.c.id == subscription_id, subscriptions.c.chat_id == chat_id)
    row = (await conn.execute(gone.returning(*_REMOVED))).first()
    if row is None:
        return None
    values = list(row)
    values[4] = from_json(values[4])
    return Removed(*values)


async def restore(conn: AsyncConnection, removed: Removed) -> tuple[int, bool]:
    """Bring back what was taken back, under its old id where that is free; give its id and True, or the id of the
    same wish made meanwhile and False. Raises IntegrityError when the chat or the account is gone.
    """
    values = {
        "chat_id": removed.chat_id,
        "thread_id": removed.thread_id,
        "account_id": removed.account_id,
        "words": words_to_json(removed.words),
        "filter": removed.filter,
        "words_key": removed.words_key,
        "created_by": removed.created_by,
        "created_at": removed.created_at,
        "manners": removed.manners,
    }
    taken = select(subscriptions.c.id).where(subscriptions.c.id == removed.subscription_id)
    if (await conn.execute(taken)).first() is None:
        values["id"] = removed.subscription_id
    return await _insert(conn, values)


async def get(conn: AsyncConnection, subscription_id: int, chat_id: int) -> Listed | None:
    """Give one subscription of this chat (our id)."""
    found = await _listed(conn, subscriptions.c.id == subscription_id, subscriptions.c.chat_id == chat_id)
    return found[0] if found else None


async def of_chat(conn: AsyncConnection, chat_id: int, thread_id: int | None = None) -> list[Listed]:
    """Give the subscriptions of a chat (our id), of one topic or (None) of all, in the order they were made."""
    if thread_id is None:
        return await _listed(conn, subscriptions.c.chat_id == chat_id)
    return await _listed(conn, subscriptions.c.chat_id == chat_id, subscriptions.c.thread_id == thread_id)


async def count_of_account(conn: AsyncConnection, account_id: int) -> int:
    """How many subscriptions an account has."""
    return await _count(conn, subscriptions.c.account_id == account_id)


async def count_of_chat(conn: AsyncConnection, chat_id: int) -> int:
    """How many subscriptions a chat has, all topics together."""
    return await _count(conn, subscriptions.c.chat_id == chat_id)


def filter_of(words: str, text: str) -> str:
    """The filter of a subscription's ``words`` and ``filter`` columns."""
    return text or words_as_filter(from_json(words))


def from_json(text: str) -> tuple[str, ...]:
    """Read the ``words`` column."""
    return () if text == "[]" else tuple(json.loads(text))


def words_to_json(words: Sequence[str]) -> str:
    """Write the ``words`` column."""
    # escapes keep what PostgreSQL's text cannot hold
    return json.dumps(list(words))


_REMOVED = (
    subscriptions.c.id,
    subscriptions.c.chat_id,
    subscriptions.c.thread_id,
    subscriptions.c.account_id,
    subscriptions.c.words,
    subscriptions.c.words_key,
    subscriptions.c.created_by,
    subscriptions.c.created_at,
    subscriptions.c.filter,
    subscriptions.c.manners,
)


async def _insert(conn: AsyncConnection, values: dict[str, Any]) -> tuple[int, bool]:
    statement = insert_into(conn, subscriptions).values(values).on_conflict_do_nothing()
    made = (await conn.execute(statement.returning(subscriptions.c.id))).scalar_one_or_none()
    if made is not None:
        return int(made), True
    same = [subscriptions.c[name] == values[name] for name in ("chat_id", "thread_id", "account_id", "words_key")]
    return int((await conn.execute(select(subscriptions.c.id).where(*same))).scalar_one()), False


async def _listed(conn: AsyncConnection, *conditions: ColumnElement[bool]) -> list[Listed]:
    s = subscriptions.c
    own = (s.id, s.thread_id, s.words, s.filter, s.created_at)
    rows = (
        select(*WATCH_COLUMNS, *own)
        .join_from(subscriptions, accounts, accounts.c.id == subscriptions.c.account_id)
        .outerjoin(watches, watches.c.account_id == subscriptions.c.account_id)
        .where(*conditions)
        .order_by(subscriptions.c.id)
    )
    return [_one_listed(row) for row in await conn.execute(rows)]


def _one_listed(row: Sequence[Any]) -> Listed:
    subscription_id, thread_id, words, text, created_at = row[len(WATCH_COLUMNS) :]
    watch = watch_of_row(row, made_at=created_at)
    return Listed(
        subscription_id, thread_id, watch.account_id, watch.account, from_json(words), watch, filter_of(words, text)
    )


async def _count(conn: AsyncConnection, condition: ColumnElement[bool]) -> int:
    return int((await conn.execute(select(func.count()).select_from(subscriptions).where(condition))).scalar_one())
