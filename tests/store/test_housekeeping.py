"""Housekeeping: what is old goes, what is still needed stays, and the service does it by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from outboxes import enqueue
from sqlalchemy import func, select

from bot.delivery.judging import change
from bot.model.account import Account
from bot.model.delivery import Lane, Op, State
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, choices, deliveries, posts, settling, subscriptions, trimming, waiting
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint
from bot.store.housekeeping import KEPT, RESTS_KEPT, tidy
from bot.store.site_state import SiteKeep
from bot.store.tables import deliveries as table


async def test_old_settled_notices_and_buttons_go_and_what_waits_stays(db, clock):
    now = clock()
    async with db.begin() as conn:
        chat = await chats.ensure(conn, 1, ChatKind.PRIVATE, "", now)
        notices = [Draft(chat, Op.NOTICE, Lane.ROUTINE, notice='{"phrase": "notice.back"}') for _ in range(2)]
        await enqueue(conn, notices, now)
        (head,) = await waiting.heads(conn, State.QUEUED, Lane.ROUTINE, 0, 10)
        (waits,) = await waiting.load(conn, [head.delivery_id])
        await settling.change(conn, [change(waits, State.SENT, now, was=State.QUEUED)])
        await choices.put(conn, 1, {"a": 1}, now)
    assert await tidy(db, now) == 0
    assert await tidy(db, now + KEPT + timedelta(seconds=1)) == 2
    async with db.read() as conn:
        assert await deliveries.waiting_of_chat(conn, chat) == 1


async def test_the_rests_of_hosts_long_silent_go_and_what_a_source_keeps_stays(db, clock):
    keep = SiteKeep(db, clock)
    await keep.save("dead.example", "rest", {"until": clock().isoformat(), "strikes": 9})
    await keep.save("weibo", "visitor-cn", {"cookies": {"SUB": "x"}})
    clock.advance(RESTS_KEPT.total_seconds() - 1)
    await keep.save("living.example", "rest", {"until": clock().isoformat(), "strikes": 1})
    assert await tidy(db, clock()) == 0
    clock.advance(2)
    assert await tidy(db, clock()) == 1
    assert await keep.load("dead.example", "rest") is None
    assert await keep.load("living.example", "rest") is not None
    assert await keep.load("weibo", "visitor-cn") is not None


async def test_an_account_that_nobody_follows_any_more_is_forgotten_after_a_season(db, clock):
    now = clock()
    async with db.begin() as conn:
        chat = await chats.ensure(conn, 1, ChatKind.PRIVATE, "", now)
        followed, left, polled = [
            await accounts.upsert(conn, Account("feed", key, key, ""), now) for key in ("followed", "left", "polled")
        ]
        await subscriptions.add(conn, chat, 0, followed, (), "", None, now)
        for account_id in (followed, left, polled):
            await accounts.ensure_watch(conn, account_id, now, 60.0)
            post = Post("feed", "a", "1", "rain", "https://x.example/1", published=now)
            await posts.add(conn, account_id, post, fingerprint(post), now, why_not="first look", root_id=None)
        watch = await accounts.watch_of(conn, polled)
        await accounts.save_watch(conn, replace(watch, last_poll_at=now + timedelta(days=1)))
    later = now + KEPT + timedelta(seconds=1)
    assert await tidy(db, now + KEPT - timedelta(seconds=1)) == 0
    assert await tidy(db, later) == 1
    async with db.read() as conn:
        kept = [await accounts.get(conn, account_id) is not None for account_id in (followed, left, polled)]
        assert kept == [True, False, True]
        assert await posts.latest(conn, left, 1) == []
    assert await tidy(db, later + timedelta(days=1)) == 1


@pytest.mark.parametrize("follows", [True, False], ids=["old posts", "a forgotten account"])
async def test_what_a_post_was_told_to_many_goes_in_short_transactions_before_the_post_does(
    db, clock, monkeypatch, follows
):
    now, pieces, left = clock(), [], []
    for name, number in (("ROWS", 4), ("KEPT_EACH", 1)):
        monkeypatch.setattr(trimming, name, number)
    monkeypatch.setattr(deliveries, "TRIMMED", 2)
    real_deliveries, real_posts, real_notices = trimming.delete_deliveries, trimming.delete_posts, deliveries.trim

    async def delete_deliveries(conn, post_ids):
        pieces.append(await real_deliveries(conn, post_ids))
        return pieces[-1]

    async def delete_posts(conn, post_ids):
        told = select(func.count()).select_from(table).where(table.c.post_id.in_(post_ids))
        left.append((await conn.execute(told)).scalar_one())
        await real_posts(conn, post_ids)

    async def delete_notices(conn, before):
        pieces.append(await real_notices(conn, before))
        return pieces[-1]

    monkeypatch.setattr(trimming, "delete_deliveries", delete_deliveries)
    monkeypatch.setattr(trimming, "delete_posts", delete_posts)
    monkeypatch.setattr(deliveries, "trim", delete_notices)
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, Account("feed", "a", "a", ""), now)
        await accounts.ensure_watch(conn, account_id, now, 60.0)
        readers = [await chats.ensure(conn, 1 + n, ChatKind.PRIVATE, "", now) for n in range(10)]
        if follows:
            await subscriptions.add(conn, readers[0], 0, account_id, (), "", None, now)
        await enqueue(conn, [Draft(reader, Op.NOTICE, Lane.ROUTINE) for reader in readers[:5]], now)
        for n in range(2):
            when = now + timedelta(seconds=n)
            post = Post("feed", "a", str(n), "rain", f"https://x.example/{n}", published=when)
            said = await posts.add(conn, account_id, post, fingerprint(post), when, why_not="", root_id=None)
            await enqueue(
                conn, [Draft(each, Op.SEND, Lane.ROUTINE, post_id=said, revision=1) for each in readers], now
            )
        await conn.execute(table.update().values(state=State.SENT.value, settled_at=now))
    await tidy(db, now + KEPT + timedelta(days=1))
    # the newest post of a followed account stays, with what was told of it
    assert left == ([0] if follows else [0, 0])
    assert max(pieces) == 4
    assert sum(pieces) == (15 if follows else 25)
    async with db.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(table))).scalar_one() == (10 if follows else 0)
        assert (await accounts.get(conn, account_id) is not None) == follows


async def test_who_follows_an_account_while_it_is_being_forgotten_begins_with_a_first_look(db, clock):
    """Some of its posts are gone by then, and what is not known would be news."""
    now = clock()
    async with db.begin() as conn:
        account_id = await accounts.upsert(conn, Account("feed", "a", "a", ""), now)
        await accounts.ensure_watch(conn, account_id, now, 60.0)
        watch = await accounts.watch_of(conn, account_id)
        await accounts.save_watch(conn, replace(watch, baseline_at=now, last_poll_at=now))
        later = now + KEPT + timedelta(seconds=1)
        assert await trimming.let_go(conn, later - KEPT) == [account_id]
        chat = await chats.ensure(conn, 1, ChatKind.PRIVATE, "", now)
        await subscriptions.add(conn, chat, 0, account_id, (), "", None, later)
        assert await trimming.forget_accounts(conn, later - KEPT) == 0
        assert (await accounts.watch_of(conn, account_id)).baseline_at is None
