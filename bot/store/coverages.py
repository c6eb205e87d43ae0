"""Running reports that become one message that grows: who asked for it, which message it is, and which posts it names.

The message belongs to a notice, the root: ``{"live": {"account": id, "listed": [delivery ids]}}``. Each post in it has a
SEND that points at the root (``folded_into``). That it grew is a notice of its own: ``{"live": {"root": id}}``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import LISTED, Op, SentPart, State
from bot.store.deliveries import parts_from_json, parts_to_json
from bot.store.inserting import insert_into
from bot.store.tables import coverages, deliveries, posts, revisions

#: Values in one IN (…), far below what either database takes.
_CHUNK = 500
#: What the notices of running reports begin with.
BEGINNING = '{"live"'
#: Chat and topic (our id), and account.
Covered = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Root:
    """The notice whose message grows."""

    delivery_id: int
    account_id: int
    state: State
    parts: tuple[SentPart, ...]
    #: It may have arrived, and nobody knows.
    in_doubt: bool
    #: Deliveries that it names, in the order in which they came.
    listed: tuple[int, ...]

    @property
    def message(self) -> SentPart | None:
        """The message in the chat, as far as it is known and ours."""
        return next((part for part in self.parts if part.message_ids), None)


@dataclass(frozen=True, slots=True)
class Named:
    """A post of a running report with its newest version (JSON, ``codec.post_from_json``)."""

    delivery_id: int
    post_id: int
    revision: int
    state: str
    published_at: datetime
    content: str


def root_notice(account_id: int, listed: Sequence[int]) -> str:
    """The notice of a message that names these."""
    return json.dumps({"live": {"account": account_id, "listed": list(listed)}})


def growth_notice(root_id: int) -> str:
    """The notice that this root's message has grown."""
    return json.dumps({"live": {"root": root_id}})


async def choose(conn: AsyncConnection, chat_id: int, thread_id: int, account_id: int, *, live: bool) -> None:
    """Make an account's running reports one message in a chat and topic, or not (any more)."""
    key = {"chat_id": chat_id, "thread_id": thread_id, "account_id": account_id}
    if live:
        await conn.execute(insert_into(conn, coverages).values(key).on_conflict_do_nothing())
    else:
        await conn.execute(delete(coverages).where(*(coverages.c[name] == value for name, value in key.items())))


async def of_place(conn: AsyncConnection, chat_id: int, thread_id: int) -> frozenset[int]:
    """The accounts (their ids) whose running reports are one message there."""
    c = coverages.c
    found = select(c.account_id).where(c.chat_id == chat_id, c.thread_id == thread_id)
    return frozenset((await conn.execute(found)).scalars())


async def of_chats(conn: AsyncConnection, chat_ids: Sequence[int]) -> dict[Covered, int | None]:
    """What is covered in these chats, with the root of each."""
    c = coverages.c
    found: dict[Covered, int | None] = {}
    for start in range(0, len(chat_ids), _CHUNK):
        some = select(c.chat_id, c.thread_id, c.account_id, c.root_id).where(
            c.chat_id.in_(chat_ids[start : start + _CHUNK])
        )
        found |= {(chat, thread, account): root for chat, thread, account, root in await conn.execute(some)}
    return found


async def set_root(conn: AsyncConnection, covered: Covered, root_id: int) -> None:
    """From now on this root's message grows."""
    c = coverages.c
    here = (c.chat_id == covered[0], c.thread_id == covered[1], c.account_id == covered[2])
    await conn.execute(update(coverages).where(*here).values(root_id=root_id))


async def lately(
    conn: AsyncConnection, covered: Covered, but: int, since: datetime, upto: datetime, root_id: int | None
) -> int:
    """How many posts of the account, published in that time, the chat and topic got; the post ``but`` left aside."""
    d, p = deliveries.c, posts.c
    got = d.state == State.SENT.value
    if root_id is not None:
        got |= d.folded_into == root_id
    found = (
        select(func.count())
        .select_from(posts.join(deliveries, d.post_id == p.id))
        .where(
            p.account_id == covered[2],
            p.published_at.between(since, upto),
            p.id != but,
            d.op == Op.SEND.value,
            d.chat_id == covered[0],
            d.thread_id == covered[1],
            got,
        )
    )
    return (await conn.execute(found)).scalar_one()


async def root(conn: AsyncConnection, delivery_id: int) -> Root | None:
    """The root of this id; None when it is none (any more)."""
    d = deliveries.c
    columns = (d.state, d.notice, d.parts, d.maybe_repeat)
    row = (await conn.execute(select(*columns).where(d.id == delivery_id, d.op == Op.NOTICE.value))).first()
    if row is None or not row.notice.startswith(BEGINNING):
        return None
    says = json.loads(row.notice)["live"]
    if "listed" not in says:
        return None
    state, parts = State(row.state), parts_from_json(row.parts)
    doubt = not parts and (state in {State.SENDING, State.UNSURE, State.HELD} or row.maybe_repeat)
    return Root(delivery_id, says["account"], state, parts, doubt, tuple(says["listed"]))


async def root_naming(conn: AsyncConnection, delivery_id: int) -> Root | None:
    """The root whose message names this delivery; None for what was said otherwise."""
    folded = select(deliveries.c.folded_into).where(deliveries.c.id == delivery_id)
    root_id = (await conn.execute(folded)).scalar_one_or_none()
    return None if root_id is None else await root(conn, root_id)


async def rewrite_root(conn: AsyncConnection, old: Root, listed: Sequence[int]) -> None:
    """The message names these from now on."""
    changed = update(deliveries).where(deliveries.c.id == old.delivery_id)
    await conn.execute(changed.values(notice=root_notice(old.account_id, listed)))


async def growth_waits(conn: AsyncConnection, chat_id: int, root_id: int) -> bool:
    """Tell whether a growth of this root is queued and not begun: it will show what is named by then."""
    d = deliveries.c
    found = select(d.id).where(
        d.chat_id == chat_id,
        d.state == State.QUEUED.value,
        d.op == Op.NOTICE.value,
        d.parts == "[]",
        d.notice == growth_notice(root_id),
    )
    return (await conn.execute(found.limit(1))).first() is not None


async def named(conn: AsyncConnection, delivery_ids: Sequence[int]) -> list[Named]:
    """The posts of these deliveries, oldest first; those that are gone are left out."""
    d, p = deliveries.c, posts.c
    rows: list[Named] = []
    for start in range(0, len(delivery_ids), _CHUNK):
        some = (
            select(d.id, p.id, p.revision, p.state, p.published_at, revisions.c.content)
            .select_from(
                deliveries.join(posts, p.id == d.post_id).join(
                    revisions, (revisions.c.post_id == p.id) & (revisions.c.number == p.revision)
                )
            )
            .where(d.id.in_(delivery_ids[start : start + _CHUNK]))
        )
        rows += [Named(*row) for row in await conn.execute(some)]
    return sorted(rows, key=lambda row: (row.published_at, row.delivery_id))


async def unlisted(conn: AsyncConnection, delivery_ids: Sequence[int]) -> list[int]:
    """Those of these deliveries that no message in the chat names yet, in their order."""
    d = deliveries.c
    found: set[int] = set()
    for start in range(0, len(delivery_ids), _CHUNK):
        some = select(d.id).where(d.id.in_(delivery_ids[start : start + _CHUNK]), d.parts == "[]")
        found |= set((await conn.execute(some)).scalars())
    return [each for each in delivery_ids if each in found]


async def refold(conn: AsyncConnection, delivery_ids: Sequence[int], root_id: int) -> None:
    """Another root names these."""
    for start in range(0, len(delivery_ids), _CHUNK):
        mine = deliveries.c.id.in_(delivery_ids[start : start + _CHUNK])
        await conn.execute(update(deliveries).where(mine).values(folded_into=root_id))


async def say_singly(conn: AsyncConnection, delivery_ids: Sequence[int], now: datetime) -> None:
    """What no message names goes out by itself after all: it is queued again, as tried once."""
    for start in range(0, len(delivery_ids), _CHUNK):
        await _queue_again(conn, deliveries.c.id.in_(delivery_ids[start : start + _CHUNK]), now)


async def say_singly_in(conn: AsyncConnection, chat_id: int, now: datetime) -> None:
    """The same for everything in a chat that the message of a running report was to name and does not."""
    d = deliveries.c
    roots = select(d.id).where(d.chat_id == chat_id, d.op == Op.NOTICE.value, d.notice.startswith(BEGINNING))
    await _queue_again(conn, (d.chat_id == chat_id) & d.folded_into.in_(roots), now)


async def _queue_again(conn: AsyncConnection, which: ColumnElement[bool], now: datetime) -> None:
    d = deliveries.c
    unsaid = which & (d.state == State.EXPIRED.value) & (d.op == Op.SEND.value) & (d.parts == "[]")
    again = {"state": State.QUEUED.value, "not_before": now, "error": "", "folded_into": None, "settled_at": None}
    await conn.execute(update(deliveries).where(unsaid).values({**again, "retries": d.retries + 1}))


async def list_in(conn: AsyncConnection, delivery_ids: Sequence[int], message_id: int, now: datetime) -> None:
    """The message has arrived, or grown: each post that it names has arrived with it."""
    shown = parts_to_json([SentPart((message_id,), LISTED)])
    values = {"parts": shown, "state": State.SENT.value, "arrived_at": now, "settled_at": now, "error": ""}
    for start in range(0, len(delivery_ids), _CHUNK):
        some = deliveries.c.id.in_(delivery_ids[start : start + _CHUNK])
        waiting = some & (deliveries.c.state == State.EXPIRED.value) & (deliveries.c.parts == "[]")
        await conn.execute(update(deliveries).where(waiting).values(values))
