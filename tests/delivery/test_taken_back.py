"""What a reader wrote to the operators, and took back by /forget while it was on its way: never said again, never empty."""

import json

import pytest
from outboxes import READER, run_until_quiet
from scripted import ScriptedMessenger
from sqlalchemy import select

from bot.delivery.face import FloodError, LostAnswerError
from bot.model.delivery import Lane, Op, State
from bot.model.subscription import ChatKind
from bot.store import chats, deliveries, forgetting, reports
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as table

OPERATORS = 2002


async def reported(db, clock, text="Hutong 14 is flooded"):
    """A report that waits for the operators; gives the reader's chat."""
    async with db.begin() as conn:
        reader = await chats.ensure(conn, READER, ChatKind.PRIVATE, "", clock(), "en")
        operators = await chats.ensure(conn, OPERATORS, ChatKind.PRIVATE, "", clock(), "en")
        notice = json.dumps(
            {"phrase": "report.received", "values": {"where": "Wei", "about": "-"}, "blocks": {"text": text}}
        )
        taken = await deliveries.enqueue_one(conn, Draft(operators, Op.NOTICE, Lane.ROUTINE, notice=notice), clock())
        await reports.add(conn, reader, 0, 7, taken, text, clock())
        return reader


class Forgetting(ScriptedMessenger):
    """While its first request is on its way the reader forgets everything; then it comes to ``end``."""

    def __init__(self, db, clock, reader, end):
        super().__init__()
        self.db, self.clock, self.reader, self.end = db, clock, reader, end
        self.asked = 0

    async def send(self, target, part, **how):
        self.asked += 1
        assert part.styled.text
        if self.asked > 1:
            return await super().send(target, part, **how)
        async with self.db.begin() as conn:
            assert await forgetting.forget(conn, self.reader, self.clock())
        if self.end is not None:
            raise self.end
        return await super().send(target, part, **how)


@pytest.mark.parametrize("end", [LostAnswerError("reset"), FloodError(1.0)], ids=["lost", "flood"])
async def test_what_was_taken_back_on_its_way_is_not_said_again(db, clock, end):
    reader = await reported(db, clock)
    messenger = Forgetting(db, clock, reader, end)
    assert await run_until_quiet(db, clock, messenger) == {State.SKIPPED: 1}
    assert messenger.asked == 1
    async with db.read() as conn:
        row = (await conn.execute(select(table))).one()
    assert (row.notice, row.error) == ("", "what it said was taken back")
    assert row.settled_at is not None


async def test_what_was_on_its_way_and_arrives_is_settled_as_it_is(db, clock):
    reader = await reported(db, clock)
    messenger = Forgetting(db, clock, reader, None)
    assert await run_until_quiet(db, clock, messenger) == {State.SENT: 1}
    async with db.read() as conn:
        assert (await conn.execute(select(table.c.notice))).scalars().all() == [""]


async def test_what_was_taken_back_before_it_went_is_settled_and_forgotten_with_the_other_notices(db, clock):
    reader = await reported(db, clock)
    async with db.begin() as conn:
        await forgetting.forget(conn, reader, clock())
    messenger = ScriptedMessenger()
    assert await run_until_quiet(db, clock, messenger) == {State.SKIPPED: 1}
    assert not messenger.messages
    clock.advance(1)
    async with db.begin() as conn:
        assert await deliveries.trim(conn, clock()) == 1
