"""What readers wrote to the operators: which message brought it, and that nobody else's messages are touched with it."""

import json

import pytest
from sqlalchemy import select, update

from bot.model.delivery import Lane, Op, SentPart, State
from bot.store import chats, deliveries, forgetting, reports
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as table

OPERATORS = 9001


async def queued(conn, chat_id, now, text):
    notice = json.dumps({"phrase": "report.received", "blocks": {"text": text}})
    return await deliveries.enqueue_one(conn, Draft(chat_id, Op.NOTICE, Lane.ROUTINE, notice=notice), now)


@pytest.fixture
async def town(db, clock):
    """Two readers' chats, and the delivery of the report of each."""
    made = {}
    async with db.begin() as conn:
        theirs = await chats.ensure(conn, OPERATORS, chats.ChatKind.PRIVATE, "", clock())
        for telegram_id, text in ((1001, "first"), (1002, "second")):
            chat_id = await chats.ensure(conn, telegram_id, chats.ChatKind.PRIVATE, "", clock())
            made[telegram_id] = chat_id, await queued(conn, theirs, clock(), text)
            await reports.add(conn, chat_id, 0, 7, made[telegram_id][1], text, clock())
    return made


async def sent_in(conn, delivery_id, *message_ids):
    parts = json.dumps([{"message_ids": list(message_ids), "form": "text"}])
    await conn.execute(update(table).where(table.c.id == delivery_id).values(parts=parts, state=State.SENT.value))
    assert deliveries.parts_from_json(parts) == (SentPart(message_ids, "text"),)


async def test_only_the_message_itself_brought_a_report_and_not_one_whose_number_is_part_of_its(db, town):
    async with db.begin() as conn:
        await sent_in(conn, town[1001][1], 15, 16)
        await sent_in(conn, town[1002][1], 5)
        told = {number: await reports.behind(conn, OPERATORS, number) for number in (1, 5, 6, 15, 16, 115)}
        assert {number: report and report.beginning for number, report in told.items()} == {
            1: None, 5: "second", 6: None, 15: "first", 16: "first", 115: None,
        }  # fmt: skip
        assert await reports.behind(conn, OPERATORS + 1, 5) is None


async def test_what_a_forgotten_reader_wrote_is_known_by_its_own_message_alone(db, clock, town):
    async with db.begin() as conn:
        await sent_in(conn, town[1001][1], 15)
        await sent_in(conn, town[1002][1], 16)
        await forgetting.forget(conn, town[1001][0], clock())
        assert [await reports.was_taken_back(conn, OPERATORS, number) for number in (1, 5, 15, 16)] == [
            False, False, True, False,
        ]  # fmt: skip


async def test_what_waits_for_the_operators_is_not_said_any_more_and_what_others_wrote_is(db, clock, town):
    async with db.begin() as conn:
        await forgetting.forget(conn, town[1001][0], clock())
        found = select(table.c.state, table.c.error, table.c.notice).where(
            table.c.id.in_([id_ for _, id_ in town.values()])
        )
        gone, other = (await conn.execute(found.order_by(table.c.id))).all()
    assert tuple(gone) == (State.SKIPPED.value, forgetting.TAKEN_BACK, "")
    assert (other.state, other.error) == (State.QUEUED.value, "")
    assert "second" in other.notice
