"""Accounts and how each is watched: what the scheduler reads at start and writes after every poll."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.account import Account
from bot.store.inserting import insert_into
from bot.store.storable import storable
from bot.store.tables import accounts, subscriptions, watches

#: A stable id is at most a URL; longer ones do not fit PostgreSQL's index row (2704 bytes).
LONGEST_KEY_BYTES = 2000

#: RFC 5646 section 4.4.1: no registered tag needs more.
LONGEST_LANGUAGE = 35


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account and its row's id."""

    id: int
    account: Account


@dataclass(frozen=True, slots=True)
class Watch:
    """How one account is watched. Every time is aware UTC; the columns' meanings stand in ``tables.watches``."""

    account_id: int
    account: Account
    #: "active" or "gone".
    state: str
    baseline_at: datetime | None
    baseline_floor: datetime | None
    next_poll_at: datetime
    interval_s: float
    last_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_post_at: datetime | None = None
    #: "never", "posts", "nothing_new", "refused" or "broken".
    outcome: str = "never"
    problem: str = ""
    advice: str = ""
    #: What subscribers are told of it: ``Reason.to_json``, "" when there is nothing to tell.
    reason: str = ""
    failures: int = 0
    blind_told_at: datetime | None = None
    #: The source's own memory.
    memory: Mapping[str, object] | None = None


#: One quiet poll: account_id, next_poll_at, last_ok_at (the time of this poll), interval_s, outcome.
Quiet = tuple[int, datetime, datetime, float, str]


async def upsert(conn: AsyncConnection, account: Account, now: datetime) -> int:
    """Store the account, or bring what is known of it up to date, and give its id.

    Blank fields of ``account`` leave what is known alone, except ``verified``: a lost badge is lost. Raises
    ValueError for a key of more than ``LONGEST_KEY_BYTES``.
    """
    if len(storable(account.key).encode()) > LONGEST_KEY_BYTES:
        msg = f"an account's key has more than {LONGEST_KEY_BYTES} bytes"
        raise ValueError(msg)
    known = await by_key(conn, account.kind, account.key)
    wanted = _merged(account, known.account if known else None)
    if known is not None and known.account == wanted:
        return known.id
    values = {
        "name": wanted.name,
        "url": wanted.url,
        "description": wanted.description,
        "verified": wanted.verified,
        "language": wanted.language,
        "utc_offset": wanted.utc_offset,
    }
    statement = insert_into(conn, accounts).values(kind=account.kind, key=account.key, created_at=now, **values)
    statement = statement.on_conflict_do_update(index_elements=["kind", "key"], set_=values)
    return int((await conn.execute(statement.returning(accounts.c.id))).scalar_one())


async def get(conn: AsyncConnection, account_id: int) -> StoredAccount | None:
    """Give the account of this id."""
    row = (await conn.execute(select(*ACCOUNT_COLUMNS).where(accounts.c.id == account_id))).first()
    return None if row is None else StoredAccount(row[0], _account(row[1:]))


async def by_key(conn: AsyncConnection, kind: str, key: str) -> StoredAccount | None:
    """Give the account of this kind and key."""
    found = select(*ACCOUNT_COLUMNS).where(accounts.c.kind == kind, accounts.c.key == key)
    row = (await conn.execute(found)).first()
    return None if row is None else StoredAccount(row[0], _account(row[1:]))


async def ensure_watch(conn: AsyncConnection, account_id: int, next_poll_at: datetime, interval_s: float) -> None:
    """See that the account has a row to be watched by; one that is there is left as it is."""
    statement = insert_into(conn, watches).values(
        account_id=account_id, next_poll_at=next_poll_at, interval_s=interval_s
    )
    await conn.execute(statement.on_conflict_do_nothing(index_elements=["account_id"]))


async def watched(conn: AsyncConnection) -> list[Watch]:
    """Give the watches of all accounts that have at least one subscription (in any chat, paused ones too)."""
    wanted = exists().where(subscriptions.c.account_id == watches.c.account_id)
    rows = await conn.execute(_watches().where(wanted).order_by(watches.c.account_id))
    return [watch_of_row(row) for row in rows]


async def watched_kinds(conn: AsyncConnection) -> set[str]:
    """Give the kinds of all accounts that have at least one subscription."""
    wanted = exists().where(subscriptions.c.account_id == accounts.c.id)
    return set((await conn.execute(select(accounts.c.kind).where(wanted).distinct())).scalars())


async def watch_of(conn: AsyncConnection, account_id: int) -> Watch | None:
    """Give the watch of one account."""
    row = (await conn.execute(_watches().where(watches.c.account_id == account_id))).first()
    return None if row is None else watch_of_row(row)


async def save_watch(conn: AsyncConnection, watch: Watch) -> None:
    """Write everything of the watch; ``memory`` None leaves the stored memory alone. The account is not written."""
    values: dict[str, object] = {column.name: getattr(watch, column.name) for column in WATCH}
    if watch.memory is not None:
        values["memory"] = memory_to_json(watch.memory)
    await conn.execute(update(watches).where(watches.c.account_id == watch.account_id).values(values))


async def save_quiet(
    conn: AsyncConnection, rows: Sequence[Quiet], memories: Mapping[int, Mapping[str, object] | None] | None = None
) -> None:
    """Write many polls that brought nothing, in one statement: the site answered, so trouble is over and
    ``problem``, ``advice`` and ``failures`` are cleared. ``blind_told_at`` stays as it is, and so does the memory of
    all but those in ``memories``, by account.
    """
    if rows:
        await conn.execute(_SAVE_QUIET, [dict(zip(_QUIET, row, strict=True)) for row in rows])
    changed = [
        {"watched": account_id, "kept": memory_to_json(memory)}
        for account_id, memory in (memories or {}).items()
        if memory is not None
    ]
    if changed:
        await conn.execute(_SAVE_MEMORY, changed)


def memory_to_json(memory: Mapping[str, object]) -> str:
    """Give a source's memory as JSON that any column holds."""
    return json.dumps(dict(memory), separators=(",", ":"))


#: The id, then the account in the order of its fields.
ACCOUNT_COLUMNS = (
    accounts.c.id,
    accounts.c.kind,
    accounts.c.key,
    accounts.c.name,
    accounts.c.url,
    accounts.c.description,
    accounts.c.verified,
    accounts.c.language,
    accounts.c.utc_offset,
)

#: What a watch is read from and written to, in the order of ``Watch`` after account_id and account, memory apart.
WATCH = (
    watches.c.state,
    watches.c.baseline_at,
    watches.c.baseline_floor,
    watches.c.next_poll_at,
    watches.c.interval_s,
    watches.c.last_poll_at,
    watches.c.last_ok_at,
    watches.c.last_post_at,
    watches.c.outcome,
    watches.c.problem,
    watches.c.advice,
    watches.c.reason,
    watches.c.failures,
    watches.c.blind_told_at,
)

#: account id, the account, the watch, the memory: what ``watch_of_row`` reads.
WATCH_COLUMNS = (*ACCOUNT_COLUMNS, *WATCH, watches.c.memory)

_QUIET = ("watched", "next", "ok", "interval", "how")

_SAVE_QUIET = (
    update(watches)
    .where(watches.c.account_id == bindparam("watched"))
    .values(
        next_poll_at=bindparam("next"),
        last_poll_at=bindparam("ok"),
        last_ok_at=bindparam("ok"),
        interval_s=bindparam("interval"),
        outcome=bindparam("how"),
        problem="",
        advice="",
        failures=0,
    )
)

_SAVE_MEMORY = update(watches).where(watches.c.account_id == bindparam("watched")).values(memory=bindparam("kept"))


def _watches() -> Select[Any]:
    return select(*WATCH_COLUMNS).join_from(watches, accounts, accounts.c.id == watches.c.account_id)


def watch_of_row(row: Sequence[Any], made_at: datetime | None = None) -> Watch:
    """Make a watch of a row that begins with ``WATCH_COLUMNS``. Where an outer join found no watch, it is one that
    never looked and is due since ``made_at``.
    """
    head, tail = len(ACCOUNT_COLUMNS), len(WATCH_COLUMNS)
    account = _account(row[1:head])
    state, text = row[head], row[tail - 1]
    if state is None and made_at is not None:
        return Watch(row[0], account, "active", None, None, next_poll_at=made_at, interval_s=0.0, memory={})
    memory = json.loads(text) if text != "{}" else {}
    values = dict(zip((column.name for column in WATCH), row[head : tail - 1], strict=True))
    return Watch(account_id=row[0], account=account, memory=memory, **values)


def _account(values: Sequence[Any]) -> Account:
    return Account(*values)


def _merged(new: Account, known: Account | None) -> Account:
    """Give the account as it is to be stored."""
    return Account(
        kind=new.kind,
        key=storable(new.key),
        name=storable(new.name) or (known.name if known else ""),
        url=storable(new.url) or (known.url if known else ""),
        description=storable(new.description) or (known.description if known else ""),
        verified=storable(new.verified),
        language=storable(new.language)[:LONGEST_LANGUAGE] or (known.language if known else ""),
        utc_offset=new.utc_offset if new.utc_offset is not None or known is None else known.utc_offset,
    )
