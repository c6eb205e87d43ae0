"""Chats with all that they follow, out of one database and into another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.account import Account
from bot.model.manners import NOTHING_OWN, Manners, Own
from bot.model.place import ChatPlace
from bot.model.subscription import ChatKind
from bot.store import accounts as account_store
from bot.store import chat_places
from bot.store import manners as manner_store
from bot.store import topics as topic_store
from bot.store.accounts import ACCOUNT_COLUMNS
from bot.store.briefings import Kind
from bot.store.coverages import of_chats as covered_in
from bot.store.inserting import insert_into
from bot.store.subscriptions import from_json, words_to_json
from bot.store.tables import accounts, briefings, chats, coverages, subscriptions, topics

#: Where the interval of a new account's polls begins, seconds; its kind's pace takes over with the first one.
FIRST_INTERVAL = 300.0


@dataclass(frozen=True, slots=True)
class CarriedWish:
    """One subscription."""

    thread_id: int
    account: Account
    words: tuple[str, ...]
    #: ``matching.tree.key_of`` the filter; not needed on the way out.
    words_key: str = ""
    #: The account's running reports are one message there.
    live: bool = False
    filter: str = ""
    #: What it wants otherwise than its place.
    own: Own = NOTHING_OWN


@dataclass(frozen=True, slots=True)
class CarriedDigest:
    """A digest of the day: its hour, by whose clock, and when that is next (not needed on the way out)."""

    thread_id: int
    hour: int
    zone: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CarriedPlace:
    """A place and the topic that set it."""

    thread_id: int
    place: ChatPlace


@dataclass(frozen=True, slots=True)
class CarriedManners:
    """How a topic is told."""

    thread_id: int
    manners: Manners


@dataclass(frozen=True, slots=True)
class CarriedChat:
    """One chat. ``telegram_id`` is Telegram's."""

    telegram_id: int
    kind: ChatKind
    title: str
    language: str
    old_routine_s: int | None
    old_urgent_s: int | None
    wishes: tuple[CarriedWish, ...]
    original_first: bool = False
    digests: tuple[CarriedDigest, ...] = ()
    #: Topics with a language of their own.
    topics: tuple[tuple[int, str], ...] = ()
    places: tuple[CarriedPlace, ...] = ()
    manners: tuple[CarriedManners, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """What was not there before."""

    chats: int = 0
    paused: int = 0
    wishes: int = 0

    def __add__(self, other: "Carried") -> "Carried":
        return Carried(self.chats + other.chats, self.paused + other.paused, self.wishes + other.wishes)


async def page(conn: AsyncConnection, after: int, limit: int) -> tuple[list[CarriedChat], int]:
    """The chats behind this id of ours, and the id to go on from (the same: there are no more)."""
    rows = (await conn.execute(select(*_CHAT).where(chats.c.id > after).order_by(chats.c.id).limit(limit))).all()
    return await _carried(conn, rows), rows[-1].id if rows else after


async def one(conn: AsyncConnection, chat_id: int) -> CarriedChat | None:
    """One chat, by our id."""
    found = await _carried(conn, (await conn.execute(select(*_CHAT).where(chats.c.id == chat_id))).all())
    return found[0] if found else None


async def _carried(conn: AsyncConnection, rows: Sequence[Any]) -> list[CarriedChat]:
    ids = [row.id for row in rows]
    wishes, digests = await _wishes(conn, ids), await _digests(conn, ids)
    spoken, places = await topic_store.of_chats(conn, ids), await chat_places.of_chats(conn, ids)
    told: dict[int, list[CarriedManners]] = {}
    for (chat_id, thread_id), each in sorted(
        (await manner_store.of_chats(conn, ids)).items(), key=lambda row: row[0]
    ):
        told.setdefault(chat_id, []).append(CarriedManners(thread_id, each))
    return [
        CarriedChat(
            telegram_id, ChatKind(kind), title, language, routine, urgent,
            tuple(wishes.get(chat_id, ())), original, tuple(digests.get(chat_id, ())),
            tuple(spoken.get(chat_id, ())), tuple(CarriedPlace(*each) for each in places.get(chat_id, ())),
            tuple(told.get(chat_id, ())),
        )
        for chat_id, telegram_id, kind, title, language, routine, urgent, original in rows
    ]  # fmt: skip


_CHAT = (
    chats.c.id,
    chats.c.telegram_id,
    chats.c.kind,
    chats.c.title,
    chats.c.language,
    chats.c.old_routine_s,
    chats.c.old_urgent_s,
    chats.c.original_first,
)


async def take_in(
    conn: AsyncConnection,
    carried: Sequence[CarriedChat],
    now: datetime,
    known: dict[tuple[str, str], int],
    *,
    private_paused_for: str = "",
) -> Carried:
    """Store chats and what they follow. What is there already stays as it is, so doing it again changes nothing.

    ``known``: ids of accounts by kind and key, filled here and handed in again within the same transaction.
    ``private_paused_for``: a reason for which private chats that are new here are not written to yet, "" for none.
    """
    ids = await _ids(conn, carried)
    fresh = {chat.telegram_id: chat for chat in carried if chat.telegram_id not in ids}
    paused = {each for each, chat in fresh.items() if chat.kind is ChatKind.PRIVATE and private_paused_for}
    if fresh:
        rows = [_row(chat, now, private_paused_for if each in paused else "") for each, chat in fresh.items()]
        await conn.execute(insert_into(conn, chats).on_conflict_do_nothing(), rows)
        ids = await _ids(conn, carried)
    wanted = []
    for chat in carried:
        for wish in chat.wishes:
            account = wish.account
            if (account.kind, account.key) not in known:
                known[account.kind, account.key] = await _account_id(conn, account, now)
            wanted.append(
                {
                    "chat_id": ids[chat.telegram_id],
                    "thread_id": wish.thread_id,
                    "account_id": known[account.kind, account.key],
                    "words": words_to_json(wish.words),
                    "filter": wish.filter,
                    "words_key": wish.words_key,
                    "manners": manner_store.own_to_json(wish.own),
                    "created_by": None,
                    "created_at": now,
                }
            )
    covered = [
        {
            "chat_id": ids[chat.telegram_id],
            "thread_id": wish.thread_id,
            "account_id": known[wish.account.kind, wish.account.key],
        }
        for chat in carried
        for wish in chat.wishes
        if wish.live
    ]
    if covered:
        await conn.execute(insert_into(conn, coverages).on_conflict_do_nothing(), covered)
    made = 0
    if wanted:
        statement = insert_into(conn, subscriptions).on_conflict_do_nothing().returning(subscriptions.c.id)
        made = len((await conn.execute(statement, wanted)).all())
    await _take_in_settings(conn, carried, ids, now)
    return Carried(len(fresh), len(paused), made)


async def _take_in_settings(
    conn: AsyncConnection, carried: Sequence[CarriedChat], ids: dict[int, int], now: datetime
) -> None:
    digests = [
        {
            "chat_id": ids[chat.telegram_id],
            "thread_id": digest.thread_id,
            "kind": Kind.DAY.value,
            "hour": digest.hour,
            "zone": digest.zone,
            "due_at": digest.due_at,
        }
        for chat in carried
        for digest in chat.digests
    ]
    if digests:
        await conn.execute(insert_into(conn, briefings).on_conflict_do_nothing(), digests)
    for chat in carried:
        if chat.places:
            places = [(each.thread_id, each.place) for each in chat.places]
            await chat_places.put(conn, ids[chat.telegram_id], places, now)
        await manner_store.put(conn, ids[chat.telegram_id], [(each.thread_id, each.manners) for each in chat.manners])
    spoken = [
        {"chat_id": ids[chat.telegram_id], "thread_id": thread_id, "language": tag}
        for chat in carried
        for thread_id, tag in chat.topics
    ]
    if spoken:
        await conn.execute(insert_into(conn, topics).on_conflict_do_nothing(), spoken)


async def _wishes(conn: AsyncConnection, chat_ids: Sequence[int]) -> dict[int, list[CarriedWish]]:
    s, live = subscriptions.c, await covered_in(conn, chat_ids)
    found = (
        select(s.id, s.chat_id, s.thread_id, s.words, s.filter, s.manners, *ACCOUNT_COLUMNS)
        .join_from(subscriptions, accounts, accounts.c.id == s.account_id)
        .where(s.chat_id.in_(chat_ids))
    )
    wishes: dict[int, list[CarriedWish]] = {}
    # sorted here: asked to, PostgreSQL would rather read the whole table in that order
    for _, chat_id, thread_id, words, text, kept, account_id, *account in sorted(
        await conn.execute(found), key=lambda row: row[0]
    ):
        is_live = (chat_id, thread_id, account_id) in live
        own = manner_store.own_from_json(kept)
        wish = CarriedWish(thread_id, Account(*account), from_json(words), live=is_live, filter=text, own=own)
        wishes.setdefault(chat_id, []).append(wish)
    return wishes


async def _digests(conn: AsyncConnection, chat_ids: Sequence[int]) -> dict[int, list[CarriedDigest]]:
    b = briefings.c
    found = select(b.chat_id, b.thread_id, b.hour, b.zone).where(b.chat_id.in_(chat_ids), b.kind == Kind.DAY.value)
    digests: dict[int, list[CarriedDigest]] = {}
    for chat_id, thread_id, hour, zone in sorted(await conn.execute(found), key=lambda row: row.thread_id):
        if hour is not None:
            digests.setdefault(chat_id, []).append(CarriedDigest(thread_id, hour, zone))
    return digests


async def _ids(conn: AsyncConnection, carried: Sequence[CarriedChat]) -> dict[int, int]:
    wanted = {chat.telegram_id for chat in carried}
    found = select(chats.c.telegram_id, chats.c.id).where(chats.c.telegram_id.in_(wanted))
    return {row.telegram_id: row.id for row in await conn.execute(found)}


async def _account_id(conn: AsyncConnection, account: Account, now: datetime) -> int:
    stored = await account_store.by_key(conn, account.kind, account.key)
    account_id = stored.id if stored is not None else await account_store.upsert(conn, account, now)
    await account_store.ensure_watch(conn, account_id, now, FIRST_INTERVAL)
    return account_id


def _row(chat: CarriedChat, now: datetime, paused_for: str) -> dict[str, object]:
    return {
        "telegram_id": chat.telegram_id,
        "kind": chat.kind.value,
        "title": chat.title,
        "language": chat.language,
        "state": "paused" if paused_for else "active",
        "paused_reason": paused_for,
        "created_at": now,
        "old_routine_s": chat.old_routine_s,
        "old_urgent_s": chat.old_urgent_s,
        "original_first": chat.original_first,
    }
