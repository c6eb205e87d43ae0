"""Housekeeping: what is old goes, what is still needed stays, and the service does it by itself."""

from dataclasses import replace
from datetime import timedelta

from outboxes import enqueue

from bot.delivery.judging import change
from bot.model.account import Account
from bot.model.delivery import Lane, Op, State
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.store import accounts, chats, choices, deliveries, posts, settling, subscriptions, waiting
from bot.store.deliveries import Draft
from bot.store.fingerprint import fingerprint
from bot.store.housekeeping import KEPT, RESTS_KEPT, tidy
from bot.store.site_state import SiteKeep


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
