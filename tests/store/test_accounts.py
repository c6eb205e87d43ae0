"""Accounts and their watches: what is kept, what a poll rewrites, what stays as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.model.account import Account
from bot.store import accounts, subscriptions
from bot.store.accounts import LONGEST_KEY_BYTES, Watch
from bot.store.tables import accounts as account_table


async def test_an_account_is_stored_once_and_found_by_id_and_by_key(db, account, clock):
    async with db.begin() as conn:
        first = await accounts.upsert(conn, account, clock())
        assert await accounts.upsert(conn, account, clock()) == first
        assert (await accounts.get(conn, first)).account == account
        assert (await accounts.by_key(conn, "weibo", account.key)).id == first
        assert (await conn.execute(select(func.count()).select_from(account_table))).scalar_one() == 1


async def test_unknown_accounts_are_none(db):
    async with db.read() as conn:
        assert await accounts.get(conn, 7) is None
        assert await accounts.by_key(conn, "weibo", "7") is None
        assert await accounts.watch_of(conn, 7) is None


async def test_the_same_key_of_another_kind_is_another_account(db, account, clock):
    async with db.begin() as conn:
        one = await accounts.upsert(conn, account, clock())
        assert await accounts.upsert(conn, replace(account, kind="feed"), clock()) != one


async def test_an_account_that_renamed_itself_keeps_its_id(db, account, account_id, clock):
    renamed = replace(account, name="北京警方", url="https://weibo.com/bjpolice", description="new")
    async with db.begin() as conn:
        assert await accounts.upsert(conn, renamed, clock()) == account_id
        assert (await accounts.get(conn, account_id)).account == renamed


async def test_what_a_poll_does_not_show_stays_known_but_a_lost_badge_is_lost(db, account, account_id, clock):
    seen = Account(kind="weibo", key=account.key, name="平安北京", url="")
    async with db.begin() as conn:
        await accounts.upsert(conn, seen, clock())
        assert (await accounts.get(conn, account_id)).account == replace(account, verified="")


async def test_a_key_that_no_index_holds_is_refused(db, account, clock):
    async with db.begin() as conn:
        await accounts.upsert(conn, replace(account, key="x" * LONGEST_KEY_BYTES), clock())
        with pytest.raises(ValueError, match="bytes"):
            await accounts.upsert(conn, replace(account, key="长" * LONGEST_KEY_BYTES), clock())


async def test_a_language_tag_as_long_as_a_novel_is_cut(db, account, clock):
    async with db.begin() as conn:
        stored = await accounts.upsert(conn, replace(account, key="2", language="x" * 500), clock())
        assert len((await accounts.get(conn, stored)).account.language) == 35


async def test_a_new_watch_is_due_when_told_and_has_never_looked(db, account, account_id, clock):
    async with db.begin() as conn:
        await accounts.ensure_watch(conn, account_id, clock(), 60.0)
        assert await accounts.watch_of(conn, account_id) == Watch(
            account_id, account, "active", None, None, clock(), 60.0, memory={}
        )


async def test_a_watch_that_is_there_is_left_alone(db, account_id, clock):
    async with db.begin() as conn:
        await accounts.ensure_watch(conn, account_id, clock(), 60.0)
        await accounts.ensure_watch(conn, account_id, clock() + timedelta(days=1), 7.0)
        watch = await accounts.watch_of(conn, account_id)
    assert (watch.next_poll_at, watch.interval_s) == (clock(), 60.0)


def busy(account: Account, account_id: int, now) -> Watch:
    """A watch of which every field says something."""
    return Watch(
        account_id,
        account,
        state="gone",
        baseline_at=now,
        baseline_floor=now - timedelta(days=3),
        next_poll_at=now + timedelta(seconds=90),
        interval_s=90.5,
        last_poll_at=now - timedelta(seconds=1),
        last_ok_at=now - timedelta(seconds=2),
        last_post_at=now - timedelta(seconds=3),
        outcome="broken",
        problem="The site answered 500.",
        advice="Wait.",
        failures=4,
        blind_told_at=now,
        memory={"etag": 'W/"x\0\ud800"', "long": {"1": ["a", None, 1.5, True]}},
    )


async def test_everything_of_a_watch_is_written_and_read(db, account, account_id, clock):
    watch = busy(account, account_id, clock())
    async with db.begin() as conn:
        await accounts.ensure_watch(conn, account_id, clock(), 60.0)
        await accounts.save_watch(conn, watch)
        assert await accounts.watch_of(conn, account_id) == watch


async def test_a_watch_saved_without_memory_keeps_the_one_it_has(db, account, account_id, clock):
    watch = busy(account, account_id, clock())
    async with db.begin() as conn:
        await accounts.ensure_watch(conn, account_id, clock(), 60.0)
        await accounts.save_watch(conn, watch)
        await accounts.save_watch(conn, replace(watch, failures=9, memory=None))
        assert await accounts.watch_of(conn, account_id) == replace(watch, failures=9)


async def test_quiet_polls_end_the_trouble_and_keep_memory_and_news(db, account, account_id, clock):
    watch = busy(account, account_id, clock())
    later = clock() + timedelta(minutes=5)
    async with db.begin() as conn:
        other = await accounts.upsert(conn, replace(account, key="2"), clock())
        for each in (account_id, other):
            await accounts.ensure_watch(conn, each, clock(), 60.0)
        await accounts.save_watch(conn, watch)
        await accounts.save_quiet(conn, [(account_id, later, clock(), 30.0, "nothing_new")])
        assert await accounts.watch_of(conn, account_id) == replace(
            watch,
            next_poll_at=later,
            last_poll_at=clock(),
            last_ok_at=clock(),
            interval_s=30.0,
            outcome="nothing_new",
            problem="",
            advice="",
            failures=0,
        )
        assert (await accounts.watch_of(conn, other)).outcome == "never"


async def test_many_quiet_polls_are_one_write_and_none_is_none(db, account, clock):
    async with db.begin() as conn:
        ids = [await accounts.upsert(conn, replace(account, key=str(n)), clock()) for n in range(30)]
        for each in ids:
            await accounts.ensure_watch(conn, each, clock(), 60.0)
        await accounts.save_quiet(conn, [])
        await accounts.save_quiet(conn, [(each, clock(), clock(), float(each), "nothing_new") for each in ids])
        assert {(await accounts.watch_of(conn, each)).interval_s for each in ids} == set(map(float, ids))


async def test_watched_are_the_accounts_that_somebody_asked_for(db, account, account_id, chat_id, clock):
    async with db.begin() as conn:
        alone = await accounts.upsert(conn, replace(account, key="2"), clock())
        for each in (account_id, alone):
            await accounts.ensure_watch(conn, each, clock(), 60.0)
        assert await accounts.watched(conn) == []
        for words in ("", "rain"):
            await subscriptions.add(conn, chat_id, 0, account_id, [words], words, None, clock())
        assert await accounts.watched(conn) == [await accounts.watch_of(conn, account_id)]
