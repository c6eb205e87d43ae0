"""A revision and a turn of the outbox that wait for each other: PostgreSQL ends one of them, and nothing is late by it."""

import asyncio

import pytest
from sqlalchemy import select, text, update

from bot.model.alert import MsgType
from bot.store.tables import deliveries, posts

READER = 1001
#: Who waits for a lock in this database just now.
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def waits(db) -> bool:
    async with db.read() as conn:
        return bool((await conn.execute(WAITING)).scalar_one())


async def test_a_revision_that_a_deadlock_undid_is_written_again_at_once(town):
    if town.db.backend != "postgresql":
        pytest.skip("SQLite has one writer: nothing waits for another")
    await town.subscribe(READER)
    await town.see()
    await town.see(town.cap(1))
    cancel = town.cap(2, MsgType.CANCEL, supersedes=(town.cap(1).id,))
    async with asyncio.timeout(20), town.db.begin() as turn:
        # only the revision looks for deadlocks in time, so it is the one that is ended
        await turn.execute(text("SET LOCAL deadlock_timeout = '60s'"))
        # as a turn of the outbox: it holds the delivery that the cancel takes back …
        await turn.execute(update(deliveries).values(attempts=deliveries.c.attempts))
        seen = asyncio.ensure_future(town.see(cancel))
        while not await waits(town.db):
            await asyncio.sleep(0.01)
        # … and comes to want what the cancel holds already: the one that waited first is ended
        await turn.execute(update(posts).values(title_key=posts.c.title_key))
    await seen
    async with town.db.read() as conn:
        states = set((await conn.execute(select(deliveries.c.state))).scalars())
        first = (await conn.execute(select(posts.c.state).order_by(posts.c.id).limit(1))).scalar_one()
    assert (states, first) == ({"skipped"}, "cancelled")
