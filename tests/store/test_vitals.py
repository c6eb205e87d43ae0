"""How the whole stands, as the database knows it."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from bot.model.delivery import Lane, Op, State
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, deliveries, subscriptions, vitals
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as table
from bot.store.vitals import Watched

URGENT = (Lane.EXTREME, Lane.URGENT)


async def queue(db, chat_id, lane, now, count=1):
    async with db.begin() as conn:
        return [
            await deliveries.enqueue_one(conn, Draft(chat_id, Op.NOTICE, lane, notice=f"{n}"), now)
            for n in range(count)
        ]


async def put(db, delivery_id, **values):
    async with db.begin() as conn:
        await conn.execute(update(table).where(table.c.id == delivery_id).values(**values))


async def oldest(db, now, patience=60):
    async with db.read() as conn:
        return await vitals.oldest_due(conn, URGENT, now, now - timedelta(seconds=patience))


async def test_what_waits_is_counted_by_lane_and_what_is_settled_is_not(db, chat_id, clock):
    await queue(db, chat_id, Lane.ROUTINE, clock(), 3)
    [sent, _] = await queue(db, chat_id, Lane.URGENT, clock(), 2)
    await put(db, sent, state="sent", settled_at=clock())
    async with db.read() as conn:
        assert await vitals.waiting_by_lane(conn) == {Lane.EXTREME: 0, Lane.URGENT: 1, Lane.ROUTINE: 3}


async def test_the_oldest_urgent_one_that_could_go_is_found_whatever_routine_waits(db, chat_id, clock):
    assert await oldest(db, clock()) is None
    await queue(db, chat_id, Lane.ROUTINE, clock() - timedelta(hours=1))
    assert await oldest(db, clock()) is None
    queued = clock()
    await queue(db, chat_id, Lane.URGENT, queued)
    clock.advance(300)
    await queue(db, chat_id, Lane.EXTREME, clock())
    assert await oldest(db, clock()) == queued


async def test_what_is_told_to_wait_counts_from_when_it_may_go(db, chat_id, clock):
    [one] = await queue(db, chat_id, Lane.URGENT, clock() - timedelta(hours=1))
    await put(db, one, not_before=clock() + timedelta(seconds=1))
    assert await oldest(db, clock()) is None
    clock.advance(1)
    assert await oldest(db, clock()) == clock()


async def test_what_waits_behind_one_that_rests_in_the_same_chat_has_a_reason_to(db, chat_id, clock):
    head, _ = await queue(db, chat_id, Lane.URGENT, clock() - timedelta(minutes=5), 2)
    await put(db, head, not_before=clock() + timedelta(minutes=5), state="unsure")
    assert await oldest(db, clock()) is None
    async with db.begin() as conn:
        other = await chats.ensure(conn, 5, ChatKind.PRIVATE, "", clock())
    await queue(db, other, Lane.URGENT, clock() - timedelta(minutes=2))
    assert await oldest(db, clock()) == clock() - timedelta(minutes=2)


async def test_the_last_urgent_one_that_went_out_is_known(db, chat_id, clock):
    [urgent, second] = await queue(db, chat_id, Lane.URGENT, clock(), 2)
    [routine] = await queue(db, chat_id, Lane.ROUTINE, clock())
    async with db.read() as conn:
        assert await vitals.last_settled(conn, URGENT, clock() - timedelta(days=1)) is None
    await put(db, urgent, state="sent", settled_at=clock() - timedelta(seconds=30))
    await put(db, routine, state="sent", settled_at=clock())
    await put(db, second, state=State.EXPIRED.value, settled_at=clock())
    async with db.read() as conn:
        assert await vitals.last_settled(conn, URGENT, clock() - timedelta(seconds=60)) == clock() - timedelta(
            seconds=30
        )
        assert await vitals.last_settled(conn, URGENT, clock() - timedelta(seconds=10)) is None


async def test_the_watch_is_counted_over_accounts_that_somebody_follows(db, chat_id, account, clock):
    async with db.begin() as conn:
        ids = [await accounts.upsert(conn, replace(account, key=f"{n}", name=f"N{n}"), clock()) for n in range(5)]
        for each in ids:
            await accounts.ensure_watch(conn, each, clock() - timedelta(minutes=each), 60.0)
        for each in ids[:4]:
            await subscriptions.add(conn, chat_id, 0, each, (), "", None, clock())
        for each, minutes in ((ids[0], 9), (ids[1], 5), (ids[4], 99)):
            watch = await accounts.watch_of(conn, each)
            told = clock() - timedelta(minutes=minutes)
            await accounts.save_watch(
                conn, replace(watch, failures=3, blind_told_at=told, last_poll_at=clock(), next_poll_at=clock())
            )
        gone = await accounts.watch_of(conn, ids[2])
        await accounts.save_watch(conn, replace(gone, state="gone", next_poll_at=clock() - timedelta(days=9)))
    async with db.read() as conn:
        found = await vitals.watched(conn, clock())
        assert await vitals.blind_names(conn, 20) == ["N0", "N1"]
        assert await vitals.blind_names(conn, 1) == ["N0"]
    assert found == Watched(accounts=4, blind=2, failing=2, overdue=1, last_poll_at=clock())
