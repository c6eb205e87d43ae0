"""Chats with manners, and subscriptions with manners of their own, in tests of what comes when."""

from outboxes import READER
from scripted import account
from sqlalchemy import select

from bot.delivery.releasing import settle_on
from bot.matching.parsing import parse
from bot.matching.tree import key_of, written
from bot.model.manners import Own
from bot.store import accounts, chats, manners, subscriptions
from bot.store.tables import deliveries as table


async def wants(db, clock, wanted, *, thread_id=0):
    """The reader's manners; gives the chat's id."""
    async with db.begin() as conn:
        chat = await chats.ensure(conn, READER, chats.ChatKind.PRIVATE, "", clock(), "en")
        await settle_on(conn, (chat, thread_id), wanted, clock())
    return chat


async def states(db):
    async with db.read() as conn:
        rows = await conn.execute(
            select(table.c.state, table.c.op, table.c.not_before, table.c.error).order_by(table.c.id)
        )
        return list(rows)


async def said(db):
    """The ids of deliveries and posts, in their order."""
    async with db.read() as conn:
        rows = (await conn.execute(select(table.c.id, table.c.post_id).order_by(table.c.id))).all()
    return [row.id for row in rows], [row.post_id for row in rows]


def to(clock, hour, minute=0):
    """On to the next time that it is this hour by UTC."""
    now = clock()
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    clock.advance(((then - now).total_seconds()) % 86_400 or 86_400)


async def wish(db, clock, chat, text, way, thread_id=0):
    """A subscription with a way of its own."""
    await wants_own(db, clock, chat, text, Own(way), thread_id)


async def wants_own(db, clock, chat, text, own, thread_id=0, of=None):
    """A subscription with a filter ("" for none) and what it wants of its own; gives its id."""
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, of or account(), clock())
        tree = parse(text) if text else None
        key, kept = (key_of(tree), written(tree)) if tree is not None else ("", "")
        number, _ = await subscriptions.add(conn, chat, thread_id, account_id, (), key, None, clock(), kept)
        await manners.set_own(conn, chat, number, own)
        return number
