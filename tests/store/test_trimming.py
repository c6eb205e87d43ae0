"""Housekeeping: what is deleted, and what stays although it is old."""

from datetime import timedelta

import pytest
from outboxes import enqueue
from sqlalchemy import func, select

from bot.model.alert import Alert, MsgType, Scope, Status
from bot.model.delivery import Lane, Op, State
from bot.store import accounts, posts, trimming
from bot.store.deliveries import Draft
from bot.store.tables import deliveries as delivery_table
from bot.store.tables import posts as post_table
from bot.store.tables import revisions

DAY = 86_400


@pytest.fixture
def few_kept(monkeypatch):
    monkeypatch.setattr(trimming, "KEPT_EACH", 2)


@pytest.fixture
async def old(db, account_id, clock, a_post, few_kept) -> list[int]:
    """Six posts, one a day, the last one today; and a watch."""
    ids = []
    async with db.begin() as conn:
        await accounts.ensure_watch(conn, account_id, clock(), 60.0)
        for n in range(6):
            post = a_post(id=str(n), published=clock())
            ids.append(await posts.add(conn, account_id, post, "f", clock(), why_not="", root_id=None))
            clock.advance(10 * DAY)
    return ids


async def left(db) -> list[str]:
    async with db.read() as conn:
        return list((await conn.execute(select(post_table.c.ext_id).order_by(post_table.c.id))).scalars())


async def trim(db, clock, days: float) -> int:
    async with db.begin() as conn:
        return await trimming.trim(conn, clock() - timedelta(days=days), clock())


async def test_old_posts_go_with_all_their_versions(db, old, clock):
    assert await trim(db, clock, 35) == 3
    assert await left(db) == ["3", "4", "5"]
    async with db.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(revisions))).scalar_one() == 3
    assert await trim(db, clock, 35) == 0


async def test_the_newest_of_an_account_stay_however_old_they_are(db, old, clock):
    clock.advance(1000 * DAY)
    await trim(db, clock, 1)
    assert await left(db) == ["4", "5"]


async def test_posts_that_the_site_may_list_again_are_older_than_the_floor_then(db, old, clock, account_id):
    await trim(db, clock, 35)
    async with db.read() as conn:
        floor = (await accounts.watch_of(conn, account_id)).baseline_floor
        oldest_left = (await posts.newest(conn, account_id, 9))[-1]
    assert floor == oldest_left.published_at - timedelta(days=10)


async def test_the_floor_never_sinks(db, old, clock, account_id):
    async with db.begin() as conn:
        watch = await accounts.watch_of(conn, account_id)
        raised = clock() - timedelta(days=1)
        await accounts.save_watch(
            conn, type(watch)(**{f: getattr(watch, f) for f in watch.__slots__} | {"baseline_floor": raised})
        )
    await trim(db, clock, 35)
    async with db.read() as conn:
        assert (await accounts.watch_of(conn, account_id)).baseline_floor == raised


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.UNSURE])
async def test_a_post_with_something_still_to_deliver_stays(db, old, clock, chat_id, state):
    async with db.begin() as conn:
        await enqueue(conn, [Draft(chat_id, Op.SEND, Lane.ROUTINE, post_id=old[0], revision=1)], clock())
        await conn.execute(delivery_table.update().values(state=state.value))
    await trim(db, clock, 35)
    assert await left(db) == ["0", "3", "4", "5"]


async def test_a_settled_delivery_goes_with_its_post(db, old, clock, chat_id):
    async with db.begin() as conn:
        await enqueue(conn, [Draft(chat_id, Op.SEND, Lane.ROUTINE, post_id=old[0], revision=1)], clock())
        await conn.execute(delivery_table.update().values(state=State.SENT.value))
    await trim(db, clock, 35)
    async with db.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(delivery_table))).scalar_one() == 0


async def test_a_cancel_is_remembered_for_a_week_whatever_is_asked(db, account_id, clock, a_post, few_kept):
    cancel = Alert("a", "b", clock(), "", Status.ACTUAL, MsgType.CANCEL, Scope.PUBLIC)
    async with db.begin() as conn:
        post = a_post(id="cancel", supersedes=("late",), alert=cancel, published=clock())
        await posts.add(conn, account_id, post, "f", clock(), why_not="", root_id=None)
        for n in range(3):
            newer = a_post(id=str(n), published=clock() + timedelta(seconds=n))
            await posts.add(conn, account_id, newer, "f", clock() + timedelta(seconds=n), why_not="", root_id=None)
    clock.advance(6.9 * DAY)
    assert await trim(db, clock, 0) == 0
    async with db.read() as conn:
        assert [p.cancels for p in await posts.pointing_at(conn, account_id, ["late"])] == [True]
    clock.advance(0.2 * DAY)
    assert await trim(db, clock, 0) > 0


async def test_one_call_deletes_a_bounded_number(db, old, clock, monkeypatch):
    monkeypatch.setattr(trimming, "AT_ONCE", 2)
    assert await trim(db, clock, 15) == 2
    assert await trim(db, clock, 15) == 2
    assert await trim(db, clock, 15) == 0
    assert await left(db) == ["4", "5"]


async def test_a_page_full_of_posts_is_kept_although_the_site_gives_no_times(db, account_id, clock, a_post):
    assert trimming.KEPT_EACH >= 500
    async with db.begin() as conn:
        for n in range(trimming.KEPT_EACH):
            await posts.add(conn, account_id, a_post(id=str(n)), "f", clock(), why_not="", root_id=None)
    clock.advance(400 * DAY)
    assert await trim(db, clock, 30) == 0
    assert len(await left(db)) == trimming.KEPT_EACH


async def test_what_hung_below_a_deleted_post_becomes_its_own_root(db, old, clock, account_id, a_post):
    async with db.begin() as conn:
        child = await posts.add(conn, account_id, a_post(id="c"), "f", clock(), why_not="", root_id=old[0])
    await trim(db, clock, 35)
    async with db.read() as conn:
        assert (await posts.get(conn, child)).root_id is None
