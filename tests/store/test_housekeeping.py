"""Housekeeping: what is old goes, what is still needed stays, and the service does it by itself."""

from datetime import timedelta

from bot.delivery.judging import change
from bot.model.delivery import Lane, Op, State
from bot.model.subscription import ChatKind
from bot.store import chats, choices, deliveries, settling, waiting
from bot.store.deliveries import Draft
from bot.store.housekeeping import KEPT, tidy


async def test_old_settled_notices_and_buttons_go_and_what_waits_stays(db, clock):
    now = clock()
    async with db.begin() as conn:
        chat = await chats.ensure(conn, 1, ChatKind.PRIVATE, "", now)
        notices = [Draft(chat, Op.NOTICE, Lane.ROUTINE, notice='{"phrase": "notice.back"}') for _ in range(2)]
        await deliveries.enqueue(conn, notices, now)
        (head,) = await waiting.heads(conn, State.QUEUED, Lane.ROUTINE, 0, 10)
        (waits,) = await waiting.load(conn, [head.delivery_id])
        await settling.change(conn, [change(waits, State.SENT, now, was=State.QUEUED)])
        await choices.put(conn, 1, {"a": 1}, now)
    assert await tidy(db, now) == 0
    assert await tidy(db, now + KEPT + timedelta(seconds=1)) == 2
    async with db.read() as conn:
        assert await deliveries.waiting_of_chat(conn, chat) == 1
